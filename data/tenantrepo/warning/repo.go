// Package warning keeps a tenant's warnings and rules: the port of biz/warning.
package warning

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/warning"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// ids runs a statement that returns ids, and leaves out what is NULL.
func ids(ctx context.Context, what, query string, args ...any) ([]uuid.UUID, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, what)
	}
	defer func() { _ = rows.Close() }()
	var out []uuid.UUID
	for rows.Next() {
		var id uuid.NullUUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if id.Valid {
			out = append(out, id.UUID)
		}
	}
	return out, postgres.Map(ctx, rows.Err(), what)
}

const columns = `SELECT w.id, w.kind, w.customer_id, c.number, c.name, coalesce(s.name, ''), w.severity, w.facts, w.status, w.first_seen_at, w.last_seen_at, w.raised_on, w.times,
	coalesce(k.name, ''), w.acknowledged_at, w.assigned_to, coalesce(a.name, ''), w.assigned_at, w.due_on, coalesce(x.name, ''), w.closed_at, w.outcome, w.note, w.quiet_until, w.version, count(*) OVER ()
	FROM warnings w JOIN customers c ON c.id = w.customer_id LEFT JOIN hq.v_members s ON s.person_id = c.salesperson_id LEFT JOIN hq.v_members k ON k.person_id = w.acknowledged_by
	LEFT JOIN hq.v_members a ON a.person_id = w.assigned_to LEFT JOIN hq.v_members x ON x.person_id = w.closed_by`

func scan(row interface{ Scan(...any) error }) (w biz.Warning, total int64, err error) {
	var facts []byte
	err = row.Scan(&w.ID, &w.Kind, &w.CustomerID, &w.CustomerNumber, &w.CustomerName, &w.Salesperson, &w.Severity, &facts, &w.Status, &w.FirstSeenAt, &w.LastSeenAt, &w.RaisedOn, &w.Times,
		&w.AcknowledgedBy, &w.AcknowledgedAt, &w.AssignedTo, &w.AssignedName, &w.AssignedAt, &w.DueOn, &w.ClosedBy, &w.ClosedAt, &w.Outcome, &w.Note, &w.QuietUntil, &w.Version, &total)
	w.Facts = facts
	return w, total, err
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

var listWhere = ` WHERE ($1::uuid IS NULL OR ` + Concerns("$1::uuid") + `)
	AND CASE $2::text WHEN '' THEN true WHEN 'live' THEN w.status <> 'closed' ELSE w.status = $2::text END
	AND ($3::text = '' OR w.severity = $3::text) AND ($4::text = '' OR w.kind = $4::text)
	AND CASE $5::text WHEN 'registry' THEN w.kind LIKE 'registry.%' WHEN 'internal' THEN w.kind NOT LIKE 'registry.%' ELSE true END
	AND ($6::uuid IS NULL OR w.customer_id = $6::uuid) AND ($7::uuid IS NULL OR w.assigned_to = $7::uuid)
	AND ($8::text = '' OR c.name LIKE '%' || $8::text || '%' OR c.number LIKE $8::text || '%')
	ORDER BY w.status = 'closed', CASE w.severity WHEN 'critical' THEN 1 WHEN 'serious' THEN 2 WHEN 'notice' THEN 3 ELSE 4 END, w.first_seen_at DESC, w.id LIMIT $9 OFFSET $10`

// List implements biz.Repository.
func (Repo) List(ctx context.Context, in biz.Query) ([]biz.Warning, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	var customer any
	if in.CustomerID != uuid.Nil {
		customer = in.CustomerID
	}
	rows, err := q.QueryContext(ctx, columns+listWhere, in.Only, in.Status, string(in.Severity), string(in.Kind), in.Source, customer, in.Mine,
		escapeLike.Replace(strings.TrimSpace(in.Text)), in.Limit, in.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list warnings")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Warning
	var total int64
	for rows.Next() {
		w, n, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		out, total = append(out, w), n
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list warnings")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, only *uuid.UUID) (biz.Warning, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Warning{}, err
	}
	w, _, err := scan(q.QueryRowContext(ctx, columns+` WHERE w.id = $1 AND ($2::uuid IS NULL OR `+Concerns("$2::uuid")+`)`, id, only))
	if errors.Is(err, sql.ErrNoRows) {
		return w, biz.ErrNotFound
	}
	return w, postgres.Map(ctx, err, "read warning")
}

// Lock implements biz.Repository.
func (p Repo) Lock(ctx context.Context, id uuid.UUID, only *uuid.UUID) (biz.Warning, error) {
	if _, err := ids(ctx, "lock warning", `SELECT id FROM warnings WHERE id = $1 FOR UPDATE`, id); err != nil {
		return biz.Warning{}, err
	}
	return p.Get(ctx, id, only)
}

// Acknowledge implements biz.Repository.
func (Repo) Acknowledge(ctx context.Context, which []uuid.UUID, only *uuid.UUID, by uuid.UUID, at time.Time) ([]uuid.UUID, error) {
	seen, err := ids(ctx, "find warnings", `SELECT w.id FROM warnings w JOIN customers c ON c.id = w.customer_id
		WHERE w.id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR `+Concerns("$2::uuid")+`)`, pq.Array(which), only)
	if err != nil {
		return nil, err
	}
	for _, id := range which {
		if !slices.Contains(seen, id) {
			return nil, biz.ErrNotFound.With("id", id.String())
		}
	}
	return ids(ctx, "acknowledge warnings", `UPDATE warnings w SET status = 'acknowledged', acknowledged_by = $3::uuid, acknowledged_at = $4::timestamptz, updated_at = $4::timestamptz, version = w.version + 1
		FROM customers c WHERE c.id = w.customer_id AND w.id = ANY($1::uuid[]) AND w.status = 'open' AND ($2::uuid IS NULL OR `+Concerns("$2::uuid")+`) RETURNING w.id`,
		pq.Array(which), only, by, at)
}

// Assign implements biz.Repository.
func (Repo) Assign(ctx context.Context, id, to, by uuid.UUID, due calendar.Date, at time.Time) error {
	_, err := ids(ctx, "assign warning", `UPDATE warnings SET status = 'assigned', assigned_to = $2::uuid, assigned_at = $5::timestamptz, due_on = $4::date,
		acknowledged_by = coalesce(acknowledged_by, $3::uuid), acknowledged_at = coalesce(acknowledged_at, $5::timestamptz), updated_at = $5::timestamptz, version = version + 1
		WHERE id = $1::uuid RETURNING id`, id, to, by, due, at)
	return err
}

// Close implements biz.Repository.
func (Repo) Close(ctx context.Context, w biz.Warning, by uuid.UUID, at time.Time) error {
	_, err := ids(ctx, "close warning", `UPDATE warnings SET status = 'closed', closed_by = $2::uuid, closed_at = $3::timestamptz, outcome = $4::text, note = $5::text, quiet_until = $6::date,
		updated_at = $3::timestamptz, version = version + 1 WHERE id = $1::uuid RETURNING id`, w.ID, by, at, w.Outcome, w.Note, w.QuietUntil)
	return err
}

// Member implements biz.Repository.
func (Repo) Member(ctx context.Context, person uuid.UUID) (bool, error) {
	got, err := ids(ctx, "look for a member", `SELECT person_id FROM hq.v_members WHERE person_id = $1 AND status = 'active'`, person)
	return len(got) == 1, err
}
