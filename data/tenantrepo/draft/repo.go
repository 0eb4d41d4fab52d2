// Package draft keeps the drafts of forms: the port of biz/draft in SQL. It owns
// the table form_drafts.
package draft

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/draft"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// The content is bound to the row's id, so two who save the same form at once take
// turns and the second one writes over the first.
const (
	lockSQL = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || 'draft' || $1::text || $2::text, 0))`
	idSQL   = `SELECT id FROM form_drafts WHERE person_id = $1 AND form = $2`
	getSQL  = `SELECT id, content_enc, updated_at FROM form_drafts WHERE person_id = $1 AND form = $2`
	putSQL  = `INSERT INTO form_drafts (id, person_id, form, content_enc, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET content_enc = excluded.content_enc, updated_at = excluded.updated_at`
	deleteSQL = `DELETE FROM form_drafts WHERE person_id = $1 AND form = $2`
)

// ID implements biz.Repository.
func (Repo) ID(ctx context.Context, person uuid.UUID, form string) (id uuid.UUID, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return id, err
	}
	if _, err := q.ExecContext(ctx, lockSQL, person.String(), form); err != nil {
		return id, postgres.Map(ctx, err, "lock draft")
	}
	err = q.QueryRowContext(ctx, idSQL, person, form).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, postgres.Map(ctx, err, "read draft")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, person uuid.UUID, form string) (id uuid.UUID, content []byte, at time.Time, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return id, nil, at, err
	}
	err = q.QueryRowContext(ctx, getSQL, person, form).Scan(&id, &content, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return id, nil, at, biz.ErrNotFound
	}
	return id, content, at, postgres.Map(ctx, err, "read draft")
}

// Put implements biz.Repository.
func (Repo) Put(ctx context.Context, id, person uuid.UUID, form string, content []byte, at time.Time) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if content == nil {
		content = []byte{}
	}
	_, err = q.ExecContext(ctx, putSQL, id, person, form, content, at)
	return postgres.Map(ctx, err, "keep draft")
}

// Delete implements biz.Repository.
func (Repo) Delete(ctx context.Context, person uuid.UUID, form string) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, deleteSQL, person, form)
	return postgres.Map(ctx, err, "discard draft")
}
