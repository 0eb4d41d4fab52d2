// Package limit keeps the tenant's credit limits: the port of biz/limit in SQL.
// It owns the table credit_limits.
package limit

import (
	"context"
	"database/sql"
	"errors"

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
	columns = `SELECT l.id, l.customer_id, l.class, l.kind, l.mode, l.amount, l.starts_on, l.ends_on, l.reason, l.rating_id, l.status,
		l.created_at, l.created_by, m.name, l.effective_at, l.lapsed_at, l.version
		FROM credit_limits l LEFT JOIN hq.v_members m ON m.person_id = l.created_by`

	ofCustomerSQL   = columns + ` WHERE l.customer_id = $1 ORDER BY l.created_at DESC, l.id DESC`
	lockSQL         = columns + ` WHERE l.id = $1 FOR UPDATE OF l`
	lockStandingSQL = columns + ` WHERE l.customer_id = $1 AND l.class = 'standing' AND l.status = 'effective' FOR UPDATE OF l`

	insertSQL = `INSERT INTO credit_limits (id, customer_id, class, kind, mode, amount, starts_on, ends_on, reason, rating_id, status,
		created_at, created_by, updated_at, effective_at, lapsed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14, $15, $16)`

	statusSQL = `UPDATE credit_limits SET status = $2, effective_at = $3, lapsed_at = $4, version = $5, updated_at = now() WHERE id = $1`
)

// OfCustomer implements biz.Repository.
func (Repo) OfCustomer(ctx context.Context, customerID uuid.UUID) ([]biz.Limit, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, ofCustomerSQL, customerID)
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
func (Repo) LockStanding(ctx context.Context, customerID uuid.UUID) (*biz.Limit, error) {
	return one(ctx, lockStandingSQL, customerID)
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

func scan(row interface{ Scan(...any) error }) (biz.Limit, error) {
	var (
		l      biz.Limit
		rating uuid.NullUUID
		author uuid.NullUUID
		name   sql.NullString
	)
	err := row.Scan(&l.ID, &l.CustomerID, &l.Class, &l.Kind, &l.Mode, &l.Amount, &l.StartsOn, &l.EndsOn, &l.Reason, &rating, &l.Status,
		&l.CreatedAt, &author, &name, &l.EffectiveAt, &l.LapsedAt, &l.Version)
	if rating.Valid {
		l.RatingID = &rating.UUID
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
	_, err = q.ExecContext(ctx, insertSQL, l.ID, l.CustomerID, l.Class, l.Kind, l.Mode, l.Amount, l.StartsOn, l.EndsOn, l.Reason, l.RatingID,
		l.Status, l.CreatedAt, roster.ID(l.CreatedBy), l.EffectiveAt, l.LapsedAt, l.Version)
	return postgres.Map(ctx, err, "insert limit")
}

// SetStatus implements biz.Repository.
func (Repo) SetStatus(ctx context.Context, l biz.Limit) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, statusSQL, l.ID, l.Status, l.EffectiveAt, l.LapsedAt, l.Version)
	return postgres.Map(ctx, err, "change limit")
}
