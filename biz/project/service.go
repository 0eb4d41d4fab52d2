package project

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/personal"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Customers is what projects need of the customers; inside a unit of work.
type Customers interface {
	customer.Finder
	Negative(ctx context.Context, uscc string) (*customer.NegativeHit, error)
	ActiveMember(ctx context.Context, person uuid.UUID) (name string, ok bool, err error)
	InsertContract(ctx context.Context, project uuid.UUID, c customer.Contract, by *uuid.UUID) error
}

// Limits gives the figures of a project with a limit of its own (biz/limit); inside
// a unit of work.
type Limits interface {
	ProjectAccount(ctx context.Context, projectID uuid.UUID) (limit.ProjectFigures, bool, error)
}

// Service keeps projects and owners.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	customers Customers
	accounts  exposure.Accounts
	limits    Limits
	cipher    personal.Cipher
	audit     audit.Recorder
	clock     calendar.Clock
}

// New wires the service.
func New(tx uow.Tenant, repo Repository, customers Customers, accounts exposure.Accounts, limits Limits, cipher personal.Cipher, recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, customers: customers, accounts: accounts, limits: limits, cipher: cipher, audit: recorder, clock: clock}
}

// ListInput asks for a page of projects.
type ListInput struct {
	Text, Status        string
	CustomerID, OwnerID string
	Page, PageSize      int32
}

// List gives a page of the projects in the caller's scope.
func (s *Service) List(ctx context.Context, in ListInput) (Page, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return Page{}, err
	}
	var c fault.Checks
	q := Query{Text: in.Text, Status: Status(in.Status), OnlyOf: customer.OnlyOf(actor), Window: paging.Of(&c, in.Page, in.PageSize)}
	c.Require(utf8.RuneCountInString(q.Text) <= 100, "q", "TOO_LONG", "at most 100 characters")
	c.Require(q.Status == "" || slices.Contains(Statuses, q.Status), "status", "UNKNOWN", "a project is planned, supplying, finished or stopped")
	for _, of := range []struct {
		field, text string
		to          **uuid.UUID
	}{{"customer_id", in.CustomerID, &q.CustomerID}, {"owner_id", in.OwnerID, &q.OwnerID}} {
		if id(&c, of.field, &of.text, true); of.text != "" {
			if parsed, err := uuid.Parse(of.text); err == nil {
				*of.to = &parsed
			}
		}
	}
	if err := c.Err(); err != nil {
		return Page{}, err
	}
	if q.Today, err = tenant.Today(ctx, s.clock); err != nil {
		return Page{}, err
	}
	var p Page
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.repo.List(ctx, q)
		return err
	})
	return p, err
}

// Get gives the profile of a project.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Profile, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return Profile{}, err
	}
	var p Profile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.profile(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return p, err
}

func (s *Service) profile(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Profile, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{Currency: t.Currency}
	if p.AsOf, err = tenant.Today(ctx, s.clock); err != nil {
		return p, err
	}
	if p.Project, err = s.repo.Get(ctx, id, onlyOf); err != nil {
		return p, err
	}
	if p.Account, err = s.accounts.Get(ctx, p.Customer.ID); err != nil {
		return p, err
	}
	p.Grade = p.Account.Grade
	own, ok, err := s.limits.ProjectAccount(ctx, id)
	if err != nil {
		return p, err
	}
	if ok {
		p.Own = &own
	}
	if p.Business, err = s.repo.Business(ctx, p.Project, p.AsOf); err != nil {
		return p, err
	}
	if p.Contracts, err = s.repo.Contracts(ctx, id); err != nil {
		return p, err
	}
	if p.Contacts, err = s.repo.Contacts(ctx, id); err != nil {
		return p, err
	}
	p.Warnings, err = s.warnings(ctx, p)
	return p, err
}

// warnings are what stands against deliveries today, worst first.
func (s *Service) warnings(ctx context.Context, p Profile) (out []Warning, err error) {
	add := func(when bool, w Warning) {
		if when {
			out = append(out, w)
		}
	}
	a := p.Account
	stopped, err := s.repo.Stopped(ctx, p.Project)
	if err != nil {
		return nil, err
	}
	add(stopped, Warning{Code: WarnSupplyStopped})
	add(a.Frozen, Warning{Code: WarnFrozen})
	if p.Customer.USCC != "" {
		hit, err := s.customers.Negative(ctx, p.Customer.USCC)
		if err != nil {
			return nil, err
		}
		add(hit != nil, Warning{Code: WarnNegative})
	}
	add(p.Business.Overdue > 0, Warning{Code: WarnOverdue, Amount: p.Business.Overdue, Days: p.Business.OverdueDays})
	add(a.LimitKind != exposure.LimitUnlimited && a.Headroom() < 0, Warning{Code: WarnOverLimit, Amount: -a.Headroom()})
	if p.Owner != nil {
		o, err := s.repo.Owner(ctx, p.Owner.ID, nil, p.AsOf)
		if err != nil {
			return nil, err
		}
		add(o.Listed, Warning{Code: WarnOwnerListed})
	}
	findings, err := s.repo.Outside(ctx, p.Project)
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		add(true, Warning{Code: f.warning(), Amount: f.Amount, Count: f.Count})
	}
	add(p.Grade == "", Warning{Code: WarnUnrated})
	return out, nil
}

func (o Outside) warning() WarningCode {
	switch {
	case o.Owner && o.Dishonest:
		return WarnOwnerDishonest
	case o.Owner:
		return WarnOwnerLitigation
	case o.Dishonest:
		return WarnDishonest
	}
	return WarnLitigation
}

func ownerID(p Project) *uuid.UUID {
	if p.Owner == nil {
		return nil
	}
	return &p.Owner.ID
}

func sellerID(p Project) *uuid.UUID {
	if !p.OwnSalesperson || p.Salesperson == nil {
		return nil
	}
	return &p.Salesperson.ID
}

func by(a access.Actor) *uuid.UUID {
	if p := customer.ByActor(a); p != nil {
		return &p.ID
	}
	return nil
}
