package portfolio

import (
	"context"
	"database/sql"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/portfolio"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
)

// owed: $1 today, $2 currency, $3 the salesperson, $4 the last days of the buckets.
const owed = `SELECT c.id, c.number, c.name, coalesce(v.name, ''), x.bucket, x.items, x.open, coalesce(q.open, 0)
FROM (SELECT p.customer_id, (SELECT count(*) FROM unnest($4::int[]) b WHERE $1::date - p.due_date > b) AS bucket, count(*) AS items, sum(p.open_amount)::bigint AS open
  FROM receivable_parts p WHERE p.currency = $2::text AND p.open_amount <> 0 GROUP BY 1, 2) x
JOIN customers c ON c.id = x.customer_id LEFT JOIN (SELECT customer_id, sum(open_amount)::bigint AS open FROM receivables WHERE disputed AND open_amount <> 0 AND currency = $2::text GROUP BY 1) q ON q.customer_id = c.id
LEFT JOIN hq.v_members v ON v.person_id = c.salesperson_id
WHERE $3::uuid IS NULL OR c.salesperson_id = $3 ORDER BY c.number, c.id`

// Owed implements biz.Reader.
func (Repo) Owed(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID) (out []biz.Owed, err error) {
	money, err := currency(ctx)
	if err != nil {
		return nil, err
	}
	bounds := pq.Int64Array{}
	for _, b := range biz.BucketDays {
		bounds = append(bounds, int64(b))
	}
	_, err = postgres.Query(ctx, "sum what is owed by age", owed, func(rows *sql.Rows) (struct{}, error) {
		var o biz.Owed
		var bucket int
		var items, open int64
		if err := rows.Scan(&o.CustomerID, &o.Number, &o.Name, &o.Salesperson, &bucket, &items, &open, &o.Disputed); err != nil {
			return struct{}{}, err
		}
		if n := len(out); n == 0 || out[n-1].CustomerID != o.CustomerID {
			out = append(out, o)
		}
		last := &out[len(out)-1]
		last.Items[bucket], last.Open[bucket] = items, open
		return struct{}{}, nil
	}, today, money, optional(onlyOf), bounds)
	return out, err
}

const (
	// due: $1 currency, $2 the salesperson. Credits stand apart from debts of their day.
	// A row per customer, his days in arrays: there are some dozens of days each.
	due = `SELECT c.id, c.number, c.name, coalesce(v.name, ''), x.days, x.open, coalesce(q.open, 0)
FROM (SELECT customer_id, array_agg(due_date - date 'epoch' ORDER BY due_date) AS days, array_agg(open ORDER BY due_date) AS open
  FROM (SELECT customer_id, due_date, sum(open_amount)::bigint AS open FROM receivable_parts WHERE currency = $1::text AND open_amount <> 0 GROUP BY customer_id, due_date, open_amount < 0) y
  GROUP BY customer_id) x
JOIN customers c ON c.id = x.customer_id LEFT JOIN (SELECT customer_id, sum(open_amount)::bigint AS open FROM receivables WHERE disputed AND open_amount <> 0 AND currency = $1::text GROUP BY 1) q ON q.customer_id = c.id
LEFT JOIN hq.v_members v ON v.person_id = c.salesperson_id
WHERE $2::uuid IS NULL OR c.salesperson_id = $2 ORDER BY c.number, c.id`

	// promises that wait, less what came in for them. What was reversed did not come in.
	promises = `SELECT p.customer_id, p.promised_on, p.open FROM (
  SELECT f.customer_id, f.promised_on, f.promised_amount - (SELECT coalesce(sum(r.amount), 0)::bigint FROM receipts r WHERE r.customer_id = f.customer_id
    AND r.received_on BETWEEN f.promise_from AND f.promised_on AND r.reverses IS NULL AND NOT EXISTS (SELECT FROM receipts x WHERE x.reverses = r.id)) AS open
  FROM follow_ups f WHERE f.promise = 'waiting' AND f.status = 'agreed') p WHERE p.open > 0 ORDER BY p.promised_on`

	// ties are customers whose receipts explain what is settled of their items. $1 currency.
	ties = `WITH item AS MATERIALIZED (SELECT customer_id, id, invoice_date, due_date, amount - open_amount AS settled FROM receivable_parts WHERE currency = $1::text AND amount <> open_amount),
cash AS MATERIALIZED (SELECT r.customer_id, r.id, r.received_on, r.amount FROM receipts r WHERE r.currency = $1::text),
ties AS (SELECT i.customer_id FROM (SELECT customer_id, sum(settled) AS settled FROM item GROUP BY 1) i
  JOIN (SELECT customer_id, sum(amount) AS paid FROM cash GROUP BY 1) k ON k.customer_id = i.customer_id WHERE k.paid = i.settled) `
	settledItems = ties + `SELECT i.customer_id, i.due_date, i.settled FROM item i JOIN ties t ON t.customer_id = i.customer_id WHERE i.settled > 0 ORDER BY i.customer_id, i.due_date, i.invoice_date, i.id`
	paidAmounts  = ties + `SELECT p.customer_id, p.on_date, p.amount FROM (
  SELECT k.customer_id, k.received_on AS on_date, k.amount, k.id FROM cash k JOIN receipts r ON r.id = k.id WHERE r.reverses IS NULL AND NOT EXISTS (SELECT FROM receipts x WHERE x.reverses = k.id)
  UNION ALL SELECT i.customer_id, i.invoice_date, -i.settled, i.id FROM item i WHERE i.settled < 0) p JOIN ties t ON t.customer_id = p.customer_id ORDER BY p.customer_id, p.on_date, p.id`
)

// Debtors implements biz.Reader.
func (Repo) Debtors(ctx context.Context, _ calendar.Date, onlyOf *uuid.UUID) (out []biz.Debtor, err error) {
	money, err := currency(ctx)
	if err != nil {
		return nil, err
	}
	out, err = postgres.Query(ctx, "list what is due", due, func(rows *sql.Rows) (d biz.Debtor, err error) {
		var days, open pq.Int64Array
		err = rows.Scan(&d.CustomerID, &d.Number, &d.Name, &d.Salesperson, &days, &open, &d.Disputed)
		for i, day := range days {
			d.Open = append(d.Open, biz.OpenDue{Due: calendar.Date(day), Amount: open[i]})
		}
		return d, err
	}, money, optional(onlyOf))
	if err != nil {
		return nil, err
	}
	byID := map[uuid.UUID]int{}
	for i, d := range out {
		byID[d.CustomerID] = i
	}
	_, err = postgres.Query(ctx, "list promises", promises, func(rows *sql.Rows) (struct{}, error) {
		var id uuid.UUID
		var p biz.Promise
		err := rows.Scan(&id, &p.On, &p.Amount)
		if i, ok := byID[id]; ok && err == nil {
			out[i].Promises = append(out[i].Promises, p)
		}
		return struct{}{}, err
	})
	return slices.Clip(out), err
}

// Habits implements biz.Reader.
func (Repo) Habits(ctx context.Context) ([]biz.Settled, []biz.Paid, error) {
	money, err := currency(ctx)
	if err != nil {
		return nil, nil, err
	}
	settled, err := postgres.Query(ctx, "list what is settled", settledItems, func(rows *sql.Rows) (s biz.Settled, err error) {
		return s, rows.Scan(&s.CustomerID, &s.Due, &s.Amount)
	}, money)
	if err != nil {
		return nil, nil, err
	}
	paid, err := postgres.Query(ctx, "list what was paid", paidAmounts, func(rows *sql.Rows) (p biz.Paid, err error) {
		return p, rows.Scan(&p.CustomerID, &p.On, &p.Amount)
	}, money)
	return settled, paid, err
}
