// Package approval keeps the tenant's approval inbox: the port of biz/approval
// in SQL. It owns the table approvals.
package approval

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/approval"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// New makes the repository.
func New() Repo { return Repo{} }

const insertSQL = `INSERT INTO approvals (id, kind, subject_id, customer_id, title, facts, amount, submitted_by, submitted_at, status, updated_at, version)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11)`

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, a biz.Approval) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertSQL, a.ID, a.Kind, a.SubjectID, a.CustomerID, a.Title, a.Facts, a.Amount, a.SubmittedBy.ID, a.SubmittedAt, a.Status, a.Version)
	return postgres.Map(ctx, err, "insert approval", postgres.On("approval_one_pending", biz.ErrAlreadyExists))
}

const (
	columns = `SELECT a.id, a.kind, a.subject_id, a.customer_id, a.title, a.facts, a.amount, a.submitted_by, coalesce(s.name, ''), a.submitted_at,
		a.status, a.decided_by, d.name, a.decided_at, a.comment, a.version
		FROM approvals a LEFT JOIN hq.v_members s ON s.person_id = a.submitted_by LEFT JOIN hq.v_members d ON d.person_id = a.decided_by`

	// visible: $1 is the viewer, $2 whether he is confined to his own.
	visible = ` (NOT $2 OR a.submitted_by = $1 OR EXISTS (SELECT FROM customers c WHERE c.id = a.customer_id AND c.salesperson_id = $1))`

	getSQL  = columns + ` WHERE a.id = $3 AND` + visible
	lockSQL = `SELECT FROM approvals WHERE id = $1 FOR UPDATE`

	todo = `a.status = 'pending' AND a.submitted_by <> $1 AND $3`

	countSQL = `SELECT count(*) FILTER (WHERE ` + todo + `), count(*) FILTER (WHERE a.submitted_by = $1),
		count(*) FILTER (WHERE a.status <> 'pending'), count(*) FROM approvals a WHERE` + visible

	pageSQL = columns + ` WHERE` + visible + ` AND CASE $4 WHEN 'todo' THEN ` + todo + ` WHEN 'mine' THEN a.submitted_by = $1
		WHEN 'done' THEN a.status <> 'pending' ELSE true END
		ORDER BY a.submitted_at DESC, a.id DESC LIMIT $5 OFFSET $6`
)

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, v biz.Viewer) (biz.Approval, error) {
	return one(ctx, getSQL, id, v)
}

// Lock implements biz.Repository. It reads in a second statement: one that has
// waited for the lock still sees the other tables as they were before, and would
// not know the name of who decided meanwhile.
func (Repo) Lock(ctx context.Context, id uuid.UUID, v biz.Viewer) (biz.Approval, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Approval{}, err
	}
	if _, err := q.ExecContext(ctx, lockSQL, id); err != nil {
		return biz.Approval{}, postgres.Map(ctx, err, "lock approval")
	}
	return one(ctx, getSQL, id, v)
}

func one(ctx context.Context, query string, id uuid.UUID, v biz.Viewer) (biz.Approval, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Approval{}, err
	}
	a, err := scan(q.QueryRowContext(ctx, query, v.Person, v.OwnOnly, id))
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Approval{}, biz.ErrNotFound
	}
	return a, postgres.Map(ctx, err, "read approval")
}

// List implements biz.Repository, in two statements.
func (Repo) List(ctx context.Context, q biz.Query) (biz.Page, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return biz.Page{}, err
	}
	var todo, mine, done, all int64
	if err := c.QueryRowContext(ctx, countSQL, q.Viewer.Person, q.Viewer.OwnOnly, q.Viewer.CanDecide).Scan(&todo, &mine, &done, &all); err != nil {
		return biz.Page{}, postgres.Map(ctx, err, "count approvals")
	}
	p := biz.Page{Counts: map[biz.Box]int64{biz.BoxTodo: todo, biz.BoxMine: mine, biz.BoxDone: done, biz.BoxAll: all}}
	p.Total = p.Counts[q.Box]
	rows, err := c.QueryContext(ctx, pageSQL, q.Viewer.Person, q.Viewer.OwnOnly, q.Viewer.CanDecide, q.Box, q.Limit, q.Offset)
	if err != nil {
		return biz.Page{}, postgres.Map(ctx, err, "list approvals")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return biz.Page{}, postgres.Map(ctx, err, "list approvals")
		}
		p.Approvals = append(p.Approvals, a)
	}
	return p, postgres.Map(ctx, rows.Err(), "list approvals")
}

func scan(row interface{ Scan(...any) error }) (biz.Approval, error) {
	var (
		a        biz.Approval
		customer uuid.NullUUID
		decider  uuid.NullUUID
		name     sql.NullString
	)
	err := row.Scan(&a.ID, &a.Kind, &a.SubjectID, &customer, &a.Title, &a.Facts, &a.Amount, &a.SubmittedBy.ID, &a.SubmittedBy.Name,
		&a.SubmittedAt, &a.Status, &decider, &name, &a.DecidedAt, &a.Comment, &a.Version)
	if customer.Valid {
		a.CustomerID = &customer.UUID
	}
	a.DecidedBy = roster.Ref(decider, name)
	return a, err
}

const decideSQL = `UPDATE approvals SET status = $2, decided_by = $3, decided_at = $4, comment = $5, version = $6, updated_at = $4 WHERE id = $1`

// SetDecision implements biz.Repository.
func (Repo) SetDecision(ctx context.Context, a biz.Approval) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, decideSQL, a.ID, a.Status, roster.ID(a.DecidedBy), a.DecidedAt, a.Comment, a.Version)
	return postgres.Map(ctx, err, "decide approval", postgres.On("approval_second_person", biz.ErrOwn))
}
