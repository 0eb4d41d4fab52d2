package quality_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"zhuxin/biz/portfolio"
	"zhuxin/data/auditlog"
	"zhuxin/data/export"
	store "zhuxin/data/hqrepo/quality"
	"zhuxin/data/query/creditcheck/creditchecktest"
	portfoliorepo "zhuxin/data/tenantrepo/portfolio"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/quality"
	"zhuxin/shared/report"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*tenancytest.Env
	*creditchecktest.Fixture
	t         *testing.T
	clock     *calendar.Frozen
	own       *portfolio.Service
	group     *quality.Group
	projector *quality.Projector
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 6, 15, 4, 0, 0, 0, time.UTC)}
	w := &world{Env: env, Fixture: creditchecktest.New(env.Pool, clock), t: t, clock: clock}
	printer := export.New(t.TempDir())
	w.own = portfolio.New(portfolio.Config{Tx: env.Pool.Tenant(), Repo: portfoliorepo.Repo{}, Reader: portfoliorepo.Repo{}, Printer: printer, Audit: auditlog.Tenant(env.Pool), Clock: clock})
	w.group = quality.NewGroup(env.Pool.HQ(), store.Store{}, printer, auditlog.HQ(env.Pool), clock)
	w.projector = quality.NewProjector(env.Pool.HQ(), w.own, store.Store{}, clock)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// items owe amounts of fen, due so many days ago.
func (w *world) items(ctx context.Context, due map[int]int64) {
	w.t.Helper()
	today := calendar.Of(w.clock.At, calendar.Shanghai)
	for days, amount := range due {
		c := w.Add(w.t, ctx, creditchecktest.Customer{LimitKind: "unlimited"})
		w.Receivable(w.t, ctx, c.ID, uuid.NewString(), today.AddDays(-days), money.Amount(amount))
	}
}

func (w *world) project(ctxs ...context.Context) {
	w.t.Helper()
	for _, ctx := range ctxs {
		w.ok(w.projector.Daily(access.With(ctx, access.System(uuid.Nil, "job")), 0))
	}
}

func TestGroupIsTheSumOfItsSubsidiaries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, hq := w.CtxA(t), w.CtxB(t), w.HQCtx(t, access.RoleHQViewer)
	if v, err := w.group.View(hq, quality.Query{}); err != nil || len(v.Parts) != 0 || len(v.Late) != 2 {
		t.Fatalf("before there are figures: %+v, %v", v, err)
	}
	w.items(a, map[int]int64{-40: 1001, 3: 20_03, 45: 333_33, 100: 77, 200: 5_000_01, 400: 99_99})
	w.items(b, map[int]int64{-5: 7, 10: 11, 95: 13_13, 366: 1_000_000_07})
	rule := portfolio.Preset()
	rule.Days, rule.Factor, rule.History = [4]int{10, 50, 90, 120}, 13_000, false
	_, err := w.own.SaveRule(b, rule)
	w.ok(err)
	w.project(a, b)

	v, err := w.group.View(hq, quality.Query{})
	if err != nil || len(v.Parts) != 2 || len(v.Late) != 0 || v.Currency != "CNY" || v.Parts[0].ID != w.B.ID {
		t.Fatalf("%+v, %v", v, err)
	}
	var open, provision, base, bad int64
	for _, ctx := range []context.Context{a, b} {
		c, err := w.own.Classification(ctx, nil)
		w.ok(err)
		l, err := w.own.ExpectedLoss(ctx, nil)
		w.ok(err)
		f, err := w.own.CashIn(ctx, portfolio.Weeks, nil)
		w.ok(err)
		for i, g := range c.Groups {
			if open += int64(g.Open); i >= 2 {
				bad += int64(g.Open)
			}
		}
		if f.Total.Open != l.Open {
			t.Errorf("open %d, %d", f.Total.Open, l.Open)
		}
		provision, base = provision+l.Provision, base+l.Base
	}
	p, k := v.Sum.Provision()
	if v.Sum.Open() != open || v.Sum.Bad() != bad || p != provision || k != base || v.Sum.Weeks.Open != open || v.Sum.Months.Open != open || open != 1001+20_03+333_33+77+5_000_01+99_99+7+11+13_13+1_000_000_07 {
		t.Errorf("the group has %d open, %d bad, %d of %d; the subsidiaries %d, %d, %d of %d", v.Sum.Open(), v.Sum.Bad(), p, k, open, bad, provision, base)
	}
	// Down to a subsidiary: its own figures.
	one, err := w.group.View(hq, quality.Query{TenantID: w.B.ID})
	if err != nil || one.Name != w.B.Name || one.Sum.Open() != v.Parts[0].Open() || one.Sum.Buckets[6].Provision != v.Parts[0].Buckets[6].Provision || one.Sum.Categories[4].Customers != 1 {
		t.Errorf("%+v, %v", one, err)
	}
	if _, err := w.group.View(hq, quality.Query{TenantID: uuid.New()}); !errors.Is(err, report.ErrNoTenant) {
		t.Errorf("no such subsidiary: %v", err)
	}
	if _, err := w.group.View(a, quality.Query{}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a subsidiary asks: %v", err)
	}
	w.export(hq, open, provision)
}

func (w *world) export(hq context.Context, open, provision int64) {
	w.t.Helper()
	file, err := w.group.Export(hq, quality.Query{}, report.XLSX, report.ZH)
	w.ok(err)
	x, err := excelize.OpenReader(file.Body)
	w.ok(errors.Join(err, file.Body.Close()))
	for name, want := range map[string]int64{"五级分类": open, "预期信用损失": provision} {
		rows, err := x.GetRows(name, excelize.Options{RawCellValue: true})
		w.ok(err)
		found := false
		for _, row := range rows {
			if len(row) > 2 && row[0] == "合计" {
				got := report.Cell{Value: want, Unit: report.UnitFen}.Show(report.ZH)
				found = strings.Contains(strings.Join(row, "|"), strings.ReplaceAll(strings.TrimRight(strings.TrimRight(got, "0"), "."), ",", ""))
			}
		}
		if !found {
			w.t.Errorf("%s does not have %d: %v", name, want, rows)
		}
	}
	if len(file.Digest.Lines) == 0 || file.Digest.Empty {
		w.t.Errorf("digest %+v", file.Digest)
	}
}

// Currencies stay apart, figures of another day are named, and nothing is computed again
// before something has changed.
func TestCurrenciesAndDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, err := w.Provisioner(t).Create(t.Context(), provision.NewTenant{ID: uuid.Must(uuid.NewV7()), Slug: "subsidiary-c", Name: "测试子企业C", ShortName: "C", USCC: "911100000000000003", Currency: "USD"})
	w.ok(err)
	a, b := w.CtxA(t), w.CtxB(t)
	usd := w.Ctx(t, scope.Tenant{ID: c.ID, Slug: c.Slug, Name: c.Name, Schema: c.Schema, Currency: "USD", Zone: w.A.Zone})
	hq := w.HQCtx(t)
	w.items(a, map[int]int64{1: 100})
	w.project(a, usd)
	w.clock.At = w.clock.At.AddDate(0, 0, 1)
	w.items(b, map[int]int64{1: 50})
	w.project(b)
	v, err := w.group.View(hq, quality.Query{})
	if err != nil || len(v.Currencies) != 2 || v.Sum.Open() != 150 || len(v.Late) != 1 || v.Late[0].ID != w.A.ID || v.Late[0].AsOf != v.Sum.AsOf-1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if v, err = w.group.View(hq, quality.Query{Currency: "USD"}); err != nil || v.Sum.Open() != 0 || len(v.Parts) != 1 || v.Parts[0].ID != c.ID {
		t.Errorf("dollars: %+v, %v", v, err)
	}
	// A's are of yesterday.
	w.ok(w.projector.Refresh(access.With(a, access.System(w.A.ID, "job"))))
	if v, err = w.group.View(hq, quality.Query{}); err != nil || len(v.Late) != 0 {
		t.Errorf("%+v, %v", v.Late, err)
	}
	w.items(a, map[int]int64{2: 7}) // HQ does not know yet
	w.ok(w.projector.Refresh(access.With(a, access.System(w.A.ID, "job"))))
	if v, err = w.group.View(hq, quality.Query{}); err != nil || v.Sum.Open() != 150 {
		t.Errorf("made again without a reason: %d, %v", v.Sum.Open(), err)
	}
	// The books and HQ's figures differ now, which is what verifying finds.
	if found, err := w.projector.Verify(a); err != nil || len(found) != 4 || !strings.Contains(found[0], "five categories") {
		t.Errorf("differences %q, %v", found, err)
	}
	w.project(a)
	if found, err := w.projector.Verify(a); err != nil || len(found) != 0 {
		t.Errorf("differences %q, %v", found, err)
	}
}
