package project

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/project"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

const (
	contactsSQL      = `SELECT id, name, role, phone_mask FROM project_contacts WHERE project_id = $1 ORDER BY created_at, id`
	addContactSQL    = `INSERT INTO project_contacts (id, created_at, created_by, project_id, name, role, phone_enc, phone_mask) VALUES ($1, now(), $2, $3, $4, $5, $6, $7)`
	removeContactSQL = `DELETE FROM project_contacts WHERE id = $1 AND project_id = $2 RETURNING id, name, role, phone_mask`

	ownerColumns = `o.id, o.name, coalesce(o.uscc, ''), o.kind, o.legal_representative, o.contact_name, o.contact_phone_mask, o.address, o.remark,
		o.created_at, o.updated_at, o.version`

	// $1 scope, $2 today: the projects in sight and what is open for them.
	ownerSums = ` CROSS JOIN LATERAL (SELECT count(*) AS projects, coalesce(sum(r.open), 0) AS open, coalesce(sum(r.overdue), 0) AS overdue
		FROM projects p JOIN customers c ON c.id = p.customer_id
		CROSS JOIN LATERAL (SELECT coalesce(sum(open_amount), 0) AS open, coalesce(sum(open_amount) FILTER (WHERE due_date < $2::date AND open_amount > 0), 0) AS overdue
			FROM receivable_dues WHERE project_id = p.id) r
		WHERE p.owner_id = o.id AND ` + inScope + `) s`
	ownerRow = `SELECT ` + ownerColumns + `, s.projects, s.open, s.overdue, EXISTS (SELECT FROM hq.v_negative_listed n WHERE n.uscc = o.uscc)`

	ownerSQL     = ownerRow + ` FROM owners o` + ownerSums + ` WHERE o.id = $3`
	lockOwnerSQL = `SELECT ` + ownerColumns + ` FROM owners o WHERE o.id = $1 FOR UPDATE`

	ownerMatches   = ` WHERE ($1 = '' OR o.name ILIKE $1 OR o.uscc ILIKE $1)`
	countOwnersSQL = `SELECT count(*) FROM owners o` + ownerMatches
	ownersSQL      = ownerRow + ` FROM (SELECT * FROM owners o WHERE ($3 = '' OR o.name ILIKE $3 OR o.uscc ILIKE $3)
		ORDER BY o.updated_at DESC, o.id DESC LIMIT $4 OFFSET $5) o` + ownerSums + ` ORDER BY o.updated_at DESC, o.id DESC`

	insertOwnerSQL = `INSERT INTO owners (id, name, uscc, kind, legal_representative, contact_name, contact_phone_enc, contact_phone_mask, address, remark,
		created_at, created_by, updated_at, version) VALUES ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	// A sealed phone that is not sent stays; an empty one is cleared.
	updateOwnerSQL = `UPDATE owners SET name = $2, uscc = nullif($3, ''), kind = $4, legal_representative = $5, contact_name = $6,
		contact_phone_enc = CASE WHEN $7 THEN $8::bytea ELSE contact_phone_enc END, contact_phone_mask = $9, address = $10, remark = $11,
		updated_at = $12, version = $13 WHERE id = $1`
)

// Contacts implements biz.Repository.
func (Repo) Contacts(ctx context.Context, id uuid.UUID) ([]biz.Contact, error) {
	return all(ctx, "list contacts", contactsSQL, []any{id}, func(rows *sql.Rows) (c biz.Contact, err error) {
		return c, rows.Scan(&c.ID, &c.Name, &c.Role, &c.PhoneMask)
	})
}

// AddContact implements biz.Repository.
func (Repo) AddContact(ctx context.Context, project uuid.UUID, c biz.Contact, phone []byte, by *uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, addContactSQL, c.ID, by, project, c.Name, c.Role, phone, c.PhoneMask)
	return postgres.Map(ctx, err, "add contact")
}

// RemoveContact implements biz.Repository.
func (Repo) RemoveContact(ctx context.Context, project, id uuid.UUID) (c biz.Contact, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return c, err
	}
	err = q.QueryRowContext(ctx, removeContactSQL, id, project).Scan(&c.ID, &c.Name, &c.Role, &c.PhoneMask)
	if errors.Is(err, sql.ErrNoRows) {
		return c, biz.ErrContactNotFound
	}
	return c, postgres.Map(ctx, err, "remove contact")
}

func into(o *biz.Owner) []any {
	return []any{&o.ID, &o.Name, &o.USCC, &o.Kind, &o.LegalRepresentative, &o.ContactName, &o.ContactPhoneMask, &o.Address, &o.Remark, &o.CreatedAt, &o.UpdatedAt, &o.Version}
}

func scanRow(s interface{ Scan(...any) error }) (r biz.OwnerRow, err error) {
	return r, s.Scan(append(into(&r.Owner), &r.Projects, &r.Receivable, &r.Overdue, &r.Listed)...)
}

// Owners implements biz.Repository, in two statements.
func (Repo) Owners(ctx context.Context, q biz.OwnerQuery) (p biz.OwnerPage, err error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return p, err
	}
	like := pattern(q.Text)
	if err := c.QueryRowContext(ctx, countOwnersSQL, like).Scan(&p.Total); err != nil {
		return p, postgres.Map(ctx, err, "count owners")
	}
	p.Owners, err = all(ctx, "list owners", ownersSQL, []any{q.OnlyOf, q.Today, like, q.Limit, q.Offset}, func(rows *sql.Rows) (biz.OwnerRow, error) { return scanRow(rows) })
	return p, err
}

// Owner implements biz.Repository.
func (Repo) Owner(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (biz.OwnerRow, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.OwnerRow{}, err
	}
	r, err := scanRow(q.QueryRowContext(ctx, ownerSQL, onlyOf, today, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, biz.ErrOwnerNotFound
	}
	return r, postgres.Map(ctx, err, "read owner")
}

// LockOwner implements biz.Repository.
func (Repo) LockOwner(ctx context.Context, id uuid.UUID) (o biz.Owner, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return o, err
	}
	err = q.QueryRowContext(ctx, lockOwnerSQL, id).Scan(into(&o)...)
	if errors.Is(err, sql.ErrNoRows) {
		return o, biz.ErrOwnerNotFound
	}
	return o, postgres.Map(ctx, err, "read owner")
}

var unique = []postgres.Rule{postgres.On("owners_uscc_key", biz.ErrOwnerExists), postgres.On("owner_name_uncoded", biz.ErrOwnerExists)}

// InsertOwner implements biz.Repository.
func (Repo) InsertOwner(ctx context.Context, o biz.Owner, phone []byte, by *uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertOwnerSQL, o.ID, o.Name, o.USCC, o.Kind, o.LegalRepresentative, o.ContactName, stored(phone), o.ContactPhoneMask, o.Address, o.Remark,
		o.CreatedAt, by, o.UpdatedAt, o.Version)
	return postgres.Map(ctx, err, "insert owner", unique...)
}

// UpdateOwner implements biz.Repository.
func (Repo) UpdateOwner(ctx context.Context, o biz.Owner, phone []byte) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, updateOwnerSQL, o.ID, o.Name, o.USCC, o.Kind, o.LegalRepresentative, o.ContactName, phone != nil, stored(phone), o.ContactPhoneMask,
		o.Address, o.Remark, o.UpdatedAt, o.Version)
	return postgres.Map(ctx, err, "change owner", unique...)
}

// stored makes NULL of an empty value.
func stored(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// SealedPhone implements biz.Repository.
func (Repo) SealedPhone(ctx context.Context, project, contact uuid.UUID) ([]byte, error) {
	return sealed(ctx, biz.ErrContactNotFound, `SELECT phone_enc FROM project_contacts WHERE id = $1 AND project_id = $2`, contact, project)
}

// SealedOwnerPhone implements biz.Repository.
func (Repo) SealedOwnerPhone(ctx context.Context, id uuid.UUID) ([]byte, error) {
	return sealed(ctx, biz.ErrOwnerNotFound, `SELECT contact_phone_enc FROM owners WHERE id = $1`, id)
}

func sealed(ctx context.Context, missing error, query string, args ...any) (phone []byte, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	err = q.QueryRowContext(ctx, query, args...).Scan(&phone)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, missing
	}
	return phone, postgres.Map(ctx, err, "read a sealed phone")
}
