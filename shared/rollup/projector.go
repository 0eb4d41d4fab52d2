package rollup

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Source reads a tenant's own tables, inside its unit of work.
type Source interface {
	// Customers gives the state of the named customers, or of all when there are
	// none, with ages as of the business date.
	Customers(ctx context.Context, asOf calendar.Date, ids []uuid.UUID) ([]Customer, error)
	// Ratings gives every rating of the rated customer that was ever effective;
	// with uuid.Nil those of all customers.
	Ratings(ctx context.Context, ratingID uuid.UUID) ([]Rating, error)
	// Drift lists accounts whose kept sums differ from the rows they are made of.
	Drift(ctx context.Context) ([]string, error)
}

// Store keeps the projections, inside HQ's unit of work.
type Store interface {
	// Put stores states; an older one never overwrites a newer one.
	Put(ctx context.Context, rows []Customer) error
	// Sum makes the subsidiary's row anew out of its customers' rows.
	Sum(ctx context.Context, tenantID uuid.UUID) error
	PutRatings(ctx context.Context, ratings []Rating) error
	// Projected gives all customers' rows of a subsidiary.
	Projected(ctx context.Context, tenantID uuid.UUID) ([]Customer, error)
	// ProjectedRatings gives all ratings of a subsidiary.
	ProjectedRatings(ctx context.Context, tenantID uuid.UUID) ([]Rating, error)
	// Subsidiary gives a subsidiary's row; ok is false before its first projection.
	Subsidiary(ctx context.Context, tenantID uuid.UUID) (s Subsidiary, ok bool, err error)
}

// Projector keeps the projections up to date. Its handlers are called with the
// context bound to the event's tenant.
type Projector struct {
	tenants uow.Tenant
	hq      uow.HQ
	source  Source
	store   Store
	clock   calendar.Clock
}

// NewProjector makes a projector.
func NewProjector(tenants uow.Tenant, hq uow.HQ, source Source, store Store, clock calendar.Clock) *Projector {
	return &Projector{tenants: tenants, hq: hq, source: source, store: store, clock: clock}
}

// AccountChanged handles account.changed: it reads the accounts as they are now,
// not as they were at the event.
func (p *Projector) AccountChanged(ctx context.Context, d event.Delivered) error {
	var changed struct {
		CustomerIDs []uuid.UUID `json:"customer_ids"`
		All         bool        `json:"all"`
	}
	if err := json.Unmarshal(d.Payload, &changed); err != nil {
		return fmt.Errorf("rollup: payload of %s: %w", d.ID, err)
	}
	if !changed.All && len(changed.CustomerIDs) == 0 {
		return nil
	}
	return p.Project(ctx, changed.CustomerIDs)
}

// Project projects the named customers of the tenant, or all of it, ratings too.
func (p *Projector) Project(ctx context.Context, ids []uuid.UUID) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, p.clock)
	if err != nil {
		return err
	}
	var rows []Customer
	var ratings []Rating
	err = p.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		if rows, err = p.source.Customers(ctx, today, ids); err != nil || len(ids) > 0 {
			return err
		}
		ratings, err = p.source.Ratings(ctx, uuid.Nil)
		return err
	})
	if err != nil {
		return err
	}
	return p.hq.InTx(ctx, func(ctx context.Context) error {
		if err := p.store.Put(ctx, rows); err != nil {
			return err
		}
		if err := p.store.PutRatings(ctx, ratings); err != nil {
			return err
		}
		return p.store.Sum(ctx, t.ID)
	})
}

// RatingEffective handles rating.effective: it projects every rating of the
// customer, so that the one that lapsed by it is seen as lapsed.
func (p *Projector) RatingEffective(ctx context.Context, d event.Delivered) error {
	var rated struct {
		RatingID uuid.UUID `json:"rating_id"`
	}
	if err := json.Unmarshal(d.Payload, &rated); err != nil {
		return fmt.Errorf("rollup: payload of %s: %w", d.ID, err)
	}
	var ratings []Rating
	err := p.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		ratings, err = p.source.Ratings(ctx, rated.RatingID)
		return err
	})
	if err != nil {
		return err
	}
	return p.hq.InTx(ctx, func(ctx context.Context) error { return p.store.PutRatings(ctx, ratings) })
}

// Age projects the tenant anew when the ages of its projection are of an earlier
// business date, and says whether it did.
func (p *Projector) Age(ctx context.Context) (bool, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return false, err
	}
	today, err := tenant.Today(ctx, p.clock)
	if err != nil {
		return false, err
	}
	var current bool
	err = p.hq.InTx(ctx, func(ctx context.Context) error {
		s, ok, err := p.store.Subsidiary(ctx, t.ID)
		current = ok && s.AsOf >= today
		return err
	})
	if err != nil || current {
		return false, err
	}
	return true, p.Project(ctx, nil)
}
