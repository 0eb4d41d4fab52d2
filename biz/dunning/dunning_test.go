package dunning_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/dunning"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// What a letter names adds up to the fen: the items are what is asked for and what is
// disputed, and nothing is asked for that is not due or soon due.
func TestLetterAddsUp(t *testing.T) {
	t.Parallel()
	on := calendar.NewDate(2026, 11, 20)
	rapid.Check(t, func(t *rapid.T) {
		var a dunning.Account
		for range rapid.IntRange(0, 12).Draw(t, "items") {
			d := dunning.Due{Receivable: uuid.New(), DueDate: on.AddDays(rapid.IntRange(-90, 90).Draw(t, "due")),
				Open: money.Amount(rapid.Int64Range(-1e12, 1e12).Draw(t, "open")), Disputed: rapid.Bool().Draw(t, "disputed")}
			if rapid.Bool().Draw(t, "written") {
				level := rapid.SampledFrom([]int{-7, -3, -1, 1, 7, 15, 30}).Draw(t, "level")
				d.Written = &level
			}
			a.Items = append(a.Items, d)
		}
		r := dunning.Preset()
		l, why := r.Compose(a, on, money.CNY, nil)
		var sum money.Amount
		for _, d := range l.Items {
			sum += d.Open
		}
		if sum != l.Net()+l.Disputed {
			t.Fatalf("items %d, net %d, disputed %d", sum, l.Net(), l.Disputed)
		}
		if why == dunning.Written && (l.Net() < r.Minimum || len(l.Marks) == 0) {
			t.Fatalf("written for %d with %d marks", l.Net(), len(l.Marks))
		}
		for _, d := range l.Marks {
			if d.Disputed || d.Open <= 0 || d.Written != nil && *d.Written >= l.Level.Days {
				t.Fatalf("%+v brought a letter of level %d", d, l.Level.Days)
			}
		}
	})
}

// A reminder of a rest day comes on the working day before, where that is wanted, and
// only then; what is overdue waits for nobody.
func TestBeforeRestDays(t *testing.T) {
	t.Parallel()
	rest := func(d calendar.Date) bool { w := d.Time().Weekday(); return w == time.Saturday || w == time.Sunday }
	friday := calendar.NewDate(2026, 11, 20)
	for _, c := range []struct {
		moved bool
		on    calendar.Date
		due   int // days from Friday
		level int // 0: nothing is written
	}{
		{false, friday, 5, -7}, {true, friday, 5, -3}, // −3 is Sunday
		{true, friday, 4, -3}, {true, friday, 3, -1}, {false, friday, 3, -3}, // −1 is Sunday
		{true, friday, 9, -7}, {false, friday, 9, 0}, {true, friday, 10, 0}, // −7 is Sunday; Monday comes by itself
		{true, friday - 1, 2, -3}, // Thursday is followed by a working day
		{true, friday + 1, 4, -3}, // on the rest day itself, of what came late
		{true, friday, 0, -1}, {true, friday, -1, 1},
	} {
		r := dunning.Preset()
		r.BeforeRestDays = c.moved
		l, why := r.Compose(dunning.Account{Items: []dunning.Due{{Receivable: uuid.New(), DueDate: friday.AddDays(c.due), Open: 1000_00}}}, c.on, money.CNY, rest)
		if got := l.Level.Days; (why == dunning.Written) != (c.level != 0) || got != c.level {
			t.Errorf("%+v: level %d, %q", c, got, why)
		}
	}
}
