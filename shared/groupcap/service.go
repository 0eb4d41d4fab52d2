package groupcap

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/uow"
)

// Repo keeps caps, quotas and moves, inside HQ's unit of work.
type Repo interface {
	// List gives a page by name with everything of each, and the number of all.
	List(ctx context.Context, q Query) ([]Cap, int64, error)
	// Get reads a cap, Lock reads and locks it; ErrNotFound without one.
	Get(ctx context.Context, id uuid.UUID) (Cap, error)
	Lock(ctx context.Context, id uuid.UUID) (Cap, error)
	// Put stores the cap and its companies, not its quotas; ErrMember when one is
	// under another cap.
	Put(ctx context.Context, c Cap, by uuid.UUID) error
	// PutQuota stores amount and committed.
	PutQuota(ctx context.Context, capID uuid.UUID, q Quota) error
	// Touch makes version the cap's.
	Touch(ctx context.Context, id uuid.UUID, version int64) error
	Delete(ctx context.Context, id uuid.UUID) error
	// Subsidiaries lists those that keep their books in the currency.
	Subsidiaries(ctx context.Context, currency money.Currency) ([]Quota, error)

	AddMove(ctx context.Context, m Move) error // ErrMoveOpen for a second open one
	LockMove(ctx context.Context, id uuid.UUID) (Move, error)
	SaveMove(ctx context.Context, m Move) error
	Moves(ctx context.Context, q MoveQuery) ([]Move, int64, error)
}

// Query selects caps: by part of a name or code, or by ids.
type Query struct {
	Text string
	IDs  []uuid.UUID // nil for all
	paging.Window
}

// MoveQuery selects moves, the newest first.
type MoveQuery struct {
	TenantID uuid.UUID   // asks or lends; Nil for all
	CapIDs   []uuid.UUID // nil for all
	Open     bool        // only those that wait for somebody
	paging.Window
}

// Books reads the subsidiary of the context, in its unit of work.
type Books interface {
	// Used is what its customers under the cap use together, exactly: it waits for
	// order checks under way and sees all that came before.
	Used(ctx context.Context, capID uuid.UUID) (money.Amount, error)
	// Concerned lists the caps that customers in the caller's sight are under.
	Concerned(ctx context.Context) ([]uuid.UUID, error)
}

// Deps is what the service works with.
type Deps struct {
	Tenants uow.Tenant
	HQ      uow.HQ
	Repo    Repo
	Books   Books
	Log     audit.Recorder // HQ's
	Clock   calendar.Clock
	// Bind gives a context for work in a subsidiary.
	Bind func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
}

// Service does what HQ and subsidiaries do with caps.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// List gives a page of caps. It needs access.HQOverviewRead.
func (s *Service) List(ctx context.Context, q Query) (caps []Cap, total int64, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, 0, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		caps, total, err = s.Repo.List(ctx, q)
		return err
	})
	return caps, total, err
}

// Get gives a cap. It needs access.HQOverviewRead.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (c Cap, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return c, err
	}
	return s.get(ctx, id)
}

func (s *Service) get(ctx context.Context, id uuid.UUID) (c Cap, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Repo.Get(ctx, id)
		return err
	})
	return c, err
}

// Subsidiaries lists those that a cap in the currency can bind, for the form.
func (s *Service) Subsidiaries(ctx context.Context, currency money.Currency) (out []Quota, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Repo.Subsidiaries(ctx, currency)
		return err
	})
	return out, err
}

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

var errSettle = fault.Unavailable("TRY_AGAIN", "somebody else changed the same record at the same moment; try again")
