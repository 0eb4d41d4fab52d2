// Package contract keeps contracts, their payment terms and the instalments that
// follow from them: the port of biz/contract in set-based SQL.
//
// It owns the tables contract_terms, site_nodes and receivable_instalments, and of
// receivables the columns contract_no (by hand), project_id, instalments and, with
// instalments, due_date. contracts themselves are made here and by
// data/tenantrepo/customer.
package contract

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/contract"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// columns of a contract t with its project p and customer c; $1 today.
const columns = `t.id, t.erp_contract_no, p.customer_id, c.name, p.id, p.name, t.volume, t.unit_price, t.credit_term_days, t.signed_on,
  coalesce((SELECT max(v.version) FROM contract_terms v WHERE v.contract_id = t.id), 0),
  coalesce((SELECT sum(d.volume) FROM deliveries d WHERE d.contract_no = t.erp_contract_no AND d.customer_id = p.customer_id), 0)::bigint,
  coalesce((SELECT sum(g.amount) FROM receipts g WHERE g.contract_no = t.erp_contract_no AND g.customer_id = p.customer_id), 0)::bigint,
  coalesce(o.settled, 0), coalesce(o.open, 0), coalesce(o.overdue, 0), t.late_fee_ppm`

const from = `
FROM contracts t JOIN projects p ON p.id = t.project_id JOIN customers c ON c.id = p.customer_id
LEFT JOIN LATERAL (
  SELECT sum(r.amount)::bigint AS settled, sum(r.open_amount)::bigint AS open,
    coalesce(sum((SELECT sum(u.open_amount) FROM receivable_dues u WHERE u.receivable_id = r.id AND u.due_date < $1::date)), 0)::bigint AS overdue
  FROM receivables r WHERE r.contract_no = t.erp_contract_no AND r.contract_no <> '' AND r.customer_id = p.customer_id
) o ON true `

func scan(row interface{ Scan(...any) error }, more ...any) (c biz.Contract, err error) {
	err = row.Scan(append([]any{&c.ID, &c.ERPContractNo, &c.CustomerID, &c.CustomerName, &c.ProjectID, &c.ProjectName, &c.Volume, &c.UnitPrice,
		&c.CreditTermDays, &c.SignedOn, &c.TermsVersion, &c.Delivered, &c.Received, &c.Settled, &c.Open, &c.Overdue, &c.LateFeePPM}, more...)...)
	return c, err
}

// optional gives NULL for no id.
func optional(id *uuid.UUID) any {
	if id == nil || *id == uuid.Nil {
		return nil
	}
	return *id
}

// List implements biz.Repository.
func (Repo) List(ctx context.Context, in biz.Query) ([]biz.Contract, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	const which = `
  SELECT t.id, t.signed_on, count(*) OVER () AS n
  FROM contracts t JOIN projects p ON p.id = t.project_id JOIN customers c ON c.id = p.customer_id
  WHERE ($2::uuid IS NULL OR p.customer_id = $2::uuid) AND ($3::uuid IS NULL OR c.salesperson_id = $3::uuid)
    AND ($4::text = '' OR t.erp_contract_no ILIKE $4 OR c.name ILIKE $4 OR p.name ILIKE $4)
  ORDER BY t.signed_on DESC, t.id LIMIT $5 OFFSET $6`
	rows, err := q.QueryContext(ctx, `SELECT `+columns+`, w.n`+from+`JOIN (`+which+`) w ON w.id = t.id ORDER BY w.signed_on DESC, w.id`,
		in.Today, optional(&in.CustomerID), optional(in.OnlyOf), like(in.Text), in.Limit, in.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list contracts")
	}
	defer rows.Close()
	var (
		out   []biz.Contract
		total int64
	)
	for rows.Next() {
		c, err := scan(rows, &total)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list contracts")
		}
		out = append(out, c)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list contracts")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (biz.Contract, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Contract{}, err
	}
	c, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+from+`WHERE t.id = $2 AND ($3::uuid IS NULL OR c.salesperson_id = $3::uuid)`, today, id, optional(onlyOf)))
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Contract{}, biz.ErrNotFound
	}
	return c, postgres.Map(ctx, err, "read contract")
}

// unlinked: $1 salesperson, $2 limit, $3 offset.
const unlinked = `
WITH seen AS (
  SELECT contract_no, customer_id, count(*) AS n, sum(amount) AS amount, max(invoice_date) AS last
  FROM receivables WHERE contract_no <> '' GROUP BY 1, 2
  UNION ALL
  SELECT contract_no, customer_id, count(*), coalesce(sum(amount) FILTER (WHERE NOT reconciled AND NOT billed), 0), max(delivered_on)
  FROM deliveries WHERE contract_no <> '' GROUP BY 1, 2
), loose AS (
  SELECT s.contract_no, s.customer_id, sum(s.n)::bigint AS n, sum(s.amount)::bigint AS amount, max(s.last) AS last
  FROM seen s WHERE NOT EXISTS (SELECT FROM contracts t WHERE t.erp_contract_no = s.contract_no)
  GROUP BY 1, 2
)
SELECT l.contract_no, l.customer_id, c.name, l.n, l.amount, l.last, count(*) OVER (),
  (SELECT coalesce(json_agg(json_build_object('id', x.id, 'name', x.name) ORDER BY x.linked, x.created_at DESC, x.id), '[]')
   FROM (SELECT p.id, p.name, p.created_at, EXISTS (SELECT FROM contracts t WHERE t.project_id = p.id) AS linked
         FROM projects p WHERE p.customer_id = l.customer_id ORDER BY 4, 3 DESC LIMIT 20) x)
FROM loose l JOIN customers c ON c.id = l.customer_id
WHERE $1::uuid IS NULL OR c.salesperson_id = $1::uuid
ORDER BY l.amount DESC, l.contract_no LIMIT $2 OFFSET $3`

// Unlinked implements biz.Repository.
func (Repo) Unlinked(ctx context.Context, onlyOf *uuid.UUID, w paging.Window) ([]biz.Unlinked, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := q.QueryContext(ctx, unlinked, optional(onlyOf), w.Limit, w.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list unlinked contract numbers")
	}
	defer rows.Close()
	var (
		out   []biz.Unlinked
		total int64
	)
	for rows.Next() {
		var (
			u        biz.Unlinked
			projects []byte
		)
		if err := rows.Scan(&u.ERPContractNo, &u.CustomerID, &u.CustomerName, &u.Documents, &u.Amount, &u.LastSeenOn, &total, &projects); err != nil {
			return nil, 0, postgres.Map(ctx, err, "list unlinked contract numbers")
		}
		if err := json.Unmarshal(projects, &u.Projects); err != nil {
			return nil, 0, err
		}
		out = append(out, u)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list unlinked contract numbers")
}

// CustomerOfProject implements biz.Repository.
func (Repo) CustomerOfProject(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (customer uuid.UUID, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	err = q.QueryRowContext(ctx, `SELECT c.id FROM projects p JOIN customers c ON c.id = p.customer_id
		WHERE p.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)`, id, optional(onlyOf)).Scan(&customer)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, biz.ErrProjectNotFound
	}
	return customer, postgres.Map(ctx, err, "read project")
}

// OthersWith implements biz.Repository.
func (Repo) OthersWith(ctx context.Context, no string, customerID uuid.UUID) (others bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM receivables WHERE contract_no = $1 AND contract_no <> '' AND customer_id <> $2)
		OR EXISTS (SELECT FROM deliveries WHERE contract_no = $1 AND customer_id <> $2)`, no, customerID).Scan(&others)
	return others, postgres.Map(ctx, err, "look for the contract's documents")
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, c biz.Contract, at time.Time, by *uuid.UUID) error {
	return exec(ctx, "insert contract", []postgres.Rule{postgres.On("contracts_erp_contract_no_key", biz.ErrExists)},
		`INSERT INTO contracts (id, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8)`, c.ID, c.ERPContractNo, c.ProjectID, c.Volume, c.UnitPrice, c.CreditTermDays, c.SignedOn, at, optional(by))
}

func exec(ctx context.Context, doing string, constraints []postgres.Rule, statement string, args ...any) error {
	_, err := count(ctx, doing, constraints, statement, args...)
	return err
}

func count(ctx context.Context, doing string, constraints []postgres.Rule, statement string, args ...any) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, postgres.Map(ctx, err, doing, constraints...)
	}
	return res.RowsAffected()
}

// SetProject implements biz.Repository.
func (Repo) SetProject(ctx context.Context, c biz.Contract) error {
	return exec(ctx, "file receivables under the project", nil,
		`UPDATE receivables SET project_id = $1 WHERE contract_no = $2 AND contract_no <> '' AND customer_id = $3 AND project_id IS DISTINCT FROM $1`,
		c.ProjectID, c.ERPContractNo, c.CustomerID)
}

// What an import touched belongs to the project of the contract that it names now. One
// that names no contract of its project any more leaves it; a project that moved to
// another customer keeps what was billed to the former one.
const (
	fileImported = `
UPDATE receivables r SET project_id = t.project_id FROM contracts t JOIN projects p ON p.id = t.project_id
WHERE r.import_id = $1 AND r.contract_no <> '' AND t.erp_contract_no = r.contract_no AND p.customer_id = r.customer_id AND r.project_id IS DISTINCT FROM t.project_id`

	unfileImported = `
UPDATE receivables r SET project_id = NULL
WHERE r.import_id = $1 AND r.project_id IS NOT NULL AND NOT EXISTS (SELECT FROM contracts t WHERE t.erp_contract_no = r.contract_no AND t.project_id = r.project_id)`
)

// FileImported implements biz.Repository.
func (Repo) FileImported(ctx context.Context, importID uuid.UUID) error {
	return errors.Join(exec(ctx, "file imported receivables", nil, fileImported, importID), exec(ctx, "unfile imported receivables", nil, unfileImported, importID))
}

// Holder implements biz.Repository.
func (Repo) Holder(ctx context.Context, no string, onlyOf *uuid.UUID) (*biz.Holder, error) {
	found, err := postgres.Query(ctx, "look for a contract's number", `SELECT t.id, p.name, c.name, $2::uuid IS NULL OR c.salesperson_id IS NOT DISTINCT FROM $2
		FROM contracts t JOIN projects p ON p.id = t.project_id JOIN customers c ON c.id = p.customer_id WHERE t.erp_contract_no = $1`, func(rows *sql.Rows) (h biz.Holder, err error) {
		var shown bool
		if err = rows.Scan(&h.ContractID, &h.ProjectName, &h.CustomerName, &shown); !shown {
			h = biz.Holder{ContractID: h.ContractID}
		}
		return h, err
	}, no, optional(onlyOf))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Assign implements biz.Repository.
func (Repo) Assign(ctx context.Context, c biz.Contract, receivable uuid.UUID) error {
	n, err := count(ctx, "assign a receivable to the contract", nil,
		`UPDATE receivables SET contract_no = $1, project_id = $2 WHERE id = $4 AND customer_id = $3 AND contract_no IN ('', $1)`,
		c.ERPContractNo, c.ProjectID, c.CustomerID, receivable)
	if err == nil && n == 0 {
		return biz.ErrItemNotFound
	}
	return err
}

func array(ids []uuid.UUID) pq.StringArray {
	out := make(pq.StringArray, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}
