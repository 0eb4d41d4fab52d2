package wiring

import (
	"context"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// VerifyProjections recomputes what HQ sees of the tenant of the context out of its
// books, and lists every difference.
func (a *App) VerifyProjections(ctx context.Context) (out []string, err error) {
	customers, err := a.Group.Projector.Verify(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range customers {
		out = append(out, d.String())
	}
	for _, verify := range []func(context.Context) ([]string, error){a.Reports.Projector.Verify, a.Portfolio.Projector.Verify, a.Group.Grades.Verify} {
		found, err := verify(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// Project makes anew what HQ sees of the tenant of the context.
func (a *App) Project(ctx context.Context) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	if err := a.Group.Projector.Project(ctx, nil); err != nil {
		return err
	}
	if err := a.Reports.Projector.Refresh(ctx, nil); err != nil {
		return err
	}
	today := calendar.Of(a.Clock.Now(), t.Zone)
	if err := a.Portfolio.Projector.Daily(ctx, today); err != nil {
		return err
	}
	return a.Group.Grades.Daily(ctx, today)
}
