package report_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	biz "zhuxin/biz/report"
	hqrepo "zhuxin/data/hqrepo/report"
	rollupstore "zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/creditcheck/creditchecktest"
	tenantrepo "zhuxin/data/tenantrepo/report"
	rollupsource "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/report"
	"zhuxin/shared/rollup"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// Each check costs some hundred statements; forty draw every kind of item many times.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	m.Run()
}

var start = time.Date(2026, 8, 30, 4, 0, 0, 0, time.UTC)

type item struct {
	id              uuid.UUID
	customer        uuid.UUID
	invoice, due    calendar.Date
	amount, settled int64
	lost            int64 // of settled, written off on a day
	lostOn          calendar.Date
	disputed        bool // since a day
	disputedOn      calendar.Date
}

type receipt struct {
	customer uuid.UUID
	on       calendar.Date
	amount   int64
}

type world struct {
	*tenancytest.Env
	*creditchecktest.Fixture
	clock     *calendar.Frozen
	projector *report.Projector
	rollups   *rollup.Projector
	group     *report.Group
	reports   *biz.Reports

	sellers   []uuid.UUID
	customers map[uuid.UUID]uuid.UUID // whose
	items     []item
	receipts  []receipt
	snapshots map[uuid.UUID]report.Series
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: start}
	w := &world{Env: env, Fixture: creditchecktest.New(env.Pool, clock), clock: clock, customers: map[uuid.UUID]uuid.UUID{}, snapshots: map[uuid.UUID]report.Series{}}
	w.projector = report.NewProjector(env.Pool.Tenant(), env.Pool.HQ(), tenantrepo.Repo{}, hqrepo.Store{}, clock)
	w.rollups = rollup.NewProjector(env.Pool.Tenant(), env.Pool.HQ(), rollupsource.Source{}, rollupstore.Store{}, clock)
	w.group = report.NewGroup(env.Pool.HQ(), hqrepo.Store{})
	w.reports = biz.New(env.Pool.Tenant(), tenantrepo.Repo{}, clock)
	w.sellers = []uuid.UUID{w.Actor(w.A, access.RoleSalesperson).ID, uuid.Nil}
	return w
}

func (w *world) today() calendar.Date { return calendar.Of(w.clock.At, calendar.Shanghai) }

func (w *world) insert(t testing.TB, ctx context.Context, its []item, rs []receipt) {
	t.Helper()
	tenant, _ := scope.TenantFrom(ctx)
	for _, i := range its {
		w.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'erp', gen_random_uuid()::text, $2, $3, $4, $5, $6, $7, $1, now())`, i.id, i.customer, i.invoice, i.due, string(tenant.Currency), i.amount, i.amount-i.settled)
		if i.disputed {
			w.Exec(t, ctx, `UPDATE receivables SET disputed = true WHERE id = $1`, i.id)
			w.Exec(t, ctx, `INSERT INTO disputes (id, customer_id, receivable_id, cause, detail, status, created_at, updated_at)
				VALUES (gen_random_uuid(), $1, $2, 'quality', '强度', 'open', $3, $3)`, i.customer, i.id, i.disputedOn.Time().Add(-7*time.Hour))
		}
		if i.lost > 0 {
			w.Exec(t, ctx, `INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, write_off_id, amount, rule, applied_on, created_at)
				VALUES (gen_random_uuid(), $1, $2, $1, 'write_off', $1, $3, 'write_off', $4, now())`, i.id, i.customer, i.lost, i.lostOn)
		}
	}
	for _, r := range rs {
		w.Exec(t, ctx, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at)
			VALUES ($1, 'erp', gen_random_uuid()::text, $2, $3, $4, $5, now())`, uuid.New(), r.customer, r.on, string(tenant.Currency), r.amount)
	}
	w.items, w.receipts = append(w.items, its...), append(w.receipts, rs...)
}

// givenUp is what was written off by a day.
func (i item) givenUp(on calendar.Date) int64 {
	if i.lostOn <= on {
		return i.lost
	}
	return 0
}

// oracle is the rule in Go, item by item: it shares nothing with the SQL.
func oracle(items []item, receipts []receipt, on, today calendar.Date) report.Sums {
	y, m, _ := on.Time().Date()
	first := calendar.NewDate(y, m, 1)
	var s report.Sums
	var settled, paid, until int64
	anything, there := false, false
	for _, i := range items {
		settled += i.settled - i.lost
		anything = anything || i.settled != 0
		if i.settled < 0 && i.invoice <= on {
			until -= i.settled
		}
	}
	for _, r := range receipts {
		paid += r.amount
		if r.on <= on {
			until += r.amount
		}
		if first <= r.on && r.on <= on {
			s.Collections += r.amount
			there = true
		}
	}
	sorted := slices.Clone(items)
	slices.SortFunc(sorted, func(a, b item) int {
		if a.due != b.due {
			return int(a.due - b.due)
		}
		if a.invoice != b.invoice {
			return int(a.invoice - b.invoice)
		}
		return slices.Compare(a.id[:], b.id[:])
	})
	known := on == today || !anything || settled == paid
	var a exposure.Aging
	a.AsOf = on
	for _, i := range sorted {
		if i.invoice > on && on != today {
			continue
		}
		there = true
		open := i.amount - i.settled
		if on != today && i.settled > 0 {
			take := min(i.settled-i.lost, max(0, until))
			until -= i.settled - i.lost
			open = i.amount - take - i.givenUp(on)
		}
		if first <= i.invoice && i.invoice <= on {
			s.Sales += i.amount
		}
		if first <= i.due && i.due <= on {
			s.FallenDue += i.amount
			if known {
				s.CollectedDue += i.amount - open - i.givenUp(on)
			}
		}
		if s.FirstSale.IsZero() || i.invoice < s.FirstSale {
			s.FirstSale = i.invoice
		}
		if known {
			if i.disputed && (i.disputedOn <= on || on == today) {
				s.Disputed += open
				if i.due < on {
					s.DisputedOverdue += open
				}
			}
			a.Add(i.due, money.Amount(open))
			if open > 0 && i.due < on && (s.OldestDue.IsZero() || i.due < s.OldestDue) {
				s.OldestDue = i.due
			}
		}
	}
	if !there {
		return report.Sums{}
	}
	s.Receivable, s.NotDue = int64(a.Receivable), int64(a.NotDue)
	s.Months0, s.Months6, s.Months12, s.Months24 = int64(a.Months0To6), int64(a.Months6To12), int64(a.Months12To24), int64(a.Months24)
	s.Days1, s.Days31, s.Days61, s.Days91 = int64(a.Days1To30), int64(a.Days31To60), int64(a.Days61To90), int64(a.Days91)
	s.Customers = 1
	switch {
	case on == today:
	case !anything:
		s.Basis = report.BasisItems
	case settled == paid:
		s.Basis = report.BasisReceipts
	default:
		s.Basis, s.Unknown = report.BasisUnknown, 1
	}
	return s
}

func (w *world) sum(of func(customer uuid.UUID) bool, on calendar.Date) report.Sums {
	var out report.Sums
	for c := range w.customers {
		if !of(c) {
			continue
		}
		var items []item
		var receipts []receipt
		for _, i := range w.items {
			if i.customer == c {
				items = append(items, i)
			}
		}
		for _, r := range w.receipts {
			if r.customer == c {
				receipts = append(receipts, r)
			}
		}
		s := oracle(items, receipts, on, w.today())
		if kept, ok := w.snapshots[c][on]; ok && s.Unknown > 0 { // what that day knew itself
			kept.Sales, kept.Collections, kept.FallenDue, kept.FirstSale = s.Sales, s.Collections, s.FallenDue, s.FirstSale
			s = kept
		} else if ok && s.Customers == 0 && on < w.today() && !ties(items, receipts) { // an item dated after the day that its books had already
			s = kept
		}
		out.Add(s)
	}
	return out
}

// ties says whether the receipts explain what is settled.
func ties(items []item, receipts []receipt) bool {
	anything, settled, paid := false, int64(0), int64(0)
	for _, i := range items {
		anything, settled = anything || i.settled != 0, settled+i.settled-i.lost
	}
	for _, r := range receipts {
		paid += r.amount
	}
	return !anything || settled == paid
}

// snap keeps what today's books say, as long as the day is one that is kept.
func (w *world) snap() {
	for c := range w.customers {
		if w.snapshots[c] == nil {
			w.snapshots[c] = report.Series{}
		}
		for on := range w.snapshots[c] {
			if !slices.Contains(report.Dates(w.today()), on) {
				delete(w.snapshots[c], on)
			}
		}
		if s := w.sum(func(x uuid.UUID) bool { return x == c }, w.today()); s.Customers > 0 {
			w.snapshots[c][w.today()] = s
		}
	}
}

func draw(rt *rapid.T, customer uuid.UUID, today calendar.Date, ties bool) (items []item, receipts []receipt) {
	var paid int64
	for range rapid.IntRange(0, 8).Draw(rt, "items") {
		i := item{id: uuid.New(), customer: customer, invoice: today.AddDays(-rapid.IntRange(-5, 900).Draw(rt, "invoiced"))}
		i.due = i.invoice.AddDays(rapid.IntRange(0, 200).Draw(rt, "term"))
		i.amount = rapid.SampledFrom([]int64{-700, 1, 999, 123_456, 1 << 44}).Draw(rt, "amount")
		i.settled = rapid.SampledFrom([]int64{0, 0, i.amount, i.amount / 2}).Draw(rt, "settled")
		if i.settled > 0 && rapid.IntRange(0, 4).Draw(rt, "given up") == 0 {
			i.lost = rapid.Int64Range(1, i.settled).Draw(rt, "lost")
			i.lostOn = today.AddDays(-rapid.IntRange(0, 900).Draw(rt, "lost on"))
		}
		if rapid.IntRange(0, 4).Draw(rt, "disputed") == 0 {
			i.disputed, i.disputedOn = true, today.AddDays(-rapid.IntRange(0, 400).Draw(rt, "disputed on"))
		}
		paid += i.settled - i.lost
		items = append(items, i)
	}
	if !ties {
		paid += rapid.Int64Range(1, 500).Draw(rt, "missing")
	}
	for paid != 0 {
		part := paid
		if paid > 2 && rapid.Bool().Draw(rt, "in parts") {
			part = rapid.Int64Range(1, paid).Draw(rt, "part")
		}
		receipts = append(receipts, receipt{customer, today.AddDays(-rapid.IntRange(0, 900).Draw(rt, "received")), part})
		paid -= part
	}
	return items, receipts
}

// The report equals the sum of the items to the fen: at HQ, in the subsidiary, for
// each salesperson and customer, on every date that is kept, through the real
// projection, while days pass.
func TestReportsEqualTheItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, hq := w.CtxA(t), w.HQCtx(t, access.RoleHQViewer)
	rapid.Check(t, func(rt *rapid.T) {
		c := w.Add(t, ctx, creditchecktest.Customer{Salesperson: rapid.SampledFrom(w.sellers).Draw(rt, "seller")})
		w.customers[c.ID] = c.Salesperson
		items, receipts := draw(rt, c.ID, w.today(), rapid.IntRange(0, 9).Draw(rt, "ties") > 1)
		w.insert(t, ctx, items, receipts)
		if rapid.Bool().Draw(rt, "alone") {
			if err := w.projector.Refresh(ctx, []uuid.UUID{c.ID}); err != nil {
				rt.Fatal(err)
			}
		}
		if err := w.projector.Daily(ctx, w.today()); err != nil {
			rt.Fatal(err)
		}
		if err := w.rollups.Project(ctx, []uuid.UUID{c.ID}); err != nil {
			rt.Fatal(err)
		}
		w.snap()
		w.compare(rt, ctx, hq, c.ID)
		if d, err := w.projector.Verify(ctx); err != nil || len(d) > 0 {
			rt.Fatalf("verify: %v %v", d, err)
		}
		w.clock.At = w.clock.At.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 1, 2, 31}).Draw(rt, "days"))
	})
}

func (w *world) compare(rt *rapid.T, ctx, hq context.Context, customer uuid.UUID) {
	seller := w.customers[customer]
	for what, q := range map[string]struct {
		r  report.Request
		of func(uuid.UUID) bool
	}{
		"group":       {report.Request{}, func(uuid.UUID) bool { return true }},
		"subsidiary":  {report.Request{TenantID: w.A.ID}, func(uuid.UUID) bool { return true }},
		"salesperson": {report.Request{TenantID: w.A.ID, SalespersonID: &seller}, func(c uuid.UUID) bool { return w.customers[c] == seller }},
		"customer":    {report.Request{TenantID: w.A.ID, CustomerID: customer}, func(c uuid.UUID) bool { return c == customer }},
	} {
		month := rapid.IntRange(0, report.MonthsKept-1).Draw(rt, "month")
		q.r.Month = w.today().AddMonths(-month)
		if !w.hasRows(customer) {
			continue
		}
		at, err := w.group.Report(hq, q.r)
		if err != nil {
			rt.Fatalf("%s at HQ: %v", what, err)
		}
		if want := w.sum(q.of, at.Period.End); at.Sums != want {
			rt.Fatalf("%s at HQ on %s:\n%+v, want\n%+v", what, at.Period.End, at.Sums, want)
		}
		if what == "group" {
			continue
		}
		own, err := w.reports.Report(ctx, q.r)
		if err != nil || own.Sums != at.Sums {
			rt.Fatalf("%s in the subsidiary on %s:\n%+v, at HQ\n%+v %v", what, own.Period.End, own.Sums, at.Sums, err)
		}
		if fmt.Sprint(own.Figures) != fmt.Sprint(at.Figures) {
			rt.Fatalf("%s: figures differ:\n%v\n%v", what, own.Figures, at.Figures)
		}
		w.ranked(rt, ctx, hq, q.r)
		var parts report.Sums
		for _, p := range own.Parts {
			parts.Add(p.Sums)
		}
		if own.Total <= int64(len(own.Parts)) && own.By != "" && (parts.Receivable != own.Sums.Receivable || parts.Sales != own.Sums.Sales) {
			rt.Fatalf("%s: the parts make %+v, the whole is %+v", what, parts, own.Sums)
		}
		a, err := w.reports.Aging(ctx, biz.AgingInput{SalespersonID: q.r.SalespersonID, CustomerID: q.r.CustomerID, On: own.Period.End, Scheme: biz.SchemeDays})
		if err != nil {
			rt.Fatal(err)
		}
		if s := own.Sums; a.Total.Unknown == 0 && !slices.Equal(a.Total.Buckets, []int64{s.NotDue, s.Days1, s.Days31, s.Days61, s.Days91}) {
			rt.Fatalf("%s: aging on %s is %v, figures are %+v", what, a.On, a.Total.Buckets, s)
		}
	}
}

// ranked asks for a period in every order: the subsidiary and HQ rank alike, largest
// figure first, and what has none last.
func (w *world) ranked(rt *rapid.T, ctx, hq context.Context, r report.Request) {
	r.Kind = rapid.SampledFrom(report.Kinds).Draw(rt, "kind")
	r.Order = rapid.SampledFrom(report.ChildOrders).Draw(rt, "order")
	own, err := w.reports.Report(ctx, r)
	if err != nil {
		rt.Fatal(err)
	}
	at, err := w.group.Report(hq, r)
	if err != nil {
		rt.Fatal(err)
	}
	var before *int64
	for i, p := range own.Parts {
		if p.ID != at.Parts[i].ID {
			rt.Fatalf("by %s: place %d differs at HQ", r.Order, i)
		}
		if r.Order == report.ByOldest || p.Sums.Unknown > 0 {
			continue
		}
		for _, f := range p.Figures {
			if f.Key != string(r.Order) || f.Now.Why == report.BeforeKept {
				continue
			}
			switch now := f.Now.Value; {
			case !f.Now.OK():
				before = new(int64)
				*before = math.MinInt64
			case before != nil && now > *before:
				rt.Fatalf("by %s: %d after %d", r.Order, now, *before)
			default:
				before = &now
			}
		}
	}
}

func (w *world) hasRows(customer uuid.UUID) bool {
	return slices.ContainsFunc(w.items, func(i item) bool { return i.customer == customer })
}

// An older version never replaces a newer one, and what a crash kept from HQ is
// projected by the next run.
func TestProjectionCatchesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	c := w.Add(t, ctx, creditchecktest.Customer{})
	w.insert(t, ctx, []item{{id: uuid.New(), customer: c.ID, invoice: w.today() - 40, due: w.today() - 10, amount: 700}}, nil)
	in := func(fn func(ctx context.Context) error) {
		t.Helper()
		if err := w.Env.Pool.Tenant().InTx(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	var marks []report.Mark
	var rows []report.Row
	in(func(ctx context.Context) error { // refreshed, and the process dies before HQ hears of it
		_, err := tenantrepo.Repo{}.Refresh(ctx, w.today(), nil)
		return err
	})
	in(func(ctx context.Context) (err error) {
		if marks, err = (tenantrepo.Repo{}).Waiting(ctx, 10); err != nil {
			return err
		}
		rows, err = tenantrepo.Repo{}.Stored(ctx)
		return err
	})
	if len(marks) != 1 || len(rows) == 0 {
		t.Fatalf("%d customers wait with %d rows", len(marks), len(rows))
	}
	w.Exec(t, ctx, `UPDATE receivables SET open_amount = 300, updated_at = now()`)
	if err := w.projector.Refresh(ctx, []uuid.UUID{c.ID}); err != nil {
		t.Fatal(err)
	}
	tenant, _ := scope.TenantFrom(ctx)
	hq := w.HQCtx(t)
	err := w.Env.Pool.HQ().InTx(hq, func(ctx context.Context) error { return hqrepo.Store{}.Put(ctx, tenantOf(tenant), marks, rows) })
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.group.Report(hq, report.Request{TenantID: w.A.ID})
	if err != nil || v.Sums.Receivable != 300 {
		t.Errorf("HQ has %d, %v", v.Sums.Receivable, err)
	}
	if d, err := w.projector.Verify(ctx); err != nil || len(d) > 0 {
		t.Errorf("verify: %v, %v", d, err)
	}
	if _, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.rollup_figures SET sales = sales + 1`); err != nil {
		t.Fatal(err)
	}
	if d, err := w.projector.Verify(ctx); err != nil || len(d) == 0 {
		t.Errorf("tampering is not found: %v", err)
	}
	if err := w.projector.AccountChanged(ctx, event.Delivered{Payload: []byte(`[]`)}); err == nil {
		t.Error("a payload without customers is taken")
	}
}

func tenantOf(t scope.Tenant) tenant.Tenant {
	return tenant.Tenant{ID: t.ID, Slug: t.Slug, Name: t.Name, Currency: t.Currency, Zone: t.Zone}
}

// Who may see what: a salesperson his own customers, another tenant nothing.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	seller := w.Actor(w.A, access.RoleSalesperson)
	if v, err := w.reports.Aging(ctx, biz.AgingInput{SalespersonID: &seller.ID}); !errors.Is(err, report.ErrNoPerson) {
		t.Errorf("nobody's aging: %+v, %v", v, err)
	}
	mine := w.Add(t, ctx, creditchecktest.Customer{Salesperson: seller.ID})
	other := w.Add(t, ctx, creditchecktest.Customer{})
	day := w.today()
	w.insert(t, ctx, []item{{id: uuid.New(), customer: mine.ID, invoice: day - 40, due: day - 10, amount: 70},
		{id: uuid.New(), customer: other.ID, invoice: day - 40, due: day + 10, amount: 500}}, nil)
	as := access.With(ctx, seller)
	v, err := w.reports.Report(as, report.Request{})
	if err != nil || v.Level != report.LevelSalesperson || v.Sums.Receivable != 70 || v.Total != 1 || v.Parts[0].ID != mine.ID {
		t.Errorf("the salesperson sees %+v, %v", v, err)
	}
	if v, err := w.reports.Report(as, report.Request{SalespersonID: &uuid.UUID{}}); err != nil || v.Sums.Receivable != 70 {
		t.Errorf("asking for others he sees %+v, %v", v.Sums, err)
	}
	if _, err := w.reports.Report(as, report.Request{CustomerID: other.ID}); !errors.Is(err, report.ErrNoCustomer) {
		t.Errorf("another's customer: %v", err)
	}
	if a, err := w.reports.Aging(as, biz.AgingInput{By: report.ByCustomer}); err != nil || a.Count != 1 || a.Total.Receivable() != 70 {
		t.Errorf("aging: %+v, %v", a, err)
	}
	if rows, total, err := w.reports.Rank(as, biz.RankInput{Of: report.RankCustomers, Page: 1, Size: 10}); err != nil || total != 1 || rows[0].OverdueDays() != 10 {
		t.Errorf("ranking: %+v, %v", rows, err)
	}
	if v, err := w.reports.Report(ctx, report.Request{}); err != nil || v.Sums.Receivable != 570 || len(v.Parts) != 2 {
		t.Errorf("the subsidiary sees %+v, %v", v, err)
	}
	if _, err := w.reports.Report(w.CtxA(t, access.RoleDispatcher), report.Request{}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a dispatcher: %v", err)
	}
	if _, err := w.group.Report(ctx, report.Request{}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a subsidiary asks as HQ: %v", err)
	}
	if v, err := w.reports.Report(w.CtxB(t), report.Request{}); err != nil || v.Sums.Receivable != 0 || v.Total != 0 {
		t.Errorf("the other tenant sees %+v, %v", v, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		rows, err := tenantrepo.Repo{}.Stored(ctx)
		return len(rows), err
	})
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		rows, err := tenantrepo.Repo{}.Computed(ctx, day, report.Dates(day), nil)
		return len(rows), err
	})
	for name, in := range map[string]report.Request{"period": {Kind: "week"}, "order": {Order: "name"}, "future": {Month: day.AddMonths(1)}, "too old": {Month: day.AddMonths(-30)}, "page": {Page: -1}} {
		var f *fault.Error
		if _, err := w.reports.Report(ctx, in); !errors.As(err, &f) || f.Reason != "INVALID_INPUT" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bounds := range []string{"", "30,30", "x", "1,2,3,4,5,6,7,8,9,10,11", "0"} {
		if _, err := w.reports.Aging(ctx, biz.AgingInput{Scheme: biz.SchemeCustom, Bounds: bounds}); err == nil {
			t.Errorf("bounds %q are taken", bounds)
		}
	}
	a, err := w.reports.Aging(ctx, biz.AgingInput{Scheme: biz.SchemeCustom, Bounds: "5, 9,100"})
	if err != nil || !slices.Equal(a.Labels, []string{"not_due", "1-5", "6-9", "10-100", "101+"}) || !slices.Equal(a.Total.Buckets, []int64{500, 0, 0, 70, 0}) {
		t.Errorf("own bounds: %+v, %v", a, err)
	}
}
