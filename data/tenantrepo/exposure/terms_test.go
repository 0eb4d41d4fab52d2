package exposure_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	biz "zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	repo "zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// TestTermsAreTheAccount holds the SQL of lists and sums against the one place that
// decides, for any figures: a term that only one of the two knows shows at once.
func TestTermsAreTheAccount(t *testing.T) {
	t.Parallel()
	env, f, _ := setup(t)
	ctx := env.CtxA(t)
	id := f.Add(t, ctx, creditchecktest.Customer{}).ID
	amount := rapid.Int64Range(0, 1_000_000)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) money.Amount { return money.Amount(amount.Draw(t, name)) }
		a := biz.Account{
			Reserved: draw("reserved"), Delivered: draw("delivered"), Reconciled: draw("reconciled"), Receivable: draw("receivable"),
			Drafts: draw("drafts"), Advances: draw("advances"), Standing: draw("standing"), Temporary: draw("temporary"), Cover: draw("cover"),
			LimitKind: rapid.SampledFrom([]biz.LimitKind{biz.LimitNone, biz.LimitAmount, biz.LimitUnlimited}).Draw(t, "kind"),
		}
		if a.LimitKind == biz.LimitNone {
			a.Standing, a.Temporary = 0, 0 // and no cover makes a limit of it
		}
		var used, bound money.Amount
		var over bool
		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			if _, err := q.ExecContext(ctx, `UPDATE credit_accounts SET reserved_amount = $2, delivered_amount = $3, reconciled_amount = $4, receivable_amount = $5,
				draft_amount = $6, advance_amount = $7, standing_amount = $8, temporary_amount = $9, limit_kind = $10, cover_amount = $11 WHERE id = $1`,
				id, a.Reserved, a.Delivered, a.Reconciled, a.Receivable, a.Drafts, a.Advances, a.Standing, a.Temporary, a.LimitKind, a.Cover); err != nil {
				return err
			}
			return q.QueryRowContext(ctx, fmt.Sprintf(`SELECT %s, %s, %s FROM credit_accounts a WHERE id = $1`, repo.Used("a"), repo.Bound("a"), repo.Over("a")), id).
				Scan(&used, &bound, &over)
		})
		switch {
		case err != nil:
			t.Fatal(err)
		case used != a.Exposure(), a.LimitKind != biz.LimitUnlimited && bound != a.Bound(), over != a.OverLimit():
			t.Fatalf("SQL says %d of %d, over %v; the account %d of %d, over %v", used, bound, over, a.Exposure(), a.Bound(), a.OverLimit())
		}
	})
	// a customer without an account has no limit and uses nothing
	var used, bound money.Amount
	var over bool
	err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, fmt.Sprintf(`SELECT %s, %s, %s FROM (SELECT $1::uuid AS id) c LEFT JOIN credit_accounts a ON a.id = c.id`,
			repo.Used("a"), repo.Bound("a"), repo.Over("a")), uuid.New()).Scan(&used, &bound, &over)
	})
	if err != nil || used != 0 || bound != 0 || over {
		t.Errorf("without an account %d of %d, over %v: %v", used, bound, over, err)
	}
}
