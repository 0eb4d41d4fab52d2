//go:build long

package bench

import (
	"context"
	"os"
	"testing"
	"time"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// serviceEnv measures the domain service alone, without HTTP.
func serviceEnv(t testing.TB, rounds int, slice time.Duration) CheckEnv {
	env := tenancytest.New(t)
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 16})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	f := creditchecktest.New(pool, calendar.System{})
	ctx := creditchecktest.ERP(scope.WithTenant(context.Background(), env.A))
	bin := os.Getenv("ZHUXIN_PG_BIN")
	if bin == "" {
		bin = "/usr/lib/postgresql/15/bin"
	}
	return CheckEnv{
		Database: Database{AdminDSN: env.AdminDSN, Schema: env.A.Schema, PGBin: bin},
		Rounds:   rounds, Slice: slice, Log: func(s string) { t.Log(s) },
		Call: func(_ context.Context, _ int, r Reserve) error {
			ctx, cancel := context.WithTimeout(creditchecktest.WithKey(ctx, r.Key, r.Key), 30*time.Second)
			defer cancel()
			_, err := f.Service.Reserve(ctx, biz.CheckInput{CustomerID: r.Customer, OrderNo: r.Order, Amount: money.Amount(r.Amount)})
			return err
		},
	}
}

// The measurements run and give sane figures; the ratios themselves are for
// `zhuxin bench` on a quiet machine.
func TestCheckIsMeasured(t *testing.T) {
	e := serviceEnv(t, 5, time.Second)
	r, err := B1(t.Context(), e)
	if err != nil || r.Runs != 5 || r.Median <= 0 || r.Detail["per_second"] <= 0 {
		t.Errorf("B1: %+v, %v", r, err)
	}
	t.Logf("%+v", r)
	r, err = B2(t.Context(), e, false)
	if err != nil || r.Median <= 0 {
		t.Errorf("B2: %+v, %v", r, err)
	}
	t.Logf("%+v", r)
}
