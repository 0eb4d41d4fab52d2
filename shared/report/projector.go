package report

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

// Row are one customer's figures on one date.
type Row struct {
	CustomerID uuid.UUID
	On         calendar.Date
	Sums
}

// Mark says which version of a customer's figures there is, and for which day.
type Mark struct {
	CustomerID    uuid.UUID
	SalespersonID uuid.UUID // Nil for none
	Version       int64
	Projected     int64 // the version that HQ has; 0 for none
	AsOf          calendar.Date
	Dates         []calendar.Date // on which there are figures
}

// Project is the state of one project's open items, in fen.
type Project struct {
	ID, CustomerID      uuid.UUID
	Number, Name        string
	Receivable, Overdue int64
	OldestDueOn         calendar.Date // of what is overdue; zero for nothing
	Disputed            int64         // of Receivable
}

// Source keeps the figures in a tenant's own tables, inside its unit of work.
type Source interface {
	// Refresh makes the figures of customers (nil: all) whose items, receipts or
	// day have changed, and says of how many.
	Refresh(ctx context.Context, today calendar.Date, ids []uuid.UUID) (int, error)
	// Waiting names customers whose figures HQ does not have yet.
	Waiting(ctx context.Context, limit int) ([]Mark, error)
	// Projected notes that HQ has these versions.
	Projected(ctx context.Context, marks []Mark) error
	// Marks names all customers with figures.
	Marks(ctx context.Context) ([]Mark, error)
	// Changed gives the figures that were written since the marks' projected versions.
	Changed(ctx context.Context, marks []Mark) ([]Row, error)
	// Stored gives the figures of all customers.
	Stored(ctx context.Context) ([]Row, error)
	// Computed makes figures out of items and receipts, and stores nothing.
	Computed(ctx context.Context, today calendar.Date, days []calendar.Date, ids []uuid.UUID) ([]Row, error)
	// Projects gives all projects that have open items.
	Projects(ctx context.Context, today calendar.Date) ([]Project, error)
}

// Store keeps the projection, inside HQ's unit of work.
type Store interface {
	// Put takes in what has changed of the marked customers' figures, and drops
	// those of dates that a mark does not name. An older version never replaces a
	// newer one.
	Put(ctx context.Context, t tenant.Tenant, marks []Mark, rows []Row) error
	// Sum makes the subsidiary's sums anew out of its customers' figures.
	Sum(ctx context.Context, tenantID uuid.UUID, asOf calendar.Date) error
	PutProjects(ctx context.Context, t tenant.Tenant, asOf calendar.Date, projects []Project) error
	// Of gives a subsidiary's projected figures, and its sums by date.
	Of(ctx context.Context, tenantID uuid.UUID) ([]Row, Series, error)
}

// Projector keeps the figures and their projection up to date. It is called with
// the context bound to a tenant.
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

// AccountChanged handles account.changed: an order's reservation changes no
// figure and costs one look at the customer's items.
func (p *Projector) AccountChanged(ctx context.Context, d event.Delivered) error {
	var changed struct {
		CustomerIDs []uuid.UUID `json:"customer_ids"`
		All         bool        `json:"all"`
	}
	if err := json.Unmarshal(d.Payload, &changed); err != nil {
		return fmt.Errorf("report: payload of %s: %w", d.ID, err)
	}
	if !changed.All && len(changed.CustomerIDs) == 0 {
		return nil
	}
	if changed.All {
		changed.CustomerIDs = nil
	}
	return p.Refresh(ctx, changed.CustomerIDs)
}

// Daily brings all figures to the business date; it does nothing where they are.
func (p *Projector) Daily(ctx context.Context, _ calendar.Date) error { return p.Refresh(ctx, nil) }

// perPut bounds what one statement at HQ carries.
const perPut = 400

// Refresh makes the figures of customers (nil: all) anew where something has
// changed, and projects all that HQ does not have.
func (p *Projector) Refresh(ctx context.Context, ids []uuid.UUID) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	today := calendar.Of(p.clock.Now(), t.Zone)
	err = p.tenants.InTx(ctx, func(ctx context.Context) error {
		_, err := p.source.Refresh(ctx, today, ids)
		return err
	})
	if err != nil {
		return err
	}
	for {
		var marks []Mark
		var rows []Row
		var projects []Project
		err := p.tenants.InTx(ctx, func(ctx context.Context) (err error) {
			if marks, err = p.source.Waiting(ctx, perPut); err != nil || len(marks) == 0 {
				return err
			}
			if rows, err = p.source.Changed(ctx, marks); err != nil {
				return err
			}
			projects, err = p.source.Projects(ctx, today)
			return err
		})
		if err != nil {
			return err
		}
		if len(marks) == 0 {
			return nil
		}
		err = p.hq.InTx(ctx, func(ctx context.Context) error {
			if err := p.store.Put(ctx, t, marks, rows); err != nil {
				return err
			}
			if err := p.store.Sum(ctx, t.ID, today); err != nil {
				return err
			}
			return p.store.PutProjects(ctx, t, today, projects)
		})
		if err != nil {
			return err
		}
		if err := p.tenants.InTx(ctx, func(ctx context.Context) error { return p.source.Projected(ctx, marks) }); err != nil {
			return err
		}
	}
}
