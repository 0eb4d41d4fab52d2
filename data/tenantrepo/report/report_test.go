package report_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/report"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/report"
	"zhuxin/shared/calendar"
	shared "zhuxin/shared/report"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func TestOtherTenant(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	at := time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: at})
	ctx, today := env.CtxA(t), calendar.Of(at, calendar.Shanghai)
	c := f.Add(t, ctx, creditchecktest.Customer{})
	f.Receivable(t, ctx, c.ID, "R1", today-10, 700)
	f.Exec(t, ctx, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), 'P1', 'project', $2)`, uuid.New(), c.ID)
	f.Exec(t, ctx, `UPDATE receivables SET project_id = (SELECT id FROM projects)`)
	refresh := func(ctx context.Context) (n int) {
		t.Helper()
		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			n, err = report.Repo{}.Refresh(ctx, today, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n, again, b := refresh(ctx), refresh(ctx), refresh(env.CtxB(t)); n != 1 || again != 0 || b != 0 {
		t.Errorf("refreshed %d, then %d; %d of the other tenant", n, again, b)
	}
	count := func(fn func(ctx context.Context, r report.Repo) (int, error)) {
		t.Helper()
		tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) { return fn(ctx, report.Repo{}) })
	}
	count(func(ctx context.Context, r report.Repo) (int, error) { m, err := r.Waiting(ctx, 5); return len(m), err })
	count(func(ctx context.Context, r report.Repo) (int, error) { m, err := r.Marks(ctx); return len(m), err })
	count(func(ctx context.Context, r report.Repo) (int, error) {
		m, err := r.Stored(ctx)
		return len(m), err
	})
	count(func(ctx context.Context, r report.Repo) (int, error) {
		m, err := r.Projects(ctx, today)
		return len(m), err
	})
	count(func(ctx context.Context, r report.Repo) (int, error) {
		s, err := r.Series(ctx, shared.Filter{CustomerID: c.ID})
		return len(s), err
	})
	count(func(ctx context.Context, r report.Repo) (int, error) {
		a, err := r.Aging(ctx, biz.AgingQuery{Filter: shared.Filter{CustomerID: c.ID}, Today: today, On: today, Scheme: biz.SchemeDays, Bounds: []int{30}})
		return len(a), err
	})
	f.Exec(t, ctx, `INSERT INTO collection_settings (id, aging_bounds, created_at) VALUES (1, '15,45', now())`)
	count(func(ctx context.Context, r report.Repo) (int, error) {
		s, err := r.OwnBounds(ctx)
		return len(s), err
	})
	for _, of := range []shared.RankOf{shared.RankCustomers, shared.RankProjects} {
		count(func(ctx context.Context, r report.Repo) (int, error) {
			rows, _, err := r.Rank(ctx, biz.RankQuery{Of: of, Order: shared.ByOldest, Today: today, Limit: 5})
			return len(rows), err
		})
	}
	count(func(ctx context.Context, r report.Repo) (int, error) {
		_, ok, err := r.Name(ctx, shared.Filter{CustomerID: c.ID})
		if ok {
			return 1, err
		}
		return 0, err
	})
	if _, err := (report.Repo{}).Refresh(ctx, today, nil); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("outside a unit of work: %v", err)
	}
}

// A day later HQ is sent the dates that moved, not the month ends that stand, until
// something of the customer himself changes.
func TestChangedSinceProjected(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	today := calendar.NewDate(2026, 3, 17)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: time.Date(2026, 3, 17, 4, 0, 0, 0, time.UTC)})
	ctx := env.CtxA(t)
	c := f.Add(t, ctx, creditchecktest.Customer{})
	f.Receivable(t, ctx, c.ID, "R1", today.AddMonths(-20), 700)
	project := func(today calendar.Date) (changed, dates int) {
		t.Helper()
		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			if _, err := (report.Repo{}).Refresh(ctx, today, nil); err != nil {
				return err
			}
			marks, err := report.Repo{}.Waiting(ctx, 5)
			if err != nil || len(marks) == 0 {
				return err
			}
			rows, err := report.Repo{}.Changed(ctx, marks)
			changed, dates = len(rows), len(marks[0].Dates)
			return errors.Join(err, report.Repo{}.Projected(ctx, marks))
		})
		if err != nil {
			t.Fatal(err)
		}
		return changed, dates
	}
	if changed, dates := project(today); changed == 0 || changed != dates {
		t.Errorf("at first %d of %d dates are sent", changed, dates)
	}
	if changed, dates := project(today + 1); changed != 4 || dates < 15 {
		t.Errorf("a day later %d of %d dates are sent, not today and its three comparisons", changed, dates)
	}
	f.Receivable(t, ctx, c.ID, "R2", today-10, 5)
	if changed, dates := project(today + 1); changed != dates {
		t.Errorf("after a new item %d of %d dates are sent", changed, dates)
	}
}

// Cash that waits to be applied, and a part that was written off, do not make the past
// unknown: what was applied here is dated by the day on which it was.
func TestPastOfWhatIsAppliedHere(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	today := calendar.NewDate(2026, 3, 17)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: time.Date(2026, 3, 17, 4, 0, 0, 0, time.UTC)})
	ctx := env.CtxA(t)
	c := f.Add(t, ctx, creditchecktest.Customer{})
	f.Receivable(t, ctx, c.ID, "R1", today-60, 1000)
	receipt, item := uuid.New(), `(SELECT id FROM receivables WHERE document_no = 'R1')`
	f.Exec(t, ctx, `UPDATE receivables SET open_amount = 300, invoice_date = due_date - 30`)
	f.Exec(t, ctx, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, applied_by_source, created_at)
		VALUES ($1, 'manual', 'S1', $2, $3, 'CNY', 900, false, now())`, receipt, c.ID, today-50)
	for on, kind := range map[calendar.Date]string{today - 40: "receipt", today - 20: "write_off"} {
		amount := map[string]int64{"receipt": 600, "write_off": 100}[kind]
		f.Exec(t, ctx, `INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, receipt_id, write_off_id, amount, rule, applied_on, created_at)
			VALUES ($1::uuid, $1::uuid, $2, `+item+`, $3::varchar, CASE $3::varchar WHEN 'receipt' THEN $4::uuid END, CASE $3::varchar WHEN 'write_off' THEN $1::uuid END, $5, 'manual', $6::date, now())`,
			uuid.New(), c.ID, kind, receipt, amount, on)
	}
	err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		days := []calendar.Date{today - 45, today - 30, today - 10, today}
		rows, err := report.Repo{}.Computed(ctx, today, days, nil)
		for _, r := range rows {
			if want := map[calendar.Date]int64{days[0]: 1000, days[1]: 400, days[2]: 300, days[3]: 300}[r.On]; r.Receivable != want || !r.Known() {
				t.Errorf("%s: %d, known %v; want %d", r.On, r.Receivable, r.Known(), want)
			}
		}
		if len(rows) != 4 {
			t.Errorf("%d rows", len(rows))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
