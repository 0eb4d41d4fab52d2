package report

import (
	"slices"
	"time"

	"zhuxin/shared/calendar"
)

// MonthsKept is how many closed months have figures: two years, and the month
// before them to compare with.
const MonthsKept = 25

// PeriodKind is how long a period is.
type PeriodKind string

// The kinds. Each begins on the first day of its calendar month, quarter or year.
const (
	PeriodMonth   PeriodKind = "month"
	PeriodQuarter PeriodKind = "quarter"
	PeriodYear    PeriodKind = "year"
)

// Kinds lists the kinds of period.
var Kinds = []PeriodKind{PeriodMonth, PeriodQuarter, PeriodYear}

// Period is a span of business dates. Closed is true when End is the last day of
// a month that is over; otherwise the period runs up to a day within a month, and
// is compared with the same span of another one.
type Period struct {
	Kind   PeriodKind
	First  calendar.Date
	End    calendar.Date
	Closed bool
}

func firstOfMonth(d calendar.Date) calendar.Date {
	y, m, _ := d.Time().Date()
	return calendar.NewDate(y, m, 1)
}

// monthEnd is the last day of the month that lies n months after d's.
func monthEnd(d calendar.Date, n int) calendar.Date {
	y, m, _ := d.Time().Date()
	return calendar.NewDate(y, m+time.Month(n)+1, 0)
}

func (k PeriodKind) first(end calendar.Date) calendar.Date {
	y, m, _ := end.Time().Date()
	switch k {
	case PeriodQuarter:
		return calendar.NewDate(y, m-(m-1)%3, 1)
	case PeriodYear:
		return calendar.NewDate(y, 1, 1)
	}
	return calendar.NewDate(y, m, 1)
}

// PeriodOf gives the period of the kind that ends in the month of the date: today
// in the running month, else that month's last day.
func PeriodOf(kind PeriodKind, in, today calendar.Date) Period {
	end, closed := today, false
	if firstOfMonth(in) < firstOfMonth(today) {
		end, closed = monthEnd(in, 0), true
	}
	return Period{Kind: kind, First: kind.first(end), End: end, Closed: closed}
}

// Before gives the last day of the period before the one of a day.
func (k PeriodKind) Before(day calendar.Date) calendar.Date { return k.first(day).AddDays(-1) }

// back gives the same span n months earlier.
func (p Period) back(n int) Period {
	end := p.End.AddMonths(-n)
	if p.Closed {
		end = monthEnd(p.End, -n)
	}
	return Period{Kind: p.Kind, First: p.Kind.first(end), End: end, Closed: p.Closed}
}

// YearBefore is the same span a year earlier.
func (p Period) YearBefore() Period { return p.back(12) }

// Before is the same span one period earlier.
func (p Period) Before() Period {
	return p.back(map[PeriodKind]int{PeriodMonth: 1, PeriodQuarter: 3, PeriodYear: 12}[p.Kind])
}

// Days counts the days of the period, from the subject's first sale when that is
// later than its beginning (rulings, turnover days).
func (p Period) Days(firstSale calendar.Date) int {
	return p.End.DaysSince(max(p.First, min(firstSale, p.End))) + 1
}

// Dates are those whose figures make the period up: the ends of its earlier
// months, and its own end.
func (p Period) Dates() []calendar.Date {
	var out []calendar.Date
	for d := monthEnd(p.First, 0); firstOfMonth(d) < firstOfMonth(p.End); d = monthEnd(d, 1) {
		out = append(out, d)
	}
	return append(out, p.End)
}

// Dates lists the business dates that figures are kept of when today is the day:
// the ends of the closed months, today, and today a month, a quarter and a year
// ago. Oldest first.
func Dates(today calendar.Date) []calendar.Date {
	out := []calendar.Date{today, today.AddMonths(-1), today.AddMonths(-3), today.AddMonths(-12)}
	for n := 1; n <= MonthsKept; n++ {
		out = append(out, monthEnd(today, -n))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
