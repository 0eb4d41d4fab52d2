package scope

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Tenant is one subsidiary as the scope needs to know it. Schema is its opaque
// schema name (t_…); the role that works in it is named after it. Zone decides
// its business dates (ruling 19).
type Tenant struct {
	ID       uuid.UUID
	Slug     string
	Name     string
	Schema   string
	Currency money.Currency
	Zone     *time.Location
}

// Role is the database role of the tenant.
func (t Tenant) Role() string { return t.Schema + roleSuffix }

const (
	roleSuffix = "_rw"
	hqSchema   = "hq"
	hqRole     = "zhuxin_hq"
)

// schemaName keeps identifiers lower case, unquoted-safe and below 50 characters,
// which leaves room for suffixes and for Citus (architecture.md).
var schemaName = regexp.MustCompile(`^t_[a-z0-9]{8,32}$`)

type tenantKey struct{}

// WithTenant binds the context to a tenant, for the database and, by shared/tenant,
// for the domain. registry.Bind does this for requests and jobs after it has looked
// at the tenant's state.
func WithTenant(ctx context.Context, t Tenant) context.Context {
	ctx = tenant.With(ctx, tenant.Tenant{ID: t.ID, Slug: t.Slug, Name: t.Name, Currency: t.Currency, Zone: t.Zone})
	return context.WithValue(ctx, tenantKey{}, t)
}

// TenantFrom gives the tenant that the context is bound to.
func TenantFrom(ctx context.Context) (Tenant, bool) {
	t, ok := ctx.Value(tenantKey{}).(Tenant)
	return t, ok
}

// kind is which graph a scope serves.
type kind string

const (
	kindTenant kind = "tenant"
	kindHQ     kind = "hq"
)

// binding is what one transaction is bound to.
type binding struct {
	kind   kind
	schema string
	role   string
}

var hqBinding = binding{kind: kindHQ, schema: hqSchema, role: hqRole}

func bindingOf(ctx context.Context) (binding, error) {
	t, ok := TenantFrom(ctx)
	if !ok {
		return binding{}, fmt.Errorf("%w: the context is bound to no tenant; bind it by registry.Bind", ErrNoScope)
	}
	if !schemaName.MatchString(t.Schema) {
		return binding{}, fmt.Errorf("scope: %q is no schema name of a tenant [tenant=%s]", t.Schema, t.ID)
	}
	return binding{kind: kindTenant, schema: t.Schema, role: t.Role()}, nil
}
