package rollup

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/uow"
)

// Projections reads what is projected, inside HQ's unit of work.
type Projections interface {
	Totals(ctx context.Context) ([]Total, error)
	Largest(ctx context.Context, currencies []string, n int) ([]Subsidiary, error)
	Subsidiaries(ctx context.Context, q SubsidiaryQuery) ([]Subsidiary, int64, error)
	Subsidiary(ctx context.Context, tenantID uuid.UUID) (Subsidiary, bool, error)
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

// Shown is how many subsidiaries of a currency the overview shows; all of them
// are in the paged list. Its cost must not grow with the group.
const Shown = 20

// Overview is the whole group at a glance.
type Overview struct {
	Totals       []Total      // by currency
	Subsidiaries []Subsidiary // the Shown largest of each currency, by receivable
	Negative     int64        // effective entries on the negative list
	Applications int64        // waiting for a decision
}

// Overview gives totals per currency and the largest subsidiaries.
func (r *Reader) Overview(ctx context.Context) (Overview, error) {
	var o Overview
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return o, err
	}
	err := r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		if o.Totals, err = r.store.Totals(ctx); err != nil {
			return err
		}
		currencies := make([]string, len(o.Totals))
		for i, t := range o.Totals {
			currencies[i] = t.Currency
		}
		if o.Subsidiaries, err = r.store.Largest(ctx, currencies, Shown); err != nil {
			return err
		}
		o.Negative, o.Applications, err = r.store.Waiting(ctx)
		return err
	})
	return o, err
}

// Subsidiaries lists the projected subsidiaries of one currency.
func (r *Reader) Subsidiaries(ctx context.Context, q SubsidiaryQuery) (rows []Subsidiary, total int64, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, 0, err
	}
	if q.OrderBy == "" {
		q.OrderBy = ByReceivable
	}
	if q.Currency == "" {
		q.Currency = string(money.CNY)
	}
	var c fault.Checks
	c.Require(slices.Contains(SubsidiaryOrders, q.OrderBy), "order_by", "UNKNOWN_ORDER",
		"order by receivable, overdue, ratio, utilization, customersOverLimit or name, with a leading minus to turn it around")
	c.Require(len(q.Currency) == 3, "currency", "UNKNOWN_CURRENCY", "a currency is three letters, such as CNY")
	c.Require(len(q.Text) <= 100, "q", "TOO_LONG", "search for at most 100 characters")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		rows, total, err = r.store.Subsidiaries(ctx, q)
		return err
	})
	return rows, total, err
}

// Subsidiary gives one subsidiary's sums.
func (r *Reader) Subsidiary(ctx context.Context, tenantID uuid.UUID) (s Subsidiary, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return s, err
	}
	found := false
	err = r.hq.InTx(ctx, func(ctx context.Context) (err error) {
		s, found, err = r.store.Subsidiary(ctx, tenantID)
		return err
	})
	if err == nil && !found {
		err = fault.NotFound("NO_FIGURES", "there is no such subsidiary, or it has no customers yet")
	}
	return s, err
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
