// Package dunning keeps the rules, letters and marks of dunning: the port of
// biz/dunning in SQL. It owns the tables dunning_rules, dunning_letters and
// dunning_marks, and reads what is due from receivable_dues, who is spared from
// dunning_pauses, and what became of letters from notify_deliveries.
package dunning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/dunning"
	"zhuxin/biz/notify"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// Rule implements biz.Repository.
func (Repo) Rule(ctx context.Context) (r biz.Rule, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return r, err
	}
	var levels []byte
	err = q.QueryRowContext(ctx, `SELECT id, enabled, minimum, levels, payment_text, before_rest_days FROM dunning_rules ORDER BY id DESC LIMIT 1`).Scan(&r.Version, &r.Enabled, &r.Minimum, &levels, &r.PaymentText, &r.BeforeRestDays)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Preset(), nil
	}
	if err != nil {
		return r, postgres.Map(ctx, err, "read dunning rule")
	}
	return r, json.Unmarshal(levels, &r.Levels)
}

// SaveRule implements biz.Repository.
func (Repo) SaveRule(ctx context.Context, r biz.Rule, by uuid.UUID) error {
	levels, err := json.Marshal(r.Levels)
	if err != nil {
		return err
	}
	n, err := postgres.Exec(ctx, "save dunning rule", `INSERT INTO dunning_rules (id, enabled, minimum, levels, created_at, created_by, payment_text, before_rest_days)
		SELECT $1::bigint + 1, $2, $3, $4, now(), $5, $6, $7 WHERE $1::bigint = coalesce((SELECT max(id) FROM dunning_rules), 0) ON CONFLICT DO NOTHING`,
		r.Version, r.Enabled, int64(r.Minimum), string(levels), by, r.PaymentText, r.BeforeRestDays)
	if err == nil && n == 0 {
		return notify.ErrChanged
	}
	return err
}

// accountsSQL gives customers with an item that is due up to $2, and all their open
// items; a pause counts from its first to its last day, unless it was ended.
const accountsSQL = `SELECT c.id, c.number, c.name, c.salesperson_id,
		EXISTS (SELECT FROM dunning_pauses p WHERE p.customer_id = c.id AND p.ended_at IS NULL AND $1::date BETWEEN p.starts_on AND p.ends_on),
		c.contact_email_enc IS NOT NULL, c.contact_phone_enc IS NOT NULL, greatest(coalesce(k.advance_amount, 0), 0), d.receivable_id, r.document_no, d.due_date, d.open_amount, d.disputed,
		(SELECT max(m.level) FROM dunning_marks m WHERE m.receivable_id = d.receivable_id AND m.due_date = d.due_date)
	FROM (SELECT c.id, c.number, c.name, c.salesperson_id, c.contact_email_enc, c.contact_phone_enc FROM customers c WHERE c.id > $4 AND ($5::uuid IS NULL OR c.salesperson_id = $5)
		AND EXISTS (SELECT FROM receivable_dues x WHERE x.customer_id = c.id AND x.currency = $3 AND x.due_date <= $2::date AND x.open_amount > 0)
		ORDER BY c.id LIMIT $6) c
	LEFT JOIN credit_accounts k ON k.id = c.id
	JOIN receivable_dues d ON d.customer_id = c.id AND d.currency = $3 JOIN receivables r ON r.id = d.receivable_id
	ORDER BY c.id, d.due_date, d.receivable_id`

// Accounts implements biz.Repository.
func (Repo) Accounts(ctx context.Context, on, upTo calendar.Date, c money.Currency, after uuid.UUID, only *uuid.UUID, limit int) (out []biz.Account, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, accountsSQL, on, upTo, string(c), after, only, limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read what is due")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			a    biz.Account
			d    biz.Due
			open int64
			who  uuid.NullUUID
		)
		if err := rows.Scan(&a.Customer, &a.Number, &a.Name, &who, &a.Paused, &a.HasEmail, &a.HasPhone, &a.Advance, &d.Receivable, &d.DocumentNo, &d.DueDate, &open, &d.Disputed, &d.Written); err != nil {
			return nil, postgres.Map(ctx, err, "read what is due")
		}
		d.Open = money.Amount(open)
		if who.Valid {
			a.Salesperson = &who.UUID
		}
		if n := len(out); n == 0 || out[n-1].Customer != a.Customer {
			out = append(out, a)
		}
		last := &out[len(out)-1]
		last.Items = append(last.Items, d)
	}
	return out, postgres.Map(ctx, rows.Err(), "read what is due")
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, l biz.Letter, rule int64) (bool, error) {
	items, err := json.Marshal(l.Items)
	if err != nil {
		return false, err
	}
	n, err := postgres.Exec(ctx, "keep dunning letter", `INSERT INTO dunning_letters (id, customer_id, level, written_on, rule, currency, overdue, upcoming, credits, disputed, items, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now()) ON CONFLICT (customer_id, level, written_on) DO NOTHING`, l.ID, l.Account.Customer, l.Level.Days, l.On, rule,
		string(l.Currency), int64(l.Overdue), int64(l.Upcoming), int64(l.Credits), int64(l.Disputed), string(items))
	if err != nil || n == 0 {
		return false, err
	}
	for _, m := range l.Marks {
		if _, err := postgres.Exec(ctx, "mark dunned item", `INSERT INTO dunning_marks (id, receivable_id, due_date, level, letter_id) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (receivable_id, due_date, level) DO NOTHING`, uuid.Must(uuid.NewV7()), m.Receivable, m.DueDate, *m.Written, l.ID); err != nil {
			return false, err
		}
	}
	return true, nil
}
