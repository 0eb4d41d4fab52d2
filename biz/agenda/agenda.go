// Package agenda puts together the days that somebody has to keep (000-67): ratings
// to be renewed, papers that expire, limits that begin and end, collateral whose cover
// ends, agreements to be reviewed, over the months ahead or behind.
//
// It owns the entry's form, the order of entries across domains and their counts by
// month. It does not own the days: each kind has a Source that reads them from the
// tables of its domain. What is to be done now is a to-do (biz/todo); a calendar also
// shows what is handled or far away.
package agenda

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Kind says what falls on a day.
type Kind string

// The kinds, in the order in which they stand on one day.
const (
	RatingDue       Kind = "rating_due"       // the last day on which a rating holds
	PaperExpires    Kind = "paper_expires"    // the last day of the newest revision of a paper
	LimitEnds       Kind = "limit_ends"       // the last day of a limit
	LimitBegins     Kind = "limit_begins"     // its first
	CollateralEnds  Kind = "collateral_ends"  // the last day on which collateral covers
	AgreementReview Kind = "agreement_review" // a year after an agreement came into force
)

// Kinds lists them.
var Kinds = []Kind{RatingDue, PaperExpires, LimitEnds, LimitBegins, CollateralEnds, AgreementReview}

// Entry is one day of one thing. ID is the rating, paper, limit, collateral or agreement.
type Entry struct {
	Kind           Kind
	ID             uuid.UUID
	On             calendar.Date
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	ProjectID      uuid.UUID // nil: of the customer himself
	ProjectName    string
	Salesperson    string            // the project's, or else the customer's; empty for nobody
	Amount         *money.Amount     // fen
	Parts          map[string]string // codes of the kind: grade, paper, class, successor, collateral
}

// Query selects the entries of a span, both days included. OnlyOf is the data scope:
// customers or projects of that salesperson. Mine narrows further to what he sells.
type Query struct {
	From, To calendar.Date
	OnlyOf   *uuid.UUID
	Mine     *uuid.UUID
	Limit    int
}

// Source reads the entries of one kind by day, inside a unit of work of the tenant.
type Source interface {
	Kind() Kind
	// Permission is needed to see such entries; others are spared the query.
	Permission() access.Permission
	Entries(ctx context.Context, q Query) ([]Entry, error)
}

// Count is how many entries of a kind a month has; Month is its first day.
type Count struct {
	Month calendar.Date
	Kind  Kind
	N     int64
}

// merge brings the entries of all sources into one order: by day, kind and customer.
func merge(lists ...[]Entry) []Entry {
	all := slices.Concat(lists...)
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)),
			cmp.Compare(a.CustomerNumber, b.CustomerNumber), slices.Compare(a.ID[:], b.ID[:]))
	})
	return all
}

// tally counts merged entries by month and kind, in their order.
func tally(es []Entry) (out []Count) {
	for _, e := range es {
		month := monthOf(e.On)
		i := slices.IndexFunc(out, func(c Count) bool { return c.Month == month && c.Kind == e.Kind })
		if i < 0 {
			i, out = len(out), append(out, Count{Month: month, Kind: e.Kind})
		}
		out[i].N++
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)))
	})
	return out
}

func monthOf(d calendar.Date) calendar.Date {
	y, m, _ := d.Time().Date()
	return calendar.NewDate(y, m, 1)
}
