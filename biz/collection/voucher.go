package collection

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Voucher is a receipt as the customer gets it (004-18): what came in, what was paid
// by it, and what is left open of him on the day it is printed.
type Voucher struct {
	Detail
	Currency money.Currency
	On       calendar.Date
	Left     money.Amount // open of the customer, credit notes counted
}

// Paid are the entries that stand: neither reversed nor reversals.
func (v Voucher) Paid() (out []Entry) {
	for _, e := range v.Entries {
		if !e.Reversed && e.Reverses == uuid.Nil {
			out = append(out, e)
		}
	}
	return out
}

// Printer puts a voucher on paper.
type Printer interface {
	Print(ctx context.Context, v Voucher) ([]byte, error)
}

// Confirmation tells a customer of a receipt. Key keeps it from going out twice.
type Confirmation struct {
	Key      string
	Customer uuid.UUID
	Title    string
	Text     string
}

// Mailman queues confirmations (biz/notify), in the caller's transaction; false when
// the subsidiary has no channel for them.
type Mailman interface {
	Confirm(ctx context.Context, c Confirmation) (bool, error)
}

func confirmationKey(receiptID uuid.UUID) string { return "receipt:" + receiptID.String() }

// Document prints a receipt for the customer. Faults: RECEIPT_NOT_FOUND,
// RECEIPT_IS_COUNTER_ENTRY; a reversed one is printed as such.
func (s *Service) Document(ctx context.Context, id uuid.UUID) (pdf []byte, name string, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, "", err
	}
	var v Voucher
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if v, err = s.voucher(ctx, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		return s.record(ctx, "receipt.printed", "receipt", id, map[string]any{"number": v.Number})
	})
	if err != nil {
		return nil, "", err
	}
	pdf, err = s.Printer.Print(ctx, v)
	return pdf, "收款确认单 " + v.Number + ".pdf", err
}

func (s *Service) voucher(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (v Voucher, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return v, err
	}
	v.Currency, v.On = t.Currency, calendar.Of(s.Clock.Now(), t.Zone)
	if v.Detail, err = s.detail(ctx, id, onlyOf); err != nil {
		return v, err
	}
	if v.Reverses != uuid.Nil {
		return v, ErrCounterEntry
	}
	for _, i := range v.Open {
		v.Left += i.Open
	}
	return v, nil
}

// ConfirmDue confirms by itself what has come in since the subsidiary wants that,
// entered here or brought by an ERP, and says how many it queued. A receipt that came
// in long ago is not told as news.
func (s *Service) ConfirmDue(ctx context.Context) (n int, err error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return 0, err
	}
	var ids []uuid.UUID
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		settings, err := s.Repo.Settings(ctx)
		if err != nil || !settings.ConfirmReceipts {
			return err
		}
		ids, err = s.Repo.Unconfirmed(ctx, today.AddDays(-confirmDays), settings.Since, confirmMost)
		return err
	})
	for _, id := range ids {
		var f *fault.Error
		switch _, err := s.Confirm(ctx, id); {
		case err == nil:
			n++
		case errors.Is(err, ErrNoMail):
			return n, nil // the page of the channels says so
		case errors.As(err, &f) && f.Kind == fault.KindConflict:
			// reversed or confirmed meanwhile
		default:
			return n, err
		}
	}
	return n, err
}

const (
	confirmDays = 30
	confirmMost = 200
)

// Confirm sends the customer a confirmation of the receipt by e-mail, once (004-19).
// Faults: RECEIPT_REVERSED, RECEIPT_CONFIRMED, CUSTOMER_HAS_NO_EMAIL, NO_MAIL_CHANNEL.
func (s *Service) Confirm(ctx context.Context, id uuid.UUID) (d Detail, err error) {
	err = s.act(ctx, access.PaymentWrite, s.ofReceipt(id), func(ctx context.Context, a act) error {
		v, err := s.voucher(ctx, id, a.onlyOf)
		if err != nil {
			return err
		}
		if err := v.confirmable(); err != nil {
			return err
		}
		t, err := tenant.From(ctx)
		if err != nil {
			return err
		}
		queued, err := s.Mail.Confirm(ctx, Confirmation{Key: confirmationKey(id), Customer: v.CustomerID, Title: "收款确认", Text: v.Text(t.Name)})
		if err != nil {
			return err
		}
		if !queued {
			return ErrNoMail
		}
		if err := s.record(ctx, "receipt.confirmed", "receipt", id, map[string]any{"number": v.Number, "amount": v.Amount}); err != nil {
			return err
		}
		d, err = s.detail(ctx, id, a.onlyOf)
		return err
	})
	return d, err
}

func (v Voucher) confirmable() *fault.Error {
	switch {
	case v.Reversed:
		return ErrReceiptReversed
	case v.To.Written != nil:
		return ErrConfirmed.With("at", v.To.Written.UTC().Format(time.RFC3339))
	case !v.To.HasEmail:
		return ErrNoAddress
	}
	return nil
}

// Text is the confirmation in words.
func (v Voucher) Text(company string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s：\n我司已于 %s 收到贵司款项 %s 元（%s），收款单号 %s。\n", v.To.Name, v.ReceivedOn, v.Amount.Grouped(), v.Currency, v.Number)
	if d := v.Draft; d != nil {
		fmt.Fprintf(&b, "以承兑汇票支付，票号 %s，到期日 %s，以到期兑付为准。\n", d.Number, d.DueOn)
	}
	for _, e := range v.Paid() {
		fmt.Fprintf(&b, "核销 %s　%s\n", e.DocumentNo, e.Amount.Grouped())
	}
	if v.Unapplied > 0 {
		fmt.Fprintf(&b, "尚未核销 %s。\n", v.Unapplied.Grouped())
	}
	fmt.Fprintf(&b, "截至 %s，贵司未结清余额 %s 元。\n%s", v.On, v.Left.Grouped(), company)
	return b.String()
}
