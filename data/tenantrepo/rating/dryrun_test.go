package rating_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/tenancy/tenancytest"
)

// books writes items and receipts of a customer.
type books struct {
	t  *testing.T
	w  *credittest.World
	n  int
	of uuid.UUID
}

func (b *books) invoice(on, due string, amount, open int64) {
	b.n++
	b.w.Exec(b.t, b.w.CtxA(b.t), `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES ($1, 'erp', $2, $3, $4::date, $5::date, 'CNY', $6, $7, $1, now())`, uuid.New(), fmt.Sprint(b.of, b.n), b.of, on, due, amount, open)
}

func (b *books) receipt(on string, amount int64) {
	b.n++
	b.w.Exec(b.t, b.w.CtxA(b.t), `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at)
		VALUES ($1, 'erp', $2, $3, $4::date, 'CNY', $5, now())`, uuid.New(), fmt.Sprint(b.of, b.n), b.of, on, amount)
}

// today of a world.
var (
	today      = calendar.NewDate(2026, 11, 20)
	windowFrom = calendar.NewDate(2025, 11, 20)
)

func TestStandings(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	who := map[string]uuid.UUID{}
	for i, name := range []string{"late", "good", "new", "open", "unbacked", "nobody"} {
		who[name] = w.NewCustomer(t, admin, i+1).ID
	}
	late := &books{t: t, w: w, of: who["late"]}
	late.invoice("2025-08-01", "2025-09-01", 1000, 0) // paid on 2026-01-10, 131 days late
	late.invoice("2026-01-01", "2026-02-01", 500, 0)  // paid on 2026-02-01, in time
	late.receipt("2025-12-01", 400)
	late.receipt("2026-01-10", 600)
	late.receipt("2026-02-01", 500)
	good := &books{t: t, w: w, of: who["good"]}
	good.invoice("2025-01-01", "2025-02-01", 700, 0)
	good.receipt("2025-01-31", 700)
	good.invoice("2026-10-01", "2026-12-01", 900, 900)
	fresh := &books{t: t, w: w, of: who["new"]}
	fresh.invoice("2026-06-01", "2026-07-01", 300, 100)
	open := &books{t: t, w: w, of: who["open"]}
	open.invoice("2025-01-01", "2025-02-01", 800, 800)
	unbacked := &books{t: t, w: w, of: who["unbacked"]} // 1000 settled, only the newer 400 by a receipt
	unbacked.invoice("2025-01-01", "2025-02-01", 600, 0)
	unbacked.invoice("2025-02-01", "2025-03-01", 400, 0)
	unbacked.receipt("2025-12-20", 400)
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })

	got := map[uuid.UUID]rating.Standing{}
	w.InA(t, func(ctx context.Context) error {
		all, err := ratingrepo.NewPopulation(nil).Standings(ctx, windowFrom, today, true, indicator.DataSources)
		for _, s := range all {
			got[s.CustomerID] = s
		}
		return err
	})
	if len(got) != 6 {
		t.Fatalf("%d customers", len(got))
	}
	for name, c := range map[string]struct {
		worst int
		peak  int64
		then  map[indicator.DataSource]int64 // nil: no business then
	}{
		"late": {131, 1000, map[indicator.DataSource]int64{indicator.SourceOverdueRatio: 10_000_000, indicator.SourceMaxOverdueDays: 80_000,
			indicator.SourceCooperationMonths: 3000, indicator.SourceSales12Months: 1_000_000, indicator.SourceCollectionRate: 0}},
		"good":     {0, 0, map[indicator.DataSource]int64{indicator.SourceOverdueRatio: 0, indicator.SourceMaxOverdueDays: 0, indicator.SourceCollectionRate: 10_000_000, indicator.SourceCooperationMonths: 10_000}},
		"new":      {142, 100, nil},
		"open":     {657, 800, map[indicator.DataSource]int64{indicator.SourceOverdueRatio: 10_000_000, indicator.SourceMaxOverdueDays: 292_000}},
		"unbacked": {294, 400, map[indicator.DataSource]int64{indicator.SourceOverdueRatio: 10_000_000, indicator.SourceMaxOverdueDays: 264_000}},
		"nobody":   {0, 0, nil},
	} {
		s := got[who[name]]
		if s.WorstDays != c.worst || int64(s.PeakOverdue) != c.peak || (s.Then == nil) != (c.then == nil) {
			t.Errorf("%s: worst %d, peak %d, then %v; want %d, %d, %v", name, s.WorstDays, s.PeakOverdue, s.Then, c.worst, c.peak, c.then)
		}
		for source, n := range c.then {
			if s.Then[source].Number != n {
				t.Errorf("%s then: %s = %d, want %d", name, source, s.Then[source].Number, n)
			}
		}
		// Today's figures are those of the rating form.
		w.InA(t, func(ctx context.Context) error {
			one, err := ratingrepo.NewMeasurer(w.Accounts, nil).Measure(ctx, rating.Subject{CustomerID: who[name]}, today, indicator.DataSources)
			for source, m := range one {
				if m.Number != s.Now[source].Number {
					t.Errorf("%s: %s is %d for one and %d among all", name, source, m.Number, s.Now[source].Number)
				}
			}
			return err
		})
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		all, err := ratingrepo.NewPopulation(nil).Standings(ctx, windowFrom, today, true, indicator.DataSources)
		return len(all), err
	})
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	rated, bare := w.NewCustomer(t, admin, 1), w.NewCustomer(t, admin, 2)
	b := &books{t: t, w: w, of: rated.ID}
	b.invoice("2025-08-01", "2025-09-01", 1000, 0)
	b.receipt("2026-01-10", 1000)
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: rated.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	w.Approve(t, approver, r.ID)

	// given a draft that asks only for what the books say, so that nobody lacks a value but by hand
	draft, err := w.Templates.Create(admin, "试算", "concrete")
	ok(t, err)
	want(t, second(w.DryRuns.Run(admin, draft.ID, rating.DryRunParameters{BadDays: -1, Cutoff: "E"})), "INVALID_INPUT")
	broken, err := w.Templates.Create(admin, "坏", "blank")
	ok(t, err)
	want(t, second(w.DryRuns.Run(admin, broken.ID, rating.DryRunParameters{})), "TEMPLATE_HAS_OPEN_POINTS")
	want(t, second(w.DryRuns.Run(approver, draft.ID, rating.DryRunParameters{})), "PERMISSION_DENIED")
	if d, err := w.DryRuns.Latest(approver, draft.ID); err != nil || d != nil {
		t.Errorf("before: %v, %v", d, err)
	}

	d, err := w.DryRuns.Run(admin, draft.ID, rating.DryRunParameters{})
	ok(t, err)
	s := d.Summary
	if s.Customers != 2 || s.Scored != 1 || s.Unscored != 1 || len(s.Lacking) != 4 || s.Judged != 1 || s.Bad != 1 || s.KS != nil {
		t.Fatalf("%+v", s)
	}
	if len(s.Matrix) != 1 || s.Matrix[0].From != r.Result.Grade || s.Same != 1 || s.ToTotal != s.FromTotal || s.FromTotal != r.Result.Maxima.CreditAmount {
		t.Errorf("matrix %+v, from %d to %d", s.Matrix, s.FromTotal, s.ToTotal)
	}
	// what is kept is what was told
	kept, err := w.DryRuns.Latest(approver, draft.ID)
	ok(t, err)
	if a, b := js(t, kept.Summary), js(t, s); a != b || kept.TemplateVersion != draft.Version || kept.AsOf != today || kept.From != windowFrom {
		t.Errorf("kept %s, told %s", a, b)
	}
	rows, total, err := w.DryRuns.Trials(admin, rating.TrialsInput{DryRunID: d.ID, Group: "unscored"})
	ok(t, err)
	if total != 1 || rows[0].CustomerID != bare.ID || len(rows[0].Missing) != 4 {
		t.Errorf("unscored: %+v", rows)
	}
	c := r.Result.Grade
	rows, _, err = w.DryRuns.Trials(admin, rating.TrialsInput{DryRunID: d.ID, From: &c, To: &c, Group: "caught"})
	ok(t, err)
	if len(rows) != 1 || rows[0].WorstDays != 131 || !rows[0].Bad || !rows[0].Caught {
		t.Errorf("caught: %+v", rows)
	}
	one, err := w.DryRuns.Breakdown(admin, d.ID, rated.ID)
	ok(t, err)
	if one.Now.Total != rows[0].Score || one.Then.Total != rows[0].ThenScore || one.Rating == nil || one.Rating.ID != r.ID || len(one.Now.Values) != 11 {
		t.Errorf("now %d of %d, then %d of %d, rating %v", one.Now.Total, rows[0].Score, one.Then.Total, rows[0].ThenScore, one.Rating)
	}
	_, other := w.AddMember(t, w.A, "王五", access.RoleSalesperson)
	want(t, second(w.DryRuns.Breakdown(other, d.ID, rated.ID)), "DRY_RUN_NOT_FOUND")
	if rows, total, err := w.DryRuns.Trials(other, rating.TrialsInput{DryRunID: d.ID}); err != nil || len(rows) != 0 || total != 0 {
		t.Errorf("another's customers: %v, %v", rows, err)
	}
	// the approver sees it with what was submitted
	_, err = w.Templates.Submit(admin, draft.ID, draft.Version)
	ok(t, err)
	var facts rating.TemplateFacts
	ok(t, json.Unmarshal(w.Pending(t, approver, draft.ID).Facts, &facts))
	if facts.DryRun == nil || facts.DryRun.ID != d.ID || facts.DryRun.Summary.Bad != 1 || facts.DryRun.Stale {
		t.Errorf("facts: %+v", facts.DryRun)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		rows, n, err := ratingrepo.NewDryRuns().Trials(ctx, rating.TrialFilter{DryRunID: d.ID, Window: all})
		return len(rows) + int(n), err
	})
}

func js(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	ok(t, err)
	return string(b)
}
