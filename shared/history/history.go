// Package history lets a subsidiary see what the others know of the same company
// (000-90): grades with date and subsidiary, each on the group's scale with its reason, how many know it, how many of them
// are owed overdue money; never documents, amounts or contacts. Each look leaves
// a row for every subsidiary whose data was seen, which that one can read.
package history

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/gradescale"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Rating is one rating of the company at a subsidiary.
type Rating struct {
	TenantID    uuid.UUID
	Subsidiary  string
	Grade       string
	TotalScore  int64 // hundredths; shown to HQ only: templates differ
	EffectiveAt time.Time
	LapsedAt    *time.Time
	// On the group's scale, with the template behind it; nil before anything was
	// observed of the subsidiary.
	Common   *gradescale.Graded
	Template int // its version in force there
	Weights  []gradescale.Weight
}

// History is what others know of a company.
type History struct {
	USCC           string
	Known, Overdue int // other subsidiaries
	Ratings        []Rating
}

// Look is one row of the sharing log.
type Look struct {
	At             time.Time
	ViewerTenantID uuid.UUID // Nil when HQ looked
	ViewerTenant   string
	ViewerID       uuid.UUID
	ViewerName     string
	OwnerTenantID  uuid.UUID
	USCC, Purpose  string
	RequestID      string
}

// Purposes lists why one may look.
var Purposes = []string{"rating", "limit", "order", "other"}

// Store reads the projections and keeps the log, inside HQ's unit of work.
type Store interface {
	Ratings(ctx context.Context, uscc string) ([]Rating, error)
	// Owners lists the subsidiaries that know the company, with whether it is overdue there.
	Owners(ctx context.Context, uscc string) (map[uuid.UUID]bool, error)
	Log(ctx context.Context, looks []Look) error
	// Looks lists who looked at a subsidiary's data, newest first.
	Looks(ctx context.Context, owner uuid.UUID, limit, offset int) ([]Look, int64, error)
}

// Customers finds the code of a customer that the caller may see, inside the
// tenant's unit of work.
type Customers interface {
	USCC(ctx context.Context, customerID uuid.UUID) (string, error)
}

// Service answers and logs looks.
type Service struct {
	tenants   uow.Tenant
	hq        uow.HQ
	store     Store
	customers Customers
	clock     calendar.Clock
}

// NewService makes the service.
func NewService(tenants uow.Tenant, hq uow.HQ, store Store, customers Customers, clock calendar.Clock) *Service {
	return &Service{tenants: tenants, hq: hq, store: store, customers: customers, clock: clock}
}

// ErrNoCode means that a customer without a code cannot be compared.
var ErrNoCode = fault.Conflict("CUSTOMER_WITHOUT_USCC", "the customer has no unified social credit code yet; add it first")

// OfCustomer gives the history of one of the caller's customers.
func (s *Service) OfCustomer(ctx context.Context, customerID uuid.UUID, purpose string) (History, error) {
	if _, err := access.Require(ctx, access.HistoryRead); err != nil {
		return History{}, err
	}
	if purpose == "" {
		purpose = "other"
	}
	var c fault.Checks
	c.Require(slices.Contains(Purposes, purpose), "purpose", "UNKNOWN_PURPOSE", "say why you look: rating, limit, order or other")
	if err := c.Err(); err != nil {
		return History{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return History{}, err
	}
	var uscc string
	err = s.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		uscc, err = s.customers.USCC(ctx, customerID)
		return err
	})
	if err != nil {
		return History{}, err
	}
	if uscc == "" {
		return History{}, ErrNoCode
	}
	return s.look(ctx, uscc, purpose, t.ID)
}

// OfCompany gives HQ the ratings of a company, and logs the look for each
// subsidiary that knows it.
func (s *Service) OfCompany(ctx context.Context, uscc string) (History, error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return History{}, err
	}
	return s.look(ctx, uscc, "other", uuid.Nil)
}

// look reads and logs in one unit of work: nothing is seen unlogged.
func (s *Service) look(ctx context.Context, uscc, purpose string, viewer uuid.UUID) (History, error) {
	actor, _ := access.From(ctx)
	h := History{USCC: uscc}
	err := s.hq.InTx(ctx, func(ctx context.Context) error {
		h.Known, h.Overdue = 0, 0
		ratings, err := s.store.Ratings(ctx, uscc)
		if err != nil {
			return err
		}
		h.Ratings = ratings
		owners, err := s.store.Owners(ctx, uscc)
		if err != nil {
			return err
		}
		for _, r := range ratings { // a rating can be projected before its account is
			if _, ok := owners[r.TenantID]; !ok {
				owners[r.TenantID] = false
			}
		}
		var looks []Look
		for id, overdue := range owners {
			if id == viewer {
				continue
			}
			h.Known++
			if overdue {
				h.Overdue++
			}
			looks = append(looks, Look{At: s.clock.Now(), ViewerTenantID: viewer, ViewerID: actor.ID, ViewerName: actor.Name,
				OwnerTenantID: id, USCC: uscc, Purpose: purpose, RequestID: actor.RequestID})
		}
		return s.store.Log(ctx, looks)
	})
	return h, err
}

// Looks lists who looked at the caller's subsidiary's data.
func (s *Service) Looks(ctx context.Context, limit, offset int) (looks []Look, total int64, err error) {
	if _, err := access.Require(ctx, access.AuditRead); err != nil {
		return nil, 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		looks, total, err = s.store.Looks(ctx, t.ID, limit, offset)
		return err
	})
	return looks, total, err
}
