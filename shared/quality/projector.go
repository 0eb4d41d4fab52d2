package quality

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Source computes a subsidiary's figures as of today, in units of work of its own.
type Source interface {
	Quality(ctx context.Context) (Figures, error)
}

// Store keeps the projection, inside HQ's unit of work.
type Store interface {
	// Stale says whether a subsidiary's figures are of an earlier day, or older than
	// what HQ has of its customers.
	Stale(ctx context.Context, tenantID uuid.UUID, today calendar.Date) (bool, error)
	// Put replaces a subsidiary's figures; those of an earlier day never replace later
	// ones.
	Put(ctx context.Context, t tenant.Tenant, f Figures) error
	// All gives every subsidiary, or one, with its figures.
	All(ctx context.Context, only uuid.UUID) ([]Subsidiary, error)
}

// Projector keeps the figures at HQ up to date. It is called with the context bound to
// a tenant.
type Projector struct {
	hq     uow.HQ
	source Source
	store  Store
	clock  calendar.Clock
}

// NewProjector makes it.
func NewProjector(hq uow.HQ, source Source, store Store, clock calendar.Clock) *Projector {
	return &Projector{hq: hq, source: source, store: store, clock: clock}
}

// Daily projects the tenant, whatever there is.
func (p *Projector) Daily(ctx context.Context, _ calendar.Date) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	f, err := p.source.Quality(ctx)
	if err != nil {
		return err
	}
	return p.hq.InTx(ctx, func(ctx context.Context) error { return p.store.Put(ctx, t, f) })
}

// Refresh projects the tenant when something has changed since it was last.
func (p *Projector) Refresh(ctx context.Context) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	today := calendar.Of(p.clock.Now(), t.Zone)
	stale := false
	err = p.hq.InTx(ctx, func(ctx context.Context) (err error) {
		stale, err = p.store.Stale(ctx, t.ID, today)
		return err
	})
	if err != nil || !stale {
		return err
	}
	return p.Daily(ctx, today)
}
