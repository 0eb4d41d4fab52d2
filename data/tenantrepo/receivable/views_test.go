package receivable_test

import (
	"context"
	"slices"
	"testing"
	"time"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

// Each view holds the items of its state, and says which state that is (004-06).
func TestViewsAndStates(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	at := time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)
	f, ctx, today := creditchecktest.New(env.Pool, &calendar.Frozen{At: at}), env.CtxA(t), calendar.Of(at, calendar.Shanghai)
	c := f.Add(t, ctx, creditchecktest.Customer{})
	for _, no := range []string{"whole", "part", "paid", "contested", "credit"} {
		f.Receivable(t, ctx, c.ID, no, today.AddDays(-9), 1000)
	}
	f.Exec(t, ctx, `UPDATE receivables SET open_amount = 400, due_date = $1 WHERE document_no = 'part'`, today)
	f.Exec(t, ctx, `UPDATE receivables SET open_amount = 0, disputed = true WHERE document_no = 'paid'`)
	f.Exec(t, ctx, `UPDATE receivables SET disputed = true WHERE document_no = 'contested'`)
	f.Exec(t, ctx, `UPDATE receivables SET amount = -1000, open_amount = -1 WHERE document_no = 'credit'`)
	list := func(ctx context.Context, v biz.View) (p biz.Page, err error) {
		err = env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			p, err = receivable.New().List(ctx, biz.Query{View: v, Order: biz.OrderDueDate, Today: today, Window: paging.Window{Limit: 50}})
			return err
		})
		return p, err
	}
	for view, want := range map[biz.View][]string{
		biz.ViewOpen: {"contested", "credit", "part", "whole"}, biz.ViewOverdue: {"contested", "credit", "whole"}, biz.ViewPending: {"contested", "whole"},
		biz.ViewPartial: {"credit", "part"}, biz.ViewDisputed: {"contested"}, biz.ViewSettled: {"paid"}, biz.ViewAll: {"contested", "credit", "paid", "part", "whole"},
	} {
		p, err := list(ctx, view)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range p.Receivables {
			got = append(got, r.DocumentNo)
			state := map[string]biz.State{"part": biz.StatePartial, "credit": biz.StatePartial, "paid": biz.StatePaid}[r.DocumentNo]
			if state == "" {
				state = biz.StatePending
			}
			if r.State() != state || r.Disputed != (r.DocumentNo == "contested" || r.DocumentNo == "paid") {
				t.Errorf("%s: %s, disputed %v", r.DocumentNo, r.State(), r.Disputed)
			}
		}
		var each []string
		err = env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			return receivable.New().Each(ctx, biz.Query{View: view, Order: biz.OrderDueDate, Today: today}, func(r biz.Receivable) error {
				each = append(each, r.DocumentNo)
				return nil
			})
		})
		if err != nil || !slices.Equal(each, got) {
			t.Errorf("%s: the file has %v, the list %v, %v", view, each, got, err)
		}
		if slices.Sort(got); !slices.Equal(got, want) || p.Total != int64(len(want)) {
			t.Errorf("%s: %v, want %v", view, got, want)
		}
	}
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		p, err := list(ctx, biz.ViewDisputed)
		return int(p.Total), err
	})
}
