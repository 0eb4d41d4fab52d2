package approval

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// Delegation lets Delegate act in the place of Person on the days from StartsOn
// through EndsOn. No kinds mean all.
type Delegation struct {
	ID        uuid.UUID
	Person    party.Person
	Delegate  party.Person
	StartsOn  calendar.Date
	EndsOn    calendar.Date
	Kinds     []Kind
	Note      string
	CreatedAt time.Time
	RevokedAt *time.Time
}

// State is upcoming, active, over or revoked.
func (d Delegation) State(today calendar.Date) string {
	switch {
	case d.RevokedAt != nil:
		return "revoked"
	case today < d.StartsOn:
		return "upcoming"
	case today > d.EndsOn:
		return "over"
	}
	return "active"
}

// Delegations is where delegations are kept.
type Delegations interface {
	InsertDelegation(ctx context.Context, d Delegation) error
	// Delegations gives those a person gave or got, newest first; uuid.Nil means
	// everybody's.
	Delegations(ctx context.Context, person uuid.UUID) ([]Delegation, error)
	// LockDelegation answers ErrDelegationNotFound.
	LockDelegation(ctx context.Context, id uuid.UUID) (Delegation, error)
	RevokeDelegation(ctx context.Context, id uuid.UUID, at time.Time) error
	// Principals gives the active members for whom the person may act on a day, in
	// submissions of the kind.
	Principals(ctx context.Context, delegate uuid.UUID, k Kind, on calendar.Date) ([]Principal, error)
}

// Faults of delegations.
var (
	ErrDelegationNotFound = fault.NotFound("DELEGATION_NOT_FOUND", "there is no such delegation, or it is not yours")
	ErrDelegationOver     = fault.Conflict("DELEGATION_OVER", "this delegation is over or was revoked already")
)

const maxAbsence = 366

// DelegateInput lets somebody act for the caller.
type DelegateInput struct {
	DelegateID uuid.UUID
	StartsOn   calendar.Date
	EndsOn     calendar.Date
	Kinds      []Kind
	Note       string
}

func (in DelegateInput) validate(today calendar.Date, known func(Kind) bool) error {
	var c fault.Checks
	c.Require(!in.StartsOn.IsZero(), "starts_on", "REQUIRED", "give the first day")
	c.Require(!in.EndsOn.IsZero(), "ends_on", "REQUIRED", "give the last day")
	if !in.StartsOn.IsZero() && !in.EndsOn.IsZero() {
		c.Require(in.StartsOn <= in.EndsOn, "ends_on", "OUT_OF_RANGE", "the last day is not before the first one")
		c.Require(in.EndsOn >= today, "ends_on", "OUT_OF_RANGE", "the last day is over already")
		c.Require(in.EndsOn.DaysSince(in.StartsOn) < maxAbsence, "ends_on", "OUT_OF_RANGE", fmt.Sprintf("at most %d days", maxAbsence))
	}
	for i, k := range in.Kinds {
		c.Require(known(k), fmt.Sprintf("kinds[%d]", i), "UNKNOWN", "a kind of submission that there is")
	}
	c.Require(len(in.Kinds) <= 50, "kinds", "TOO_MANY", "at most 50")
	c.Require(utf8.RuneCountInString(in.Note) <= maxNote, "note", "TOO_LONG", fmt.Sprintf("at most %d characters", maxNote))
	return c.Err()
}

// Delegate lets another member act in the caller's place while he is absent. He
// acts with the caller's authority, never on what the caller has submitted, and
// not where either of them has acted.
func (s *Service) Delegate(ctx context.Context, in DelegateInput) (Delegation, error) {
	if _, err := access.Require(ctx, access.ApprovalAct); err != nil {
		return Delegation{}, err
	}
	actor, err := person(ctx)
	if err != nil {
		return Delegation{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Delegation{}, err
	}
	in.Note = strings.TrimSpace(in.Note)
	if err := in.validate(today, func(k Kind) bool { return s.subjects[k] != nil }); err != nil {
		return Delegation{}, err
	}
	d := Delegation{ID: uuid.Must(uuid.NewV7()), Person: party.Person{ID: actor.ID, Name: actor.Name}, StartsOn: in.StartsOn, EndsOn: in.EndsOn,
		Kinds: in.Kinds, Note: in.Note, CreatedAt: s.clock.Now()}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		members, err := s.repo.Members(ctx)
		if err != nil {
			return err
		}
		m, ok := (People{Members: members}).find(in.DelegateID)
		switch {
		case in.DelegateID == actor.ID:
			return targetFault("SELF", "somebody other than yourself")
		case !ok || !m.Active:
			return targetFault("UNKNOWN_PERSON", "an active member of this subsidiary")
		case !m.can(access.ApprovalAct):
			return targetFault("PERSON_CANNOT_ACT", "his roles do not let him act on submissions")
		}
		d.Delegate = m.Person
		if err := s.repo.InsertDelegation(ctx, d); err != nil {
			return err
		}
		return s.recordDelegation(ctx, "delegation.created", d)
	})
	return d, err
}

// Delegations gives those the caller gave and got; an administrator of members
// sees everybody's.
func (s *Service) Delegations(ctx context.Context) (out []Delegation, today calendar.Date, err error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return nil, 0, err
	}
	if today, err = tenant.Today(ctx, s.clock); err != nil {
		return nil, 0, err
	}
	who := actor.ID
	if actor.Can(access.MemberManage) {
		who = uuid.Nil
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.repo.Delegations(ctx, who)
		return err
	})
	return out, today, err
}

// Revoke ends a delegation from now on: its giver can, and who manages members.
func (s *Service) Revoke(ctx context.Context, id uuid.UUID) (Delegation, error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return Delegation{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Delegation{}, err
	}
	var d Delegation
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if d, err = s.repo.LockDelegation(ctx, id); err != nil {
			return err
		}
		if d.Person.ID != actor.ID && !actor.Can(access.MemberManage) {
			return ErrDelegationNotFound
		}
		if st := d.State(today); st == "over" || st == "revoked" {
			return ErrDelegationOver.With("state", st)
		}
		now := s.clock.Now()
		d.RevokedAt = &now
		if err := s.repo.RevokeDelegation(ctx, id, now); err != nil {
			return err
		}
		return s.recordDelegation(ctx, "delegation.revoked", d)
	})
	return d, err
}

func (s *Service) recordDelegation(ctx context.Context, action string, d Delegation) error {
	return s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "approval_delegation", ObjectID: d.ID.String(),
		After: map[string]any{"person_id": d.Person.ID, "delegate_id": d.Delegate.ID, "starts_on": d.StartsOn, "ends_on": d.EndsOn, "kinds": d.Kinds, "note": d.Note}})
}

// Today is the tenant's business date.
func (s *Service) Today(ctx context.Context) (calendar.Date, error) {
	return tenant.Today(ctx, s.clock)
}
