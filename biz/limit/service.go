package limit

import (
	"context"
	"fmt"
	"strconv"
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
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Submitter puts a submission into the approval inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Service grants limits.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	customers customer.Finder
	accounts  exposure.Accounts
	approvals Submitter
	audit     audit.Recorder
	clock     calendar.Clock
}

// New wires the service; register it with the inbox as the subject of temporary limits.
func New(tx uow.Tenant, repo Repository, customers customer.Finder, accounts exposure.Accounts, approvals Submitter,
	recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, customers: customers, accounts: accounts, approvals: approvals, audit: recorder, clock: clock}
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

// ApplyInput asks for a temporary limit. Mode is add where it is empty.
type ApplyInput struct {
	CustomerID uuid.UUID
	Amount     money.Amount
	Mode       Mode
	StartsOn   calendar.Date
	EndsOn     calendar.Date
	Reason     string
}

const (
	maxSpanDays = 366
	maxReason   = 500
	// maxAmount keeps sums of limits and receivables far from the end of int64:
	// ten trillion units of the currency.
	maxAmount = money.Amount(1_000_000_000_000_000)
)

// Validate gives all faults of the input; today is the tenant's business date.
func (in ApplyInput) Validate(today calendar.Date) error {
	var c fault.Checks
	c.Require(in.Amount > 0, "amount", "OUT_OF_RANGE", "an amount above zero")
	c.Require(in.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "the amount is too large")
	c.Require(in.Mode == ModeAdd || in.Mode == ModeReplace, "mode", "UNKNOWN", "the mode is add or replace")
	c.Require(!in.StartsOn.IsZero(), "starts_on", "REQUIRED", "give the first day")
	c.Require(!in.EndsOn.IsZero(), "ends_on", "REQUIRED", "give the last day")
	if !in.StartsOn.IsZero() && !in.EndsOn.IsZero() {
		c.Require(in.StartsOn <= in.EndsOn, "ends_on", "OUT_OF_RANGE", "the last day is not before the first one")
		c.Require(in.EndsOn >= today, "ends_on", "OUT_OF_RANGE", "the last day is over already")
		c.Require(in.EndsOn.DaysSince(in.StartsOn) < maxSpanDays, "ends_on", "OUT_OF_RANGE", fmt.Sprintf("at most %d days, both ends counted", maxSpanDays))
	}
	c.Require(strings.TrimSpace(in.Reason) != "", "reason", "REQUIRED", "say what it is needed for")
	c.Require(utf8.RuneCountInString(in.Reason) <= maxReason, "reason", "TOO_LONG", fmt.Sprintf("at most %d characters", maxReason))
	return c.Err()
}

// Apply asks for a temporary limit (000-64) and puts it into the approval inbox.
func (s *Service) Apply(ctx context.Context, in ApplyInput) (Limit, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Limit{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Limit{}, err
	}
	if in.Mode == "" {
		in.Mode = ModeAdd
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.Validate(today); err != nil {
		return Limit{}, err
	}
	l := Limit{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Class: ClassTemporary, Kind: exposure.LimitAmount, Mode: in.Mode,
		Amount: in.Amount, StartsOn: in.StartsOn, EndsOn: in.EndsOn, Reason: in.Reason, Status: StatusSubmitted,
		CreatedAt: s.clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		who, err := s.customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		account, err := s.accounts.Get(ctx, in.CustomerID)
		if err != nil {
			return err
		}
		if err := s.repo.Insert(ctx, l); err != nil {
			return err
		}
		if _, err := s.approvals.Submit(ctx, approval.Submission{
			Kind: approval.KindTemporaryLimit, SubjectID: l.ID, CustomerID: &l.CustomerID,
			Title: who.Name, Amount: l.Amount, Facts: factsOf(l, who, account),
		}); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "limit.submitted", ObjectType: "credit_limit", ObjectID: l.ID.String(), After: trace(l)})
	})
	if err != nil {
		return Limit{}, err
	}
	return l, nil
}

// StandingInput is the next version of a standing limit.
type StandingInput struct {
	CustomerID uuid.UUID
	Kind       exposure.LimitKind
	Amount     money.Amount
	RatingID   *uuid.UUID
	Reason     string
}

// SetStanding makes a new version of the standing limit and lets the previous
// one lapse (ruling 2), in the caller's transaction. The caller recomputes the
// account, after all it changes.
func (s *Service) SetStanding(ctx context.Context, in StandingInput) (Limit, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Limit{}, err
	}
	actor, _ := access.From(ctx)
	now := s.clock.Now()
	old, err := s.repo.LockStanding(ctx, in.CustomerID)
	if err != nil {
		return Limit{}, err
	}
	if old != nil {
		before := *old
		old.Status, old.LapsedAt, old.Version = StatusLapsed, &now, old.Version+1
		if err := s.repo.SetStatus(ctx, *old); err != nil {
			return Limit{}, err
		}
		if err := s.record(ctx, "limit.lapsed", before, *old); err != nil {
			return Limit{}, err
		}
	}
	l := Limit{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Class: ClassStanding, Kind: in.Kind, Mode: ModeAdd,
		Amount: in.Amount, StartsOn: today, Reason: in.Reason, RatingID: in.RatingID, Status: StatusEffective,
		CreatedAt: now, CreatedBy: customer.ByActor(actor), EffectiveAt: &now, Version: 1}
	if err := s.repo.Insert(ctx, l); err != nil {
		return Limit{}, err
	}
	return l, s.audit.Record(ctx, audit.Entry{Action: "limit.effective", ObjectType: "credit_limit", ObjectID: l.ID.String(), After: trace(l)})
}

func (s *Service) record(ctx context.Context, action string, before, after Limit) error {
	return s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "credit_limit", ObjectID: after.ID.String(), Before: trace(before), After: trace(after)})
}

func trace(l Limit) map[string]any {
	t := map[string]any{"customer_id": l.CustomerID, "class": l.Class, "kind": l.Kind, "amount": strconv.FormatInt(int64(l.Amount), 10),
		"starts_on": l.StartsOn, "status": l.Status}
	if l.Class == ClassTemporary {
		t["mode"], t["ends_on"], t["reason"] = l.Mode, l.EndsOn, l.Reason
	}
	if l.RatingID != nil {
		t["rating_id"] = *l.RatingID
	}
	return t
}
