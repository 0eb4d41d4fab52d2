package project

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// SetCheckpoints says where a check binds for the orders of a project, in place of the
// tenant's own setting (ruling 16). It needs access.PolicyWrite, like that one. What is
// held for its orders stays. Faults: INVALID_INPUT, PROJECT_NOT_FOUND.
func (s *Service) SetCheckpoints(ctx context.Context, id uuid.UUID, to Checkpoints) (Profile, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return Profile{}, err
	}
	var c fault.Checks
	c.Require(slices.Contains([]Checkpoints{CheckInherit, CheckOrder, CheckDispatch, CheckBoth}, to), "checkpoints", "UNKNOWN", "must be inherit, order, dispatch or both")
	if err := c.Err(); err != nil {
		return Profile{}, err
	}
	var out Profile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err := s.repo.Get(ctx, id, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		if p.Checkpoints != to {
			if err := s.repo.SetCheckpoints(ctx, p, to); err != nil {
				return err
			}
			// A project that had no account of its own gets its figures.
			if err := s.accounts.Recompute(ctx, p.Customer.ID); err != nil {
				return err
			}
			if err := s.audit.Record(ctx, audit.Entry{Action: "project.checkpoints_changed", ObjectType: "project", ObjectID: id.String(),
				Before: map[string]any{"checkpoints": p.Checkpoints}, After: map[string]any{"checkpoints": to}}); err != nil {
				return err
			}
		}
		out, err = s.profile(ctx, id, nil)
		return err
	})
	return out, err
}
