package rollup_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	biz "zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
)

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
	if err != nil || len(o.Totals) != 1 || o.Totals[0].Receivable != 600 || o.Totals[0].Overdue != 100 || o.Totals[0].Customers != 3 || o.Totals[0].Subsidiaries != 2 ||
		o.Totals[0].CustomersOverLimit != 2 || len(o.Subsidiaries) != 2 || o.Subsidiaries[0].Receivable != 300 {
		t.Errorf("overview: %+v, %v", o, err)
	}
	ranking(t, w, hq)
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

// ranking: A owes 300 of which 100 is late against no limit in figures, B 300 that
// are not due; so every order that tells them apart is tried both ways.
func ranking(t *testing.T, w *world, hq context.Context) {
	t.Helper()
	for order, first := range map[biz.Order]string{biz.ByOverdue: "A", biz.ByOverdueAsc: "B", biz.ByRatio: "A", biz.ByRatioAsc: "B"} {
		rows, total, err := w.reader.Subsidiaries(hq, biz.SubsidiaryQuery{OrderBy: order, Limit: 1})
		if err != nil || total != 2 || len(rows) != 1 {
			t.Fatalf("%s: %d of %d, %v", order, len(rows), total, err)
		}
		if got := map[uuid.UUID]string{w.A.ID: "A", w.B.ID: "B"}[rows[0].TenantID]; got != first {
			t.Errorf("%s: %s comes first, want %s", order, got, first)
		}
	}
	for _, order := range biz.SubsidiaryOrders {
		rows, _, err := w.reader.Subsidiaries(hq, biz.SubsidiaryQuery{OrderBy: order, Limit: 10})
		if err != nil || len(rows) != 2 || rows[0].Receivable != 300 {
			t.Errorf("%s: %+v, %v", order, rows, err)
		}
	}
	rows, total, err := w.reader.Subsidiaries(hq, biz.SubsidiaryQuery{Text: w.B.Name, Limit: 10})
	if err != nil || total != 1 || rows[0].TenantID != w.B.ID {
		t.Errorf("by name: %+v, %v", rows, err)
	}
	if rows, _, err = w.reader.Subsidiaries(hq, biz.SubsidiaryQuery{Currency: "USD", Limit: 10}); err != nil || len(rows) != 0 {
		t.Errorf("another currency: %+v, %v", rows, err)
	}
	one, err := w.reader.Subsidiary(hq, w.A.ID)
	if err != nil || one.Name != w.A.Name || one.Customers != 2 || one.Overdue != 100 {
		t.Errorf("one: %+v, %v", one, err)
	}
}

func TestNoScopeNoRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := rollup.Store{}
	ctx := w.CtxA(t)
	_, err := s.Totals(ctx)
	_, _, err2 := s.Subsidiary(ctx, w.A.ID)
	for _, err := range []error{err, err2, s.Sum(ctx, w.A.ID), s.Put(ctx, nil), s.PutRatings(ctx, nil)} {
		if !errors.Is(err, scope.ErrNoScope) {
			t.Errorf("outside a unit of work: %v", err)
		}
	}
	// A tenant's role reads none of it, whatever the code does.
	err = w.Env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		_, err := s.Totals(ctx)
		return err
	})
	if err == nil {
		t.Error("a tenant reads the rollups")
	}
}
