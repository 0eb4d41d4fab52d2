package rollup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	"zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/creditcheck/creditchecktest"
	source "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/access"
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

func TestRatingsLapse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	c := w.Add(t, ctx, creditchecktest.Customer{Grade: "B", USCC: "CODE"})
	var id uuid.UUID
	err := w.Env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT id FROM credit_ratings WHERE customer_id = $1`, c.ID).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	handle := func() {
		t.Helper()
		d := event.Delivered{Payload: []byte(`{"rating_id": "` + id.String() + `"}`)}
		if err := w.projector.RatingEffective(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	ratings := func() (r []biz.Rating) {
		w.hq(func(ctx context.Context) (err error) {
			r, err = rollup.Store{}.ProjectedRatings(ctx, w.A.ID)
			return err
		})
		return r
	}
	handle()
	handle()
	first := ratings()
	if len(first) != 1 || first[0].Grade != "B" || first[0].USCC != "CODE" || first[0].LapsedAt != nil || !first[0].EffectiveAt.Equal(start) {
		t.Fatalf("got %+v", first)
	}
	w.Exec(t, ctx, `UPDATE credit_ratings SET status = 'lapsed', lapsed_at = $1`, start.Add(time.Hour))
	handle()
	w.hq(func(ctx context.Context) error { return rollup.Store{}.PutRatings(ctx, first) })
	if r := ratings(); len(r) != 1 || r[0].LapsedAt == nil || !r[0].LapsedAt.Equal(start.Add(time.Hour)) {
		t.Errorf("after lapsing: %+v", r)
	}
	w.project(ctx)
	if d := w.differences(ctx); len(d) != 0 {
		t.Errorf("differences: %v", d)
	}
	if err := w.projector.RatingEffective(ctx, event.Delivered{Payload: []byte(`[]`)}); err == nil {
		t.Error("a payload without a rating is taken")
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	db := w.Admin(t)
	today := calendar.Of(start, calendar.Shanghai)
	c := w.Add(t, ctx, creditchecktest.Customer{USCC: "CODE", Grade: "A", LimitKind: exposure.LimitAmount, Limit: 1000})
	w.Receivable(t, ctx, c.ID, "R1", today-40, 300)
	w.hold(ctx, c.ID, 50)
	other := w.Add(t, ctx, creditchecktest.Customer{})
	w.Recompute(t, ctx)
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	anew := func() {
		exec(`TRUNCATE hq.rollup_customers, hq.rollup_subsidiaries, hq.rating_histories`)
		w.Recompute(t, ctx)
		w.project(ctx)
	}
	anew()
	if d := w.differences(ctx); len(d) != 0 {
		t.Fatalf("untouched: %v", d)
	}
	tampered := []string{
		`DELETE FROM hq.rollup_customers WHERE id = '` + other.ID.String() + `'`,
		`UPDATE hq.rollup_customers SET id = gen_random_uuid() WHERE id = '` + other.ID.String() + `'`,
		`UPDATE hq.rollup_customers SET tenant_id = '` + w.B.ID.String() + `' WHERE id = '` + other.ID.String() + `'`,
		`DELETE FROM hq.rollup_subsidiaries`,
		`UPDATE hq.rollup_customers SET as_of = as_of + 400`,
		`UPDATE hq.rollup_subsidiaries SET as_of = as_of + 1`,
		`UPDATE hq.rollup_subsidiaries SET currency = 'EUR'`,
		`UPDATE hq.rollup_customers SET currency = 'EUR'`,
		`UPDATE hq.rollup_customers SET account_version = account_version + 1`,
		`DELETE FROM hq.rating_histories`,
		`UPDATE hq.rating_histories SET grade = 'B'`,
		`UPDATE hq.rating_histories SET total_score = total_score + 1`,
		`UPDATE hq.rating_histories SET lapsed_at = now()`,
		`UPDATE hq.rating_histories SET effective_at = effective_at - interval '1 day'`,
		`INSERT INTO hq.rating_histories SELECT gen_random_uuid(), tenant_id, customer_id, uscc, grade, total_score, effective_at, lapsed_at FROM hq.rating_histories`,
	}
	for _, column := range []string{"customer_name", "uscc", "grade", "limit_kind"} {
		tampered = append(tampered, `UPDATE hq.rollup_customers SET `+column+` = 'other'`)
	}
	for _, column := range strings.Fields("receivable overdue not_due months_0_6 months_6_12 months_12_24 months_24 days_1_30 days_31_60 days_61_90 days_91 limit_amount reserved") {
		tampered = append(tampered, `UPDATE hq.rollup_customers SET `+column+` = `+column+` + 1`, `UPDATE hq.rollup_subsidiaries SET `+column+` = `+column+` + 1`)
	}
	for _, column := range []string{"customers", "customers_overdue", "customers_over_limit"} {
		tampered = append(tampered, `UPDATE hq.rollup_subsidiaries SET `+column+` = `+column+` + 1`)
	}
	for _, column := range []string{"receivable_amount", "reserved_amount"} {
		tampered = append(tampered, `UPDATE `+w.A.Schema+`.credit_accounts SET `+column+` = `+column+` + 1`)
	}
	for _, q := range tampered {
		exec(q)
		if d := w.differences(ctx); len(d) == 0 || !strings.HasPrefix(d[0].String(), w.A.Slug) {
			t.Errorf("not found: %s (%v)", q, d)
		}
		anew()
	}
	if d := w.differences(ctx); len(d) != 0 {
		t.Errorf("mended: %v", d)
	}
	t.Logf("%d kinds of tampering found", len(tampered))
}

func TestReading(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	today := calendar.Of(start, calendar.Shanghai)
	one := w.Add(t, a, creditchecktest.Customer{USCC: "91SHARED0", LimitKind: exposure.LimitUnlimited})
	two := w.Add(t, a, creditchecktest.Customer{USCC: "91SINGLE0"})
	three := w.Add(t, b, creditchecktest.Customer{USCC: "91SHARED0"})
	w.Receivable(t, a, one.ID, "R1", today-10, 100)
	w.Receivable(t, a, two.ID, "R2", today+10, 200)
	w.Receivable(t, b, three.ID, "R3", today+10, 300)
	w.Recompute(t, a)
	w.Recompute(t, b)
	w.project(a)
	w.project(b)
	w.Exec(t, a, `UPDATE customers SET name = '100%_达' WHERE id = $1`, two.ID)
	w.Recompute(t, a, two.ID)
	w.project(a, two.ID)
	hq := w.HQCtx(t, access.RoleHQViewer)

	names := func(q biz.Query) (out []string) {
		t.Helper()
		q.Limit = 10
		rows, total, err := w.reader.Customers(hq, q)
		if err != nil || int(total) != len(rows) {
			t.Fatalf("%+v: %d of %d rows, %v", q, len(rows), total, err)
		}
		for _, r := range rows {
			out = append(out, map[uuid.UUID]string{one.ID: "1", two.ID: "2", three.ID: "3"}[r.ID])
		}
		return out
	}
	for want, q := range map[string]biz.Query{
		"321": {}, "123": {OrderBy: biz.ByReceivableAsc}, "21": {TenantID: w.A.ID}, "31": {Text: " 91shared "}, "2": {Text: "%_"}, "": {Text: `\`},
	} {
		if got := strings.Join(names(q), ""); got != want {
			t.Errorf("%+v: got %q, want %q", q, got, want)
		}
	}
	for order, first := range map[biz.Order]string{biz.ByOverdue: "1", biz.ByOverdueAsc: "23", biz.ByName: "2", biz.ByNameDescending: "13"} {
		if got := names(biz.Query{OrderBy: order}); !strings.Contains(first, got[0]) {
			t.Errorf("%s: %v", order, got)
		}
	}
	if rows, total, err := w.reader.Customers(hq, biz.Query{Limit: 1, Offset: 1}); err != nil || total != 3 || len(rows) != 1 || rows[0].ID != two.ID {
		t.Errorf("the second page: %v %d %v", rows, total, err)
	}
	o, err := w.reader.Overview(hq)
	if err != nil || len(o.Totals) != 1 || o.Totals[0].Receivable != 600 || o.Totals[0].Overdue != 100 || o.Totals[0].Customers != 3 || o.Counts["CNY"] != 2 ||
		o.Totals[0].CustomersOverLimit != 2 || len(o.Subsidiaries) != 2 || o.Subsidiaries[0].Receivable != 300 {
		t.Errorf("overview: %+v, %v", o, err)
	}
	known, overdue, err := w.reader.Elsewhere(b, w.B.ID, "91SHARED0")
	if err != nil || known != 1 || overdue != 1 {
		t.Errorf("elsewhere for B: %d %d %v", known, overdue, err)
	}
	if known, overdue, err = w.reader.Elsewhere(a, w.A.ID, "91SHARED0"); err != nil || known != 1 || overdue != 0 {
		t.Errorf("elsewhere for A: %d %d %v", known, overdue, err)
	}
	var company []biz.Row
	w.hq(func(ctx context.Context) (err error) {
		company, err = rollup.Store{}.Company(ctx, "91SHARED0")
		return err
	})
	if len(company) != 2 || company[0].ID != three.ID || company[0].SubsidiaryName != w.B.Name || !company[0].SubsidiaryActive || company[0].OnNegativeList {
		t.Errorf("company: %+v", company)
	}
}

func TestNoScopeNoRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := rollup.Store{}
	ctx := w.CtxA(t)
	_, err := s.Subsidiaries(ctx)
	_, _, err2 := s.Subsidiary(ctx, w.A.ID)
	for _, err := range []error{err, err2, s.Sum(ctx, w.A.ID), s.Put(ctx, nil), s.PutRatings(ctx, nil)} {
		if !errors.Is(err, scope.ErrNoScope) {
			t.Errorf("outside a unit of work: %v", err)
		}
	}
	// A tenant's role reads none of it, whatever the code does.
	err = w.Env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		_, err := s.Subsidiaries(ctx)
		return err
	})
	if err == nil {
		t.Error("a tenant reads the rollups")
	}
}
