package gradescale

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// ErrChanged means that somebody else has set the rule meanwhile.
var ErrChanged = fault.Conflict("VERSION_CONFLICT", "the rule was changed meanwhile; load it again")

// Source observes a subsidiary, inside its unit of work: its customers by the grade
// they had when the months began, or their first one since.
type Source interface {
	Observe(ctx context.Context, from, asOf, today calendar.Date, days int) (Snapshot, error)
}

// Store keeps rules and snapshots, inside HQ's unit of work.
type Store interface {
	Rule(ctx context.Context) (Rule, error)
	// AddRule adds the version after r's; another one meanwhile is ErrChanged.
	AddRule(ctx context.Context, r Rule, by uuid.UUID, at time.Time) error
	// Has says whether a subsidiary's snapshot of a quarter is there, made for so many
	// days.
	Has(ctx context.Context, tenantID uuid.UUID, quarter calendar.Date, days int) (bool, error)
	// Stale says whether a subsidiary's snapshot of a quarter is of an earlier day, made
	// for other days, or older than what HQ has of its customers.
	Stale(ctx context.Context, tenantID uuid.UUID, quarter, today calendar.Date, days int) (bool, error)
	// Put replaces a subsidiary's snapshot of a quarter; one of an earlier day never
	// replaces a later one.
	Put(ctx context.Context, tenantID uuid.UUID, quarter calendar.Date, s Snapshot) error
	// All gives every subsidiary, or those named, mapped by the rule.
	All(ctx context.Context, r Rule, only []uuid.UUID) ([]Subsidiary, error)
}

// Config is what the service works with.
type Config struct {
	Tenants uow.Tenant
	HQ      uow.HQ
	Source  Source
	Store   Store
	Audit   audit.Recorder
	Clock   calendar.Clock
}

// Service observes grades and maps them.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// window is how long customers are observed, in months.
const window = 12

// Daily observes the tenant that the context is bound to, as of today, and, where that
// is not known yet, as of the end of the quarter before.
func (s *Service) Daily(ctx context.Context, _ calendar.Date) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	today := calendar.Of(s.Clock.Now(), t.Zone)
	end := quarter(today) - 1
	var rule Rule
	known := false
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		if rule, err = s.Store.Rule(ctx); err != nil {
			return err
		}
		known, err = s.Store.Has(ctx, t.ID, quarter(end), rule.Days)
		return err
	})
	if err != nil {
		return err
	}
	days := []calendar.Date{today}
	if !known {
		days = append(days, end)
	}
	for _, asOf := range days {
		var seen Snapshot
		err := s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
			seen, err = s.Source.Observe(ctx, asOf.AddMonths(-window), asOf, today, rule.Days)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.HQ.InTx(ctx, func(ctx context.Context) error { return s.Store.Put(ctx, t.ID, quarter(asOf), seen) }); err != nil {
			return err
		}
	}
	return nil
}

// Refresh observes the tenant when something has changed since it was last.
func (s *Service) Refresh(ctx context.Context) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	today := calendar.Of(s.Clock.Now(), t.Zone)
	stale := false
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		rule, err := s.Store.Rule(ctx)
		if err == nil {
			stale, err = s.Store.Stale(ctx, t.ID, quarter(today), today, rule.Days)
		}
		return err
	})
	if err != nil || !stale {
		return err
	}
	return s.Daily(ctx, today)
}

// View is the scale with all subsidiaries.
type View struct {
	Rule         Rule
	Subsidiaries []Subsidiary
}

// View gives the scale to HQ.
func (s *Service) View(ctx context.Context) (v View, err error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return v, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		if v.Rule, err = s.Store.Rule(ctx); err != nil {
			return err
		}
		v.Subsidiaries, err = s.Store.All(ctx, v.Rule, nil)
		return err
	})
	return v, err
}

// SetRule puts a new version in force. Levels follow at once; another number of days is
// counted by the next daily run. Faults: INVALID_INPUT, VERSION_CONFLICT.
func (s *Service) SetRule(ctx context.Context, r Rule) (Rule, error) {
	actor, err := access.Require(ctx, access.HQPolicyWrite)
	if err != nil {
		return r, err
	}
	if err := r.Validate(); err != nil {
		return r, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Store.Rule(ctx)
		if err != nil {
			return err
		}
		if before.Version != r.Version {
			return ErrChanged
		}
		if err := s.Store.AddRule(ctx, r, actor.ID, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "grade_scale.rule_saved", ObjectType: "grade_scale_rule", ObjectID: fmt.Sprint(r.Version + 1), Before: before, After: r})
	})
	r.Version++
	return r, err
}
