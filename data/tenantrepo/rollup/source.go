// Package rollup reads what HQ's projections are made of out of a tenant's own
// tables: the implementation of shared/rollup.Source. It writes nothing.
package rollup

import (
	"context"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
)

// Source reads in the transaction of the context.
type Source struct{}

var _ rollup.Source = Source{}

// customers is one pass over the open items. $1 as of, $2 ids or NULL for all,
// $3 currency. Months are calendar months past due: the due date moved on by
// them has come.
var customers = `
WITH due AS (
  SELECT r.customer_id, r.due_date, sum(r.open_amount)::bigint AS o, coalesce(sum(r.open_amount) FILTER (WHERE r.disputed), 0)::bigint AS c
  FROM receivable_dues r
  WHERE r.currency = $3::text AND ($2::uuid[] IS NULL OR r.customer_id = ANY($2::uuid[]))
  GROUP BY r.customer_id, r.due_date
), aged AS (
  SELECT customer_id, o, c, $1::date - due_date AS days,
    CASE WHEN due_date >= $1::date THEN -1
         WHEN due_date + interval '24 months' <= $1::date THEN 24
         WHEN due_date + interval '12 months' <= $1::date THEN 12
         WHEN due_date + interval '6 months' <= $1::date THEN 6 ELSE 0 END AS months
  FROM due
), owed AS (
  SELECT customer_id, sum(o)::bigint AS receivable,
    sum(o) FILTER (WHERE months < 0)::bigint AS not_due,
    sum(o) FILTER (WHERE months = 0)::bigint AS m0, sum(o) FILTER (WHERE months = 6)::bigint AS m6,
    sum(o) FILTER (WHERE months = 12)::bigint AS m12, sum(o) FILTER (WHERE months = 24)::bigint AS m24,
    sum(o) FILTER (WHERE days BETWEEN 1 AND 30)::bigint AS d1, sum(o) FILTER (WHERE days BETWEEN 31 AND 60)::bigint AS d31,
    sum(o) FILTER (WHERE days BETWEEN 61 AND 90)::bigint AS d61, sum(o) FILTER (WHERE days > 90)::bigint AS d91,
    sum(c)::bigint AS dc, sum(c) FILTER (WHERE days > 0)::bigint AS dl
  FROM aged GROUP BY customer_id
)
SELECT c.id, c.name, coalesce(c.uscc, ''), a.grade, a.limit_kind,
  ` + exposure.Bound("a") + `, ` + exposure.Used("a") + ` - a.receivable_amount, a.version,
  coalesce((SELECT g.stage FROM credit_agreements g WHERE g.customer_id = c.id AND g.status = 'effective' AND g.stage <> 'none'
    ORDER BY array_position(ARRAY['dunning_letter', 'stop_supply', 'lawyer_letter', 'lawsuit'], g.stage::text) DESC LIMIT 1), ''),
  coalesce(o.receivable, 0), coalesce(o.receivable, 0) - coalesce(o.not_due, 0), coalesce(o.not_due, 0),
  coalesce(o.m0, 0), coalesce(o.m6, 0), coalesce(o.m12, 0), coalesce(o.m24, 0),
  coalesce(o.d1, 0), coalesce(o.d31, 0), coalesce(o.d61, 0), coalesce(o.d91, 0), coalesce(o.dc, 0), coalesce(o.dl, 0)
FROM customers c JOIN credit_accounts a ON a.id = c.id LEFT JOIN owed o ON o.customer_id = c.id
WHERE $2::uuid[] IS NULL OR c.id = ANY($2::uuid[])
ORDER BY c.id`

// Customers implements rollup.Source.
func (Source) Customers(ctx context.Context, asOf calendar.Date, ids []uuid.UUID) ([]rollup.Customer, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, scope.ErrNoScope
	}
	rows, err := q.QueryContext(ctx, customers, asOf, array(ids), string(t.Currency))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read accounts to project")
	}
	defer func() { _ = rows.Close() }()
	var out []rollup.Customer
	for rows.Next() {
		c := rollup.Customer{TenantID: t.ID, Figures: rollup.Figures{Currency: string(t.Currency), AsOf: asOf}}
		err := rows.Scan(&c.ID, &c.Name, &c.USCC, &c.Grade, &c.LimitKind, &c.Limit, &c.Reserved, &c.Version, &c.Stage,
			&c.Receivable, &c.Overdue, &c.NotDue, &c.Months0, &c.Months6, &c.Months12, &c.Months24, &c.Days1, &c.Days31, &c.Days61, &c.Days91, &c.Disputed, &c.DisputedOverdue)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, postgres.Map(ctx, rows.Err(), "read accounts to project")
}

const ratings = `
SELECT r.id, r.customer_id, coalesce(c.uscc, ''), r.grade, r.total_score, r.effective_at, r.lapsed_at
FROM credit_ratings r JOIN customers c ON c.id = r.customer_id
WHERE r.effective_at IS NOT NULL
  AND ($1::uuid = '00000000-0000-0000-0000-000000000000' OR r.customer_id = (SELECT customer_id FROM credit_ratings WHERE id = $1::uuid))
ORDER BY r.effective_at, r.id`

// Ratings implements rollup.Source.
func (Source) Ratings(ctx context.Context, ratingID uuid.UUID) ([]rollup.Rating, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, scope.ErrNoScope
	}
	rows, err := q.QueryContext(ctx, ratings, ratingID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read ratings to project")
	}
	defer func() { _ = rows.Close() }()
	var out []rollup.Rating
	for rows.Next() {
		r := rollup.Rating{TenantID: t.ID}
		if err := rows.Scan(&r.ID, &r.CustomerID, &r.USCC, &r.Grade, &r.TotalScore, &r.EffectiveAt, &r.LapsedAt); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "read ratings to project")
}

// drift compares what each account keeps with the rows it stands for.
const drift = `
SELECT c.number || ': receivable ' || a.receivable_amount || ' of ' || coalesce(r.open, 0)
    || ', reserved ' || a.reserved_amount || ' of ' || coalesce(v.held, 0)
FROM credit_accounts a JOIN customers c ON c.id = a.id
LEFT JOIN (SELECT customer_id, sum(open_amount)::bigint AS open FROM receivables WHERE open_amount <> 0 AND currency = $1::text GROUP BY 1) r ON r.customer_id = a.id
LEFT JOIN (SELECT customer_id, sum(held_amount)::bigint AS held FROM reservations WHERE status IN ('open', 'committed') GROUP BY 1) v ON v.customer_id = a.id
WHERE a.receivable_amount <> coalesce(r.open, 0) OR a.reserved_amount <> coalesce(v.held, 0)`

// Drift implements rollup.Source.
func (Source) Drift(ctx context.Context) ([]string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t, _ := scope.TenantFrom(ctx)
	rows, err := q.QueryContext(ctx, drift, string(t.Currency))
	if err != nil {
		return nil, postgres.Map(ctx, err, "prove accounts")
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, postgres.Map(ctx, rows.Err(), "prove accounts")
}

// array gives NULL for no ids: all.
func array(ids []uuid.UUID) any {
	if len(ids) == 0 {
		return nil
	}
	out := make(pq.StringArray, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}
