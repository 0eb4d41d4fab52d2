package customer

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/personal"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Accounts is what customers need of the credit accounts.
type Accounts interface {
	exposure.Accounts
	exposure.Refresher
}

// Relations follow what customers are (biz/related), inside the transaction that
// changes it.
type Relations interface {
	// Follow takes over codes and legal representatives from the master data.
	Follow(ctx context.Context, customerIDs ...uuid.UUID) error
	// Left is told the code of a company that a customer turned out not to be.
	Left(ctx context.Context, uscc string) error
}

type noRelations struct{}

func (noRelations) Follow(context.Context, ...uuid.UUID) error { return nil }
func (noRelations) Left(context.Context, string) error         { return nil }

// FollowedBy has the relations follow the customers from now on.
func (s *Service) FollowedBy(r Relations) { s.relations = r }

// Service keeps the customers of a subsidiary.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	accounts  Accounts
	elsewhere Elsewhere
	cipher    personal.Cipher
	audit     audit.Recorder
	clock     calendar.Clock
	registry  Registry
	relations Relations
	segments  Segments
}

// CutBy lets lists be narrowed to a segment.
func (s *Service) CutBy(segments Segments) { s.segments = segments }

// New wires the service.
func New(tx uow.Tenant, repo Repository, accounts Accounts, elsewhere Elsewhere, cipher personal.Cipher,
	recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, accounts: accounts, elsewhere: elsewhere, cipher: cipher, audit: recorder, clock: clock, registry: NoRegistry{}, relations: noRelations{}}
}

// ListInput asks for a page of the list.
type ListInput struct {
	Text           string
	View           View
	OrderBy        string // an Order; a leading minus turns it around
	Segment        *uuid.UUID
	Page, PageSize int32
}

func (in ListInput) query(a access.Actor) (Query, error) {
	var c fault.Checks
	q := Query{Text: in.Text, View: in.View, Viewer: a.ID, OnlyOf: OnlyOf(a)}
	if q.View == "" {
		q.View = ViewAll
	}
	c.Require(slices.Contains(Views, q.View), "view", "UNKNOWN", "the views are all, mine, over_limit, overdue, unrated and negative")
	c.Require(utf8.RuneCountInString(q.Text) <= 100, "q", "TOO_LONG", "at most 100 characters")
	order := in.OrderBy
	if len(order) > 0 && order[0] == '-' {
		order, q.Desc = order[1:], true
	}
	q.Order = Order(order)
	c.Require(slices.Contains([]Order{"", OrderName, OrderReceivable, OrderOverdue, OrderUtilization}, q.Order), "order_by", "UNKNOWN",
		"the list is ordered by name, receivable, overdue or utilization; a leading minus turns it around")
	q.Window = paging.Of(&c, in.Page, in.PageSize)
	return q, c.Err()
}

// List gives a page of the customers in the caller's scope, with figures for
// today: accounts that a date has made stale are recomputed first.
func (s *Service) List(ctx context.Context, in ListInput) (Page, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return Page{}, err
	}
	q, err := in.query(actor)
	if err != nil {
		return Page{}, err
	}
	if q.Today, err = tenant.Today(ctx, s.clock); err != nil {
		return Page{}, err
	}
	var p Page
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.accounts.RefreshStale(ctx); err != nil {
			return err
		}
		cut, err := CutTo(ctx, s.segments, in.Segment, q.Today, q.OnlyOf)
		if err != nil {
			return err
		}
		q.In = cut.In
		p, err = s.repo.List(ctx, q)
		return err
	})
	return p, err
}

// Get gives a customer with his standing. How many others know him is asked
// outside of the transaction.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Detail, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return Detail{}, err
	}
	var d Detail
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		d, err = s.detail(ctx, id, OnlyOf(actor))
		if errors.Is(err, ErrNotFound) && actor.OwnCustomersOnly() {
			d, err = s.reduced(ctx, id, actor.ID)
		}
		return err
	})
	if err != nil || d.Reduced {
		return d, err
	}
	return s.withElsewhere(ctx, d)
}

// reduced is a customer for who sells at a project of his.
func (s *Service) reduced(ctx context.Context, id, person uuid.UUID) (Detail, error) {
	b, err := s.repo.BriefOfSeller(ctx, id, person, nil)
	if err != nil {
		return Detail{}, err
	}
	c, err := s.repo.Get(ctx, id, nil)
	if err != nil {
		return Detail{}, err
	}
	a, err := s.accounts.Get(ctx, id)
	return Detail{Reduced: true, Account: exposure.Account{CustomerID: id, Grade: a.Grade},
		Customer: Customer{ID: b.ID, Number: b.Number, Name: b.Name, USCC: b.USCC, Salesperson: c.Salesperson, Status: c.Status,
			CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Version: c.Version}}, err
}

func (s *Service) detail(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Detail, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Currency: t.Currency}
	if d.Customer, err = s.repo.Get(ctx, id, onlyOf); err != nil {
		return Detail{}, err
	}
	if d.Account, err = s.accounts.Get(ctx, id); err != nil {
		return Detail{}, err
	}
	if d.Aging, err = s.accounts.Aging(ctx, id); err != nil {
		return Detail{}, err
	}
	if d.RatingID, err = s.repo.EffectiveRating(ctx, id); err != nil {
		return Detail{}, err
	}
	if d.USCC != "" {
		d.Negative, err = s.repo.Negative(ctx, d.USCC)
	}
	return d, err
}

func (s *Service) withElsewhere(ctx context.Context, d Detail) (_ Detail, err error) {
	if d.USCC != "" {
		d.KnownElsewhere, err = s.elsewhere.Count(ctx, d.USCC)
	}
	return d, err
}

// inTx runs fn, and when another one was faster with the same code, name or
// number, says who it is: the transaction that met the violation cannot look.
func (s *Service) inTx(ctx context.Context, a access.Actor, wanted *Identity, fn func(ctx context.Context) error) error {
	err := s.tx.InTx(ctx, fn)
	f, ok := fault.As(err)
	if !ok || !errors.Is(err, ErrExists) || f.Meta["field"] != "" {
		return err
	}
	var taken *Taken
	if lerr := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		taken, err = s.repo.FindTaken(ctx, *wanted)
		return err
	}); lerr != nil {
		return lerr
	}
	if taken == nil {
		return err
	}
	return exists(a, taken)
}

// trace is what the audit keeps of a customer: everything, personal fields as masks.
func trace(c Customer) map[string]any {
	t := map[string]any{"number": c.Number, "name": c.Name, "uscc": c.USCC, "tax_no": c.TaxNo, "contact_name": c.ContactName,
		"contact_phone": c.ContactPhoneMask, "contact_email": c.ContactEmailMask, "legal_representative": c.LegalRepresentative, "legal_representative_id": c.LegalRepresentativeID,
		"bank_account": c.BankAccountMask, "address": c.Address, "credit_term_days": strconv.Itoa(c.CreditTermDays), "settles_advance": c.SettlesAdvance}
	if c.USCCOverrideReason != "" {
		t["uscc_override_reason"] = c.USCCOverrideReason
	}
	if c.Salesperson != nil {
		t["salesperson_id"] = c.Salesperson.ID
	}
	return t
}
