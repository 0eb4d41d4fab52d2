package rollup_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	biz "zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var start = time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC)

func read(t testing.TB, env *tenancytest.Env, ctx context.Context, asOf calendar.Date, ids ...uuid.UUID) (rows []biz.Customer) {
	t.Helper()
	err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
		rows, err = rollup.Source{}.Customers(ctx, asOf, ids)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The SQL ages every item as exposure.Aging.Add does, on any day, also on the
// last ones of uneven months.
func TestAgesAsTheRuleSays(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: start})
	ctx := env.CtxA(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		asOf := calendar.NewDate(rapid.IntRange(2023, 2028).Draw(rt, "year"), time.Month(rapid.IntRange(1, 12).Draw(rt, "month")), 1).AddDays(-1)
		asOf = asOf.AddDays(rapid.SampledFrom([]int{0, 0, -1, -2, -3, 1, 14}).Draw(rt, "day"))
		c := f.Add(t, ctx, creditchecktest.Customer{})
		want := exposure.Aging{AsOf: asOf}
		for i := range rapid.IntRange(1, 12).Draw(rt, "items") {
			due := asOf.AddMonths(rapid.SampledFrom([]int{-25, -24, -23, -13, -12, -11, -7, -6, -5, -3, -2, -1, 0, 1}).Draw(rt, "months")).
				AddDays(rapid.IntRange(-4, 4).Draw(rt, "days"))
			open := money.Amount(rapid.SampledFrom([]int64{-900, 1, 2000, 1 << 45}).Draw(rt, "open"))
			f.Receivable(t, ctx, c.ID, fmt.Sprintf("R%d-%d", round, i), due, open)
			want.Add(due, open)
		}
		// An item in another currency counts nowhere.
		f.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'usd', $2, $3, $4, $4, 'USD', 7, 7, $1, now())`, uuid.New(), fmt.Sprint(round), c.ID, asOf)
		rows := read(t, env, ctx, asOf, c.ID)
		if len(rows) != 1 {
			rt.Fatalf("%d rows of one customer", len(rows))
		}
		g := rows[0].Figures
		got := exposure.Aging{AsOf: g.AsOf, Receivable: money.Amount(g.Receivable), NotDue: money.Amount(g.NotDue),
			Months0To6: money.Amount(g.Months0), Months6To12: money.Amount(g.Months6), Months12To24: money.Amount(g.Months12), Months24: money.Amount(g.Months24),
			Days1To30: money.Amount(g.Days1), Days31To60: money.Amount(g.Days31), Days61To90: money.Amount(g.Days61), Days91: money.Amount(g.Days91)}
		if got != want || g.Overdue != int64(want.PastDue()) {
			rt.Fatalf("on %s:\n%+v, want\n%+v", asOf, got, want)
		}
	})
}

func TestStateOfTheAccount(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: start})
	ctx := env.CtxA(t)
	today := calendar.Of(start, calendar.Shanghai)
	amount := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 1000, Grade: "A", USCC: "CODE"})
	f.Limit(t, ctx, amount.ID, creditchecktest.Limit{Class: "temporary", Kind: exposure.LimitAmount, Amount: 500, From: today, To: today})
	none := f.Add(t, ctx, creditchecktest.Customer{})
	unlimited := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitUnlimited})
	f.Recompute(t, ctx)
	want := map[uuid.UUID]biz.Customer{
		amount.ID:    {Grade: "A", USCC: "CODE", LimitKind: "amount", Figures: biz.Figures{Limit: 1500}},
		none.ID:      {LimitKind: "none"},
		unlimited.ID: {LimitKind: "unlimited"},
	}
	rows := read(t, env, ctx, today)
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		w := want[r.ID]
		if r.Grade != w.Grade || r.USCC != w.USCC || r.LimitKind != w.LimitKind || r.Limit != w.Limit || r.Version < 2 || r.TenantID != env.A.ID || r.Currency != "CNY" {
			t.Errorf("got %+v, want %+v", r, w)
		}
	}
	if rows := read(t, env, ctx, today, none.ID, uuid.New()); len(rows) != 1 || rows[0].ID != none.ID {
		t.Errorf("asked for one: %+v", rows)
	}
}

func TestOtherTenant(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: start})
	ctx := env.CtxA(t)
	c := f.Add(t, ctx, creditchecktest.Customer{Grade: "A"})
	f.Receivable(t, ctx, c.ID, "R1", calendar.Of(start, calendar.Shanghai), 70) // not yet in the account: drift
	for _, ids := range [][]uuid.UUID{nil, {c.ID}} {
		tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
			rows, err := rollup.Source{}.Customers(ctx, calendar.Of(start, calendar.Shanghai), ids)
			return len(rows), err
		})
	}
	var rated uuid.UUID
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		rows, err := rollup.Source{}.Ratings(ctx, uuid.Nil)
		if len(rows) > 0 {
			rated = rows[0].ID
		}
		return len(rows), err
	})
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		rows, err := rollup.Source{}.Ratings(ctx, rated)
		return len(rows), err
	})
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		drift, err := rollup.Source{}.Drift(ctx)
		return len(drift), err
	})
	f.Recompute(t, ctx)
	err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		if drift, err := (rollup.Source{}).Drift(ctx); err != nil || len(drift) > 0 {
			return fmt.Errorf("after recomputing: %v, %w", drift, err)
		}
		if rows, err := (rollup.Source{}).Ratings(ctx, uuid.New()); err != nil || len(rows) > 0 {
			return fmt.Errorf("ratings of nobody: %v, %w", rows, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	_, err = rollup.Source{}.Customers(ctx, 1, nil)
	_, err2 := rollup.Source{}.Ratings(ctx, rated)
	_, err3 := rollup.Source{}.Drift(ctx)
	for _, err := range []error{err, err2, err3} {
		if !errors.Is(err, scope.ErrNoScope) {
			t.Errorf("outside a unit of work: %v", err)
		}
	}
}
