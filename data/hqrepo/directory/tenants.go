package directory

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/ent/migrations"
	"zhuxin/shared/directory"
	"zhuxin/shared/party"
)

type tenants struct{}

const tenantColumns = `t.id, t.slug, t.name, t.short_name, t.uscc, t.status, t.suspended_reason, t.currency,
	coalesce(s.version, ''), coalesce(s.status, ''), t.created_at`

const readTenant = `SELECT ` + tenantColumns + ` FROM tenants t LEFT JOIN schema_states s ON s.id = t.schema_name `

func tenantFields(t *directory.Tenant, more ...any) []any {
	return append([]any{&t.ID, &t.Slug, &t.Name, &t.ShortName, &t.USCC, &t.Status, &t.SuspendedReason, &t.Currency,
		&t.SchemaVersion, &t.SchemaStatus, &t.CreatedAt}, more...)
}

// settle derives what the program says of the schema.
func settle(t *directory.Tenant) { t.Outdated = t.SchemaVersion < migrations.MinTenant }

func scanTenant(r scanner) (t directory.Tenant, err error) {
	err = r.Scan(tenantFields(&t)...)
	settle(&t)
	return t, err
}

func (tenants) Get(ctx context.Context, id uuid.UUID) (directory.Tenant, error) {
	return one(ctx, directory.ErrTenantNotFound, "read tenant", scanTenant, readTenant+`WHERE t.id = $1`, id)
}

func (tenants) ByUSCC(ctx context.Context, u party.USCC) (directory.Tenant, error) {
	return one(ctx, directory.ErrTenantNotFound, "read tenant by uscc", scanTenant, readTenant+`WHERE t.uscc = $1`, string(u))
}

func (tenants) BySlug(ctx context.Context, slug string) (directory.Tenant, error) {
	return one(ctx, directory.ErrTenantNotFound, "read tenant by slug", scanTenant, readTenant+`WHERE t.slug = $1`, slug)
}

func (tenants) List(ctx context.Context) ([]directory.Tenant, error) {
	return all(ctx, "list tenants", scanTenant, readTenant+`ORDER BY t.short_name, t.id`)
}

func (tenants) SlugsLike(ctx context.Context, base string) ([]string, error) {
	return all(ctx, "list slugs", func(r scanner) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	}, `SELECT slug FROM tenants WHERE slug = $1 OR starts_with(slug, $1 || '-')`, base)
}

func (tenants) SetStatus(ctx context.Context, id uuid.UUID, s directory.TenantStatus, reason string) error {
	return must(ctx, directory.ErrTenantNotFound, "set tenant status",
		`UPDATE tenants SET status = $2, suspended_reason = $3 WHERE id = $1`, id, string(s), reason)
}
