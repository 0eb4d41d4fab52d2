package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lib/pq"

	"zhuxin/shared/calendar"
)

// HQSchema is the name of the shared schema.
const HQSchema = "hq"

// Migrator applies the files as zhuxin_migrator.
type Migrator struct {
	db       *sql.DB
	hq       Set
	tenant   Set
	parallel int
	attempts int
	pause    time.Duration
	clock    calendar.Clock
}

// Open connects with the first use. dsn is zhuxin_migrator's.
func Open(dsn string) (*Migrator, error) {
	hq, err := HQFiles()
	if err != nil {
		return nil, err
	}
	tenant, err := TenantFiles()
	if err != nil {
		return nil, err
	}
	return OpenSets(dsn, hq, tenant)
}

// OpenSets is Open with other files; the tests of migrations use it.
func OpenSets(dsn string, hq, tenant Set) (*Migrator, error) {
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("migrate: database address: %w", err)
	}
	cfg.ApplicationName = "zhuxin-migrate"
	c, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("migrate: database address: %w", err)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(8)
	db.SetConnMaxIdleTime(time.Minute)
	return &Migrator{db: db, hq: hq, tenant: tenant, parallel: 2, attempts: 4, pause: 250 * time.Millisecond, clock: calendar.System{}}, nil
}

// Close closes the connections.
func (m *Migrator) Close() error { return m.db.Close() }

// LatestTenant is the version that a tenant's schema has after Up.
func (m *Migrator) LatestTenant() string { return m.tenant.Latest() }

// LatestHQ is the version that the shared schema has after Up.
func (m *Migrator) LatestHQ() string { return m.hq.Latest() }

// Result is what became of one schema.
type Result struct {
	Schema  string
	Pooled  bool
	Applied int // files
	Took    time.Duration
	Err     error
}

// Options choose what Up does.
type Options struct {
	Schemas  []string     // only these tenant schemas; empty: all
	Progress func(Result) // called once per schema, never at the same time
}

// Up migrates HQ's schema, then the tenants' and the prepared ones, two at a time.
// A schema that fails is noted and does not stop the others; the error then says
// how many failed. HQ failing stops everything.
func (m *Migrator) Up(ctx context.Context, o Options) ([]Result, error) {
	report := &collector{progress: o.Progress}
	hq := m.one(ctx, target{schema: HQSchema, set: m.hq})
	report.add(hq)
	if hq.Err != nil {
		return report.results, fmt.Errorf("migrate: the shared schema: %w", hq.Err)
	}
	targets, err := m.targets(ctx, o.Schemas)
	if err != nil {
		return report.results, err
	}
	queue := make(chan target)
	var wg sync.WaitGroup
	for range m.parallel {
		wg.Go(func() {
			for t := range queue {
				report.add(m.one(ctx, t))
			}
		})
	}
	for _, t := range targets {
		queue <- t
	}
	close(queue)
	wg.Wait()
	return report.results, report.err(len(targets))
}

type target struct {
	schema string
	pooled bool
	set    Set
}

// targets lists the tenant schemas; those of tenants come before prepared ones.
func (m *Migrator) targets(ctx context.Context, only []string) ([]target, error) {
	rows, err := m.db.QueryContext(ctx, `SELECT id, pooled FROM hq.schema_states
		WHERE id <> $1 AND (cardinality($2::text[]) = 0 OR id = ANY ($2)) ORDER BY pooled, id`, HQSchema, pq.Array(append([]string{}, only...)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []target
	for rows.Next() {
		t := target{set: m.tenant}
		if err := rows.Scan(&t.schema, &t.pooled); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(only) > 0 && len(out) < len(only) {
		return nil, fmt.Errorf("migrate: %d of the %d schemas asked for are not known", len(only)-len(out), len(only))
	}
	return out, rows.Err()
}

// one migrates one schema and tries again when it only had to wait too long.
func (m *Migrator) one(ctx context.Context, t target) Result {
	start := m.clock.Now()
	r := Result{Schema: t.schema, Pooled: t.pooled}
	for attempt := 1; ; attempt++ {
		r.Applied, r.Err = m.try(ctx, t)
		if r.Err == nil || attempt == m.attempts || !passing(r.Err) || !wait(ctx, m.pause<<(attempt-1)) {
			break
		}
	}
	r.Took = m.clock.Now().Sub(start)
	if r.Err != nil && t.schema != HQSchema {
		m.noteFailure(ctx, t.schema, r.Err)
	}
	return r
}

func (m *Migrator) try(ctx context.Context, t target) (n int, err error) {
	err = m.Tx(ctx, func(tx *sql.Tx) error {
		if t.schema == HQSchema {
			if _, err := tx.ExecContext(ctx, "SET LOCAL client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS hq"); err != nil {
				return err
			}
		}
		if err := enter(ctx, tx, t.schema); err != nil {
			return err
		}
		if n, err = apply(ctx, tx, t.schema, t.set); err != nil {
			return err
		}
		return note(ctx, tx, t.schema, t.set.Latest(), t.pooled)
	})
	return n, err
}

// Tx runs fn in one transaction as zhuxin_migrator. Provisioning uses it too.
func (m *Migrator) Tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := m.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = tx.Rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	done = true
	return tx.Commit()
}

// Fresh migrates a schema that the transaction has just created, and notes it as
// prepared.
func (m *Migrator) Fresh(ctx context.Context, tx *sql.Tx, schema string) error {
	if err := enter(ctx, tx, schema); err != nil {
		return err
	}
	if _, err := apply(ctx, tx, schema, m.tenant); err != nil {
		return err
	}
	return note(ctx, tx, schema, m.tenant.Latest(), true)
}

// noteFailure is for people to read; the version stays what it was.
func (m *Migrator) noteFailure(ctx context.Context, schema string, cause error) {
	text := cause.Error()
	if len(text) > 500 {
		text = text[:500]
	}
	_ = m.Tx(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE hq.schema_states SET status = 'failed', error = $2, updated_at = now() WHERE id = $1`, schema, text)
		return err
	})
}

// passing says that the same attempt can work a moment later.
func passing(err error) bool {
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "55P03", "40P01", "40001": // lock not available, deadlock, serialization
		return true
	}
	return false
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

type collector struct {
	mu       sync.Mutex
	progress func(Result)
	results  []Result
	failed   []error
}

func (c *collector) add(r Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results = append(c.results, r)
	if r.Err != nil {
		c.failed = append(c.failed, r.Err)
	}
	if c.progress != nil {
		c.progress(r)
	}
}

func (c *collector) err(of int) error {
	if len(c.failed) == 0 {
		return nil
	}
	return fmt.Errorf("migrate: %d of %d schemas failed and stay at their version; the others are done: %w", len(c.failed), of, errors.Join(c.failed...))
}
