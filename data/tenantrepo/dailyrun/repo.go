// Package dailyrun keeps a tenant's daily runs: the port of biz/dailyrun in SQL. It
// owns the tables daily_runs and daily_steps.
package dailyrun

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/dailyrun"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// Now implements biz.Repository.
func (Repo) Now(ctx context.Context) (at time.Time, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return at, err
	}
	err = q.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&at)
	return at, postgres.Map(ctx, err, "read the database's clock")
}

const (
	columns = `SELECT r.id, r.business_date, r.number, r.started_by, r.requested_by, m.name, r.state, r.created_at, r.finished_at
		FROM daily_runs r LEFT JOIN hq.v_members m ON m.person_id = r.requested_by`

	// takeable says which steps can be worked on now. A step that was given up has no
	// retry_at.
	takeable = `(s.state = 'pending' OR (s.state = 'failed' AND s.retry_at <= now()) OR (s.state = 'running' AND s.claimed_until < now()))`
	working  = `(s.state = 'running' AND s.claimed_until >= now())`
	left     = `(s.state IN ('pending', 'running') OR (s.state = 'failed' AND s.retry_at IS NOT NULL))`

	openSQL = `SELECT id, business_date, number,
		  NOT EXISTS (SELECT FROM daily_steps s WHERE s.run_id = r.id AND ` + left + `)
		  OR (EXISTS (SELECT FROM daily_steps s WHERE s.run_id = r.id AND ` + takeable + `)
		      AND NOT EXISTS (SELECT FROM daily_steps s WHERE s.run_id = r.id AND ` + working + `))
		FROM daily_runs r WHERE state = 'running' ORDER BY business_date, number LIMIT 1`
)

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, lockSQL)
	return postgres.Map(ctx, err, "lock the daily runs")
}

// Open implements biz.Repository.
func (Repo) Open(ctx context.Context) (*biz.Run, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, false, err
	}
	r, ready := biz.Run{State: biz.StateRunning}, false
	err = q.QueryRowContext(ctx, openSQL).Scan(&r.ID, &r.On, &r.Number, &ready)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return &r, ready, postgres.Map(ctx, err, "read the open daily run")
}

// $1 today, $2 how many dates at most
const missingSQL = `
WITH last AS (SELECT max(business_date) AS d FROM daily_runs WHERE started_by = 'schedule')
SELECT x.d::date FROM last, generate_series(greatest(coalesce(last.d + 1, $1::date), $1::date - $2::int), $1::date, interval '1 day') AS x(d)
WHERE NOT EXISTS (SELECT FROM daily_runs r WHERE r.business_date = x.d::date)
ORDER BY x.d`

// Missing implements biz.Repository.
func (Repo) Missing(ctx context.Context, today calendar.Date, most int) (out []calendar.Date, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, missingSQL, today, most)
	if err != nil {
		return nil, postgres.Map(ctx, err, "find missed business dates")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d calendar.Date
		if err := rows.Scan(&d); err != nil {
			return nil, postgres.Map(ctx, err, "find missed business dates")
		}
		out = append(out, d)
	}
	return out, postgres.Map(ctx, rows.Err(), "find missed business dates")
}

const (
	lockSQL   = `SELECT pg_advisory_xact_lock(hashtextextended('daily_runs ' || current_schema(), 0))`
	ofDateSQL = columns + ` WHERE r.business_date = $1 AND r.state = 'running' ORDER BY r.number LIMIT 1`
	createSQL = `INSERT INTO daily_runs (id, business_date, number, started_by, requested_by, state, created_at)
		SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, 'running', $5 FROM daily_runs WHERE business_date = $2 RETURNING number`
	stepsSQL = `INSERT INTO daily_steps (id, run_id, position, name)
		SELECT gen_random_uuid(), $1, n, name FROM unnest($2::text[]) WITH ORDINALITY AS x(name, n)`
)

// Create implements biz.Repository.
func (p Repo) Create(ctx context.Context, r biz.Run, steps []string) (biz.Run, error) {
	if err := p.Lock(ctx); err != nil {
		return r, err
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return r, err
	}
	there, err := scan(q.QueryRowContext(ctx, ofDateSQL, r.On))
	if !errors.Is(err, sql.ErrNoRows) {
		return there, postgres.Map(ctx, err, "read the date's run")
	}
	if err := q.QueryRowContext(ctx, createSQL, r.ID, r.On, r.StartedBy, roster.ID(r.RequestedBy), r.CreatedAt).Scan(&r.Number); err != nil {
		return r, postgres.Map(ctx, err, "insert daily run")
	}
	_, err = q.ExecContext(ctx, stepsSQL, r.ID, pq.Array(steps))
	return r, postgres.Map(ctx, err, "insert steps of a daily run")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID) (biz.Run, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Run{}, err
	}
	r, err := scan(q.QueryRowContext(ctx, columns+` WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, biz.ErrNotFound
	}
	if err != nil {
		return r, postgres.Map(ctx, err, "read daily run")
	}
	runs := []biz.Run{r}
	err = steps(ctx, q, runs)
	return runs[0], err
}

// List implements biz.Repository.
func (Repo) List(ctx context.Context, w paging.Window) (out []biz.Run, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM daily_runs`).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count daily runs")
	}
	rows, err := q.QueryContext(ctx, columns+` ORDER BY r.business_date DESC, r.number DESC LIMIT $1 OFFSET $2`, w.Limit, w.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list daily runs")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list daily runs")
		}
		out = append(out, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, 0, postgres.Map(ctx, err, "list daily runs")
	}
	return out, total, steps(ctx, q, out)
}

func scan(row interface{ Scan(...any) error }) (biz.Run, error) {
	var (
		r      biz.Run
		person uuid.NullUUID
		name   sql.NullString
	)
	err := row.Scan(&r.ID, &r.On, &r.Number, &r.StartedBy, &person, &name, &r.State, &r.CreatedAt, &r.FinishedAt)
	r.RequestedBy = roster.Ref(person, name)
	return r, err
}

const stepsOfSQL = `SELECT run_id, id, name, state, attempts, touched, error, retry_at, started_at, finished_at
	FROM daily_steps WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, position`

// steps reads the steps of all runs in one statement.
func steps(ctx context.Context, q scope.Querier, runs []biz.Run) error {
	ids, at := make([]string, len(runs)), make(map[uuid.UUID]*biz.Run, len(runs))
	for i := range runs {
		ids[i], at[runs[i].ID] = runs[i].ID.String(), &runs[i]
	}
	rows, err := q.QueryContext(ctx, stepsOfSQL, pq.Array(ids))
	if err != nil {
		return postgres.Map(ctx, err, "read steps of daily runs")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			run uuid.UUID
			p   biz.Progress
		)
		if err := rows.Scan(&run, &p.ID, &p.Name, &p.State, &p.Attempts, &p.Touched, &p.Error, &p.RetryAt, &p.StartedAt, &p.FinishedAt); err != nil {
			return postgres.Map(ctx, err, "read steps of daily runs")
		}
		at[run].Steps = append(at[run].Steps, p)
	}
	return postgres.Map(ctx, rows.Err(), "read steps of daily runs")
}
