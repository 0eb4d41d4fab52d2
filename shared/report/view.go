package report

import (
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
)

// Request asks for a report. Zero fields take their presets: the running month,
// everything the caller may see, by receivable.
type Request struct {
	TenantID      uuid.UUID // at HQ only; Nil for the group
	Currency      string    // at HQ only
	SalespersonID *uuid.UUID
	CustomerID    uuid.UUID
	Segment       *uuid.UUID  // in a subsidiary only
	Customers     []uuid.UUID // who is in it; nil without one
	Kind          PeriodKind
	Month         calendar.Date // a day in the month that the period ends in; zero is the running one
	Order         ChildOrder
	Page, Size    int32
}

func (r Request) window(today calendar.Date) (Request, paging.Window, error) {
	var c fault.Checks
	w := paging.Of(&c, r.Page, r.Size)
	if r.Kind == "" {
		r.Kind = PeriodMonth
	}
	if r.Order == "" {
		r.Order = ByReceivable
	}
	c.Require(slices.Contains(Kinds, r.Kind), "period", "UNKNOWN", "one of month, quarter, year")
	CheckOrder(&c, r.Order)
	if r.Month.IsZero() {
		r.Month = today
	}
	c.Require(firstOfMonth(r.Month) <= firstOfMonth(today), "month", "IN_FUTURE", "choose a month that has begun")
	c.Require(r.Month >= oldestOf(today), "month", "TOO_OLD", "figures are kept of the last 25 months; choose a later month")
	return r, w, c.Err()
}

// oldestOf is the first date that figures are kept of.
func oldestOf(today calendar.Date) calendar.Date { return Dates(today)[0] }

// Level is the place of a report between the group and a customer.
type Level string

// The levels, each with the one below.
const (
	LevelGroup       Level = "group"
	LevelSubsidiary  Level = "subsidiary"
	LevelSalesperson Level = "salesperson"
	LevelCustomer    Level = "customer"
)

func (r Request) level() Level {
	switch {
	case r.CustomerID != uuid.Nil:
		return LevelCustomer
	case r.SalespersonID != nil:
		return LevelSalesperson
	case r.TenantID != uuid.Nil:
		return LevelSubsidiary
	}
	return LevelGroup
}

// Below is what a level is broken down by; empty for a customer, whose parts are
// items.
func (l Level) Below() Dimension {
	return map[Level]Dimension{LevelGroup: BySubsidiary, LevelSubsidiary: BySalesperson, LevelSalesperson: ByCustomer}[l]
}

// Part is a line of the breakdown.
type Part struct {
	ID           uuid.UUID
	Name, Detail string
	AsOf         calendar.Date
	Sums         Sums // over the period
	Figures      []Figure
}

// View is a report at one level.
type View struct {
	Level    Level
	Path     []Crumb // from the top down to here
	Segment  string  // name of the segment that the figures are narrowed to; empty without
	Today    calendar.Date
	Currency string
	Period   Period
	Sums     Sums // over the period; the state is on its end
	Figures  []Figure
	Months   []Point
	Quarters []Point
	By       Dimension
	Parts    []Part
	Total    int64 // of parts
	// At HQ: currencies to choose from, and subsidiaries whose figures are older
	// than the view's day or not there at all.
	Currencies []string
	Late       []Late
}

// Crumb names a level on the way to a report.
type Crumb struct {
	Level Level
	ID    uuid.UUID
	Name  string
}

// Late is a subsidiary that lags behind.
type Late struct {
	ID   uuid.UUID
	Name string
	AsOf calendar.Date // zero when it has no figures yet
}

// build computes everything that depends on a subject's series alone.
func build(v *View, s Series, r Request) {
	oldest := oldestOf(v.Today)
	v.Period = PeriodOf(r.Kind, r.Month, v.Today)
	v.Sums = s.Over(v.Period)
	v.Figures = Figures(s, v.Period, oldest)
	v.Months = Trend(s, PeriodMonth, v.Period, oldest)
	v.Quarters = Trend(s, PeriodQuarter, v.Period, oldest)
}

func part(c Child, p Period, asOf, oldest calendar.Date) Part {
	return Part{ID: c.ID, Name: c.Name, Detail: c.Detail, AsOf: asOf, Sums: c.Series.Over(p), Figures: Figures(c.Series, p, oldest)}
}
