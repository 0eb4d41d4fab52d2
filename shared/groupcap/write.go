package groupcap

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/money"
)

// Create sets a cap. From its commit on every order check of the subsidiaries
// holds orders of these companies against its quota. What is in use above the
// quotas stays, and counts. Faults: INVALID_INPUT, GROUP_CAP_MEMBER_TAKEN,
// GROUP_CAP_CURRENCY.
func (s *Service) Create(ctx context.Context, in Input) (Cap, error) {
	actor, err := access.Require(ctx, access.HQGroupCapManage)
	if err != nil {
		return Cap{}, err
	}
	in = in.normal()
	if err := in.Validate(); err != nil {
		return Cap{}, err
	}
	c := Cap{ID: uuid.Must(uuid.NewV7()), Currency: in.Currency, Version: 1}
	in.into(&c)
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Repo.Subsidiaries(ctx, c.Currency)
		if err != nil {
			return err
		}
		if err := within(all, in.Quotas); err != nil {
			return err
		}
		if err := s.Repo.Put(ctx, c, actor.ID); err != nil {
			return err
		}
		for _, q := range all {
			q.Amount = amountFor(in.Quotas, q.TenantID)
			q.Committed = q.Amount
			if err := s.Repo.PutQuota(ctx, c.ID, q); err != nil {
				return err
			}
			c.Quotas = append(c.Quotas, q)
		}
		return s.note(ctx, "created", nil, &c)
	})
	if err != nil {
		return Cap{}, err
	}
	return s.settle(ctx, c.ID, true)
}

// Update changes a cap as HQ saw it at version. Quotas are lowered at once; those
// that are raised get only what is free then. Faults: those of Create,
// GROUP_CAP_NOT_FOUND, VERSION_CONFLICT, GROUP_CAP_REACHED.
func (s *Service) Update(ctx context.Context, id uuid.UUID, version int64, in Input) (Cap, error) {
	actor, err := access.Require(ctx, access.HQGroupCapManage)
	if err != nil {
		return Cap{}, err
	}
	in = in.normal()
	if err := in.validateChange(); err != nil {
		return Cap{}, err
	}
	var members bool
	seen, err := s.change(ctx, id, "lowered", func(ctx context.Context, c *Cap) error {
		if c.Version != version {
			return ErrChanged
		}
		all, err := s.Repo.Subsidiaries(ctx, c.Currency)
		if err != nil {
			return err
		}
		if err := within(all, in.Quotas); err != nil {
			return err
		}
		members = !slices.Equal(c.Members, in.Members)
		in.into(c)
		if err := c.fits(in.Quotas); err != nil {
			return err
		}
		if err := s.Repo.Put(ctx, *c, actor.ID); err != nil {
			return err
		}
		for _, q := range all {
			was := c.Of(q.TenantID)
			was.Amount = min(was.Amount, amountFor(in.Quotas, q.TenantID))
			if err := s.Repo.PutQuota(ctx, id, was); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Cap{}, err
	}
	if _, err := s.settle(ctx, id, members); err != nil {
		return Cap{}, err
	}
	return s.change(ctx, id, "quotas_set", func(ctx context.Context, c *Cap) error {
		if c.Version != seen.Version {
			return ErrChanged
		}
		for _, q := range in.Quotas {
			if err := s.raise(ctx, c, q.TenantID, q.Amount-c.Of(q.TenantID).Amount); err != nil {
				return err
			}
		}
		return nil
	})
}

// Delete takes a cap away; orders of its companies are held against each
// subsidiary's own limits only. It needs access.HQGroupCapManage.
func (s *Service) Delete(ctx context.Context, id uuid.UUID, version int64) error {
	if _, err := access.Require(ctx, access.HQGroupCapManage); err != nil {
		return err
	}
	return s.HQ.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Repo.Lock(ctx, id)
		switch {
		case err != nil:
			return err
		case c.Version != version:
			return ErrChanged
		}
		if err := s.Repo.Delete(ctx, id); err != nil {
			return err
		}
		return s.note(ctx, "deleted", &c, nil)
	})
}

func (in Input) into(c *Cap) {
	c.Name, c.Amount, c.FreeMove, c.Note = in.Name, in.Amount, in.FreeMove, in.Note
	c.Members = slices.Clone(in.Members)
}

func amountFor(quotas []QuotaInput, tenantID uuid.UUID) money.Amount {
	for _, q := range quotas {
		if q.TenantID == tenantID {
			return q.Amount
		}
	}
	return 0
}

// fits refuses quotas that what is in use elsewhere leaves no room for, as far as
// the projected figures tell, before anything is lowered.
func (c Cap) fits(given []QuotaInput) error {
	sum, raised := c.Lent, false
	for _, q := range c.Quotas {
		next := amountFor(given, q.TenantID)
		raised = raised || next > q.Committed
		if next >= q.Amount {
			sum += max(next, q.Committed)
			continue
		}
		sum += max(next, min(q.Used, q.Committed))
	}
	if raised && sum > c.Amount {
		return ErrOverCap.With("over", (sum - c.Amount).String())
	}
	return nil
}

// within refuses quotas of subsidiaries that the cap cannot bind.
func within(all []Quota, given []QuotaInput) error {
	for _, q := range given {
		if !slices.ContainsFunc(all, func(o Quota) bool { return o.TenantID == q.TenantID }) {
			return ErrCurrency.With("tenant_id", q.TenantID.String())
		}
	}
	return nil
}

// change does one step under the cap's lock and writes it down.
func (s *Service) change(ctx context.Context, id uuid.UUID, action string, by func(ctx context.Context, c *Cap) error) (after Cap, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Repo.Lock(ctx, id)
		if err != nil {
			return err
		}
		c := before
		if err := by(ctx, &c); err != nil {
			return err
		}
		if err := s.Repo.Touch(ctx, id, before.Version+1); err != nil {
			return err
		}
		if after, err = s.Repo.Get(ctx, id); err != nil {
			return err
		}
		return s.note(ctx, action, &before, &after)
	})
	return after, err
}

func (s *Service) note(ctx context.Context, action string, before, after *Cap) error {
	e := audit.Entry{Action: "group_cap." + action, ObjectType: "group_cap"}
	if before != nil {
		e.ObjectID, e.Before = before.ID.String(), facts(*before)
	}
	if after != nil {
		e.ObjectID, e.After = after.ID.String(), facts(*after)
	}
	return s.Log.Record(ctx, e)
}

func facts(c Cap) map[string]any {
	var members []string
	for _, m := range c.Members {
		members = append(members, string(m.USCC))
	}
	quotas := map[string]money.Amount{}
	for _, q := range c.Quotas {
		if q.Amount > 0 {
			quotas[q.TenantID.String()] = q.Amount
		}
	}
	return map[string]any{"name": c.Name, "currency": c.Currency, "amount": c.Amount, "free_move": c.FreeMove, "note": c.Note, "members": members, "quotas": quotas}
}
