package report

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/uow"
)

// ErrNoSubject means that there is nothing of the kind here.
var (
	ErrNoTenant   = fault.NotFound("TENANT_NOT_FOUND", "there is no such subsidiary")
	ErrNoCustomer = fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	ErrNoPerson   = fault.NotFound("SALESPERSON_NOT_FOUND", "there is no such salesperson with customers here")
)

// Within builds a report of one subsidiary, or of a salesperson or customer in it,
// inside a unit of work. It serves the subsidiary itself and HQ alike.
func Within(ctx context.Context, from FigureReader, r Request, today calendar.Date) (View, error) {
	r, w, err := r.window(today)
	if err != nil {
		return View{}, err
	}
	v := View{Level: r.level(), Today: today, By: r.level().Below()}
	if v.Level == LevelGroup {
		v.Level, v.By = LevelSubsidiary, BySalesperson
	}
	f := Filter{TenantID: r.TenantID, SalespersonID: r.SalespersonID, CustomerID: r.CustomerID, Customers: r.Customers}
	s, err := from.Series(ctx, f)
	if err != nil {
		return v, err
	}
	build(&v, s, r)
	if v.By == "" {
		return v, nil
	}
	children, total, err := from.Children(ctx, f, ChildQuery{By: v.By, Over: v.Period, Order: r.Order, Limit: w.Limit, Offset: w.Offset})
	if err != nil {
		return v, err
	}
	v.Total = total
	for _, c := range children {
		v.Parts = append(v.Parts, part(c, v.Period, today, oldestOf(today)))
	}
	return v, nil
}

// Group answers HQ's questions about the subsidiaries' figures.
type Group struct {
	hq    uow.HQ
	store GroupReader
}

// NewGroup makes the service.
func NewGroup(hq uow.HQ, store GroupReader) *Group { return &Group{hq: hq, store: store} }

// Report gives the group, a subsidiary, a salesperson of it or a customer.
func (g *Group) Report(ctx context.Context, r Request) (v View, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return v, err
	}
	err = g.hq.InTx(ctx, func(ctx context.Context) (err error) {
		if r.TenantID == uuid.Nil {
			v, err = g.whole(ctx, r)
			return err
		}
		all, err := g.store.Subsidiaries(ctx, r.TenantID)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return ErrNoTenant
		}
		v, err = Within(ctx, g.store, r, all[0].AsOf)
		v.Currency, v.Currencies = all[0].Currency, []string{all[0].Currency}
		v.Path = []Crumb{{LevelSubsidiary, all[0].ID, all[0].Name}}
		if err == nil && !all[0].Projected {
			v.Late = []Late{{ID: all[0].ID, Name: all[0].Name}}
		}
		if err != nil {
			return err
		}
		crumbs, err := Names(ctx, g.store, r)
		v.Path = append(v.Path, crumbs...)
		return err
	})
	return v, err
}

// Names names the salesperson and the customer of a request, or says that there
// is no such one.
func Names(ctx context.Context, from FigureReader, r Request) ([]Crumb, error) {
	var out []Crumb
	if r.SalespersonID != nil {
		name, ok, err := from.Name(ctx, Filter{TenantID: r.TenantID, SalespersonID: r.SalespersonID})
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, ErrNoPerson
		}
		out = append(out, Crumb{LevelSalesperson, *r.SalespersonID, name})
	}
	if r.CustomerID != uuid.Nil {
		name, ok, err := from.Name(ctx, Filter{TenantID: r.TenantID, SalespersonID: r.SalespersonID, CustomerID: r.CustomerID})
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, ErrNoCustomer
		}
		out = append(out, Crumb{LevelCustomer, r.CustomerID, name})
	}
	return out, nil
}

// whole sums the subsidiaries of one currency; nothing is converted.
func (g *Group) whole(ctx context.Context, r Request) (View, error) {
	v := View{Level: LevelGroup, By: BySubsidiary}
	all, err := g.store.Subsidiaries(ctx, uuid.Nil)
	if err != nil {
		return v, err
	}
	v.Currencies, v.Currency = currencies(all, r.Currency)
	all = slices.DeleteFunc(all, func(x Subsidiary) bool { return x.Currency != v.Currency })
	if v.Today = newest(all); v.Today.IsZero() {
		return v, nil
	}
	r, w, err := r.window(v.Today)
	if err != nil {
		return v, err
	}
	total := Series{}
	for i, x := range all {
		if x.AsOf < v.Today || !x.Projected {
			late := Late{ID: x.ID, Name: x.Name}
			if x.Projected {
				late.AsOf = x.AsOf
			}
			v.Late = append(v.Late, late)
		}
		all[i].Series = x.on(v.Today)
		for on, s := range all[i].Series {
			t := total[on]
			t.Add(s)
			total[on] = t
		}
	}
	build(&v, total, r)
	v.Total = int64(len(all))
	for _, x := range all {
		v.Parts = append(v.Parts, part(x.Child, v.Period, x.AsOf, oldestOf(v.Today)))
	}
	sortParts(v.Parts, r.Order)
	v.Parts = v.Parts[min(w.Offset, len(v.Parts)):min(w.Offset+w.Limit, len(v.Parts))]
	return v, nil
}

// newest is the day of the newest figures; before there are any, the day on which
// the youngest subsidiary was made.
func newest(all []Subsidiary) (today calendar.Date) {
	some := slices.ContainsFunc(all, func(x Subsidiary) bool { return x.Projected })
	for _, x := range all {
		if x.Projected || !some {
			today = max(today, x.AsOf)
		}
	}
	return today
}

func currencies(all []Subsidiary, wanted string) (list []string, chosen string) {
	count := map[string]int{}
	for _, x := range all {
		count[x.Currency]++
	}
	for c := range count {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	if slices.Contains(list, wanted) {
		return list, wanted
	}
	if len(list) > 0 {
		return list, list[0]
	}
	return list, ""
}

func sortParts(parts []Part, order ChildOrder) {
	const none = math.MinInt64 // what has no value stands last
	of := func(p Part) int64 {
		switch order {
		case ByReceivable:
			return p.Sums.Receivable
		case ByOldest:
			if p.Sums.OldestDue.IsZero() {
				return none
			}
			return -int64(p.Sums.OldestDue)
		}
		if f := find(p.Figures, string(order)); f.Now.OK() {
			return f.Now.Value
		}
		return none
	}
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(of(b), of(a)), strings.Compare(a.ID.String(), b.ID.String()))
	})
}

// Rank gives a page of a ranking over all subsidiaries or within one (000-88).
func (g *Group) Rank(ctx context.Context, k RankQuery, page, size int32) (rows []Ranked, total int64, currency string, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, 0, "", err
	}
	var c fault.Checks
	w := paging.Of(&c, page, size)
	k.Limit, k.Offset = w.Limit, w.Offset
	if k.Order == "" {
		k.Order = ByReceivable
	}
	c.Require(k.Of == RankCustomers || k.Of == RankProjects, "of", "UNKNOWN", "customers or projects")
	c.Require(k.Order == ByReceivable || k.Order == ByOverdue || k.Order == ByOldest, "order_by", "UNKNOWN", "one of receivable, overdue, overdue_days")
	if err := c.Err(); err != nil {
		return nil, 0, "", err
	}
	err = g.hq.InTx(ctx, func(ctx context.Context) error {
		all, err := g.store.Subsidiaries(ctx, k.TenantID)
		if err != nil {
			return err
		}
		if k.TenantID != uuid.Nil && len(all) == 0 {
			return ErrNoTenant
		}
		_, k.Currency = currencies(all, k.Currency)
		rows, total, err = g.store.Rank(ctx, k)
		return err
	})
	return rows, total, k.Currency, err
}
