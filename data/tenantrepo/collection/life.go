package collection

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/collection"
	"zhuxin/data/postgres"
)

// ticketsOf are the tickets that a receivable bills: those of its statement, those
// whose source names it (one with several due dates comes as number/1 and so on), and
// those of an order that it took over from its reservation: what exposure lets it
// stand for (billDeliveries).
const ticketsOf = `SELECT d.ticket_no, d.order_no, d.delivered_on, d.volume, d.amount FROM receivables x JOIN deliveries d ON d.customer_id = x.customer_id AND (
	d.statement_id = x.statement_id
	OR d.source = x.source AND d.invoice_no <> '' AND d.invoice_no IN (x.document_no, regexp_replace(x.document_no, '/[0-9]+$', ''))
	OR d.invoice_no = '' AND d.order_no <> '' AND d.delivered_on <= x.invoice_date AND EXISTS (SELECT FROM reservations r WHERE r.source = x.source AND r.document_no = x.document_no
		AND r.order_no = d.order_no AND r.customer_id = d.customer_id AND r.status = 'billed'))
	WHERE x.id = $1 ORDER BY d.delivered_on, d.ticket_no LIMIT 200`

// Life implements biz.Repository; the entries come with the same call.
func (r Repo) Life(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Life, error) {
	l, err := one(ctx, "read receivable", biz.ErrItemNotFound, `SELECT `+itemColumns+`, r.source, c.name, r.invoice_date, r.applied_amount, r.statement_id, coalesce(s.number, ''), s.reviewed_at::date, `+contractRate+`
		FROM receivables r JOIN customers c ON c.id = r.customer_id LEFT JOIN statements s ON s.id = r.statement_id
		WHERE r.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`, func(rows *sql.Rows) (l biz.Life, err error) {
		var statement uuid.NullUUID
		l.Item, err = scanItem(rows, &l.Source, &l.CustomerName, &l.InvoiceDate, &l.Applied, &statement, &l.StatementNo, &l.ReconciledOn, &l.ContractPPM)
		l.StatementID = statement.UUID
		return l, err
	}, id, optional(onlyOf))
	if err != nil {
		return l, err
	}
	if l.Entries, err = r.Entries(ctx, biz.ByReceivable, id); err != nil {
		return l, err
	}
	if l.Tickets, err = postgres.Query(ctx, "list tickets", ticketsOf, func(rows *sql.Rows) (t biz.Ticket, err error) {
		return t, rows.Scan(&t.Number, &t.OrderNo, &t.DeliveredOn, &t.Volume, &t.Amount)
	}, id); err != nil {
		return l, err
	}
	if l.Instalments, err = postgres.Query(ctx, "list instalments", `SELECT i.clause, i.due_date, i.amount, i.open_amount FROM receivable_instalments i
		JOIN receivables r ON r.id = i.receivable_id AND r.instalments WHERE i.receivable_id = $1 ORDER BY i.position`, func(rows *sql.Rows) (i biz.Instalment, err error) {
		return i, rows.Scan(&i.Clause, &i.DueDate, &i.Amount, &i.Open)
	}, id); err != nil {
		return l, err
	}
	if l.WriteOffs, err = postgres.Query(ctx, "list write-offs", writeOffs+` WHERE receivable_id = $1 ORDER BY created_at`, scanWriteOff, id); err != nil {
		return l, err
	}
	if l.Disputes, err = postgres.Query(ctx, "list disputes", `SELECT id, cause, detail, status, outcome, created_at, resolved_at FROM disputes WHERE receivable_id = $1 ORDER BY created_at DESC`,
		func(rows *sql.Rows) (d biz.Dispute, err error) {
			return d, rows.Scan(&d.ID, &d.Cause, &d.Detail, &d.Status, &d.Outcome, &d.CreatedAt, &d.ResolvedAt)
		}, id); err != nil {
		return l, err
	}
	l.Waivers, err = postgres.Query(ctx, "list waivers", `SELECT amount, reason, created_at FROM late_fee_waivers WHERE receivable_id = $1 ORDER BY created_at`, func(rows *sql.Rows) (w biz.Waiver, err error) {
		return w, rows.Scan(&w.Amount, &w.Reason, &w.CreatedAt)
	}, id)
	return l, err
}

// stages: $1 one customer or NULL, $2 the person responsible or NULL. Amounts are the
// accounts'; the dates are of the oldest, each read once for all customers.
const stages = `
WITH mine AS (
  SELECT a.* FROM credit_accounts a JOIN customers c ON c.id = a.id
  WHERE ($1::uuid IS NULL OR a.id = $1) AND ($2::uuid IS NULL OR c.salesperson_id = $2)
), account AS (
  SELECT coalesce(sum(reserved_amount), 0)::bigint AS reserved, count(*) FILTER (WHERE reserved_amount <> 0) AS reserved_by,
    coalesce(sum(delivered_amount), 0)::bigint AS delivered, count(*) FILTER (WHERE delivered_amount <> 0) AS delivered_by,
    coalesce(sum(reconciled_amount), 0)::bigint AS reconciled, count(*) FILTER (WHERE reconciled_amount <> 0) AS reconciled_by,
    coalesce(sum(receivable_amount), 0)::bigint AS receivable, count(*) FILTER (WHERE receivable_amount <> 0) AS receivable_by,
    coalesce(sum(draft_amount), 0)::bigint AS draft, count(*) FILTER (WHERE draft_amount <> 0) AS draft_by,
    coalesce(sum(advance_amount), 0)::bigint AS advance, count(*) FILTER (WHERE advance_amount <> 0) AS advance_by
  FROM mine
)
SELECT x.name, x.amount, x.customers, x.since FROM account a, LATERAL (VALUES
  (1, 'ordered', a.reserved, a.reserved_by, least((SELECT min(r.created_at)::date FROM reservations r JOIN mine m ON m.id = r.customer_id WHERE r.status = 'open' OR r.status = 'committed'),
    (SELECT min(o.ordered_on) FROM erp_orders o JOIN mine m ON m.id = o.customer_id WHERE o.open_amount > 0))),
  (2, 'delivered', a.delivered, a.delivered_by, (SELECT min(d.delivered_on) FROM deliveries d JOIN mine m ON m.id = d.customer_id WHERE NOT d.reconciled AND NOT d.billed)),
  (3, 'reconciled', a.reconciled, a.reconciled_by, (SELECT min(s.period_to) FROM statements s JOIN mine m ON m.id = s.customer_id WHERE s.status = 'reconciled' AND s.amount <> s.invoiced_amount)),
  (4, 'invoiced', a.receivable, a.receivable_by, (SELECT min(r.invoice_date) FROM receivables r JOIN mine m ON m.id = r.customer_id WHERE r.open_amount <> 0)),
  (5, 'drafts', a.draft, a.draft_by, (SELECT min(d.issued_on) FROM acceptance_drafts d JOIN mine m ON m.id = d.customer_id WHERE d.status = 'held')),
  (6, 'advances', a.advance, a.advance_by, NULL::date)
) AS x(place, name, amount, customers, since) ORDER BY x.place`

// Stages implements biz.Repository.
func (Repo) Stages(ctx context.Context, customerID uuid.UUID, onlyOf *uuid.UUID) ([]biz.Stage, error) {
	return postgres.Query(ctx, "read stages", stages, func(rows *sql.Rows) (s biz.Stage, err error) {
		return s, rows.Scan(&s.Name, &s.Amount, &s.Customers, &s.Since)
	}, optional(&customerID), optional(onlyOf))
}

const writeOffs = `SELECT id, customer_id, receivable_id, amount, reason, status, created_at FROM write_offs`

func scanWriteOff(rows *sql.Rows) (w biz.WriteOff, err error) {
	return w, rows.Scan(&w.ID, &w.CustomerID, &w.ReceivableID, &w.Amount, &w.Reason, &w.Status, &w.CreatedAt)
}

// InsertWriteOff implements biz.Repository.
func (Repo) InsertWriteOff(ctx context.Context, w biz.WriteOff, by *uuid.UUID) error {
	_, err := exec(ctx, "insert write-off", nil, `INSERT INTO write_offs (id, customer_id, receivable_id, amount, reason, status, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)`, w.ID, w.CustomerID, w.ReceivableID, int64(w.Amount), w.Reason, w.Status, w.CreatedAt, optional(by))
	return err
}

// WriteOff implements biz.Repository.
func (Repo) WriteOff(ctx context.Context, id uuid.UUID) (biz.WriteOff, error) {
	return one(ctx, "read write-off", biz.ErrWriteOffNotFound, writeOffs+` WHERE id = $1`, scanWriteOff, id)
}

// SetWriteOff implements biz.Repository.
func (Repo) SetWriteOff(ctx context.Context, id uuid.UUID, status string, at time.Time) error {
	_, err := exec(ctx, "set write-off", nil, `UPDATE write_offs SET status = $2, updated_at = $3, version = version + 1 WHERE id = $1`, id, status, at)
	return err
}

// InsertDispute implements biz.Repository.
func (Repo) InsertDispute(ctx context.Context, i biz.Item, d biz.Dispute, by *uuid.UUID) error {
	if _, err := exec(ctx, "insert dispute", []postgres.Rule{postgres.On("dispute_one_open", biz.ErrDisputed)},
		`INSERT INTO disputes (id, customer_id, receivable_id, cause, detail, status, created_at, created_by, updated_at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $6)`,
		d.ID, i.CustomerID, i.ID, d.Cause, d.Detail, d.CreatedAt, optional(by)); err != nil {
		return err
	}
	_, err := exec(ctx, "flag dispute", nil, `UPDATE receivables SET disputed = true WHERE id = $1`, i.ID)
	return err
}

// ResolveDispute implements biz.Repository.
func (Repo) ResolveDispute(ctx context.Context, receivable uuid.UUID, outcome string, at time.Time, by *uuid.UUID) error {
	n, err := exec(ctx, "resolve dispute", nil, `UPDATE disputes SET status = 'resolved', outcome = $2, resolved_at = $3, resolved_by = $4, updated_at = $3, version = version + 1
		WHERE receivable_id = $1 AND status = 'open'`, receivable, outcome, at, optional(by))
	if err == nil && n == 0 {
		return biz.ErrDisputeNotFound
	}
	if err == nil {
		_, err = exec(ctx, "unflag dispute", nil, `UPDATE receivables SET disputed = false WHERE id = $1`, receivable)
	}
	return err
}

// InsertWaiver implements biz.Repository.
func (Repo) InsertWaiver(ctx context.Context, i biz.Item, w biz.Waiver, by *uuid.UUID) error {
	_, err := exec(ctx, "insert waiver", nil, `INSERT INTO late_fee_waivers (id, receivable_id, customer_id, amount, reason, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		uuid.Must(uuid.NewV7()), i.ID, i.CustomerID, int64(w.Amount), w.Reason, w.CreatedAt, optional(by))
	return err
}

// Settings implements biz.Repository.
func (Repo) Settings(ctx context.Context) (biz.Settings, error) {
	all, err := postgres.Query(ctx, "read settings", `SELECT id, late_fee_ppm, late_fee_grace_days, statement_days, statement_reminder_days, follow_up_days, confirm_receipts, statement_day, aging_bounds, standard_terms, standard_term, created_at FROM collection_settings ORDER BY id DESC LIMIT 1`,
		func(rows *sql.Rows) (s biz.Settings, err error) {
			return s, rows.Scan(&s.Version, &s.LateFeePPM, &s.LateFeeGraceDays, &s.StatementDays, &s.StatementReminderDays, &s.FollowUpDays, &s.ConfirmReceipts, &s.StatementDay, &s.AgingBounds, &s.StandardTerms, &s.StandardTerm, &s.Since)
		})
	if err != nil || len(all) == 0 {
		return biz.PresetSettings(), err
	}
	return all[0], nil
}

// InsertSettings implements biz.Repository.
func (Repo) InsertSettings(ctx context.Context, s biz.Settings, at time.Time, by *uuid.UUID) error {
	_, err := exec(ctx, "insert settings", nil, `INSERT INTO collection_settings (id, late_fee_ppm, late_fee_grace_days, statement_days, statement_reminder_days, follow_up_days, created_at, created_by, confirm_receipts, statement_day, aging_bounds, standard_terms, standard_term)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, s.Version, s.LateFeePPM, s.LateFeeGraceDays, s.StatementDays, s.StatementReminderDays, s.FollowUpDays, at, optional(by), s.ConfirmReceipts, s.StatementDay, s.AgingBounds, s.StandardTerms, s.StandardTerm)
	return err
}
