package provision

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/shared/money"
	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/scope"
)

// Provisioner makes tenants as zhuxin_migrator.
type Provisioner struct{ m *migrate.Migrator }

// New takes the migrator whose login owns the schemas.
func New(m *migrate.Migrator) *Provisioner { return &Provisioner{m} }

// Create makes the tenant in one transaction, with a schema from the pool or a new
// one. A repeated call with the same id and USCC gives the tenant that is there.
// ErrUSCCTaken and ErrSlugTaken say that it is another's.
func (p *Provisioner) Create(ctx context.Context, in NewTenant) (scope.Tenant, error) {
	if err := in.Validate(); err != nil {
		return scope.Tenant{}, err
	}
	step := in.OnStep
	if step == nil {
		step = func(Step) {}
	}
	var t scope.Tenant
	err := p.m.Tx(ctx, func(tx *sql.Tx) error {
		found, err := existing(ctx, tx, in)
		if err != nil || found != nil {
			if found != nil {
				t = *found
			}
			return err
		}
		schema, err := p.take(ctx, tx)
		if err != nil {
			return err
		}
		step(StepSchema)
		if t, err = enter(ctx, tx, in, schema); err != nil {
			return err
		}
		step(StepRegistry)
		return nil
	})
	if err != nil {
		return scope.Tenant{}, taken(err)
	}
	step(StepDone)
	return t, nil
}

// existing gives the tenant of a repeated call, or says whose the code or slug is.
func existing(ctx context.Context, tx *sql.Tx, in NewTenant) (*scope.Tenant, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, slug, name, schema_name, uscc, currency, time_zone FROM hq.tenants WHERE id = $1 OR uscc = $2 OR slug = $3`, in.ID, in.USCC, in.Slug)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var refused error
	for rows.Next() {
		var t scope.Tenant
		var uscc, zone string
		if err := rows.Scan(&t.ID, &t.Slug, &t.Name, &t.Schema, &uscc, &t.Currency, &zone); err != nil {
			return nil, err
		}
		if t.ID == in.ID && uscc == in.USCC {
			t.Zone, err = time.LoadLocation(zone)
			return &t, err
		}
		if uscc == in.USCC {
			refused = ErrUSCCTaken.With("uscc", in.USCC)
		} else if refused == nil {
			refused = ErrSlugTaken.With("slug", in.Slug)
		}
	}
	return nil, errors.Join(rows.Err(), refused)
}

// take gives a prepared schema, or makes one. Two callers never take the same.
func (p *Provisioner) take(ctx context.Context, tx *sql.Tx) (string, error) {
	var schema string
	err := tx.QueryRowContext(ctx, `SELECT id FROM hq.schema_states WHERE pooled AND status = 'current' AND version = $1
		ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`, p.m.LatestTenant()).Scan(&schema)
	if errors.Is(err, sql.ErrNoRows) {
		return p.build(ctx, tx)
	}
	return schema, err
}

// build makes an empty schema under its final opaque name, with the role that
// works in it.
func (p *Provisioner) build(ctx context.Context, tx *sql.Tx) (string, error) {
	schema := "t_" + strings.ToLower(rand.Text())[:20]
	role := migrate.Quote(schema + "_rw")
	q := fmt.Sprintf(`CREATE ROLE %[1]s NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; GRANT zhuxin_tenant TO %[1]s; GRANT %[1]s TO zhuxin_app; CREATE SCHEMA %[2]s`,
		role, migrate.Quote(schema))
	if _, err := tx.ExecContext(ctx, q); err != nil {
		return "", err
	}
	if err := p.m.Fresh(ctx, tx, schema); err != nil {
		return "", err
	}
	// The policy in force until the tenant writes its own: the columns' presets.
	_, err := tx.ExecContext(ctx, `INSERT INTO credit_policies (created_at) VALUES (now())`)
	return schema, err
}

func enter(ctx context.Context, tx *sql.Tx, in NewTenant, schema string) (scope.Tenant, error) {
	by := uuid.NullUUID{UUID: in.CreatedBy, Valid: in.CreatedBy != uuid.Nil}
	_, err := tx.ExecContext(ctx, `
INSERT INTO hq.tenants (id, created_at, created_by, slug, name, short_name, uscc, schema_name, currency, time_zone)
VALUES ($1, now(), $2, $3, $4, $5, $6, $7, $8, $9)`,
		in.ID, by, in.Slug, in.Name, in.ShortName, in.USCC, schema, string(in.Currency), in.TimeZone)
	if err != nil {
		return scope.Tenant{}, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE hq.schema_states SET pooled = false, updated_at = now() WHERE id = $1`, schema); err != nil {
		return scope.Tenant{}, err
	}
	zone, err := time.LoadLocation(in.TimeZone)
	return scope.Tenant{ID: in.ID, Slug: in.Slug, Name: in.Name, Schema: schema, Currency: money.Currency(in.Currency), Zone: zone}, err
}

// taken turns the race of two calls into the answer that the second one gets.
func taken(err error) error {
	var e *pq.Error
	if errors.As(err, &e) && e.Code == "23505" {
		switch {
		case strings.Contains(e.Constraint, "uscc"):
			return ErrUSCCTaken.Wrap(err)
		case strings.Contains(e.Constraint, "slug"):
			return ErrSlugTaken.Wrap(err)
		}
	}
	return err
}

// Pooled counts the prepared schemas that Create can take.
func (p *Provisioner) Pooled(ctx context.Context) (n int, err error) {
	err = p.m.Tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM hq.schema_states WHERE pooled AND status = 'current' AND version = $1`, p.m.LatestTenant()).Scan(&n)
	})
	return n, err
}

// Refill prepares schemas until n wait, each in a transaction of its own, and says
// how many it made.
func (p *Provisioner) Refill(ctx context.Context, n int) (made int, err error) {
	have, err := p.Pooled(ctx)
	for err == nil && have+made < n {
		err = p.m.Tx(ctx, func(tx *sql.Tx) error {
			_, err := p.build(ctx, tx)
			return err
		})
		if err == nil {
			made++
		}
	}
	return made, err
}
