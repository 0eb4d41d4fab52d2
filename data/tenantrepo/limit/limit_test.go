package limit_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/data/tenantrepo/credittest"
	limitrepo "zhuxin/data/tenantrepo/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var today = calendar.NewDate(2026, 11, 20)

func TestTemporaryLimitFromApplicationToItsEnd(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	w.InA(t, func(ctx context.Context) error {
		if _, err := w.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: c.ID, Kind: exposure.LimitAmount, Amount: 100_000, Reason: "test"}); err != nil {
			return err
		}
		return w.Accounts.Recompute(ctx, c.ID)
	})
	bound := func() money.Amount {
		d, err := w.Customers.Get(admin, c.ID)
		ok(t, err)
		return d.Account.Limit()
	}

	l, err := w.Limits.Apply(admin, limit.ApplyInput{CustomerID: c.ID, Amount: 30_000, StartsOn: today, EndsOn: today + 9, Reason: " 旺季备货 "})
	ok(t, err)
	if l.Mode != limit.ModeAdd || l.Reason != "旺季备货" || bound() != 100_000 {
		t.Errorf("before the decision: %+v, limit %d", l, bound())
	}
	var facts limit.Facts
	ok(t, json.Unmarshal(w.Pending(t, approver, l.ID).Facts, &facts))
	if facts.New.Days != 10 || facts.Old.Standing != 100_000 || facts.New.ResultingLimit == nil || *facts.New.ResultingLimit != 130_000 || facts.Customer.Number != c.Number {
		t.Errorf("facts: %+v", facts)
	}
	w.Approve(t, approver, l.ID)
	if bound() != 130_000 {
		t.Errorf("while it lasts: %d", bound())
	}
	// one that replaces binds alone
	lower, err := w.Limits.Apply(admin, limit.ApplyInput{CustomerID: c.ID, Amount: 20_000, Mode: limit.ModeReplace, StartsOn: today + 20, EndsOn: today + 25, Reason: "临时压降"})
	ok(t, err)
	w.Approve(t, approver, lower.ID)
	for day, want := range map[int]money.Amount{9: 130_000, 10: 100_000, 20: 20_000, 25: 20_000, 26: 100_000} {
		w.Clock.At = credittest.Noon.AddDate(0, 0, day)
		if got := bound(); got != want {
			t.Errorf("after %d days: limit %d, want %d", day, got, want)
		}
	}
	w.Clock.At = credittest.Noon.AddDate(0, 0, 10)
	ls, err := w.Limits.List(admin, c.ID)
	ok(t, err)
	statuses := map[uuid.UUID]limit.Status{}
	for _, l := range ls {
		statuses[l.ID] = l.Status
	}
	if len(ls) != 3 || statuses[l.ID] != limit.StatusLapsed || statuses[lower.ID] != limit.StatusEffective {
		t.Errorf("limits after ten days: %+v", statuses)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		ls, err := limitrepo.New().OfCustomer(ctx, c.ID)
		return len(ls), err
	})
}

func TestAnApplicationWhosePeriodIsOverIsNotApproved(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	l, err := w.Limits.Apply(admin, limit.ApplyInput{CustomerID: c.ID, Amount: 30_000, StartsOn: today, EndsOn: today + 1, Reason: "r"})
	ok(t, err)
	w.Clock.At = w.Clock.At.Add(48 * time.Hour)
	a := w.Pending(t, approver, l.ID)
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version})
	if f, _ := fault.As(err); f == nil || f.Reason != "LIMIT_PERIOD_OVER" {
		t.Fatalf("approved: %v", err)
	}
	// the refused decision left nothing, so it can still be rejected
	if _, err := w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Comment: "过期", Version: a.Version}); err != nil {
		t.Error(err)
	}
}

func TestApplyFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(in *limit.ApplyInput)
		want  []string
	}{
		"sound":             {func(*limit.ApplyInput) {}, nil},
		"one day":           {func(in *limit.ApplyInput) { in.EndsOn = in.StartsOn }, nil},
		"366 days":          {func(in *limit.ApplyInput) { in.EndsOn = in.StartsOn + 365 }, nil},
		"367 days":          {func(in *limit.ApplyInput) { in.EndsOn = in.StartsOn + 366 }, []string{"ends_on"}},
		"no amount":         {func(in *limit.ApplyInput) { in.Amount = 0 }, []string{"amount"}},
		"absurd amount":     {func(in *limit.ApplyInput) { in.Amount = 1 << 60 }, []string{"amount"}},
		"ends before start": {func(in *limit.ApplyInput) { in.EndsOn = in.StartsOn - 1 }, []string{"ends_on", "ends_on"}},
		"over already":      {func(in *limit.ApplyInput) { in.StartsOn, in.EndsOn = today-9, today-1 }, []string{"ends_on"}},
		"nothing":           {func(in *limit.ApplyInput) { *in = limit.ApplyInput{} }, []string{"amount", "mode", "starts_on", "ends_on", "reason"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := limit.ApplyInput{Amount: 1, Mode: limit.ModeAdd, StartsOn: today, EndsOn: today + 30, Reason: "r"}
			c.spoil(&in)
			var got []string
			if f, ok := fault.As(in.Validate(today)); ok {
				for _, x := range f.Fields {
					got = append(got, x.Name)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("faults of %v, want %v", got, c.want)
			}
		})
	}
}
