package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/approval"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

const (
	flowColumns = `SELECT f.id, f.kind, f.number, f.steps, f.note, f.created_at, coalesce(f.created_by, '00000000-0000-0000-0000-000000000000'), coalesce(m.name, '')
		FROM approval_flows f LEFT JOIN hq.v_members m ON m.person_id = f.created_by`
	currentFlowSQL = flowColumns + ` WHERE f.kind = $1 ORDER BY f.number DESC LIMIT 1`
	allFlowsSQL    = flowColumns + ` ORDER BY f.kind, f.number DESC`
	insertFlowSQL  = `INSERT INTO approval_flows (id, kind, number, steps, note, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

func scanFlow(row interface{ Scan(...any) error }) (f biz.Flow, err error) {
	var steps []byte
	if err := row.Scan(&f.ID, &f.Kind, &f.Number, &steps, &f.Note, &f.CreatedAt, &f.CreatedBy.ID, &f.CreatedBy.Name); err != nil {
		return f, err
	}
	return f, json.Unmarshal(steps, &f.Steps)
}

// CurrentFlow implements biz.Flows.
func (Repo) CurrentFlow(ctx context.Context, k biz.Kind) (biz.Flow, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Flow{}, false, err
	}
	f, err := scanFlow(q.QueryRowContext(ctx, currentFlowSQL, k))
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Flow{}, false, nil
	}
	return f, err == nil, postgres.Map(ctx, err, "read approval flow")
}

// AllFlows implements biz.Flows.
func (Repo) AllFlows(ctx context.Context) ([]biz.Flow, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, allFlowsSQL)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list approval flows")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Flow
	for rows.Next() {
		f, err := scanFlow(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list approval flows")
		}
		out = append(out, f)
	}
	return out, postgres.Map(ctx, rows.Err(), "list approval flows")
}

// InsertFlow implements biz.Flows.
func (Repo) InsertFlow(ctx context.Context, f biz.Flow) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if f.Steps == nil {
		f.Steps = []biz.StepDef{}
	}
	steps, err := json.Marshal(f.Steps)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertFlowSQL, f.ID, f.Kind, f.Number, string(steps), f.Note, f.CreatedAt, f.CreatedBy.ID)
	return postgres.Map(ctx, err, "insert approval flow", postgres.On("approval_flow_number", biz.ErrFlowVersion))
}

// Settings implements biz.Policies.
func (Repo) Settings(ctx context.Context) (s biz.Settings, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, err
	}
	var raw []byte
	err = q.QueryRowContext(ctx, `SELECT id, settings FROM approval_policies ORDER BY id DESC LIMIT 1`).Scan(&s.Version, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Settings{}, nil
	}
	if err != nil {
		return s, postgres.Map(ctx, err, "read approval settings")
	}
	return s, json.Unmarshal(raw, &s)
}

// InsertSettings implements biz.Policies.
func (Repo) InsertSettings(ctx context.Context, s biz.Settings, by uuid.UUID, at time.Time) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO approval_policies (id, settings, created_at, created_by) VALUES ($1, $2, $3, $4)`, s.Version, string(raw), at, by)
	return postgres.Map(ctx, err, "insert approval settings", postgres.On("approval_policies_pkey", biz.ErrSettingsVersion))
}

const authoritiesSQL = `SELECT a.id, m.name, a.amount FROM approval_authorities a JOIN hq.v_members m ON m.person_id = a.id AND m.status = 'active'
	WHERE NOT a.preset ORDER BY m.name, a.id`

// Authorities implements biz.Policies.
func (Repo) Authorities(ctx context.Context) ([]biz.Authority, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, authoritiesSQL)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list authorities")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Authority
	for rows.Next() {
		var a biz.Authority
		if err := rows.Scan(&a.Person.ID, &a.Person.Name, &a.Amount); err != nil {
			return nil, postgres.Map(ctx, err, "list authorities")
		}
		out = append(out, a)
	}
	return out, postgres.Map(ctx, rows.Err(), "list authorities")
}

const putAuthoritySQL = `INSERT INTO approval_authorities (id, amount, preset, updated_at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, preset = excluded.preset, updated_at = excluded.updated_at, version = approval_authorities.version + 1`

// PutAuthority implements biz.Policies.
func (Repo) PutAuthority(ctx context.Context, person uuid.UUID, amount *money.Amount, at time.Time) error {
	return exec(ctx, "put authority", putAuthoritySQL, person, amount, false, at)
}

// DropAuthority implements biz.Policies.
func (Repo) DropAuthority(ctx context.Context, person uuid.UUID, at time.Time) error {
	return exec(ctx, "drop authority", putAuthoritySQL, person, nil, true, at)
}

func exec(ctx context.Context, doing, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, query, args...)
	return postgres.Map(ctx, err, doing)
}
