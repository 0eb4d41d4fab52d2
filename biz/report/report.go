// Package report answers a subsidiary's questions about its figures: the base
// figures with their formulas, trends, aging and rankings (000-84 to 000-88,
// 004-10 to 004-12), for all of it, a salesperson or a customer.
//
// It owns who may see what and the questions that only items can answer. The
// arithmetic is shared/report's, which HQ uses as well; the items are
// biz/receivable's.
package report

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Reader reads figures and items inside the tenant's unit of work.
type Reader interface {
	report.FigureReader
	// Refresh makes figures anew where items, receipts or the day have changed.
	Refresh(ctx context.Context, today calendar.Date, ids []uuid.UUID) (int, error)
	// Current says whether all figures are of the day, without looking at items.
	Current(ctx context.Context, today calendar.Date) (bool, error)
	Aging(ctx context.Context, q AgingQuery) ([]AgingRow, error)
	// OwnBounds gives the bounds that the subsidiary set for its aging; empty without.
	OwnBounds(ctx context.Context) (string, error)
	Rank(ctx context.Context, q RankQuery) ([]report.Ranked, int64, error)
}

// Reports is the service.
type Reports struct {
	tx     uow.Tenant
	reader Reader
	clock  calendar.Clock

	segments customer.Segments
}

// CutBy lets reports be narrowed to a segment.
func (s *Reports) CutBy(segments customer.Segments) { s.segments = segments }

// New makes it.
func New(tx uow.Tenant, r Reader, clock calendar.Clock) *Reports {
	return &Reports{tx: tx, reader: r, clock: clock}
}

// scoped puts a salesperson into his own customers, whatever he asks for.
func scoped(actor access.Actor, r report.Request) report.Request {
	r.TenantID, r.Currency, r.Customers = uuid.Nil, "", nil
	if own := customer.OnlyOf(actor); own != nil {
		r.SalespersonID = own
	}
	return r
}

// Report gives the subsidiary, a salesperson or a customer. A salesperson gets
// his own customers.
func (s *Reports) Report(ctx context.Context, r report.Request) (v report.View, err error) {
	actor, err := access.Require(ctx, access.OverviewRead)
	if err != nil {
		return v, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return v, err
	}
	today := calendar.Of(s.clock.Now(), t.Zone)
	r = scoped(actor, r)
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.current(ctx, today); err != nil {
			return err
		}
		cut, err := customer.CutTo(ctx, s.segments, r.Segment, today, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		r.Customers = cut.In
		if v, err = report.Within(ctx, s.reader, r, today); err != nil {
			return err
		}
		v.Segment = cut.Name
		v.Currency, v.Currencies = string(t.Currency), []string{string(t.Currency)}
		v.Path = []report.Crumb{{Level: report.LevelSubsidiary, ID: t.ID, Name: t.Name}}
		crumbs, err := report.Names(ctx, s.reader, r)
		v.Path = append(v.Path, crumbs...)
		return err
	})
	return v, err
}

// named says whether the salesperson, the customer and the segment of a request are there
// for the caller.
func (s *Reports) named(ctx context.Context, r report.Request) error {
	actor, err := access.Require(ctx, access.OverviewRead)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := customer.CutTo(ctx, s.segments, r.Segment, today, customer.OnlyOf(actor)); err != nil {
			return err
		}
		_, err := report.Names(ctx, s.reader, scoped(actor, r))
		return err
	})
}

// current makes the figures of a new day when nobody has yet, so that a report
// right after midnight, or before the first event, is right all the same.
func (s *Reports) current(ctx context.Context, today calendar.Date) error {
	ok, err := s.reader.Current(ctx, today)
	if err != nil || ok {
		return err
	}
	_, err = s.reader.Refresh(ctx, today, nil)
	return err
}
