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
	"zhuxin/shared/money"
	"zhuxin/shared/reach"
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
	// WorstStage is the furthest to which an agreement of another subsidiary has come
	// with it; empty for none.
	WorstStage string
	// From and To bound what it owes the others, with what is held for its orders, in fen
	// of the viewer's currency: a band, never the amount. To is 0 above the last one.
	From, To int64
	Ratings  []Rating
}

// Stages are the stages of agreements, getting worse.
var Stages = []string{"dunning_letter", "stop_supply", "lawyer_letter", "lawsuit"}

// bands are the bounds of From and To, in fen.
var bands = []int64{0, 10_000_000, 50_000_000, 100_000_000, 500_000_000, 1_000_000_000, 5_000_000_000}

// Band gives the bounds around an amount: from, inclusive, below to; nothing owed is 0
// and 0.
func Band(amount int64) (from, to int64) {
	if amount <= 0 {
		return 0, 0
	}
	for i, b := range bands[1:] {
		if amount < b {
			return bands[i], b
		}
	}
	return bands[len(bands)-1], 0
}

// Owner is what a subsidiary that knows a company has with it.
type Owner struct {
	Overdue  bool
	Stage    string
	Currency string
	Exposure int64 // fen, owed and held for orders
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
	// Owners lists the subsidiaries that know the company.
	Owners(ctx context.Context, uscc string) (map[uuid.UUID]Owner, error)
	// Knowing lists the subsidiaries that know one of the relations on the day.
	Knowing(ctx context.Context, told []reach.Told, on calendar.Date) ([]uuid.UUID, error)
	Log(ctx context.Context, looks []Look) error
	// Looks lists who looked at a subsidiary's data, newest first; with made, what the
	// subsidiary's own people looked at.
	Looks(ctx context.Context, tenantID uuid.UUID, made bool, limit, offset int) ([]Look, int64, error)
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
	return s.look(ctx, uscc, purpose, t.ID, string(t.Currency))
}

// OfCompany gives HQ the ratings of a company, and logs the look for each
// subsidiary that knows it.
func (s *Service) OfCompany(ctx context.Context, uscc string) (History, error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return History{}, err
	}
	return s.look(ctx, uscc, "other", uuid.Nil, string(money.CNY))
}

// look reads and logs in one unit of work: nothing is seen unlogged.
func (s *Service) look(ctx context.Context, uscc, purpose string, viewer uuid.UUID, currency string) (History, error) {
	actor, _ := access.From(ctx)
	h := History{USCC: uscc}
	err := s.hq.InTx(ctx, func(ctx context.Context) error {
		h = History{USCC: uscc}
		exposure := int64(0)
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
				owners[r.TenantID] = Owner{}
			}
		}
		var looks []Look
		for id, o := range owners {
			if id == viewer {
				continue
			}
			h.Known++
			if o.Overdue {
				h.Overdue++
			}
			if slices.Index(Stages, o.Stage) > slices.Index(Stages, h.WorstStage) {
				h.WorstStage = o.Stage
			}
			if o.Currency == currency {
				exposure += max(o.Exposure, 0)
			}
			looks = append(looks, Look{At: s.clock.Now(), ViewerTenantID: viewer, ViewerID: actor.ID, ViewerName: actor.Name,
				OwnerTenantID: id, USCC: uscc, Purpose: purpose, RequestID: actor.RequestID})
		}
		h.From, h.To = Band(exposure)
		return s.store.Log(ctx, looks)
	})
	return h, err
}

// Looks lists who looked at the caller's subsidiary's data; with made, what its own
// people looked at elsewhere.
func (s *Service) Looks(ctx context.Context, made bool, limit, offset int) (looks []Look, total int64, err error) {
	if _, err := access.Require(ctx, access.AuditRead); err != nil {
		return nil, 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		looks, total, err = s.store.Looks(ctx, t.ID, made, limit, offset)
		return err
	})
	return looks, total, err
}
