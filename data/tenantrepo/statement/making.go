package statement

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/statement"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

const (
	// making is one at a time: numbers are counted on.
	lockMaking = `SELECT pg_advisory_xact_lock(hashtextextended('statements ' || current_schema(), 0))`

	// free are tickets on no statement: $1 the customer or NULL for all, $2 and $3 the
	// period's days, $4 the currency, $5 the salesperson or NULL for all.
	free = `d.statement_id IS NULL AND NOT d.reconciled AND d.currency = $4::text AND d.delivered_on <= $3::date
		AND ($1::uuid IS NULL OR d.customer_id = $1) AND ($2::date IS NULL OR d.delivered_on >= $2)
		AND ($5::uuid IS NULL OR EXISTS (SELECT FROM customers o WHERE o.id = d.customer_id AND o.salesperson_id = $5))`

	// home is the open statement that a free ticket joins.
	home = `s.status = 'open' AND s.source = 'zhuxin' AND s.customer_id = d.customer_id AND s.contract_no = d.contract_no AND s.currency = d.currency
		AND d.delivered_on BETWEEN s.period_from AND s.period_to`

	// attach: $6 now. A ticket joins the open statement of its day.
	attach = `UPDATE deliveries d SET statement_id = s.id, updated_at = $6 FROM statements s
		WHERE ` + free + ` AND ` + home + ` RETURNING s.id`

	// begin: $6 now, $7 the date, $8 days. A statement for each contract and period of
	// what is still free; without a first day the periods are months, those that are over.
	begin = `INSERT INTO statements (id, source, number, customer_id, contract_no, period_from, period_to, currency, volume, amount, deadline, created_at, updated_at)
		SELECT gen_random_uuid(), 'zhuxin',
		  'DZ' || to_char(g.period_to, 'YYYYMM') || '-' || c.number || '-' || (row_number() OVER (PARTITION BY g.customer_id, to_char(g.period_to, 'YYYYMM') ORDER BY g.period_from, g.contract_no)
		    + (SELECT count(*) FROM statements s WHERE s.customer_id = g.customer_id AND to_char(s.period_to, 'YYYYMM') = to_char(g.period_to, 'YYYYMM')))::text,
		  g.customer_id, g.contract_no, g.period_from, g.period_to, $4::text, 0, 0, greatest(g.period_to, $7::date) + $8::int, $6::timestamptz, $6::timestamptz
		FROM (SELECT DISTINCT d.customer_id, d.contract_no, coalesce($2::date, e.period_from) AS period_from, CASE WHEN $2::date IS NULL THEN e.period_to ELSE $3::date END AS period_to
		  FROM deliveries d JOIN customers k ON k.id = d.customer_id CROSS JOIN LATERAL (` + month + `) e WHERE ` + free + `) g
		JOIN customers c ON c.id = g.customer_id WHERE g.period_to <= $3::date`

	// month is the period in which a ticket lies: the customer's own, or the subsidiary's
	// ($9), ends on a day of the month, or on its last.
	month = `SELECT (x.period_to + 1 - interval '1 month')::date AS period_from, x.period_to FROM (SELECT CASE WHEN y.day = 0
		    THEN (date_trunc('month', d.delivered_on) + interval '1 month - 1 day')::date
		    ELSE (date_trunc('month', d.delivered_on) + make_interval(months => (extract(day FROM d.delivered_on) > y.day)::int, days => y.day - 1))::date END AS period_to
		  FROM (SELECT coalesce(k.statement_day, $9::int)::int AS day) y) x`

	// preview: $6 how many rows.
	preview = `SELECT d.customer_id, c.number, c.name, d.contract_no, count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM statements s WHERE ` + home + `)), sum(d.volume)::bigint, sum(d.amount)::bigint,
		  count(*) OVER (), (sum(count(*)) OVER ())::bigint, (sum(sum(d.volume)) OVER ())::bigint, (sum(sum(d.amount)) OVER ())::bigint
		FROM deliveries d JOIN customers c ON c.id = d.customer_id WHERE ` + free + ` GROUP BY d.customer_id, c.number, c.name, d.contract_no
		ORDER BY sum(d.amount) DESC, c.number, d.contract_no LIMIT $6`

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
	if _, err := postgres.Exec(ctx, "lock making of statements", lockMaking); err != nil {
		return nil, err
	}
	args := append(chosen(m, t), m.At)
	grown, err := ids(ctx, "put tickets on statements", attach, args...)
	if err != nil {
		return nil, err
	}
	if _, err := postgres.Exec(ctx, "begin statements", begin, append(slices.Clone(args), m.On, m.Days, m.Day)...); err != nil {
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

func chosen(m biz.Making, t scope.Tenant) []any {
	return []any{optional(&m.CustomerID), m.From, m.To, string(t.Currency), optional(m.OnlyOf)}
}

// Preview implements biz.Repository.
func (Repo) Preview(ctx context.Context, m biz.Making) (d biz.Drafts, err error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return d, scope.ErrNoScope
	}
	d.Rows, err = postgres.Query(ctx, "preview statements", preview, func(rows *sql.Rows) (x biz.Draft, err error) {
		return x, rows.Scan(&x.CustomerID, &x.CustomerNumber, &x.CustomerName, &x.ContractNo, &x.Tickets, &x.Joining, &x.Volume, &x.Amount, &d.Total, &d.Tickets, &d.Volume, &d.Amount)
	}, append(chosen(m, t), biz.MostLines)...)
	return d, err
}

// Sum implements biz.Repository.
func (Repo) Sum(ctx context.Context, at time.Time) (int64, error) {
	return postgres.Exec(ctx, "sum statements", sum, at)
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
