package bench

import (
	"context"
	"fmt"
	"time"
)

// DryRunEnv is a tenant of its own for B9.
type DryRunEnv struct {
	Database  Database
	Customers int
	Rounds    int
	Definition,
	Values []byte // of every customer's rating, as stored
	Statement string // reads the facts; the reference
	Args      []any
	Run       func(ctx context.Context) error // the product: reads, scores, stores
	Log       func(string)
}

// itemsEach and receiptsEach are a customer's books of two years.
const (
	itemsEach    = 24
	receiptsEach = 20
)

// B9 is a dry run of a template, from the facts to the stored result, against one
// SQL statement that reads the same facts.
func B9(ctx context.Context, e DryRunEnv) (Result, error) {
	db, err := e.Database.open(ctx)
	if err != nil {
		return Result{}, err
	}
	defer db.close()
	if err := e.fill(ctx, db); err != nil {
		return Result{}, err
	}
	var ratios []float64
	var ours, theirs time.Duration
	for i := range max(e.Rounds, 5) + 1 {
		start := time.Now()
		n, err := drain(ctx, db, e.Statement, e.Args)
		if err != nil {
			return Result{}, err
		}
		reference := time.Since(start)
		if n != e.Customers {
			return Result{}, fmt.Errorf("bench: the reference reads %d of %d customers", n, e.Customers)
		}
		start = time.Now()
		if err := e.Run(ctx); err != nil {
			return Result{}, err
		}
		own := time.Since(start)
		if i == 0 { // caches
			continue
		}
		e.Log(fmt.Sprintf("round %d: %v against %v", i, own.Round(time.Millisecond), reference.Round(time.Millisecond)))
		ratios = append(ratios, float64(own)/float64(reference))
		ours, theirs = own, reference
	}
	return AtMost(Result{Name: fmt.Sprintf("B9 template dry run, %d customers", e.Customers), Reference: "one SQL statement reading the same facts",
		Detail: map[string]float64{"ms": float64(ours.Milliseconds()), "reference_ms": float64(theirs.Milliseconds())}}, 3, ratios), nil
}

func drain(ctx context.Context, db *session, query string, args []any) (n int, err error) {
	rows, err := db.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("bench: the reference: %w", err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(cells...); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// fill makes rated customers with two years of items and receipts, some late.
func (e DryRunEnv) fill(ctx context.Context, db *session) error {
	if _, err := db.conn.ExecContext(ctx, `INSERT INTO rating_templates (id, number, name, status, definition, created_at, updated_at, effective_at, version)
		VALUES (gen_random_uuid(), 999, 'bench', 'effective', $1::jsonb, now(), now(), now(), 1)`, string(e.Definition)); err != nil {
		return err
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO customers (id, created_at, updated_at, number, name) SELECT gen_random_uuid(), now(), now(), 'B9-' || n, 'bench ' || n FROM generate_series(1, $1) n`, []any{e.Customers}},
		{`INSERT INTO credit_accounts (id, limit_kind, standing_amount, grade, receivable_amount, overdue_amount, as_of, valid_through)
			SELECT id, 'amount', 100000000, 'B', 30000000, 5000000, date '2000-01-01', date '9999-12-31' FROM customers WHERE number LIKE 'B9-%'`, nil},
		{`INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade, max_credit_amount, max_overdue_amount, max_overdue_days, effective_at, version)
			SELECT gen_random_uuid(), now(), now(), c.id, t.id, 'effective', $1::jsonb, 7000, 'B', 100000000, 1000000, 30, now(), 1
			FROM customers c, rating_templates t WHERE c.number LIKE 'B9-%' AND t.status = 'effective'`, []any{string(e.Values)}},
		{`INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			SELECT gen_random_uuid(), 'bench', c.number || '/' || k, c.id, current_date - 30 * k, current_date - 30 * k + 30, 'CNY', 1000000,
			CASE WHEN k < 3 THEN 1000000 ELSE 0 END, gen_random_uuid(), now()
			FROM customers c, generate_series(1, $1) k WHERE c.number LIKE 'B9-%'`, []any{itemsEach}},
		{`INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at)
			SELECT gen_random_uuid(), 'bench', c.number || '/' || k, c.id, current_date - 30 * k - (hashtext(c.number || k) % 25), 'CNY', 1000000, now()
			FROM customers c, generate_series(1, $1) k WHERE c.number LIKE 'B9-%'`, []any{receiptsEach}},
	} {
		if _, err := db.conn.ExecContext(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("bench: %.60s: %w", step.query, err)
		}
	}
	return db.exec(ctx, `ANALYZE customers; ANALYZE credit_accounts; ANALYZE credit_ratings; ANALYZE receivables; ANALYZE receipts`)
}
