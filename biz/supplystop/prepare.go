package supplystop

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// PrepareInput prepares a stop.
type PrepareInput struct {
	CustomerID    uuid.UUID
	ProjectID     *uuid.UUID
	AgreementID   *uuid.UUID
	Reason        string
	OverdueDays   int
	OverdueAmount money.Amount
}

// Prepare prepares a stop because an agreement has reached its stage, in the caller's
// transaction. Where one is under way already it does nothing.
func (s *Service) Prepare(ctx context.Context, in PrepareInput) error {
	_, err := s.prepare(ctx, in)
	return err
}

func (s *Service) prepare(ctx context.Context, in PrepareInput) (*Stop, error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, err
	}
	owner, err := s.Repo.Owner(ctx, in.CustomerID)
	if err != nil {
		return nil, err
	}
	due, err := s.dueOn(ctx, StatePrepared, today)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	x := Stop{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, ProjectID: in.ProjectID, AgreementID: in.AgreementID, State: StatePrepared, Reason: in.Reason,
		OverdueDays: in.OverdueDays, OverdueAmount: in.OverdueAmount, Owner: owner, DueOn: due, CreatedAt: now, UpdatedAt: now, Version: 1}
	inserted, err := s.Repo.Insert(ctx, x)
	if err != nil || !inserted {
		return nil, err
	}
	return &x, s.note(ctx, x, "", nil, State(""))
}

// PrepareByHand prepares a stop before, or without, an agreement's stage.
func (s *Service) PrepareByHand(ctx context.Context, in PrepareInput) (Stop, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Stop{}, err
	}
	var c fault.Checks
	in.Reason = strings.TrimSpace(in.Reason)
	c.Require(in.Reason != "", "reason", "REQUIRED", "say why supply is to be stopped")
	checkNote(&c, "reason", in.Reason)
	if err := c.Err(); err != nil {
		return Stop{}, err
	}
	var x *Stop
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if in.ProjectID != nil {
			if err := s.Repo.Project(ctx, in.CustomerID, *in.ProjectID); err != nil {
				return err
			}
		}
		account, err := s.Accounts.Get(ctx, in.CustomerID)
		if err != nil {
			return err
		}
		in.OverdueDays, in.OverdueAmount = account.OverdueDays(account.AsOf), account.Overdue
		if x, err = s.prepare(ctx, in); err == nil && x == nil {
			err = ErrOpen
		}
		return err
	})
	if err != nil {
		return Stop{}, err
	}
	return s.read(ctx, x.ID)
}
