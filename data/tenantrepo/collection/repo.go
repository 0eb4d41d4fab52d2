// Package collection keeps receipts, the book of applications, drafts, write-offs,
// disputes and waivers: the port of biz/collection in SQL.
//
// It owns the tables payment_applications, acceptance_drafts, write_offs, disputes,
// late_fee_waivers and collection_settings, and of receivables the columns
// open_amount and applied_amount as far as entries move them, and disputed.
package collection

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

func exec(ctx context.Context, doing string, rules []postgres.Rule, statement string, args ...any) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, postgres.Map(ctx, err, doing, rules...)
	}
	return res.RowsAffected()
}

func one[T any](ctx context.Context, doing string, missing error, statement string, read func(*sql.Rows) (T, error), args ...any) (v T, err error) {
	all, err := postgres.Query(ctx, doing, statement, read, args...)
	if err == nil && len(all) == 0 {
		return v, missing
	}
	if err != nil {
		return v, err
	}
	return all[0], nil
}

func optional(id *uuid.UUID) any {
	if id == nil || *id == uuid.Nil {
		return nil
	}
	return *id
}

// LockCustomer implements biz.Repository.
func (Repo) LockCustomer(ctx context.Context, id uuid.UUID) error {
	_, err := exec(ctx, "lock credit account", nil, `SELECT FROM credit_accounts WHERE id = $1 FOR NO KEY UPDATE`, id)
	return err
}

const receiptColumns = `r.id, r.source, r.document_no, r.customer_id, c.name, r.received_on, r.amount, r.method, r.contract_no, r.payer, r.remark,
  r.reverses, x.id IS NOT NULL AS reversed, r.applied_by_source,
  CASE WHEN r.applied_by_source OR r.reverses IS NOT NULL OR x.id IS NOT NULL THEN 0 ELSE r.amount - coalesce(u.used, 0) END AS unapplied,
  d.id AS draft_id, d.draft_no, d.kind AS draft_kind, d.acceptor, d.issued_on, d.due_on, d.status, d.settled_on`

const receiptFrom = `
FROM receipts r JOIN customers c ON c.id = r.customer_id
LEFT JOIN receipts x ON x.reverses = r.id
LEFT JOIN LATERAL (SELECT sum(a.amount)::bigint AS used FROM payment_applications a WHERE a.receipt_id = r.id) u ON true
LEFT JOIN acceptance_drafts d ON d.receipt_id = r.id `

func scanReceipt(rows *sql.Rows, more ...any) (biz.Receipt, error) {
	var (
		r                            biz.Receipt
		reverses, draft              uuid.NullUUID
		number, kind, acceptor, stat sql.NullString
		issued, due, settled         calendar.Date
	)
	err := rows.Scan(append([]any{&r.ID, &r.Source, &r.Number, &r.CustomerID, &r.CustomerName, &r.ReceivedOn, &r.Amount, &r.Method, &r.ContractNo, &r.Payer, &r.Remark,
		&reverses, &r.Reversed, &r.AppliedBySource, &r.Unapplied, &draft, &number, &kind, &acceptor, &issued, &due, &stat, &settled}, more...)...)
	r.Reverses = reverses.UUID
	if draft.Valid {
		r.Draft = &biz.Draft{ID: draft.UUID, Number: number.String, Kind: kind.String, Acceptor: acceptor.String, IssuedOn: issued, DueOn: due,
			Status: stat.String, SettledOn: settled, ReceiptID: r.ID, Amount: r.Amount}
	}
	return r, err
}

// Receipt implements biz.Repository.
func (Repo) Receipt(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Receipt, error) {
	return one(ctx, "read receipt", biz.ErrReceiptNotFound, `SELECT `+receiptColumns+receiptFrom+`WHERE r.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`,
		func(rows *sql.Rows) (biz.Receipt, error) { return scanReceipt(rows) }, id, optional(onlyOf))
}

// Recipient implements biz.Repository.
func (Repo) Recipient(ctx context.Context, customerID uuid.UUID, key string) (biz.Recipient, error) {
	return one(ctx, "read the recipient of a confirmation", customer.ErrNotFound, `SELECT c.number, c.name, c.contact_email_enc IS NOT NULL,
		d.created_at, d.sent_at, coalesce(d.state, '')
		FROM customers c LEFT JOIN LATERAL (SELECT created_at, sent_at, state FROM notify_deliveries d
			WHERE d.event_key = $2 AND d.recipient = c.id AND d.audience = 'customer' ORDER BY d.state = 'sent' DESC, d.created_at LIMIT 1) d ON true WHERE c.id = $1`, func(rows *sql.Rows) (r biz.Recipient, err error) {
		return r, rows.Scan(&r.Number, &r.Name, &r.HasEmail, &r.Written, &r.Sent, &r.State)
	}, customerID, key)
}

// InsertReceipt implements biz.Repository.
func (Repo) InsertReceipt(ctx context.Context, r biz.Receipt, at time.Time, by *uuid.UUID) error {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return scope.ErrNoScope
	}
	_, err := exec(ctx, "insert receipt", []postgres.Rule{postgres.On("receipt_source_document_no", biz.ErrReceiptExists), postgres.On("receipts_reverses_key", biz.ErrReceiptReversed)},
		`INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, applied_by_source, method, contract_no, payer, remark, reverses, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, false, $8, $9, $10, $11, $12, $13, $14)`,
		r.ID, r.Source, r.Number, r.CustomerID, r.ReceivedOn, string(t.Currency), int64(r.Amount), string(r.Method), r.ContractNo, r.Payer, r.Remark, optional(&r.Reverses), at, optional(by))
	return err
}

// InsertDraft implements biz.Repository.
func (Repo) InsertDraft(ctx context.Context, d biz.Draft, customerID uuid.UUID, at time.Time, by *uuid.UUID) error {
	_, err := exec(ctx, "insert draft", []postgres.Rule{postgres.On("acceptance_draft_no", biz.ErrDraftExists)},
		`INSERT INTO acceptance_drafts (id, draft_no, kind, customer_id, receipt_id, acceptor, amount, issued_on, due_on, status, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)`,
		d.ID, d.Number, d.Kind, customerID, d.ReceiptID, d.Acceptor, int64(d.Amount), d.IssuedOn, d.DueOn, d.Status, at, optional(by))
	return err
}

// Draft implements biz.Repository.
func (Repo) Draft(ctx context.Context, id uuid.UUID) (biz.Draft, uuid.UUID, error) {
	var customer uuid.UUID
	d, err := one(ctx, "read draft", biz.ErrDraftNotFound, `SELECT id, draft_no, kind, acceptor, issued_on, due_on, status, settled_on, receipt_id, amount, customer_id FROM acceptance_drafts WHERE id = $1`,
		func(rows *sql.Rows) (d biz.Draft, err error) {
			return d, rows.Scan(&d.ID, &d.Number, &d.Kind, &d.Acceptor, &d.IssuedOn, &d.DueOn, &d.Status, &d.SettledOn, &d.ReceiptID, &d.Amount, &customer)
		}, id)
	return d, customer, err
}

// SettleDraft implements biz.Repository.
func (Repo) SettleDraft(ctx context.Context, id uuid.UUID, status string, on calendar.Date, at time.Time) error {
	n, err := exec(ctx, "settle draft", nil, `UPDATE acceptance_drafts SET status = $2, settled_on = $3, updated_at = $4, version = version + 1 WHERE id = $1 AND status = 'held'`, id, status, on, at)
	if err == nil && n == 0 {
		return biz.ErrDraftSettled
	}
	return err
}

const itemColumns = `r.id, r.customer_id, r.document_no, r.contract_no, r.project_id, coalesce((SELECT p.name FROM projects p WHERE p.id = r.project_id), ''), r.due_date, r.amount, r.open_amount, r.disputed`

func scanItem(rows *sql.Rows, more ...any) (i biz.Item, err error) {
	var project uuid.NullUUID
	err = rows.Scan(append([]any{&i.ID, &i.CustomerID, &i.DocumentNo, &i.ContractNo, &project, &i.Project, &i.DueDate, &i.Amount, &i.Open, &i.Disputed}, more...)...)
	i.ProjectID = project.UUID
	return i, err
}

// OpenItems implements biz.Repository.
func (Repo) OpenItems(ctx context.Context, customerID uuid.UUID) ([]biz.Item, error) {
	return postgres.Query(ctx, "list open items", `SELECT `+itemColumns+` FROM receivables r WHERE r.customer_id = $1 AND r.open_amount > 0 ORDER BY r.due_date, r.document_no, r.id`,
		func(rows *sql.Rows) (biz.Item, error) { return scanItem(rows) }, customerID)
}

// Item implements biz.Repository.
func (Repo) Item(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Item, error) {
	return one(ctx, "read receivable", biz.ErrItemNotFound, `SELECT `+itemColumns+` FROM receivables r JOIN customers c ON c.id = r.customer_id
		WHERE r.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`, func(rows *sql.Rows) (biz.Item, error) { return scanItem(rows) }, id, optional(onlyOf))
}

const insertEntries = `
INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, receipt_id, credit_id, write_off_id, amount, reverses, rule, applied_on, reason, created_at, created_by)
SELECT n.id, n.batch_id, n.customer_id, n.receivable_id, n.kind,
  CASE n.kind WHEN 'receipt' THEN n.from_id END, CASE n.kind WHEN 'credit' THEN n.from_id END, CASE n.kind WHEN 'write_off' THEN n.from_id END,
  n.amount, n.reverses, n.rule, n.applied_on, n.reason, $12, $13
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::uuid[], $9::text[], $10::date[], $11::text[])
  AS n(id, batch_id, customer_id, receivable_id, kind, from_id, amount, reverses, rule, applied_on, reason)`

// moveOpen moves what is open of items $1 by amounts $2: down by a payment, up by
// a counter-entry, and never beyond zero or the whole. A source may have said
// meanwhile that more is open; then a counter-entry stops at the whole.
const moveOpen = `
UPDATE receivables r SET applied_amount = r.applied_amount + m.by,
  open_amount = CASE WHEN r.amount > 0 THEN least(r.amount, r.open_amount - m.by) ELSE greatest(r.amount, r.open_amount - m.by) END
FROM (SELECT id, sum(by)::bigint AS by FROM unnest($1::uuid[], $2::bigint[]) AS u(id, by) GROUP BY id) m
WHERE r.id = m.id AND (r.amount > 0 AND r.open_amount - m.by >= 0 OR r.amount < 0 AND r.open_amount - m.by <= 0)`

// Write implements biz.Repository.
func (Repo) Write(ctx context.Context, entries []biz.Entry) error {
	var ids, batches, customers, items, froms, moved pq.StringArray
	var kinds, rules, dates, reasons pq.StringArray
	var reverses []sql.NullString
	var amounts, by pq.Int64Array
	distinct := map[uuid.UUID]bool{}
	move := func(id uuid.UUID, amount int64) {
		moved, by = append(moved, id.String()), append(by, amount)
		distinct[id] = true
	}
	for _, e := range entries {
		ids, batches, customers, items = append(ids, e.ID.String()), append(batches, e.BatchID.String()), append(customers, e.CustomerID.String()), append(items, e.ReceivableID.String())
		kinds, froms, amounts = append(kinds, string(e.Kind)), append(froms, e.From.String()), append(amounts, int64(e.Amount))
		reverses = append(reverses, sql.NullString{String: e.Reverses.String(), Valid: e.Reverses != uuid.Nil})
		rules, dates, reasons = append(rules, string(e.Rule)), append(dates, e.AppliedOn.String()), append(reasons, e.Reason)
		move(e.ReceivableID, int64(e.Amount))
		if e.Kind == biz.EntryCredit {
			move(e.From, -int64(e.Amount))
		}
	}
	if _, err := exec(ctx, "insert entries", []postgres.Rule{postgres.On("payment_applications_reverses_key", biz.ErrReversedAlready)}, insertEntries,
		ids, batches, customers, items, kinds, froms, amounts, pq.Array(reverses), rules, dates, reasons, entries[0].CreatedAt, optional(entries[0].CreatedBy)); err != nil {
		return err
	}
	n, err := exec(ctx, "move open amounts", nil, moveOpen, moved, by)
	if err == nil && n != int64(len(distinct)) {
		return biz.ErrTooMuch
	}
	return err
}

const entriesBy = `
SELECT a.id, a.batch_id, a.customer_id, a.receivable_id, v.document_no, a.kind, coalesce(a.receipt_id, a.credit_id, a.write_off_id),
  coalesce(p.document_no, k.document_no, ''), a.amount, a.reverses, EXISTS (SELECT FROM payment_applications c WHERE c.reverses = a.id),
  a.rule, a.applied_on, coalesce(p.received_on, a.applied_on), a.reason, a.created_at, a.created_by
FROM payment_applications a JOIN receivables v ON v.id = a.receivable_id
LEFT JOIN receipts p ON p.id = a.receipt_id LEFT JOIN receivables k ON k.id = a.credit_id
WHERE {column} = $1 ORDER BY a.created_at, a.id`

// Entries implements biz.Repository.
func (Repo) Entries(ctx context.Context, by biz.EntriesBy, id uuid.UUID) ([]biz.Entry, error) {
	column := map[biz.EntriesBy]string{biz.ByID: "a.id", biz.ByBatch: "a.batch_id", biz.ByReceipt: "a.receipt_id", biz.ByWriteOff: "a.write_off_id",
		biz.ByReceivable: "a.receivable_id"}[by]
	if column == "" {
		return nil, errors.New("entries: no such column")
	}
	statement := strings.Replace(entriesBy, "{column} = $1", column+" = $1", 1)
	if by == biz.ByReceivable {
		statement = strings.Replace(entriesBy, "{column} = $1", "(a.receivable_id = $1 OR a.credit_id = $1)", 1)
	}
	return postgres.Query(ctx, "list entries", statement, func(rows *sql.Rows) (e biz.Entry, err error) {
		var reverses, person uuid.NullUUID
		err = rows.Scan(&e.ID, &e.BatchID, &e.CustomerID, &e.ReceivableID, &e.DocumentNo, &e.Kind, &e.From, &e.FromNumber, &e.Amount, &reverses, &e.Reversed,
			&e.Rule, &e.AppliedOn, &e.PaidOn, &e.Reason, &e.CreatedAt, &person)
		e.Reverses = reverses.UUID
		if person.Valid {
			e.CreatedBy = &person.UUID
		}
		return e, err
	}, id)
}
