package rollup

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// Difference is one figure that the projection has wrong.
type Difference struct {
	Tenant   string // slug
	Customer string // name; empty for the subsidiary's own row
	Figure   string
	Expected string
	Found    string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s %s: %s is %s, the books say %s", d.Tenant, d.Customer, d.Figure, d.Found, d.Expected)
}

// Verify recomputes the tenant's projection from its own tables, and its credit
// accounts from the rows they are made of, and lists every difference. Ages are
// recomputed as of the date that each row names. Events still under way show up
// as differences; run it when the outbox is empty.
func (p *Projector) Verify(ctx context.Context) ([]Difference, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	found, sum, hasSum, err := p.projected(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	var out []Difference
	expected := map[calendar.Date]map[uuid.UUID]Customer{}
	today, err := tenant.Today(ctx, p.clock)
	if err != nil {
		return nil, err
	}
	dates := []calendar.Date{today}
	for _, c := range found {
		if !slices.Contains(dates, c.AsOf) {
			dates = append(dates, c.AsOf)
		}
	}
	err = p.tenants.InTx(ctx, func(ctx context.Context) error {
		for _, d := range dates {
			rows, err := p.source.Customers(ctx, d, nil)
			if err != nil {
				return err
			}
			expected[d] = map[uuid.UUID]Customer{}
			for _, r := range rows {
				expected[d][r.ID] = r
			}
		}
		drift, err := p.source.Drift(ctx)
		for _, d := range drift {
			out = append(out, Difference{Tenant: t.Slug, Figure: "credit account", Expected: "the sum of its rows", Found: d})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	seen := map[uuid.UUID]bool{}
	for _, f := range found {
		seen[f.ID] = true
		out = append(out, compare(t.Slug, expected[f.AsOf][f.ID], f)...)
	}
	for id, e := range expected[today] {
		if !seen[id] {
			out = append(out, Difference{Tenant: t.Slug, Customer: e.Name, Figure: "row", Expected: "a row", Found: "none"})
		}
	}
	return append(out, compareSum(t.Slug, found, sum, hasSum)...), nil
}

func (p *Projector) projected(ctx context.Context, id uuid.UUID) (rows []Customer, sum Subsidiary, hasSum bool, err error) {
	err = p.hq.InTx(ctx, func(ctx context.Context) (err error) {
		if rows, err = p.store.Projected(ctx, id); err != nil {
			return err
		}
		sum, hasSum, err = p.store.Subsidiary(ctx, id)
		return err
	})
	return rows, sum, hasSum, err
}

func compare(slug string, want, got Customer) []Difference {
	var out []Difference
	name := got.Name
	check := func(figure string, want, got any) {
		if want != got {
			out = append(out, Difference{Tenant: slug, Customer: name, Figure: figure, Expected: fmt.Sprint(want), Found: fmt.Sprint(got)})
		}
	}
	check("name", want.Name, got.Name)
	check("uscc", want.USCC, got.USCC)
	check("grade", want.Grade, got.Grade)
	check("limit kind", want.LimitKind, got.LimitKind)
	check("account version", want.Version, got.Version)
	check("figures", want.Figures, got.Figures)
	return out
}

// compareSum adds the customers' rows up and holds the subsidiary's row to it.
func compareSum(slug string, rows []Customer, got Subsidiary, has bool) []Difference {
	if len(rows) == 0 && !has {
		return nil
	}
	want := Subsidiary{Figures: Figures{Currency: got.Currency, AsOf: got.AsOf}}
	for _, r := range rows {
		want.Customers++
		if r.Overdue > 0 {
			want.CustomersOverdue++
		}
		if r.OverLimit() {
			want.CustomersOverLimit++
		}
		want.add(r.Figures)
	}
	if want.Figures == got.Figures && want.Customers == got.Customers && want.CustomersOverdue == got.CustomersOverdue &&
		want.CustomersOverLimit == got.CustomersOverLimit {
		return nil
	}
	return []Difference{{Tenant: slug, Figure: "subsidiary's sums", Expected: fmt.Sprint(want.Figures, want.Customers, want.CustomersOverdue, want.CustomersOverLimit),
		Found: fmt.Sprint(got.Figures, got.Customers, got.CustomersOverdue, got.CustomersOverLimit)}}
}

// OverLimit says whether what is owed and held exceeds the limit.
func (c Customer) OverLimit() bool {
	return c.LimitKind != "unlimited" && c.Receivable+c.Reserved > c.Limit
}

func (f *Figures) add(o Figures) {
	f.Receivable += o.Receivable
	f.Overdue += o.Overdue
	f.NotDue += o.NotDue
	f.Months0 += o.Months0
	f.Months6 += o.Months6
	f.Months12 += o.Months12
	f.Months24 += o.Months24
	f.Days1 += o.Days1
	f.Days31 += o.Days31
	f.Days61 += o.Days61
	f.Days91 += o.Days91
	f.Limit += o.Limit
	f.Reserved += o.Reserved
}
