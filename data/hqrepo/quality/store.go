// Package quality keeps what HQ knows of the quality of the subsidiaries' receivables:
// the implementation of shared/quality.Store on HQ's scope. It owns rollup_quality.
package quality

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/quality"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{}

var _ quality.Store = Store{}

// Stale implements quality.Store.
func (Store) Stale(ctx context.Context, tenantID uuid.UUID, today calendar.Date) (stale bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT FROM hq.rollup_quality k WHERE k.tenant_id = $1 AND k.as_of >= $2::date
		AND NOT EXISTS (SELECT FROM hq.rollup_customers c WHERE c.tenant_id = $1 AND c.projected_at > k.projected_at))`, tenantID, today).Scan(&stale)
	return stale, postgres.Map(ctx, err, "look at the age of figures")
}

// Put implements quality.Store.
func (Store) Put(ctx context.Context, t tenant.Tenant, f quality.Figures) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO hq.rollup_quality AS k (tenant_id, as_of, currency, figures, projected_at) VALUES ($1, $2::date, $3, $4::jsonb, clock_timestamp())
		ON CONFLICT (tenant_id) DO UPDATE SET as_of = excluded.as_of, currency = excluded.currency, figures = excluded.figures, projected_at = excluded.projected_at WHERE k.as_of <= excluded.as_of`,
		t.ID, f.AsOf, string(t.Currency), string(doc))
	return postgres.Map(ctx, err, "store figures")
}

// All implements quality.Store.
func (Store) All(ctx context.Context, only uuid.UUID) ([]quality.Subsidiary, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT t.id, t.name, t.currency, k.figures FROM hq.tenants t LEFT JOIN hq.rollup_quality k ON k.tenant_id = t.id
		WHERE ($1::uuid IS NULL OR t.id = $1::uuid) ORDER BY t.id`, uuid.NullUUID{UUID: only, Valid: only != uuid.Nil})
	if err != nil {
		return nil, postgres.Map(ctx, err, "read figures")
	}
	defer func() { _ = rows.Close() }()
	var out []quality.Subsidiary
	for rows.Next() {
		var s quality.Subsidiary
		var doc []byte
		if err := rows.Scan(&s.ID, &s.Name, &s.Currency, &doc); err != nil {
			return nil, err
		}
		if s.Projected = doc != nil; s.Projected {
			if err := json.Unmarshal(doc, &s.Figures); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, postgres.Map(ctx, rows.Err(), "read figures")
}
