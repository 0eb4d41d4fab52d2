package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/project"
	biz "zhuxin/biz/registry"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Watches keeps a tenant's side.
type Watches struct{}

var _ biz.Watches = Watches{}

// Settings implements biz.Watches; without a row the preset.
func (Watches) Settings(ctx context.Context) (biz.Settings, error) {
	s := biz.PresetSettings()
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, err
	}
	var days []byte
	err = q.QueryRowContext(ctx, `SELECT id, enabled, daily_budget, interval_days, created_at FROM registry_settings ORDER BY id DESC LIMIT 1`).
		Scan(&s.Version, &s.Enabled, &s.DailyBudget, &days, &s.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, postgres.Map(ctx, err, "read registry settings")
	}
	s.IntervalDays = nil
	return s, json.Unmarshal(days, &s.IntervalDays)
}

// AddSettings implements biz.Watches.
func (Watches) AddSettings(ctx context.Context, s biz.Settings, by uuid.UUID) error {
	days, err := json.Marshal(s.IntervalDays)
	if err != nil {
		return err
	}
	return one(ctx, biz.ErrChanged, `INSERT INTO registry_settings (id, enabled, daily_budget, interval_days, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		s.Version, s.Enabled, s.DailyBudget, string(days), s.CreatedAt, optional(by))
}

// Spend implements biz.Watches: one statement, so two looks at once cannot both
// take the last request.
func (Watches) Spend(ctx context.Context, on calendar.Date, budget int) (bool, error) {
	n, err := touched(ctx, `INSERT INTO registry_usage (id, requests) SELECT $1::text, 1 WHERE $2::bigint > 0
		ON CONFLICT (id) DO UPDATE SET requests = registry_usage.requests + 1 WHERE registry_usage.requests < $2::bigint`, on.String(), budget)
	return n == 1, err
}

// Spent implements biz.Watches.
func (Watches) Spent(ctx context.Context, on calendar.Date) (n int, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, `SELECT coalesce((SELECT requests FROM registry_usage WHERE id = $1), 0)`, on.String()).Scan(&n)
	return n, postgres.Map(ctx, err, "read registry usage")
}

// Sync implements biz.Watches.
func (Watches) Sync(ctx context.Context, today calendar.Date) error {
	return exec(ctx, `INSERT INTO registry_watches (id, kind, next_on, outcome, trouble_text, failures)
		SELECT s.id, s.kind, $1::date, '', '', 0 FROM (`+subjects+`) s
		WHERE NOT EXISTS (SELECT 1 FROM registry_watches w WHERE w.id = s.id) ON CONFLICT DO NOTHING`, today)
}

// subjects are who is to be watched: active customers, and the owners of planned and
// supplied projects who are no such customers, so that nobody is asked for twice.
const subjects = `SELECT 'customer' AS kind, c.id, c.number, c.name, c.uscc, coalesce(a.grade, '') AS grade, c.salesperson_id
	FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id WHERE c.status = 'active' AND c.uscc IS NOT NULL
	UNION ALL SELECT 'owner', o.id, '', o.name, o.uscc, '', NULL FROM owners o WHERE o.uscc IS NOT NULL
	AND EXISTS (SELECT FROM projects p WHERE p.owner_id = o.id AND p.status IN ('planned', 'supplying'))
	AND NOT EXISTS (SELECT FROM customers c WHERE c.uscc = o.uscc AND c.status = 'active')`

const subjectColumns = `s.kind, s.id, s.number, s.name, s.uscc, s.grade`

func into(s *biz.Subject) []any { return []any{&s.Kind, &s.ID, &s.Number, &s.Name, &s.USCC, &s.Grade} }

// Due implements biz.Watches; of those that wait equally long the customers come first.
func (Watches) Due(ctx context.Context, today calendar.Date, limit int) ([]biz.Subject, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT `+subjectColumns+` FROM registry_watches w JOIN (`+subjects+`) s ON s.id = w.id
		WHERE w.next_on <= $1 ORDER BY w.next_on, w.kind, w.id LIMIT $2`, today, limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list due looks")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Subject
	for rows.Next() {
		var s biz.Subject
		if err := rows.Scan(into(&s)...); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, postgres.Map(ctx, rows.Err(), "list due looks")
}

// Subject implements biz.Watches.
func (Watches) Subject(ctx context.Context, customerID uuid.UUID, only *uuid.UUID) (s biz.Subject, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, err
	}
	err = q.QueryRowContext(ctx, `SELECT 'customer', c.id, c.number, c.name, coalesce(c.uscc, ''), coalesce(a.grade, '') FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id
		WHERE c.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)`, customerID, only).Scan(into(&s)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s, customer.ErrNotFound
	}
	return s, postgres.Map(ctx, err, "read customer")
}

// Owner implements biz.Watches.
func (Watches) Owner(ctx context.Context, id uuid.UUID) (s biz.Subject, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, err
	}
	err = q.QueryRowContext(ctx, `SELECT 'owner', o.id, '', o.name, coalesce(o.uscc, ''), '' FROM owners o WHERE o.id = $1`, id).Scan(into(&s)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s, project.ErrOwnerNotFound
	}
	return s, postgres.Map(ctx, err, "read project owner")
}

// SetWatch implements biz.Watches.
func (Watches) SetWatch(ctx context.Context, w biz.Watch) error {
	return exec(ctx, `INSERT INTO registry_watches (id, kind, next_on, looked_at, outcome, trouble_text, failures) VALUES ($1, $7::text, $2::date, $3::timestamptz, $4::text, $5::text, $6::bigint)
		ON CONFLICT (id) DO UPDATE SET next_on = EXCLUDED.next_on, looked_at = coalesce(EXCLUDED.looked_at, registry_watches.looked_at), outcome = EXCLUDED.outcome, trouble_text = EXCLUDED.trouble_text,
		failures = CASE WHEN $6::bigint = 0 THEN 0 ELSE registry_watches.failures + 1 END`, w.ID, w.NextOn, w.LookedAt, w.Outcome, w.TroubleText, w.Failures, string(w.Kind))
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

const watchedWhere = ` FROM registry_watches w JOIN (` + subjects + `) s ON s.id = w.id
	LEFT JOIN LATERAL (SELECT count(*) AS active, max(CASE severity WHEN 'critical' THEN 4 WHEN 'serious' THEN 3 WHEN 'notice' THEN 2 ELSE 1 END) AS worst
	  FROM hq.v_registry_findings f WHERE f.uscc = s.uscc AND f.status = 'active') f ON true
	WHERE ($1::uuid IS NULL OR s.salesperson_id = $1::uuid OR (s.kind = 'owner' AND EXISTS (SELECT FROM projects p JOIN customers c ON c.id = p.customer_id
	  WHERE p.owner_id = s.id AND p.status IN ('planned', 'supplying') AND (p.salesperson_id = $1::uuid OR c.salesperson_id = $1::uuid)))) AND ($5::text = '' OR s.kind = $5::text) AND ($6::text = '' OR s.uscc = $6::text)
	AND ($2::text = '' OR s.name LIKE '%' || $2::text || '%' OR s.uscc LIKE upper($2::text) || '%' OR s.number LIKE $2::text || '%')
	AND CASE $3::text WHEN 'due' THEN w.next_on <= $4::date WHEN 'trouble' THEN w.outcome NOT IN ('', 'answered') WHEN 'found' THEN f.active > 0 ELSE true END`

var severities = []biz.Severity{"", biz.Info, biz.Notice, biz.Serious, biz.Critical}

// List implements biz.Watches.
func (Watches) List(ctx context.Context, in biz.WatchQuery) ([]biz.Watch, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{in.Only, escapeLike.Replace(strings.TrimSpace(in.Text)), in.View, in.Today, string(in.Kind), string(in.USCC)}
	rows, err := q.QueryContext(ctx, `SELECT `+subjectColumns+`, w.next_on, w.looked_at, w.outcome, w.trouble_text, w.failures, f.active, coalesce(f.worst, 0), count(*) OVER ()`+
		watchedWhere+` ORDER BY coalesce(f.worst, 0) DESC, w.next_on, w.id LIMIT $7 OFFSET $8`, append(args, in.Limit, in.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list what is watched")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Watch
	var total int64
	for rows.Next() {
		var w biz.Watch
		var worst int
		if err := rows.Scan(append(into(&w.Subject), &w.NextOn, &w.LookedAt, &w.Outcome, &w.TroubleText, &w.Failures, &w.Active, &worst, &total)...); err != nil {
			return nil, 0, err
		}
		w.Worst = severities[worst]
		out = append(out, w)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list what is watched")
}
