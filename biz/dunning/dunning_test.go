package dunning_test

import (
	"testing"

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
		l, why := r.Compose(a, on, money.CNY)
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
