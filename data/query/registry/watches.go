package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
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
	return exec(ctx, `INSERT INTO registry_watches (id, next_on, outcome, trouble_text, failures)
		SELECT c.id, $1::date, '', '', 0 FROM customers c WHERE c.status = 'active' AND c.uscc IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM registry_watches w WHERE w.id = c.id) ON CONFLICT DO NOTHING`, today)
}

const subjectColumns = `c.id, c.number, c.name, coalesce(c.uscc, ''), coalesce(a.grade, '')`

// Due implements biz.Watches.
func (Watches) Due(ctx context.Context, today calendar.Date, limit int) ([]biz.Subject, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT `+subjectColumns+` FROM registry_watches w JOIN customers c ON c.id = w.id LEFT JOIN credit_accounts a ON a.id = c.id
		WHERE w.next_on <= $1 AND c.status = 'active' AND c.uscc IS NOT NULL ORDER BY w.next_on, w.id LIMIT $2`, today, limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list due looks")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Subject
	for rows.Next() {
		var s biz.Subject
		if err := rows.Scan(&s.CustomerID, &s.Number, &s.Name, &s.USCC, &s.Grade); err != nil {
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
	err = q.QueryRowContext(ctx, `SELECT `+subjectColumns+` FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id
		WHERE c.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)`, customerID, only).Scan(&s.CustomerID, &s.Number, &s.Name, &s.USCC, &s.Grade)
	if errors.Is(err, sql.ErrNoRows) {
		return s, customer.ErrNotFound
	}
	return s, postgres.Map(ctx, err, "read customer")
}

// SetWatch implements biz.Watches.
func (Watches) SetWatch(ctx context.Context, w biz.Watch) error {
	return exec(ctx, `INSERT INTO registry_watches (id, next_on, looked_at, outcome, trouble_text, failures) VALUES ($1, $2::date, $3::timestamptz, $4::text, $5::text, $6::bigint)
		ON CONFLICT (id) DO UPDATE SET next_on = EXCLUDED.next_on, looked_at = coalesce(EXCLUDED.looked_at, registry_watches.looked_at), outcome = EXCLUDED.outcome, trouble_text = EXCLUDED.trouble_text,
		failures = CASE WHEN $6::bigint = 0 THEN 0 ELSE registry_watches.failures + 1 END`, w.CustomerID, w.NextOn, w.LookedAt, w.Outcome, w.TroubleText, w.Failures)
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

const watchedWhere = ` FROM registry_watches w JOIN customers c ON c.id = w.id LEFT JOIN credit_accounts a ON a.id = c.id
	LEFT JOIN LATERAL (SELECT count(*) AS active, max(CASE severity WHEN 'critical' THEN 4 WHEN 'serious' THEN 3 WHEN 'notice' THEN 2 ELSE 1 END) AS worst
	  FROM hq.v_registry_findings f WHERE f.uscc = c.uscc AND f.status = 'active') f ON true
	WHERE c.status = 'active' AND ($1::uuid IS NULL OR c.salesperson_id = $1::uuid)
	AND ($2::text = '' OR c.name LIKE '%' || $2::text || '%' OR c.uscc LIKE upper($2::text) || '%' OR c.number LIKE $2::text || '%')
	AND CASE $3::text WHEN 'due' THEN w.next_on <= $4::date WHEN 'trouble' THEN w.outcome NOT IN ('', 'answered') WHEN 'found' THEN f.active > 0 ELSE true END`

var severities = []biz.Severity{"", biz.Info, biz.Notice, biz.Serious, biz.Critical}

// List implements biz.Watches.
func (Watches) List(ctx context.Context, in biz.WatchQuery) ([]biz.Watch, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{in.Only, escapeLike.Replace(strings.TrimSpace(in.Text)), in.View, in.Today}
	rows, err := q.QueryContext(ctx, `SELECT `+subjectColumns+`, w.next_on, w.looked_at, w.outcome, w.trouble_text, w.failures, f.active, coalesce(f.worst, 0), count(*) OVER ()`+
		watchedWhere+` ORDER BY coalesce(f.worst, 0) DESC, w.next_on, w.id LIMIT $5 OFFSET $6`, append(args, in.Limit, in.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list watched customers")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Watch
	var total int64
	for rows.Next() {
		var w biz.Watch
		var worst int
		if err := rows.Scan(&w.CustomerID, &w.Number, &w.Name, &w.USCC, &w.Grade, &w.NextOn, &w.LookedAt, &w.Outcome, &w.TroubleText, &w.Failures, &w.Active, &worst, &total); err != nil {
			return nil, 0, err
		}
		w.Worst = severities[worst]
		out = append(out, w)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list watched customers")
}
