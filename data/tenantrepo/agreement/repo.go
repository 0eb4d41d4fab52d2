// Package agreement keeps credit agreements: the port of biz/agreement in SQL. It owns
// the tables credit_agreements, agreement_events and agreement_settings.
package agreement

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/agreement"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const (
	columns = `SELECT a.id, a.customer_id, a.project_id, a.number, a.triggers, a.reason, a.status, a.stage, a.stage_since, a.created_at, a.created_by, m.name,
		a.effective_at, a.lapsed_at, a.version, c.number, c.name, coalesce(p.name, ''), coalesce(f.amount, 0), coalesce(f.days, 0)
		FROM credit_agreements a JOIN customers c ON c.id = a.customer_id LEFT JOIN projects p ON p.id = a.project_id
		LEFT JOIN hq.v_members m ON m.person_id = a.created_by `

	// figures of one agreement a; $1 business date, $2 currency. The rule is
	// biz/exposure's: net, never below zero, the oldest date that still adds up.
	figures = `LEFT JOIN LATERAL (
		SELECT sum(d.net)::bigint AS amount, $1::date - min(d.due_date) FILTER (WHERE d.net > 0) AS days FROM (
		  SELECT r.due_date, sum(r.open_amount) AS net FROM receivable_dues r
		  WHERE r.customer_id = a.customer_id AND (a.project_id IS NULL OR r.project_id = a.project_id)
		    AND r.currency = $2::text AND r.due_date < $1::date
		  GROUP BY r.due_date) d HAVING sum(d.net) > 0) f ON true `

	noFigures = `LEFT JOIN LATERAL (SELECT NULL::bigint AS amount, NULL::int AS days) f ON true `
)

// Project implements biz.Repository.
func (Repo) Project(ctx context.Context, customerID, projectID uuid.UUID) (name string, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", err
	}
	err = q.QueryRowContext(ctx, `SELECT name FROM projects WHERE id = $1 AND customer_id = $2`, projectID, customerID).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", biz.ErrProject
	}
	return name, postgres.Map(ctx, err, "read project")
}

const insertSQL = `INSERT INTO credit_agreements (id, customer_id, project_id, number, triggers, reason, status, stage, created_at, created_by, updated_at, version)
	SELECT $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8, $9, $8, $10 FROM credit_agreements
	WHERE customer_id = $2 AND project_id IS NOT DISTINCT FROM $3 RETURNING number`

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, a *biz.Agreement) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	triggers, err := json.Marshal(a.Triggers)
	if err != nil {
		return err
	}
	err = q.QueryRowContext(ctx, insertSQL, a.ID, a.CustomerID, a.ProjectID, string(triggers), a.Reason, a.Status, a.Stage, a.CreatedAt, roster.ID(a.CreatedBy), a.Version).Scan(&a.Number)
	return postgres.Map(ctx, err, "insert agreement", postgres.On("agreement_one_submitted", biz.ErrSubmitted), postgres.On("agreement_one_submitted_project", biz.ErrSubmitted))
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID) (biz.Agreement, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Agreement{}, err
	}
	a, err := scan(q.QueryRowContext(ctx, columns+noFigures+`WHERE a.id = $1 FOR UPDATE OF a`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, biz.ErrNotFound
	}
	return a, postgres.Map(ctx, err, "lock agreement")
}

// LockEffective implements biz.Repository.
func (Repo) LockEffective(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID) (*biz.Agreement, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	a, err := scan(q.QueryRowContext(ctx, columns+noFigures+`WHERE a.customer_id = $1 AND a.project_id IS NOT DISTINCT FROM $2 AND a.status = 'effective' FOR UPDATE OF a`, customerID, projectID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &a, postgres.Map(ctx, err, "lock the agreement in force")
}

const statusSQL = `UPDATE credit_agreements SET status = $2, stage = $3, stage_since = $4, effective_at = $5, lapsed_at = $6, version = $7, updated_at = now() WHERE id = $1`

// SetStatus implements biz.Repository.
func (Repo) SetStatus(ctx context.Context, a biz.Agreement) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, statusSQL, a.ID, a.Status, a.Stage, a.StageSince, a.EffectiveAt, a.LapsedAt, a.Version)
	return postgres.Map(ctx, err, "set the agreement's status")
}

// lockDue: $1 customers or NULL. In the order of the ids, so that two who advance at
// once cannot wait for each other.
const lockDue = `SELECT count(*) FROM (SELECT FROM credit_agreements WHERE status = 'effective' AND ($1::uuid[] IS NULL OR customer_id = ANY($1::uuid[])) ORDER BY id FOR UPDATE) x`

// Due implements biz.Repository.
func (Repo) Due(ctx context.Context, on calendar.Date, customers []uuid.UUID) ([]biz.Agreement, error) {
	q, t, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	ids := idArray(customers)
	if _, err := q.ExecContext(ctx, lockDue, ids); err != nil {
		return nil, postgres.Map(ctx, err, "lock agreements")
	}
	rows, err := q.QueryContext(ctx, columns+figures+`WHERE a.status = 'effective' AND ($3::uuid[] IS NULL OR a.customer_id = ANY($3::uuid[])) AND f.amount IS NOT NULL ORDER BY a.id`,
		on, t.Currency, ids)
	return collect(ctx, rows, err, on)
}

const figuresOf = `SELECT coalesce(sum(net), 0)::bigint, coalesce($3::date - min(due_date) FILTER (WHERE net > 0), 0) FROM (
	SELECT due_date, sum(open_amount) AS net FROM receivable_dues
	WHERE customer_id = $1 AND ($2::uuid IS NULL OR project_id = $2) AND currency = $4::text AND due_date < $3::date GROUP BY due_date) d`

// Figures implements biz.Repository.
func (Repo) Figures(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID, on calendar.Date) (biz.Figures, error) {
	f := biz.Figures{On: on}
	q, t, err := begin(ctx)
	if err != nil {
		return f, err
	}
	if err := q.QueryRowContext(ctx, figuresOf, customerID, projectID, on, t.Currency).Scan(&f.Amount, &f.Days); err != nil {
		return f, postgres.Map(ctx, err, "sum what is overdue")
	}
	if f.Amount <= 0 {
		f.Amount, f.Days = 0, 0
	}
	return f, nil
}

const eventSQL = `INSERT INTO agreement_events (id, agreement_id, customer_id, from_stage, to_stage, business_date, overdue_days, overdue_amount, cause, note, letter_id, created_at, handled_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

// InsertEvent implements biz.Repository.
func (Repo) InsertEvent(ctx context.Context, e biz.Event) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, eventSQL, e.ID, e.AgreementID, e.CustomerID, e.From, e.To, e.Figures.On, e.Figures.Days, e.Figures.Amount, e.Cause, e.Note, e.LetterID, e.CreatedAt, e.HandledAt)
	return postgres.Map(ctx, err, "insert agreement event")
}

const (
	eventColumns = `SELECT e.id, e.agreement_id, e.customer_id, e.from_stage, e.to_stage, e.business_date, e.overdue_days, e.overdue_amount, e.cause, e.note, e.letter_id,
		e.created_at, e.handled_at, e.handled_by, m.name FROM agreement_events e LEFT JOIN hq.v_members m ON m.person_id = e.handled_by `
	handleSQL = `UPDATE agreement_events SET handled_at = $2, handled_by = $3, note = $4 WHERE id = $1`
)

// SetHandled implements biz.Repository.
func (Repo) SetHandled(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, by uuid.UUID, note string, at time.Time) (biz.Event, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Event{}, err
	}
	e, err := scanEvent(q.QueryRowContext(ctx, eventColumns+`JOIN customers c ON c.id = e.customer_id WHERE e.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2) FOR UPDATE OF e`, id, onlyOf))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return e, biz.ErrEvent
	case err != nil:
		return e, postgres.Map(ctx, err, "lock agreement event")
	case e.HandledAt != nil:
		return e, biz.ErrHandled
	}
	var person *uuid.UUID
	if by != uuid.Nil {
		person = &by
	}
	_, err = q.ExecContext(ctx, handleSQL, id, at, person, note)
	e.HandledAt, e.Note = &at, note
	return e, postgres.Map(ctx, err, "close agreement event")
}

func begin(ctx context.Context) (scope.Querier, scope.Tenant, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, scope.Tenant{}, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, t, scope.ErrNoScope
	}
	return q, t, nil
}

func idArray(ids []uuid.UUID) any {
	if len(ids) == 0 {
		return nil
	}
	out := make(pq.StringArray, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

func scan(row interface{ Scan(...any) error }) (biz.Agreement, error) {
	var (
		a        biz.Agreement
		project  uuid.NullUUID
		author   uuid.NullUUID
		name     sql.NullString
		triggers json.RawMessage
	)
	err := row.Scan(&a.ID, &a.CustomerID, &project, &a.Number, &triggers, &a.Reason, &a.Status, &a.Stage, &a.StageSince, &a.CreatedAt, &author, &name,
		&a.EffectiveAt, &a.LapsedAt, &a.Version, &a.CustomerNumber, &a.CustomerName, &a.ProjectName, &a.Figures.Amount, &a.Figures.Days)
	if err != nil {
		return a, err
	}
	if project.Valid {
		a.ProjectID = &project.UUID
	}
	a.CreatedBy = roster.Ref(author, name)
	a.Triggers, err = biz.ParseTriggers(triggers)
	return a, err
}

func scanEvent(row interface{ Scan(...any) error }) (biz.Event, error) {
	var (
		e      biz.Event
		letter uuid.NullUUID
		by     uuid.NullUUID
		name   sql.NullString
	)
	err := row.Scan(&e.ID, &e.AgreementID, &e.CustomerID, &e.From, &e.To, &e.Figures.On, &e.Figures.Days, &e.Figures.Amount, &e.Cause, &e.Note, &letter, &e.CreatedAt, &e.HandledAt, &by, &name)
	if letter.Valid {
		e.LetterID = &letter.UUID
	}
	e.HandledBy = roster.Ref(by, name)
	return e, err
}

func collect(ctx context.Context, rows *sql.Rows, err error, on calendar.Date) (out []biz.Agreement, _ error) {
	if err != nil {
		return nil, postgres.Map(ctx, err, "list agreements")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list agreements")
		}
		a.Figures.On = on
		out = append(out, a)
	}
	return out, postgres.Map(ctx, rows.Err(), "list agreements")
}
