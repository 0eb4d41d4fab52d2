package report

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhuxin/shared/calendar"
)

func day(s string) calendar.Date {
	d, err := calendar.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestPeriods(t *testing.T) {
	for name, c := range map[string]struct {
		kind                           PeriodKind
		in, today                      string
		first, end, yearFirst, yearEnd string
		beforeFirst, beforeEnd         string
		days                           int
	}{
		"running month":    {PeriodMonth, "2026-03-31", "2026-03-31", "2026-03-01", "2026-03-31", "2025-03-01", "2025-03-31", "2026-02-01", "2026-02-28", 31},
		"closed february":  {PeriodMonth, "2025-02-03", "2026-03-31", "2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29", "2025-01-01", "2025-01-31", 28},
		"running leap day": {PeriodMonth, "2024-02-29", "2024-02-29", "2024-02-01", "2024-02-29", "2023-02-01", "2023-02-28", "2024-01-01", "2024-01-29", 29},
		"running quarter":  {PeriodQuarter, "2026-05-10", "2026-05-10", "2026-04-01", "2026-05-10", "2025-04-01", "2025-05-10", "2026-01-01", "2026-02-10", 40},
		"closed quarter":   {PeriodQuarter, "2026-03-10", "2026-05-10", "2026-01-01", "2026-03-31", "2025-01-01", "2025-03-31", "2025-10-01", "2025-12-31", 90},
		"running year":     {PeriodYear, "2026-05-10", "2026-05-10", "2026-01-01", "2026-05-10", "2025-01-01", "2025-05-10", "2025-01-01", "2025-05-10", 130},
	} {
		p := PeriodOf(c.kind, day(c.in), day(c.today))
		y, b := p.YearBefore(), p.Before()
		if p.First != day(c.first) || p.End != day(c.end) || y.First != day(c.yearFirst) || y.End != day(c.yearEnd) ||
			b.First != day(c.beforeFirst) || b.End != day(c.beforeEnd) || p.Days(0) != c.days {
			t.Errorf("%s: %v, a year before %v, before %v, %d days", name, p, y, b, p.Days(0))
		}
		if got := p.Days(p.End - 4); got != 5 {
			t.Errorf("%s: %d days since the first sale", name, got)
		}
	}
}

// Every date that a period of the last two years is made of is one that is kept.
func TestDatesAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := calendar.Date(rapid.IntRange(18_000, 24_000).Draw(t, "today"))
		kept := map[calendar.Date]bool{}
		for _, d := range Dates(today) {
			kept[d] = true
		}
		kind := rapid.SampledFrom(Kinds).Draw(t, "kind")
		p := PeriodOf(kind, today.AddMonths(-rapid.IntRange(0, 12).Draw(t, "back")), today)
		for _, q := range []Period{p, p.YearBefore(), p.Before()} {
			for _, d := range q.Dates() {
				if d >= Dates(today)[0] && !kept[d] {
					t.Fatalf("today %s: %v needs %s", today, q, d)
				}
			}
		}
	})
}

func TestFigures(t *testing.T) {
	today := calendar.NewDate(2026, time.November, 20)
	s := Series{
		today:                {Sales: 3000, Collections: 1500, Receivable: 9000, NotDue: 6000, FallenDue: 400, CollectedDue: 100, FirstSale: day("2020-01-01"), Customers: 1},
		today.AddMonths(-12): {Sales: 2000, Collections: 0, Receivable: 4500, NotDue: 4500, FirstSale: day("2020-01-01"), Customers: 1},
		today.AddMonths(-1):  {Sales: 0, Receivable: 9000, NotDue: 9000, Customers: 1, Unknown: 1},
	}
	f := map[string]Figure{}
	for _, x := range Figures(s, PeriodOf(PeriodMonth, today, today), Dates(today)[0]) {
		f[x.Key] = x
	}
	for key, want := range map[string][3]Number{
		KeyReceivable:    {{Value: 9000}, {Value: 10_000}, {Why: NotKnown}},
		KeySales:         {{Value: 3000}, {Value: 5000}, {Why: ZeroBase}},
		KeyCollections:   {{Value: 1500}, {Why: ZeroBase}, {Why: ZeroBase}},
		KeyOverdue:       {{Value: 3000}, {Why: ZeroBase}, {Why: NotKnown}},
		KeyOverdueRatio:  {{Value: 3333}, {Value: 3333}, {Why: NotKnown}},
		KeyDSO:           {{Value: 6000}, {Value: 6000 - 4500}, {Why: NotKnown}}, // 9000 ÷ 3000 × 20 days
		KeyCollection:    {{Value: 5000}, {Value: 5000}, {Why: ZeroBase}},
		KeyDueCollection: {{Value: 2500}, {Why: ZeroBase}, {Why: NotKnown}},
	} {
		if got := [3]Number{f[key].Now, f[key].YoY.Number, f[key].PoP.Number}; got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	if n := ratio(math.MaxInt64, math.MaxInt64, 10_000); n.Value != 10_000 {
		t.Errorf("the largest sums: %v", n)
	}
	if a, b := ratio(-1, 2, 1), ratio(1, 2, 1); a.Value != -1 || b.Value != 1 {
		t.Errorf("halves: %v %v", a, b)
	}
	if x := Figures(s, PeriodOf(PeriodMonth, today.AddMonths(-24), today), Dates(today)[0]); x[1].YoY.Why != BeforeKept {
		t.Errorf("before what is kept: %+v", x[1].YoY)
	}
}

func TestLateSubsidiaryIsNotMixedSilently(t *testing.T) {
	made := calendar.NewDate(2026, time.October, 31)
	x := Subsidiary{AsOf: made, Projected: true, Child: Child{Series: Series{made: {Sales: 5, Receivable: 70}, made.AddMonths(-12): {Sales: 3, Receivable: 20}}}}
	today := calendar.NewDate(2026, time.November, 1)
	s := x.on(today)
	if s[today].Receivable != 70 || s[today].Sales != 0 || s[made].Sales != 5 || s[today.AddMonths(-12)].Receivable != 20 {
		t.Errorf("%+v", s)
	}
	x.AsOf = today
	if s := x.on(today); s[made].Sales != 5 || len(s) != 2 {
		t.Errorf("on its own day: %+v", s)
	}
}

// Every chart of the page is a table of the document (000-85), by month and by quarter.
func TestDocumentHasEveryChart(t *testing.T) {
	t.Parallel()
	d := View{Months: []Point{{Label: "2026-05"}}}.Document(EN, time.Time{})
	for _, chart := range []string{"Sales and receivable", "Sales and collections", "Collection rate and overdue ratio", "Collections and overdue"} {
		for _, step := range []string{"By month", "By quarter"} {
			if !slices.ContainsFunc(d.Sections, func(s Section) bool { return s.Title == chart+" · "+step }) {
				t.Errorf("no table of %s, %s", chart, step)
			}
		}
	}
}
