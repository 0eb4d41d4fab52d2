package collection

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/collection"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// contractRate is the late-fee rate of an item's contract, where that is the same
// customer's; null without one.
const contractRate = `(SELECT k.late_fee_ppm FROM contracts k JOIN projects kp ON kp.id = k.project_id
	WHERE r.contract_no <> '' AND k.erp_contract_no = r.contract_no AND kp.customer_id = r.customer_id)`

// overdueSQL: the payments of an item are those of its book that stand, on the days on
// which the money came in; what was given up is none. A part that was settled before
// the last of them came in may have been late.
const overdueSQL = `SELECT r.id, r.document_no, r.invoice_date, p.due_date, p.amount, p.open_amount, ` + contractRate + `,
	coalesce((SELECT sum(w.amount) FROM late_fee_waivers w WHERE w.receivable_id = r.id), 0)::bigint, k.days, k.amounts
	FROM receivable_parts p JOIN receivables r ON r.id = p.receivable_id
	LEFT JOIN LATERAL (SELECT array_agg(x.on_date - date 'epoch' ORDER BY x.on_date, x.id) AS days, array_agg(x.amount ORDER BY x.on_date, x.id) AS amounts, max(x.on_date) AS last
		FROM (SELECT a.id, a.amount, coalesce(m.received_on, a.applied_on) AS on_date FROM payment_applications a LEFT JOIN receipts m ON m.id = a.receipt_id
			WHERE a.receivable_id = r.id AND a.kind <> 'write_off' AND a.reverses IS NULL AND NOT EXISTS (SELECT FROM payment_applications u WHERE u.reverses = a.id)) x) k ON true
	WHERE p.customer_id = $1 AND p.currency = $2 AND p.due_date < $3::date AND NOT r.disputed AND (p.open_amount <> 0 OR k.last > p.due_date)
	ORDER BY p.due_date, r.document_no, p.id`

// Overdue implements biz.Repository.
func (Repo) Overdue(ctx context.Context, customerID uuid.UUID, on calendar.Date) ([]biz.FeeLine, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, scope.ErrNoScope
	}
	return postgres.Query(ctx, "list what is overdue", overdueSQL, func(rows *sql.Rows) (l biz.FeeLine, err error) {
		var days, amounts pq.Int64Array
		err = rows.Scan(&l.Receivable, &l.DocumentNo, &l.InvoiceDate, &l.DueDate, &l.Amount, &l.Open, &l.Contract, &l.Given, &days, &amounts)
		for i, day := range days {
			l.Paid = append(l.Paid, biz.Payment{On: calendar.Date(day), Amount: money.Amount(amounts[i])})
		}
		return l, err
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
