package customer

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// StatusInput ends business with a customer or takes it up again. Version is the one
// that was seen.
type StatusInput struct {
	ID      uuid.UUID
	Status  Status
	Reason  string
	Version int64
}

// Validate gives all faults of the input.
func (in StatusInput) Validate() error {
	var c fault.Checks
	c.Require(in.Status == StatusActive || in.Status == StatusInactive, "status", "UNKNOWN", "active or inactive")
	n := utf8.RuneCountInString(strings.TrimSpace(in.Reason))
	c.Require(n > 0, "reason", "REQUIRED", "say why; it stands in the customer's record")
	c.Require(n <= 200, "reason", "TOO_LONG", "at most 200 characters")
	return c.Err()
}

// ErrStatusSame says that nothing would change.
var ErrStatusSame = fault.Conflict("CUSTOMER_STATUS_SAME", "the customer stands so already; load it again")

// SetStatus sets whether business is done with a customer. What he owes stays and is
// followed as before; his orders are stopped while he is inactive (CUSTOMER_INACTIVE).
// Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND, VERSION_CONFLICT, CUSTOMER_STATUS_SAME.
func (s *Service) SetStatus(ctx context.Context, in StatusInput) (Detail, error) {
	actor, err := access.Require(ctx, access.CustomerStatus)
	if err != nil {
		return Detail{}, err
	}
	if err := in.Validate(); err != nil {
		return Detail{}, err
	}
	var d Detail
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Lock(ctx, in.ID, OnlyOf(actor))
		switch {
		case err != nil:
			return err
		case before.Version != in.Version:
			return ErrVersion.With("current_version", fmt.Sprint(before.Version))
		case before.Status == in.Status:
			return ErrStatusSame
		}
		after := before
		after.Status, after.Version, after.UpdatedAt = in.Status, before.Version+1, s.clock.Now()
		if err := s.repo.SetStatus(ctx, after); err != nil {
			return err
		}
		action := "customer.reactivated"
		if in.Status == StatusInactive {
			action = "customer.deactivated"
		}
		if err := s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "customer", ObjectID: in.ID.String(),
			Before: map[string]any{"status": before.Status}, After: map[string]any{"status": after.Status, "reason": strings.TrimSpace(in.Reason)}}); err != nil {
			return err
		}
		// Held orders are asked about again, as after each change of the account.
		if err := s.accounts.Recompute(ctx, in.ID); err != nil {
			return err
		}
		d, err = s.detail(ctx, in.ID, nil)
		return err
	})
	if err != nil {
		return Detail{}, err
	}
	return s.withElsewhere(ctx, d)
}
