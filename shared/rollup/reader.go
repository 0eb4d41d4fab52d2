package rollup

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/uow"
)

// Projections reads what is projected, inside HQ's unit of work.
type Projections interface {
	Subsidiaries(ctx context.Context) ([]Subsidiary, error)
	Customers(ctx context.Context, q Query) ([]Row, int64, error)
	Company(ctx context.Context, uscc string) ([]Row, error)
	CountElsewhere(ctx context.Context, tenantID uuid.UUID, uscc string) (known, overdue int, err error)
	Waiting(ctx context.Context) (negativeEntries, applications int64, err error)
}

// Reader answers HQ's questions about the group.
type Reader struct {
	hq    uow.HQ
	store Projections
}

// NewReader makes a reader.
func NewReader(hq uow.HQ, store Projections) *Reader { return &Reader{hq: hq, store: store} }

// Overview is the whole group at a glance.
type Overview struct {
	Totals       []Subsidiary // one per currency: the sums over its subsidiaries; nothing is converted
	Counts       map[string]int64
	Subsidiaries []Subsidiary // by receivable, largest first, within a currency
	Negative     int64        // effective entries on the negative list
	Applications int64        // waiting for a decision
}

// Overview gives totals per currency and the subsidiaries ranked. The total of
// AsOf and ProjectedAt is the oldest among the parts, so that nothing looks
// fresher than it is.
func (r *Reader) Overview(ctx context.Context) (Overview, error) {
	o := Overview{Counts: map[string]int64{}}
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return o, err
	}
	err := r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		if o.Subsidiaries, err = r.store.Subsidiaries(ctx); err != nil {
			return err
		}
		o.Negative, o.Applications, err = r.store.Waiting(ctx)
		return err
	})
	if err != nil {
		return o, err
	}
	slices.SortStableFunc(o.Subsidiaries, func(a, b Subsidiary) int {
		if c := strings.Compare(a.Currency, b.Currency); c != 0 {
			return c
		}
		return cmpDesc(a.Receivable, b.Receivable)
	})
	for _, s := range o.Subsidiaries {
		if len(o.Totals) == 0 || o.Totals[len(o.Totals)-1].Currency != s.Currency {
			o.Totals = append(o.Totals, Subsidiary{ProjectedAt: s.ProjectedAt, Figures: Figures{Currency: s.Currency, AsOf: s.AsOf}})
		}
		t := &o.Totals[len(o.Totals)-1]
		t.Figures.add(s.Figures)
		t.AsOf = min(t.AsOf, s.AsOf)
		if s.ProjectedAt.Before(t.ProjectedAt) {
			t.ProjectedAt = s.ProjectedAt
		}
		t.Customers += s.Customers
		t.CustomersOverdue += s.CustomersOverdue
		t.CustomersOverLimit += s.CustomersOverLimit
		o.Counts[s.Currency]++
	}
	return o, nil
}

func cmpDesc(a, b int64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// Customers lists projected customers of the group or of one subsidiary.
func (r *Reader) Customers(ctx context.Context, q Query) (rows []Row, total int64, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, 0, err
	}
	if q.OrderBy == "" {
		q.OrderBy = ByReceivable
	}
	var c fault.Checks
	c.Require(slices.Contains(Orders, q.OrderBy), "order_by", "UNKNOWN_ORDER", "order by receivable, overdue or name, with a leading minus to turn it around")
	c.Require(len(q.Text) <= 100, "q", "TOO_LONG", "search for at most 100 characters")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		rows, total, err = r.store.Customers(ctx, q)
		return err
	})
	return rows, total, err
}

// Company gives one company's rows at all subsidiaries that know it.
func (r *Reader) Company(ctx context.Context, code string) ([]Row, error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, err
	}
	uscc, err := party.ParseUSCC(code)
	if uscc == "" {
		var c fault.Checks
		c.Add("uscc", "INVALID_FORM", err.Error())
		return nil, c.Err()
	}
	var rows []Row
	err = r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		rows, err = r.store.Company(ctx, string(uscc))
		return err
	})
	if err == nil && len(rows) == 0 {
		err = fault.NotFound("COMPANY_NOT_FOUND", "no subsidiary has a customer with this code")
	}
	return rows, err
}

// Elsewhere says how many other subsidiaries know the company, and at how many
// of them it is overdue: numbers only, nothing of theirs (000-90). It runs in
// HQ's unit of work, so never inside a tenant's.
func (r *Reader) Elsewhere(ctx context.Context, tenantID uuid.UUID, uscc string) (known, overdue int, err error) {
	if uscc == "" {
		return 0, 0, nil
	}
	err = r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		known, overdue, err = r.store.CountElsewhere(ctx, tenantID, uscc)
		return err
	})
	return known, overdue, err
}
