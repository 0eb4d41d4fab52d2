package scope_test

import (
	"context"
	"database/sql"
	"testing"

	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

const readOne = `SELECT name FROM import_mappings WHERE name = $1`

// BenchmarkScope compares one small read in a scope with the same read in an
// ordinary transaction of lib/pq.
func BenchmarkScope(b *testing.B) {
	env := tenancytest.New(b)
	ctx := env.CtxA(b)
	if err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { return exec(ctx, insertMapping, "x") }); err != nil {
		b.Fatal(err)
	}
	plain, err := sql.Open("postgres", env.AdminDSN+"&search_path="+env.A.Schema)
	if err != nil {
		b.Fatal(err)
	}
	defer plain.Close()
	binary, err := sql.Open("postgres", env.AdminDSN+"&binary_parameters=yes&search_path="+env.A.Schema)
	if err != nil {
		b.Fatal(err)
	}
	defer binary.Close()
	ordinary := func(db *sql.DB) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			var name string
			if err := tx.QueryRowContext(ctx, readOne, "x").Scan(&name); err != nil {
				return err
			}
			return tx.Commit()
		}
	}
	scoped := func(query string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			return env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
				q, err := scope.Conn(ctx)
				if err != nil {
					return err
				}
				var name string
				return q.QueryRowContext(ctx, query, "x").Scan(&name)
			})
		}
	}
	for _, c := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"ordinary", ordinary(plain)}, {"ordinary binary", ordinary(binary)},
		{"scope", scoped(readOne)}, {"scope hot", scoped(scope.Hot(readOne))},
		{"scope empty", func(ctx context.Context) error {
			return env.Pool.Tenant().InTx(ctx, func(context.Context) error { return nil })
		}},
	} {
		for _, cancellable := range []bool{false, true} {
			name, ctx := c.name, context.WithoutCancel(ctx)
			if cancellable {
				var cancel context.CancelFunc
				name += " cancellable"
				ctx, cancel = context.WithCancel(ctx)
				defer cancel()
			}
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					if err := c.run(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
