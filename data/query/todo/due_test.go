package todo_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/todo"
	"zhuxin/data/query/todo"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/tenancy/scope"
)

// What has a date, waits in the queue or belongs to no project yet: each is asked of
// him who may act, of nobody else, and gone once it is handled.
func TestWhatIsToBeRenewedReleasedOrLinked(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := biz.New(w.Pool.Tenant(), w.Clock, slices.Concat(todo.Dues(), todo.Orders())...)
	admin := w.CtxA(t)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	other, otherCtx := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, finance := w.AddMember(t, w.A, "王五", access.RoleFinance)
	asker, askerCtx := w.AddMember(t, w.A, "赵六", access.RoleSalesperson)
	_, approver := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	c := w.NewCustomer(t, sales, 1)
	project := uuid.New()
	w.Exec(t, admin, `INSERT INTO projects (id, number, name, customer_id, salesperson_id, created_at, updated_at) VALUES ($1, 'P1', '滨江', $2, $3, now(), now())`, project, c.ID, other.ID)
	limit := func(class string, of any, ends string) {
		w.Exec(t, admin, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, project_id, class, kind, amount, starts_on, ends_on, reason, status, effective_at)
			VALUES (gen_random_uuid(), now(), now(), $1, $2, $3, 'amount', 700, '2026-01-01', $4::date, 'x', 'effective', now())`, c.ID, of, class, ends)
	}
	// today is 2026-11-20: the last day on which each is announced, and the one after it
	limit("standing", nil, "2026-12-20")
	limit("temporary", nil, "2026-11-28") // eight days: not yet
	limit("temporary", project, "2026-11-27")
	w.Exec(t, admin, `INSERT INTO acceptance_drafts (id, created_at, updated_at, draft_no, kind, customer_id, receipt_id, acceptor, amount, issued_on, due_on)
		SELECT gen_random_uuid(), now(), now(), no, 'bank', $1, gen_random_uuid(), '工行', 900, '2026-06-01', due::date
		FROM (VALUES ('D1', '2026-11-27'), ('D2', '2026-11-19'), ('D3', '2026-11-28')) v (no, due)`, c.ID)
	w.Exec(t, admin, `INSERT INTO credit_agreements (id, created_at, updated_at, customer_id, number, triggers, reason, status, effective_at)
		VALUES (gen_random_uuid(), now(), now(), $1, 1, '[]', 'x', 'effective', '2025-12-19T16:00:00Z')`, c.ID) // 2025-12-20 here: 30 days to the review
	w.Exec(t, admin, `INSERT INTO order_holds (id, customer_id, project_id, order_no, amount, check_id, reasons, held_at, updated_at)
		VALUES (gen_random_uuid(), $1, $2, 'SO-1', 500, gen_random_uuid(), '[]', now(), now()), (gen_random_uuid(), $1, NULL, 'SO-2', 500, gen_random_uuid(), '[]', now(), now())`, c.ID, project)
	w.Exec(t, admin, `INSERT INTO erp_contracts (id, source, contract_no, customer_id, amount, created_at, updated_at)
		VALUES (gen_random_uuid(), 'erp', 'HT-1', $1, 100, now(), now())`, c.ID)
	hq := func(query string, args ...any) {
		t.Helper()
		ok(t, w.Pool.HQ().InTx(w.HQCtx(t), func(ctx context.Context) error { return exec(ctx, query, args...) }))
	}
	capID := uuid.New()
	hq(`INSERT INTO hq.group_caps (id, name, currency, amount, created_at, updated_at) VALUES ($1, '中建', 'CNY', 1000, now(), now())`, capID)
	move := func(from, to uuid.UUID, by uuid.UUID, status string) {
		hq(`INSERT INTO hq.quota_moves (id, cap_id, from_tenant_id, to_tenant_id, amount, reason, status, asked_by, asked_at, decided_at)
			VALUES (gen_random_uuid(), $1, $2, $3, 100, '旺季', $4, $5, now(), now())`, capID, from, to, status, by)
	}
	move(w.B.ID, w.A.ID, asker.ID, "refused")
	move(w.A.ID, w.B.ID, uuid.New(), "asked")

	has := func(name string, ctx context.Context, want ...biz.Kind) {
		t.Helper()
		l, err := s.List(ctx, biz.ListInput{})
		ok(t, err)
		got := kinds(l)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", name, got, want)
		}
	}
	has("the customer's salesperson", sales, todo.KindLimitEnds, todo.KindAgreementReview, todo.KindHold, todo.KindERPContract)
	has("the project's salesperson", otherCtx, todo.KindTemporaryEnds, todo.KindHold)
	has("finance", finance, todo.KindDraftDue, todo.KindDraftDue)
	has("who was refused quota", askerCtx, todo.KindQuotaRefused)
	has("who may lend quota", approver, todo.KindQuotaAnswer)
	has("the other subsidiary's approver", w.CtxB(t, access.RoleApprover))

	l, err := s.List(finance, biz.ListInput{Order: biz.OrderDue})
	ok(t, err)
	if l.Items[0].Parts["number"] != "D2" || *l.Items[0].Amount != 900 || l.Items[0].Link.Route != "payment" {
		t.Errorf("the draft past due comes first: %+v", l.Items)
	}
	for _, n := range l.Counts {
		if n.Kind == todo.KindDraftDue && (n.Total != 2 || n.Overdue != 1) {
			t.Errorf("drafts counted: %+v", n)
		}
	}

	w.Exec(t, admin, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, class, kind, amount, starts_on, reason, status)
		VALUES (gen_random_uuid(), now(), now(), $1, 'standing', 'amount', 1, '2026-12-21', 'x', 'submitted')`, c.ID)
	w.Exec(t, admin, `UPDATE acceptance_drafts SET status = 'honoured'`)
	w.Exec(t, admin, `INSERT INTO credit_agreements (id, created_at, updated_at, customer_id, number, triggers, reason, status)
		VALUES (gen_random_uuid(), now(), now(), $1, 2, '[]', 'x', 'submitted')`, c.ID)
	w.Exec(t, admin, `INSERT INTO order_releases (id, hold_id, customer_id, order_no, codes, amount, ends_on, reason, asked_by, asked_at)
		SELECT gen_random_uuid(), id, customer_id, order_no, '[]', 1, '2026-12-01', 'x', gen_random_uuid(), now() FROM order_holds`)
	w.Exec(t, admin, `INSERT INTO contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on)
		VALUES (gen_random_uuid(), now(), now(), 'HT-1', $1, 1, 1, 1, '2026-01-01')`, project)
	move(w.B.ID, w.A.ID, asker.ID, "asked")
	hq(`UPDATE hq.quota_moves SET status = 'lent' WHERE from_tenant_id = $1`, w.A.ID)
	for name, ctx := range map[string]context.Context{"the salesperson": sales, "finance": finance, "who asked anew": askerCtx, "who has lent": approver} {
		has(name+", when all is handled", ctx)
	}
}

func exec(ctx context.Context, query string, args ...any) error {
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, query, args...)
	return err
}
