package agreement

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/agreement"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

const (
	// $1 person or NULL, $2 customer, $3 project, $4 status, $5 stage, $6 pattern
	selected = `($1::uuid IS NULL OR c.salesperson_id = $1) AND ($2::uuid IS NULL OR a.customer_id = $2) AND ($3::uuid IS NULL OR a.project_id = $3)
		AND ($4::text = '' OR a.status = $4) AND ($5::text = '' OR a.stage = $5)
		AND ($6::text = '' OR c.name ILIKE $6 OR c.number ILIKE $6 OR p.name ILIKE $6)`

	countSQL = `SELECT count(*) FROM credit_agreements a JOIN customers c ON c.id = a.customer_id LEFT JOIN projects p ON p.id = a.project_id WHERE ` + selected

	byStage = `ORDER BY array_position(ARRAY['lawsuit', 'lawyer_letter', 'stop_supply', 'dunning_letter', 'none'], a.stage::text), a.stage_since, a.created_at DESC, a.id`
)

var like = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// List implements biz.Repository: which rows, then their figures alone.
func (Repo) List(ctx context.Context, in biz.Query, today calendar.Date) ([]biz.Agreement, int64, error) {
	q, t, err := begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	pattern := ""
	if in.Q != "" {
		pattern = "%" + like.Replace(in.Q) + "%"
	}
	args := []any{in.OnlyOf, in.CustomerID, in.ProjectID, in.Status, in.Stage, pattern}
	var total int64
	if err := q.QueryRowContext(ctx, countSQL, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count agreements")
	}
	page := `SELECT a.id FROM credit_agreements a JOIN customers c ON c.id = a.customer_id LEFT JOIN projects p ON p.id = a.project_id WHERE ` + selected + byStage + ` LIMIT $7 OFFSET $8`
	ids, err := list(ctx, q, page, append(args, in.Limit, in.Offset)...)
	if err != nil || len(ids) == 0 {
		return nil, total, err
	}
	rows, err := q.QueryContext(ctx, columns+figures+`WHERE a.id = ANY($3::uuid[]) `+byStage, today, t.Currency, idArray(ids))
	out, err := collect(ctx, rows, err, today)
	return out, total, err
}

func list(ctx context.Context, q scope.Querier, query string, args ...any) (ids []uuid.UUID, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "select agreements")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, postgres.Map(ctx, err, "select agreements")
		}
		ids = append(ids, id)
	}
	return ids, postgres.Map(ctx, rows.Err(), "select agreements")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (biz.Agreement, error) {
	q, t, err := begin(ctx)
	if err != nil {
		return biz.Agreement{}, err
	}
	a, err := scan(q.QueryRowContext(ctx, columns+figures+`WHERE a.id = $3 AND ($4::uuid IS NULL OR c.salesperson_id = $4)`, today, t.Currency, id, onlyOf))
	if errors.Is(err, sql.ErrNoRows) {
		return a, biz.ErrNotFound
	}
	a.Figures.On = today
	return a, postgres.Map(ctx, err, "read agreement")
}

// Course implements biz.Repository.
func (Repo) Course(ctx context.Context, a biz.Agreement) ([]biz.Agreement, []biz.Event, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows, err := q.QueryContext(ctx, columns+noFigures+`WHERE a.customer_id = $1 AND a.project_id IS NOT DISTINCT FROM $2 ORDER BY a.number DESC`, a.CustomerID, a.ProjectID)
	versions, err := collect(ctx, rows, err, a.Figures.On)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]uuid.UUID, len(versions))
	for i, v := range versions {
		ids[i] = v.ID
	}
	events, err := q.QueryContext(ctx, eventColumns+`WHERE e.agreement_id = ANY($1::uuid[]) ORDER BY e.created_at DESC, e.id DESC`, idArray(ids))
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, "list agreement events")
	}
	defer func() { _ = events.Close() }()
	var out []biz.Event
	for events.Next() {
		e, err := scanEvent(events)
		if err != nil {
			return nil, nil, postgres.Map(ctx, err, "list agreement events")
		}
		out = append(out, e)
	}
	return versions, out, postgres.Map(ctx, events.Err(), "list agreement events")
}

// Presets implements biz.Repository.
func (Repo) Presets(ctx context.Context) (s biz.Settings, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, false, err
	}
	var raw json.RawMessage
	err = q.QueryRowContext(ctx, `SELECT settings, version FROM agreement_settings WHERE id = 1`).Scan(&raw, &s.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, postgres.Map(ctx, err, "read collection settings")
	}
	return s, true, json.Unmarshal(raw, &s)
}

// presetsSQL changes the stages and leaves what else stands in the row. $2 is the
// version that was seen; 0 where there was no row.
const presetsSQL = `INSERT INTO agreement_settings (id, settings, version, updated_at, updated_by) VALUES (1, $1::jsonb, 1, $3, $4)
	ON CONFLICT (id) DO UPDATE SET settings = agreement_settings.settings || excluded.settings, version = agreement_settings.version + 1,
	  updated_at = excluded.updated_at, updated_by = excluded.updated_by
	WHERE agreement_settings.version = $2 RETURNING version`

// SetPresets implements biz.Repository.
func (Repo) SetPresets(ctx context.Context, s biz.Settings, by *uuid.UUID, at time.Time) (biz.Settings, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, err
	}
	raw, err := json.Marshal(map[string]any{"triggers": s.Triggers})
	if err != nil {
		return s, err
	}
	err = q.QueryRowContext(ctx, presetsSQL, string(raw), s.Version, at, by).Scan(&s.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return s, biz.ErrVersion
	}
	return s, postgres.Map(ctx, err, "store collection settings")
}

// Paused implements biz.Repository.
func (Repo) Paused(ctx context.Context, on calendar.Date, customers []uuid.UUID) (out []uuid.UUID, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT customer_id FROM dunning_pauses WHERE ended_at IS NULL AND $1::date BETWEEN starts_on AND ends_on
		AND ($2::uuid[] IS NULL OR customer_id = ANY($2::uuid[]))`, on, idArray(customers))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read pauses of dunning")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, postgres.Map(ctx, err, "read pauses of dunning")
		}
		out = append(out, id)
	}
	return out, postgres.Map(ctx, rows.Err(), "read pauses of dunning")
}
