package rollup_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	"zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/creditcheck/creditchecktest"
	source "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	biz "zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// noon in Shanghai of the last day of August: the day whose months are uneven.
var start = time.Date(2026, 8, 31, 4, 0, 0, 0, time.UTC)

type world struct {
	*tenancytest.Env
	*creditchecktest.Fixture
	t         *testing.T
	clock     *calendar.Frozen
	projector *biz.Projector
	reader    *biz.Reader
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: start}
	return &world{Env: env, Fixture: creditchecktest.New(env.Pool, clock), t: t, clock: clock,
		projector: biz.NewProjector(env.Pool.Tenant(), env.Pool.HQ(), source.Source{}, rollup.Store{}, clock),
		reader:    biz.NewReader(env.Pool.HQ(), rollup.Store{})}
}

func (w *world) hq(fn func(ctx context.Context) error) {
	w.t.Helper()
	if err := w.Env.Pool.HQ().InTx(w.HQCtx(w.t), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) project(ctx context.Context, ids ...uuid.UUID) {
	w.t.Helper()
	if err := w.projector.Project(ctx, ids); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) projected(tenant uuid.UUID) (rows []biz.Customer) {
	w.t.Helper()
	w.hq(func(ctx context.Context) (err error) {
		rows, err = rollup.Store{}.Projected(ctx, tenant)
		return err
	})
	return rows
}

func (w *world) differences(ctx context.Context) []biz.Difference {
	w.t.Helper()
	d, err := w.projector.Verify(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) hold(ctx context.Context, customer uuid.UUID, amount money.Amount) {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.Exec(w.t, ctx, `INSERT INTO reservations (id, customer_id, order_no, amount, held_amount, check_id, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $4, $1, $5, $5, $5)`, id, customer, id.String(), int64(amount), w.clock.At)
}

func TestProjectionAddsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		today := calendar.Of(w.clock.At, calendar.Shanghai)
		c := creditchecktest.Customer{USCC: fmt.Sprintf("CODE%d", round), Grade: rapid.SampledFrom([]string{"", "A", "D"}).Draw(rt, "grade"),
			LimitKind: rapid.SampledFrom([]exposure.LimitKind{"", exposure.LimitNone, exposure.LimitAmount, exposure.LimitUnlimited}).Draw(rt, "kind")}
		if c.LimitKind == exposure.LimitAmount {
			c.Limit = money.Amount(rapid.Int64Range(0, 5000).Draw(rt, "limit"))
		}
		c = w.Add(t, ctx, c)
		want := exposure.Aging{AsOf: today}
		for i := range rapid.IntRange(0, 10).Draw(rt, "items") {
			due := today.AddDays(rapid.IntRange(-800, 40).Draw(rt, "due"))
			if rapid.Bool().Draw(rt, "by months") {
				due = today.AddMonths(rapid.IntRange(-25, 1).Draw(rt, "months")).AddDays(rapid.IntRange(-1, 1).Draw(rt, "beside"))
			}
			open := money.Amount(rapid.Int64Range(-900, 2000).Draw(rt, "open"))
			if open == 0 {
				continue
			}
			w.Receivable(t, ctx, c.ID, fmt.Sprintf("R%d-%d", round, i), due, open)
			want.Add(due, open)
		}
		held := money.Amount(rapid.Int64Range(0, 900).Draw(rt, "held"))
		if held > 0 {
			w.hold(ctx, c.ID, held)
		}
		w.Recompute(t, ctx, c.ID)
		w.project(ctx, c.ID)
		if c.Grade != "" {
			w.project(ctx) // its rating
		}

		rows := w.projected(w.A.ID)
		got := rows[slices.IndexFunc(rows, func(r biz.Customer) bool { return r.ID == c.ID })]
		f := got.Figures
		if f.NotDue+f.Months0+f.Months6+f.Months12+f.Months24 != f.Receivable || f.NotDue+f.Days1+f.Days31+f.Days61+f.Days91 != f.Receivable {
			rt.Fatalf("the schemes do not add up: %+v", f)
		}
		if wanted := figures(w.A, want, c, held); f != wanted {
			rt.Fatalf("figures\n%+v, want\n%+v", f, wanted)
		}
		if got.Grade != c.Grade || got.USCC != c.USCC || got.TenantID != w.A.ID || got.LimitKind != string(max(c.LimitKind, "none")) && c.LimitKind != exposure.LimitAmount {
			rt.Fatalf("got %+v of %+v", got, c)
		}
		// Ages move on in leaps: what was projected for an earlier day is renewed.
		w.clock.At = w.clock.At.AddDate(0, 0, rapid.IntRange(0, 40).Draw(rt, "days"))
		if _, err := w.projector.Age(ctx); err != nil {
			rt.Fatal(err)
		}
		if d := w.differences(ctx); len(d) != 0 {
			rt.Fatalf("differences: %v", d)
		}
	})
	if n := len(w.projected(w.B.ID)); n != 0 {
		t.Errorf("the other subsidiary has %d rows", n)
	}
}

func figures(of scope.Tenant, a exposure.Aging, c creditchecktest.Customer, held money.Amount) biz.Figures {
	return biz.Figures{Currency: string(of.Currency), Receivable: int64(a.Receivable), Overdue: int64(a.PastDue()), NotDue: int64(a.NotDue),
		Months0: int64(a.Months0To6), Months6: int64(a.Months6To12), Months12: int64(a.Months12To24), Months24: int64(a.Months24),
		Days1: int64(a.Days1To30), Days31: int64(a.Days31To60), Days61: int64(a.Days61To90), Days91: int64(a.Days91),
		Limit: int64(c.Limit), Reserved: int64(held), AsOf: a.AsOf}
}

// More customers than one statement takes, and sums beyond 32 bits.
func TestProjectsAllInChunks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	const n = 2100
	w.Exec(t, ctx, `INSERT INTO customers (id, created_at, updated_at, number, name) SELECT gen_random_uuid(), now(), now(), 'N' || i, '客户' || i FROM generate_series(1, $1::int) i`, n)
	w.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		SELECT gen_random_uuid(), 'erp', number, id, date '2026-01-01', date '2026-01-31', 'CNY', 10000000000, 10000000000, gen_random_uuid(), now() FROM customers`)
	w.Recompute(t, ctx)
	d := event.Delivered{ID: uuid.New(), Topic: exposure.TopicAccountChanged, Payload: []byte(`{"all": true}`)}
	if err := w.projector.AccountChanged(ctx, d); err != nil {
		t.Fatal(err)
	}
	var s biz.Subsidiary
	w.hq(func(ctx context.Context) (err error) {
		s, _, err = rollup.Store{}.Subsidiary(ctx, w.A.ID)
		return err
	})
	if s.Customers != n || s.CustomersOverdue != n || s.CustomersOverLimit != n || s.Receivable != n*10_000_000_000 || s.Months6 != s.Receivable || s.Days91 != s.Receivable {
		t.Errorf("sums: %+v", s)
	}
	w.Exec(t, ctx, `INSERT INTO rating_templates (id, created_at, updated_at, number, name, status, definition) VALUES ($1, now(), now(), 1, 'test', 'draft', '{}')`, uuid.New())
	w.Exec(t, ctx, `INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade,
		max_credit_amount, max_overdue_amount, max_overdue_days, effective_at)
		SELECT gen_random_uuid(), now(), now(), id, (SELECT id FROM rating_templates), 'effective', '[]', 8000, 'A', 0, 0, 0, now() FROM customers`)
	w.project(ctx)
	if d := w.differences(ctx); len(d) != 0 {
		t.Errorf("differences: %v", d)
	}
}

func TestEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	for _, payload := range []string{`{`, `{"customer_ids": 7}`} {
		if err := w.projector.AccountChanged(ctx, event.Delivered{Payload: []byte(payload)}); err == nil {
			t.Errorf("the payload %s is taken", payload)
		}
	}
	if err := w.projector.AccountChanged(ctx, event.Delivered{Payload: []byte(`{}`)}); err != nil || len(w.projected(w.A.ID)) != 0 {
		t.Errorf("an event about nobody: %v", err)
	}
	if err := w.projector.AccountChanged(t.Context(), event.Delivered{Payload: []byte(`{"all": true}`)}); err == nil {
		t.Error("an event without a tenant is handled")
	}
	c := w.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 10})
	w.project(ctx, c.ID)
	old := w.projected(w.A.ID)
	w.Receivable(t, ctx, c.ID, "R1", 20000, 70)
	w.Recompute(t, ctx, c.ID)
	w.project(ctx, c.ID)
	w.clock.At = start.AddDate(0, 0, 1)
	w.project(ctx, c.ID)
	now := w.projected(w.A.ID)
	if now[0].Version <= old[0].Version || now[0].Receivable != 70 || now[0].AsOf != old[0].AsOf+1 {
		t.Fatalf("got %+v after %+v", now, old)
	}
	yesterday := now[0]
	yesterday.AsOf--
	w.hq(func(ctx context.Context) error {
		if err := (rollup.Store{}).Put(ctx, old); err != nil {
			return err
		}
		if err := (rollup.Store{}).Put(ctx, []biz.Customer{yesterday}); err != nil {
			return err
		}
		return rollup.Store{}.Sum(ctx, w.A.ID)
	})
	if got := w.projected(w.A.ID); got[0] != now[0] {
		t.Errorf("an older state came over a newer one: %+v", got)
	}
	if d := w.differences(ctx); len(d) != 0 {
		t.Errorf("differences: %v", d)
	}
}

func TestAgeOnlyOncePerDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	w.Add(t, ctx, creditchecktest.Customer{})
	for day, want := range []bool{true, false, true, false} {
		w.clock.At = start.AddDate(0, 0, day/2)
		if did, err := w.projector.Age(ctx); err != nil || did != want {
			t.Errorf("step %d: %v, %v", day, did, err)
		}
	}
}
