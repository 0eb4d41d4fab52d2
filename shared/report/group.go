package report

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// Subsidiary is a subsidiary with its figures and the day they were made on.
type Subsidiary struct {
	Child
	Currency  string
	AsOf      calendar.Date
	Projected bool // false before its first figures
}

// GroupReader reads the figures of all subsidiaries, inside HQ's unit of work.
type GroupReader interface {
	FigureReader // of one subsidiary: the filter names it
	// Subsidiaries gives every subsidiary, or one, with its figures.
	Subsidiaries(ctx context.Context, only uuid.UUID) ([]Subsidiary, error)
	Rank(ctx context.Context, q RankQuery) ([]Ranked, int64, error)
}

// RankOf is what a ranking lists.
type RankOf string

// The rankings over all subsidiaries (000-88).
const (
	RankCustomers RankOf = "customers" // one line for each company, by its code
	RankProjects  RankOf = "projects"
)

// RankQuery asks for a page of a ranking.
type RankQuery struct {
	Of            RankOf
	TenantID      uuid.UUID // Nil for the whole group
	Currency      string
	Order         ChildOrder
	Limit, Offset int
}

// Ranked is a line of a ranking, in fen.
type Ranked struct {
	ID, Name, Detail, Where string
	Subsidiaries            int64
	Receivable, Overdue     int64
	OldestDue, AsOf         calendar.Date
	Disputed                int64 // of Receivable
}

// OverdueDays counts from the oldest item past due; 0 when there is none.
func (r Ranked) OverdueDays() int {
	if r.OldestDue.IsZero() {
		return 0
	}
	return r.AsOf.DaysSince(r.OldestDue)
}

// on gives the subsidiary's figures as of another day than they were made on: the
// dates that follow the day take the new day's names. Figures of an earlier month
// carry their state over, and no flows: in the running month nothing is known yet.
func (x Subsidiary) on(today calendar.Date) Series {
	if x.AsOf == today || !x.Projected {
		return x.Series
	}
	out := Series{}
	for _, d := range Dates(today) {
		if s, ok := x.Series[d]; ok {
			out[d] = s
		}
	}
	for _, months := range []int{0, 1, 3, 12} {
		from, to := x.AsOf.AddMonths(-months), today.AddMonths(-months)
		s := x.Series[from]
		if firstOfMonth(from) != firstOfMonth(to) {
			s.Sales, s.Collections, s.FallenDue, s.CollectedDue = 0, 0, 0, 0
		}
		if _, ok := out[to]; !ok {
			out[to] = s
		}
	}
	return out
}
