package report

import (
	"fmt"

	"zhuxin/shared/calendar"
)

type calendarDate = calendar.Date

// Point is one period of a trend with its figures (000-85, 004-12).
type Point struct {
	Period
	Label   string // 2026-11 or 2026 Q4
	Sums    Sums
	Figures []Figure
}

// Trend gives the months or quarters that end with the period's end, oldest first:
// as many as figures are kept of, whole ones except the last.
func Trend(s Series, kind PeriodKind, end Period, oldest calendar.Date) []Point {
	var out []Point
	step := 1
	if kind == PeriodQuarter {
		step = 3
	}
	p := Period{Kind: kind, First: kind.first(end.End), End: end.End, Closed: end.Closed}
	for p.Dates()[0] >= oldest && len(out) < 24/step {
		out = append(out, Point{Period: p, Label: label(p), Sums: s.Over(p), Figures: Figures(s, p, oldest)})
		last := p.First.AddDays(-1)
		p = Period{Kind: kind, First: kind.first(last), End: last, Closed: true}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func label(p Period) string {
	y, m, _ := p.End.Time().Date()
	switch p.Kind {
	case PeriodQuarter:
		return fmt.Sprintf("%d Q%d", y, (int(m)+2)/3)
	case PeriodYear:
		return fmt.Sprint(y)
	}
	return p.End.String()[:7]
}
