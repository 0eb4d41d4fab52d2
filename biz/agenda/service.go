package agenda

import (
	"context"
	"slices"
	"time"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Service gives the calendar.
type Service struct {
	Tx      uow.Tenant
	Sources []Source
	Tables  report.Printer
	Audit   audit.Recorder
	Clock   calendar.Clock
}

// Input asks for months. Zero values: three months from the current one, all kinds,
// everything in the caller's scope, the first twenty entries.
type Input struct {
	From       string // yyyy-MM
	Months     int32  // 1 to 12
	Kind       Kind
	Mine       bool
	Page, Size int32
}

const (
	presetMonths = 3
	maxMonths    = 12
	// MostEntries bounds what is read of one kind; beyond it fewer months are to be asked for.
	MostEntries = 5000
)

// Page is a part of the calendar. Counts and Total are of all that was asked for; More
// says that a kind has more than MostEntries and its latest are left out.
type Page struct {
	From, To calendar.Date
	Entries  []Entry
	Counts   []Count
	Total    int64
	More     bool
}

// List gives a page. It needs access.LimitRead, and for each kind the permission to
// see what it is about.
func (s *Service) List(ctx context.Context, in Input) (Page, error) {
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	p, err := s.read(ctx, in, &c)
	if err != nil {
		return Page{}, err
	}
	p.Entries = p.Entries[min(w.Offset, len(p.Entries)):min(w.Offset+w.Limit, len(p.Entries))]
	return p, nil
}

func (s *Service) read(ctx context.Context, in Input, c *fault.Checks) (p Page, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return p, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return p, err
	}
	p.From = monthOf(today)
	if in.From != "" {
		at, err := time.Parse("2006-01", in.From)
		c.Require(err == nil && at.Year() >= 2000 && at.Year() <= 2100, "from", "BAD_FORM", "a month as 2026-01, from 2000 to 2100")
		p.From = calendar.Of(at, time.UTC)
	}
	c.Require(in.Months >= 0 && in.Months <= maxMonths, "months", "OUT_OF_RANGE", "1 to 12 months")
	c.Require(in.Kind == "" || slices.Contains(Kinds, in.Kind), "kind", "UNKNOWN", "rating_due, paper_expires, limit_ends, limit_begins, collateral_ends, agreement_review or empty")
	if err := c.Err(); err != nil {
		return p, err
	}
	months := int(in.Months)
	if months == 0 {
		months = presetMonths
	}
	p.To = p.From.AddMonths(months).AddDays(-1)
	q := Query{From: p.From, To: p.To, OnlyOf: customer.OnlyOf(actor), Limit: MostEntries + 1}
	if in.Mine {
		q.Mine = &actor.ID
	}
	var lists [][]Entry
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		lists, p.More = nil, false
		for _, src := range s.Sources {
			if !actor.Can(src.Permission()) {
				continue
			}
			es, err := src.Entries(ctx, q)
			if err != nil {
				return err
			}
			if len(es) > MostEntries {
				es, p.More = es[:MostEntries], true
			}
			lists = append(lists, es)
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	all := merge(lists...)
	p.Counts = tally(all) // of every kind, so that the filter can name them
	if in.Kind != "" {
		all = slices.DeleteFunc(all, func(e Entry) bool { return e.Kind != in.Kind })
	}
	p.Entries, p.Total = all, int64(len(all))
	return p, nil
}
