package collection

import (
	"context"
	"database/sql"
	"strings"

	biz "zhuxin/biz/collection"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// receipts are those of a query: $1 the customer or NULL, $2 the person responsible
// or NULL, $3 a pattern or empty, $4 the view.
const receipts = `FROM (SELECT ` + receiptColumns + receiptFrom + `WHERE ($1::uuid IS NULL OR r.customer_id = $1) AND ($2::uuid IS NULL OR c.salesperson_id = $2)
	AND ($3::text = '' OR r.document_no ILIKE $3 OR c.name ILIKE $3 OR r.payer ILIKE $3)
	AND ($4::text NOT IN ('unapplied', 'drafts')
	  OR $4 = 'drafts' AND d.status = 'held'
	  OR $4 = 'unapplied' AND NOT r.applied_by_source AND r.reverses IS NULL AND x.id IS NULL AND r.amount <> coalesce(u.used, 0))) AS all_of_them
	ORDER BY received_on DESC, id DESC`

func asked(in biz.ReceiptQuery) []any {
	like := ""
	if in.Text != "" {
		like = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(in.Text) + "%"
	}
	return []any{optional(&in.CustomerID), optional(in.OnlyOf), like, in.View}
}

// Receipts implements biz.Repository.
func (Repo) Receipts(ctx context.Context, in biz.ReceiptQuery) (p biz.ReceiptPage, err error) {
	p.Receipts, err = postgres.Query(ctx, "list receipts", `SELECT *, count(*) OVER (), sum(unapplied) OVER ()::bigint `+receipts+` LIMIT $5 OFFSET $6`,
		func(rows *sql.Rows) (biz.Receipt, error) { return scanReceipt(rows, &p.Total, &p.Unapplied) }, append(asked(in), in.Limit, in.Offset)...)
	return p, err
}

// EachReceipt implements biz.Repository.
func (Repo) EachReceipt(ctx context.Context, in biz.ReceiptQuery, do func(biz.Receipt) error) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, `SELECT * `+receipts, asked(in)...)
	if err != nil {
		return postgres.Map(ctx, err, "list receipts")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r, err := scanReceipt(rows)
		if err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return postgres.Map(ctx, rows.Err(), "list receipts")
}
