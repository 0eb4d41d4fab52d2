package gradescale_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/data/auditlog"
	store "zhuxin/data/hqrepo/gradescale"
	historyrepo "zhuxin/data/hqrepo/history"
	rollupstore "zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/company"
	"zhuxin/data/query/creditcheck/creditchecktest"
	reportrepo "zhuxin/data/tenantrepo/report"
	rollupsource "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/gradescale"
	"zhuxin/shared/history"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/rollup"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*tenancytest.Env
	*creditchecktest.Fixture
	t     *testing.T
	clock *calendar.Frozen
	s     *gradescale.Service
	today calendar.Date
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	w := &world{Env: env, t: t, clock: &calendar.Frozen{At: time.Date(2026, 6, 15, 4, 0, 0, 0, time.UTC)}, today: calendar.NewDate(2026, 6, 15)}
	w.Fixture = creditchecktest.New(env.Pool, w.clock)
	w.s = gradescale.New(gradescale.Config{Tenants: env.Pool.Tenant(), HQ: env.Pool.HQ(), Source: reportrepo.Repo{}, Store: store.Store{}, Audit: auditlog.HQ(env.Pool), Clock: w.clock})
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// weighed is a template of two indicators with these weights.
func weighed(standing, performance indicator.Points) rating.Definition {
	from := func(n int64) *indicator.Number { x := indicator.Number(n); return &x }
	ranges := indicator.Scoring{Ranges: []indicator.Range{{To: from(50), Score: 2000}, {From: from(50), Score: indicator.FullPoints}}}
	item := func(code, zh, en string, c indicator.Category, weight indicator.Points) rating.Item {
		return rating.Item{IndicatorCode: code, NameZH: zh, NameEN: en, Category: c, Kind: indicator.KindNumber, Weight: weight, Scoring: ranges}
	}
	return rating.Definition{Items: []rating.Item{item("standing", "企业规模", "Standing", indicator.CategoryStanding, standing), item("performance", "履约记录", "Performance", indicator.CategoryPerformance, performance)},
		Bands: []rating.Band{{Grade: rating.GradeA, MinScore: 8000}, {Grade: rating.GradeB, MinScore: 6000}, {Grade: rating.GradeC, MinScore: 4000}, {Grade: rating.GradeD}}}
}

// template puts a definition in force.
func (w *world) template(ctx context.Context, name string, d rating.Definition) {
	w.t.Helper()
	doc, err := json.Marshal(d)
	w.ok(err)
	w.Exec(w.t, ctx, `INSERT INTO rating_templates (id, created_at, updated_at, number, name, status, definition, effective_at) VALUES (gen_random_uuid(), now(), now(), 1, $1, 'effective', $2::jsonb, now())`, name, string(doc))
}

// grade scores a customer by a template.
func (w *world) grade(d rating.Definition, standing, performance int64) string {
	w.t.Helper()
	number := func(n int64) *indicator.Number { x := indicator.Number(n); return &x }
	r, err := d.Simulate([]rating.Input{{IndicatorCode: "standing", Number: number(standing)}, {IndicatorCode: "performance", Number: number(performance)}})
	w.ok(err)
	return string(r.Grade)
}

// customer was rated long ago; late is whether an item of his is open 60 days after it
// was due, and otherwise one is not due for long.
func (w *world) customer(ctx context.Context, uscc, grade string, late bool) creditchecktest.Customer {
	w.t.Helper()
	c := w.Add(w.t, ctx, creditchecktest.Customer{USCC: uscc, Grade: grade})
	w.Exec(w.t, ctx, `UPDATE credit_ratings SET effective_at = '2025-01-01' WHERE customer_id = $1`, c.ID)
	due, open := w.today.AddDays(-60), money.Amount(100)
	w.Receivable(w.t, ctx, c.ID, uuid.NewString(), due, open)
	if !late { // paid on time
		w.Exec(w.t, ctx, `UPDATE receivables SET open_amount = 0 WHERE customer_id = $1`, c.ID)
		w.Exec(w.t, ctx, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, amount, currency, created_at) VALUES (gen_random_uuid(), 'erp', $1, $2, $3::date, 100, 'CNY', now())`, uuid.NewString(), c.ID, due)
	}
	return c
}

// Two subsidiaries weigh the same two things the other way round, so the same company is
// an A at one and a D at the other. The group sees that both grades come to the same
// level where their customers pay alike, and what each template weighs.
func TestInvertedWeights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	big, prompt := weighed(9000, 1000), weighed(1000, 9000)
	w.template(a, "看规模", big)
	w.template(b, "看履约", prompt)
	// Large companies that pay late, small ones that pay well; who pays well is the same
	// everywhere.
	const large, small = 90, 10
	if w.grade(big, large, 10) != "A" || w.grade(prompt, large, 10) != "D" || w.grade(big, small, 90) != "D" || w.grade(prompt, small, 90) != "A" {
		t.Fatal("the templates do not disagree")
	}
	for i := range 20 {
		late := i%2 == 0
		w.customer(a, fmt.Sprint("L", i), w.grade(big, large, 10), late)
		w.customer(b, fmt.Sprint("L", i), w.grade(prompt, large, 10), late)
		w.customer(a, fmt.Sprint("S", i), w.grade(big, small, 90), false)
		w.customer(b, fmt.Sprint("S", i), w.grade(prompt, small, 90), false)
	}
	for _, ctx := range []context.Context{a, b} {
		w.ok(w.s.Daily(ctx, 0))
		p := rollup.NewProjector(w.Env.Pool.Tenant(), w.Env.Pool.HQ(), rollupsource.Source{}, rollupstore.Store{}, w.clock)
		w.ok(p.Project(ctx, nil))
	}
	v, err := w.s.View(w.HQCtx(t, access.RoleHQViewer))
	if err != nil || len(v.Subsidiaries) != 2 {
		t.Fatalf("%+v, %v", v, err)
	}
	at := map[uuid.UUID]gradescale.Subsidiary{}
	for _, s := range v.Subsidiaries {
		at[s.ID] = s
	}
	for id, letter := range map[uuid.UUID][2]string{w.A.ID: {"A", "D"}, w.B.ID: {"D", "A"}} {
		s := at[id]
		bad, good := s.Of(letter[0]), s.Of(letter[1])
		if bad.Customers != 20 || bad.Late != 10 || bad.Rate != 5000 || bad.Mean != 2500 || bad.Smoothed != 4167 || bad.Level != 6 || bad.Basis != gradescale.ByRate || bad.Due != 2000 || bad.LateAmount != 1000 {
			t.Errorf("%s: %+v", s.Name, bad)
		}
		if good.Late != 0 || good.Level != 4 || good.Smoothed != 833 {
			t.Errorf("%s: %+v", s.Name, good)
		}
		if bad.Inverted != (letter[0] == "A") {
			t.Errorf("%s: the A that pays worse than the D is not said to: %+v", s.Name, bad)
		}
		if g := s.Of("B"); g.Basis != gradescale.ByRank || g.Level != 3 {
			t.Errorf("nobody has a B: %+v", g)
		}
	}
	// One company: the letters differ, the levels and their reason do not.
	looks := history.NewService(w.Env.Pool.Tenant(), w.Env.Pool.HQ(), historyrepo.Store{}, company.Query{}, w.clock)
	h, err := looks.OfCompany(w.HQCtx(t), "L0")
	if err != nil || len(h.Ratings) != 2 || h.Ratings[0].Grade == h.Ratings[1].Grade {
		t.Fatalf("%+v, %v", h, err)
	}
	for _, r := range h.Ratings {
		heaviest := map[string]indicator.Category{"A": indicator.CategoryStanding, "D": indicator.CategoryPerformance}[r.Grade]
		if r.Common == nil || r.Common.Level != 6 || r.Common.Rate != 5000 || len(r.Weights) != 2 || r.Weights[0].Category != string(heaviest) || r.Weights[0].Points != 9000 {
			t.Errorf("%s at %s: %+v, %+v", r.Grade, r.Subsidiary, r.Common, r.Weights)
		}
	}
	if seen, total, err := looks.Looks(w.CtxB(t), false, 10, 0); err != nil || total != 1 || seen[0].ViewerTenantID != uuid.Nil {
		t.Errorf("the look is not on record: %+v, %v", seen, err)
	}
}

func TestWhatIsObserved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	w.template(a, "T", weighed(5000, 5000))
	w.customer(a, "1", "A", true)
	early := w.customer(a, "2", "B", true) // 60 days late; rated only lately
	w.Exec(t, a, `UPDATE credit_ratings SET effective_at = '2026-06-01' WHERE customer_id = $1`, early.ID)
	unrated := w.Add(t, a, creditchecktest.Customer{})
	w.Receivable(t, a, unrated.ID, "U", w.today.AddDays(-90), 5)
	young := w.Add(t, a, creditchecktest.Customer{Grade: "A"}) // nothing of his could have come late
	w.Receivable(t, a, young.ID, "Y", w.today.AddDays(-30), 5)
	// Open amounts that no receipt explains: his past is not known.
	unknown := w.customer(a, "3", "A", true)
	w.Exec(t, a, `UPDATE receivables SET open_amount = 40 WHERE customer_id = $1`, unknown.ID)
	// Regraded within the year: what he was when it began counts.
	moved := w.customer(a, "4", "C", true)
	w.Exec(t, a, `UPDATE credit_ratings SET status = 'lapsed', lapsed_at = '2026-02-01' WHERE customer_id = $1`, moved.ID)
	w.Exec(t, a, `INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade, max_credit_amount, max_overdue_amount, max_overdue_days, effective_at)
		SELECT gen_random_uuid(), now(), now(), customer_id, template_id, 'effective', '[]', 1, 'D', 0, 0, 0, '2026-02-01' FROM credit_ratings WHERE customer_id = $1`, moved.ID)
	w.ok(w.s.Daily(a, 0))
	v, err := w.s.View(w.HQCtx(t))
	w.ok(err)
	for _, s := range v.Subsidiaries {
		if s.ID == w.B.ID {
			if s.Projected || s.Of("A") != nil {
				t.Errorf("B: %+v", s)
			}
			continue
		}
		for grade, want := range map[string]gradescale.Observed{"A": {Customers: 1, Late: 1, Due: 100, LateAmount: 100}, "B": {Customers: 1, Late: 1, Since: 1, Due: 100, LateAmount: 100}, "C": {Customers: 1, Late: 1, Due: 100, LateAmount: 100}, "D": {}} {
			got := s.Of(grade).Observed
			if got.Customers != want.Customers || got.Late != want.Late || got.Since != want.Since || got.Due != want.Due || got.LateAmount != want.LateAmount {
				t.Errorf("%s: %+v, want %+v", grade, got, want)
			}
		}
		if s.Unknown != 1 || s.AsOf != w.today || s.From != w.today.AddMonths(-12) || s.Template != 1 {
			t.Errorf("%+v", s.Snapshot)
		}
		// The end of the quarter before is known on the first day: 31 March, when what was
		// due on 16 April was not late.
		if p := s.Of("A").Previous; p == nil || p.AsOf.String() != "2026-03-31" || p.Customers != 0 {
			t.Errorf("before: %+v", p)
		}
	}
}

func TestRuleOfTheScale(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, hq := w.CtxA(t), w.HQCtx(t)
	for range 12 {
		w.customer(a, "", "A", true)
	}
	w.ok(w.s.Daily(a, 0))
	r := gradescale.Preset()
	r.Days = 90
	saved, err := w.s.SetRule(hq, r)
	if err != nil || saved.Version != 1 {
		t.Fatalf("%+v, %v", saved, err)
	}
	if _, err := w.s.SetRule(hq, r); !errors.Is(err, gradescale.ErrChanged) {
		t.Errorf("an outdated one: %v", err)
	}
	for name, ctx := range map[string]context.Context{"a viewer": w.HQCtx(t, access.RoleHQViewer), "a subsidiary": a} {
		if _, err := w.s.SetRule(ctx, saved); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	late := func() int64 {
		v, err := w.s.View(hq)
		w.ok(err)
		for _, s := range v.Subsidiaries {
			if s.ID == w.A.ID {
				return s.Of("A").Late
			}
		}
		return -1
	}
	if late() != 12 {
		t.Errorf("%d before it is counted anew", late())
	}
	if found, err := w.s.Verify(a); err != nil || len(found) != 0 {
		t.Errorf("what waits to be made anew is compared: %q, %v", found, err)
	}
	w.ok(w.s.Refresh(a)) // 60 days are not 90
	if late() != 0 {
		t.Errorf("%d late by more than 90 days", late())
	}
	if found, err := w.s.Verify(a); err != nil || len(found) != 0 {
		t.Errorf("differences %q, %v", found, err)
	}
	_, err = w.Admin(t).ExecContext(t.Context(), `UPDATE hq.grade_observations SET grades = jsonb_set(grades, '{0,late}', '7') WHERE tenant_id = $1`, w.A.ID)
	w.ok(err)
	if found, err := w.s.Verify(a); err != nil || len(found) != 1 {
		t.Errorf("what somebody has changed at HQ: %q, %v", found, err)
	}
}
