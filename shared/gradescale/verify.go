package gradescale

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// Verify observes the tenant anew and holds HQ's snapshot of this quarter to it. One
// that waits for its turn to be made anew is not compared.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	today := calendar.Of(s.Clock.Now(), t.Zone)
	var rule Rule
	var kept []Subsidiary
	stale := false
	err = s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if rule, err = s.Store.Rule(ctx); err != nil {
			return err
		}
		if stale, err = s.Store.Stale(ctx, t.ID, quarter(today), today, rule.Days); err != nil || stale {
			return err
		}
		kept, err = s.Store.All(ctx, rule, []uuid.UUID{t.ID})
		return err
	})
	if err != nil || stale || len(kept) == 0 {
		return nil, err
	}
	got, seen := kept[0].Snapshot, Snapshot{}
	err = s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
		seen, err = s.Source.Observe(ctx, got.AsOf.AddMonths(-window), got.AsOf, today, rule.Days)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(seen.Grades) == 0 && len(got.Grades) == 0 {
		return nil, nil
	}
	w, err := json.Marshal(seen.Grades)
	if err != nil {
		return nil, err
	}
	g, err := json.Marshal(got.Grades)
	if err == nil && string(w) != string(g) {
		return []string{fmt.Sprintf("%s: grades as of %s: HQ has %s, the books give %s", t.Slug, got.AsOf, g, w)}, nil
	}
	return nil, err
}
