// Package snapshot keeps daily snapshots: the port of biz/snapshot in SQL. It owns
// the table daily_snapshots.
package snapshot

import (
	"context"

	biz "zhuxin/biz/snapshot"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{ Clock calendar.Clock }

var _ biz.Repository = Repo{}

// takeSQL: $1 date, $2 late, $3 currency, $4 now. What is overdue follows the rule
// of biz/exposure: never below zero. A customer who never had anything gets no row.
var takeSQL = `
WITH past AS (
  SELECT customer_id, greatest(0, sum(open_amount))::bigint AS overdue
  FROM receivable_dues WHERE $2::boolean AND currency = $3::text AND due_date < $1::date
  GROUP BY customer_id
), now_is AS (
  SELECT a.id, a.receivable_amount AS receivable, CASE WHEN $2::boolean THEN coalesce(p.overdue, 0) ELSE a.overdue_amount END AS overdue,
    ` + exposure.Used("a") + ` AS exposure, a.limit_kind,
    ` + exposure.Bound("a") + ` AS bound
  FROM credit_accounts a LEFT JOIN past p ON p.customer_id = a.id
)
INSERT INTO daily_snapshots (customer_id, business_date, receivable_amount, overdue_amount, exposure_amount, limit_kind, limit_amount, late, taken_at)
SELECT n.id, $1::date, n.receivable, n.overdue, n.exposure, n.limit_kind, n.bound, $2::boolean, $4::timestamptz
FROM now_is n LEFT JOIN LATERAL (
  SELECT s.receivable_amount, s.overdue_amount, s.exposure_amount, s.limit_kind, s.limit_amount
  FROM daily_snapshots s WHERE s.customer_id = n.id AND s.business_date <= $1::date
  ORDER BY s.business_date DESC LIMIT 1
) b ON true
WHERE (n.receivable, n.overdue, n.exposure, n.limit_kind, n.bound) IS DISTINCT FROM
  (coalesce(b.receivable_amount, 0), coalesce(b.overdue_amount, 0), coalesce(b.exposure_amount, 0), coalesce(b.limit_kind, 'none'), coalesce(b.limit_amount, 0))
ON CONFLICT (customer_id, business_date) DO UPDATE SET
  receivable_amount = excluded.receivable_amount, overdue_amount = excluded.overdue_amount, exposure_amount = excluded.exposure_amount,
  limit_kind = excluded.limit_kind, limit_amount = excluded.limit_amount, late = excluded.late, taken_at = excluded.taken_at`

// Take implements biz.Repository.
func (r Repo) Take(ctx context.Context, on calendar.Date, late bool) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return 0, scope.ErrNoScope
	}
	res, err := q.ExecContext(ctx, takeSQL, on, late, t.Currency, r.Clock.Now())
	if err != nil {
		return 0, postgres.Map(ctx, err, "take daily snapshots")
	}
	return res.RowsAffected()
}
