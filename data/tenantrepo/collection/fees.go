package collection

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/collection"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// contractRate is the late-fee rate of an item's contract, where that is the same
// customer's; null without one.
const contractRate = `(SELECT k.late_fee_ppm FROM contracts k JOIN projects kp ON kp.id = k.project_id
	WHERE r.contract_no <> '' AND k.erp_contract_no = r.contract_no AND kp.customer_id = r.customer_id)`

const overdueSQL = `SELECT r.id, r.document_no, r.invoice_date, d.due_date, CASE WHEN r.instalments THEN d.open_amount ELSE r.amount END, d.open_amount, ` + contractRate + `,
	coalesce((SELECT sum(w.amount) FROM late_fee_waivers w WHERE w.receivable_id = r.id), 0)::bigint
	FROM receivable_dues d JOIN receivables r ON r.id = d.receivable_id
	WHERE d.customer_id = $1 AND d.currency = $2 AND d.due_date < $3::date AND NOT d.disputed
	ORDER BY d.due_date, r.document_no, r.id`

// Overdue implements biz.Repository.
func (Repo) Overdue(ctx context.Context, customerID uuid.UUID, on calendar.Date) ([]biz.FeeLine, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, scope.ErrNoScope
	}
	return postgres.Query(ctx, "list what is overdue", overdueSQL, func(rows *sql.Rows) (l biz.FeeLine, err error) {
		return l, rows.Scan(&l.Receivable, &l.DocumentNo, &l.InvoiceDate, &l.DueDate, &l.Amount, &l.Open, &l.Contract, &l.Given)
	}, customerID, string(t.Currency), on)
}

const unconfirmedSQL = `SELECT r.id FROM receipts r JOIN customers c ON c.id = r.customer_id
	WHERE r.created_at >= $2 AND r.received_on >= $1::date AND r.amount > 0 AND r.reverses IS NULL AND r.source <> 'history' AND c.contact_email_enc IS NOT NULL
	AND NOT EXISTS (SELECT FROM receipts x WHERE x.reverses = r.id)
	AND NOT EXISTS (SELECT FROM notify_deliveries d WHERE d.event_key = 'receipt:' || r.id::text AND d.audience = 'customer' AND d.recipient = r.customer_id)
	ORDER BY r.created_at, r.id LIMIT $3`

// Unconfirmed implements biz.Repository.
func (Repo) Unconfirmed(ctx context.Context, from calendar.Date, since time.Time, limit int) ([]uuid.UUID, error) {
	return postgres.Query(ctx, "list receipts to confirm", unconfirmedSQL, func(rows *sql.Rows) (id uuid.UUID, err error) { return id, rows.Scan(&id) }, from, since, limit)
}
