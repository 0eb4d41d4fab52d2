package collection

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// FeeTerms say what lateness costs: the contract's rate where it has one, else the
// subsidiary's, in millionths of the overdue amount per day.
type FeeTerms struct {
	PPM       int
	GraceDays int
}

// FeeTerms gives the terms of an item whose contract has a rate of its own, or none.
func (s Settings) FeeTerms(contract *int) FeeTerms {
	t := FeeTerms{PPM: s.LateFeePPM, GraceDays: s.LateFeeGraceDays}
	if contract != nil {
		t.PPM = *contract
	}
	return t
}

// Payment is what settled a part of an item on a day: money on the day on which it
// came in, a credit note on the day on which it was set off.
type Payment struct {
	On     calendar.Date
	Amount money.Amount
}

// Late is a part of an item that costs something by its lateness.
type Late struct {
	Amount money.Amount
	Until  calendar.Date // when it was paid; of what is open, today
	Days   int
	Paid   bool
}

// Of gives what was late of an amount and what that costs (rulings, Formulas): each part
// × daily rate × the days until it was paid, of what is open until today. The parts are
// summed before the one rounding, half up to the fen, so that an amount costs the same
// paid at once or in parts of the same day. Within the grace nothing is due, after it
// all days count.
func (t FeeTerms) Of(open money.Amount, paid []Payment, due, today calendar.Date) (fee money.Amount, parts []Late) {
	add := func(amount money.Amount, until calendar.Date, paid bool) {
		if days := until.DaysSince(due); amount > 0 && days > max(0, t.GraceDays) && t.PPM > 0 {
			parts = append(parts, Late{Amount: amount, Until: until, Days: days, Paid: paid})
		}
	}
	for _, p := range paid {
		add(p.Amount, min(p.On, today), true)
	}
	add(open, today, false)
	var fenDays int64
	for _, p := range parts {
		fenDays += int64(p.Amount) * int64(p.Days)
	}
	// 10^13 fen × 10^4 days × 10^4 millionths would not fit; the whole and the rest of
	// the division by a million are taken apart.
	rate := int64(t.PPM)
	return money.Amount(fenDays/1_000_000*rate + (fenDays%1_000_000*rate+500_000)/1_000_000), parts
}

// lateDays is for how long something of the parts is or was late.
func lateDays(parts []Late) (days int) {
	for _, p := range parts {
		days = max(days, p.Days)
	}
	return days
}

// payments are what settled an item by its book: neither what was undone nor what was
// given up, whose lateness is given up with it.
func payments(item uuid.UUID, entries []Entry) (out []Payment) {
	for _, e := range entries {
		if e.ReceivableID == item && e.Amount > 0 && !e.Reversed && e.Kind != EntryWriteOff {
			out = append(out, Payment{On: e.PaidOn, Amount: e.Amount})
		}
	}
	slices.SortStableFunc(out, func(a, b Payment) int { return int(a.On - b.On) })
	return out
}

// spread divides an item's payments over its parts, the first due first, each as far
// as it is settled. What is settled without a payment (its source says so, or it was
// written off) has no day and costs nothing.
func spread(settled []money.Amount, paid []Payment) [][]Payment {
	out, left := make([][]Payment, len(settled)), slices.Clone(paid)
	for i, rest := range settled {
		for rest > 0 && len(left) > 0 {
			give := min(rest, left[0].Amount)
			out[i] = append(out[i], Payment{On: left[0].On, Amount: give})
			rest -= give
			if left[0].Amount -= give; left[0].Amount == 0 {
				left = left[1:]
			}
		}
	}
	return out
}

// Rate is the daily rate in percent, as it is printed: 0.05%.
func (t FeeTerms) Rate() string {
	whole, rest := t.PPM/10_000, t.PPM%10_000
	if rest == 0 {
		return strconv.Itoa(whole) + "%"
	}
	return strings.TrimRight(fmt.Sprintf("%d.%04d", whole, rest), "0") + "%"
}

// FeeLine is an item past due, or an instalment of one, with what its lateness
// costs; Open is zero of one that was paid late. A credit note, whose Open is below zero, costs nothing.
type FeeLine struct {
	Receivable  uuid.UUID
	DocumentNo  string
	InvoiceDate calendar.Date
	DueDate     calendar.Date
	Amount      money.Amount
	Open        money.Amount
	Contract    *int         // the contract's rate, where it has one
	Given       money.Amount // waived of the whole item
	Paid        []Payment    // of the whole item, by day

	Days   int
	Late   []Late // what Fee is of
	Terms  FeeTerms
	Fee    money.Amount
	Waived money.Amount // of Fee
}

// Due is what is asked for of the fee.
func (l FeeLine) Due() money.Amount { return l.Fee - l.Waived }

// Fees works the lines' fees out on a day. What was waived of an item is taken off
// its lines in their order, which is that of their due dates. A line that is paid and
// cost nothing is left out.
func (s Settings) Fees(lines []FeeLine, on calendar.Date) (out []FeeLine) {
	left, paid := map[uuid.UUID]money.Amount{}, paidOf(lines)
	for i, l := range lines {
		if _, ok := left[l.Receivable]; !ok {
			left[l.Receivable] = l.Given
		}
		l.Terms = s.FeeTerms(l.Contract)
		if l.Fee, l.Late = l.Terms.Of(l.Open, paid[i], l.DueDate, on); l.Open == 0 && l.Fee == 0 {
			continue
		}
		if l.Days = lateDays(l.Late); l.Open != 0 {
			l.Days = max(0, on.DaysSince(l.DueDate))
		}
		l.Waived = min(l.Fee, left[l.Receivable])
		left[l.Receivable] -= l.Waived
		out = append(out, l)
	}
	return out
}

// paidOf gives for each line which of its item's payments are its own.
func paidOf(lines []FeeLine) [][]Payment {
	places, settled := map[uuid.UUID][]int{}, map[uuid.UUID][]money.Amount{}
	for i, l := range lines {
		places[l.Receivable], settled[l.Receivable] = append(places[l.Receivable], i), append(settled[l.Receivable], l.Amount-l.Open)
	}
	out := make([][]Payment, len(lines))
	for id, at := range places {
		for k, own := range spread(settled[id], lines[at[0]].Paid) {
			out[at[k]] = own
		}
	}
	return out
}

// LateFees is what a customer's lateness has cost until a day, over what is open and
// what was paid late; what is in dispute is left out.
type LateFees struct {
	Accrued, Waived money.Amount
	Items           int // with something left to ask for
}

// Due is what is left to ask for.
func (f LateFees) Due() money.Amount { return f.Accrued - f.Waived }

// lateFees sums a customer's, in the transaction of the caller.
func (s *Service) lateFees(ctx context.Context, customerID uuid.UUID, on calendar.Date) (f LateFees, err error) {
	lines, err := s.Overdue(ctx, customerID, on)
	seen := map[uuid.UUID]bool{}
	for _, l := range lines {
		f.Accrued, f.Waived = f.Accrued+l.Fee, f.Waived+l.Waived
		if l.Due() > 0 && !seen[l.Receivable] {
			seen[l.Receivable] = true
			f.Items++
		}
	}
	return f, err
}

// Overdue gives what is past due of a customer on a day, the oldest first, with its
// late fees and his credit notes, and what was paid late with the fee it has left; what is in dispute is left out. It runs in the
// transaction of its caller, who has seen to it that the customer may be read.
func (s *Service) Overdue(ctx context.Context, customerID uuid.UUID, on calendar.Date) ([]FeeLine, error) {
	settings, err := s.Repo.Settings(ctx)
	if err != nil {
		return nil, err
	}
	lines, err := s.Repo.Overdue(ctx, customerID, on)
	return settings.Fees(lines, on), err
}
