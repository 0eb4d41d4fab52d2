package limit

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Position is what somebody sees who is about to ask for a limit: what is in force and
// used, what the customer may be granted at all, and what is in approval already.
type Position struct {
	Kind      exposure.LimitKind // empty: the project has no limit of its own
	Standing  money.Amount       // fen; of a project with its temporary limits
	Temporary money.Amount       // of the customer alone
	Used      money.Amount
	Ceiling   Ceiling // zero for who sells at a project of another one's customer
	Refuses   bool    // an application above the ceiling is refused
	Reduced   bool
	Pending   []Limit // in approval: adjustments and temporary limits, the newest first
}

// Position gives it, of a customer or of his project. It needs access.LimitRead;
// ErrNoProject.
func (s *Service) Position(ctx context.Context, customerID, projectID uuid.UUID) (p Position, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return p, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return p, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.base(ctx, actor, customerID, projectID)
		if err != nil {
			return err
		}
		p = b.position()
		if !b.reduced {
			if p.Ceiling, err = s.repo.Ceiling(ctx, customerID); err != nil {
				return err
			}
		}
		if p.Refuses, err = s.refusesAbove(ctx); err != nil {
			return err
		}
		all, err := s.repo.OfCustomer(ctx, customerID)
		for _, l := range all {
			if l.Status == StatusSubmitted && samePlace(l.projectID(), projectID) {
				p.Pending = append(p.Pending, l.On(today))
			}
		}
		return err
	})
	return p, err
}

func samePlace(of *uuid.UUID, projectID uuid.UUID) bool {
	if of == nil {
		return projectID == uuid.Nil
	}
	return *of == projectID
}

func (b base) position() Position {
	switch {
	case b.project == nil:
		a := b.account
		return Position{Kind: a.LimitKind, Standing: a.Standing, Temporary: a.Temporary, Used: a.Exposure()}
	case b.figures == nil:
		return Position{Reduced: b.reduced}
	}
	f := b.figures
	return Position{Kind: f.Kind, Standing: f.Limit, Used: f.Receivable + f.Reserved, Reduced: b.reduced}
}

// EndInput takes a temporary limit back before its last day (提前收回).
type EndInput struct {
	CustomerID uuid.UUID
	ID         uuid.UUID
	Reason     string
}

// EndEarly ends an approved temporary limit at once. It takes room away and gives none,
// so nobody has to approve it. It needs access.LimitApply; ErrNotFound, ErrEnded.
func (s *Service) EndEarly(ctx context.Context, in EndInput) (l Limit, err error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return l, err
	}
	if err := checkedReason(&in.Reason); err != nil {
		return l, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return l, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if l, err = s.repo.Lock(ctx, in.ID); err != nil {
			return err
		}
		if l.CustomerID != in.CustomerID || l.Class != ClassTemporary {
			return ErrNotFound
		}
		if _, _, err := customer.ForProject(ctx, s.customers, actor, l.CustomerID, l.projectID()); err != nil {
			return err
		}
		if l.On(today).Status != StatusEffective {
			return ErrEnded.With("status", string(l.On(today).Status))
		}
		now := s.clock.Now()
		before := l
		l.Status, l.LapsedAt, l.Version = StatusLapsed, &now, l.Version+1
		if err := s.repo.SetStatus(ctx, l); err != nil {
			return err
		}
		if err := s.recordEnd(ctx, before, l, in.Reason); err != nil {
			return err
		}
		return s.accounts.Recompute(ctx, l.CustomerID)
	})
	return l, err
}
