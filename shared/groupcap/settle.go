package groupcap

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// tries is how often the use is read again when the cap was changed meanwhile.
const tries = 5

var errSettle = fault.Unavailable("TRY_AGAIN", "somebody else changed the same record at the same moment; try again")

// settle finds out how much is still in use above quotas that were lowered, and
// lets go what is not. With all it asks every subsidiary, as for a new cap or a
// new company under it.
//
// A subsidiary's use is read after its quota has been lowered for everybody, so its
// checks cannot bring it above both. The figures count only if nobody has changed
// the cap since before they were read.
func (s *Service) settle(ctx context.Context, id uuid.UUID, all bool) (Cap, error) {
	for range tries {
		c, err := s.get(ctx, id)
		if err != nil {
			return c, err
		}
		used := map[uuid.UUID]money.Amount{}
		for _, q := range c.Quotas {
			if !all && q.Committed <= q.Amount {
				continue
			}
			if used[q.TenantID], err = s.usedBy(ctx, q.TenantID, id); err != nil {
				return c, err
			}
		}
		if len(used) == 0 {
			return c, nil
		}
		done := false
		err = s.HQ.InTx(ctx, func(ctx context.Context) error {
			now, err := s.Repo.Lock(ctx, id)
			if err != nil || now.Version != c.Version {
				return err
			}
			for _, q := range now.Quotas {
				u, asked := used[q.TenantID]
				if !asked || q.Committed == max(q.Amount, u) {
					continue
				}
				q.Committed = max(q.Amount, u)
				if err := s.Repo.PutQuota(ctx, id, q); err != nil {
					return err
				}
			}
			done = true
			c, err = s.Repo.Get(ctx, id)
			return err
		})
		if err != nil || done {
			return c, err
		}
	}
	return Cap{}, errSettle
}

// usedBy reads a subsidiary's use exactly, in its own unit of work.
func (s *Service) usedBy(ctx context.Context, tenantID, capID uuid.UUID) (used money.Amount, err error) {
	if ctx, err = s.Bind(ctx, tenantID); err != nil {
		return 0, err
	}
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		used, err = s.Books.Used(ctx, capID)
		return err
	})
	return used, err
}

// raise gives a subsidiary more of a locked cap, out of what is free. What is
// committed above its quota already is its own again.
func (s *Service) raise(ctx context.Context, c *Cap, tenantID uuid.UUID, more money.Amount) error {
	if more <= 0 {
		return nil
	}
	q := c.Of(tenantID)
	before := q.Committed
	q.Amount += more
	q.Committed = max(q.Committed, q.Amount)
	if need := q.Committed - before; need > 0 && need > c.Free() {
		return ErrOverCap.With("free", max(c.Free(), 0).String())
	}
	if err := s.Repo.PutQuota(ctx, c.ID, q); err != nil {
		return err
	}
	for i := range c.Quotas {
		if c.Quotas[i].TenantID == tenantID {
			c.Quotas[i] = q
			return nil
		}
	}
	c.Quotas = append(c.Quotas, q)
	return nil
}
