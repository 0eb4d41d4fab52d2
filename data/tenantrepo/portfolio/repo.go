// Package portfolio reads what a subsidiary's portfolio is judged by and keeps its
// rules and overrides: the ports of biz/portfolio. Open amounts of past days are
// data/tenantrepo/report's, so that both show the same.
package portfolio

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/portfolio"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/report"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var (
	_ biz.Repository = Repo{}
	_ biz.Reader     = Repo{}
)

func optional(id *uuid.UUID) any {
	if id == nil || *id == uuid.Nil {
		return nil
	}
	return *id
}

func currency(ctx context.Context) (string, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return "", scope.ErrNoScope
	}
	return string(t.Currency), nil
}

// Rule implements biz.Repository.
func (Repo) Rule(ctx context.Context) (r biz.Rule, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return r, err
	}
	var text []byte
	var version int64
	err = q.QueryRowContext(ctx, `SELECT id, rule FROM portfolio_rules ORDER BY id DESC LIMIT 1`).Scan(&version, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Preset(), nil
	}
	if err != nil {
		return r, postgres.Map(ctx, err, "read the rule of the portfolio")
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("read the rule of the portfolio: %w", err)
	}
	r.Version = version
	return r, nil
}

// SaveRule implements biz.Repository.
func (Repo) SaveRule(ctx context.Context, r biz.Rule, by uuid.UUID, at time.Time) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	// Two savers of the same version: the key lets one in, and this one finds nothing
	// to add when somebody is ahead.
	n, err := postgres.Exec(ctx, "save the rule of the portfolio", `INSERT INTO portfolio_rules (id, rule, created_at, created_by)
		SELECT $1::bigint + 1, $2::jsonb, $3, $4 WHERE coalesce((SELECT max(id) FROM portfolio_rules), 0) = $1::bigint ON CONFLICT (id) DO NOTHING`, r.Version, string(text), at, optional(&by))
	if err == nil && n == 0 {
		err = biz.ErrChanged
	}
	return err
}

// AddOverride implements biz.Repository.
func (Repo) AddOverride(ctx context.Context, customerID uuid.UUID, o biz.Override, byRule biz.Category, by uuid.UUID, at time.Time) error {
	_, err := postgres.Exec(ctx, "add an override", `INSERT INTO category_overrides (id, customer_id, category, by_rule, reason, given_on, until, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, uuid.Must(uuid.NewV7()), customerID, string(o.Category), string(byRule), o.Reason, o.On, o.Until, at, optional(&by))
	return err
}

// facts: $1 today, $2 currency, $3 the salesperson, $4 the customer.
const facts = `WITH debt AS (
  SELECT customer_id, sum(open_amount)::bigint AS open, coalesce(sum(open_amount) FILTER (WHERE due_date < $1::date), 0)::bigint AS overdue,
    min(due_date) FILTER (WHERE due_date < $1::date AND open_amount > 0) AS oldest
  FROM receivable_parts WHERE currency = $2::text AND open_amount <> 0 AND ($4::uuid IS NULL OR customer_id = $4) GROUP BY 1
), dispute AS (SELECT customer_id, sum(open_amount)::bigint AS open FROM receivables WHERE disputed AND open_amount > 0 AND currency = $2::text GROUP BY 1)
SELECT c.id, c.number, c.name, coalesce(v.name, ''), coalesce(d.open, 0), coalesce(d.overdue, 0), d.oldest,
  EXISTS (SELECT FROM hq.v_negative_listed n WHERE n.uscc = c.uscc),
  EXISTS (SELECT FROM credit_agreements a WHERE a.customer_id = c.id AND a.status = 'effective' AND a.stage = 'lawsuit'),
  coalesce(x.open, 0), o.category, coalesce(o.reason, ''), o.until, o.given_on, coalesce(b.name, '')
FROM customers c LEFT JOIN debt d ON d.customer_id = c.id LEFT JOIN dispute x ON x.customer_id = c.id LEFT JOIN hq.v_members v ON v.person_id = c.salesperson_id
LEFT JOIN LATERAL (SELECT * FROM category_overrides o WHERE o.customer_id = c.id ORDER BY o.created_at DESC, o.id DESC LIMIT 1) o ON true
LEFT JOIN hq.v_members b ON b.person_id = o.created_by
WHERE ($3::uuid IS NULL OR c.salesperson_id = $3) AND CASE WHEN $4::uuid IS NULL THEN d.customer_id IS NOT NULL ELSE c.id = $4 END`

// Facts implements biz.Reader.
func (Repo) Facts(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID, customerID uuid.UUID) ([]biz.Facts, error) {
	money, err := currency(ctx)
	if err != nil {
		return nil, err
	}
	return postgres.Query(ctx, "read the facts of customers", facts, func(rows *sql.Rows) (f biz.Facts, err error) {
		var category sql.NullString
		var o biz.Override
		err = rows.Scan(&f.CustomerID, &f.Number, &f.Name, &f.Salesperson, &f.Open, &f.Overdue, &f.OldestDue, &f.Listed, &f.Lawsuit, &f.Disputed, &category, &o.Reason, &o.Until, &o.On, &o.By)
		if category.Valid {
			o.Category = biz.Category(category.String)
			f.Override = &o
		}
		return f, err
	}, today, money, optional(onlyOf), optional(&customerID))
}

// Moves implements biz.Reader.
func (Repo) Moves(ctx context.Context, today calendar.Date, ends []calendar.Date) ([]biz.Moves, int64, error) {
	return report.Repo{}.Moves(ctx, today, ends)
}
