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
	"zhuxin/biz/paymentnode"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Terms implements biz.Repository.
func (Repo) Terms(ctx context.Context, id uuid.UUID) (*biz.TermsVersion, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var (
		v    biz.TermsVersion
		body []byte
		by   uuid.NullUUID
	)
	err = q.QueryRowContext(ctx, `SELECT version, terms, reason, created_at, created_by FROM contract_terms WHERE contract_id = $1 ORDER BY version DESC LIMIT 1`, id).
		Scan(&v.Version, &body, &v.Reason, &v.CreatedAt, &by)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, postgres.Map(ctx, err, "read payment terms")
	}
	if by.Valid {
		v.CreatedBy = &by.UUID
	}
	return &v, json.Unmarshal(body, &v.Terms)
}

// InsertTerms implements biz.Repository.
func (Repo) InsertTerms(ctx context.Context, id uuid.UUID, v biz.TermsVersion) error {
	body, err := json.Marshal(v.Terms)
	if err != nil {
		return err
	}
	return exec(ctx, "insert payment terms", []postgres.Rule{postgres.On("contractterm_contract_id_version", biz.ErrTermsChanged)},
		`INSERT INTO contract_terms (id, contract_id, version, terms, reason, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		uuid.Must(uuid.NewV7()), id, v.Version, string(body), v.Reason, v.CreatedAt, optional(v.CreatedBy))
}

// Nodes implements biz.Repository.
func (Repo) Nodes(ctx context.Context, id uuid.UUID) ([]biz.Node, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, kind, floor, reached_on, remark, created_at FROM site_nodes
		WHERE contract_id = $1 AND revoked_at IS NULL ORDER BY reached_on, kind, floor`, id)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list nodes")
	}
	defer rows.Close()
	var out []biz.Node
	for rows.Next() {
		var n biz.Node
		if err := rows.Scan(&n.ID, &n.Kind, &n.Floor, &n.On, &n.Remark, &n.ReportedAt); err != nil {
			return nil, postgres.Map(ctx, err, "list nodes")
		}
		out = append(out, n)
	}
	return out, postgres.Map(ctx, rows.Err(), "list nodes")
}

// InsertNode implements biz.Repository.
func (Repo) InsertNode(ctx context.Context, id uuid.UUID, n biz.Node, by *uuid.UUID) error {
	return exec(ctx, "insert node", []postgres.Rule{postgres.On("site_node_once", biz.ErrNodeExists)},
		`INSERT INTO site_nodes (id, contract_id, kind, floor, reached_on, remark, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.ID, id, string(n.Kind), n.Floor, n.On, n.Remark, n.ReportedAt, optional(by))
}

// RevokeNode implements biz.Repository.
func (Repo) RevokeNode(ctx context.Context, id, node uuid.UUID, at time.Time, by *uuid.UUID) error {
	n, err := count(ctx, "revoke node", nil, `UPDATE site_nodes SET revoked_at = $3, revoked_by = $4 WHERE contract_id = $1 AND id = $2 AND revoked_at IS NULL`, id, node, at, optional(by))
	if err == nil && n == 0 {
		return biz.ErrNodeNotFound
	}
	return err
}

// What the engine needs, for contracts $1 in one statement each.
const (
	factTerms = `SELECT DISTINCT ON (contract_id) contract_id, terms FROM contract_terms WHERE contract_id = ANY($1::uuid[]) ORDER BY contract_id, version DESC`

	factItems = `
SELECT t.id, r.id, r.document_no, coalesce(s.period_to, r.invoice_date), r.amount, r.open_amount, true,
  CASE WHEN s.amount <> 0 THEN (s.volume::numeric * r.amount / s.amount)::bigint WHEN t.unit_price > 0 THEN (r.amount::numeric * 1000 / t.unit_price)::bigint ELSE 0 END
FROM contracts t JOIN projects p ON p.id = t.project_id
JOIN receivables r ON r.contract_no = t.erp_contract_no AND r.contract_no <> '' AND r.customer_id = p.customer_id
LEFT JOIN statements s ON s.id = r.statement_id
WHERE t.id = ANY($1::uuid[])
UNION ALL
SELECT t.id, s.id, s.number, s.period_to, s.amount - s.invoiced_amount, s.amount - s.invoiced_amount, false,
  (s.volume::numeric * (s.amount - s.invoiced_amount) / s.amount)::bigint
FROM contracts t JOIN projects p ON p.id = t.project_id
JOIN statements s ON s.contract_no = t.erp_contract_no AND s.customer_id = p.customer_id
WHERE t.id = ANY($1::uuid[]) AND s.status = 'reconciled' AND s.amount > s.invoiced_amount`

	factDeliveries = `
SELECT t.id, d.delivered_on, sum(d.volume)::bigint
FROM contracts t JOIN projects p ON p.id = t.project_id
JOIN deliveries d ON d.contract_no = t.erp_contract_no AND d.customer_id = p.customer_id
WHERE t.id = ANY($1::uuid[]) GROUP BY 1, 2`

	factNodes = `SELECT contract_id, kind, floor, reached_on FROM site_nodes WHERE contract_id = ANY($1::uuid[]) AND revoked_at IS NULL`
)

// Facts implements biz.Repository.
func (Repo) Facts(ctx context.Context, ids []uuid.UUID) ([]biz.Facts, error) {
	out := make([]biz.Facts, len(ids))
	at := map[uuid.UUID]*biz.Facts{}
	for i, id := range ids {
		out[i].ContractID = id
		at[id] = &out[i]
	}
	var of uuid.UUID
	each := func(doing, statement string, read func(rows *sql.Rows) error) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, statement, array(ids))
		if err != nil {
			return postgres.Map(ctx, err, doing)
		}
		defer rows.Close()
		for rows.Next() {
			if err := read(rows); err != nil {
				return postgres.Map(ctx, err, doing)
			}
		}
		return postgres.Map(ctx, rows.Err(), doing)
	}
	return out, errors.Join(
		each("read terms", factTerms, func(rows *sql.Rows) error {
			var body []byte
			if err := rows.Scan(&of, &body); err != nil {
				return err
			}
			return json.Unmarshal(body, &at[of].Terms)
		}),
		each("read items", factItems, func(rows *sql.Rows) error {
			var i biz.Item
			err := rows.Scan(&of, &i.ID, &i.Number, &i.SettledOn, &i.Amount, &i.Open, &i.Invoiced, &i.Volume)
			at[of].Items = append(at[of].Items, i)
			return err
		}),
		each("read deliveries", factDeliveries, func(rows *sql.Rows) error {
			var d paymentnode.Delivery
			err := rows.Scan(&of, &d.On, &d.Volume)
			at[of].Deliveries = append(at[of].Deliveries, d)
			return err
		}),
		each("read nodes", factNodes, func(rows *sql.Rows) error {
			var n paymentnode.Node
			err := rows.Scan(&of, &n.Kind, &n.Floor, &n.On)
			at[of].Nodes = append(at[of].Nodes, n)
			return err
		}))
}

// insertInstalments: $1 receivables, $2 positions, $3 clauses, $4 dates, $5
// amounts, $6 reasons, $7 ids.
const insertInstalments = `
INSERT INTO receivable_instalments (id, receivable_id, customer_id, position, clause, due_date, amount, open_amount, why)
SELECT n.id, n.receivable_id, r.customer_id, n.position, n.clause, n.due_date, n.amount, 0, n.why::jsonb
FROM unnest($7::uuid[], $1::uuid[], $2::int[], $3::text[], $4::date[], $5::bigint[], $6::text[]) AS n(id, receivable_id, position, clause, due_date, amount, why)
JOIN receivables r ON r.id = n.receivable_id`

// Divide implements biz.Repository.
func (r Repo) Divide(ctx context.Context, lines []biz.Line) ([]uuid.UUID, error) {
	var ids, receivables []uuid.UUID
	var positions, amounts pq.Int64Array
	var clauses, dates, reasons pq.StringArray
	var items []uuid.UUID
	for i, l := range lines {
		why, err := json.Marshal(l.Why)
		if err != nil {
			return nil, err
		}
		position := int64(1)
		if i > 0 && lines[i-1].Item.ID == l.Item.ID {
			position = positions[i-1] + 1
		} else {
			items = append(items, l.Item.ID)
		}
		ids, receivables, positions, amounts = append(ids, uuid.Must(uuid.NewV7())), append(receivables, l.Item.ID), append(positions, position), append(amounts, int64(l.Amount))
		clauses, dates, reasons = append(clauses, l.Clause), append(dates, l.DueOn.String()), append(reasons, string(why))
	}
	if err := exec(ctx, "clear instalments", nil, `DELETE FROM receivable_instalments WHERE receivable_id = ANY($1::uuid[])`, array(items)); err != nil {
		return nil, err
	}
	if err := exec(ctx, "insert instalments", nil, insertInstalments, array(receivables), positions, clauses, dates, amounts, reasons, array(ids)); err != nil {
		return nil, err
	}
	if err := exec(ctx, "mark divided receivables", nil, `UPDATE receivables SET instalments = true WHERE id = ANY($1::uuid[]) AND NOT instalments`, array(items)); err != nil {
		return nil, err
	}
	if err := r.Reopen(ctx, items); err != nil {
		return nil, err
	}
	return list(ctx, "list customers of receivables", `SELECT DISTINCT customer_id FROM receivables WHERE id = ANY($1::uuid[]) ORDER BY 1`, array(items))
}

// What was paid of an item covers its instalments from the first on: of each,
// what the later ones leave of the open amount is open.
const (
	reopenInstalments = `
UPDATE receivable_instalments i SET open_amount = x.open FROM (
  SELECT id, CASE WHEN amount >= 0 THEN greatest(0, least(amount, total - later)) ELSE least(0, greatest(amount, total - later)) END AS open
  FROM (
    SELECT i.id, i.amount, r.open_amount AS total,
      coalesce(sum(i.amount) OVER (PARTITION BY i.receivable_id ORDER BY i.position ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)::bigint AS later
    FROM receivable_instalments i JOIN receivables r ON r.id = i.receivable_id
    WHERE i.receivable_id = ANY($1::uuid[])
  ) AS parts
) x WHERE x.id = i.id AND i.open_amount <> x.open`

	earliestOpen = `
UPDATE receivables r SET due_date = x.due FROM (
  SELECT receivable_id, coalesce(min(due_date) FILTER (WHERE open_amount <> 0), max(due_date)) AS due
  FROM receivable_instalments WHERE receivable_id = ANY($1::uuid[]) GROUP BY 1
) x WHERE r.id = x.receivable_id AND r.instalments AND r.due_date <> x.due`
)

// Reopen implements biz.Repository.
func (Repo) Reopen(ctx context.Context, ids []uuid.UUID) error {
	if err := exec(ctx, "settle instalments", nil, reopenInstalments, array(ids)); err != nil {
		return err
	}
	return exec(ctx, "date divided receivables", nil, earliestOpen, array(ids))
}

// WithTerms implements biz.Repository.
func (Repo) WithTerms(ctx context.Context, customers []uuid.UUID) ([]uuid.UUID, error) {
	return list(ctx, "list contracts with terms", `SELECT t.id FROM contracts t JOIN projects p ON p.id = t.project_id
		WHERE p.customer_id = ANY($1::uuid[]) AND EXISTS (SELECT FROM contract_terms v WHERE v.contract_id = t.id) ORDER BY 1`, array(customers))
}

// An item whose contract changed to one without terms has no instalments any more.
const (
	undivided = `
UPDATE receivables r SET instalments = false, due_date = r.invoice_date + c.credit_term_days::int
FROM customers c, (SELECT DISTINCT receivable_id FROM receivable_instalments) i
WHERE r.id = i.receivable_id AND r.instalments AND r.import_id = $1 AND c.id = r.customer_id
  AND NOT EXISTS (SELECT FROM contracts t JOIN projects p ON p.id = t.project_id JOIN contract_terms v ON v.contract_id = t.id
    WHERE t.erp_contract_no = r.contract_no AND p.customer_id = r.customer_id)`

	importedWithTerms = `
SELECT DISTINCT t.id FROM contracts t JOIN projects p ON p.id = t.project_id
JOIN receivables r ON r.contract_no = t.erp_contract_no AND r.contract_no <> '' AND r.customer_id = p.customer_id
WHERE r.import_id = $1 AND EXISTS (SELECT FROM contract_terms v WHERE v.contract_id = t.id) ORDER BY 1`
)

// ImportedWithTerms implements biz.Repository.
func (Repo) ImportedWithTerms(ctx context.Context, importID uuid.UUID) ([]uuid.UUID, error) {
	if err := exec(ctx, "undo instalments", nil, undivided, importID); err != nil {
		return nil, err
	}
	return list(ctx, "list imported contracts", importedWithTerms, importID)
}

func list(ctx context.Context, doing, statement string, arg any) ([]uuid.UUID, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, statement, arg)
	if err != nil {
		return nil, postgres.Map(ctx, err, doing)
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, postgres.Map(ctx, err, doing)
		}
		ids = append(ids, id)
	}
	return ids, postgres.Map(ctx, rows.Err(), doing)
}
