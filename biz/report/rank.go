package report

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// RankQuery asks for customers or projects by what they owe today.
type RankQuery struct {
	report.Filter
	Of            report.RankOf
	Order         report.ChildOrder
	Today         calendar.Date
	Limit, Offset int
}

// RankInput asks for a page of debts.
type RankInput struct {
	Of         report.RankOf
	Order      report.ChildOrder // empty is by receivable
	Segment    *uuid.UUID        // nil is everybody
	Page, Size int32
}

// Rank gives debts by amount or by days overdue (004-11), of customers or of
// projects. A salesperson gets his own customers'.
func (s *Reports) Rank(ctx context.Context, in RankInput) (rows []report.Ranked, total int64, err error) {
	actor, err := access.Require(ctx, access.OverviewRead)
	if err != nil {
		return nil, 0, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, 0, err
	}
	of, order := in.Of, cmp.Or(in.Order, report.ByReceivable)
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	c.Require(of == report.RankCustomers || of == report.RankProjects, "of", "UNKNOWN", "customers or projects")
	c.Require(order == report.ByReceivable || order == report.ByOverdue || order == report.ByOldest, "order_by", "UNKNOWN", "one of receivable, overdue, overdue_days")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	r := scoped(actor, report.Request{})
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		cut, err := customer.CutTo(ctx, s.segments, in.Segment, today, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		rows, total, err = s.reader.Rank(ctx, RankQuery{Filter: report.Filter{SalespersonID: r.SalespersonID, Customers: cut.In}, Of: of, Order: order, Today: today, Limit: w.Limit, Offset: w.Offset})
		return err
	})
	return rows, total, err
}
