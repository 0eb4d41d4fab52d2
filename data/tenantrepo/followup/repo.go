// Package followup keeps follow-ups and pauses of dunning: the port of biz/followup
// in SQL. It owns the tables follow_ups and dunning_pauses. What gives reason to ask
// is read from the credit accounts, promises are judged by receipts; each step of
// the daily run is one statement for all customers.
package followup

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/followup"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

func optional(id *uuid.UUID) any {
	if id == nil || *id == uuid.Nil {
		return nil
	}
	return *id
}

// received is what came in for the promise of follow-up f: what was reversed since,
// a dishonoured draft for one, did not come in.
const received = `(SELECT coalesce(sum(r.amount), 0)::bigint FROM receipts r WHERE r.customer_id = f.customer_id AND r.received_on BETWEEN f.promise_from AND f.promised_on
	AND r.reverses IS NULL AND NOT EXISTS (SELECT FROM receipts x WHERE x.reverses = r.id))`

// acted says that the agreed action of follow-up f was taken since it was answered.
const acted = `(CASE f.action
	WHEN 'limit_adjustment' THEN EXISTS (SELECT FROM credit_limits l WHERE l.customer_id = f.customer_id AND l.class = 'standing' AND l.rating_id IS NULL
		AND l.created_at >= f.submitted_at AND l.status NOT IN ('rejected', 'returned', 'withdrawn'))
	WHEN 'temporary_limit' THEN EXISTS (SELECT FROM credit_limits l WHERE l.customer_id = f.customer_id AND l.class = 'temporary'
		AND l.created_at >= f.submitted_at AND l.status NOT IN ('rejected', 'returned', 'withdrawn'))
	WHEN 'stop_preparation' THEN EXISTS (SELECT FROM supply_stops p WHERE p.customer_id = f.customer_id AND p.created_at >= f.submitted_at AND p.state <> 'cancelled')
	WHEN 'formal_stop' THEN EXISTS (SELECT FROM supply_stops p WHERE p.customer_id = f.customer_id AND p.stopped_on >= (f.submitted_at AT TIME ZONE 'UTC')::date AND p.state <> 'cancelled')
	ELSE false END)`

// columns of follow-up f; $1 today.
const columns = `SELECT f.id, f.customer_id, c.number AS customer_number, c.name AS customer_name, coalesce(s.name, '') AS salesperson, f.trigger, f.amount, f.opened_on, f.deadline, f.status,
	f.reason, f.action, f.plan, f.promise_from, f.promise, ` + received + ` AS received, ` + acted + ` AS acted, f.submitted_by, coalesce(b.name, '') AS submitter, f.submitted_at, f.comment, f.closed_on, f.outcome,
	(SELECT max(p.ends_on) FROM dunning_pauses p WHERE p.customer_id = f.customer_id AND p.ended_at IS NULL AND p.ends_on >= $1::date) AS paused_until, f.version
	FROM follow_ups f JOIN customers c ON c.id = f.customer_id LEFT JOIN hq.v_members s ON s.person_id = c.salesperson_id LEFT JOIN hq.v_members b ON b.person_id = f.submitted_by`

func scan(rows *sql.Rows, more ...any) (f biz.FollowUp, err error) {
	var (
		plan []byte
		by   uuid.NullUUID
	)
	if err := rows.Scan(append([]any{&f.ID, &f.CustomerID, &f.CustomerNumber, &f.CustomerName, &f.Salesperson, &f.Trigger, &f.Amount, &f.OpenedOn, &f.Deadline, &f.Status,
		&f.Reason, &f.Action, &plan, &f.PromiseFrom, &f.Promise, &f.Received, &f.Acted, &by, &f.SubmittedBy, &f.SubmittedAt, &f.Comment, &f.ClosedOn, &f.Outcome, &f.PausedUntil, &f.Version}, more...)...); err != nil {
		return f, err
	}
	if by.Valid {
		f.SubmitterID = &by.UUID
	}
	if len(plan) > 0 {
		err = json.Unmarshal(plan, &f.Plan)
	}
	return f, err
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// list: each customer counts once in the sum, with his highest amount.
const list = `WITH seen AS (` + columns + ` WHERE ($2::uuid IS NULL OR c.salesperson_id = $2)
	AND CASE $3::text WHEN 'live' THEN f.status <> 'closed' WHEN 'all' THEN true WHEN 'late' THEN f.status = 'open' AND f.deadline < $1::date ELSE f.status = $3 END
	AND ($4::text = '' OR f.trigger = $4) AND ($5::uuid IS NULL OR f.customer_id = $5)
	AND ($6::text = '' OR c.name LIKE '%' || $6 || '%' OR c.number LIKE $6 || '%'))
	SELECT *, count(*) OVER (), (SELECT coalesce(sum(m), 0)::bigint FROM (SELECT max(amount) AS m FROM seen GROUP BY customer_id) each)
	FROM seen ORDER BY status = 'closed', amount DESC, deadline, id LIMIT $7 OFFSET $8`

// List implements biz.Repository.
func (Repo) List(ctx context.Context, in biz.Query) (p biz.Page, err error) {
	p.FollowUps, err = postgres.Query(ctx, "list follow-ups", list, func(rows *sql.Rows) (biz.FollowUp, error) {
		return scan(rows, &p.Total, &p.AtRisk)
	}, in.Today, optional(in.OnlyOf), in.View, string(in.Trigger), optional(&in.CustomerID), escapeLike.Replace(in.Text), in.Limit, in.Offset)
	return p, err
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (biz.FollowUp, error) {
	all, err := postgres.Query(ctx, "read follow-up", columns+` WHERE f.id = $2 AND ($3::uuid IS NULL OR c.salesperson_id = $3)`,
		func(rows *sql.Rows) (biz.FollowUp, error) { return scan(rows) }, today, id, optional(onlyOf))
	if err == nil && len(all) == 0 {
		return biz.FollowUp{}, biz.ErrNotFound
	}
	if err != nil {
		return biz.FollowUp{}, err
	}
	return all[0], nil
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID) error {
	_, err := postgres.Exec(ctx, "lock follow-up", `SELECT FROM follow_ups WHERE id = $1 FOR UPDATE`, id)
	return err
}

// Items implements biz.Repository.
func (Repo) Items(ctx context.Context, customerID uuid.UUID, today calendar.Date) ([]biz.Item, error) {
	return postgres.Query(ctx, "list overdue items", `SELECT r.id, r.document_no, d.due_date, d.open_amount, d.disputed FROM receivable_dues d JOIN receivables r ON r.id = d.receivable_id
		WHERE d.customer_id = $1 AND d.due_date < $2::date ORDER BY d.due_date, r.document_no LIMIT $3`, func(rows *sql.Rows) (i biz.Item, err error) {
		return i, rows.Scan(&i.ID, &i.DocumentNo, &i.DueDate, &i.Open, &i.Disputed)
	}, customerID, today, biz.MostItems)
}

// Earlier implements biz.Repository.
func (Repo) Earlier(ctx context.Context, of biz.FollowUp, today calendar.Date) ([]biz.FollowUp, error) {
	return postgres.Query(ctx, "list earlier follow-ups", columns+` WHERE f.customer_id = $2 AND f.id <> $3 AND f.action <> 'none' ORDER BY f.submitted_at DESC, f.id LIMIT $4`,
		func(rows *sql.Rows) (biz.FollowUp, error) { return scan(rows) }, today, of.CustomerID, of.ID, biz.MostEarlier)
}

// Save implements biz.Repository.
func (Repo) Save(ctx context.Context, f biz.FollowUp, at time.Time) error {
	var plan any
	var on, from calendar.Date
	amount := int64(0)
	if f.Action != biz.NoAction {
		b, err := json.Marshal(f.Plan)
		if err != nil {
			return err
		}
		plan = string(b)
	}
	if f.Action == biz.Collection {
		on, from, amount = f.Plan.DueOn, f.PromiseFrom, int64(f.Plan.Amount)
	}
	_, err := postgres.Exec(ctx, "save follow-up", `UPDATE follow_ups SET status = $2, deadline = $3, reason = $4, action = $5, plan = $6::jsonb, promised_on = $7, promised_amount = $8, promise_from = $9,
		promise = $10, submitted_by = $11, submitted_at = $12, comment = $13, updated_at = $14, version = version + 1 WHERE id = $1`,
		f.ID, string(f.Status), f.Deadline, f.Reason, string(f.Action), plan, on, amount, from, string(f.Promise), optional(f.SubmitterID), f.SubmittedAt, f.Comment, at)
	return err
}

const pauseColumns = `SELECT p.id, p.customer_id, c.number, c.name, p.reason, p.starts_on, p.ends_on, coalesce(b.name, ''), p.created_at, coalesce(e.name, ''), p.ended_at, count(*) OVER ()
	FROM dunning_pauses p JOIN customers c ON c.id = p.customer_id LEFT JOIN hq.v_members b ON b.person_id = p.created_by LEFT JOIN hq.v_members e ON e.person_id = p.ended_by`

func scanPause(rows *sql.Rows, total *int64) (p biz.Pause, err error) {
	return p, rows.Scan(&p.ID, &p.CustomerID, &p.CustomerNumber, &p.CustomerName, &p.Reason, &p.StartsOn, &p.EndsOn, &p.CreatedBy, &p.CreatedAt, &p.EndedBy, &p.EndedAt, total)
}

// LockCustomer implements biz.Repository.
func (Repo) LockCustomer(ctx context.Context, id uuid.UUID) error {
	_, err := postgres.Exec(ctx, "lock credit account", `SELECT FROM credit_accounts WHERE id = $1 FOR NO KEY UPDATE`, id)
	return err
}

// InsertPause implements biz.Repository.
func (Repo) InsertPause(ctx context.Context, p biz.Pause, by *uuid.UUID) error {
	_, err := postgres.Exec(ctx, "insert dunning pause", `INSERT INTO dunning_pauses (id, customer_id, reason, starts_on, ends_on, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.CustomerID, p.Reason, p.StartsOn, p.EndsOn, p.CreatedAt, optional(by))
	return err
}

// Pauses implements biz.Repository.
func (Repo) Pauses(ctx context.Context, in biz.PauseQuery) (ps []biz.Pause, total int64, err error) {
	ps, err = postgres.Query(ctx, "list dunning pauses", pauseColumns+` WHERE ($1::uuid IS NULL OR c.salesperson_id = $1) AND ($2::uuid IS NULL OR p.customer_id = $2)
		AND (NOT $3::boolean OR p.ended_at IS NULL AND p.ends_on >= $4::date) ORDER BY p.ends_on DESC, p.id DESC LIMIT $5 OFFSET $6`, func(rows *sql.Rows) (biz.Pause, error) {
		return scanPause(rows, &total)
	}, optional(in.OnlyOf), optional(&in.CustomerID), in.Current, in.Today, in.Limit, in.Offset)
	return ps, total, err
}

// Pause implements biz.Repository.
func (Repo) Pause(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Pause, error) {
	var total int64
	all, err := postgres.Query(ctx, "read dunning pause", pauseColumns+` WHERE p.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`, func(rows *sql.Rows) (biz.Pause, error) {
		return scanPause(rows, &total)
	}, id, optional(onlyOf))
	if err == nil && len(all) == 0 {
		return biz.Pause{}, biz.ErrPauseNotFound
	}
	if err != nil {
		return biz.Pause{}, err
	}
	return all[0], nil
}

// EndPause implements biz.Repository.
func (Repo) EndPause(ctx context.Context, id uuid.UUID, at time.Time, by *uuid.UUID) error {
	_, err := postgres.Exec(ctx, "end dunning pause", `UPDATE dunning_pauses SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL`, id, at, optional(by))
	return err
}
