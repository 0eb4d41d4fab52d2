package creditcheck

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
)

// GetReservation gives a reservation. It needs access.CreditCheck; ErrNoReservation.
func (s *Service) GetReservation(ctx context.Context, id uuid.UUID) (Reservation, error) {
	actor, err := access.Require(ctx, access.CreditCheck)
	if err != nil {
		return Reservation{}, err
	}
	var r Reservation
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		var ok bool
		if r, ok, err = s.Archive.Reservation(ctx, id, ownedBy(actor)); err == nil && !ok {
			err = ErrNoReservation
		}
		return err
	})
	return r, err
}

func ownedBy(a access.Actor) uuid.UUID {
	if a.OwnCustomersOnly() {
		return a.ID
	}
	return uuid.Nil
}

// ListInput asks for past decisions, newest first. Pages count from 1.
type ListInput struct {
	CustomerID uuid.UUID // Nil for all
	Outcome    Outcome   // empty for all
	Page       int
	PageSize   int // 0 is 20, at most 200
}

// Validate names every field that cannot be.
func (in ListInput) Validate() error {
	var c fault.Checks
	c.Require(in.Outcome == "" || in.Outcome.Valid(), "outcome", "OUT_OF_RANGE", "must be allow, warn, hold or block")
	c.Require(in.Page >= 0 && in.Page <= 1_000_000, "page", "OUT_OF_RANGE", "must be 1 or more")
	c.Require(in.PageSize >= 0 && in.PageSize <= 200, "page_size", "OUT_OF_RANGE", "must be 1 to 200")
	return c.Err()
}

// List gives past decisions with all they saw, and how many there are. It needs
// access.CreditCheck.
func (s *Service) List(ctx context.Context, in ListInput) (page []Decision, total int64, err error) {
	actor, err := access.Require(ctx, access.CreditCheck)
	if err != nil {
		return nil, 0, err
	}
	if err := in.Validate(); err != nil {
		return nil, 0, err
	}
	size := in.PageSize
	if size == 0 {
		size = 20
	}
	f := DecisionFilter{CustomerID: in.CustomerID, OwnedBy: ownedBy(actor), Outcome: in.Outcome, Limit: size, Offset: max(in.Page-1, 0) * size}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		page, total, err = s.Archive.Decisions(ctx, f)
		return err
	})
	return page, total, err
}

// GetPolicy gives the policy in force. It needs access.PolicyRead.
func (s *Service) GetPolicy(ctx context.Context) (Policy, error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return Policy{}, err
	}
	var p Policy
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		p, err = s.policy(ctx)
		return err
	})
	return p, err
}

func (s *Service) policy(ctx context.Context) (Policy, error) {
	p, ok, err := s.Archive.Policy(ctx)
	if err == nil && !ok {
		p = Preset()
	}
	return p, err
}

// InForce gives the rules in force to the other domains that go by them, in the caller's
// transaction; it asks for no right.
func (s *Service) InForce(ctx context.Context) (Rules, error) {
	p, err := s.policy(ctx)
	return p.Rules, err
}

// SetPolicy makes a new version of the policy; p.Version is the one that was
// read. Rules that are left out stay as they are. It needs access.PolicyWrite; ErrPolicyVersion.
func (s *Service) SetPolicy(ctx context.Context, p Policy) (Policy, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return Policy{}, err
	}
	given := p
	if p.Rules.absent() {
		given.Rules = PresetRules()
	} else {
		p.Rules = p.Rules.Filled()
		given = p
	}
	if err := given.Validate(); err != nil {
		return Policy{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.policy(ctx)
		if err != nil {
			return err
		}
		if p.Rules.absent() {
			p.Rules = before.Rules
		}
		if before.Version != p.Version {
			return ErrPolicyVersion
		}
		p.CreatedAt = s.Clock.Now()
		by := actor.ID
		if actor.Kind != access.KindPerson {
			by = uuid.Nil
		}
		if err := s.Archive.AddPolicy(ctx, p, by); err != nil {
			return err
		}
		after := p
		after.Version = before.Version + 1
		return s.Audit.Record(ctx, audit.Entry{Action: "credit_policy.changed", ObjectType: "credit_policy",
			ObjectID: "credit_policy", Before: before, After: after})
	})
	if err != nil {
		return Policy{}, err
	}
	p.Version++
	return p, nil
}

// sweepMost is how many rows one unit of work of a sweep takes.
const sweepMost = 500

// ExpireReservations ends the open reservations whose time is over, and says how
// many. It is a periodic job of each tenant, every minute; until it has run they
// go on holding, which errs on the safe side.
func (s *Service) ExpireReservations(ctx context.Context) (total int, err error) {
	actor, err := access.Require(ctx, access.CreditReserve)
	if err != nil {
		return 0, err
	}
	for n := sweepMost; n == sweepMost; total += n {
		err := s.Tx.InTx(ctx, func(ctx context.Context) error {
			var customers []uuid.UUID
			if n, customers, err = s.Store.Expire(ctx, s.Clock.Now(), sweepMost, actor); err != nil || n == 0 {
				return err
			}
			return s.Events.Publish(ctx, event.Event{Topic: exposure.TopicAccountChanged, Payload: exposure.Changed{CustomerIDs: customers}})
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// SweepKeys forgets commands older than KeysKept, and says how many. It is a
// periodic job of each tenant, every hour.
func (s *Service) SweepKeys(ctx context.Context) (total int, err error) {
	for n := sweepMost; n == sweepMost; total += n {
		err := s.Tx.InTx(ctx, func(ctx context.Context) error {
			n, err = s.Store.SweepKeys(ctx, s.Clock.Now().Add(-KeysKept), sweepMost)
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
