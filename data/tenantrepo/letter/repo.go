// Package letter keeps letters and their templates: the port of biz/letter in SQL. It
// owns the tables letters, letter_serials and letter_templates.
package letter

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/letter"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const (
	whoSQL = `SELECT c.name, c.number, coalesce(c.uscc, ''), coalesce((SELECT p.name FROM projects p WHERE p.id = $2 AND p.customer_id = c.id), '')
		FROM customers c WHERE c.id = $1`
	linesSQL = `SELECT document_no, invoice_date, due_date, amount, open_amount, $3::date - due_date FROM receivables
		WHERE customer_id = $1 AND ($2::uuid IS NULL OR project_id = $2) AND open_amount <> 0 AND currency = $4::text AND due_date < $3::date
		ORDER BY due_date, document_no`
)

// Addressee implements biz.Repository.
func (Repo) Addressee(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID, on calendar.Date) (a biz.Addressee, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return a, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return a, scope.ErrNoScope
	}
	if err := q.QueryRowContext(ctx, whoSQL, customerID, projectID).Scan(&a.Name, &a.Number, &a.USCC, &a.Project); err != nil {
		return a, postgres.Map(ctx, err, "read the letter's customer")
	}
	rows, err := q.QueryContext(ctx, linesSQL, customerID, projectID, on, t.Currency)
	if err != nil {
		return a, postgres.Map(ctx, err, "read the letter's items")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l biz.Line
		if err := rows.Scan(&l.DocumentNo, &l.InvoiceDate, &l.DueDate, &l.Amount, &l.Open, &l.Days); err != nil {
			return a, postgres.Map(ctx, err, "read the letter's items")
		}
		a.Lines = append(a.Lines, l)
	}
	return a, postgres.Map(ctx, rows.Err(), "read the letter's items")
}

// serialSQL takes a number under the row's lock until the end of the transaction: one
// that is rolled back leaves no gap, and two letters wait for each other.
const serialSQL = `INSERT INTO letter_serials (id, last) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET last = letter_serials.last + 1 RETURNING last`

// NextSerial implements biz.Repository.
func (Repo) NextSerial(ctx context.Context, year int) (n int, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	return n, postgres.Map(ctx, q.QueryRowContext(ctx, serialSQL, year).Scan(&n), "take a letter's number")
}

const insertSQL = `INSERT INTO letters (id, year, serial, kind, customer_id, project_id, subject, body, lines, amount, business_date, created_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, l biz.Letter) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	lines, err := json.Marshal(l.Lines)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertSQL, l.ID, l.Year, l.Serial, l.Kind, l.CustomerID, l.ProjectID, l.Subject, l.Body, string(lines), l.Amount, l.On, l.CreatedAt)
	return postgres.Map(ctx, err, "insert letter")
}

const columns = `SELECT id, year, serial, kind, customer_id, project_id, subject, body, lines, amount, business_date, document_id, created_at FROM letters `

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID) (biz.Letter, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Letter{}, err
	}
	l, err := scan(q.QueryRowContext(ctx, columns+`WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return l, biz.ErrNotFound
	}
	return l, postgres.Map(ctx, err, "read letter")
}

// List implements biz.Repository.
func (Repo) List(ctx context.Context, customerID uuid.UUID) (out []biz.Letter, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, columns+`WHERE customer_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200`, customerID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list letters")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list letters")
		}
		out = append(out, l)
	}
	return out, postgres.Map(ctx, rows.Err(), "list letters")
}

func scan(row interface{ Scan(...any) error }) (biz.Letter, error) {
	var (
		l                 biz.Letter
		project, document uuid.NullUUID
		lines             json.RawMessage
	)
	err := row.Scan(&l.ID, &l.Year, &l.Serial, &l.Kind, &l.CustomerID, &project, &l.Subject, &l.Body, &lines, &l.Amount, &l.On, &document, &l.CreatedAt)
	if err != nil {
		return l, err
	}
	if project.Valid {
		l.ProjectID = &project.UUID
	}
	if document.Valid {
		l.DocumentID = &document.UUID
	}
	return l, json.Unmarshal(lines, &l.Lines)
}

// SetDocument implements biz.Repository.
func (Repo) SetDocument(ctx context.Context, id, documentID uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `UPDATE letters SET document_id = $2 WHERE id = $1 AND document_id IS NULL`, id, documentID)
	return postgres.Map(ctx, err, "note the letter's document")
}

// Template implements biz.Repository.
func (Repo) Template(ctx context.Context, k biz.Kind) (*biz.Template, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t := biz.Template{Kind: k}
	err = q.QueryRowContext(ctx, `SELECT subject, body, version FROM letter_templates WHERE id = $1`, k).Scan(&t.Subject, &t.Body, &t.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &t, postgres.Map(ctx, err, "read letter template")
}

const templateSQL = `INSERT INTO letter_templates (id, subject, body, version, updated_at, updated_by) VALUES ($1, $2, $3, 1, $5, $6)
	ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, body = excluded.body, version = letter_templates.version + 1,
	  updated_at = excluded.updated_at, updated_by = excluded.updated_by
	WHERE letter_templates.version = $4 RETURNING version`

// SetTemplate implements biz.Repository.
func (Repo) SetTemplate(ctx context.Context, t biz.Template, by *uuid.UUID, at time.Time) (biz.Template, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return t, err
	}
	err = q.QueryRowContext(ctx, templateSQL, t.Kind, t.Subject, t.Body, t.Version, at, by).Scan(&t.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return t, biz.ErrVersion
	}
	return t, postgres.Map(ctx, err, "store letter template")
}
