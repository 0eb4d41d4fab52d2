package scope

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// entDriver is an ent driver without a connection of its own: it runs on the
// transaction in the context and refuses to run without one, or on one of the
// other graph. So one static client serves all tenants. It ignores the session
// variables of entsql.WithVar, which ent would set for good (pitfall 24a).
type entDriver struct{ kind kind }

var _ dialect.Driver = entDriver{}

func (d entDriver) tx(ctx context.Context) (*sql.Tx, error) {
	r, err := current(ctx)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, fmt.Errorf("%w: the %s client needs a transaction of its scope", ErrNoScope, d.kind)
	case r.kind != d.kind:
		return nil, fmt.Errorf("%w: the %s client was used in a transaction of %s", ErrNoScope, d.kind, r.kind)
	}
	return r.tx, nil
}

// Exec implements dialect.ExecQuerier.
func (d entDriver) Exec(ctx context.Context, query string, args, v any) error {
	argv, ok := args.([]any)
	if !ok {
		return fmt.Errorf("scope: arguments are %T, want []any", args)
	}
	res, err := d.ExecContext(ctx, query, argv...)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case *sql.Result:
		*v = res
	default:
		return fmt.Errorf("scope: result is %T, want *sql.Result", v)
	}
	return nil
}

// Query implements dialect.ExecQuerier.
func (d entDriver) Query(ctx context.Context, query string, args, v any) error {
	argv, ok := args.([]any)
	if !ok {
		return fmt.Errorf("scope: arguments are %T, want []any", args)
	}
	out, ok := v.(*entsql.Rows)
	if !ok {
		return fmt.Errorf("scope: result is %T, want *sql.Rows of ent", v)
	}
	rows, err := d.QueryContext(ctx, query, argv...)
	if err != nil {
		return err
	}
	*out = entsql.Rows{ColumnScanner: rows}
	return nil
}

// ExecContext serves the clients' ExecContext.
func (d entDriver) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tx, err := d.tx(ctx)
	if err != nil {
		return nil, err
	}
	return tx.ExecContext(ctx, query, args...)
}

// QueryContext serves the clients' QueryContext.
func (d entDriver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tx, err := d.tx(ctx)
	if err != nil {
		return nil, err
	}
	return tx.QueryContext(ctx, query, args...)
}

// Tx joins: ent opens one around a mutation that takes several statements, and an
// error of it makes the unit of work roll back as a whole.
func (d entDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	if _, err := d.tx(ctx); err != nil {
		return nil, err
	}
	return dialect.NopTx(d), nil
}

// BeginTx is refused.
func (d entDriver) BeginTx(context.Context, *sql.TxOptions) (dialect.Tx, error) {
	return nil, errors.New("scope: open transactions by Pool.Tenant() or Pool.HQ()")
}

// Close does nothing: the pool owns the connections.
func (entDriver) Close() error { return nil }

// Dialect is PostgreSQL.
func (entDriver) Dialect() string { return dialect.Postgres }
