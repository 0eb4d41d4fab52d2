package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// Verify recomputes the tenant's figures from its items and receipts, and holds
// to them what the tenant and HQ keep. It lists every difference. A snapshot of a
// past day that cannot be recomputed is compared between tenant and HQ only.
func (p *Projector) Verify(ctx context.Context) ([]string, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	today := calendar.Of(p.clock.Now(), t.Zone)
	var stored, computed []Row
	err = p.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		if stored, err = p.source.Stored(ctx); err != nil {
			return err
		}
		computed, err = p.source.Computed(ctx, today, Dates(today), nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	var projected []Row
	var sums Series
	err = p.hq.InTx(ctx, func(ctx context.Context) (err error) {
		projected, sums, err = p.store.Of(ctx, t.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	type key struct {
		customer uuid.UUID
		on       calendar.Date
	}
	index := func(rows []Row) map[key]Sums {
		out := make(map[key]Sums, len(rows))
		for _, r := range rows {
			out[key{r.CustomerID, r.On}] = r.Sums
		}
		return out
	}
	var out []string
	differ := func(what string, got, want map[key]Sums, lenient bool) {
		for k, w := range want {
			g, ok := got[k]
			if lenient && w.Basis == BasisUnknown && g.Basis == BasisBooks {
				continue
			}
			if !ok || g != w {
				out = append(out, fmt.Sprintf("%s %s of %s on %s: is %+v, the books say %+v", t.Slug, what, k.customer, k.on, g, w))
			}
		}
		for k, g := range got {
			if _, ok := want[k]; !ok && (!lenient || g.Basis != BasisBooks || k.on >= today) {
				out = append(out, fmt.Sprintf("%s %s of %s on %s: is there, the books have none", t.Slug, what, k.customer, k.on))
			}
		}
	}
	kept := index(stored)
	differ("figures", kept, index(computed), true)
	differ("projected figures", index(projected), kept, false)
	total := Series{}
	for _, r := range stored {
		s := total[r.On]
		s.Add(r.Sums)
		total[r.On] = s
	}
	for on, want := range total {
		if sums[on] != want {
			out = append(out, fmt.Sprintf("%s subsidiary's sums on %s: are %+v, its customers' make %+v", t.Slug, on, sums[on], want))
		}
	}
	if len(sums) != len(total) {
		out = append(out, fmt.Sprintf("%s subsidiary's sums are of %d dates, its customers' of %d", t.Slug, len(sums), len(total)))
	}
	return out, nil
}
