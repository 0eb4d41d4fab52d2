// Package rollup keeps HQ's projections: the implementation of
// shared/rollup.Store and of the reading side, on the transaction of HQ's scope.
package rollup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{}

var _ rollup.Store = Store{}

// chunk bounds the size of one statement's parameter.
const chunk = 2000

const columns = `tenant_id, customer_name, uscc, grade, limit_kind, stage, account_version, currency, receivable, overdue, not_due,
  months_0_6, months_6_12, months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, limit_amount, reserved, as_of`

// put takes whole states as one JSON document. A state that was read from an
// older account, or aged to an earlier day, does not overwrite a newer one.
const put = `
INSERT INTO hq.rollup_customers AS t (id, ` + columns + `, projected_at)
SELECT id, ` + columns + `, now() FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, tenant_id uuid, customer_name text, uscc text,
  grade text, limit_kind text, stage text, account_version bigint, currency text, receivable bigint, overdue bigint, not_due bigint,
  months_0_6 bigint, months_6_12 bigint, months_12_24 bigint, months_24 bigint, days_1_30 bigint, days_31_60 bigint,
  days_61_90 bigint, days_91 bigint, disputed bigint, disputed_overdue bigint, limit_amount bigint, reserved bigint, as_of date)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET (` + columns + `, projected_at) =
  (excluded.tenant_id, excluded.customer_name, excluded.uscc, excluded.grade, excluded.limit_kind, excluded.stage, excluded.account_version,
   excluded.currency, excluded.receivable, excluded.overdue, excluded.not_due, excluded.months_0_6, excluded.months_6_12,
   excluded.months_12_24, excluded.months_24, excluded.days_1_30, excluded.days_31_60, excluded.days_61_90, excluded.days_91, excluded.disputed, excluded.disputed_overdue,
   excluded.limit_amount, excluded.reserved, excluded.as_of, excluded.projected_at)
WHERE (t.account_version, t.as_of) <= (excluded.account_version, excluded.as_of)`

// Put implements rollup.Store.
func (Store) Put(ctx context.Context, rows []rollup.Customer) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(rows, chunk) {
		doc, err := json.Marshal(part)
		if err != nil {
			return fmt.Errorf("rollup: encode: %w", err)
		}
		if _, err := q.ExecContext(ctx, put, string(doc)); err != nil {
			return postgres.Map(ctx, err, "store projected customers")
		}
	}
	return nil
}

// sum replaces the subsidiary's row. The lock makes sums of one subsidiary take
// turns, so that the last one has seen all customers.
const sum = `
INSERT INTO hq.rollup_subsidiaries AS t (id, customers, customers_overdue, customers_over_limit, currency, receivable, overdue, not_due,
  months_0_6, months_6_12, months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, limit_amount, reserved, as_of, projected_at)
SELECT tenant_id, count(*), count(*) FILTER (WHERE overdue > 0),
  count(*) FILTER (WHERE limit_kind <> 'unlimited' AND receivable + reserved > limit_amount), min(currency),
  sum(receivable), sum(overdue), sum(not_due), sum(months_0_6), sum(months_6_12), sum(months_12_24), sum(months_24),
  sum(days_1_30), sum(days_31_60), sum(days_61_90), sum(days_91), sum(disputed), sum(disputed_overdue), sum(limit_amount), sum(reserved), min(as_of), now()
FROM hq.rollup_customers WHERE tenant_id = $1 GROUP BY tenant_id
ON CONFLICT (id) DO UPDATE SET (customers, customers_overdue, customers_over_limit, currency, receivable, overdue, not_due,
  months_0_6, months_6_12, months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, limit_amount, reserved, as_of, projected_at) =
  (excluded.customers, excluded.customers_overdue, excluded.customers_over_limit, excluded.currency, excluded.receivable, excluded.overdue,
   excluded.not_due, excluded.months_0_6, excluded.months_6_12, excluded.months_12_24, excluded.months_24, excluded.days_1_30,
   excluded.days_31_60, excluded.days_61_90, excluded.days_91, excluded.disputed, excluded.disputed_overdue, excluded.limit_amount, excluded.reserved, excluded.as_of, excluded.projected_at)`

// Sum implements rollup.Store.
func (Store) Sum(ctx context.Context, tenantID uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('rollup ' || $1::text, 0))`, tenantID.String()); err != nil {
		return postgres.Map(ctx, err, "lock rollup")
	}
	_, err = q.ExecContext(ctx, sum, tenantID)
	return postgres.Map(ctx, err, "sum rollup")
}

const putRatings = `
INSERT INTO hq.rating_histories AS t (id, tenant_id, customer_id, uscc, grade, total_score, effective_at, lapsed_at)
SELECT id, tenant_id, customer_id, uscc, grade, total_score, effective_at, lapsed_at
FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, tenant_id uuid, customer_id uuid, uscc text, grade text, total_score bigint,
  effective_at timestamptz, lapsed_at timestamptz)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET lapsed_at = excluded.lapsed_at WHERE t.lapsed_at IS NULL AND excluded.lapsed_at IS NOT NULL`

// PutRatings implements rollup.Store.
func (Store) PutRatings(ctx context.Context, ratings []rollup.Rating) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ratings, chunk) {
		doc, err := json.Marshal(part)
		if err != nil {
			return fmt.Errorf("rollup: encode: %w", err)
		}
		if _, err := q.ExecContext(ctx, putRatings, string(doc)); err != nil {
			return postgres.Map(ctx, err, "store rating history")
		}
	}
	return nil
}

const figures = `currency, receivable, overdue, not_due, months_0_6, months_6_12, months_12_24, months_24,
  days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, limit_amount, reserved, as_of`

func scanFigures(f *rollup.Figures) []any {
	return []any{&f.Currency, &f.Receivable, &f.Overdue, &f.NotDue, &f.Months0, &f.Months6, &f.Months12, &f.Months24,
		&f.Days1, &f.Days31, &f.Days61, &f.Days91, &f.Disputed, &f.DisputedOverdue, &f.Limit, &f.Reserved, &f.AsOf}
}

// Projected implements rollup.Store.
func (Store) Projected(ctx context.Context, tenantID uuid.UUID) ([]rollup.Customer, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, tenant_id, customer_name, uscc, grade, limit_kind, stage, account_version, `+figures+`
		FROM hq.rollup_customers WHERE tenant_id = $1 ORDER BY id`, tenantID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read projected customers")
	}
	defer func() { _ = rows.Close() }()
	var out []rollup.Customer
	for rows.Next() {
		var c rollup.Customer
		err := rows.Scan(append([]any{&c.ID, &c.TenantID, &c.Name, &c.USCC, &c.Grade, &c.LimitKind, &c.Stage, &c.Version}, scanFigures(&c.Figures)...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, postgres.Map(ctx, rows.Err(), "read projected customers")
}

// ProjectedRatings implements rollup.Store.
func (Store) ProjectedRatings(ctx context.Context, tenantID uuid.UUID) ([]rollup.Rating, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, tenant_id, customer_id, uscc, grade, total_score, effective_at, lapsed_at
		FROM hq.rating_histories WHERE tenant_id = $1 ORDER BY id`, tenantID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read projected ratings")
	}
	defer func() { _ = rows.Close() }()
	var out []rollup.Rating
	for rows.Next() {
		var r rollup.Rating
		if err := rows.Scan(&r.ID, &r.TenantID, &r.CustomerID, &r.USCC, &r.Grade, &r.TotalScore, &r.EffectiveAt, &r.LapsedAt); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "read projected ratings")
}
