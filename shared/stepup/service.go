package stepup

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
)

// Store keeps challenges, in the schema that the running transaction is in.
type Store interface {
	// Insert stores a challenge and forgets what the person left unused.
	Insert(ctx context.Context, c Challenge) error
	// Find gives nil for an unknown id.
	Find(ctx context.Context, id uuid.UUID) (*Challenge, error)
	// Use marks the challenge as used by the attempt; it answers false when another
	// attempt did before.
	Use(ctx context.Context, p Passed, at time.Time, requestID string) (bool, error)
}

// Rules says which acts ask.
type Rules interface {
	// Tenant gives the acts that the subsidiary's settings name, in its transaction.
	Tenant(ctx context.Context) ([]Act, error)
	// HQ says whether HQ's decisions on the negative list ask, in HQ's transaction.
	HQ(ctx context.Context) (bool, error)
	// Decided gives the acts that deciding on these submissions is; an unknown one
	// has none, because nobody can decide on it.
	Decided(ctx context.Context, ids []uuid.UUID) ([]Act, error)
}

// Service lets key operations through once their person has verified himself.
type Service struct {
	tenant uow.Tenant
	hq     uow.HQ
	store  Store
	rules  Rules
	clock  calendar.Clock
}

// New wires the service.
func New(tenant uow.Tenant, hq uow.HQ, store Store, rules Rules, clock calendar.Clock) *Service {
	return &Service{tenant: tenant, hq: hq, store: store, rules: rules, clock: clock}
}

// side is where the change is written, and so the challenge.
func (s *Service) side(hq bool) uow.Tx {
	if hq {
		return s.hq
	}
	return s.tenant
}

// Admit lets an attempt through: as it is where nothing asks, and otherwise with
// its verification in the context, for Use. Faults: STEP_UP_REQUIRED with
// challenge_id, expires_at and why; STEP_UP_PERSON_ONLY.
func (s *Service) Admit(ctx context.Context, a Attempt) (context.Context, error) {
	asked, err := s.asked(ctx, a)
	if err != nil || !asked {
		return ctx, err
	}
	actor, ok := access.From(ctx)
	if !ok {
		return ctx, access.ErrUnauthenticated
	}
	if actor.Kind != access.KindPerson || actor.ID == uuid.Nil {
		return ctx, ErrPersonOnly
	}
	now, why := s.clock.Now(), WhyNone
	var next Challenge
	var passed *Passed
	err = s.side(a.HQ).InTx(ctx, func(ctx context.Context) error {
		passed = nil
		if a.Challenge != "" {
			c, err := s.find(ctx, a.Challenge)
			if err != nil {
				return err
			}
			if why = c.holds(a, actor.ID, now); why == "" {
				passed = &Passed{Challenge: c.ID, Attempt: uuid.New(), VerifiedAt: a.SecondFactorAt, hq: a.HQ}
				return nil
			}
		}
		next = Challenge{ID: uuid.New(), PersonID: actor.ID, Act: a.Act, Digest: a.Digest, CreatedAt: now, ExpiresAt: now.Add(Lifetime)}
		return s.store.Insert(ctx, next)
	})
	switch {
	case err != nil:
		return ctx, err
	case passed != nil:
		return context.WithValue(ctx, passedKey{}, *passed), nil
	}
	return ctx, ErrRequired.With("challenge_id", next.ID.String()).With("act", string(a.Act)).
		With("expires_at", next.ExpiresAt.UTC().Format(time.RFC3339)).With("why", why)
}

// find gives the challenge that the client named; one of nobody where there is none.
func (s *Service) find(ctx context.Context, id string) (Challenge, error) {
	u, err := uuid.Parse(id)
	if err != nil {
		return Challenge{}, nil //nolint:nilerr // what is no id is nobody's challenge
	}
	c, err := s.store.Find(ctx, u)
	if err != nil || c == nil {
		return Challenge{}, err
	}
	return *c, nil
}

func (s *Service) asked(ctx context.Context, a Attempt) (asked bool, err error) {
	if a.HQ {
		err = s.hq.InTx(ctx, func(ctx context.Context) error {
			asked, err = s.rules.HQ(ctx)
			return err
		})
		return asked, err
	}
	err = s.tenant.InTx(ctx, func(ctx context.Context) error {
		asked = false
		on, err := s.rules.Tenant(ctx)
		if err != nil || len(on) == 0 {
			return err
		}
		acts := []Act{a.Act}
		switch a.Act {
		case Settings:
			asked = true
			return nil
		case Approval:
			if acts, err = s.rules.Decided(ctx, a.Objects); err != nil {
				return err
			}
		}
		asked = slices.ContainsFunc(acts, func(x Act) bool { return slices.Contains(on, x) })
		return nil
	})
	return asked, err
}

// Use marks the verification of the context as used, in the running transaction.
// It is called where the audit row of a change is written, on that side only; a
// context without a verification, and one of the other side, pass. Faults:
// STEP_UP_USED.
func (s *Service) Use(ctx context.Context, hq bool) error {
	p, ok := passedFrom(ctx)
	if !ok || p.hq != hq {
		return nil
	}
	actor, _ := access.From(ctx)
	done, err := s.store.Use(ctx, p, s.clock.Now(), actor.RequestID)
	if err == nil && !done {
		return ErrUsed
	}
	return err
}

// Finish marks the verification as used after a request that has written nothing,
// so that it is good for no second one.
func (s *Service) Finish(ctx context.Context) error {
	p, ok := passedFrom(ctx)
	if !ok {
		return nil
	}
	return s.side(p.hq).InTx(ctx, func(ctx context.Context) error { return s.Use(ctx, p.hq) })
}
