package rollup

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/rollup"
)

// totals sums in the database: a row per currency crosses the wire, however many
// subsidiaries there are.
const totals = `
SELECT count(*), sum(customers)::bigint, sum(customers_overdue)::bigint, sum(customers_over_limit)::bigint, min(projected_at), currency,
  sum(receivable)::bigint, sum(overdue)::bigint, sum(not_due)::bigint, sum(months_0_6)::bigint, sum(months_6_12)::bigint,
  sum(months_12_24)::bigint, sum(months_24)::bigint, sum(days_1_30)::bigint, sum(days_31_60)::bigint, sum(days_61_90)::bigint,
  sum(days_91)::bigint, sum(disputed)::bigint, sum(disputed_overdue)::bigint, sum(limit_amount)::bigint, sum(reserved)::bigint, min(as_of)
FROM hq.rollup_subsidiaries GROUP BY currency ORDER BY currency`

// Totals implements rollup.Projections.
func (Store) Totals(ctx context.Context) ([]rollup.Total, error) {
	return postgres.Query(ctx, "read the group's totals", totals, func(row *sql.Rows) (t rollup.Total, err error) {
		err = row.Scan(append([]any{&t.Subsidiaries}, scanSums(&t.Sums)...)...)
		return t, err
	})
}

var sums = `r.customers, r.customers_overdue, r.customers_over_limit, r.projected_at, ` + prefixed

func scanSums(s *rollup.Sums) []any {
	return append([]any{&s.Customers, &s.CustomersOverdue, &s.CustomersOverLimit, &s.ProjectedAt}, scanFigures(&s.Figures)...)
}

var subsidiaryColumns = `SELECT t.id, t.slug, t.name, ` + sums

func scanSubsidiary(row *sql.Rows) (s rollup.Subsidiary, err error) {
	err = row.Scan(append([]any{&s.TenantID, &s.Slug, &s.Name}, scanSums(&s.Sums)...)...)
	return s, err
}

// largest picks before it joins: names are read of what is shown only.
var largest = subsidiaryColumns + `
FROM unnest($1::text[]) c (currency)
CROSS JOIN LATERAL (SELECT * FROM hq.rollup_subsidiaries x WHERE x.currency = c.currency ORDER BY x.receivable DESC, x.id LIMIT $2) r
JOIN hq.tenants t ON t.id = r.id
ORDER BY r.currency, r.receivable DESC, r.id`

// Largest implements rollup.Projections.
func (Store) Largest(ctx context.Context, currencies []string, n int) ([]rollup.Subsidiary, error) {
	return postgres.Query(ctx, "read the largest subsidiaries", largest, scanSubsidiary, pq.Array(currencies), n)
}

const (
	ratio = `r.overdue::numeric / nullif(r.receivable, 0)`
	usage = `(r.receivable + r.reserved)::numeric / nullif(r.limit_amount, 0)`
)

// subsidiaryOrders are the only texts that get into ORDER BY.
var subsidiaryOrders = map[rollup.Order]string{
	rollup.ByReceivable: "r.receivable DESC", rollup.ByReceivableAsc: "r.receivable",
	rollup.ByOverdue: "r.overdue DESC", rollup.ByOverdueAsc: "r.overdue",
	rollup.ByName: "t.name", rollup.ByNameDescending: "t.name DESC",
	rollup.ByRatio: ratio + " DESC NULLS LAST", rollup.ByRatioAsc: ratio + " NULLS LAST",
	rollup.ByUtilization: usage + " DESC NULLS LAST", rollup.ByUtilizationAsc: usage + " NULLS LAST",
	rollup.ByOverLimit: "r.customers_over_limit DESC", rollup.ByOverLimitAsc: "r.customers_over_limit",
}

const selected = `
FROM hq.rollup_subsidiaries r JOIN hq.tenants t ON t.id = r.id
WHERE r.currency = $1 AND ($2::text = '' OR t.name ILIKE '%' || $2::text || '%')`

// Subsidiaries implements rollup.Projections.
func (Store) Subsidiaries(ctx context.Context, in rollup.SubsidiaryQuery) ([]rollup.Subsidiary, int64, error) {
	text := escapeLike.Replace(strings.TrimSpace(in.Text))
	totals, err := postgres.Query(ctx, "count projected subsidiaries", `SELECT count(*)`+selected, scanCount, in.Currency, text)
	if err != nil {
		return nil, 0, err
	}
	rows, err := postgres.Query(ctx, "list projected subsidiaries",
		subsidiaryColumns+selected+` ORDER BY `+subsidiaryOrders[in.OrderBy]+`, r.id LIMIT $3 OFFSET $4`,
		scanSubsidiary, in.Currency, text, in.Limit, in.Offset)
	return rows, totals[0], err
}

func scanCount(row *sql.Rows) (n int64, err error) {
	err = row.Scan(&n)
	return n, err
}

// Subsidiary implements rollup.Store and rollup.Projections.
func (Store) Subsidiary(ctx context.Context, tenantID uuid.UUID) (rollup.Subsidiary, bool, error) {
	rows, err := postgres.Query(ctx, "read projected subsidiary", subsidiaryColumns+` FROM hq.rollup_subsidiaries r JOIN hq.tenants t ON t.id = r.id WHERE t.id = $1`,
		scanSubsidiary, tenantID)
	if err != nil || len(rows) == 0 {
		return rollup.Subsidiary{}, false, err
	}
	return rows[0], true, nil
}
