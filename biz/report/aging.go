package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Scheme cuts open items by age (ruling 6).
type Scheme string

// The schemes.
const (
	SchemeMonths Scheme = "months" // 0–6, 6–12, 12–24, over 24 calendar months
	SchemeDays   Scheme = "days"   // 1–30, 31–60, 61–90, 91 and more days
	SchemeCustom Scheme = "custom" // days, with bounds that the caller gives
	SchemeOwn    Scheme = "own"    // days, with the bounds that the subsidiary set
)

// AgingQuery asks for open items by age. Bounds are the last days of all buckets
// but the open last one, rising; for months they are months.
type AgingQuery struct {
	report.Filter
	Today, On calendar.Date
	Scheme    Scheme
	Bounds    []int
	By        report.Dimension // empty: the sum only
}

// AgingRow is a subject's open items by age in fen: first what is not due, then
// the buckets; they add up to the receivable. Unknown counts customers whose state
// on the date is not known, and of whom nothing is counted.
type AgingRow struct {
	ID           uuid.UUID
	Name, Detail string
	Buckets      []int64
	Unknown      int64
	Basis        report.Basis
	Disputed     int64 // of Receivable
}

// Receivable is the sum of the buckets.
func (r AgingRow) Receivable() (sum int64) {
	for _, b := range r.Buckets {
		sum += b
	}
	return sum
}

// Aging is the answer: the sum, and the rows by subject, largest first.
type Aging struct {
	On     calendar.Date
	Scheme Scheme
	Cut    customer.Cut
	Own    string   // bounds that the subsidiary set; empty without
	Labels []string // not_due, then 1-30 … 91+
	Total  AgingRow
	Rows   []AgingRow
	Count  int64 // of rows
}

// AgingInput asks for an aging. As of a past date what was settled since counts as
// open, as far as receipts tell when.
type AgingInput struct {
	SalespersonID *uuid.UUID
	CustomerID    uuid.UUID
	Segment       *uuid.UUID    // nil is everybody
	On            calendar.Date // zero is today
	Scheme        Scheme
	Bounds        string // for custom: 15,30,60
	By            report.Dimension
	Page, Size    int32
}

func (in AgingInput) bounds(c *fault.Checks) []int {
	switch in.Scheme {
	case SchemeMonths:
		return []int{6, 12, 24}
	case SchemeDays:
		return []int{30, 60, 90}
	case SchemeOwn:
		return nil // they stand in the settings
	case SchemeCustom:
	default:
		c.Add("scheme", "UNKNOWN", "one of months, days, own, custom")
		return nil
	}
	return report.Bounds(c, "bounds", in.Bounds)
}

// labels names the buckets: a month bucket by its bounds, a day bucket by its
// first and last day.
func labels(s Scheme, bounds []int) []string {
	out := []string{"not_due"}
	last := 0
	for _, b := range bounds {
		if s == SchemeMonths {
			out = append(out, fmt.Sprintf("%d-%d", last, b))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", last+1, b))
		}
		last = b
	}
	if s == SchemeMonths {
		return append(out, fmt.Sprintf("%d+", last))
	}
	return append(out, fmt.Sprintf("%d+", last+1))
}

// ErrNoBounds means that the subsidiary has set no buckets of its own.
var ErrNoBounds = fault.Conflict("AGING_BOUNDS_NOT_SET", "this subsidiary has no aging buckets of its own; set them in the settings of collection, or choose another scheme")

func ownBounds(text string) ([]int, error) {
	if text == "" {
		return nil, ErrNoBounds
	}
	var c fault.Checks
	bounds := report.Bounds(&c, "aging_bounds", text)
	return bounds, c.Err()
}

// Aging cuts the open items of a date by age, straight from the items, and gives a page
// of the rows.
func (s *Reports) Aging(ctx context.Context, in AgingInput) (a Aging, err error) {
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	if err := c.Err(); err != nil {
		return a, err
	}
	if a, err = s.aging(ctx, in); err != nil {
		return a, err
	}
	a.Rows = a.Rows[min(w.Offset, len(a.Rows)):min(w.Offset+w.Limit, len(a.Rows))]
	return a, nil
}

// aging gives all rows.
func (s *Reports) aging(ctx context.Context, in AgingInput) (a Aging, err error) {
	actor, err := access.Require(ctx, access.OverviewRead)
	if err != nil {
		return a, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return a, err
	}
	var c fault.Checks
	if in.Scheme == "" {
		in.Scheme = SchemeMonths
	}
	if in.On.IsZero() {
		in.On = today
	}
	bounds := in.bounds(&c)
	c.Require(in.On <= today, "as_of", "IN_FUTURE", "choose today or an earlier day")
	c.Require(in.By == "" || in.By == report.BySalesperson || in.By == report.ByCustomer, "by", "UNKNOWN", "salesperson or customer")
	if err := c.Err(); err != nil {
		return a, err
	}
	r := scoped(actor, report.Request{SalespersonID: in.SalespersonID, CustomerID: in.CustomerID})
	q := AgingQuery{Filter: report.Filter{SalespersonID: r.SalespersonID, CustomerID: r.CustomerID}, Today: today, On: in.On,
		Scheme: in.Scheme, Bounds: bounds, By: in.By}
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		if _, err := report.Names(ctx, s.reader, r); err != nil {
			return err
		}
		if a.Cut, err = customer.CutTo(ctx, s.segments, in.Segment, today, customer.OnlyOf(actor)); err != nil {
			return err
		}
		q.Customers = a.Cut.In
		if a.Own, err = s.reader.OwnBounds(ctx); err != nil {
			return err
		}
		if in.Scheme == SchemeOwn {
			if q.Bounds, err = ownBounds(a.Own); err != nil {
				return err
			}
		}
		a.On, a.Scheme, a.Labels = in.On, in.Scheme, labels(in.Scheme, q.Bounds)
		a.Rows, err = s.reader.Aging(ctx, q)
		return err
	})
	if err != nil {
		return a, err
	}
	a.Total = AgingRow{Buckets: make([]int64, len(a.Labels))}
	for _, row := range a.Rows {
		for i, b := range row.Buckets {
			a.Total.Buckets[i] += b
		}
		a.Total.Unknown += row.Unknown
		a.Total.Disputed += row.Disputed
		a.Total.Basis = max(a.Total.Basis, row.Basis)
	}
	if in.By == "" {
		a.Rows = nil
	}
	slices.SortStableFunc(a.Rows, func(x, y AgingRow) int {
		switch p, q := x.Receivable(), y.Receivable(); {
		case p > q:
			return -1
		case p < q:
			return 1
		}
		return strings.Compare(x.ID.String(), y.ID.String())
	})
	a.Count = int64(len(a.Rows))
	return a, nil
}
