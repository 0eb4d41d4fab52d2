// Package directory keeps HQ's register of persons, applications, memberships,
// invitations and API keys in PostgreSQL. It implements the ports of
// shared/directory, has no rules of its own, and works only inside HQ's unit of
// work (tenancy/scope), whose search path is the shared schema.
package directory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/directory"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
)

// NewStore gives the repositories.
func NewStore() directory.Store {
	return directory.Store{
		People: people{}, Applications: applications{}, Codes: codes{}, Memberships: memberships{},
		Invitations: invitations{}, Keys: keys{}, Tenants: tenants{},
	}
}

// scanner is a row of a result.
type scanner interface{ Scan(dest ...any) error }

// one reads the only row; missing is the answer when there is none.
func one[T any](ctx context.Context, missing *fault.Error, doing string, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	var zero T
	c, err := scope.Conn(ctx)
	if err != nil {
		return zero, err
	}
	v, err := scan(c.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return zero, missing
	}
	return v, postgres.Map(ctx, err, doing)
}

// all reads every row.
func all[T any](ctx context.Context, doing string, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, doing)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, doing)
		}
		out = append(out, v)
	}
	return out, postgres.Map(ctx, rows.Err(), doing)
}

// run changes rows and says how many.
func run(ctx context.Context, doing string, rules []postgres.Rule, query string, args ...any) (int64, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := c.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, postgres.Map(ctx, err, doing, rules...)
	}
	return res.RowsAffected()
}

// must is run on exactly one row; missing is the answer when there was none.
func must(ctx context.Context, missing *fault.Error, doing, query string, args ...any) error {
	n, err := run(ctx, doing, nil, query, args...)
	if err == nil && n == 0 {
		return missing
	}
	return err
}

// jsonb encodes a value for a jsonb parameter.
func jsonb(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// jsonColumn decodes a jsonb column into its target.
type jsonColumn struct{ into any }

// Scan implements sql.Scanner.
func (j jsonColumn) Scan(src any) error {
	switch v := src.(type) {
	case []byte:
		return json.Unmarshal(v, j.into)
	case string:
		return json.Unmarshal([]byte(v), j.into)
	case nil:
		return nil
	}
	return fmt.Errorf("a jsonb column came as %T", src)
}

// A nil tenant is HQ. Written like this, and not as IS NOT DISTINCT FROM, the
// condition finds its index: each call is planned with its parameters known.
const (
	ofTenant   = `(tenant_id = $1 OR $1::uuid IS NULL AND tenant_id IS NULL)`
	ofTenantIn = `(m.tenant_id = $1 OR $1::uuid IS NULL AND m.tenant_id IS NULL)`
)

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}
