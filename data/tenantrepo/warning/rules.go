package warning

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/warning"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// rule is the query of one rule: customer_id, subject and facts of what it finds
// on the date :on. :zone is the tenant's time zone; :1, :2 and :3 are its
// thresholds in the order of its shape. needs names a table that must be there.
type rule struct{ needs, sql string }

// day is the business date of an instant.
const day = `(created_at AT TIME ZONE :zone)::date`

// standing lists the versions of standing limits with the amount before.
const standing = `SELECT customer_id, ` + day + ` AS on_day, amount, rating_id, lag(amount) OVER w AS before, row_number() OVER w AS n
	FROM credit_limits WHERE class = 'standing' AND kind = 'amount' AND status IN ('effective', 'lapsed') WINDOW w AS (PARTITION BY customer_id ORDER BY created_at, id)`

const asked = `class = 'temporary' AND status NOT IN ('rejected', 'returned', 'withdrawn')`

const silent = `SELECT r.customer_id, '' AS subject, jsonb_build_object('open', sum(r.open_amount)::text, 'last_invoice_on', max(r.invoice_date), 'last_receipt_on', max(p.on_day)) AS facts
	FROM receivables r LEFT JOIN LATERAL (SELECT max(received_on) AS on_day FROM receipts p WHERE p.customer_id = r.customer_id AND p.received_on <= :on) p ON true
	WHERE r.open_amount > 0 AND r.invoice_date <= :on GROUP BY r.customer_id
	HAVING sum(r.open_amount) > :2 AND greatest(max(r.invoice_date), max(p.on_day)) < :on - :1::int`

var rules = map[biz.Kind]rule{
	biz.FrequentAdjustments: {sql: `SELECT customer_id, '' AS subject, jsonb_build_object('count', count(*), 'first_on', min(on_day), 'last_on', max(on_day)) AS facts
		FROM (` + standing + `) s WHERE n > 1 AND on_day > :on - :2::int AND on_day <= :on GROUP BY customer_id HAVING count(*) >= :1`},
	biz.FrequentTemporary: {sql: `SELECT customer_id, '' AS subject, jsonb_build_object('count', count(*), 'amount', sum(amount)::text, 'first_on', min(` + day + `), 'last_on', max(` + day + `)) AS facts
		FROM credit_limits WHERE ` + asked + ` AND ` + day + ` > :on - :2::int AND ` + day + ` <= :on GROUP BY customer_id HAVING count(*) >= :1`},
	// Where statements of account are kept, an unsigned one tells; elsewhere an open
	// balance on which nothing moved any more.
	biz.Unreconciled: {sql: silent},
	biz.Overdue: {sql: `SELECT customer_id, '' AS subject, jsonb_build_object('amount', sum(open_amount)::text, 'oldest_due_on', min(due_date), 'days', :on - min(due_date), 'items', count(*)) AS facts
		FROM receivable_parts WHERE open_amount > 0 AND invoice_date <= :on AND due_date < :on GROUP BY customer_id HAVING sum(open_amount) >= :2 AND :on - min(due_date) >= :1`},
	biz.Utilization: {sql: `SELECT customer_id, '' AS subject, jsonb_build_object('used', used::text, 'limit', bound::text,
		'share', (used::numeric * 10000 / bound)::bigint) AS facts
		FROM (SELECT id AS customer_id, ` + exposure.Bound("c") + ` AS bound, ` + exposure.Used("c") + ` AS used
			FROM credit_accounts c WHERE limit_kind = 'amount') a
		WHERE bound > 0 AND used::numeric * 10000 >= bound::numeric * :1`},
	biz.FallingVolume: {sql: falling},
	biz.BrokenPromises: {needs: "follow_ups", sql: `SELECT customer_id, '' AS subject, jsonb_build_object('count', count(*), 'amount', sum(promised_amount)::text, 'last_on', max(promised_on)) AS facts
		FROM follow_ups WHERE promise = 'broken' AND promised_on > :on - :2::int AND promised_on <= :on GROUP BY customer_id HAVING count(*) >= :1`},
	biz.ChainedTemporary: {sql: `SELECT customer_id, min(starts_on)::text AS subject,
		jsonb_build_object('count', count(*), 'first_on', min(starts_on), 'last_on', max(ends_on), 'days', max(ends_on) - min(starts_on) + 1, 'amount', max(amount)::text) AS facts
		FROM (SELECT customer_id, starts_on, ends_on, amount, sum(fresh) OVER (PARTITION BY customer_id ORDER BY starts_on, id) AS chain
			FROM (SELECT id, customer_id, starts_on, ends_on, amount, CASE WHEN starts_on <= max(ends_on) OVER (PARTITION BY customer_id ORDER BY starts_on, id
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + :2::int + 1 THEN 0 ELSE 1 END AS fresh FROM credit_limits WHERE ` + asked + ` AND ` + day + ` <= :on) a) b
		GROUP BY customer_id, chain HAVING count(*) >= :1 AND max(ends_on) >= :on - :2::int`},
	biz.SplitRises: {sql: splitRises},
}

// withStatements is Unreconciled where statements of account are kept.
const withStatements = `SELECT customer_id, '' AS subject, jsonb_build_object('statements', count(*), 'open', sum(amount)::text, 'oldest_period_to', min(period_to)) AS facts
	FROM statements WHERE status IN ('open', 'submitted') AND period_to < :on - :1::int GROUP BY customer_id HAVING sum(amount) > :2
	UNION ALL SELECT s.* FROM (` + silent + `) s WHERE NOT EXISTS (SELECT FROM statements t WHERE t.customer_id = s.customer_id)`

var named = strings.NewReplacer(":on", "$1::date", ":zone", "$2::text", ":1", "$3::bigint", ":2", "$4::bigint", ":3", "$5::bigint")

// hits is the rule's query as a part of a larger one, whose own parameters begin at $6.
func hits(sql string) string {
	return `WITH p AS (SELECT $1::date, $2::text, $3::bigint, $4::bigint, $5::bigint), hits AS (` + named.Replace(sql) + `) `
}

func (Repo) prepare(ctx context.Context, r biz.Rule, on calendar.Date) (sql string, args []any, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return "", nil, err
	}
	sql = rules[r.Kind].sql
	if r.Kind == biz.Unreconciled {
		there, err := tables(ctx, "statements")
		if err != nil {
			return "", nil, err
		}
		if there["statements"] {
			sql = withStatements
		}
	}
	args = []any{on, t.Zone.String(), int64(0), int64(0), int64(0)}
	for i, x := range r.Thresholds {
		args[2+i] = r.Values[x.Name]
	}
	return sql, args, nil
}

// tables says which of them the tenant's schema has.
func tables(ctx context.Context, names ...string) (map[string]bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, n := range names {
		var there bool
		if err := q.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, n).Scan(&there); err != nil {
			return nil, postgres.Map(ctx, err, "look for a table")
		}
		out[n] = there
	}
	return out, nil
}

const evaluateSQL = `INSERT INTO warnings (id, kind, customer_id, subject, severity, facts, status, first_seen_at, last_seen_at, raised_on, times, outcome, note, updated_at, version)
	SELECT gen_random_uuid(), $6::text, h.customer_id, h.subject, $7::text, h.facts, 'open', $8::timestamptz, $8::timestamptz, $1::date, 1, '', '', $8::timestamptz, 1
	FROM hits h JOIN customers c ON c.id = h.customer_id WHERE c.status = 'active'
	AND NOT EXISTS (SELECT FROM warnings w WHERE w.kind = $6::text AND w.customer_id = h.customer_id AND w.subject = h.subject AND w.quiet_until >= $1::date)
	ON CONFLICT (kind, customer_id, subject) WHERE status <> 'closed'
	DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at, times = warnings.times + 1 WHERE warnings.last_seen_at < $9::timestamptz
	RETURNING CASE WHEN xmax = 0 THEN id END`

// Evaluate implements biz.Repository: one statement for all customers.
func (p Repo) Evaluate(ctx context.Context, r biz.Rule, on calendar.Date, dayStart, now time.Time) ([]uuid.UUID, error) {
	sql, args, err := p.prepare(ctx, r, on)
	if err != nil {
		return nil, err
	}
	return ids(ctx, "evaluate "+string(r.Kind), hits(sql)+evaluateSQL, append(args, string(r.Kind), string(r.Severity), now, dayStart)...)
}

// Try implements biz.Repository.
func (p Repo) Try(ctx context.Context, r biz.Rule, on calendar.Date) ([]biz.Hit, error) {
	if n := rules[r.Kind].needs; n != "" {
		there, err := tables(ctx, n)
		if err != nil || !there[n] {
			return nil, err
		}
	}
	sql, args, err := p.prepare(ctx, r, on)
	if err != nil {
		return nil, err
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, hits(sql)+`SELECT c.id, c.number, c.name, h.subject, h.facts FROM hits h JOIN customers c ON c.id = h.customer_id`, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "try "+string(r.Kind))
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Hit
	for rows.Next() {
		var h biz.Hit
		var facts []byte
		if err := rows.Scan(&h.CustomerID, &h.CustomerNumber, &h.CustomerName, &h.Subject, &facts); err != nil {
			return nil, err
		}
		h.Facts = facts
		out = append(out, h)
	}
	return out, postgres.Map(ctx, rows.Err(), "try "+string(r.Kind))
}

// Rules implements biz.Repository.
func (Repo) Rules(ctx context.Context) ([]biz.Rule, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	there, err := tables(ctx, "follow_ups")
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, enabled, severity, thresholds, quiet_days, version FROM warning_rules`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list warning rules")
	}
	defer func() { _ = rows.Close() }()
	changed := map[biz.Kind]biz.Rule{}
	for rows.Next() {
		var r biz.Rule
		var kind biz.Kind
		var values []byte
		if err := rows.Scan(&kind, &r.Enabled, &r.Severity, &values, &r.QuietDays, &r.Version); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(values, &r.Values); err != nil {
			return nil, err
		}
		changed[kind] = r
	}
	if err := rows.Err(); err != nil {
		return nil, postgres.Map(ctx, err, "list warning rules")
	}
	out := make([]biz.Rule, 0, len(biz.Shapes))
	for _, s := range biz.Shapes {
		r := s.Preset()
		if c, ok := changed[s.Kind]; ok {
			r.Enabled, r.Severity, r.QuietDays, r.Version = c.Enabled, c.Severity, c.QuietDays, c.Version
			for name, v := range c.Values {
				r.Values[name] = v
			}
		}
		n := rules[s.Kind].needs
		r.Available = n == "" || there[n]
		out = append(out, r)
	}
	return out, nil
}

// SaveRule implements biz.Repository.
func (Repo) SaveRule(ctx context.Context, r biz.Rule, by uuid.UUID) error {
	values, err := json.Marshal(r.Values)
	if err != nil {
		return err
	}
	got, err := ids(ctx, "save warning rule", `INSERT INTO warning_rules (id, enabled, severity, thresholds, quiet_days, updated_by, updated_at, version)
		SELECT $1::text, $2::boolean, $3::text, $4::jsonb, $5::bigint, $6::uuid, now(), 1 WHERE $7::bigint = 0 OR EXISTS (SELECT FROM warning_rules WHERE id = $1::text)
		ON CONFLICT (id) DO UPDATE SET enabled = EXCLUDED.enabled, severity = EXCLUDED.severity, thresholds = EXCLUDED.thresholds, quiet_days = EXCLUDED.quiet_days,
		updated_by = EXCLUDED.updated_by, updated_at = now(), version = warning_rules.version + 1 WHERE warning_rules.version = $7::bigint
		RETURNING $6::uuid`, string(r.Kind), r.Enabled, string(r.Severity), string(values), r.QuietDays, by, r.Version)
	if err == nil && len(got) == 0 {
		return biz.ErrChanged
	}
	return err
}
