package history

import (
	"context"

	"zhuxin/shared/access"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
)

var _ reach.Looks = (*Service)(nil)

// purposeRelated is a look at who stands behind a company.
const purposeRelated = "related"

// Ways implements reach.Looks: a row for each other subsidiary that knows a step which
// the caller's own one does not.
func (s *Service) Ways(ctx context.Context, uscc string, paths ...reach.Path) error {
	var told []reach.Told
	for _, p := range paths {
		told = append(told, p.Elsewhere()...)
	}
	if len(told) == 0 {
		return nil
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	actor, _ := access.From(ctx)
	return s.hq.InTx(ctx, func(ctx context.Context) error {
		owners, err := s.store.Knowing(ctx, told, today)
		if err != nil {
			return err
		}
		var looks []Look
		for _, id := range owners {
			if id != t.ID {
				looks = append(looks, Look{At: s.clock.Now(), ViewerTenantID: t.ID, ViewerID: actor.ID, ViewerName: actor.Name,
					OwnerTenantID: id, USCC: uscc, Purpose: purposeRelated, RequestID: actor.RequestID})
			}
		}
		return s.store.Log(ctx, looks)
	})
}
