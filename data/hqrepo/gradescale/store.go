// Package gradescale keeps what was observed of the subsidiaries' grades and the group's
// rules of its scale: the implementation of shared/gradescale.Store on HQ's scope. It
// owns grade_scale_rules and grade_observations.
package gradescale

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/gradescale"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{}

var _ gradescale.Store = Store{}

// Rule implements gradescale.Store.
func (Store) Rule(ctx context.Context) (r gradescale.Rule, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return r, err
	}
	var doc []byte
	var version int64
	err = q.QueryRowContext(ctx, `SELECT id, rule FROM hq.grade_scale_rules ORDER BY id DESC LIMIT 1`).Scan(&version, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		return gradescale.Preset(), nil
	}
	if err != nil {
		return r, postgres.Map(ctx, err, "read the rule of the scale")
	}
	err = json.Unmarshal(doc, &r)
	r.Version = version
	return r, err
}

// AddRule implements gradescale.Store.
func (Store) AddRule(ctx context.Context, r gradescale.Rule, by uuid.UUID, at time.Time) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	// The key lets one of two savers in.
	res, err := q.ExecContext(ctx, `INSERT INTO hq.grade_scale_rules (id, rule, created_at, created_by) VALUES ($1, $2::jsonb, $3, $4) ON CONFLICT (id) DO NOTHING`, r.Version+1, string(doc), at, by)
	if err != nil {
		return postgres.Map(ctx, err, "save the rule of the scale")
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return gradescale.ErrChanged
}

// Has implements gradescale.Store.
func (Store) Has(ctx context.Context, tenantID uuid.UUID, quarter calendar.Date, days int) (ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM hq.grade_observations WHERE tenant_id = $1 AND quarter = $2::date AND days = $3)`, tenantID, quarter, days).Scan(&ok)
	return ok, postgres.Map(ctx, err, "look for observed grades")
}

// Stale implements gradescale.Store.
func (Store) Stale(ctx context.Context, tenantID uuid.UUID, quarter, today calendar.Date, days int) (stale bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT FROM hq.grade_observations o WHERE o.tenant_id = $1 AND o.quarter = $2::date AND o.as_of >= $3::date AND o.days = $4
		AND NOT EXISTS (SELECT FROM hq.rollup_customers c WHERE c.tenant_id = $1 AND c.projected_at > o.projected_at))`, tenantID, quarter, today, days).Scan(&stale)
	return stale, postgres.Map(ctx, err, "look at the age of observed grades")
}

// Put implements gradescale.Store.
func (Store) Put(ctx context.Context, tenantID uuid.UUID, quarter calendar.Date, s gradescale.Snapshot) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	grades, err := json.Marshal(s.Grades)
	if err != nil {
		return err
	}
	weights, err := json.Marshal(s.Weights)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO hq.grade_observations AS t (tenant_id, quarter, as_of, from_date, days, unknown, template, weights, grades, projected_at)
		VALUES ($1, $2::date, $3::date, $4::date, $5, $6, $7, coalesce(nullif($8::jsonb, 'null'), '[]'), coalesce(nullif($9::jsonb, 'null'), '[]'), clock_timestamp())
		ON CONFLICT (tenant_id, quarter) DO UPDATE SET as_of = excluded.as_of, from_date = excluded.from_date, days = excluded.days, unknown = excluded.unknown, template = excluded.template,
			weights = excluded.weights, grades = excluded.grades, projected_at = excluded.projected_at WHERE t.as_of <= excluded.as_of`,
		tenantID, quarter, s.AsOf, s.From, s.Days, s.Unknown, s.Template, string(weights), string(grades))
	return postgres.Map(ctx, err, "store observed grades")
}

// newest has a subsidiary's newest quarter first, and the one right before it second.
const newest = `SELECT t.id, t.name, o.as_of, o.from_date, coalesce(o.days, 0), coalesce(o.unknown, 0), coalesce(o.template, 0), coalesce(o.weights, '[]'), coalesce(o.grades, '[]')
FROM hq.tenants t LEFT JOIN LATERAL (
  SELECT * FROM hq.grade_observations o WHERE o.tenant_id = t.id
    AND o.quarter >= (SELECT max(x.quarter) - interval '3 months' FROM hq.grade_observations x WHERE x.tenant_id = t.id) ORDER BY o.quarter DESC LIMIT 2) o ON true
WHERE $1::uuid[] IS NULL OR t.id = ANY($1::uuid[]) ORDER BY t.name, t.id, o.quarter DESC`

// All implements gradescale.Store.
func (Store) All(ctx context.Context, r gradescale.Rule, only []uuid.UUID) ([]gradescale.Subsidiary, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var ids any
	if only != nil {
		list := make(pq.StringArray, len(only))
		for i, id := range only {
			list[i] = id.String()
		}
		ids = list
	}
	rows, err := q.QueryContext(ctx, newest, ids)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read observed grades")
	}
	defer func() { _ = rows.Close() }()
	var out []gradescale.Subsidiary
	for rows.Next() {
		var s gradescale.Subsidiary
		var weights, grades []byte
		if err := rows.Scan(&s.ID, &s.Name, &s.AsOf, &s.From, &s.Days, &s.Unknown, &s.Template, &weights, &grades); err != nil {
			return nil, err
		}
		if err := errors.Join(json.Unmarshal(weights, &s.Weights), json.Unmarshal(grades, &s.Snapshot.Grades)); err != nil {
			return nil, err
		}
		s.Projected = !s.AsOf.IsZero()
		if n := len(out); n > 0 && out[n-1].ID == s.ID {
			r.Apply(&out[n-1], &s.Snapshot)
			continue
		}
		r.Apply(&s, nil)
		out = append(out, s)
	}
	return out, postgres.Map(ctx, rows.Err(), "read observed grades")
}
