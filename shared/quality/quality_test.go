package quality

import (
	"math/rand/v2"
	"testing"

	"zhuxin/shared/calendar"
)

func random(r *rand.Rand, asOf calendar.Date) (f Figures) {
	f.AsOf = asOf
	var open int64
	for i := range f.Categories {
		f.Categories[i] = Category{r.Int64N(50), r.Int64N(1e12) - 1e9, r.Int64N(1e9), r.Int64N(5)}
		open += f.Categories[i].Open
	}
	for i := range f.Buckets {
		base := r.Int64N(1e12)
		f.Buckets[i] = Bucket{Items: r.Int64N(100), Open: base - r.Int64N(1e6), Base: base, Provision: r.Int64N(base + 1), Rate: r.Int64N(10_000)}
	}
	for _, c := range []*Cash{&f.Weeks, &f.Months} {
		left := open
		take := func() int64 {
			x := r.Int64N(max(left/3, 1) + 1)
			left -= x
			return x
		}
		step := 7
		if c == &f.Months {
			step = 30
		}
		for i := range 12 {
			first := asOf.AddDays(i * step)
			c.Spans = append(c.Spans, Span{first, first.AddDays(step - 1), take(), take()})
		}
		c.LaterPromised, c.LaterHabit, c.Credit = take(), take(), -r.Int64N(1e6)
		c.Behind = left - c.Credit
		c.Open = open
	}
	return f
}

// whole sums all parts of a forecast.
func whole(c Cash) int64 { return c.Within() + c.LaterPromised + c.LaterHabit + c.Behind + c.Credit }

// The group is the sum of the subsidiaries to the fen, whatever days their figures are of.
func TestSumIsTheSum(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		var all []Figures
		var open, bad, customers, provision, base, weeks, months int64
		for range r.IntN(6) {
			f := random(r, calendar.NewDate(2026, 3, 10).AddDays(-r.IntN(3)*r.IntN(60)))
			all = append(all, f)
			p, b := f.Provision()
			open, bad, customers, provision, base = open+f.Open(), bad+f.Bad(), customers+f.Customers(), provision+p, base+b
			weeks, months = weeks+whole(f.Weeks), months+whole(f.Months)
		}
		sum := Sum(all)
		p, b := sum.Provision()
		if sum.Open() != open || sum.Bad() != bad || sum.Customers() != customers || p != provision || b != base || whole(sum.Weeks) != weeks || whole(sum.Months) != months ||
			sum.Weeks.Open != open || weeks != open || months != open {
			t.Fatalf("round %d: %+v of %d subsidiaries", round, sum, len(all))
		}
	}
}

func TestLateFiguresFallIntoTheFirstSpan(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate(2026, 3, 9)
	old := Figures{AsOf: day - 7, Weeks: Cash{Spans: []Span{{day - 7, day - 1, 10, 1}, {day, day + 6, 20, 2}, {day + 7, day + 13, 30, 3}}}}
	fresh := Figures{AsOf: day, Weeks: Cash{Spans: []Span{{day, day + 6, 100, 0}, {day + 7, day + 13, 200, 0}}}}
	for _, all := range [][]Figures{{old, fresh}, {fresh, old}} {
		if w := Sum(all).Weeks; len(w.Spans) != 2 || w.Spans[0].Promised != 130 || w.Spans[0].Habit != 3 || w.Spans[1].Promised != 230 {
			t.Errorf("%+v", w)
		}
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int64{{0, 0, 0}, {1, 0, 0}, {-5, 10, 0}, {1, 3, 3333}, {2, 3, 6667}, {1, 20_000, 1}, {9e18, 9e18, 10_000}, {3e18, 9e18, 3333}, {20, 10, 20_000}} {
		if got := Share(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d: %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
