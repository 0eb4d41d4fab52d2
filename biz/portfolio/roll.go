package portfolio

import (
	"math/big"

	"zhuxin/shared/calendar"
)

// Moves are the items that were open in a bucket at a month's end, and what was open
// of them at the next month's end, and in which bucket. Due dates stand, so items
// only grow older.
type Moves struct {
	Month    calendar.Date // its last day
	From, To int           // buckets; To is -1 for what was not open any more
	Items    int64
	Before   int64 // fen open at the month's end
	After    int64 // fen of them open at the next; at most Before
	Lost     int64 // fen of them written off meanwhile: lost, not collected
}

// minMonths are the months with something in a bucket that its rate needs: two
// quarters of one year would be chance.
const minMonths = 3

// Roll is what became of a bucket within a month, over the months looked at.
type Roll struct {
	Months int   // with something in the bucket
	Items  int64 // at their ends, counted each month anew
	Before int64 // fen
	To     [7]int64
	Lost   int64 // written off
	// ByMonth is what it was made from, the oldest first.
	ByMonth []RollMonth
}

// RollMonth is one month of a Roll.
type RollMonth struct {
	Month         calendar.Date
	Items         int64
	Before        int64
	Stayed, Older int64 // fen a month later, in the same bucket and in older ones
	Lost          int64 // written off within the month
}

// Stayed is what was in the same bucket a month later.
func (r Roll) Stayed(bucket int) int64 { return r.To[bucket] }

// Older is what was in an older bucket a month later.
func (r Roll) Older(bucket int) (sum int64) {
	for _, fen := range r.To[bucket+1:] {
		sum += fen
	}
	return sum
}

// Collected is what was not open any more and not written off.
func (r Roll) Collected(bucket int) int64 {
	return r.Before - r.Stayed(bucket) - r.Older(bucket) - r.Lost
}

// Rolls sums the moves by bucket; they come in the order of their months.
func Rolls(moves []Moves) (out [7]Roll) {
	for _, m := range moves {
		if m.Before <= 0 {
			continue
		}
		r := &out[m.From]
		if n := len(r.ByMonth); n == 0 || r.ByMonth[n-1].Month != m.Month {
			r.ByMonth = append(r.ByMonth, RollMonth{Month: m.Month})
			r.Months++
		}
		at := &r.ByMonth[len(r.ByMonth)-1]
		r.Items += m.Items
		r.Before += m.Before
		at.Items += m.Items
		at.Before += m.Before
		after := min(max(m.After, 0), m.Before)
		if m.To < m.From { // nothing of them is open
			after = 0
		}
		lost := min(max(m.Lost, 0), m.Before-after)
		r.Lost += lost
		at.Lost += lost
		if after == 0 {
			continue
		}
		r.To[m.To] += after
		if m.To == m.From {
			at.Stayed += after
		} else {
			at.Older += after
		}
	}
	return out
}

// Basis says where a loss rate comes from.
type Basis string

// The bases.
const (
	FromHistory Basis = "history"  // roll rates of the own history
	FromGiven   Basis = "given"    // the rule's own rate: no history, or the rule wants it
	FromRule    Basis = "terminal" // the last bucket
)

// Rate is the loss rate of a bucket.
type Rate struct {
	Roll
	Basis Basis
	Loss  int // basis points of what is open in the bucket, before the factor
	Final int // after the factor, at most One
}

// Rates gives the loss rate of each bucket. A yuan in a bucket stays, moves to an
// older one, is written off or collected, month by month, until it is collected or
// has reached the last bucket; the rate is its chance to reach that, times the
// terminal rate. What is written off is lost altogether:
//
//	loss(k) = (write-off(k) + Σ move(k→j)·loss(j)) ÷ (1 − stay(k)), over older buckets j
//
// in exact fractions, rounded half up once. A younger bucket needs no rate of its
// own for an older one's.
func (r Rule) Rates(rolls [7]Roll) (out [7]Rate) {
	last := len(Buckets) - 1
	exact := [7]*big.Rat{}
	exact[last] = big.NewRat(int64(r.Terminal), One)
	out[last] = Rate{Roll: rolls[last], Basis: FromRule, Loss: r.Terminal}
	for k := last - 1; k >= 0; k-- {
		roll := rolls[k]
		out[k] = Rate{Roll: roll, Basis: FromGiven, Loss: r.Given[k]}
		exact[k] = big.NewRat(int64(r.Given[k]), One)
		left := roll.Before - roll.Stayed(k)
		if !r.History || roll.Months < minMonths || left <= 0 {
			continue
		}
		sum := big.NewRat(roll.Lost, left)
		for j := k + 1; j <= last; j++ {
			sum.Add(sum, new(big.Rat).Mul(big.NewRat(roll.To[j], left), exact[j]))
		}
		exact[k] = sum
		out[k].Basis, out[k].Loss = FromHistory, int(rounded(new(big.Rat).Mul(sum, big.NewRat(One, 1))))
	}
	for k := range out {
		out[k].Final = min(One, int(rounded(big.NewRat(int64(out[k].Loss)*int64(r.Factor), One))))
	}
	return out
}

// rounded rounds a fraction that is not negative half up.
func rounded(r *big.Rat) int64 {
	n := new(big.Int).Mul(r.Num(), big.NewInt(2))
	n.Add(n, r.Denom())
	return n.Quo(n, new(big.Int).Mul(r.Denom(), big.NewInt(2))).Int64()
}
