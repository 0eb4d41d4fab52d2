package agreement

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// Presets gives the stages a new agreement starts with.
func (s *Service) Presets(ctx context.Context) (out Settings, err error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return out, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		own, ok, err := s.repo.Presets(ctx)
		if out = own; !ok || len(own.Triggers) == 0 {
			out.Triggers = Preset()
		}
		return err
	})
	return out, err
}

// SetPresets stores the tenant's own stages; VERSION_CONFLICT when somebody else has.
func (s *Service) SetPresets(ctx context.Context, in Settings) (out Settings, err error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return out, err
	}
	in.Triggers = normal(in.Triggers)
	var c fault.Checks
	CheckTriggers(&c, "triggers", in.Triggers)
	if err := c.Err(); err != nil {
		return out, err
	}
	var by *uuid.UUID
	if p := customer.ByActor(actor); p != nil {
		by = &p.ID
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		old, _, err := s.repo.Presets(ctx)
		if err != nil {
			return err
		}
		if out, err = s.repo.SetPresets(ctx, in, by, s.clock.Now()); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "agreement.presets_changed", ObjectType: "agreement_settings", ObjectID: "1", Before: old.Triggers, After: in.Triggers})
	})
	return out, err
}
