package segment

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/segment"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

const segmentSQL = `SELECT id, name, description, conditions, updated_at, version FROM segments`

var nameTaken = postgres.On("segments_name_key", biz.ErrExists)

func scanSegment(row interface{ Scan(...any) error }) (s biz.Segment, err error) {
	var conditions []byte
	if err := row.Scan(&s.ID, &s.Name, &s.Description, &conditions, &s.UpdatedAt, &s.Version); err != nil {
		return s, err
	}
	return s, json.Unmarshal(conditions, &s.Conditions)
}

// List implements biz.Repository.
func (Repo) List(ctx context.Context) ([]biz.Segment, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, segmentSQL+` ORDER BY name`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list segments")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Segment
	for rows.Next() {
		s, err := scanSegment(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list segments")
		}
		out = append(out, s)
	}
	return out, postgres.Map(ctx, rows.Err(), "list segments")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID) (biz.Segment, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Segment{}, err
	}
	s, err := scanSegment(q.QueryRowContext(ctx, segmentSQL+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return s, biz.ErrNotFound
	}
	return s, postgres.Map(ctx, err, "read segment")
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, s biz.Segment, by uuid.UUID) error {
	conditions, err := json.Marshal(s.Conditions)
	if err != nil {
		return err
	}
	return change(ctx, nil, "insert segment", `INSERT INTO segments (id, name, description, conditions, created_at, created_by, updated_at, version) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $5, $7)`,
		s.ID, s.Name, s.Description, string(conditions), s.UpdatedAt, by, s.Version)
}

// Update implements biz.Repository.
func (Repo) Update(ctx context.Context, s biz.Segment) error {
	conditions, err := json.Marshal(s.Conditions)
	if err != nil {
		return err
	}
	return change(ctx, biz.ErrVersion, "change segment", `UPDATE segments SET name = $2, description = $3, conditions = $4::jsonb, updated_at = $5, version = $6 WHERE id = $1 AND version = $6 - 1`,
		s.ID, s.Name, s.Description, string(conditions), s.UpdatedAt, s.Version)
}

// Delete implements biz.Repository.
func (Repo) Delete(ctx context.Context, id uuid.UUID) error {
	return change(ctx, biz.ErrNotFound, "delete segment", `DELETE FROM segments WHERE id = $1`, id)
}

// Stored implements biz.Repository.
func (Repo) Stored(ctx context.Context) ([]biz.Dimension, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT code, name, choices, cuts, version FROM segment_dimensions ORDER BY name, code`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read dimensions")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Dimension
	for rows.Next() {
		d := biz.Dimension{Kind: biz.KindLabel}
		var choices, cuts []byte
		if err := rows.Scan(&d.Code, &d.Name, &choices, &cuts, &d.Version); err != nil {
			return nil, postgres.Map(ctx, err, "read dimensions")
		}
		if err := errors.Join(json.Unmarshal(choices, &d.Choices), json.Unmarshal(cuts, &d.Cuts)); err != nil {
			return nil, err
		}
		if isNumber(d.Code) {
			d.Kind = biz.KindNumber
		}
		out = append(out, d)
	}
	return out, postgres.Map(ctx, rows.Err(), "read dimensions")
}

// Store implements biz.Repository.
func (Repo) Store(ctx context.Context, d biz.Dimension, at time.Time) error {
	choices, err := json.Marshal(append([]biz.Choice{}, d.Choices...))
	if err != nil {
		return err
	}
	cuts, err := json.Marshal(append([]int64{}, d.Cuts...))
	if err != nil {
		return err
	}
	return change(ctx, biz.ErrVersion, "store dimension", `INSERT INTO segment_dimensions (id, code, name, choices, cuts, updated_at, version) VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7)
		ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, choices = EXCLUDED.choices, cuts = EXCLUDED.cuts, updated_at = EXCLUDED.updated_at, version = EXCLUDED.version
		WHERE segment_dimensions.version = EXCLUDED.version - 1`, uuid.Must(uuid.NewV7()), string(d.Code), d.Name, string(choices), string(cuts), at, d.Version)
}

// Drop implements biz.Repository.
func (Repo) Drop(ctx context.Context, code biz.Code) error {
	if err := change(ctx, nil, "take labels away", `UPDATE customers SET labels = labels - $1 WHERE labels ? $1`, string(code)); err != nil {
		return err
	}
	return change(ctx, biz.ErrDimension, "delete dimension", `DELETE FROM segment_dimensions WHERE code = $1`, string(code))
}

// Labelled implements biz.Repository.
func (Repo) Labelled(ctx context.Context, code biz.Code, value string) (used bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM customers WHERE labels->>$1::text = $2)`, string(code), value).Scan(&used)
	return used, postgres.Map(ctx, err, "look for a label")
}

// SetLabel implements biz.Repository.
func (Repo) SetLabel(ctx context.Context, customerID uuid.UUID, code biz.Code, value string) (before string, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", err
	}
	err = q.QueryRowContext(ctx, `SELECT coalesce(labels->>$2::text, '') FROM customers WHERE id = $1 FOR UPDATE`, customerID, string(code)).Scan(&before)
	if err != nil {
		return "", postgres.Map(ctx, err, "read label")
	}
	return before, change(ctx, nil, "set label", `UPDATE customers SET labels = CASE WHEN $3::text = '' THEN labels - $2::text ELSE labels || jsonb_build_object($2::text, $3::text) END WHERE id = $1`,
		customerID, string(code), value)
}

// Labels implements biz.Repository.
func (Repo) Labels(ctx context.Context, customerID uuid.UUID) (map[biz.Code]string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var text []byte
	if err := q.QueryRowContext(ctx, `SELECT labels FROM customers WHERE id = $1`, customerID).Scan(&text); err != nil {
		return nil, postgres.Map(ctx, err, "read labels")
	}
	out := map[biz.Code]string{}
	return out, json.Unmarshal(text, &out)
}

// change runs a statement; one that touches nothing is none, where that is given.
func change(ctx context.Context, none error, doing, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	r, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return postgres.Map(ctx, err, doing, nameTaken)
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 || none == nil {
		return postgres.Map(ctx, err, doing)
	}
	return none
}
