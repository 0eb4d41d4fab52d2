package collection

import (
	"context"
	"fmt"
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

// Of is what an open amount costs on the day, and how many days it is late.
func (t FeeTerms) Of(open money.Amount, due, today calendar.Date) (money.Amount, int) {
	return LateFee(open, due, today, t.PPM, t.GraceDays)
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
// costs. A credit note, whose Open is below zero, costs nothing.
type FeeLine struct {
	Receivable  uuid.UUID
	DocumentNo  string
	InvoiceDate calendar.Date
	DueDate     calendar.Date
	Amount      money.Amount
	Open        money.Amount
	Contract    *int         // the contract's rate, where it has one
	Given       money.Amount // waived of the whole item

	Days   int
	Terms  FeeTerms
	Fee    money.Amount
	Waived money.Amount // of Fee
}

// Due is what is asked for of the fee.
func (l FeeLine) Due() money.Amount { return l.Fee - l.Waived }

// Fees works the lines' fees out on a day. What was waived of an item is taken off
// its lines in their order.
func (s Settings) Fees(lines []FeeLine, on calendar.Date) []FeeLine {
	left := map[uuid.UUID]money.Amount{}
	for i := range lines {
		l := &lines[i]
		if _, ok := left[l.Receivable]; !ok {
			left[l.Receivable] = l.Given
		}
		l.Terms = s.FeeTerms(l.Contract)
		l.Fee, l.Days = l.Terms.Of(l.Open, l.DueDate, on)
		l.Waived = min(l.Fee, left[l.Receivable])
		left[l.Receivable] -= l.Waived
	}
	return lines
}

// Overdue gives what is past due of a customer on a day, the oldest first, with its
// late fees and his credit notes; what is in dispute is left out. It runs in the
// transaction of its caller, who has seen to it that the customer may be read.
func (s *Service) Overdue(ctx context.Context, customerID uuid.UUID, on calendar.Date) ([]FeeLine, error) {
	settings, err := s.Repo.Settings(ctx)
	if err != nil {
		return nil, err
	}
	lines, err := s.Repo.Overdue(ctx, customerID, on)
	return settings.Fees(lines, on), err
}
