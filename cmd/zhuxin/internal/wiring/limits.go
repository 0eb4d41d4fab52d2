package wiring

import (
	"context"

	"zhuxin/biz/dailyrun"
	"zhuxin/shared/calendar"
)

// renewRatings is the step of the daily run that lets ratings lapse which were not
// renewed in time.
func (a *App) renewRatings(ctx context.Context, on calendar.Date) error {
	n, err := a.Credit.Ratings.Daily(ctx, on)
	dailyrun.Touched(ctx, n)
	return err
}

// freezeOverdue is the step of the daily run that freezes by the tenant's rule on
// overdue days (ruling 8).
func (a *App) freezeOverdue(ctx context.Context, on calendar.Date) error {
	p, err := a.Credit.Checks.GetPolicy(ctx)
	if err != nil || !p.Rules.Freeze {
		return err
	}
	n, err := a.Credit.Limits.FreezeOverdue(ctx, on, p.Rules.FreezeDays, p.OverdueTolerance)
	dailyrun.Touched(ctx, int64(n))
	return err
}
