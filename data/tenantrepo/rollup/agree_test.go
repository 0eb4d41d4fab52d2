package rollup_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	bizreceivable "zhuxin/biz/receivable"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

// What the subsidiary says is used of its limits is what HQ says, whatever stage it
// is in: utilization is one figure on both pages.
func TestUtilizationAgrees(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	f := creditchecktest.New(env.Pool, &calendar.Frozen{At: start})
	ctx := env.CtxA(t)
	today := calendar.Of(start, calendar.Shanghai)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		kind := rapid.SampledFrom([]exposure.LimitKind{exposure.LimitAmount, exposure.LimitUnlimited, ""}).Draw(rt, "kind")
		c := f.Add(t, ctx, creditchecktest.Customer{LimitKind: kind, Limit: 1000})
		amount := rapid.Int64Range(0, 1<<40)
		f.Receivable(t, ctx, c.ID, fmt.Sprint("U", round), today, money.Amount(amount.Draw(rt, "receivable")+1))
		f.Recompute(t, ctx, c.ID)
		f.Exec(t, ctx, `UPDATE credit_accounts SET reserved_amount = $2, delivered_amount = $3, reconciled_amount = $4, draft_amount = $5, advance_amount = $6 WHERE id = $1`,
			c.ID, amount.Draw(rt, "reserved"), amount.Draw(rt, "delivered"), amount.Draw(rt, "reconciled"), amount.Draw(rt, "drafts"), amount.Draw(rt, "advances"))
		var used, limit int64
		for _, r := range read(t, env, ctx, today) {
			used, limit = used+r.Receivable+r.Reserved, limit+r.Limit
		}
		var own bizreceivable.Standing
		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			own, err = receivable.New().Standing(ctx, bizreceivable.Scope{})
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
		if int64(own.Used) != used || int64(own.LimitAmount) != limit {
			rt.Fatalf("the subsidiary uses %d of %d, HQ says %d of %d", own.Used, own.LimitAmount, used, limit)
		}
	})
}
