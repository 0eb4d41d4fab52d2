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

// tickets: a statement that was submitted or reconciled is signed.
const tickets = `SELECT d.id, d.ticket_no, d.customer_id, c.number, d.contract_no, d.order_no, d.invoice_no, d.delivered_on, d.volume, d.amount, d.plant_code, d.plant_name, d.dispatcher, d.currency,
	d.reconciled OR coalesce(s.status = 'submitted', false)
	FROM deliveries d JOIN customers c ON c.id = d.customer_id LEFT JOIN statements s ON s.id = d.statement_id WHERE d.source = $1`

func scanTicket(rows *sql.Rows) (d biz.KnownDelivery, err error) {
	return d, rows.Scan(&d.ID, &d.TicketNo, &d.CustomerID, &d.CustomerNumber, &d.ContractNo, &d.OrderNo, &d.InvoiceNo, &d.DeliveredOn, &d.Volume, &d.Amount, &d.PlantCode, &d.PlantName, &d.Dispatcher,
		&d.Currency, &d.Signed)
}

// Deliveries implements biz.Repository; the rows stay locked, so that none is signed meanwhile.
func (Repo) Deliveries(ctx context.Context, source string, numbers []string) ([]biz.KnownDelivery, error) {
	return postgres.Query(ctx, "read tickets of a batch", tickets+` AND d.ticket_no = ANY($2::text[]) ORDER BY d.id FOR UPDATE OF d`, scanTicket, source, pq.StringArray(numbers))
}

// StandingTickets implements biz.Repository.
func (Repo) StandingTickets(ctx context.Context, source string, from calendar.Date) ([]biz.KnownDelivery, error) {
	return postgres.Query(ctx, "read standing tickets", tickets+` AND d.delivered_on >= $2::date AND (d.volume <> 0 OR d.amount <> 0) AND NOT d.reconciled
		AND (s.id IS NULL OR s.status <> 'submitted') ORDER BY d.ticket_no`, scanTicket, source, from)
}

// PutDeliveries implements biz.Repository.
func (Repo) PutDeliveries(ctx context.Context, source string, c money.Currency, list []biz.DeliveryRow, at time.Time) error {
	return put(ctx, "put tickets", `INSERT INTO deliveries AS d (id, source, ticket_no, customer_id, contract_no, order_no, invoice_no, delivered_on, volume, amount, plant_code, plant_name, dispatcher, currency, created_at, updated_at)
		SELECT n.id, $3::varchar, n.ticket_no, n.customer_id, n.contract_no, n.order_no, n.invoice_no, n.delivered_on, n.volume, n.amount, coalesce(n.plant_code, ''), coalesce(n.plant_name, ''), coalesce(n.dispatcher, ''), $4::varchar, $2, $2
		FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, ticket_no text, customer_id uuid, contract_no text, order_no text, invoice_no text, delivered_on date, volume bigint, amount bigint,
		  plant_code text, plant_name text, dispatcher text)
		ON CONFLICT (source, ticket_no) DO UPDATE SET customer_id = excluded.customer_id, contract_no = excluded.contract_no, order_no = excluded.order_no,
		  invoice_no = excluded.invoice_no, delivered_on = excluded.delivered_on, volume = excluded.volume, amount = excluded.amount, updated_at = excluded.updated_at,
		  plant_code = excluded.plant_code, plant_name = excluded.plant_name, dispatcher = excluded.dispatcher,
		  billed = d.billed AND (d.invoice_no, d.customer_id) = (excluded.invoice_no, excluded.customer_id),
		  statement_id = CASE WHEN d.reconciled OR (d.customer_id, d.contract_no, d.delivered_on) = (excluded.customer_id, excluded.contract_no, excluded.delivered_on)
		    THEN d.statement_id END`, list, at, source, string(c))
}

// DeliveryTotals implements biz.Repository.
func (Repo) DeliveryTotals(ctx context.Context, source string, numbers []string) (biz.Totals, error) {
	return totals(ctx, "sum tickets of a batch", `SELECT count(*), coalesce(sum(amount), 0)::bigint, coalesce(sum(volume), 0)::bigint
		FROM deliveries WHERE source = $1 AND ticket_no = ANY($2::text[])`, source, pq.StringArray(numbers))
}

// Receipts implements biz.Repository.
func (Repo) Receipts(ctx context.Context, source string, documents []string) ([]biz.KnownReceipt, error) {
	return postgres.Query(ctx, "read receipts of a batch", `SELECT p.id, p.document_no, p.customer_id, p.received_on, p.amount, p.currency, p.method, p.contract_no, p.payer,
		NOT p.applied_by_source, EXISTS (SELECT FROM receipts r WHERE r.reverses = p.id),
		coalesce((SELECT sum(a.amount) FROM payment_applications a WHERE a.receipt_id = p.id), 0) <> 0
		FROM receipts p WHERE p.source = $1 AND p.document_no = ANY($2::text[])`, func(rows *sql.Rows) (r biz.KnownReceipt, err error) {
		return r, rows.Scan(&r.ID, &r.DocumentNo, &r.CustomerID, &r.ReceivedOn, &r.Amount, &r.Currency, &r.Method, &r.ContractNo, &r.Payer, &r.ApplyHere, &r.Reversed, &r.Used)
	}, source, pq.StringArray(documents))
}

// AddReceipts implements biz.Repository.
func (Repo) AddReceipts(ctx context.Context, source string, c money.Currency, list []biz.ReceiptRow, at time.Time) error {
	return put(ctx, "add receipts", `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, applied_by_source, method, contract_no, payer, reverses, created_at)
		SELECT n.id, $3::varchar, n.document_no, n.customer_id, n.received_on, $4::varchar, n.amount, NOT n.apply_here, n.method, n.contract_no, n.payer, n.reverses, $2
		FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, document_no text, customer_id uuid, received_on date, amount bigint, apply_here boolean, method text, contract_no text, payer text, reverses uuid)`,
		list, at, source, string(c))
}

// ReceiptTotals implements biz.Repository.
func (Repo) ReceiptTotals(ctx context.Context, source string, documents []string) (biz.Totals, error) {
	return totals(ctx, "sum receipts of a batch", `SELECT count(*), coalesce(sum(amount), 0)::bigint, 0::bigint
		FROM receipts WHERE source = $1 AND document_no = ANY($2::text[])`, source, pq.StringArray(documents))
}
