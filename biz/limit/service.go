package limit

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Submitter puts a submission into the approval inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Accounts keeps credit accounts and freezes them.
type Accounts interface {
	exposure.Accounts
	exposure.Freezer
}

// Listings says what the group's negative list does to customers (shared/negativelist);
// those whom no listing concerns are left out.
type Listings interface {
	Verdicts(ctx context.Context, customerIDs ...uuid.UUID) (map[uuid.UUID]negativelist.Verdict, error)
}

// Service grants limits.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	customers customer.Finder
	accounts  Accounts
	approvals Submitter
	listings  Listings
	audit     audit.Recorder
	clock     calendar.Clock
	segments  customer.Segments
	line      LineRule
}

// CutBy lets mass proposals be made for a segment.
func (s *Service) CutBy(segments customer.Segments) { s.segments = segments }

// New wires the service; register it with the inbox as the subject of temporary limits,
// adjustments and batches of them.
func New(tx uow.Tenant, repo Repository, customers customer.Finder, accounts Accounts, approvals Submitter, listings Listings,
	recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, customers: customers, accounts: accounts, approvals: approvals, listings: listings, audit: recorder, clock: clock}
}

// List gives the limits of a customer, newest first, as they are today.
func (s *Service) List(ctx context.Context, customerID uuid.UUID) ([]Limit, error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, err
	}
	var ls []Limit
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		ls, err = s.repo.OfCustomer(ctx, customerID)
		return err
	})
	for i := range ls {
		ls[i] = ls[i].On(today)
	}
	return ls, err
}

func (s *Service) record(ctx context.Context, action string, before, after Limit) error {
	return s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "credit_limit", ObjectID: after.ID.String(), Before: trace(before), After: trace(after)})
}

func (s *Service) recordEnd(ctx context.Context, before, after Limit, reason string) error {
	ended := trace(after)
	ended["end_reason"] = reason
	return s.audit.Record(ctx, audit.Entry{Action: "limit.ended_early", ObjectType: "credit_limit", ObjectID: after.ID.String(), Before: trace(before), After: ended})
}

func trace(l Limit) map[string]any {
	t := map[string]any{"customer_id": l.CustomerID, "class": l.Class, "kind": l.Kind, "amount": strconv.FormatInt(int64(l.Amount), 10),
		"starts_on": l.StartsOn, "status": l.Status}
	if l.Class == ClassTemporary {
		t["mode"], t["reason"] = l.Mode, l.Reason
	}
	if !l.EndsOn.IsZero() {
		t["ends_on"] = l.EndsOn
	}
	if !l.SupersededOn.IsZero() {
		t["superseded_on"] = l.SupersededOn
	}
	if l.Project != nil {
		t["project_id"] = l.Project.ID
	}
	if l.BatchID != nil {
		t["batch_id"] = *l.BatchID
	}
	if l.RatingID != nil {
		t["rating_id"] = *l.RatingID
	}
	return t
}

// base is what an application is about: the customer, his project if it names
// one, and what is granted and used now.
type base struct {
	who     customer.Brief
	reduced bool // the actor sells at the project of another one's customer
	project *Project
	account exposure.Account
	figures *ProjectFigures // nil for a project without a limit of its own
}

func (s *Service) base(ctx context.Context, actor access.Actor, customerID, projectID uuid.UUID) (b base, err error) {
	if b.who, b.reduced, err = s.whom(ctx, actor, customerID, projectID); err != nil {
		return b, err
	}
	if b.account, err = s.accounts.Get(ctx, customerID); err != nil || projectID == uuid.Nil {
		return b, err
	}
	p, err := s.repo.Project(ctx, customerID, projectID)
	if err != nil {
		return b, err
	}
	b.project = &p
	f, ok, err := s.repo.ProjectAccount(ctx, projectID)
	if ok {
		b.figures = &f
	}
	return b, err
}

// whom gives the customer of an application. For his project its own salesperson may
// apply as well; for the customer himself who is responsible for him alone.
func (s *Service) whom(ctx context.Context, actor access.Actor, customerID, projectID uuid.UUID) (who customer.Brief, reduced bool, err error) {
	if projectID == uuid.Nil {
		who, err = s.customers.Brief(ctx, customerID, customer.OnlyOf(actor))
		return who, false, err
	}
	return customer.ForProject(ctx, s.customers, actor, customerID, &projectID)
}

// comparable is what the amount of an application is measured against. A temporary
// limit that adds asks for a part and not for a new total, so there is nothing to
// measure it against, nor is there for one without bound: a step with a condition on
// the change then applies.
func (b base) comparable(l Limit) *money.Amount {
	switch {
	case l.Kind == exposure.LimitUnlimited, l.Class == ClassTemporary && l.Mode == ModeAdd:
		return nil
	case l.Class == ClassStanding && b.project == nil:
		return InForce(b.account)
	}
	if kind, amount := b.limit(); kind == exposure.LimitAmount || kind == exposure.LimitNone {
		return &amount
	}
	return nil
}

// limit is what is granted now: kind and amount.
func (b base) limit() (exposure.LimitKind, money.Amount) {
	switch {
	case b.project == nil:
		return b.account.LimitKind, b.account.Limit()
	case b.figures == nil:
		return exposure.LimitUnlimited, 0
	}
	return b.figures.Kind, b.figures.Limit
}
