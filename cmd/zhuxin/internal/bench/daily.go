package bench

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"zhuxin/shared/calendar"
)

// DailyEnv are tenants of their own for B5.
type DailyEnv struct {
	Database Database // any of them; Schemas are entered one by one
	Schemas  []string
	Items    int           // open items of each tenant
	First    calendar.Date // day 0
	Rounds   int
	// Run does the dates of all tenants up to a day after the first one, which is 0;
	// since is the last day that was done.
	Run func(ctx context.Context, since, day int) error
	Log func(string)
}

// itemsPerCustomer is how many items a customer has in the books.
const itemsPerCustomer = 32

// B5 is the daily run of many tenants over their open items on ordinary days,
// against a statement in each that rewrites the aging of every open item; and three
// missed days against three single ones.
func B5(ctx context.Context, e DailyEnv) ([]Result, error) {
	db, err := e.Database.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.close()
	if err := e.each(ctx, db, e.fill); err != nil {
		return nil, err
	}
	e.Log(fmt.Sprintf("%d items in %d tenants are there", e.Items*len(e.Schemas), len(e.Schemas)))
	if err := e.Run(ctx, -1, 0); err != nil {
		return nil, err
	}
	if err := e.each(ctx, db, settle); err != nil {
		return nil, err
	}
	d := &days{DailyEnv: e, db: db, steps: map[string][]float64{}}
	for day := 1; day <= max(e.Rounds, 3)+1; day++ {
		if err := d.ordinary(ctx, day, day > 1); err != nil {
			return nil, err
		}
	}
	single := Result{}.of(d.took).Median
	start, last := time.Now(), max(e.Rounds, 3)+1
	if err := e.Run(ctx, last, last+3); err != nil {
		return nil, err
	}
	missed := time.Since(start).Seconds()
	detail := map[string]float64{"seconds": single, "reference_seconds": Result{}.of(d.reference).Median}
	var times []string
	for _, name := range slices.Sorted(maps.Keys(d.steps)) {
		detail["step_"+name+"_seconds"] = Result{}.of(d.steps[name]).Median
		times = append(times, fmt.Sprintf("%s %.2f", name, detail["step_"+name+"_seconds"]))
	}
	e.Log("seconds by step: " + strings.Join(times, ", "))
	name := fmt.Sprintf("B5 daily run, %d open items in %d tenants", e.Items*len(e.Schemas), len(e.Schemas))
	run := AtMost(Result{Name: name, Reference: "one statement a tenant that rewrites every item's aging", Detail: detail}, 0.05, d.ratios)
	if !run.Met {
		run.Note = "by step, in seconds: " + strings.Join(times, ", ")
	}
	return []Result{run,
		AtMost(Result{Name: "B5 of it: overdue, aging, stages, warnings", Reference: "the same statements"}, 0.05, d.core),
		AtMost(Result{Name: "B5 three missed days", Reference: "three times an ordinary day"}, 1, []float64{missed / (3 * single)})}, nil
}

// coreSteps are those that the design's figure for B5 names; the others keep
// snapshots, figures of reports and HQ's sums beside.
var coreSteps = []string{"accounts", "freezes", "agreements", "warnings"}

// days measures one ordinary day after the other.
type days struct {
	DailyEnv
	db              *session
	ratios, core    []float64
	took, reference []float64 // seconds
	steps           map[string][]float64
}

func (d *days) ordinary(ctx context.Context, day int, counts bool) error {
	start := time.Now()
	err := d.each(ctx, d.db, func(ctx context.Context, db *session) error {
		_, err := db.conn.ExecContext(ctx, `UPDATE bench_aging SET days = $1::date - due_date, bucket = CASE
			WHEN due_date >= $1::date THEN 0 WHEN due_date >= $1::date - 30 THEN 1
			WHEN due_date >= $1::date - 60 THEN 2 WHEN due_date >= $1::date - 90 THEN 3 ELSE 4 END`, d.First.AddDays(day))
		return err
	})
	if err != nil {
		return fmt.Errorf("bench: the reference: %w", err)
	}
	reference := time.Since(start)
	if err := d.each(ctx, d.db, func(ctx context.Context, db *session) error { return db.exec(ctx, "VACUUM bench_aging") }); err != nil {
		return err
	}
	start = time.Now()
	if err := d.Run(ctx, day-1, day); err != nil {
		return err
	}
	own := time.Since(start)
	d.Log(fmt.Sprintf("day %d: %v against %v", day, own.Round(time.Millisecond), reference.Round(time.Millisecond)))
	if !counts { // caches
		return nil
	}
	d.ratios = append(d.ratios, own.Seconds()/reference.Seconds())
	d.took, d.reference = append(d.took, own.Seconds()), append(d.reference, reference.Seconds())
	return d.split(ctx, day, own.Seconds())
}

// split reads from the runs' own rows how long each step took in all tenants. A step
// lasts until the next one begins, and the last one takes what is left of the whole.
func (d *days) split(ctx context.Context, day int, whole float64) error {
	sum, last := map[string]float64{}, ""
	err := d.each(ctx, d.db, func(ctx context.Context, db *session) error {
		rows, err := db.conn.QueryContext(ctx, `SELECT s.name, coalesce(extract(epoch FROM lead(s.started_at) OVER (ORDER BY s.position) - s.started_at), 0)
			FROM daily_steps s JOIN daily_runs r ON r.id = s.run_id WHERE r.business_date = $1::date ORDER BY s.position`, d.First.AddDays(day))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var seconds float64
			if err := rows.Scan(&name, &seconds); err != nil {
				return err
			}
			sum[name] += seconds
			whole -= seconds
			last = name
		}
		return rows.Err()
	})
	sum[last] += max(0, whole)
	core := 0.0
	for name, s := range sum {
		d.steps[name] = append(d.steps[name], s)
		if slices.Contains(coreSteps, name) {
			core += s
		}
	}
	d.core = append(d.core, core/d.reference[len(d.reference)-1])
	return err
}

// each does something in every schema.
func (e DailyEnv) each(ctx context.Context, db *session, fn func(context.Context, *session) error) error {
	for _, schema := range e.Schemas {
		if _, err := db.conn.ExecContext(ctx, "SET search_path TO "+pq.QuoteIdentifier(schema)); err != nil {
			return err
		}
		if err := fn(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

// fill makes customers with limits, and items that fall due over 300 days around
// today. The accounts are as of long ago, so that the first day computes them all.
func (e DailyEnv) fill(ctx context.Context, db *session) error {
	customers := max(1, e.Items/itemsPerCustomer)
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO customers (id, created_at, updated_at, number, name) SELECT gen_random_uuid(), now(), now(), 'B5-' || n, 'bench ' || n FROM generate_series(1, $1) n`, []any{customers}},
		{`INSERT INTO credit_accounts (id, as_of, valid_through) SELECT id, date '2000-01-01', date '2000-01-01' FROM customers`, nil},
		{`INSERT INTO credit_limits (id, created_at, updated_at, customer_id, class, kind, amount, starts_on, status, reason, effective_at, version)
			SELECT gen_random_uuid(), now(), now(), id, 'standing', 'amount', 100000000, $1::date - 300, 'effective', 'bench', now(), 1 FROM customers`, []any{e.First}},
		{`INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			SELECT gen_random_uuid(), 'bench', n::text, c.id, $3::date - n % 300 + 60, $3::date - n % 300 + 90, 'CNY', 100000 + n, 100000 + n, gen_random_uuid(), now()
			FROM generate_series(1, $1) n JOIN customers c ON c.number = 'B5-' || (1 + abs(hashint4(n)::bigint) % $2)`, []any{e.Items, customers, e.First}},
		{`CREATE TABLE bench_aging AS SELECT id, due_date, 0 AS days, 0 AS bucket FROM receivables`, nil},
	} {
		if _, err := db.conn.ExecContext(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("bench: %.60s: %w", step.query, err)
		}
	}
	return db.exec(ctx, `ALTER TABLE bench_aging ADD PRIMARY KEY (id); ANALYZE receivables; ANALYZE customers; ANALYZE credit_limits`)
}

// settle brings a schema into the state in which a server has long had it.
func settle(ctx context.Context, db *session) error {
	return db.exec(ctx, `VACUUM ANALYZE receivables; VACUUM ANALYZE credit_accounts; VACUUM ANALYZE customer_figures; VACUUM ANALYZE bench_aging; VACUUM ANALYZE daily_snapshots`)
}
