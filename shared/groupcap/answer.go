package groupcap

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Answer is the lender's word. What he gives leaves his quota at once, if he does
// not use it himself; up to the cap's FreeMove it is the asker's then, above it
// waits for HQ. It needs access.CreditRelease.
// Faults: QUOTA_MOVE_NOT_FOUND, QUOTA_MOVE_STATE, QUOTA_IN_USE, GROUP_CAP_REACHED.
func (s *Service) Answer(ctx context.Context, id uuid.UUID, lend bool, reason string) (Move, error) {
	actor, err := access.Require(ctx, access.CreditRelease)
	if err != nil {
		return Move{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Move{}, err
	}
	if err := why(reason, !lend); err != nil {
		return Move{}, err
	}
	m, err := s.step(ctx, id, map[bool]string{true: "lent", false: "refused"}[lend], func(ctx context.Context, c *Cap, m *Move) error {
		switch {
		case m.From == nil || *m.From != t.ID:
			return ErrMoveNotFound
		case m.Status != MoveAsked:
			return ErrMoveState
		case !lend:
			s.decided(m, MoveRefused, actor, reason)
			return nil
		}
		m.Status, m.LentBy, m.LentAt = MoveLent, actor.ID, new(s.Clock.Now())
		return s.lower(ctx, c, t.ID, m.Amount)
	})
	if err != nil || !lend {
		return m, err
	}
	return s.lent(ctx, m, t.ID)
}

// lent looks whether the lender had it to give, and passes it on where HQ need
// not be asked. What is interrupted here stays lent: it counts against the cap
// until HQ decides.
func (s *Service) lent(ctx context.Context, m Move, lender uuid.UUID) (Move, error) {
	used, err := s.usedBy(ctx, lender, m.CapID)
	if err != nil {
		return m, err
	}
	c, err := s.settle(ctx, m.CapID, false)
	if err != nil {
		return m, err
	}
	if now := c.Of(lender); used > now.Amount {
		_, err := s.step(ctx, m.ID, "given_back", func(ctx context.Context, c *Cap, m *Move) error {
			if m.Status != MoveLent {
				return ErrMoveState
			}
			m.Status, m.LentBy, m.LentAt = MoveAsked, uuid.Nil, nil
			return s.giveBack(ctx, c, *m)
		})
		if err != nil {
			return m, err
		}
		return m, ErrInUse.With("unused", max(now.Amount+m.Amount-used, 0).String())
	}
	if m.Amount > c.FreeMove {
		return m, nil
	}
	return s.step(ctx, m.ID, "moved", func(ctx context.Context, c *Cap, m *Move) error {
		if m.Status != MoveLent {
			return ErrMoveState
		}
		m.Status = MoveMoved
		c.Lent -= m.Amount
		return s.raise(ctx, c, m.To, m.Amount)
	})
}

// Decide is HQ's word on a move that the lender has agreed to, or on one out of
// what is free. Nobody decides on what he asked for.
func (s *Service) Decide(ctx context.Context, id uuid.UUID, agree bool, reason string) (Move, error) {
	actor, err := access.Require(ctx, access.HQGroupCapManage)
	if err != nil {
		return Move{}, err
	}
	if err := why(reason, !agree); err != nil {
		return Move{}, err
	}
	var m Move
	if err := s.HQ.InTx(ctx, func(ctx context.Context) error { m, err = s.Repo.LockMove(ctx, id); return err }); err != nil {
		return m, err
	}
	if _, err := s.settle(ctx, m.CapID, false); err != nil {
		return m, err
	}
	return s.step(ctx, id, map[bool]string{true: "moved", false: "refused"}[agree], func(ctx context.Context, c *Cap, m *Move) error {
		lent := m.Status == MoveLent
		switch {
		case !lent && (m.Status != MoveAsked || m.From != nil):
			return ErrMoveState
		case m.AskedBy == actor.ID || m.LentBy == actor.ID:
			return ErrOwn
		case !agree:
			s.decided(m, MoveRefused, actor, reason)
			if lent {
				return s.giveBack(ctx, c, *m)
			}
			return nil
		}
		s.decided(m, MoveMoved, actor, reason)
		if lent {
			c.Lent -= m.Amount
		}
		return s.raise(ctx, c, m.To, m.Amount)
	})
}

// Withdraw takes the caller's subsidiary's own request back.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID) (Move, error) {
	if _, err := access.Require(ctx, access.LimitApply); err != nil {
		return Move{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Move{}, err
	}
	return s.step(ctx, id, "withdrawn", func(ctx context.Context, c *Cap, m *Move) error {
		lent := m.Status == MoveLent
		switch {
		case m.To != t.ID:
			return ErrMoveNotFound
		case !m.open():
			return ErrMoveState
		}
		m.Status = MoveWithdrawn
		if lent {
			return s.giveBack(ctx, c, *m)
		}
		return nil
	})
}

// lower takes from a subsidiary's quota; its use is found out afterwards.
func (s *Service) lower(ctx context.Context, c *Cap, tenantID uuid.UUID, less money.Amount) error {
	q := c.Of(tenantID)
	if q.Amount < less {
		return ErrInUse.With("unused", q.Unused().String())
	}
	q.Amount -= less
	return s.Repo.PutQuota(ctx, c.ID, q)
}

// giveBack returns to the lender what was on its way.
func (s *Service) giveBack(ctx context.Context, c *Cap, m Move) error {
	c.Lent -= m.Amount
	return s.raise(ctx, c, *m.From, m.Amount)
}

func (s *Service) decided(m *Move, status MoveStatus, actor access.Actor, reason string) {
	m.Status, m.DecidedBy, m.DecidedAt, m.DecisionReason = status, actor.ID, new(s.Clock.Now()), reason
}
