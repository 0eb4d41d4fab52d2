// Package collateral keeps the tenant's collateral: the port of biz/collateral in
// SQL. It owns the tables collateral and collateral_rates; what counts of them in an
// account is read by data/tenantrepo/exposure.
package collateral

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/collateral"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const (
	columns = `SELECT g.id, g.customer_id, c.number, c.name, g.kind, g.provider_name, g.provider_uscc, g.reference_no, g.description, g.guaranteed_amount,
		g.appraised_amount, g.appraised_on, g.starts_on, g.ends_on, g.document_ids, g.rate, g.cover_amount, g.uncounted, g.status,
		g.created_at, g.created_by, m.name, g.effective_at, g.released_at, g.released_by, n.name, g.release_reason, g.version`
	joined = `
		FROM collateral g JOIN customers c ON c.id = g.customer_id
		LEFT JOIN hq.v_members m ON m.person_id = g.created_by LEFT JOIN hq.v_members n ON n.person_id = g.released_by`

	ofCustomerSQL = columns + joined + ` WHERE g.customer_id = $1 ORDER BY g.created_at DESC, g.id DESC`
	getSQL        = columns + joined + ` WHERE g.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`
	lockSQL       = getSQL + ` FOR UPDATE OF g`

	insertSQL = `INSERT INTO collateral (id, customer_id, kind, provider_name, provider_uscc, reference_no, description, guaranteed_amount, appraised_amount,
		appraised_on, starts_on, ends_on, document_ids, rate, cover_amount, uncounted, status, version, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $19)`
	saveSQL = `UPDATE collateral SET cover_amount = $2, uncounted = $3, status = $4, effective_at = $5, released_at = $6, released_by = $7, release_reason = $8,
		version = $9, updated_at = now() WHERE id = $1`

	// A thing, or a bank's letter, exists once; a guarantee can secure several customers
	// under one number, and a receipt's number is the tenant's own.
	holdNumber = `SELECT pg_advisory_xact_lock(hashtextextended('collateral ' || $1::text || ' ' || $2::text || current_schema(), 0))`
	takenSQL   = `SELECT EXISTS (SELECT FROM collateral g WHERE g.status = 'active' AND g.kind = $1 AND g.reference_no = $2 AND g.reference_no <> '' AND g.id <> $3
		AND (g.customer_id = $4 OR g.kind IN ('mortgage', 'pledge', 'bank_guarantee'))
		AND (g.ends_on IS NULL OR g.ends_on >= $5::date) AND ($6::date IS NULL OR g.starts_on <= $6::date))`

	// Connected with the customer is who an order check would look at (related_reach), and
	// who stands directly beside him: a person has no code, so his name has to do.
	providerSQL = `SELECT
		c.name = $2::text OR ($3::text <> '' AND coalesce(c.uscc = $3::text, false)),
		$3::text <> '' AND EXISTS (SELECT FROM hq.v_negative_listed l WHERE l.uscc = $3::text),
		EXISTS (SELECT FROM related_reach w WHERE w.customer_id = c.id AND (w.uscc = $3::text OR ($3::text = '' AND w.company_name = $2::text))
			AND w.depth <= coalesce((SELECT p.related_depth FROM hq.v_group_policy p), 2))
		OR EXISTS (SELECT FROM parties s JOIN party_relations r ON r.from_id = s.id OR r.to_id = s.id
			JOIN parties o ON o.id = CASE WHEN r.from_id = s.id THEN r.to_id ELSE r.from_id END
			WHERE s.uscc = c.uscc AND (o.uscc = nullif($3::text, '') OR (($3::text = '' OR o.uscc IS NULL) AND o.name = $2::text))
			AND (r.valid_from IS NULL OR r.valid_from <= $4::date) AND (r.valid_through IS NULL OR r.valid_through >= $4::date))
		FROM customers c WHERE c.id = $1`

	papersSQL  = `SELECT count(DISTINCT d.id) FROM documents d WHERE d.customer_id = $1 AND d.id = ANY($2::uuid[])`
	pendingSQL = `SELECT id, version FROM approvals WHERE kind = 'collateral' AND subject_id = $1 AND status = 'pending'`
)

var rules = []postgres.Rule{postgres.On("collateral_one_submitted", biz.ErrPending)}

func many(ctx context.Context, statement string, args ...any) ([]biz.Collateral, error) {
	return postgres.Query(ctx, "read collateral", statement, scan, args...)
}

func one[T any](found []T, err error, none error) (T, error) {
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(found) == 0:
		return zero, none
	}
	return found[0], nil
}

func scan(rows *sql.Rows) (c biz.Collateral, err error) {
	var (
		appraised        sql.Null[int64]
		documents        []byte
		author, releaser uuid.NullUUID
		by, released     sql.NullString
	)
	err = rows.Scan(&c.ID, &c.CustomerID, &c.CustomerNumber, &c.CustomerName, &c.Kind, &c.ProviderName, &c.ProviderUSCC, &c.ReferenceNo, &c.Description, &c.Guaranteed,
		&appraised, &c.AppraisedOn, &c.StartsOn, &c.EndsOn, &documents, &c.Rate, &c.Cover, &c.Uncounted, &c.Status,
		&c.CreatedAt, &author, &by, &c.EffectiveAt, &c.ReleasedAt, &releaser, &released, &c.ReleaseReason, &c.Version)
	if err != nil {
		return c, err
	}
	if appraised.Valid {
		c.Appraised = new(money.Amount(appraised.V))
	}
	c.CreatedBy, c.ReleasedBy = roster.Ref(author, by), roster.Ref(releaser, released)
	return c, json.Unmarshal(documents, &c.Documents)
}

// OfCustomer implements biz.Repository.
func (Repo) OfCustomer(ctx context.Context, customerID uuid.UUID) ([]biz.Collateral, error) {
	return many(ctx, ofCustomerSQL, customerID)
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Collateral, error) {
	found, err := many(ctx, getSQL, id, onlyOf)
	return one(found, err, biz.ErrNotFound)
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Collateral, error) {
	found, err := many(ctx, lockSQL, id, onlyOf)
	return one(found, err, biz.ErrNotFound)
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, c biz.Collateral) error {
	documents, err := json.Marshal(append([]uuid.UUID{}, c.Documents...))
	if err != nil {
		return fmt.Errorf("encode documents of collateral: %w", err)
	}
	var appraised sql.Null[int64]
	if c.Appraised != nil {
		appraised = sql.Null[int64]{V: int64(*c.Appraised), Valid: true}
	}
	_, err = postgres.Exec(ctx, "insert collateral", insertSQL, c.ID, c.CustomerID, c.Kind, c.ProviderName, c.ProviderUSCC, c.ReferenceNo, c.Description,
		c.Guaranteed, appraised, c.AppraisedOn, c.StartsOn, c.EndsOn, string(documents), c.Rate, c.Cover, c.Uncounted, c.Status, c.Version, c.CreatedAt, roster.ID(c.CreatedBy))
	return postgres.Map(ctx, err, "insert collateral", rules...)
}

// Save implements biz.Repository.
func (Repo) Save(ctx context.Context, c biz.Collateral) error {
	_, err := postgres.Exec(ctx, "save collateral", saveSQL, c.ID, c.Cover, c.Uncounted, c.Status, c.EffectiveAt, c.ReleasedAt, roster.ID(c.ReleasedBy), c.ReleaseReason, c.Version)
	return err
}

// Taken implements biz.Repository.
func (Repo) Taken(ctx context.Context, customerID, except uuid.UUID, t biz.Terms) (bool, error) {
	if _, err := postgres.Exec(ctx, "hold number of collateral", holdNumber, t.Kind, t.ReferenceNo); err != nil {
		return false, err
	}
	return exists(ctx, "look for collateral", takenSQL, t.Kind, t.ReferenceNo, except, customerID, t.StartsOn, t.EndsOn)
}

func exists(ctx context.Context, doing, statement string, args ...any) (bool, error) {
	found, err := postgres.Query(ctx, doing, statement, func(rows *sql.Rows) (ok bool, err error) { return ok, rows.Scan(&ok) }, args...)
	return len(found) == 1 && found[0], err
}

// Provider implements biz.Repository.
func (Repo) Provider(ctx context.Context, customerID uuid.UUID, name, uscc string, on calendar.Date) (biz.Provider, error) {
	found, err := postgres.Query(ctx, "look at provider of collateral", providerSQL, func(rows *sql.Rows) (p biz.Provider, err error) {
		return p, rows.Scan(&p.Self, &p.Listed, &p.Related)
	}, customerID, name, uscc, on)
	return one(found, err, biz.ErrNotFound)
}

// Papers implements biz.Repository.
func (Repo) Papers(ctx context.Context, customerID uuid.UUID, ids []uuid.UUID) (bool, error) {
	if len(ids) == 0 {
		return true, nil
	}
	n, err := postgres.Query(ctx, "look for papers", papersSQL, func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) }, customerID, pq.Array(ids))
	return len(n) == 1 && n[0] == len(ids), err
}

// Pending implements biz.Repository.
func (Repo) Pending(ctx context.Context, id uuid.UUID) (uuid.UUID, int64, error) {
	type pending struct {
		id      uuid.UUID
		version int64
	}
	found, err := postgres.Query(ctx, "read submission", pendingSQL, func(rows *sql.Rows) (p pending, err error) { return p, rows.Scan(&p.id, &p.version) }, id)
	p, err := one(found, err, biz.ErrState)
	return p.id, p.version, err
}
