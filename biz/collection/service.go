package collection

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Dues keeps instalments in line with their items (biz/contract).
type Dues interface {
	Reopen(ctx context.Context, receivableIDs ...uuid.UUID) error
}

// Customers looks a customer up (biz/customer).
type Customers interface {
	Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (customer.Brief, error)
}

// Submitter puts a write-off into the inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, s approval.Submission) (approval.Approval, error)
}

// Config is what the service works with.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Dues      Dues
	Customers Customers
	Accounts  exposure.Accounts
	Approvals Submitter
	Mail      Mailman
	Printer   Printer
	Tables    report.Printer
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service is collection.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// ListInput asks for a page of receipts.
type ListInput struct {
	CustomerID uuid.UUID
	View, Text string
	Page, Size int32
}

func (in ListInput) query(onlyOf *uuid.UUID) (ReceiptQuery, error) {
	var c fault.Checks
	q := ReceiptQuery{CustomerID: in.CustomerID, OnlyOf: onlyOf, View: in.View, Text: strings.TrimSpace(in.Text), Window: paging.Of(&c, in.Page, in.Size)}
	c.Require(q.View == "" || q.View == "unapplied" || q.View == "drafts" || q.View == "all", "view", "UNKNOWN", "one of unapplied, drafts, all")
	c.Require(utf8.RuneCountInString(q.Text) <= 200, "q", "TOO_LONG", "at most 200 characters")
	return q, c.Err()
}

// List gives a page of receipts.
func (s *Service) List(ctx context.Context, in ListInput) (p ReceiptPage, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return p, err
	}
	q, err := in.query(customer.OnlyOf(actor))
	if err != nil {
		return p, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.Repo.Receipts(ctx, q)
		return err
	})
	return p, err
}

// Detail is a receipt with what was paid by it and what it could pay.
type Detail struct {
	Receipt
	Entries []Entry
	Open    []Item // of the customer, the oldest due first
	To      Recipient
}

// Get gives a receipt.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (d Detail, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return d, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		d, err = s.detail(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (d Detail, err error) {
	if d.Receipt, err = s.Repo.Receipt(ctx, id, onlyOf); err != nil {
		return d, err
	}
	if d.Entries, err = s.Repo.Entries(ctx, ByReceipt, id); err != nil {
		return d, err
	}
	if d.Open, err = s.Repo.OpenItems(ctx, d.CustomerID); err != nil {
		return d, err
	}
	d.To, err = s.Repo.Recipient(ctx, d.CustomerID, confirmationKey(id))
	return d, err
}

// act runs a change on one customer: it is bound to the permission, the account
// is locked before, and what follows from open amounts is brought in line after.
func (s *Service) act(ctx context.Context, p access.Permission, find func(ctx context.Context, onlyOf *uuid.UUID) (uuid.UUID, error),
	do func(ctx context.Context, a act) error) error {
	actor, err := access.Require(ctx, p)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		id, err := find(ctx, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		if err := s.Repo.LockCustomer(ctx, id); err != nil {
			return err
		}
		if err := do(ctx, act{today: today, by: personID(actor), customer: id, onlyOf: customer.OnlyOf(actor)}); err != nil {
			return err
		}
		return s.Accounts.Recompute(ctx, id)
	})
}

type act struct {
	today    calendar.Date
	by       *uuid.UUID
	customer uuid.UUID
	onlyOf   *uuid.UUID
}

func personID(a access.Actor) *uuid.UUID {
	if p := customer.ByActor(a); p != nil {
		return &p.ID
	}
	return nil
}

func (s *Service) ofReceipt(id uuid.UUID) func(context.Context, *uuid.UUID) (uuid.UUID, error) {
	return func(ctx context.Context, onlyOf *uuid.UUID) (uuid.UUID, error) {
		r, err := s.Repo.Receipt(ctx, id, onlyOf)
		return r.CustomerID, err
	}
}

func (s *Service) ofItem(id uuid.UUID) func(context.Context, *uuid.UUID) (uuid.UUID, error) {
	return func(ctx context.Context, onlyOf *uuid.UUID) (uuid.UUID, error) {
		i, err := s.Repo.Item(ctx, id, onlyOf)
		return i.CustomerID, err
	}
}

// write stores entries and brings instalments in line.
func (s *Service) write(ctx context.Context, entries []Entry) error {
	if err := s.Repo.Write(ctx, entries); err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, e := range entries {
		ids = append(ids, e.ReceivableID)
		if e.Kind == EntryCredit {
			ids = append(ids, e.From)
		}
	}
	return s.Dues.Reopen(ctx, ids...)
}

func (s *Service) record(ctx context.Context, action, object string, id uuid.UUID, after any) error {
	return s.Audit.Record(ctx, audit.Entry{Action: action, ObjectType: object, ObjectID: id.String(), After: after})
}

// entries turns allocations into entries of one batch.
func (s *Service) entries(a act, kind EntryKind, from uuid.UUID, rule Rule, all []Allocation, reason string) []Entry {
	batch := newID()
	out := make([]Entry, 0, len(all))
	for _, x := range all {
		out = append(out, Entry{ID: newID(), BatchID: batch, CustomerID: a.customer, ReceivableID: x.Item.ID, DocumentNo: x.Item.DocumentNo, Kind: kind, From: from,
			Amount: x.Amount, Rule: rule, AppliedOn: a.today, Reason: reason, CreatedAt: s.Clock.Now(), CreatedBy: a.by})
	}
	return out
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func sum(entries []Entry) (total money.Amount) {
	for _, e := range entries {
		total += e.Amount
	}
	return total
}

func needReason(reason *string) error {
	var c fault.Checks
	*reason = strings.TrimSpace(*reason)
	c.Require(*reason != "" && utf8.RuneCountInString(*reason) <= 500, "reason", "REQUIRED", "say why, in at most 500 characters")
	return c.Err()
}
