package portfolio

import (
	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// Settled is what was settled of an item, and Paid what was received; both of one
// customer come in the order of their dates.
type Settled struct {
	CustomerID uuid.UUID
	Due        calendar.Date
	Amount     int64
}

// Paid is money received.
type Paid struct {
	CustomerID uuid.UUID
	On         calendar.Date
	Amount     int64
}

// Lateness is how many days after their due dates a customer's items are paid, on
// the average by amount.
type Lateness struct {
	Days     int   // negative: before the due date
	Payments int64 // that it was made from
	Amount   int64 // fen of them
}

// minPayments are the payments that a customer's own habit needs.
const minPayments = 3

// Late matches what was paid with what is settled, the oldest due first, as the
// reports do, and averages the days by amount over payments since a day. The uuid.Nil
// entry is of all customers together.
func Late(settled []Settled, paid []Paid, since calendar.Date) map[uuid.UUID]Lateness {
	byCustomer := map[uuid.UUID][]Paid{}
	for _, p := range paid {
		if p.Amount > 0 {
			byCustomer[p.CustomerID] = append(byCustomer[p.CustomerID], p)
		}
	}
	type sum struct{ days, yuan, amount, payments int64 } // days weighed by whole yuan, begun ones too
	sums := map[uuid.UUID]*sum{uuid.Nil: {}}
	for _, s := range settled {
		queue := byCustomer[s.CustomerID]
		for left := s.Amount; left > 0 && len(queue) > 0; {
			part := min(left, queue[0].Amount)
			if queue[0].On >= since {
				own := sums[s.CustomerID]
				if own == nil {
					own = &sum{}
					sums[s.CustomerID] = own
				}
				yuan := (part + 99) / 100
				for _, x := range []*sum{own, sums[uuid.Nil]} {
					x.days += yuan * int64(queue[0].On.DaysSince(s.Due))
					x.yuan += yuan
					x.amount += part
					x.payments++
				}
			}
			left -= part
			if queue[0].Amount -= part; queue[0].Amount <= 0 {
				queue = queue[1:]
			}
		}
		byCustomer[s.CustomerID] = queue
	}
	out := map[uuid.UUID]Lateness{}
	for id, x := range sums {
		if x.payments >= minPayments {
			out[id] = Lateness{Days: mean(x.days, x.yuan), Payments: x.payments, Amount: x.amount}
		}
	}
	return out
}

// mean divides and rounds to the nearest whole, away from zero.
func mean(sum, by int64) int {
	if by <= 0 {
		return 0
	}
	if sum < 0 {
		return -mean(-sum, by)
	}
	return int((2*sum + by) / (2 * by))
}
