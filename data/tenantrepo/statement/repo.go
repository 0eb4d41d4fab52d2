// Package statement keeps statements of account: the port of biz/statement in SQL.
// It owns the table statements; of deliveries the columns statement_id and
// reconciled, and of receivables statement_id. Statements are made by the same few
// set-based statements for one customer's period and for a month of all.
package statement

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/statement"
	"zhuxin/data/postgres"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

func ids(ctx context.Context, doing, statement string, args ...any) ([]uuid.UUID, error) {
	return postgres.Query(ctx, doing, statement, func(rows *sql.Rows) (id uuid.UUID, err error) { return id, rows.Scan(&id) }, args...)
}

func optional(id *uuid.UUID) any {
	if id == nil || *id == uuid.Nil {
		return nil
	}
	return *id
}

const columns = `SELECT s.id, s.number, s.customer_id, c.number AS customer_number, c.name AS customer_name, coalesce(v.name, '') AS salesperson, s.contract_no, s.period_from, s.period_to,
	s.volume, s.amount, s.invoiced_amount, t.tickets, t.amount AS tickets_amount, s.status, s.evidence, s.document_id, s.deadline, s.reminded_on, s.escalated_on, s.obstacle, s.obstacle_until,
	s.submitted_by, coalesce(b.name, '') AS submitter, s.submitted_at, s.reviewed_by, coalesce(r.name, '') AS reviewer, s.reviewed_at, s.review_comment, s.version
	FROM statements s JOIN customers c ON c.id = s.customer_id LEFT JOIN hq.v_members v ON v.person_id = c.salesperson_id
	LEFT JOIN hq.v_members b ON b.person_id = s.submitted_by LEFT JOIN hq.v_members r ON r.person_id = s.reviewed_by
	CROSS JOIN LATERAL (SELECT count(*) AS tickets, coalesce(sum(d.amount), 0)::bigint AS amount FROM deliveries d WHERE d.statement_id = s.id) t`

func scan(rows *sql.Rows, more ...any) (s biz.Statement, err error) {
	var document, submitter, reviewer uuid.NullUUID
	err = rows.Scan(append([]any{&s.ID, &s.Number, &s.CustomerID, &s.CustomerNumber, &s.CustomerName, &s.Salesperson, &s.ContractNo, &s.From, &s.To,
		&s.Volume, &s.Amount, &s.Invoiced, &s.Tickets, &s.TicketsAmount, &s.Status, &s.Evidence, &document, &s.Deadline, &s.RemindedOn, &s.EscalatedOn, &s.Obstacle, &s.ObstacleUntil,
		&submitter, &s.SubmittedBy, &s.SubmittedAt, &reviewer, &s.ReviewedBy, &s.ReviewedAt, &s.ReviewComment, &s.Version}, more...)...)
	s.DocumentID, s.SubmitterID, s.ReviewerID = known(document), known(submitter), known(reviewer)
	return s, err
}

func known(id uuid.NullUUID) *uuid.UUID {
	if !id.Valid {
		return nil
	}
	return &id.UUID
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// scoped: $1 today, $2 the salesperson, $3 the customer, $4 the text, $5 the evidence,
// $6 the month that the period ends in.
const (
	scoped = `($2::uuid IS NULL OR c.salesperson_id = $2) AND ($3::uuid IS NULL OR s.customer_id = $3)
		AND ($4::text = '' OR c.name LIKE '%' || $4 || '%' OR c.number LIKE $4 || '%' OR s.number LIKE '%' || $4 || '%' OR s.contract_no LIKE $4 || '%')
		AND ($5::text = '' OR s.evidence = $5) AND ($6::date IS NULL OR s.period_to >= $6 AND s.period_to < $6 + interval '1 month')`
	list = columns + ` WHERE ` + scoped + `
		AND CASE $7::text WHEN 'live' THEN s.status IN ('open', 'submitted') WHEN 'all' THEN true WHEN 'late' THEN s.status = 'open' AND s.deadline < $1::date ELSE s.status = $7 END`
	counts = `SELECT count(*) FILTER (WHERE s.status = 'open'), count(*) FILTER (WHERE s.status = 'open' AND s.deadline < $1::date), count(*) FILTER (WHERE s.status = 'open' AND s.escalated_on IS NOT NULL),
		count(*) FILTER (WHERE s.status = 'open' AND s.obstacle_until >= $1::date), count(*) FILTER (WHERE s.status = 'submitted'), count(*) FILTER (WHERE s.status = 'reconciled'), count(*) FILTER (WHERE s.status = 'cancelled')
		FROM statements s JOIN customers c ON c.id = s.customer_id WHERE ` + scoped
)

// List implements biz.Repository.
func (Repo) List(ctx context.Context, in biz.Query) (p biz.Page, err error) {
	args := []any{in.Today, optional(in.OnlyOf), optional(&in.CustomerID), escapeLike.Replace(in.Text), in.Evidence, in.Month}
	all, err := postgres.Query(ctx, "count statements", counts, func(rows *sql.Rows) (n biz.Counts, err error) {
		return n, rows.Scan(&n.Open, &n.Late, &n.Escalated, &n.Hindered, &n.Submitted, &n.Reconciled, &n.Cancelled)
	}, args...)
	if err != nil {
		return p, err
	}
	p.Counts = all[0]
	p.Statements, err = postgres.Query(ctx, "list statements", `WITH seen AS (`+list+`) SELECT *, count(*) OVER (), sum(amount) OVER ()::bigint FROM seen
		ORDER BY status NOT IN ('open', 'submitted'), CASE WHEN status IN ('open', 'submitted') THEN deadline END, period_to DESC, id DESC LIMIT $8 OFFSET $9`, func(rows *sql.Rows) (biz.Statement, error) {
		return scan(rows, &p.Total, &p.Sum)
	}, append(args, in.View, in.Limit, in.Offset)...)
	return p, err
}

// Some implements biz.Repository.
func (Repo) Some(ctx context.Context, ids []uuid.UUID) ([]biz.Statement, error) {
	return postgres.Query(ctx, "read statements", columns+` WHERE s.id = ANY($1::uuid[]) ORDER BY s.number`,
		func(rows *sql.Rows) (biz.Statement, error) { return scan(rows) }, pq.Array(ids))
}

// History implements biz.Repository. What stands in no audit row of its own is told
// by the statement: made by the daily run or for all at once, reminded, escalated.
func (Repo) History(ctx context.Context, id uuid.UUID) ([]biz.Step, error) {
	return postgres.Query(ctx, "read history of statement", `SELECT h.at, h.action, h.actor_name, h.amount, h.comment FROM (
		SELECT a.at, a.action, a.actor_name, coalesce((a.after->>'amount')::bigint, 0) AS amount,
		CASE a.action WHEN 'statement.hindered' THEN coalesce(a.after->>'obstacle', '') WHEN 'statement.made' THEN '' WHEN 'statement.printed' THEN '' WHEN 'statement.submitted' THEN coalesce(a.after->>'evidence', '') ELSE coalesce(a.after->>'comment', '') END AS comment, row_number() OVER (ORDER BY a.at, a.id) AS seq
		FROM audit_log a WHERE a.object_type = 'statement' AND a.object_id = $1::uuid::text
		UNION ALL SELECT s.created_at, 'statement.made', '', 0, '', 0 FROM statements s WHERE s.id = $1
		  AND NOT EXISTS (SELECT FROM audit_log a WHERE a.object_type = 'statement' AND a.object_id = $1::uuid::text AND a.action = 'statement.made')
		) h ORDER BY h.at DESC, h.seq DESC LIMIT 200`, func(rows *sql.Rows) (s biz.Step, err error) {
		return s, rows.Scan(&s.At, &s.Action, &s.Actor, &s.Amount, &s.Comment)
	}, id)
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Statement, error) {
	all, err := postgres.Query(ctx, "read statement", columns+` WHERE s.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`,
		func(rows *sql.Rows) (biz.Statement, error) { return scan(rows) }, id, optional(onlyOf))
	if err == nil && len(all) == 0 {
		return biz.Statement{}, biz.ErrNotFound
	}
	if err != nil {
		return biz.Statement{}, err
	}
	return all[0], nil
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, customerID, id uuid.UUID) error {
	if _, err := postgres.Exec(ctx, "lock credit account", `SELECT FROM credit_accounts WHERE id = $1 FOR NO KEY UPDATE`, customerID); err != nil {
		return err
	}
	_, err := postgres.Exec(ctx, "lock statement", `SELECT FROM statements WHERE id = $1 FOR UPDATE`, id)
	return err
}

// Tickets implements biz.Repository.
func (Repo) Tickets(ctx context.Context, id uuid.UUID, limit int) ([]biz.Ticket, error) {
	return postgres.Query(ctx, "list tickets", `SELECT id, ticket_no, order_no, delivered_on, volume, amount FROM deliveries WHERE statement_id = $1 ORDER BY delivered_on, ticket_no LIMIT $2`,
		func(rows *sql.Rows) (t biz.Ticket, err error) {
			return t, rows.Scan(&t.ID, &t.Number, &t.OrderNo, &t.DeliveredOn, &t.Volume, &t.Amount)
		}, id, limit)
}

// Invoices implements biz.Repository.
func (Repo) Invoices(ctx context.Context, s biz.Statement) ([]biz.Invoice, error) {
	return postgres.Query(ctx, "list invoices", `SELECT id, document_no, invoice_date, amount, statement_id IS NOT NULL FROM receivables
		WHERE customer_id = $2 AND (statement_id = $1 OR $3::boolean AND statement_id IS NULL AND invoice_date >= $4::date AND ($5 = '' OR contract_no IN ('', $5)))
		ORDER BY statement_id IS NULL, invoice_date, document_no LIMIT $6`, func(rows *sql.Rows) (i biz.Invoice, err error) {
		return i, rows.Scan(&i.ID, &i.DocumentNo, &i.InvoiceDate, &i.Amount, &i.Linked)
	}, s.ID, s.CustomerID, s.Status == biz.Reconciled, s.From, s.ContractNo, biz.MostLines)
}

// Periods implements biz.Repository.
func (Repo) Periods(ctx context.Context, customerID uuid.UUID) ([]biz.Period, error) {
	return postgres.Query(ctx, "list periods", `SELECT date_trunc('month', delivered_on)::date, count(*), sum(volume)::bigint, sum(amount)::bigint,
		count(*) FILTER (WHERE statement_id IS NULL AND NOT reconciled), coalesce(sum(amount) FILTER (WHERE statement_id IS NULL AND NOT reconciled), 0)::bigint,
		coalesce(sum(amount) FILTER (WHERE reconciled), 0)::bigint
		FROM deliveries WHERE customer_id = $1 GROUP BY 1 ORDER BY 1 DESC LIMIT 60`, func(rows *sql.Rows) (p biz.Period, err error) {
		return p, rows.Scan(&p.Month, &p.Tickets, &p.Volume, &p.Amount, &p.Free, &p.FreeAmount, &p.Reconciled)
	}, customerID)
}

// Evidence implements biz.Repository.
func (Repo) Evidence(ctx context.Context, customerID, documentID uuid.UUID) error {
	found, err := ids(ctx, "read evidence", `SELECT id FROM documents WHERE id = $1 AND customer_id = $2`, documentID, customerID)
	if err == nil && len(found) == 0 {
		err = biz.ErrEvidence
	}
	return err
}

// Save implements biz.Repository.
func (Repo) Save(ctx context.Context, s biz.Statement, at time.Time) error {
	_, err := postgres.Exec(ctx, "save statement", `UPDATE statements SET status = $2, evidence = $3, document_id = $4, deadline = $5, reminded_on = $6, escalated_on = $7, obstacle = $8, obstacle_until = $9,
		submitted_by = $10, submitted_at = $11, reviewed_by = $12, reviewed_at = $13, review_comment = $14, updated_at = $15, version = version + 1 WHERE id = $1`,
		s.ID, string(s.Status), string(s.Evidence), optional(s.DocumentID), s.Deadline, s.RemindedOn, s.EscalatedOn, s.Obstacle, s.ObstacleUntil,
		optional(s.SubmitterID), s.SubmittedAt, optional(s.ReviewerID), s.ReviewedAt, s.ReviewComment, at)
	return err
}

// Reconcile implements biz.Repository.
func (Repo) Reconcile(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := postgres.Exec(ctx, "reconcile tickets", `UPDATE deliveries SET reconciled = true, updated_at = $2 WHERE statement_id = $1 AND NOT reconciled`, id, at)
	return err
}

// Free implements biz.Repository.
func (Repo) Free(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := postgres.Exec(ctx, "free tickets", `UPDATE deliveries SET statement_id = NULL, updated_at = $2 WHERE statement_id = $1 AND NOT reconciled`, id, at)
	return err
}

// Link implements biz.Repository.
func (Repo) Link(ctx context.Context, s biz.Statement, receivables []uuid.UUID, at time.Time) error {
	chosen := pq.Array(append([]uuid.UUID{}, receivables...)) // none is an empty array, not NULL
	found, err := ids(ctx, "lock invoices", `SELECT id FROM receivables WHERE id = ANY($1::uuid[]) AND customer_id = $2 AND (statement_id IS NULL OR statement_id = $3) ORDER BY id FOR NO KEY UPDATE`,
		chosen, s.CustomerID, s.ID)
	if err != nil {
		return err
	}
	different := map[uuid.UUID]bool{}
	for _, id := range receivables {
		different[id] = true
	}
	if len(found) != len(different) {
		return biz.ErrInvoice
	}
	if _, err := postgres.Exec(ctx, "link invoices", `UPDATE receivables SET statement_id = CASE WHEN id = ANY($1::uuid[]) THEN $2::uuid END
		WHERE statement_id = $2 AND NOT id = ANY($1::uuid[]) OR statement_id IS NULL AND id = ANY($1::uuid[])`, chosen, s.ID); err != nil {
		return err
	}
	n, err := postgres.Exec(ctx, "sum invoices", `UPDATE statements s SET invoiced_amount = x.amount, updated_at = $2, version = version + 1
		FROM (SELECT coalesce(sum(amount), 0)::bigint AS amount FROM receivables WHERE statement_id = $1) x WHERE s.id = $1 AND x.amount <= s.amount`, s.ID, at)
	if err == nil && n == 0 {
		err = biz.ErrInvoicedToo
	}
	return err
}
