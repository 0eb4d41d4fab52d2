package registry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"zhuxin/ent/hqdb"
	"zhuxin/ent/hqdb/predicate"
	"zhuxin/ent/hqdb/schemastate"
	"zhuxin/ent/hqdb/tenant"
	"zhuxin/ent/migrations"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Faults of the registry.
var (
	// ErrNotFound means that no tenant has the id or slug.
	ErrNotFound = fault.NotFound("TENANT_NOT_FOUND", "there is no such subsidiary")
	// ErrSuspended means that HQ has suspended the tenant; nothing works for it.
	ErrSuspended = fault.Forbidden("TENANT_SUSPENDED", "headquarters has suspended this subsidiary; ask them")
	// ErrOutdated means that the tenant's schema waits for its migration.
	ErrOutdated = &fault.Error{
		Kind: fault.KindUnavailable, Reason: "TENANT_SCHEMA_OUTDATED",
		Message: "this subsidiary's data is being upgraded; try again in a minute", RetryAfter: 60,
	}
)

// Status of a tenant.
type Status string

// The states of a tenant.
const (
	StatusActive    Status = "active"
	StatusSuspended Status = "suspended"
)

// Tenant is a registry entry.
type Tenant struct {
	scope.Tenant
	ShortName       string
	USCC            string
	Status          Status
	SuspendedReason string
	CreatedAt       time.Time
	SchemaVersion   string // last applied migration
	SchemaFailed    bool   // the last attempt to migrate failed; SchemaError says why
	SchemaError     string
}

// keep is how long an entry is used without looking again.
const keep = 3 * time.Second

// Registry reads and changes hq.tenants.
type Registry struct {
	pool  *scope.Pool
	clock calendar.Clock

	mu    sync.Mutex
	known map[uuid.UUID]cached
}

type cached struct {
	tenant Tenant
	until  time.Time
}

// New makes a registry on the pool.
func New(pool *scope.Pool, clock calendar.Clock) *Registry {
	return &Registry{pool: pool, clock: clock, known: map[uuid.UUID]cached{}}
}

// Bind binds ctx to the tenant. ErrNotFound, ErrSuspended and ErrOutdated say why not.
func (r *Registry) Bind(ctx context.Context, id uuid.UUID) (context.Context, error) {
	t, err := r.cached(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Status != StatusActive:
		return nil, ErrSuspended
	case t.SchemaVersion < migrations.MinTenant:
		return nil, ErrOutdated.With("version", t.SchemaVersion)
	}
	return scope.WithTenant(ctx, t.Tenant), nil
}

func (r *Registry) cached(ctx context.Context, id uuid.UUID) (Tenant, error) {
	now := r.clock.Now()
	r.mu.Lock()
	c, ok := r.known[id]
	r.mu.Unlock()
	if ok && now.Before(c.until) {
		return c.tenant, nil
	}
	t, err := r.Get(ctx, id)
	if err != nil {
		return Tenant{}, err
	}
	r.mu.Lock()
	r.known[id] = cached{t, now.Add(keep)}
	r.mu.Unlock()
	return t, nil
}

// Forget drops what Bind keeps of the tenant in this process.
func (r *Registry) Forget(id uuid.UUID) {
	r.mu.Lock()
	delete(r.known, id)
	r.mu.Unlock()
}

// Get reads one tenant.
func (r *Registry) Get(ctx context.Context, id uuid.UUID) (Tenant, error) {
	return r.get(ctx, tenant.ID(id))
}

// GetBySlug reads one tenant by its address name.
func (r *Registry) GetBySlug(ctx context.Context, slug string) (Tenant, error) {
	return r.get(ctx, tenant.Slug(slug))
}

func (r *Registry) get(ctx context.Context, which predicate.Tenant) (out Tenant, err error) {
	all, err := r.read(ctx, which)
	if err != nil {
		return out, err
	}
	if len(all) == 0 {
		return out, ErrNotFound
	}
	return all[0], nil
}

// List reads all tenants in the order in which they came.
func (r *Registry) List(ctx context.Context) ([]Tenant, error) { return r.read(ctx) }

func (r *Registry) read(ctx context.Context, which ...predicate.Tenant) (out []Tenant, err error) {
	err = r.pool.HQ().InTx(ctx, func(ctx context.Context) error {
		out = nil
		rows, err := r.pool.HQClient().Tenant.Query().Where(which...).Order(hqdb.Asc(tenant.FieldCreatedAt, tenant.FieldID)).All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		schemas := make([]string, len(rows))
		for i, t := range rows {
			schemas[i] = t.SchemaName
		}
		states, err := r.pool.HQClient().SchemaState.Query().Where(schemastate.IDIn(schemas...)).All(ctx)
		if err != nil {
			return err
		}
		byID := make(map[string]*hqdb.SchemaState, len(states))
		for _, s := range states {
			byID[s.ID] = s
		}
		for _, row := range rows {
			t, err := fromDB(row, byID[row.SchemaName])
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

func fromDB(t *hqdb.Tenant, s *hqdb.SchemaState) (Tenant, error) {
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		return Tenant{}, fmt.Errorf("registry: [tenant=%s] %w", t.ID, err)
	}
	out := Tenant{
		Tenant:    scope.Tenant{ID: t.ID, Slug: t.Slug, Name: t.Name, Schema: t.SchemaName, Currency: money.Currency(t.Currency), Zone: zone},
		ShortName: t.ShortName, USCC: t.Uscc, Status: Status(t.Status), SuspendedReason: t.SuspendedReason, CreatedAt: t.CreatedAt,
	}
	if s != nil {
		out.SchemaVersion, out.SchemaFailed, out.SchemaError = s.Version, s.Status == schemastate.StatusFailed, s.Error
	}
	return out, nil
}

// Suspend stops all work for the tenant: at once in this process, and within
// seconds in the others. Suspending twice keeps the first reason. Who may do this,
// and the audit row, are the caller's; called inside a unit of work of HQ, it joins.
func (r *Registry) Suspend(ctx context.Context, id uuid.UUID, reason string) error {
	if reason == "" {
		var c fault.Checks
		c.Add("reason", "REQUIRED", "say why; the subsidiary's people will read it")
		return c.Err()
	}
	return r.change(ctx, id, StatusActive, StatusSuspended, reason)
}

// Resume lets the tenant work again; resuming an active one changes nothing.
func (r *Registry) Resume(ctx context.Context, id uuid.UUID) error {
	return r.change(ctx, id, StatusSuspended, StatusActive, "")
}

func (r *Registry) change(ctx context.Context, id uuid.UUID, from, to Status, reason string) error {
	defer r.Forget(id)
	return r.pool.HQ().InTx(ctx, func(ctx context.Context) error {
		c := r.pool.HQClient().Tenant
		n, err := c.Update().Where(tenant.ID(id), tenant.StatusEQ(tenant.Status(from))).
			SetStatus(tenant.Status(to)).SetSuspendedReason(reason).Save(ctx)
		if err != nil || n > 0 {
			return err
		}
		there, err := c.Query().Where(tenant.ID(id)).Exist(ctx)
		if err == nil && !there {
			return ErrNotFound
		}
		return err
	})
}
