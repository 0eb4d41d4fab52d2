package bench_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"

	"zhuxin/tenancy/bench"
	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/tenancytest"
)

// The bench runs, on a small scale, and its figures are what they say: taking a
// prepared schema cannot be slower than creating one. ZHUXIN_BENCH_TENANTS sets
// the real scale (500).
func TestBenchRuns(t *testing.T) {
	env := tenancytest.New(t)
	m := env.Migrator(t)
	t.Cleanup(func() { dropMade(t, env) })
	scale, rounds := 6, 3
	if s := os.Getenv("ZHUXIN_BENCH_TENANTS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		scale, rounds = n, 7
	}
	pooled, fresh, err := bench.Provisioning(t.Context(), m, rounds)
	if err != nil {
		t.Fatal(err)
	}
	report(t, "provisioning from the pool / script", pooled)
	report(t, "provisioning without the pool / script", fresh)
	if len(pooled) != rounds || median(pooled) >= median(fresh) {
		t.Errorf("a prepared schema took as long as a new one")
	}
	tenants, err := bench.Tenants(t.Context(), m, scale)
	if err != nil {
		t.Fatal(err)
	}
	client := env.Pool.TenantClient()
	reads, err := bench.Reads(t.Context(), env.Pool, tenants, min(10, scale/2), 4*scale, rounds, func(ctx context.Context) error {
		if _, err := client.Customer.Query().WithRatings().WithLimits().All(ctx); err != nil {
			return err
		}
		_, err := client.CreditAccount.Query().All(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	report(t, "reads over all / over few tenants", reads)
	if len(reads) != rounds {
		t.Errorf("%d rounds, want %d", len(reads), rounds)
	}
}

func median(rounds []bench.Round) float64 {
	var all []float64
	for _, r := range rounds {
		all = append(all, r.Ratio())
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func report(t *testing.T, name string, rounds []bench.Round) {
	t.Helper()
	t.Logf("%s: median ratio %.3f of %v", name, median(rounds), rounds)
}

// dropMade removes the roles of the bench, which belong to the server.
func dropMade(t *testing.T, env *tenancytest.Env) {
	db := env.Admin(t)
	rows, err := db.Query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\_%' AND nspname <> $1 AND nspname <> $2`, env.A.Schema, env.B.Schema)
	if err != nil {
		t.Error(err)
		return
	}
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Error(err)
		}
		all = append(all, s)
	}
	_ = rows.Close()
	for _, s := range all {
		if _, err := db.Exec(`DROP SCHEMA ` + migrate.Quote(s) + ` CASCADE`); err != nil {
			t.Error(err)
		}
		if _, err := db.Exec(`DROP ROLE ` + migrate.Quote(s+"_rw")); err != nil {
			t.Error(err)
		}
	}
}
