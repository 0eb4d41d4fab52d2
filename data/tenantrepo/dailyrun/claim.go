package dailyrun

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/dailyrun"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

const (
	// The run's row is the lock: of two workers, one sees what the other has taken.
	lockRunSQL = `SELECT FROM daily_runs WHERE id = $1 FOR UPDATE`

	stateSQL = `SELECT coalesce(bool_or(` + left + `), false), coalesce(bool_or(s.state = 'failed'), false), coalesce(bool_or(` + working + `), false)
		FROM daily_steps s WHERE s.run_id = $1`

	// $1 run, $2 claim, $3 seconds of the lease
	takeSQL = `UPDATE daily_steps t SET state = 'running', attempts = t.attempts + 1, claim = $2, claimed_until = now() + make_interval(secs => $3),
		  started_at = coalesce(t.started_at, now()), finished_at = NULL, retry_at = NULL
		WHERE t.id = (SELECT s.id FROM daily_steps s WHERE s.run_id = $1 AND ` + takeable + ` ORDER BY s.position LIMIT 1)
		RETURNING t.id, t.name, t.attempts`

	renewSQL  = `UPDATE daily_steps SET claimed_until = now() + make_interval(secs => $3) WHERE id = $1 AND claim = $2 AND state = 'running'`
	finishSQL = `UPDATE daily_steps SET state = 'done', touched = $3, error = '', claim = NULL, claimed_until = NULL, finished_at = $4
		WHERE id = $1 AND claim = $2`
	failSQL = `UPDATE daily_steps SET state = 'failed', error = $3, claim = NULL, claimed_until = NULL, finished_at = $4,
		retry_at = now() + make_interval(secs => $5) WHERE id = $1 AND claim = $2`
	closeSQL = `UPDATE daily_runs SET state = $2, finished_at = $3 WHERE id = $1 AND state = 'running'`
)

// Take implements biz.Repository.
func (Repo) Take(ctx context.Context, runID uuid.UUID, lease time.Duration) (n biz.Next, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return n, err
	}
	if _, err := q.ExecContext(ctx, lockRunSQL, runID); err != nil {
		return n, postgres.Map(ctx, err, "lock daily run")
	}
	var more, worked bool
	if err := q.QueryRowContext(ctx, stateSQL, runID).Scan(&more, &n.Failed, &worked); err != nil {
		return n, postgres.Map(ctx, err, "read steps of a daily run")
	}
	if n.Over = !more; n.Over || worked {
		return n, nil
	}
	c := biz.Claim{ID: uuid.New()}
	err = q.QueryRowContext(ctx, takeSQL, runID, c.ID, lease.Seconds()).Scan(&c.Step, &c.Name, &c.Try)
	if errors.Is(err, sql.ErrNoRows) {
		return n, nil
	}
	n.Claim = &c
	return n, postgres.Map(ctx, err, "take a step of a daily run")
}

// Renew implements biz.Repository.
func (Repo) Renew(ctx context.Context, c biz.Claim, lease time.Duration) (bool, error) {
	return changed(ctx, "renew a claim", renewSQL, c.Step, c.ID, lease.Seconds())
}

// Finish implements biz.Repository. A claim that was lost meanwhile changes nothing:
// who took the step over ends it.
func (Repo) Finish(ctx context.Context, c biz.Claim, touched int64, at time.Time) error {
	_, err := changed(ctx, "finish a step", finishSQL, c.Step, c.ID, touched, at)
	return err
}

// Fail implements biz.Repository.
func (Repo) Fail(ctx context.Context, c biz.Claim, message string, retryIn *time.Duration, at time.Time) error {
	var seconds *float64
	if retryIn != nil {
		seconds = new(retryIn.Seconds())
	}
	_, err := changed(ctx, "fail a step", failSQL, c.Step, c.ID, message, at, seconds)
	return err
}

// Close implements biz.Repository.
func (Repo) Close(ctx context.Context, runID uuid.UUID, s biz.State, at time.Time) (bool, error) {
	return changed(ctx, "close daily run", closeSQL, runID, s, at)
}

func changed(ctx context.Context, doing, query string, args ...any) (bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return false, postgres.Map(ctx, err, doing)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
