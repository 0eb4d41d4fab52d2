package negativelist

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

// AddExemption implements negativelist.Repo.
func (Repo) AddExemption(ctx context.Context, x negativelist.Exemption) error {
	return insert(ctx, "store exemption", negativelist.ErrExemptionAsked, `INSERT INTO hq.negative_exemptions
		(id, tenant_id, uscc, customer_id, company_name, asked_by, asked_at, reason, asked_until, ends_on, for_orders, for_rating, for_limits, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'asked') ON CONFLICT DO NOTHING`,
		x.ID, x.TenantID, x.USCC, x.CustomerID, x.CompanyName, x.AskedBy, x.AskedAt, x.Reason, x.AskedUntil, x.EndsOn,
		x.Covers(negativelist.ForOrders), x.Covers(negativelist.ForRating), x.Covers(negativelist.ForLimits))
}

const exemptionColumns = `x.id, x.tenant_id, t.name, x.uscc, x.customer_id, x.company_name, x.asked_by, coalesce(p.name, ''), x.asked_at, x.reason,
  x.asked_until, x.ends_on, x.status, x.decided_by, coalesce(d.name, ''), x.decided_at, x.decision_reason, x.version, x.for_orders, x.for_rating, x.for_limits
  FROM hq.negative_exemptions x JOIN hq.tenants t ON t.id = x.tenant_id LEFT JOIN hq.persons p ON p.id = x.asked_by LEFT JOIN hq.persons d ON d.id = x.decided_by`

func scanExemption(row interface{ Scan(...any) error }) (x negativelist.Exemption, err error) {
	var decided uuid.NullUUID
	covers := make([]bool, len(negativelist.Scopes))
	err = row.Scan(&x.ID, &x.TenantID, &x.TenantName, &x.USCC, &x.CustomerID, &x.CompanyName, &x.AskedBy, &x.AskedByName, &x.AskedAt, &x.Reason,
		&x.AskedUntil, &x.EndsOn, &x.Status, &decided, &x.DecidedByName, &x.DecidedAt, &x.DecisionReason, &x.Version, &covers[0], &covers[1], &covers[2])
	x.DecidedBy = decided.UUID
	for i, scope := range negativelist.Scopes {
		if covers[i] {
			x.Scopes = append(x.Scopes, scope)
		}
	}
	return x, err
}

// LockExemption implements negativelist.Repo.
func (Repo) LockExemption(ctx context.Context, id uuid.UUID) (x negativelist.Exemption, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return x, err
	}
	x, err = scanExemption(q.QueryRowContext(ctx, `SELECT `+exemptionColumns+` WHERE x.id = $1 FOR UPDATE OF x`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, negativelist.ErrExemptionNotFound
	}
	return x, postgres.Map(ctx, err, "read exemption")
}

// SaveExemption implements negativelist.Repo.
func (Repo) SaveExemption(ctx context.Context, x negativelist.Exemption) error {
	return execute(ctx, "save exemption", `UPDATE hq.negative_exemptions SET status = $2, ends_on = $3, decided_by = $4, decided_at = $5, decision_reason = $6, version = $7,
		for_orders = $8, for_rating = $9, for_limits = $10 WHERE id = $1`,
		x.ID, string(x.Status), x.EndsOn, optional(x.DecidedBy), x.DecidedAt, x.DecisionReason, x.Version,
		x.Covers(negativelist.ForOrders), x.Covers(negativelist.ForRating), x.Covers(negativelist.ForLimits))
}

// Exemptions implements negativelist.Repo, the newest first.
func (Repo) Exemptions(ctx context.Context, in negativelist.ExemptionQuery) (out []negativelist.Exemption, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	const where = ` WHERE ($1::uuid IS NULL OR x.tenant_id = $1::uuid) AND ($2::text = '' OR x.status = $2::text) AND ($3::text[] IS NULL OR x.uscc = ANY($3::text[]))`
	args := []any{optional(in.TenantID), string(in.Status), any(nil)}
	if in.Codes != nil {
		args[2] = pq.StringArray(in.Codes)
	}
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM hq.negative_exemptions x`+where, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count exemptions")
	}
	rows, err := q.QueryContext(ctx, `SELECT `+exemptionColumns+where+` ORDER BY x.asked_at DESC, x.id DESC LIMIT $4 OFFSET $5`, append(args, in.Limit, in.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list exemptions")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		x, err := scanExemption(rows)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, x)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list exemptions")
}
