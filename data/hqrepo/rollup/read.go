package rollup

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
)

var _ rollup.Projections = Store{}

const rowColumns = `r.id, r.tenant_id, t.name, t.status = 'active', r.customer_name, r.uscc, r.grade, r.limit_kind, r.projected_at,
  EXISTS (SELECT FROM hq.negative_entries n WHERE n.uscc = r.uscc AND n.status = 'listed' AND r.uscc <> '')`

var prefixed = "r." + strings.Join(strings.Fields(strings.ReplaceAll(figures, ",", " ")), ", r.")

// orders are the only texts that get into ORDER BY.
var orders = map[rollup.Order]string{
	rollup.ByReceivable: "r.receivable DESC, r.id", rollup.ByReceivableAsc: "r.receivable, r.id",
	rollup.ByOverdue: "r.overdue DESC, r.id", rollup.ByOverdueAsc: "r.overdue, r.id",
	rollup.ByName: "r.customer_name, r.id", rollup.ByNameDescending: "r.customer_name DESC, r.id",
}

const matching = ` FROM hq.rollup_customers r JOIN hq.tenants t ON t.id = r.tenant_id
  WHERE ($1::uuid IS NULL OR r.tenant_id = $1::uuid)
    AND ($2::text = '' OR r.customer_name ILIKE '%' || $2::text || '%' OR r.uscc LIKE upper($2::text) || '%')`

// Customers implements rollup.Projections.
func (s Store) Customers(ctx context.Context, in rollup.Query) ([]rollup.Row, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	tenant := any(nil)
	if in.TenantID != uuid.Nil {
		tenant = in.TenantID
	}
	text := escapeLike.Replace(strings.TrimSpace(in.Text))
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*)`+matching, tenant, text).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count projected customers")
	}
	rows, err := s.list(ctx, `SELECT `+rowColumns+`, `+prefixed+matching+` ORDER BY `+orders[in.OrderBy]+` LIMIT $3 OFFSET $4`,
		tenant, text, in.Limit, in.Offset)
	return rows, total, err
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Company implements rollup.Projections.
func (s Store) Company(ctx context.Context, uscc string) ([]rollup.Row, error) {
	return s.list(ctx, `SELECT `+rowColumns+`, `+prefixed+` FROM hq.rollup_customers r JOIN hq.tenants t ON t.id = r.tenant_id
		WHERE r.uscc = $1 ORDER BY r.receivable DESC, r.id`, uscc)
}

func (Store) list(ctx context.Context, query string, args ...any) ([]rollup.Row, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list projected customers")
	}
	defer func() { _ = rows.Close() }()
	var out []rollup.Row
	for rows.Next() {
		var r rollup.Row
		err := rows.Scan(append([]any{&r.ID, &r.TenantID, &r.SubsidiaryName, &r.SubsidiaryActive, &r.Name, &r.USCC, &r.Grade, &r.LimitKind,
			&r.ProjectedAt, &r.OnNegativeList}, scanFigures(&r.Figures)...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "list projected customers")
}

// CountElsewhere implements rollup.Projections.
func (Store) CountElsewhere(ctx context.Context, tenantID uuid.UUID, uscc string) (known, overdue int, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, 0, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(DISTINCT tenant_id), count(DISTINCT tenant_id) FILTER (WHERE overdue > 0)
		FROM hq.rollup_customers WHERE uscc = $1 AND tenant_id <> $2`, uscc, tenantID).Scan(&known, &overdue)
	return known, overdue, postgres.Map(ctx, err, "count subsidiaries of a company")
}

// Waiting implements rollup.Projections.
func (Store) Waiting(ctx context.Context) (negative, applications int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, 0, err
	}
	err = q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM hq.negative_entries WHERE status = 'listed'),
		(SELECT count(*) FROM hq.applications WHERE status = 'submitted')`).Scan(&negative, &applications)
	return negative, applications, postgres.Map(ctx, err, "count what waits")
}
