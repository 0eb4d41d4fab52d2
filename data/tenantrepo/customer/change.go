package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/customer"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
)

var _ biz.ChangeRepository = Repo{}

const (
	insertChangeSQL = `INSERT INTO customer_changes (id, created_at, created_by, updated_at, version, subject, subject_id, "before", "after", sealed, reason, status)
		VALUES ($1, $2, $3, $2, 1, 'customer', $4, $5, $6, $7, $8, $9)`
	changeColumns = `SELECT h.id, h.subject_id, h."before", h."after", h.sealed, h.reason, h.status, h.created_at, h.created_by,
		(SELECT m.name FROM hq.v_members m WHERE m.person_id = h.created_by LIMIT 1) FROM customer_changes h WHERE h.subject = 'customer' AND `
	lockChangeSQL  = changeColumns + `h.id = $1 FOR UPDATE OF h`
	listChangesSQL = changeColumns + `h.subject_id = $1 ORDER BY h.created_at DESC LIMIT 100`
	endChangeSQL   = `UPDATE customer_changes SET status = $2, updated_at = $3, version = version + 1 WHERE id = $1`
)

// InsertChange implements biz.ChangeRepository.
func (Repo) InsertChange(ctx context.Context, c biz.Change) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	before, err := json.Marshal(c.Before)
	if err != nil {
		return err
	}
	after, err := json.Marshal(c.After)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertChangeSQL, c.ID, c.CreatedAt, roster.ID(c.CreatedBy), c.CustomerID, string(before), string(after), stored(c.Sealed), c.Reason, c.Status)
	return postgres.Map(ctx, err, "insert customer change", postgres.On("customer_change_one_open", biz.ErrChangePending))
}

func scanChange(row interface{ Scan(...any) error }) (c biz.Change, err error) {
	var before, after []byte
	var by uuid.NullUUID
	var name sql.NullString
	if err := row.Scan(&c.ID, &c.CustomerID, &before, &after, &c.Sealed, &c.Reason, &c.Status, &c.CreatedAt, &by, &name); err != nil {
		return c, err
	}
	c.CreatedBy = roster.Ref(by, name)
	return c, errors.Join(json.Unmarshal(before, &c.Before), json.Unmarshal(after, &c.After))
}

// LockChange implements biz.ChangeRepository.
func (Repo) LockChange(ctx context.Context, id uuid.UUID) (biz.Change, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Change{}, err
	}
	c, err := scanChange(q.QueryRowContext(ctx, lockChangeSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.NotFound("CUSTOMER_CHANGE_NOT_FOUND", "there is no such change")
	}
	return c, postgres.Map(ctx, err, "read customer change")
}

// EndChange implements biz.ChangeRepository.
func (Repo) EndChange(ctx context.Context, id uuid.UUID, status biz.ChangeStatus, at time.Time) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, endChangeSQL, id, status, at)
	return postgres.Map(ctx, err, "end customer change")
}

// ListChanges implements biz.ChangeRepository.
func (Repo) ListChanges(ctx context.Context, customerID uuid.UUID) ([]biz.Change, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, listChangesSQL, customerID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list customer changes")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Change
	for rows.Next() {
		c, err := scanChange(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list customer changes")
		}
		out = append(out, c)
	}
	return out, postgres.Map(ctx, rows.Err(), "list customer changes")
}

// SealedField implements biz.Repository; the column is one of the four sealed ones.
func (Repo) SealedField(ctx context.Context, id uuid.UUID, column string) (sealed []byte, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	err = q.QueryRowContext(ctx, `SELECT `+pq.QuoteIdentifier(column)+` FROM customers WHERE id = $1`, id).Scan(&sealed)
	return sealed, read(ctx, err)
}
