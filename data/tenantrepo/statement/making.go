package statement

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/statement"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

const (
	// making is one at a time: numbers are counted on.
	lockMaking = `SELECT pg_advisory_xact_lock(hashtextextended('statements ' || current_schema(), 0))`

	// free are tickets on no statement: $1 the customer or NULL for all, $2 and $3 the
	// period's days, $4 the currency.
	free = `d.statement_id IS NULL AND NOT d.reconciled AND d.currency = $4::text AND d.delivered_on <= $3::date
		AND ($1::uuid IS NULL OR d.customer_id = $1 AND d.delivered_on >= $2::date)`

	// attach: $5 now. A ticket joins the open statement of its day.
	attach = `UPDATE deliveries d SET statement_id = s.id, updated_at = $5 FROM statements s
		WHERE ` + free + ` AND s.status = 'open' AND s.source = 'zhuxin' AND s.customer_id = d.customer_id AND s.contract_no = d.contract_no AND s.currency = d.currency
		AND d.delivered_on BETWEEN s.period_from AND s.period_to RETURNING s.id`

	// begin: $5 now, $6 the date, $7 days. A statement for each contract and period of
	// what is still free; for all customers the periods are calendar months.
	begin = `INSERT INTO statements (id, source, number, customer_id, contract_no, period_from, period_to, currency, volume, amount, deadline, created_at, updated_at)
		SELECT gen_random_uuid(), 'zhuxin',
		  'DZ' || to_char(g.period_to, 'YYYYMM') || '-' || c.number || '-' || (row_number() OVER (PARTITION BY g.customer_id, to_char(g.period_to, 'YYYYMM') ORDER BY g.period_from, g.contract_no)
		    + (SELECT count(*) FROM statements s WHERE s.customer_id = g.customer_id AND to_char(s.period_to, 'YYYYMM') = to_char(g.period_to, 'YYYYMM')))::text,
		  g.customer_id, g.contract_no, g.period_from, g.period_to, $4::text, 0, 0, greatest(g.period_to, $6::date) + $7::int, $5::timestamptz, $5::timestamptz
		FROM (SELECT DISTINCT d.customer_id, d.contract_no, coalesce($2::date, date_trunc('month', d.delivered_on)::date) AS period_from,
		    CASE WHEN $1::uuid IS NULL THEN (date_trunc('month', d.delivered_on) + interval '1 month - 1 day')::date ELSE $3::date END AS period_to
		  FROM deliveries d WHERE ` + free + `) g JOIN customers c ON c.id = g.customer_id`

	// sum: $1 now.
	sum = `UPDATE statements s SET volume = x.volume, amount = x.amount, updated_at = $1, version = s.version + 1
		FROM (SELECT s.id, coalesce(sum(d.volume), 0)::bigint AS volume, coalesce(sum(d.amount), 0)::bigint AS amount
		  FROM statements s LEFT JOIN deliveries d ON d.statement_id = s.id WHERE s.status = 'open' AND s.source = 'zhuxin' GROUP BY s.id) x
		WHERE x.id = s.id AND (s.volume, s.amount) IS DISTINCT FROM (x.volume, x.amount)`
)

// Make implements biz.Repository.
func (r Repo) Make(ctx context.Context, m biz.Making) ([]uuid.UUID, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, scope.ErrNoScope
	}
	if _, err := exec(ctx, "lock making of statements", lockMaking); err != nil {
		return nil, err
	}
	args := []any{optional(&m.CustomerID), m.From, m.To, string(t.Currency), m.At}
	grown, err := ids(ctx, "put tickets on statements", attach, args...)
	if err != nil {
		return nil, err
	}
	if _, err := exec(ctx, "begin statements", begin, append(slices.Clone(args), m.On, m.Days)...); err != nil {
		return nil, err
	}
	made, err := ids(ctx, "put tickets on new statements", attach, args...)
	if err != nil {
		return nil, err
	}
	if _, err := r.Sum(ctx, m.At); err != nil {
		return nil, err
	}
	all := append(grown, made...)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(all), nil
}

// Sum implements biz.Repository.
func (Repo) Sum(ctx context.Context, at time.Time) (int64, error) {
	return exec(ctx, "sum statements", sum, at)
}

// waits: an obstacle puts reminder and escalation off until its day is over.
const waits = `status = 'open' AND (obstacle_until IS NULL OR obstacle_until < $1::date)`

// Remind implements biz.Repository.
func (Repo) Remind(ctx context.Context, on calendar.Date, days int, at time.Time) ([]uuid.UUID, error) {
	return ids(ctx, "remind of statements", `UPDATE statements SET reminded_on = $1::date, updated_at = $2 WHERE `+waits+`
		AND reminded_on IS NULL AND escalated_on IS NULL AND deadline - $3::int <= $1::date RETURNING id`, on, at, days)
}

// Escalate implements biz.Repository.
func (Repo) Escalate(ctx context.Context, on calendar.Date, at time.Time) ([]uuid.UUID, error) {
	return ids(ctx, "escalate statements", `UPDATE statements SET escalated_on = $1::date, updated_at = $2 WHERE `+waits+`
		AND escalated_on IS NULL AND deadline < $1::date RETURNING id`, on, at)
}
