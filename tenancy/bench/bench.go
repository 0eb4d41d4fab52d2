// Package bench measures what tenancy promises, as ratios against a
// reference in the same run with the two sides interleaved (performance.md):
// provisioning against one SQL script of the same DDL (B8), and a read with many
// tenants against the same read with few (B7). `zhuxin bench` prints the figures.
// It works in a database of its own; it leaves its tenants there.
package bench

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
)

// Round is one pair of measurements.
type Round struct{ Subject, Reference time.Duration }

// Ratio of the subject to the reference: 0.1 is ten times as fast.
func (r Round) Ratio() float64 { return float64(r.Subject) / float64(r.Reference) }

// Provisioning times, in each round, a tenant from the pool, a tenant without the
// pool, and one script that creates the same schema in one message.
func Provisioning(ctx context.Context, m *migrate.Migrator, rounds int) (pooled, fresh []Round, err error) {
	p := provision.New(m)
	script, err := newScript(m)
	if err != nil {
		return nil, nil, err
	}
	// Without the pool: Create finds none, because the round takes the only one first.
	if err := drain(ctx, p); err != nil {
		return nil, nil, err
	}
	for i := range rounds + 1 {
		if _, err := p.Refill(ctx, 1); err != nil {
			return nil, nil, err
		}
		var took [3]time.Duration
		for side, run := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := p.Create(ctx, another()); return err },
			func(ctx context.Context) error { _, err := p.Create(ctx, another()); return err },
			script,
		} {
			start := time.Now()
			if err := run(ctx); err != nil {
				return nil, nil, err
			}
			took[side] = time.Since(start)
		}
		if i > 0 { // the first round warms up
			pooled = append(pooled, Round{took[0], took[2]})
			fresh = append(fresh, Round{took[1], took[2]})
		}
	}
	return pooled, fresh, nil
}

// drain takes what waits in the pool.
func drain(ctx context.Context, p *provision.Provisioner) error {
	for {
		n, err := p.Pooled(ctx)
		if err != nil || n == 0 {
			return err
		}
		if _, err := p.Create(ctx, another()); err != nil {
			return err
		}
	}
}

// another is a tenant that nobody has yet.
func another() provision.NewTenant {
	id := uuid.New()
	tail := strings.ToUpper(hex.EncodeToString(id[:8]))
	return provision.NewTenant{ID: id, Slug: "bench-" + strings.ToLower(tail), Name: "bench " + tail, ShortName: "bench", USCC: "91" + tail}
}

// newScript gives the reference: schema, role and all tables in one message.
func newScript(m *migrate.Migrator) (func(context.Context) error, error) {
	files, err := migrate.TenantFiles()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		schema := "t_script" + fmt.Sprintf("%x", uuid.New())[:12]
		q := fmt.Sprintf(`CREATE ROLE %[1]s NOLOGIN; GRANT zhuxin_tenant TO %[1]s; GRANT %[1]s TO zhuxin_app; CREATE SCHEMA %[2]s; SET LOCAL search_path TO %[2]s;`,
			migrate.Quote(schema+"_rw"), migrate.Quote(schema))
		for _, f := range files {
			q += f.SQL
		}
		return m.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, q)
			return err
		})
	}, nil
}

// Tenants makes n tenants for the read bench.
func Tenants(ctx context.Context, m *migrate.Migrator, n int) ([]scope.Tenant, error) {
	p := provision.New(m)
	out := make([]scope.Tenant, 0, n)
	for range n {
		t, err := p.Create(ctx, another())
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Reads times the same number of reads spread over all tenants and over the first
// few of them. read runs in a transaction of each tenant.
func Reads(ctx context.Context, pool *scope.Pool, tenants []scope.Tenant, few, reads, rounds int, read func(ctx context.Context) error) ([]Round, error) {
	spread := func(over []scope.Tenant) (time.Duration, error) {
		start := time.Now()
		for i := range reads {
			if err := pool.Tenant().InTx(scope.WithTenant(ctx, over[i%len(over)]), read); err != nil {
				return 0, err
			}
		}
		return time.Since(start), nil
	}
	var out []Round
	for i := range rounds + 1 {
		var r Round
		var err error
		if r.Subject, err = spread(tenants); err != nil {
			return nil, err
		}
		if r.Reference, err = spread(tenants[:min(few, len(tenants))]); err != nil {
			return nil, err
		}
		if i > 0 { // the first round warms the connections' caches up
			out = append(out, r)
		}
	}
	return out, nil
}
