// Package indicator keeps HQ's indicator library: the port of shared/indicator
// in SQL. It owns the table hq.indicators; a tenant reads it through the view
// v_indicators (View).
package indicator

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	lib "zhuxin/shared/indicator"
	"zhuxin/tenancy/scope"
)

// Repo implements lib.Repository in HQ's unit of work.
type Repo struct{}

// View implements lib.Reader in a tenant's unit of work.
type View struct{}

var (
	_ lib.Repository = Repo{}
	_ lib.Reader     = View{}
)

// New makes the repository of HQ.
func New() Repo { return Repo{} }

const columns = `SELECT code, name_zh, name_en, category, kind, unit, data_source, description, scoring, active, version`

var (
	allSQL  = columns + ` FROM hq.indicators ORDER BY ` + byCategory() + `, code`
	viewSQL = columns + ` FROM hq.v_indicators ORDER BY ` + byCategory() + `, code`
)

const (
	lockSQL = columns + ` FROM hq.indicators WHERE code = $1 FOR UPDATE`

	insertSQL = `INSERT INTO hq.indicators (id, code, name_zh, name_en, category, kind, unit, data_source, description, scoring, active, version, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now()) ON CONFLICT (code) DO NOTHING`

	updateSQL = `UPDATE hq.indicators SET name_zh = $2, name_en = $3, category = $4, unit = $5, description = $6, scoring = $7, active = $8,
		version = $9, updated_at = now() WHERE code = $1`
)

// byCategory sorts by the order of the contract; the names are our constants.
func byCategory() string {
	var b strings.Builder
	b.WriteString("CASE category")
	for n, c := range lib.Categories {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", c, n)
	}
	b.WriteString(" ELSE 99 END")
	return b.String()
}

// All implements lib.Reader.
func (Repo) All(ctx context.Context) ([]lib.Indicator, error) { return all(ctx, allSQL) }

// All implements lib.Reader.
func (View) All(ctx context.Context) ([]lib.Indicator, error) { return all(ctx, viewSQL) }

func all(ctx context.Context, query string) ([]lib.Indicator, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list indicators")
	}
	defer func() { _ = rows.Close() }()
	var out []lib.Indicator
	for rows.Next() {
		i, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list indicators")
		}
		out = append(out, i)
	}
	return out, postgres.Map(ctx, rows.Err(), "list indicators")
}

func scan(row interface{ Scan(...any) error }) (lib.Indicator, error) {
	var (
		i       lib.Indicator
		scoring []byte
	)
	err := row.Scan(&i.Code, &i.NameZH, &i.NameEN, &i.Category, &i.Kind, &i.Unit, &i.DataSource, &i.Description, &scoring, &i.Active, &i.Version)
	if err == nil {
		err = json.Unmarshal(scoring, &i.Scoring)
	}
	return i, err
}

// Lock implements lib.Repository.
func (Repo) Lock(ctx context.Context, code string) (lib.Indicator, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return lib.Indicator{}, err
	}
	i, err := scan(q.QueryRowContext(ctx, lockSQL, code))
	if errors.Is(err, sql.ErrNoRows) {
		return lib.Indicator{}, lib.ErrNotFound.With("code", code)
	}
	return i, postgres.Map(ctx, err, "read indicator")
}

// Insert implements lib.Repository.
func (Repo) Insert(ctx context.Context, i lib.Indicator) (bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	scoring, err := json.Marshal(i.Scoring)
	if err != nil {
		return false, err
	}
	res, err := q.ExecContext(ctx, insertSQL, uuid.Must(uuid.NewV7()), i.Code, i.NameZH, i.NameEN, i.Category, i.Kind, i.Unit, i.DataSource,
		i.Description, json.RawMessage(scoring), i.Active, i.Version)
	if err != nil {
		return false, postgres.Map(ctx, err, "insert indicator")
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Update implements lib.Repository.
func (Repo) Update(ctx context.Context, i lib.Indicator) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	scoring, err := json.Marshal(i.Scoring)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, updateSQL, i.Code, i.NameZH, i.NameEN, i.Category, i.Unit, i.Description, json.RawMessage(scoring), i.Active, i.Version)
	return postgres.Map(ctx, err, "change indicator")
}
