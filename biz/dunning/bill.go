package dunning

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/biz/letter"
	"zhuxin/biz/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
)

// Fees gives what is past due of a customer with its late fees (biz/collection), in
// the transaction of its caller.
type Fees interface {
	Overdue(ctx context.Context, customerID uuid.UUID, on calendar.Date) ([]collection.FeeLine, error)
}

// Bills writes the bill and numbers it (biz/letter), in the transaction of its caller.
type Bills interface {
	Issue(ctx context.Context, in letter.IssueInput) (letter.Letter, error)
}

// ErrNoBill says that nothing is past due and no late fee is left, or what is in dispute alone.
var ErrNoBill = fault.Conflict("DUNNING_BILL_NOTHING_DUE", "nothing of the customer is past due and undisputed; there is nothing to bill")

// issued is a bill that goes with a message; nil is none.
type issued struct{ *letter.Letter }

func (b issued) with(m notify.Letter) notify.Letter {
	if b.Letter != nil {
		m.LetterID = b.ID
		m.Text += "\n\n附催款单 " + b.Number() + "，含滞纳金 " + b.LateFee().Grouped() + " 元，应付合计 " + b.Amount.Grouped() + " 元。"
	}
	return m
}

// charge notes at a letter's items what their lateness costs on its date.
func (s *Service) charge(ctx context.Context, l *Letter) error {
	lines, err := s.Fees.Overdue(ctx, l.Account.Customer, l.On)
	if err != nil {
		return err
	}
	for i := range l.Items {
		d := &l.Items[i]
		for _, f := range lines {
			if f.Receivable == d.Receivable && f.DueDate == d.DueDate && !d.Disputed {
				d.LateFee, d.Waived = f.Fee, f.Waived
			}
		}
	}
	return nil
}

// issue writes the bill of a customer for a day. Fault: DUNNING_BILL_NOTHING_DUE.
func (s *Service) issue(ctx context.Context, customerID uuid.UUID, on calendar.Date) (issued, error) {
	lines, err := s.Fees.Overdue(ctx, customerID, on)
	if err != nil {
		return issued{}, err
	}
	var out []letter.Line
	owed := false
	for _, l := range lines {
		owed = owed || l.Open > 0 || l.Due() > 0
		line := letter.Line{DocumentNo: l.DocumentNo, InvoiceDate: l.InvoiceDate, DueDate: l.DueDate, Amount: l.Amount, Open: l.Open, Days: l.Days,
			LateFee: l.Fee, Waived: l.Waived, DailyRate: l.Terms.Rate(), GraceDays: l.Terms.GraceDays}
		for _, p := range l.Late {
			if p.Paid {
				line.PaidLate = append(line.PaidLate, letter.PaidLate{Amount: p.Amount, On: p.Until, Days: p.Days})
			}
		}
		out = append(out, line)
	}
	if !owed {
		return issued{}, ErrNoBill
	}
	made, err := s.Bills.Issue(ctx, letter.IssueInput{Kind: letter.KindBill, CustomerID: customerID, On: on, Lines: out})
	return issued{&made}, err
}

// Billed is a bill made by hand, and over how many channels it goes.
type Billed struct {
	letter.Letter
	Queued int
}

// Bill writes the dunning bill of a customer as of today, numbered, and sends it by
// mail where that is wanted and he has an address. It needs access.FollowUpWrite.
// Faults: CUSTOMER_NOT_FOUND, DUNNING_BILL_NOTHING_DUE.
func (s *Service) Bill(ctx context.Context, customerID uuid.UUID, send bool) (out Billed, err error) {
	actor, err := access.Require(ctx, access.FollowUpWrite)
	if err != nil {
		return out, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		who, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		bill, err := s.issue(ctx, customerID, today)
		if err != nil {
			return err
		}
		out = Billed{Letter: *bill.Letter}
		if !send {
			return nil
		}
		out.Queued, err = s.Mail.Write(ctx, bill.with(notify.Letter{Key: "bill:" + bill.ID.String(), Customer: customerID, Title: "催款单 " + bill.Number(),
			Text: who.Name + "：\n请查收。"}), []notify.ChannelKind{notify.Mail})
		return err
	})
	return out, err
}

// Rest says on which days nobody works; nil is never.
type Rest func(calendar.Date) bool

// mostRest ends the search for a working day.
const mostRest = 30

// ahead is how many rest days follow on a working day, where reminders of rest days
// are written before them.
func (r Rule) ahead(on calendar.Date, rest Rest) (n int) {
	if !r.BeforeRestDays || rest == nil || rest(on) {
		return 0
	}
	for n < mostRest && rest(on.AddDays(n+1)) {
		n++
	}
	return n
}
