// Package sharedlimit owns what a subsidiary's customers that belong together may
// use together, beside each one's own limit: a parent and its companies, or a
// person's several firms. Who belongs to whom is known to biz/related; what is
// decided here is the limit alone.
//
// Each version is submitted, decided by a second person, and takes the place of the
// one it replaces in one transaction; one without members ends it. A customer is
// under one shared limit at most. Terms never change, rows are only decided.
//
// A member whom the group's negative list keeps from more gets less only: with the
// submission, and once more with the last approval, a version is refused that raises the
// amount, lets him go, or leaves more of the amount to those who stay. One that binds
// him anew takes nothing off the list's effect and goes on.
//
// It does not own the check: biz/creditcheck holds each order of a member against
// the sum that all of them use.
package sharedlimit

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/uow"
)

// Bounds of a shared limit.
const (
	MaxAmount  money.Amount = 1e13
	MaxMembers int          = 200
)

// Status is where a version stands.
type Status string

// The statuses.
const (
	Submitted Status = "submitted"
	Effective Status = "effective"
	Ended     Status = "ended"
	Rejected  Status = "rejected"
	Returned  Status = "returned" // to who submitted it; he submits anew
	Withdrawn Status = "withdrawn"
)

// SharedLimit is one version. Amounts are fen.
type SharedLimit struct {
	ID          uuid.UUID
	Name        string
	Amount      money.Amount
	Members     []Member
	Replaces    *uuid.UUID
	Reason      string
	Status      Status
	Used        money.Amount // by the members of an effective one
	CreatedAt   time.Time
	CreatedBy   *party.Person
	EffectiveAt *time.Time
	EndedAt     *time.Time
	Pending     bool // a change of it is in approval
}

// Member is a customer under a shared limit, with what he uses himself.
type Member struct {
	CustomerID   uuid.UUID
	Number, Name string
	Limit        money.Amount // his own
	Unlimited    bool
	Used         money.Amount
	Ceiling      limit.Ceiling // how much he may be granted at all
}

// Input proposes a version.
type Input struct {
	Replaces  *uuid.UUID // the effective version that it changes; nil for a new one
	Name      string
	Amount    money.Amount
	Customers []uuid.UUID // none ends the one it replaces
	Reason    string
}

// Validate names every field that cannot be.
func (in Input) Validate() error {
	var c fault.Checks
	length := func(field, s string, least, most int) {
		n := utf8.RuneCountInString(s)
		c.Require(n >= least && n <= most && utf8.ValidString(s), field, "LENGTH", fmt.Sprintf("%d to %d characters", least, most))
	}
	length("name", in.Name, 2, 60)
	length("reason", in.Reason, 5, 500)
	c.Require(in.Amount >= 0 && in.Amount <= MaxAmount, "amount", "OUT_OF_RANGE", "must be from 0 to 10000000000000 fen")
	c.Require(len(in.Customers) >= 2 || (len(in.Customers) == 0 && in.Replaces != nil), "customer_ids", "TOO_FEW", "name at least two customers; none only to end a shared limit")
	c.Require(len(in.Customers) <= MaxMembers, "customer_ids", "TOO_MANY", "at most 200 customers")
	seen := map[uuid.UUID]bool{}
	for _, id := range in.Customers {
		c.Require(!seen[id], "customer_ids", "DUPLICATE", "name each customer once")
		seen[id] = true
	}
	return c.Err()
}

// Faults of shared limits.
var (
	ErrNotFound = fault.NotFound("SHARED_LIMIT_NOT_FOUND", "there is no such shared limit, or it is not in force any more")
	ErrPending  = fault.Conflict("SHARED_LIMIT_PENDING", "a change of this shared limit is in approval already; have it decided or withdraw it first")
	ErrTaken    = fault.Conflict("SHARED_LIMIT_MEMBER_TAKEN", "a customer is under another shared limit already; take him out there first")
	ErrCustomer = fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	ErrState    = fault.Conflict("SHARED_LIMIT_STATE", "the version is no longer in approval; load it again")
)

// Repository keeps the versions, in the transaction of the context.
type Repository interface {
	// List gives the versions in force, and those in approval, by name.
	List(ctx context.Context) ([]SharedLimit, error)
	// Get gives one with its members.
	Get(ctx context.Context, id uuid.UUID) (SharedLimit, error)
	// Members gives the customers in the order of the ids, and under which shared limit
	// each one is; ErrCustomer when one is not there.
	Members(ctx context.Context, ids []uuid.UUID) ([]Member, []*uuid.UUID, error)
	// Insert stores a version in approval; ErrPending for a second change.
	Insert(ctx context.Context, s SharedLimit) error
	// Decide moves a version on; ok is false when it was not in the status from.
	Decide(ctx context.Context, id uuid.UUID, from, to Status, at time.Time) (ok bool, err error)
	// Hold puts the customers, and nobody else, under the limit, in place of the one
	// that it replaces; ErrTaken when one is under another.
	Hold(ctx context.Context, id uuid.UUID, replaces *uuid.UUID, customers []uuid.UUID) error
}

// Service does what people do with shared limits.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	approvals *approval.Service
	listings  Listings
	audit     audit.Recorder
	clock     calendar.Clock
	line      limit.LineRule
}

// HeldTo lets shared limits go by the tenant's setting on what is over the line.
func (s *Service) HeldTo(line limit.LineRule) { s.line = line }

var _ approval.Subject = (*Service)(nil)

// New makes the service; it registers itself nowhere.
func New(tx uow.Tenant, repo Repository, approvals *approval.Service, listings Listings, log audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, approvals: approvals, listings: listings, audit: log, clock: clock}
}

// List gives the shared limits. It needs access.LimitRead, for who sees all customers.
func (s *Service) List(ctx context.Context) (out []SharedLimit, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.repo.List(ctx)
		return err
	})
	if !actor.OwnCustomersOnly() {
		return out, err
	}
	// A salesperson learns what binds all, not who the others' customers are.
	for i := range out {
		out[i].Members = nil
	}
	return out, err
}

// Submit puts a version into approval. It needs access.LimitApply.
// Faults: INVALID_INPUT, SHARED_LIMIT_NOT_FOUND, SHARED_LIMIT_PENDING,
// SHARED_LIMIT_MEMBER_TAKEN, CUSTOMER_NOT_FOUND, NEGATIVE_LIMIT_REFUSED, those of
// limit.Ceiling.Refusal.
func (s *Service) Submit(ctx context.Context, in Input) (out SharedLimit, err error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return out, err
	}
	in.Name, in.Reason = strings.TrimSpace(in.Name), strings.TrimSpace(in.Reason)
	if err := in.Validate(); err != nil {
		return out, err
	}
	if actor.OwnCustomersOnly() {
		return out, access.ErrForbidden
	}
	out = SharedLimit{ID: uuid.Must(uuid.NewV7()), Name: in.Name, Amount: in.Amount, Replaces: in.Replaces, Reason: in.Reason, Status: Submitted,
		CreatedAt: s.clock.Now(), CreatedBy: &party.Person{ID: actor.ID, Name: actor.Name}}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		var before *SharedLimit
		if in.Replaces != nil {
			b, err := s.repo.Get(ctx, *in.Replaces)
			if err != nil {
				return err
			}
			if b.Status != Effective {
				return ErrNotFound
			}
			before = &b
		}
		members, under, err := s.repo.Members(ctx, in.Customers)
		if err != nil {
			return err
		}
		for i, id := range under {
			if id != nil && (in.Replaces == nil || *id != *in.Replaces) {
				return ErrTaken.With("customer", members[i].Name)
			}
		}
		out.Members = members
		ceiling, err := s.held(ctx, out, before)
		if err != nil {
			return err
		}
		if err := s.repo.Insert(ctx, out); err != nil {
			return err
		}
		if err := s.toInbox(ctx, out, before, ceiling); err != nil {
			return err
		}
		return s.note(ctx, out, "submitted")
	})
	return out, err
}
