// Package project keeps the tenant's projects after they were opened, their
// contacts, and the project owners: the port of biz/project in SQL. It owns the
// tables project_contacts and owners, shares projects with
// data/tenantrepo/customer, which opens them, and reads contracts, receivables,
// credit accounts and HQ's negative list.
package project

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	biz "zhuxin/biz/project"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/data/tenantrepo/timeline"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{ timeline.Reader }

var _ biz.Repository = Repo{}

// New makes the repository.
func New() Repo { return Repo{} }

const (
	// A project of the viewer's: his customer's, or one he sells to himself.
	inScope = `($1::uuid IS NULL OR c.salesperson_id = $1 OR p.salesperson_id = $1)`

	columns = `p.id, p.number, p.name, p.status, p.address, p.contracted_volume, coalesce(o.name, p.owner_name), p.owner_id,
		c.id, c.number, c.name, coalesce(c.uscc, ''), coalesce(p.salesperson_id, c.salesperson_id), m.name, p.salesperson_id IS NOT NULL,
		coalesce(pa.checkpoints, 'inherit'), p.created_at, p.updated_at, p.version`
	joins = ` FROM projects p JOIN customers c ON c.id = p.customer_id LEFT JOIN owners o ON o.id = p.owner_id
		LEFT JOIN project_accounts pa ON pa.id = p.id
		LEFT JOIN hq.v_members m ON m.person_id = coalesce(p.salesperson_id, c.salesperson_id)`

	getSQL  = `SELECT ` + columns + joins + ` WHERE p.id = $2 AND ` + inScope
	lockSQL = getSQL + ` FOR UPDATE OF p`

	updateSQL = `UPDATE projects SET name = $2, status = $3, address = $4, contracted_volume = $5, owner_name = $6, owner_id = $7,
		salesperson_id = $8, customer_id = $9, updated_at = $10, version = $11 WHERE id = $1`

	// The setting goes with the project to another customer.
	movedSQL = `UPDATE project_accounts SET customer_id = $2 WHERE id = $1 AND customer_id <> $2`

	// In the order of an order check: the customer's account, then the project's.
	holdAccountSQL    = `SELECT id FROM credit_accounts WHERE id = $1 FOR NO KEY UPDATE`
	setCheckpointsSQL = `INSERT INTO project_accounts (id, customer_id, checkpoints) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET checkpoints = excluded.checkpoints, version = project_accounts.version + 1`

	boundSQL = `SELECT EXISTS (SELECT FROM credit_limits l WHERE l.project_id = $1 AND (l.status = 'submitted' OR l.status = 'effective' AND l.superseded_on IS NULL AND (l.ends_on IS NULL OR l.ends_on >= $2::date)))
		OR EXISTS (SELECT FROM credit_agreements a WHERE a.project_id = $1 AND a.status IN ('submitted', 'effective'))
		OR EXISTS (SELECT FROM supply_stops s WHERE s.project_id = $1 AND s.state NOT IN ('resumed', 'cancelled'))
		OR EXISTS (SELECT FROM reservations r WHERE r.project_id = $1 AND r.status IN ('open', 'committed'))`

	contractsSQL = `SELECT erp_contract_no, volume, unit_price, credit_term_days, signed_on FROM contracts WHERE project_id = $1 ORDER BY signed_on DESC, erp_contract_no`

	// The receivables of the project, whoever they were billed to: a project that
	// moved keeps what was billed to the former customer.
	sumsSQL = `SELECT (SELECT coalesce(sum(amount), 0) FROM receivables WHERE project_id = $1), coalesce(sum(open_amount), 0),
		coalesce(sum(open_amount) FILTER (WHERE due_date < $2::date AND open_amount > 0), 0),
		coalesce($2::date - min(due_date) FILTER (WHERE due_date < $2::date AND open_amount > 0), 0),
		coalesce((SELECT sum(d.volume) FROM contracts t JOIN projects p ON p.id = t.project_id
		  JOIN deliveries d ON d.contract_no = t.erp_contract_no AND d.customer_id = p.customer_id WHERE t.project_id = $1), 0)::bigint,
		coalesce((SELECT sum(g.amount) FROM contracts t JOIN projects p ON p.id = t.project_id
		  JOIN receipts g ON g.contract_no = t.erp_contract_no AND g.customer_id = p.customer_id WHERE t.project_id = $1), 0)::bigint
		FROM receivable_dues WHERE project_id = $1`
	monthsSQL = `SELECT g.month::date, coalesce(sum(r.amount), 0)
		FROM generate_series(date_trunc('month', $2::date::timestamp) - interval '11 months', date_trunc('month', $2::date::timestamp), interval '1 month') g(month)
		LEFT JOIN receivables r ON r.project_id = $1 AND r.invoice_date >= g.month::date AND r.invoice_date < (g.month + interval '1 month')::date
		GROUP BY 1 ORDER BY 1`
)

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Project, error) {
	return one(ctx, getSQL, id, onlyOf)
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Project, error) {
	return one(ctx, lockSQL, id, onlyOf)
}

func one(ctx context.Context, query string, id uuid.UUID, onlyOf *uuid.UUID) (biz.Project, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Project{}, err
	}
	var f fields
	err = q.QueryRowContext(ctx, query, onlyOf, id).Scan(f.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Project{}, biz.ErrNotFound
	}
	return f.project(), postgres.Map(ctx, err, "read project")
}

// fields reads the columns of a project.
type fields struct {
	p      biz.Project
	owner  uuid.NullUUID
	person uuid.NullUUID
	name   sql.NullString
}

func (f *fields) into() []any {
	p := &f.p
	return []any{&p.ID, &p.Number, &p.Name, &p.Status, &p.Address, &p.ContractedVolume, &p.OwnerName, &f.owner, &p.Customer.ID, &p.Customer.Number,
		&p.Customer.Name, &p.Customer.USCC, &f.person, &f.name, &p.OwnSalesperson, &p.Checkpoints, &p.CreatedAt, &p.UpdatedAt, &p.Version}
}

func (f *fields) project() biz.Project {
	f.p.Salesperson = roster.Ref(f.person, f.name)
	if f.owner.Valid {
		f.p.Owner = &biz.OwnerRef{ID: f.owner.UUID, Name: f.p.OwnerName}
	}
	return f.p
}

// Update implements biz.Repository.
func (Repo) Update(ctx context.Context, p biz.Project, owner, salesperson *uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, updateSQL, p.ID, p.Name, p.Status, p.Address, p.ContractedVolume, p.OwnerName, owner, salesperson, p.Customer.ID, p.UpdatedAt, p.Version)
	if err != nil {
		return postgres.Map(ctx, err, "change project")
	}
	_, err = q.ExecContext(ctx, movedSQL, p.ID, p.Customer.ID)
	return postgres.Map(ctx, err, "move a project's account")
}

// SetCheckpoints implements biz.Repository.
func (Repo) SetCheckpoints(ctx context.Context, p biz.Project, c biz.Checkpoints) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, holdAccountSQL, p.Customer.ID); err != nil {
		return postgres.Map(ctx, err, "hold a credit account")
	}
	_, err = q.ExecContext(ctx, setCheckpointsSQL, p.ID, p.Customer.ID, string(c))
	return postgres.Map(ctx, err, "set a project's checkpoints")
}

// Bound implements biz.Repository.
func (Repo) Bound(ctx context.Context, id uuid.UUID, today calendar.Date) (bound bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, boundSQL, id, today).Scan(&bound)
	return bound, postgres.Map(ctx, err, "look for what binds a project")
}

// Business implements biz.Repository, in two statements.
func (Repo) Business(ctx context.Context, p biz.Project, today calendar.Date) (biz.Business, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Business{}, err
	}
	var b biz.Business
	if err := q.QueryRowContext(ctx, sumsSQL, p.ID, today).Scan(&b.Billed, &b.Receivable, &b.Overdue, &b.OverdueDays, &b.Delivered, &b.Received); err != nil {
		return b, postgres.Map(ctx, err, "sum a project's receivables")
	}
	b.Months, err = all(ctx, "read a project's sales", monthsSQL, []any{p.ID, today}, func(rows *sql.Rows) (m biz.Month, err error) {
		return m, rows.Scan(&m.First, &m.Billed)
	})
	return b, err
}

// Contracts implements biz.Repository.
func (Repo) Contracts(ctx context.Context, id uuid.UUID) ([]customer.Contract, error) {
	return all(ctx, "list contracts", contractsSQL, []any{id}, func(rows *sql.Rows) (c customer.Contract, err error) {
		var volumeM3, price, term int64
		var signed calendar.Date
		err = rows.Scan(&c.ERPContractNo, &volumeM3, &price, &term, &signed)
		c.Volume, c.UnitPrice, c.CreditTermDays, c.SignedOn = volume.M3(volumeM3), money.Amount(price), int(term), signed.String()
		return c, err
	})
}

// all reads every row of a statement.
func all[T any](ctx context.Context, doing, query string, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, doing)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, doing)
		}
		out = append(out, v)
	}
	return out, postgres.Map(ctx, rows.Err(), doing)
}
