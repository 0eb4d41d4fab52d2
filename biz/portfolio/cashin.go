package portfolio

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// OpenDue is what a customer owes with one due date; credit notes are negative.
type OpenDue struct {
	Due    calendar.Date
	Amount int64
}

// Promise is money that a customer has promised in a follow-up, less what has come
// in for it.
type Promise struct {
	On     calendar.Date
	Amount int64
}

// Debtor is a customer with what he owes.
type Debtor struct {
	CustomerID   uuid.UUID
	Number, Name string
	Salesperson  string
	Open         []OpenDue // by due date
	Promises     []Promise // by day
	Disputed     int64     // of what is open
	Late         Lateness
	Own          bool // Late is his own; otherwise that of all customers, or zero
}

// Step is how long a period of the forecast is.
type Step string

// The steps.
const (
	Weeks  Step = "week"  // 13, from Monday
	Months Step = "month" // 12, calendar months
)

// Steps lists them.
var Steps = []Step{Weeks, Months}

// Span is a period; both days belong to it.
type Span struct{ First, Last calendar.Date }

// Spans gives the periods of the forecast; the first begins today.
func (s Step) Spans(today calendar.Date) []Span {
	var out []Span
	first := today
	for range map[Step]int{Weeks: 13, Months: 12}[s] {
		last := first.AddDays((7 - int(first.Time().Weekday())) % 7) // to Sunday
		if s == Months {
			y, m, _ := first.Time().Date()
			last = calendar.NewDate(y, m+1, 0)
		}
		out = append(out, Span{first, last})
		first = last.AddDays(1)
	}
	return out
}

// Cash is what is expected in a period: promised, and by the customers' habits.
type Cash struct{ Promised, Habit int64 }

// Sum of both.
func (c Cash) Sum() int64 { return c.Promised + c.Habit }

// Expected is what can be expected of what is open. Spans, Later, Behind and Credit
// add up to Open.
type Expected struct {
	Spans  []Cash
	Later  Cash  // after the last span
	Behind int64 // overdue for longer than the habit: no day can be told
	Credit int64 // what the subsidiary owes a customer on balance; not positive
	Open   int64
}

func newExpected(spans int) Expected { return Expected{Spans: make([]Cash, spans)} }

func (e *Expected) add(o Expected) {
	for i, c := range o.Spans {
		e.Spans[i].Promised += c.Promised
		e.Spans[i].Habit += c.Habit
	}
	e.Later.Promised += o.Later.Promised
	e.Later.Habit += o.Later.Habit
	e.Behind += o.Behind
	e.Credit += o.Credit
	e.Open += o.Open
}

// at is where money of a day belongs; a day that is over counts as today.
func (e *Expected) at(spans []Span, on calendar.Date) *Cash {
	for i, s := range spans {
		if on <= s.Last {
			return &e.Spans[i]
		}
	}
	return &e.Later
}

// DebtorCash is a customer's part.
type DebtorCash struct {
	Debtor
	Expected
}

// CashIn is the forecast and its parts.
type CashIn struct {
	Spans     []Span
	Total     Expected
	Disputed  int64        // of what is open
	Customers []DebtorCash // what is open, the largest first
}

// Forecast says when what is open can be expected. Promised money pays the oldest
// items first; what is left of an item is expected as many days after its due date
// as the customer is late on the average, not before today. An overdue item whose
// expected day is over is behind: nothing tells when it comes.
func Forecast(step Step, today calendar.Date, debtors []Debtor) CashIn {
	f := CashIn{Spans: step.Spans(today)}
	f.Total = newExpected(len(f.Spans))
	for _, d := range debtors {
		e := d.expected(f.Spans, today)
		f.Total.add(e)
		f.Disputed += d.Disputed
		f.Customers = append(f.Customers, DebtorCash{d, e})
	}
	slices.SortFunc(f.Customers, func(a, b DebtorCash) int {
		switch {
		case a.Expected.Open > b.Expected.Open:
			return -1
		case a.Expected.Open < b.Expected.Open:
			return 1
		}
		return strings.Compare(a.Number, b.Number)
	})
	return f
}

func (d Debtor) expected(spans []Span, today calendar.Date) Expected {
	e := newExpected(len(spans))
	var credit int64
	var owed []OpenDue
	for _, o := range d.Open {
		e.Open += o.Amount
		if o.Amount < 0 {
			credit -= o.Amount
		} else {
			owed = append(owed, o)
		}
	}
	if e.Open <= 0 {
		e.Credit = e.Open
		return e
	}
	owed = pay(owed, credit, func(OpenDue, int64) {})
	for _, p := range d.Promises {
		owed = pay(owed, p.Amount, func(_ OpenDue, part int64) { e.at(spans, p.On).Promised += part })
	}
	for _, o := range owed {
		switch on := o.Due.AddDays(d.Late.Days); {
		case on < today && o.Due < today:
			e.Behind += o.Amount
		default:
			e.at(spans, on).Habit += o.Amount
		}
	}
	return e
}

// pay takes an amount off the oldest items and gives what is left of them.
func pay(owed []OpenDue, amount int64, each func(o OpenDue, part int64)) []OpenDue {
	for amount > 0 && len(owed) > 0 {
		part := min(amount, owed[0].Amount)
		each(owed[0], part)
		amount -= part
		if owed[0].Amount -= part; owed[0].Amount == 0 {
			owed = owed[1:]
		}
	}
	return owed
}
