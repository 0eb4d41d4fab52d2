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
	today, err := tenant.Today(ctx, p.clock)
	if err != nil {
		return nil, err
	}
	f, err := p.projected(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	b, err := p.books(ctx, today, f.customers)
	if err != nil {
		return nil, err
	}
	out := make([]Difference, 0, len(b.drift))
	for _, d := range b.drift {
		out = append(out, Difference{Tenant: t.Slug, Figure: "credit account", Expected: "the sum of its rows", Found: d})
	}
	seen := map[uuid.UUID]bool{}
	for _, c := range f.customers {
		seen[c.ID] = true
		if c.AsOf > today { // nothing would replace it before that day comes
			out = append(out, Difference{Tenant: t.Slug, Customer: c.Name, Figure: "as of", Expected: today.String(), Found: c.AsOf.String()})
		}
		out = append(out, compare(t.Slug, b.customers[c.AsOf][c.ID], c)...)
	}
	for id, e := range b.customers[today] {
		if !seen[id] {
			out = append(out, Difference{Tenant: t.Slug, Customer: e.Name, Figure: "row", Expected: "a row", Found: "none"})
		}
	}
	out = append(out, compareSum(t.Slug, f.customers, f.sum, f.hasSum)...)
	return append(out, compareRatings(t.Slug, b.ratings, f.ratings)...), nil
}

// found is what HQ has of one tenant.
type found struct {
	customers []Customer
	ratings   []Rating
	sum       Subsidiary
	hasSum    bool
}

func (p *Projector) projected(ctx context.Context, id uuid.UUID) (f found, err error) {
	err = p.hq.InTx(ctx, func(ctx context.Context) (err error) {
		if f.customers, err = p.store.Projected(ctx, id); err != nil {
			return err
		}
		if f.ratings, err = p.store.ProjectedRatings(ctx, id); err != nil {
			return err
		}
		f.sum, f.hasSum, err = p.store.Subsidiary(ctx, id)
		return err
	})
	return f, err
}

// books is what the tenant's own tables say: the customers once for each date
// that a projected row names.
type books struct {
	customers map[calendar.Date]map[uuid.UUID]Customer
	ratings   []Rating
	drift     []string
}

func (p *Projector) books(ctx context.Context, today calendar.Date, projected []Customer) (b books, err error) {
	dates := []calendar.Date{today}
	for _, c := range projected {
		if !slices.Contains(dates, c.AsOf) {
			dates = append(dates, c.AsOf)
		}
	}
	err = p.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		b.customers = map[calendar.Date]map[uuid.UUID]Customer{}
		for _, d := range dates {
			rows, err := p.source.Customers(ctx, d, nil)
			if err != nil {
				return err
			}
			b.customers[d] = map[uuid.UUID]Customer{}
			for _, r := range rows {
				b.customers[d][r.ID] = r
			}
		}
		if b.ratings, err = p.source.Ratings(ctx, uuid.Nil); err != nil {
			return err
		}
		b.drift, err = p.source.Drift(ctx)
		return err
	})
	return b, err
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
	check("agreement stage", want.Stage, got.Stage)
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
	var want Subsidiary
	for _, r := range rows {
		if want.Customers == 0 {
			want.Currency, want.AsOf = r.Currency, r.AsOf
		}
		want.AsOf = min(want.AsOf, r.AsOf)
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

// compareRatings leaves the company code out: HQ keeps the one of the day, and
// finds ratings by the customer's code of today.
func compareRatings(slug string, want, got []Rating) []Difference {
	text := func(r Rating) string {
		lapsed := "in force"
		if r.LapsedAt != nil {
			lapsed = r.LapsedAt.UTC().String()
		}
		return fmt.Sprintf("%s of %s, %d, since %s, %s", r.Grade, r.CustomerID, r.TotalScore, r.EffectiveAt.UTC(), lapsed)
	}
	there := map[uuid.UUID]string{}
	for _, r := range got {
		there[r.ID] = text(r)
	}
	var out []Difference
	for _, r := range want {
		if found := there[r.ID]; found != text(r) {
			out = append(out, Difference{Tenant: slug, Figure: "rating", Expected: text(r), Found: found})
		}
		delete(there, r.ID)
	}
	for _, found := range there {
		out = append(out, Difference{Tenant: slug, Figure: "rating", Expected: "none", Found: found})
	}
	return out
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
	f.Disputed += o.Disputed
	f.DisputedOverdue += o.DisputedOverdue
	f.Limit += o.Limit
	f.Reserved += o.Reserved
}
