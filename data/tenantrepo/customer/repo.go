// Package customer keeps the tenant's customers and projects: the port of
// biz/customer in SQL. It owns the tables customers and projects, and reads
// contracts, credit accounts, ratings and HQ's negative list.
package customer

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/customer"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/data/tenantrepo/timeline"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{ timeline.Reader }

var _ biz.Repository = Repo{}

// New makes the repository.
func New() Repo { return Repo{} }

const (
	columns = `SELECT c.id, c.number, c.name, coalesce(c.uscc, ''), c.uscc_override_reason, c.tax_no, c.salesperson_id, m.name, c.contact_name,
		c.contact_phone_mask, c.legal_representative, c.legal_representative_id_mask, c.bank_account_mask, c.address, c.credit_term_days,
		c.status, c.settles_advance, c.created_at, c.updated_at, c.version, c.contact_email_mask
		FROM customers c LEFT JOIN hq.v_members m ON m.person_id = c.salesperson_id`

	getSQL  = columns + ` WHERE c.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`
	lockSQL = getSQL + ` FOR UPDATE OF c`

	briefSQL = `SELECT id, number, name, coalesce(uscc, '') FROM customers WHERE id = $1 AND ($2::uuid IS NULL OR salesperson_id = $2)`

	// Whom the person sells to at a project: $3, or any where it is null.
	sellerSQL = `SELECT id, number, name, coalesce(uscc, '') FROM customers c WHERE id = $1
		AND EXISTS (SELECT FROM projects p WHERE p.customer_id = c.id AND p.salesperson_id = $2 AND ($3::uuid IS NULL OR p.id = $3))`

	insertSQL = `INSERT INTO customers (id, number, name, uscc, uscc_override_reason, tax_no, salesperson_id, contact_name, contact_phone_mask,
		legal_representative, legal_representative_id_mask, bank_account_mask, address, credit_term_days, status, settles_advance,
		created_at, created_by, updated_at, version, contact_phone_enc, legal_representative_id_enc, bank_account_enc,
		contact_email_enc, contact_email_mask)
		VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`

	// A sealed field that is not sent stays; an empty one is cleared.
	updateSQL = `UPDATE customers SET name = $2, uscc = nullif($3, ''), uscc_override_reason = $4, tax_no = $5, salesperson_id = $6,
		contact_name = $7, contact_phone_mask = $8, legal_representative = $9, legal_representative_id_mask = $10, bank_account_mask = $11,
		address = $12, credit_term_days = $13, settles_advance = $14, updated_at = $15, version = $16,
		contact_phone_enc = CASE WHEN $17 THEN $18::bytea ELSE contact_phone_enc END,
		legal_representative_id_enc = CASE WHEN $19 THEN $20::bytea ELSE legal_representative_id_enc END,
		bank_account_enc = CASE WHEN $21 THEN $22::bytea ELSE bank_account_enc END,
		contact_email_enc = CASE WHEN $23 THEN $24::bytea ELSE contact_email_enc END, contact_email_mask = $25
		WHERE id = $1`

	// Numbers of a year are given one after the other under a lock of the tenant,
	// so that two who create at once do not get the same.
	lockNumbersSQL = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/numbers', 0))`
	nextNumberSQL  = `SELECT coalesce(max(substr(number, 6)::bigint), 0) + 1 FROM customers WHERE number ~ ('^' || $1 || '[0-9]{4,12}$')`

	takenSQL = `SELECT c.id, c.number, c.name, c.salesperson_id, m.name,
		CASE WHEN $2 <> '' AND c.uscc = $2 THEN 'uscc' WHEN $3 <> '' AND ($5 OR c.uscc IS NOT NULL) AND c.name = $3 THEN 'name' ELSE 'number' END AS field
		FROM customers c LEFT JOIN hq.v_members m ON m.person_id = c.salesperson_id
		WHERE c.id <> $1 AND (($2 <> '' AND c.uscc = $2) OR ($3 <> '' AND ($5 OR c.uscc IS NOT NULL) AND c.name = $3) OR ($4 <> '' AND c.number = $4))
		ORDER BY field DESC LIMIT 1`

	ratingSQL   = `SELECT id FROM credit_ratings WHERE customer_id = $1 AND status = 'effective'`
	negativeSQL = `SELECT reason_code, reason_text, listed_at FROM hq.v_negative_listed WHERE uscc = $1 ORDER BY listed_at DESC LIMIT 1`
)

// Brief implements biz.Finder.
func (Repo) Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Brief, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Brief{}, err
	}
	var b biz.Brief
	err = q.QueryRowContext(ctx, briefSQL, id, nullable(onlyOf)).Scan(&b.ID, &b.Number, &b.Name, &b.USCC)
	return b, read(ctx, err)
}

// BriefOfSeller implements biz.Finder.
func (Repo) BriefOfSeller(ctx context.Context, id, person uuid.UUID, project *uuid.UUID) (biz.Brief, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Brief{}, err
	}
	var b biz.Brief
	err = q.QueryRowContext(ctx, sellerSQL, id, person, nullable(project)).Scan(&b.ID, &b.Number, &b.Name, &b.USCC)
	return b, read(ctx, err)
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Customer, error) {
	return one(ctx, getSQL, id, onlyOf)
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Customer, error) {
	return one(ctx, lockSQL, id, onlyOf)
}

func one(ctx context.Context, query string, id uuid.UUID, onlyOf *uuid.UUID) (biz.Customer, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Customer{}, err
	}
	var (
		c      biz.Customer
		person uuid.NullUUID
		name   sql.NullString
	)
	err = q.QueryRowContext(ctx, query, id, nullable(onlyOf)).Scan(&c.ID, &c.Number, &c.Name, &c.USCC, &c.USCCOverrideReason, &c.TaxNo, &person, &name,
		&c.ContactName, &c.ContactPhoneMask, &c.LegalRepresentative, &c.LegalRepresentativeID, &c.BankAccountMask, &c.Address, &c.CreditTermDays,
		&c.Status, &c.SettlesAdvance, &c.CreatedAt, &c.UpdatedAt, &c.Version, &c.ContactEmailMask)
	c.Salesperson = roster.Ref(person, name)
	return c, read(ctx, err)
}

func read(ctx context.Context, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return biz.ErrNotFound
	}
	return postgres.Map(ctx, err, "read customer")
}

var unique = []postgres.Rule{postgres.On("customer_uscc", biz.ErrExists), postgres.On("customer_name", biz.ErrExists), postgres.On("customers_number_key", biz.ErrExists)}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, c biz.Customer, s biz.Sealed) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertSQL, c.ID, c.Number, c.Name, c.USCC, c.USCCOverrideReason, c.TaxNo, roster.ID(c.Salesperson), c.ContactName,
		c.ContactPhoneMask, c.LegalRepresentative, c.LegalRepresentativeID, c.BankAccountMask, c.Address, c.CreditTermDays, c.Status, c.SettlesAdvance,
		c.CreatedAt, roster.ID(c.CreatedBy), c.UpdatedAt, c.Version, stored(s.ContactPhone), stored(s.LegalRepresentativeID), stored(s.BankAccount),
		stored(s.ContactEmail), c.ContactEmailMask)
	return postgres.Map(ctx, err, "insert customer", unique...)
}

// Update implements biz.Repository.
func (Repo) Update(ctx context.Context, c biz.Customer, s biz.Sealed) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, updateSQL, c.ID, c.Name, c.USCC, c.USCCOverrideReason, c.TaxNo, roster.ID(c.Salesperson), c.ContactName,
		c.ContactPhoneMask, c.LegalRepresentative, c.LegalRepresentativeID, c.BankAccountMask, c.Address, c.CreditTermDays, c.SettlesAdvance,
		c.UpdatedAt, c.Version, s.ContactPhone != nil, stored(s.ContactPhone), s.LegalRepresentativeID != nil, stored(s.LegalRepresentativeID),
		s.BankAccount != nil, stored(s.BankAccount), s.ContactEmail != nil, stored(s.ContactEmail), c.ContactEmailMask)
	return postgres.Map(ctx, err, "change customer", unique...)
}

// SetStatus implements biz.Repository.
func (Repo) SetStatus(ctx context.Context, c biz.Customer) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `UPDATE customers SET status = $2, updated_at = $3, version = $4 WHERE id = $1`, c.ID, string(c.Status), c.UpdatedAt, c.Version)
	return postgres.Map(ctx, err, "set a customer's status")
}

// Presets implements biz.Repository.
func (Repo) Presets(ctx context.Context) (biz.Presets, error) {
	all, err := postgres.Query(ctx, "read standard terms", `SELECT standard_terms, standard_term FROM collection_settings ORDER BY id DESC LIMIT 1`,
		func(rows *sql.Rows) (p biz.Presets, err error) {
			var terms string
			if err := rows.Scan(&terms, &p.Term); err != nil {
				return p, err
			}
			p.Terms, err = biz.ParseTerms(terms)
			return p, err
		})
	if err != nil || len(all) == 0 || len(all[0].Terms) == 0 {
		return biz.StandardTerms(), err
	}
	return all[0], nil
}

// stored makes NULL of an empty value.
func stored(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// NextNumber implements biz.Repository.
func (Repo) NextNumber(ctx context.Context, year int) (string, error) {
	return next(ctx, nextNumberSQL, "C", year)
}

// FindTaken implements biz.Repository.
func (Repo) FindTaken(ctx context.Context, i biz.Identity) (*biz.Taken, error) {
	if i.USCC == "" && i.Name == "" && i.Number == "" {
		return nil, nil
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var (
		t      biz.Taken
		person uuid.NullUUID
		name   sql.NullString
	)
	err = q.QueryRowContext(ctx, takenSQL, i.Except, i.USCC, i.Name, i.Number, i.AlsoUncoded).Scan(&t.ID, &t.Number, &t.Name, &person, &name, &t.Field)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	t.Salesperson = roster.Ref(person, name)
	return &t, postgres.Map(ctx, err, "find customer")
}

// EffectiveRating implements biz.Repository.
func (Repo) EffectiveRating(ctx context.Context, id uuid.UUID) (*uuid.UUID, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var rating uuid.UUID
	err = q.QueryRowContext(ctx, ratingSQL, id).Scan(&rating)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &rating, postgres.Map(ctx, err, "read effective rating")
}

// Negative implements biz.Repository.
func (Repo) Negative(ctx context.Context, uscc string) (*biz.NegativeHit, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var h biz.NegativeHit
	err = q.QueryRowContext(ctx, negativeSQL, uscc).Scan(&h.ReasonCode, &h.ReasonText, &h.ListedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &h, postgres.Map(ctx, err, "read negative list")
}

// ActiveMember implements biz.Repository.
func (Repo) ActiveMember(ctx context.Context, person uuid.UUID) (string, bool, error) {
	return roster.Active(ctx, person)
}

// PersonNames implements biz.Repository.
func (Repo) PersonNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return roster.Names(ctx, ids)
}
