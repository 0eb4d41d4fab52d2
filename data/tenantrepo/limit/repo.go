// Package limit keeps the tenant's credit limits: the port of biz/limit in SQL.
// It owns the tables credit_limits and
// limit_batches.
package limit

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/limit"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// New makes the repository.
func New() Repo { return Repo{} }

const (
	fields = `l.id, l.customer_id, l.class, l.kind, l.mode, l.amount, l.starts_on, l.ends_on, l.superseded_on, l.reason, l.rating_id, l.status,
		l.created_at, l.created_by, m.name, l.effective_at, l.lapsed_at, l.version, l.project_id, p.number, p.name, l.batch_id`
	columns = `SELECT ` + fields + `
		FROM credit_limits l LEFT JOIN hq.v_members m ON m.person_id = l.created_by LEFT JOIN projects p ON p.id = l.project_id`

	ofCustomerSQL   = columns + ` WHERE l.customer_id = $1 ORDER BY l.created_at DESC, l.id DESC`
	lockSQL         = columns + ` WHERE l.id = $1 FOR UPDATE OF l`
	lockStandingSQL = columns + ` WHERE l.customer_id = $1 AND l.project_id IS NOT DISTINCT FROM $2 AND l.class = 'standing' AND l.status = 'effective'
		ORDER BY l.starts_on, l.created_at, l.id FOR UPDATE OF l`

	insertSQL = `INSERT INTO credit_limits (id, customer_id, class, kind, mode, amount, starts_on, ends_on, reason, rating_id, status,
		created_at, created_by, updated_at, effective_at, lapsed_at, version, project_id, batch_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14, $15, $16, $17, $18)`

	statusSQL = `UPDATE credit_limits SET status = $2, effective_at = $3, lapsed_at = $4, version = $5, superseded_on = $6, updated_at = now() WHERE id = $1`

	projectSQL = `SELECT id, number, name FROM projects WHERE customer_id = $1 AND id = $2`

	figuresSQL = `SELECT limit_kind, CASE WHEN limit_kind = 'amount' THEN standing_amount + temporary_amount ELSE 0 END, receivable_amount, reserved_amount
		FROM project_accounts WHERE id = $1 AND limit_kind <> ''`

	temporariesSQL = `SELECT count(*) FROM credit_limits WHERE customer_id = $1 AND class = 'temporary' AND status IN ('submitted', 'effective', 'lapsed') AND created_at >= $2`
)

var insertRules = []postgres.Rule{
	postgres.On("credit_limit_one_submitted", biz.ErrPending),
	postgres.On("credit_limit_one_project_submitted", biz.ErrPending),
}

// OfCustomer implements biz.Repository.
func (Repo) OfCustomer(ctx context.Context, customerID uuid.UUID) ([]biz.Limit, error) {
	return many(ctx, ofCustomerSQL, customerID)
}

func many(ctx context.Context, query string, args ...any) ([]biz.Limit, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list limits")
	}
	defer func() { _ = rows.Close() }()
	var ls []biz.Limit
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list limits")
		}
		ls = append(ls, l)
	}
	return ls, postgres.Map(ctx, rows.Err(), "list limits")
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID) (biz.Limit, error) {
	l, err := one(ctx, lockSQL, id)
	if err == nil && l == nil {
		err = biz.ErrNotFound
	}
	if err != nil {
		return biz.Limit{}, err
	}
	return *l, nil
}

// LockStanding implements biz.Repository.
func (Repo) LockStanding(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID) ([]biz.Limit, error) {
	return many(ctx, lockStandingSQL, customerID, projectID)
}

func one(ctx context.Context, query string, id uuid.UUID) (*biz.Limit, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	l, err := scan(q.QueryRowContext(ctx, query, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, postgres.Map(ctx, err, "read limit")
	}
	return &l, nil
}

func scan(row interface{ Scan(...any) error }, more ...any) (biz.Limit, error) {
	var (
		l                      biz.Limit
		rating, project, batch uuid.NullUUID
		author                 uuid.NullUUID
		name, number, site     sql.NullString
	)
	err := row.Scan(append([]any{&l.ID, &l.CustomerID, &l.Class, &l.Kind, &l.Mode, &l.Amount, &l.StartsOn, &l.EndsOn, &l.SupersededOn, &l.Reason, &rating, &l.Status,
		&l.CreatedAt, &author, &name, &l.EffectiveAt, &l.LapsedAt, &l.Version, &project, &number, &site, &batch}, more...)...)
	if rating.Valid {
		l.RatingID = &rating.UUID
	}
	if batch.Valid {
		l.BatchID = &batch.UUID
	}
	if project.Valid {
		l.Project = &biz.Project{ID: project.UUID, Number: number.String, Name: site.String}
	}
	l.CreatedBy = roster.Ref(author, name)
	return l, err
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, l biz.Limit) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	var project uuid.NullUUID
	if l.Project != nil {
		project = uuid.NullUUID{UUID: l.Project.ID, Valid: true}
	}
	_, err = q.ExecContext(ctx, insertSQL, l.ID, l.CustomerID, l.Class, l.Kind, l.Mode, l.Amount, l.StartsOn, l.EndsOn, l.Reason, l.RatingID,
		l.Status, l.CreatedAt, roster.ID(l.CreatedBy), l.EffectiveAt, l.LapsedAt, l.Version, project, l.BatchID)
	return postgres.Map(ctx, err, "insert limit", insertRules...)
}

// SetStatus implements biz.Repository.
func (Repo) SetStatus(ctx context.Context, l biz.Limit) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, statusSQL, l.ID, l.Status, l.EffectiveAt, l.LapsedAt, l.Version, l.SupersededOn)
	return postgres.Map(ctx, err, "change limit")
}

// Project implements biz.Repository.
func (Repo) Project(ctx context.Context, customerID, projectID uuid.UUID) (p biz.Project, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return p, err
	}
	err = q.QueryRowContext(ctx, projectSQL, customerID, projectID).Scan(&p.ID, &p.Number, &p.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return p, biz.ErrNoProject
	}
	return p, postgres.Map(ctx, err, "read project")
}

// ProjectAccount implements biz.Repository.
func (Repo) ProjectAccount(ctx context.Context, projectID uuid.UUID) (f biz.ProjectFigures, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return f, false, err
	}
	err = q.QueryRowContext(ctx, figuresSQL, projectID).Scan(&f.Kind, &f.Limit, &f.Receivable, &f.Reserved)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	return f, err == nil, postgres.Map(ctx, err, "read project account")
}

// Temporaries implements biz.Repository.
func (Repo) Temporaries(ctx context.Context, customerID uuid.UUID, since time.Time) (n int, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, temporariesSQL, customerID, since).Scan(&n)
	return n, postgres.Map(ctx, err, "count temporary limits")
}
