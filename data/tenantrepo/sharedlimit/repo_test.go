package sharedlimit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/biz/sharedlimit"
	"zhuxin/data/auditlog"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/credittest"
	repo "zhuxin/data/tenantrepo/sharedlimit"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// From the proposal to the check that it binds, its change and its end.
func TestSharedLimitLife(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := sharedlimit.New(w.Pool.Tenant(), repo.Repo{}, w.Approvals, w.Gate(), auditlog.Tenant(w.Pool), w.Clock)
	w.Approvals.Register(approval.KindSharedLimit, s)
	admin, approver, plant := w.CtxA(t), w.CtxA(t, access.RoleApprover), w.CtxA(t, access.RoleDispatcher)
	f := creditchecktest.New(w.Pool, w.Clock)
	var ids []uuid.UUID
	for n := range 4 {
		ids = append(ids, f.Add(t, admin, creditchecktest.Customer{USCC: credittest.USCC(n + 1), LimitKind: exposure.LimitAmount, Limit: 1_000_000, Grade: "A", MaxOverdue: 1, MaxDays: 1}).ID)
	}
	n := 0
	order := func(customer int, fen money.Amount) creditcheck.Decision {
		t.Helper()
		n++
		d, err := f.Service.Reserve(plant, creditcheck.CheckInput{CustomerID: ids[customer], OrderNo: fmt.Sprint("O", n), Amount: fen})
		ok(t, err)
		return d
	}
	submit := func(in sharedlimit.Input) sharedlimit.SharedLimit {
		t.Helper()
		in.Name, in.Reason = "城建系", "同一实际控制人"
		v, err := s.Submit(admin, in)
		ok(t, err)
		return v
	}

	order(0, 300)
	first := submit(sharedlimit.Input{Amount: 1000, Customers: ids[:2]})
	var facts sharedlimit.Facts
	ok(t, json.Unmarshal(w.Pending(t, approver, first.ID).Facts, &facts))
	if facts.Used != 300 || len(facts.Members) != 2 || !facts.Members[0].New || facts.Before != nil {
		t.Errorf("facts %+v", facts)
	}
	if d := order(1, 900); d.Outcome != creditcheck.Allow {
		t.Errorf("before the approval: %+v", d)
	}
	// What comes back binds nobody and keeps no member from the next proposal.
	w.Return(t, approver, first.ID)
	if n := w.Count(t, admin, `SELECT count(*) FROM shared_limits WHERE id = $1 AND status = 'returned'`, first.ID); n != 1 {
		t.Error("it did not come back")
	}
	if d := order(1, 100); d.Outcome != creditcheck.Allow {
		t.Errorf("after the return: %+v", d)
	}
	unlist := w.List(t, credittest.USCC(1), negativelist.Serious) // a bound that he did not have
	first = submit(sharedlimit.Input{Amount: 1000, Customers: ids[:2]})
	ok(t, json.Unmarshal(w.Pending(t, approver, first.ID).Facts, &facts))
	if len(facts.Members[0].Negative) != 1 || facts.Members[0].Negative[0].Limits != negativelist.RefuseIncrease || facts.Members[1].Negative != nil {
		t.Errorf("the approver sees of listings %+v", facts.Members)
	}
	unlist()
	w.Approve(t, approver, first.ID)
	if d := order(1, 1); d.Outcome.Reserves() || d.Binding != creditcheck.LimitShared || d.Reasons[0].Actual != 1301 || d.Reasons[0].Bound != 1000 {
		t.Errorf("over the shared limit: %+v", d)
	}
	if d := order(2, 5000); d.Outcome != creditcheck.Allow {
		t.Errorf("a customer outside: %+v", d)
	}

	_, err := s.Submit(admin, sharedlimit.Input{Name: "另一组", Reason: "同一实际控制人", Amount: 5, Customers: ids[1:3]})
	if !errors.Is(err, sharedlimit.ErrTaken) {
		t.Errorf("a member of two: %v", err)
	}
	second := submit(sharedlimit.Input{Replaces: &first.ID, Amount: 2000, Customers: ids[1:3]})
	_, err = s.Submit(admin, sharedlimit.Input{Name: "又改", Reason: "同一实际控制人", Amount: 5, Replaces: &first.ID, Customers: ids[:2]})
	if !errors.Is(err, sharedlimit.ErrPending) {
		t.Errorf("a second change: %v", err)
	}
	all, err := s.List(admin)
	if err != nil || len(all) != 2 || all[0].ID != first.ID && all[1].ID != first.ID {
		t.Errorf("list %+v %v", all, err)
	}
	// Who is listed meanwhile gets no more, whoever agreed before.
	unlist = w.List(t, credittest.USCC(2), negativelist.Serious)
	a := w.Pending(t, approver, second.ID)
	if _, err := w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version}); !errors.Is(err, negativelist.ErrLimitRefused) {
		t.Errorf("raised for a listed member: %v", err)
	}
	unlist()
	w.Approve(t, approver, second.ID)
	if d := order(0, 900_000); d.Outcome != creditcheck.Allow || d.Facts.SharedLimit != nil {
		t.Errorf("who was let go: %+v", d)
	}
	if d := order(1, 1); d.Outcome.Reserves() || d.Facts.SharedLimit.Used != 6000 || d.Facts.SharedLimit.Limit != 2000 {
		t.Errorf("the new members: %+v", d)
	}

	unlist = w.List(t, credittest.USCC(2), negativelist.Serious)
	if _, err := s.Submit(admin, sharedlimit.Input{Name: "结束", Reason: "同一实际控制人", Replaces: &second.ID}); !errors.Is(err, negativelist.ErrLimitRefused) {
		t.Errorf("a listed member is let go: %v", err)
	}
	unlist()
	third := submit(sharedlimit.Input{Replaces: &second.ID})
	if a := w.Pending(t, approver, third.ID); a.Amount != approval.Unbounded {
		t.Errorf("the end of a shared limit is approved as %d", a.Amount)
	}
	w.Approve(t, approver, third.ID)
	if d := order(1, 1000); d.Outcome != creditcheck.Allow {
		t.Errorf("after its end: %+v", d)
	}
	if all, err := s.List(admin); err != nil || len(all) != 0 {
		t.Errorf("what is left %+v %v", all, err)
	}
	_, err = s.Submit(admin, sharedlimit.Input{Replaces: &second.ID, Name: "结束后", Reason: "同一实际控制人", Customers: ids[:2]})
	if !errors.Is(err, sharedlimit.ErrNotFound) {
		t.Errorf("a change of what has ended: %v", err)
	}
	for name, in := range map[string]sharedlimit.Input{
		"one customer": {Name: "一家", Reason: "同一实际控制人", Customers: ids[:1]}, "twice": {Name: "重复", Reason: "同一实际控制人", Customers: []uuid.UUID{ids[0], ids[0]}},
		"no reason": {Name: "无理由", Customers: ids[:2]}, "below zero": {Name: "负数", Reason: "同一实际控制人", Amount: -1, Customers: ids[:2]},
	} {
		_, err := s.Submit(admin, in)
		if fa, is := fault.As(err); !is || fa.Reason != "INVALID_INPUT" {
			t.Errorf("%s: %v", name, err)
		}
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		v, err := repo.Repo{}.Get(ctx, first.ID)
		if errors.Is(err, sharedlimit.ErrNotFound) {
			return 0, nil
		}
		return len(v.Members), err
	})
}
