package approval_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/limit"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func apply(t *testing.T, w *credittest.World, ctx context.Context, customer uuid.UUID) limit.Limit {
	t.Helper()
	l, err := w.Limits.Apply(ctx, limit.ApplyInput{CustomerID: customer, Amount: 5_000_000, StartsOn: calendar.NewDate(2026, 11, 20),
		EndsOn: calendar.NewDate(2026, 12, 19), Reason: "旺季备货"})
	ok(t, err)
	return l
}

// Of many approvers who decide at once exactly one wins; the others learn who
// did it and when, and the limit took effect once.
func TestConcurrentDecisions(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	l := apply(t, w, admin, c.ID)
	a := w.Pending(t, admin, l.ID)

	const n = 8
	faults := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		_, ctx := w.AddMember(t, w.A, "审批人", access.RoleApprover)
		wg.Go(func() {
			_, faults[i] = w.Approvals.Decide(ctx, approval.DecideInput{ID: a.ID, Approve: i%2 == 0, Comment: "意见", Version: a.Version})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range faults {
		if err == nil {
			won++
			continue
		}
		f, _ := fault.As(err)
		if f == nil || f.Reason != "ALREADY_DECIDED" || f.Meta["decided_by"] != "审批人" || f.Meta["decided_at"] == "" {
			t.Errorf("a loser got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d decisions won, want 1", won)
	}
	if rows := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE object_type = 'approval' AND action IN ('approval.approved', 'approval.rejected')`); rows != 1 {
		t.Errorf("%d audit rows of the decision", rows)
	}
}

func TestNobodyDecidesOnHisOwn(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	_, both := w.AddMember(t, w.A, "两职", access.RoleApprover, access.RoleAdministrator)
	_, other := w.AddMember(t, w.A, "他人", access.RoleApprover)
	c := w.NewCustomer(t, both, 1)
	l := apply(t, w, both, c.ID)
	a := w.Pending(t, both, l.ID)
	if !slices.Equal(a.Actions, []approval.Action{approval.ActionWithdraw}) {
		t.Errorf("the submitter's actions: %v", a.Actions)
	}
	_, err := w.Approvals.Decide(both, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version})
	if reason(err) != "APPROVAL_OWN_SUBMISSION" {
		t.Errorf("own submission: %v", err)
	}
	_, err = w.Approvals.Decide(other, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version + 1})
	if reason(err) != "VERSION_CONFLICT" {
		t.Errorf("stale version: %v", err)
	}
	_, err = w.Approvals.Decide(access.With(other, access.System(w.A.ID, "test")), approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version})
	if reason(err) != "APPROVAL_PERSON_ONLY" {
		t.Errorf("the system decides: %v", err)
	}
	// the database refuses it too
	err = w.Pool.Tenant().InTx(both, func(ctx context.Context) error {
		mine := a
		mine.Status, mine.DecidedBy, mine.DecidedAt, mine.Version = approval.StatusApproved, &a.SubmittedBy, &a.SubmittedAt, a.Version+1
		mine.Acts = []approval.Act{{ID: uuid.New(), Kind: approval.ActApproved, By: &a.SubmittedBy, At: a.SubmittedAt, Version: mine.Version}}
		return approvalrepo.New().Save(ctx, mine)
	})
	if reason(err) != "APPROVAL_ACTED_ALREADY" {
		t.Errorf("the database took it: %v", err)
	}
	if got := w.Approve(t, other, l.ID); got.Status != approval.StatusApproved || got.DecidedBy.Name != "他人" {
		t.Errorf("%+v", got)
	}
	_, err = w.Approvals.Withdraw(both, a.ID, a.Version)
	if reason(err) != "ALREADY_DECIDED" {
		t.Errorf("withdrawn after the decision: %v", err)
	}
}

func TestBoxesAndScope(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver, viewer := w.CtxA(t), w.CtxA(t, access.RoleApprover), w.CtxA(t, access.RoleViewer)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	_, otherSales := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	w.EffectiveTemplate(t, w.A) // decided, submitted by admin
	mine := w.NewCustomer(t, sales, 1)
	apply(t, w, sales, mine.ID)
	apply(t, w, admin, mine.ID)
	theirs := w.NewCustomer(t, admin, 2)
	apply(t, w, admin, theirs.ID)

	for name, c := range map[string]struct {
		ctx                   context.Context
		todo, mine, done, all int64
	}{
		"approver":          {approver, 3, 0, 1, 4},
		"administrator":     {admin, 0, 3, 1, 4},
		"viewer":            {viewer, 0, 0, 1, 4},
		"salesperson":       {sales, 0, 1, 0, 2}, // his submission, and the one about his customer
		"other salesperson": {otherSales, 0, 0, 0, 0},
	} {
		p, err := w.Approvals.List(c.ctx, approval.BoxTodo, 0, 0)
		ok(t, err)
		got := [4]int64{p.Counts[approval.BoxTodo], p.Counts[approval.BoxMine], p.Counts[approval.BoxDone], p.Counts[approval.BoxAll]}
		if got != [4]int64{c.todo, c.mine, c.done, c.all} || p.Total != c.todo || int64(len(p.Approvals)) != c.todo {
			t.Errorf("%s: boxes %v, %d in todo; want %v", name, got, len(p.Approvals), c)
		}
	}
	p, err := w.Approvals.List(approver, approval.BoxTodo, 2, 2)
	ok(t, err)
	if len(p.Approvals) != 1 || p.Total != 3 || !slices.Equal(p.Approvals[0].Actions, []approval.Action{approval.ActionDecide}) {
		t.Errorf("second page: %+v", p)
	}
	hidden := w.Pending(t, admin, listOne(t, w, admin, theirs.ID))
	if _, err := w.Approvals.Get(sales, hidden.ID); reason(err) != "APPROVAL_NOT_FOUND" {
		t.Errorf("another's submission: %v", err)
	}
	_, err = w.Approvals.List(admin, "attic", 1, 500)
	if f, _ := fault.As(err); f == nil || len(f.Fields) != 2 {
		t.Errorf("bad query: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		p, err := approvalrepo.New().List(ctx, approval.Query{Box: approval.BoxAll, Window: paging.Window{Limit: 100}})
		return len(p.Approvals), err
	})
}

func listOne(t *testing.T, w *credittest.World, ctx context.Context, customer uuid.UUID) uuid.UUID {
	t.Helper()
	ls, err := w.Limits.List(ctx, customer)
	ok(t, err)
	return ls[0].ID
}
