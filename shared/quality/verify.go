package quality

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// Verify computes the tenant's figures anew and holds HQ's to them. It lists every part
// that differs. Figures that wait for their turn to be made anew are not compared: what
// they were made from has moved on.
func (p *Projector) Verify(ctx context.Context) ([]string, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	today := calendar.Of(p.clock.Now(), t.Zone)
	var kept []Subsidiary
	stale := false
	err = p.hq.InTx(ctx, func(ctx context.Context) (err error) {
		if stale, err = p.store.Stale(ctx, t.ID, today); err != nil || stale {
			return err
		}
		kept, err = p.store.All(ctx, t.ID)
		return err
	})
	if err != nil || stale || len(kept) == 0 {
		return nil, err
	}
	want, err := p.source.Quality(ctx)
	if err != nil {
		return nil, err
	}
	got := kept[0].Figures
	var out []string
	for _, part := range []struct {
		name      string
		want, got any
	}{
		{"five categories", want.Categories, got.Categories}, {"expected loss", want.Buckets, got.Buckets}, {"cash-in by weeks", want.Weeks, got.Weeks},
		{"cash-in by months", want.Months, got.Months}, {"days late", [2]int64{want.LateDays, want.Payments}, [2]int64{got.LateDays, got.Payments}},
	} {
		w, err1 := json.Marshal(part.want)
		g, err2 := json.Marshal(part.got)
		if err1 != nil || err2 != nil || string(w) != string(g) {
			out = append(out, fmt.Sprintf("%s: quality, %s: HQ has %s, the books give %s", t.Slug, part.name, g, w))
		}
	}
	return out, nil
}
