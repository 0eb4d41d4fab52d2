package rating_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/indicator"
)

// everySource is a definition that measures every source, the rules for missing data
// in turn, and one source over two periods.
func everySource() rating.Definition {
	d := rating.BlankDefinition()
	rules := []rating.MissingRule{"", rating.MissingWorst, rating.MissingFixed, rating.MissingLeaveOut}
	for _, i := range indicator.Defaults() {
		if i.Kind == indicator.KindData {
			it := rating.ItemOf(i, 0)
			it.Missing = rules[len(d.Items)%len(rules)]
			d.Items = append(d.Items, it)
		}
	}
	short, _ := d.Item("volume_delivered")
	short.IndicatorCode, short.PeriodMonths = "volume_of_3_months", 3
	d.Items = append(d.Items, short)
	for i := range d.Items {
		d.Items[i].Weight = indicator.FullPoints / int64(len(d.Items))
		if i < int(indicator.FullPoints)%len(d.Items) {
			d.Items[i].Weight++
		}
	}
	return d
}

// shelf puts what a register answered of a company on HQ's shelf: every kind was asked
// for, some findings hold, one has ended.
func shelf(t *testing.T, w *credittest.World, code string, r *rand.Rand) {
	t.Helper()
	put := func(query string, args ...any) {
		t.Helper()
		_, err := w.Admin(t).ExecContext(t.Context(), query, args...)
		ok(t, err)
	}
	snapshot := uuid.New()
	capital := []string{"5000万人民币", "1,200万元", "300万美元", "-"}[r.IntN(4)]
	put(`INSERT INTO hq.registry_snapshots (id, uscc, kind, provider, taken_at, outcome, raw, digest, taken, requests) VALUES ($1, $2, 'basics', 'tianyancha', '2026-11-01T04:00:00Z', 'found', '', '', $3::jsonb, 1)`,
		snapshot, code, fmt.Sprintf(`{"company": {"name": "x", "uscc": %q, "capital": %q, "established": "%d-07-01"}}`, code, capital, 1990+r.IntN(36)))
	for _, kind := range []string{"basics", "dishonest_debtor", "enforcement", "consumption_restriction", "serious_violation", "business_abnormality", "litigation"} {
		if kind == "litigation" && r.IntN(4) == 0 {
			continue // never answered: the source has no value
		}
		put(`INSERT INTO hq.registry_looks (id, uscc, kind, provider, outcome, looked_at, snapshot_id) VALUES ($1, $2, $3, 'tianyancha', 'found', '2026-11-01T04:00:00Z', $4)`, uuid.New(), code, kind, snapshot)
		for n := range r.IntN(4) {
			put(`INSERT INTO hq.registry_findings (id, uscc, kind, key, title, severity, occurred_on, facts, status, baseline, first_seen_at, last_seen_at, ended_at, snapshot_id)
				VALUES ($1, $2, $3, $4, 'x', 'serious', $5::date, '{}', $6, true, now(), now(), $7, $8)`,
				uuid.New(), code, kind, fmt.Sprint(n), []string{"2024-05-01", "2026-05-01"}[n%2], []string{"active", "ended"}[n/3], []any{nil, "2026-06-01"}[n/3], snapshot)
		}
	}
}

// A dry run comes to what a rating made at the same moment comes to, customer by
// customer, with findings, deliveries, settlements and projects, known or not.
func TestDryRunIsWhatARatingWouldBe(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	r := rand.New(rand.NewPCG(3, 4))
	var who []uuid.UUID
	for n := range 8 {
		c := w.NewCustomer(t, admin, n+1)
		who = append(who, c.ID)
		b := &books{t: t, w: w, of: c.ID}
		for i := range r.IntN(5) {
			open := int64(r.IntN(2)) * 400
			b.invoice(fmt.Sprintf("2025-%02d-15", 8+i), fmt.Sprintf("2026-%02d-01", 1+i), 1000, open)
			if n%3 != 0 { // some have no receipts at all
				b.receipt(fmt.Sprintf("2026-%02d-%02d", 1+i, 1+r.IntN(25)), 1000-open)
			}
		}
		for i := range r.IntN(3) {
			w.Exec(t, admin, `INSERT INTO deliveries (id, source, ticket_no, customer_id, volume, amount, currency, delivered_on, created_at, updated_at)
				VALUES ($1, 'erp', $2, $3, $4, 5000, 'CNY', $5::date, now(), now())`, uuid.New(), fmt.Sprint(n, "/", i), c.ID, 1_500_500+r.IntN(9_000_000), []string{"2026-10-01", "2026-02-01"}[i])
			w.Exec(t, admin, `INSERT INTO projects (id, number, name, customer_id, contracted_volume, status, created_at, updated_at)
				VALUES ($1, $2, 'x', $3, $4, $5, now(), now())`, uuid.New(), fmt.Sprint(n, "/", i), c.ID, 30_000_000, []string{"supplying", "finished"}[i])
		}
		if n%2 == 0 {
			shelf(t, w, c.USCC, r)
		}
	}
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })

	draft, err := w.Templates.Create(admin, "全部数据", "blank")
	ok(t, err)
	draft, err = w.Templates.Update(admin, rating.UpdateTemplateInput{ID: draft.ID, Name: draft.Name, Definition: everySource(), Version: draft.Version})
	ok(t, err)
	d, err := w.DryRuns.Run(admin, draft.ID, rating.DryRunParameters{})
	ok(t, err)
	rows, total, err := w.DryRuns.Trials(admin, rating.TrialsInput{DryRunID: d.ID, PageSize: 100})
	ok(t, err)
	if int(total) != len(who) || d.Summary.Scored == 0 || d.Summary.Unscored == 0 || d.Summary.Judged == 0 {
		t.Fatalf("the books are no trial: %+v", d.Summary)
	}
	_, err = w.Templates.Submit(admin, draft.ID, draft.Version)
	ok(t, err)
	w.Approve(t, w.CtxA(t, access.RoleApprover), draft.ID)
	for _, row := range rows {
		made, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: row.CustomerID})
		ok(t, err)
		if row.To != made.Result.Grade || !slices.Equal(row.Missing, made.Result.Missing) || made.Result.Complete() && row.Score != made.Result.Total {
			t.Errorf("%s: dry run %s %d without %v, rating %s %d without %v", row.Number, row.To, row.Score, row.Missing, made.Result.Grade, made.Result.Total, made.Result.Missing)
		}
		for _, v := range made.Result.Values {
			if v.Number == nil {
				continue
			}
			it, _ := d.Definition.Item(v.IndicatorCode)
			if row.Now[it.Measures()] != *v.Number {
				t.Errorf("%s: %s is %d in the dry run and %d on the sheet", row.Number, it.Measures(), row.Now[it.Measures()], *v.Number)
			}
			if v.AsOf.IsZero() || v.SourceDetail == "" {
				t.Errorf("%s: %s says nothing of itself: %+v", row.Number, it.IndicatorCode, v)
			}
			// The rows behind a counted figure are those that were counted.
			if rowsCount, counted := behind(t, w, admin, row.CustomerID, it.Measures()), map[indicator.DataSource]bool{"registry_findings": true, "litigation_findings": true}[it.DataSource]; counted && int64(rowsCount)*1000 != *v.Number {
				t.Errorf("%s: %d rows behind %s = %d", row.Number, rowsCount, it.Measures(), *v.Number)
			}
		}
	}
}

func behind(t *testing.T, w *credittest.World, ctx context.Context, customer uuid.UUID, source indicator.DataSource) int {
	t.Helper()
	rows, total, _, err := w.Ratings.SourceRows(ctx, rating.SourceRowsInput{CustomerID: customer, Source: source, PageSize: 100})
	ok(t, err)
	if int(total) != len(rows) {
		t.Errorf("%s: %d of %d rows", source, len(rows), total)
	}
	return len(rows)
}
