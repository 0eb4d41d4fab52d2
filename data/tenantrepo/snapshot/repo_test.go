package snapshot_test

import (
	"context"
	"testing"
	"time"

	"zhuxin/biz/exposure"
	biz "zhuxin/biz/snapshot"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/snapshot"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func TestOnlyWhatChangedIsKept(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC)}
	f := creditchecktest.New(env.Pool, clock)
	ctx := env.CtxA(t)
	s := biz.New(env.Pool.Tenant(), snapshot.Repo{Clock: clock}, f.Accounts, clock)
	today := calendar.NewDate(2026, 3, 31)
	c := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 1000})
	f.Add(t, ctx, creditchecktest.Customer{}) // never had anything
	f.Receivable(t, ctx, c.ID, "R1", today+1, 70)
	f.Recompute(t, ctx)

	rows := func(ctx context.Context) (n int, last kept) {
		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			if err := q.QueryRowContext(ctx, `SELECT count(*) FROM daily_snapshots`).Scan(&n); err != nil || n == 0 {
				return err
			}
			return q.QueryRowContext(ctx, `SELECT business_date, receivable_amount, overdue_amount, exposure_amount, limit_kind, limit_amount, late
				FROM daily_snapshots ORDER BY business_date DESC LIMIT 1`).Scan(&last.On, &last.Receivable, &last.Overdue, &last.Exposure, &last.Kind, &last.Limit, &last.Late)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, last
	}
	daily := func(on calendar.Date) {
		t.Helper()
		if err := s.Daily(ctx, on); err != nil {
			t.Fatal(err)
		}
	}
	daily(today)
	if n, last := rows(ctx); n != 1 || last != (kept{today, 70, 0, 70, "amount", 1000, false}) {
		t.Errorf("first day: %d rows, %+v", n, last)
	}
	daily(today) // the second run of the day
	clock.At = clock.At.AddDate(0, 0, 1)
	daily(today + 1)
	if n, _ := rows(ctx); n != 1 {
		t.Errorf("nothing changed: %d rows", n)
	}
	// two days later: the day on which it fell overdue is made up for
	clock.At = clock.At.AddDate(0, 0, 2)
	daily(today + 2)
	if n, last := rows(ctx); n != 2 || last != (kept{today + 2, 70, 70, 70, "amount", 1000, true}) {
		t.Errorf("a missed day: %d rows, %+v", n, last)
	}
	daily(today + 3)
	f.Receivable(t, ctx, c.ID, "R2", today+90, 30)
	f.Recompute(t, ctx, c.ID)
	daily(today + 3)
	if n, last := rows(ctx); n != 3 || last != (kept{today + 3, 100, 70, 100, "amount", 1000, false}) {
		t.Errorf("after an invoice: %d rows, %+v", n, last)
	}
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		q, err := scope.Conn(ctx)
		if err != nil {
			return 0, err
		}
		var n int
		return n, q.QueryRowContext(ctx, `SELECT count(*) FROM daily_snapshots`).Scan(&n)
	})
}

type kept struct {
	On                            calendar.Date
	Receivable, Overdue, Exposure int64
	Kind                          string
	Limit                         int64
	Late                          bool
}
