package collection

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// DraftInput describes an acceptance draft.
type DraftInput struct {
	Number, Kind, Acceptor string
	IssuedOn, DueOn        string
}

// RecordInput books money received.
type RecordInput struct {
	CustomerID uuid.UUID
	Number     string // empty: made from the id
	ReceivedOn string
	Amount     money.Amount
	Method     Method
	ContractNo string
	Payer      string
	Remark     string
	Draft      *DraftInput // for method draft, and only then
	Apply      *Selection  // applied at once, where given
}

func (in *RecordInput) receipt(today calendar.Date) (Receipt, error) {
	var c fault.Checks
	r := Receipt{ID: newID(), Source: "zhuxin", Number: strings.TrimSpace(in.Number), CustomerID: in.CustomerID, Amount: in.Amount, Method: in.Method,
		ContractNo: strings.TrimSpace(in.ContractNo), Payer: strings.TrimSpace(in.Payer), Remark: strings.TrimSpace(in.Remark)}
	date := func(field, s string) calendar.Date {
		d, err := calendar.Parse(s)
		if err != nil {
			c.Add(field, "BAD_FORM", "a date like 2026-05-31")
		}
		return d
	}
	if r.Number == "" {
		r.Number = fmt.Sprintf("HK%s-%s", strings.ReplaceAll(today.String(), "-", ""), strings.ToUpper(r.ID.String()[28:]))
	}
	if r.ReceivedOn = date("received_on", in.ReceivedOn); r.ReceivedOn > today {
		c.Add("received_on", "IN_FUTURE", fmt.Sprintf("today is %s; book the money when it is there", today))
	}
	c.Require(in.CustomerID != uuid.Nil, "customer_id", "REQUIRED", "choose the customer who paid")
	c.Require(in.Amount > 0 && in.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "above zero")
	c.Require(in.Method == Cash || in.Method == Transfer || in.Method == SetOff || in.Method == ByDraft, "method", "UNKNOWN", "one of cash, transfer, set_off, draft")
	for field, s := range map[string]string{"number": r.Number, "contract_no": r.ContractNo, "payer": r.Payer} {
		c.Require(utf8.RuneCountInString(s) <= 120, field, "TOO_LONG", "at most 120 characters")
	}
	c.Require(utf8.RuneCountInString(r.Remark) <= 500, "remark", "TOO_LONG", "at most 500 characters")
	c.Require((in.Draft != nil) == (in.Method == ByDraft), "draft", "REQUIRED", "describe the draft for the method draft, and only for it")
	if d := in.Draft; d != nil {
		r.Draft = &Draft{ID: newID(), Number: strings.TrimSpace(d.Number), Kind: d.Kind, Acceptor: strings.TrimSpace(d.Acceptor), IssuedOn: date("draft.issued_on", d.IssuedOn),
			DueOn: date("draft.due_on", d.DueOn), Status: "held", ReceiptID: r.ID, Amount: r.Amount}
		c.Require(r.Draft.Number != "" && utf8.RuneCountInString(r.Draft.Number) <= 60, "draft.number", "REQUIRED", "1 to 60 characters")
		c.Require(d.Kind == "bank" || d.Kind == "commercial", "draft.kind", "UNKNOWN", "bank or commercial")
		c.Require(r.Draft.Acceptor != "" && utf8.RuneCountInString(r.Draft.Acceptor) <= 120, "draft.acceptor", "REQUIRED", "name who accepted it")
		c.Require(r.Draft.DueOn >= r.Draft.IssuedOn, "draft.due_on", "OUT_OF_RANGE", "not before it was issued")
	}
	return r, c.Err()
}

// Record books money received and applies it where a rule is given. Faults:
// INVALID_INPUT, CUSTOMER_NOT_FOUND, RECEIPT_EXISTS, DRAFT_EXISTS, and those of Apply.
func (s *Service) Record(ctx context.Context, in RecordInput) (d Detail, err error) {
	find := func(ctx context.Context, onlyOf *uuid.UUID) (uuid.UUID, error) {
		_, err := s.Customers.Brief(ctx, in.CustomerID, onlyOf)
		return in.CustomerID, err
	}
	err = s.act(ctx, access.PaymentWrite, find, func(ctx context.Context, a act) error {
		r, err := in.receipt(a.today)
		if err != nil {
			return err
		}
		if err := s.Repo.InsertReceipt(ctx, r, s.Clock.Now(), a.by); err != nil {
			return err
		}
		if r.Draft != nil {
			if err := s.Repo.InsertDraft(ctx, *r.Draft, r.CustomerID, s.Clock.Now(), a.by); err != nil {
				return err
			}
		}
		if err := s.record(ctx, "receipt.recorded", "receipt", r.ID, map[string]any{"customer_id": r.CustomerID, "number": r.Number, "amount": r.Amount, "method": r.Method, "received_on": r.ReceivedOn}); err != nil {
			return err
		}
		if in.Apply != nil {
			if _, err := s.apply(ctx, a, r.ID, *in.Apply, false); err != nil {
				return err
			}
		}
		d, err = s.detail(ctx, r.ID, a.onlyOf)
		return err
	})
	return d, err
}

// Apply applies what is left of a receipt by a rule; with preview nothing is
// kept. Faults: RECEIPT_NOT_FOUND, RECEIPT_REVERSED, RECEIPT_APPLIED_BY_SOURCE,
// RECEIVABLE_NOT_FOUND, NOTHING_TO_APPLY, APPLIED_TOO_MUCH.
func (s *Service) Apply(ctx context.Context, receiptID uuid.UUID, sel Selection, preview bool) (d Detail, made []Entry, err error) {
	err = s.act(ctx, access.PaymentWrite, s.ofReceipt(receiptID), func(ctx context.Context, a act) error {
		if made, err = s.apply(ctx, a, receiptID, sel, preview); err != nil {
			return err
		}
		d, err = s.detail(ctx, receiptID, a.onlyOf)
		return err
	})
	return d, made, err
}

func (s *Service) apply(ctx context.Context, a act, receiptID uuid.UUID, sel Selection, preview bool) ([]Entry, error) {
	var c fault.Checks
	sel.validate(&c)
	if err := c.Err(); err != nil {
		return nil, err
	}
	r, err := s.Repo.Receipt(ctx, receiptID, a.onlyOf)
	switch {
	case err != nil:
		return nil, err
	case r.AppliedBySource:
		return nil, ErrReceiptElsewhere
	case r.Reversed || r.Reverses != uuid.Nil:
		return nil, ErrReceiptReversed
	}
	items, err := s.Repo.OpenItems(ctx, a.customer)
	if err != nil {
		return nil, err
	}
	all, err := Plan(sel, items, r.Unapplied)
	if err != nil {
		return nil, err
	}
	entries := s.entries(a, EntryReceipt, r.ID, sel.Rule, all, "")
	if preview {
		return entries, nil
	}
	if err := s.write(ctx, entries); err != nil {
		return nil, err
	}
	return entries, s.record(ctx, "payment.applied", "receipt", r.ID, map[string]any{"rule": sel.Rule, "items": len(entries), "sum": sum(entries), "batch_id": entries[0].BatchID})
}

// SetOffCredit sets a credit note off against items of the same customer.
func (s *Service) SetOffCredit(ctx context.Context, creditID uuid.UUID, sel Selection) (made []Entry, err error) {
	var c fault.Checks
	sel.validate(&c)
	if err := c.Err(); err != nil {
		return nil, err
	}
	err = s.act(ctx, access.PaymentWrite, s.ofItem(creditID), func(ctx context.Context, a act) error {
		credit, err := s.Repo.Item(ctx, creditID, a.onlyOf)
		if err != nil {
			return err
		}
		if credit.Open >= 0 {
			return ErrNotCredit
		}
		items, err := s.Repo.OpenItems(ctx, a.customer)
		if err != nil {
			return err
		}
		all, err := Plan(sel, items, -credit.Open)
		if err != nil {
			return err
		}
		made = s.entries(a, EntryCredit, creditID, sel.Rule, all, "")
		if err := s.write(ctx, made); err != nil {
			return err
		}
		return s.record(ctx, "credit.set_off", "receivable", creditID, map[string]any{"items": len(made), "sum": sum(made)})
	})
	return made, err
}

func orElse(err, preset error) error {
	if err != nil {
		return err
	}
	return preset
}
