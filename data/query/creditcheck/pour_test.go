package creditcheck_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/supplystop"
	stoprepo "zhuxin/data/tenantrepo/supplystop"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// A stop ordered in mid-pour takes effect after it: what is left of the order goes out,
// is recorded as an exception and listed as covered, and nothing else does (beyond.md 4).
func TestStopInMidPourTakesEffectAfterIt(t *testing.T) {
	t.Parallel()
	b, _, _ := holding(t, nil)
	c := b.customer(t, 1000)
	b.reserve(t, c.ID, "O-1", 600)
	b.reserve(t, c.ID, "O-2", 100)
	ticket := func(no, order string, days int) {
		b.Exec(t, b.hands, `INSERT INTO deliveries (id, source, ticket_no, customer_id, delivered_on, order_no, volume, amount, currency, created_at, updated_at)
			VALUES (gen_random_uuid(), 'erp', $1, $2, $3, $4, 8000, 1, 'CNY', now(), now())`, no, c.ID, today.AddDays(days), order)
	}
	ticket("T-1", "O-1", 0)
	ticket("T-2", "O-2", -1)
	stop := uuid.New()
	b.Exec(t, b.hands, `INSERT INTO supply_stops (id, customer_id, state, reason, overdue_days, overdue_amount, stopped_on, created_at, updated_at)
		VALUES ($1, $2, 'stopped', '逾期 90 天', 90, 1, $3, now(), now())`, stop, c.ID, today)
	dispatch := func(order string, amount money.Amount, want biz.Outcome) {
		t.Helper()
		d := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: order, Amount: amount, Checkpoint: biz.AtDispatch}, b.Service.Check)
		if d.Outcome != want || len(d.Reasons) == 0 || d.Reasons[0].Covered != (want == biz.Warn) {
			t.Errorf("%d of %s: %s (%+v), want %s", amount, order, d.Outcome, d.Reasons, want)
		}
	}
	dispatch("O-1", 600, biz.Warn)
	dispatch("O-1", 601, biz.Block) // more than is held for it
	dispatch("O-2", 100, biz.Block) // nothing of it was delivered today
	dispatch("O-3", 1, biz.Block)
	if d := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 1}, b.Service.Check); d.Outcome != biz.Block {
		t.Errorf("at the order: %s", d.Outcome)
	}
	ticket("T-3", "O-1", 1) // the day after: a breach
	err := b.Pool.Tenant().InTx(b.hands, func(ctx context.Context) error {
		all, err := stoprepo.Repo{}.Breaches(ctx, supplystop.BreachQuery{StopID: &stop, Window: paging.Window{Limit: 10}})
		if err != nil {
			return err
		}
		if all.Total != 2 || all.Covered != 1 || all.Amount != 1 || len(all.Rows) != 2 {
			t.Fatalf("breaches %+v", all)
		}
		for i, want := range []struct {
			ticket  string
			covered bool
		}{{"T-3", false}, {"T-1", true}} {
			if r := all.Rows[i]; r.TicketNo != want.ticket || r.Covered != want.covered {
				t.Errorf("row %d: %+v", i, r)
			}
		}
		list, _, err := stoprepo.Repo{}.List(ctx, supplystop.Query{CustomerID: &c.ID, Window: paging.Window{Limit: 10}})
		if err == nil && (len(list) != 1 || list[0].Breaches != 1) {
			t.Errorf("the stop and its breaches: %+v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Exec(t, b.hands, `UPDATE supply_stops SET stopped_on = $2 WHERE id = $1`, stop, today.AddDays(-1))
	dispatch("O-1", 600, biz.Block) // the pour should not have begun
}
