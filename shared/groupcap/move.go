package groupcap

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// Own is a cap as one subsidiary sees it: its own part with its exact use, and what
// others could lend.
type Own struct {
	Cap  Cap // without what others use, and with companies
	Mine Quota
}

// Mine lists the caps that customers in the caller's sight are under. It needs
// access.LimitRead.
func (s *Service) Mine(ctx context.Context) ([]Own, error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return nil, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	used := map[uuid.UUID]money.Amount{}
	var ids []uuid.UUID
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		if ids, err = s.Books.Concerned(ctx); err != nil {
			return err
		}
		for _, id := range ids {
			if used[id], err = s.Books.Used(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var caps []Cap
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		caps, _, err = s.Repo.List(ctx, Query{IDs: ids})
		return err
	})
	out := make([]Own, len(caps))
	for i, c := range caps {
		mine := c.Of(t.ID)
		mine.Used = used[c.ID]
		out[i] = Own{Cap: c, Mine: mine}
	}
	return out, err
}

// AskInput asks for quota.
type AskInput struct {
	CapID  uuid.UUID
	From   string // the lender's name in addresses; empty: of what HQ has not given out
	Amount money.Amount
	Reason string
}

// Ask asks another subsidiary, or HQ, for quota. It needs access.LimitApply.
// Faults: INVALID_INPUT, GROUP_CAP_NOT_FOUND, QUOTA_MOVE_OPEN.
func (s *Service) Ask(ctx context.Context, in AskInput) (Move, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Move{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Move{}, err
	}
	var c fault.Checks
	c.Require(in.Amount > 0 && in.Amount <= MaxAmount, "amount", "OUT_OF_RANGE", "must be above zero and at most 10000000000000 fen")
	text(&c, "reason", in.Reason, 5, 1000)
	if err := c.Err(); err != nil {
		return Move{}, err
	}
	if err := s.concerned(ctx, in.CapID); err != nil {
		return Move{}, err
	}
	m := Move{ID: uuid.Must(uuid.NewV7()), CapID: in.CapID, To: t.ID, Amount: in.Amount, Reason: in.Reason, Status: MoveAsked,
		AskedBy: actor.ID, AskedAt: s.Clock.Now(), Version: 1}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Repo.Lock(ctx, in.CapID)
		if err != nil {
			return err
		}
		if in.From != "" {
			i := slices.IndexFunc(c.Quotas, func(q Quota) bool { return q.Slug == in.From && q.TenantID != t.ID })
			if i < 0 {
				return ErrNoLender.With("from_slug", in.From)
			}
			if m.From = &c.Quotas[i].TenantID; c.Quotas[i].Amount < in.Amount {
				return ErrInUse.With("unused", c.Quotas[i].Unused().String())
			}
		}
		if err := s.Repo.AddMove(ctx, m); err != nil {
			return err
		}
		if m, err = s.Repo.LockMove(ctx, m.ID); err != nil {
			return err
		}
		return s.noteMove(ctx, "asked", m)
	})
	return m, err
}

// concerned refuses caps that no customer of the caller's is under.
func (s *Service) concerned(ctx context.Context, capID uuid.UUID) error {
	return s.Tenants.InTx(ctx, func(ctx context.Context) error {
		ids, err := s.Books.Concerned(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if id == capID {
				return nil
			}
		}
		return ErrNotFound
	})
}

// Moves lists the requests that the caller's subsidiary asked for or is asked for.
func (s *Service) Moves(ctx context.Context, q MoveQuery) (out []Move, total int64, err error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return nil, 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	q.TenantID = t.ID
	return s.moves(ctx, q)
}

// GroupMoves lists the requests of all subsidiaries.
func (s *Service) GroupMoves(ctx context.Context, q MoveQuery) (out []Move, total int64, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, 0, err
	}
	return s.moves(ctx, q)
}

func (s *Service) moves(ctx context.Context, q MoveQuery) (out []Move, total int64, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		out, total, err = s.Repo.Moves(ctx, q)
		return err
	})
	return out, total, err
}

// step does one step of a move under its cap's lock.
func (s *Service) step(ctx context.Context, id uuid.UUID, action string, by func(ctx context.Context, c *Cap, m *Move) error) (out Move, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		m, err := s.Repo.LockMove(ctx, id)
		if err != nil {
			return err
		}
		c, err := s.Repo.Lock(ctx, m.CapID)
		if err != nil {
			return err
		}
		if err := by(ctx, &c, &m); err != nil {
			return err
		}
		m.Version++
		if err := s.Repo.SaveMove(ctx, m); err != nil {
			return err
		}
		if err := s.Repo.Touch(ctx, c.ID, c.Version+1); err != nil {
			return err
		}
		out = m
		return s.noteMove(ctx, action, m)
	})
	return out, err
}

func (s *Service) noteMove(ctx context.Context, action string, m Move) error {
	kind := news.QuotaAnswered
	if m.Status == MoveAsked {
		kind = news.QuotaAsked
	}
	if action != "given_back" && action != "withdrawn" {
		if err := news.TellGroup(ctx, s.Events, kind, "", m.ID); err != nil {
			return err
		}
	}
	return s.Log.Record(ctx, audit.Entry{Action: "quota_move." + action, ObjectType: "quota_move", ObjectID: m.ID.String(),
		After: map[string]any{"cap_id": m.CapID, "from": m.From, "to": m.To, "amount": m.Amount, "reason": m.Reason, "status": m.Status, "decision_reason": m.DecisionReason}})
}

func why(reason string, needed bool) error {
	var c fault.Checks
	least := 0
	if needed {
		least = 2
	}
	text(&c, "reason", reason, least, 1000)
	return c.Err()
}
