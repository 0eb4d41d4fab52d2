package scope_test

import (
	"context"
	"errors"
	"testing"

	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// insertMapping writes the smallest row that a tenant has.
const insertMapping = `INSERT INTO import_mappings (id, created_at, updated_at, name, mapping) VALUES (gen_random_uuid(), now(), now(), $1, '{}')`

func countMappings(ctx context.Context) (n int, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM import_mappings`).Scan(&n)
	return n, err
}

func exec(ctx context.Context, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, query, args...)
	return err
}

func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		if err := exec(ctx, insertMapping, "a"); err != nil {
			return err
		}
		return env.Pool.TenantClient().ImportMapping.Create().SetName("by ent").SetMapping([]byte(`{"k":[1,"è"]}`)).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	tenancytest.OtherSeesNothing(t, env, countMappings)
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		return env.Pool.TenantClient().ImportMapping.Query().Count(ctx)
	})
	err = env.Pool.Tenant().InTx(env.CtxB(t), func(ctx context.Context) error {
		return exec(ctx, `INSERT INTO `+env.A.Schema+`.handled_events (id, handled_at) VALUES ('x', now())`)
	})
	if err == nil {
		t.Error("B wrote into A's schema")
	}
}

func TestNothingOutsideAScope(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	ctx := env.CtxA(t)
	var kept context.Context
	if err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { kept = ctx; return nil }); err != nil {
		t.Fatal(err)
	}
	db, err := scope.OpenDB(scope.Config{DSN: env.AppDSN})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for name, try := range map[string]func() error{
		"ent query": func() error { _, err := env.Pool.TenantClient().Customer.Query().Count(ctx); return err },
		"ent mutation": func() error {
			return env.Pool.TenantClient().ImportMapping.Create().SetName("x").SetMapping([]byte(`{}`)).Exec(ctx)
		},
		"ent tx":       func() error { _, err := env.Pool.TenantClient().Tx(ctx); return err },
		"hq query":     func() error { _, err := env.Pool.HQClient().Tenant.Query().Count(ctx); return err },
		"conn":         func() error { _, err := scope.Conn(ctx); return err },
		"kept context": func() error { _, err := scope.Conn(kept); return err },
		"kept ent":     func() error { _, err := env.Pool.TenantClient().Customer.Query().Count(kept); return err },
		"no tenant":    func() error { return env.Pool.Tenant().InTx(t.Context(), func(context.Context) error { return nil }) },
		"raw exec":     func() error { _, err := db.ExecContext(ctx, "SELECT 1"); return err },
		"raw query":    func() error { return db.QueryRowContext(ctx, "SELECT $1::int", 1).Scan(new(int)) },
		"raw prepare":  func() error { _, err := db.PrepareContext(ctx, "SELECT 1"); return err },
		"raw begin":    func() error { _, err := db.BeginTx(ctx, nil); return err },
		"tenant in hq": func() error {
			return env.Pool.HQ().InTx(ctx, func(ctx context.Context) error {
				_, err := env.Pool.TenantClient().Customer.Query().Count(ctx)
				return err
			})
		},
		"hq in tenant": func() error {
			return env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { _, err := env.Pool.HQClient().Tenant.Query().Count(ctx); return err })
		},
	} {
		if err := try(); !errors.Is(err, scope.ErrNoScope) {
			t.Errorf("%s: got %v, want ErrNoScope", name, err)
		}
	}
}
