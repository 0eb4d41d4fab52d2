package limit

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
)

// CalendarQuery selects approved limits that begin after From or end from From on,
// at the latest on To.
type CalendarQuery struct {
	From, To calendar.Date
	OnlyOf   *uuid.UUID // the salesperson who sees his customers only
	paging.Window
}

// CalendarEntry is one day on which a limit begins or has its last day.
type CalendarEntry struct {
	Limit
	CustomerNumber, CustomerName string
	On                           calendar.Date
	Begins                       bool // else it is the last day
	Successor                    bool // a later standing version takes over
}

// CalendarDays are the spans that can be asked for.
var CalendarDays = []int32{7, 30, 90, 366}

// Calendar gives a page of what begins and ends within the next days, the soonest
// first, and how many there are. It needs access.LimitRead.
func (s *Service) Calendar(ctx context.Context, days, page, size int32) (es []CalendarEntry, total int64, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	if days == 0 {
		days = 30
	}
	c.Require(slices.Contains(CalendarDays, days), "days", "OUT_OF_RANGE", "7, 30, 90 or 366 days")
	window := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, 0, err
	}
	q := CalendarQuery{From: today, To: today.AddDays(int(days)), OnlyOf: customer.OnlyOf(actor), Window: window}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		es, total, err = s.repo.Calendar(ctx, q)
		return err
	})
	return es, total, err
}
