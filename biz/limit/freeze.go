package limit

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// FreezeInput freezes or unfreezes a customer's credit.
type FreezeInput struct {
	CustomerID uuid.UUID
	Reason     string
}

// Validate gives all faults of the input.
func (in FreezeInput) Validate() error {
	var c fault.Checks
	checkReason(&c, in.Reason)
	return c.Err()
}

// Freeze stops all orders of a customer until somebody unfreezes him. It needs
// access.CreditFreeze; exposure.ErrFrozen.
func (s *Service) Freeze(ctx context.Context, in FreezeInput) (exposure.Freeze, error) {
	var f exposure.Freeze
	err := s.freezing(ctx, &in, func(ctx context.Context, actor access.Actor) error {
		account, err := s.accounts.Get(ctx, in.CustomerID)
		if err != nil {
			return err
		}
		f = exposure.Freeze{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Source: exposure.FreezeByPerson, Reason: in.Reason,
			OldestDueOn: account.OldestDueOn, FrozenAt: s.clock.Now(), FrozenBy: customer.ByActor(actor)}
		if err := s.accounts.Freeze(ctx, f); err != nil {
			return err
		}
		return s.frozen(ctx, f)
	})
	return f, err
}

// Unfreeze lets a customer order on credit again. It needs access.CreditFreeze;
// exposure.ErrNotFrozen.
func (s *Service) Unfreeze(ctx context.Context, in FreezeInput) (exposure.Freeze, error) {
	var f exposure.Freeze
	err := s.freezing(ctx, &in, func(ctx context.Context, actor access.Actor) (err error) {
		f, err = s.accounts.Unfreeze(ctx, in.CustomerID, customer.ByActor(actor), in.Reason, s.clock.Now())
		if err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "account.unfrozen", ObjectType: "credit_account", ObjectID: in.CustomerID.String(),
			Before: map[string]any{"frozen": true, "reason": f.Reason}, After: map[string]any{"frozen": false, "reason": in.Reason}})
	})
	return f, err
}

func (s *Service) freezing(ctx context.Context, in *FreezeInput, fn func(context.Context, access.Actor) error) error {
	actor, err := access.Require(ctx, access.CreditFreeze)
	if err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.Validate(); err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		return fn(ctx, actor)
	})
}

// Freezes lists the freezes of a customer, newest first.
func (s *Service) Freezes(ctx context.Context, customerID uuid.UUID) (fs []exposure.Freeze, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		fs, err = s.accounts.Freezes(ctx, customerID)
		return err
	})
	return fs, err
}

// FreezeOverdue is the step of the daily run that freezes who is overdue for days
// or longer (ruling 8); 0 days switches it off. It can be repeated for a date.
func (s *Service) FreezeOverdue(ctx context.Context, on calendar.Date, days int, tolerance money.Amount) (int, error) {
	if days <= 0 {
		return 0, nil
	}
	var n int
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		fs, err := s.accounts.FreezeOverdue(ctx, on, days, tolerance, s.clock.Now())
		if err != nil {
			return fmt.Errorf("freeze what is overdue for %d days: %w", days, err)
		}
		n = len(fs)
		for _, f := range fs {
			if err := s.frozen(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (s *Service) frozen(ctx context.Context, f exposure.Freeze) error {
	return s.audit.Record(ctx, audit.Entry{Action: "account.frozen", ObjectType: "credit_account", ObjectID: f.CustomerID.String(),
		Before: map[string]any{"frozen": false}, After: map[string]any{"frozen": true, "source": f.Source, "reason": f.Reason}})
}
