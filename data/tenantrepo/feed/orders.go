package feed

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	biz "zhuxin/biz/feed"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

const orders = `SELECT o.id, o.order_no, o.customer_id, o.contract_no, o.ordered_on, o.volume, o.amount, o.open_amount, c.number
	FROM erp_orders o JOIN customers c ON c.id = o.customer_id WHERE o.source = $1`

func scanOrder(rows *sql.Rows) (o biz.KnownOrder, err error) {
	return o, rows.Scan(&o.ID, &o.OrderNo, &o.CustomerID, &o.ContractNo, &o.OrderedOn, &o.Volume, &o.Amount, &o.Open, &o.CustomerNumber)
}

// Orders implements biz.Repository.
func (Repo) Orders(ctx context.Context, source string, numbers []string) ([]biz.KnownOrder, error) {
	return postgres.Query(ctx, "read orders of a batch", orders+` AND o.order_no = ANY($2::text[])`, scanOrder, source, pq.StringArray(numbers))
}

// StandingOrders implements biz.Repository.
func (Repo) StandingOrders(ctx context.Context, source string, from calendar.Date) ([]biz.KnownOrder, error) {
	return postgres.Query(ctx, "read open orders of a source", orders+` AND o.ordered_on >= $2::date AND o.open_amount > 0 ORDER BY o.order_no`, scanOrder, source, from)
}

// PutOrders implements biz.Repository.
func (Repo) PutOrders(ctx context.Context, source string, c money.Currency, list []biz.OrderRow, at time.Time) error {
	return put(ctx, "put orders", `INSERT INTO erp_orders (id, source, order_no, customer_id, contract_no, ordered_on, volume, amount, open_amount, currency, created_at, updated_at)
		SELECT n.id, $3::varchar, n.order_no, n.customer_id, n.contract_no, n.ordered_on, n.volume, n.amount, n.open_amount, $4::varchar, $2, $2
		FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, order_no text, customer_id uuid, contract_no text, ordered_on date, volume bigint, amount bigint, open_amount bigint)
		ON CONFLICT (source, order_no) DO UPDATE SET customer_id = excluded.customer_id, contract_no = excluded.contract_no, ordered_on = excluded.ordered_on,
		  volume = excluded.volume, amount = excluded.amount, open_amount = excluded.open_amount, updated_at = excluded.updated_at`, list, at, source, string(c))
}

// OrderTotals implements biz.Repository.
func (Repo) OrderTotals(ctx context.Context, source string, numbers []string) (biz.Totals, error) {
	return totals(ctx, "sum orders of a batch", `SELECT count(*), coalesce(sum(open_amount), 0)::bigint, coalesce(sum(volume), 0)::bigint
		FROM erp_orders WHERE source = $1 AND order_no = ANY($2::text[])`, source, pq.StringArray(numbers))
}

// Drafts implements biz.Repository; the rows stay locked, so that none is settled or
// applied meanwhile.
func (Repo) Drafts(ctx context.Context, numbers []string) ([]biz.KnownDraft, error) {
	return postgres.Query(ctx, "read drafts of a batch", `SELECT d.id, d.draft_no, d.kind, d.customer_id, d.receipt_id, d.acceptor, d.amount, d.issued_on, d.due_on, d.status, d.settled_on,
		p.source, p.document_no, p.received_on, p.contract_no, p.payer, NOT p.applied_by_source,
		coalesce((SELECT sum(a.amount) FROM payment_applications a WHERE a.receipt_id = p.id), 0) <> 0
		FROM acceptance_drafts d JOIN receipts p ON p.id = d.receipt_id WHERE d.draft_no = ANY($1::text[]) AND d.status <> 'void' ORDER BY d.id FOR UPDATE OF d`, func(rows *sql.Rows) (d biz.KnownDraft, err error) {
		var settled sql.Null[calendar.Date]
		r := &d.Receipt
		err = rows.Scan(&d.ID, &d.DraftNo, &d.Make, &d.CustomerID, &d.ReceiptID, &d.Acceptor, &d.Amount, &d.IssuedOn, &d.DueOn, &d.State, &settled,
			&d.Source, &r.DocumentNo, &r.ReceivedOn, &r.ContractNo, &r.Payer, &r.ApplyHere, &r.Used)
		d.SettledOn = settled.V
		r.ID, r.CustomerID, r.Amount, r.Method = d.ReceiptID, d.CustomerID, d.Amount, "draft"
		return d, err
	}, pq.StringArray(numbers))
}

// PutDrafts implements biz.Repository.
func (Repo) PutDrafts(ctx context.Context, list []biz.DraftRow, at time.Time) error {
	return put(ctx, "put drafts", `INSERT INTO acceptance_drafts AS d (id, draft_no, kind, customer_id, receipt_id, acceptor, amount, issued_on, due_on, status, settled_on, created_at, updated_at)
		SELECT n.id, n.draft_no, n.kind, n.customer_id, n.receipt_id, n.acceptor, n.amount, n.issued_on, n.due_on, n.status, n.settled_on, $2, $2
		FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, draft_no text, kind text, customer_id uuid, receipt_id uuid, acceptor text, amount bigint, issued_on date, due_on date, status text, settled_on date)
		ON CONFLICT (draft_no) WHERE status <> 'void' DO UPDATE SET status = excluded.status, settled_on = excluded.settled_on, updated_at = excluded.updated_at, version = d.version + 1
		WHERE d.status = 'held'`, list, at)
}

// DraftTotals implements biz.Repository.
func (Repo) DraftTotals(ctx context.Context, source string, numbers []string) (biz.Totals, error) {
	return totals(ctx, "sum drafts of a batch", `SELECT count(*), coalesce(sum(d.amount), 0)::bigint, 0::bigint
		FROM acceptance_drafts d JOIN receipts p ON p.id = d.receipt_id WHERE p.source = $1 AND d.draft_no = ANY($2::text[]) AND d.status <> 'void'`, source, pq.StringArray(numbers))
}
