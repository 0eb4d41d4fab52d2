package limit_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

// granted is a customer with a standing limit of 1,000.00.
func granted(t *testing.T, w *credittest.World, n int) customer.Detail {
	t.Helper()
	c := w.NewCustomer(t, w.CtxA(t), n)
	w.InA(t, func(ctx context.Context) error {
		if _, err := w.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: c.ID, Kind: exposure.LimitAmount, Amount: 100_000, Reason: "test"}); err != nil {
			return err
		}
		return w.Accounts.Recompute(ctx, c.ID)
	})
	return c
}

func at(w *credittest.World, day calendar.Date) {
	w.Clock.At = credittest.Noon.AddDate(0, 0, int(day-today))
}

func bound(t *testing.T, w *credittest.World, id uuid.UUID) (exposure.LimitKind, money.Amount) {
	t.Helper()
	d, err := w.Customers.Get(w.CtxA(t), id)
	ok(t, err)
	return d.Account.LimitKind, d.Account.Limit()
}

// A version approved later is the only one from its first day on, and its own
// end leaves the customer without a limit (rulings 2 and 14).
func TestAdjustmentsTakeOverByDate(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := granted(t, w, 1)
	adjust := func(kind exposure.LimitKind, amount money.Amount, from, to calendar.Date) limit.Limit {
		l, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, Kind: kind, Amount: amount, StartsOn: from, EndsOn: to, Reason: "年度调整"})
		ok(t, err)
		return l
	}
	ahead := adjust(exposure.LimitAmount, 150_000, today+10, 0)
	if _, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, Kind: exposure.LimitNone, Reason: "r"}); !errors.Is(err, limit.ErrPending) {
		t.Errorf("a second one while the first waits: %v", err)
	}
	var facts limit.Facts
	ok(t, json.Unmarshal(w.Pending(t, approver, ahead.ID).Facts, &facts))
	if facts.New.Class != limit.ClassStanding || facts.New.ResultingLimit == nil || *facts.New.ResultingLimit != 150_000 || facts.Old.Standing != 100_000 {
		t.Errorf("facts %+v", facts)
	}
	w.Approve(t, approver, ahead.ID)
	if _, got := bound(t, w, c.ID); got != 100_000 {
		t.Errorf("before its first day: %d", got)
	}
	// one that begins before takes the place of both
	ended := adjust(exposure.LimitAmount, 80_000, today+5, today+20)
	w.Approve(t, approver, ended.ID)
	want := func(day calendar.Date, kind exposure.LimitKind, amount money.Amount) {
		t.Helper()
		at(w, day)
		if k, got := bound(t, w, c.ID); k != kind || got != amount {
			t.Errorf("on %s: %s %d, want %s %d", day, k, got, kind, amount)
		}
	}
	want(today+4, exposure.LimitAmount, 100_000)
	want(today+5, exposure.LimitAmount, 80_000)
	want(today+20, exposure.LimitAmount, 80_000)
	want(today+21, exposure.LimitNone, 0)
	// a free one, at once
	free := adjust(exposure.LimitUnlimited, 0, 0, 0)
	if a := w.Pending(t, approver, free.ID); a.Amount != approval.Unbounded { // no step "from an amount on" may be left out
		t.Errorf("an unlimited limit is approved as %d", a.Amount)
	}
	w.Approve(t, approver, free.ID)
	want(today+21, exposure.LimitUnlimited, 0)
	ls, err := w.Limits.List(admin, c.ID)
	ok(t, err)
	for _, l := range ls {
		if (l.Status == limit.StatusEffective) != (l.ID == free.ID) {
			t.Errorf("%s %d is %s", l.Kind, l.Amount, l.Status)
		}
	}
	// rejected: nothing moves
	no := adjust(exposure.LimitNone, 0, 0, 0)
	a := w.Pending(t, approver, no.ID)
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Comment: "不同意", Version: a.Version})
	ok(t, err)
	want(today+21, exposure.LimitUnlimited, 0)
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, err := w.Limits.List(ctx, c.ID)
		if errors.Is(err, customer.ErrNotFound) {
			return 0, nil
		}
		return 1, err
	})
}

func TestApprovedTermsCannotBeChangedInTheDatabase(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	c := granted(t, w, 1)
	db := w.Admin(t)
	for _, change := range []string{`SET amount = 1`, `SET status = 'submitted'`, `SET ends_on = date '2030-01-01'`, `SET kind = 'unlimited'`} {
		_, err := db.ExecContext(t.Context(), `UPDATE `+w.A.Schema+`.credit_limits `+change+` WHERE customer_id = $1`, c.ID)
		if err == nil {
			t.Errorf("%s went through", change)
		}
	}
	if _, err := db.ExecContext(t.Context(), `DELETE FROM `+w.A.Schema+`.credit_limits`); err == nil {
		t.Error("deleted")
	}
}

func TestProjectLimitStandsBesideTheCustomers(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := granted(t, w, 1)
	p, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "滨江项目"})
	ok(t, err)
	apply := limit.ApplyInput{CustomerID: c.ID, ProjectID: p.ID, Amount: 5_000, StartsOn: today, EndsOn: today + 3, Reason: "r"}
	if _, err := w.Limits.Apply(admin, apply); !errors.Is(err, limit.ErrNoBase) {
		t.Errorf("a temporary limit that adds to nothing: %v", err)
	}
	if _, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, ProjectID: uuid.New(), Kind: exposure.LimitNone, Reason: "r"}); !errors.Is(err, limit.ErrNoProject) {
		t.Errorf("nobody's project: %v", err)
	}
	l, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, ProjectID: p.ID, Kind: exposure.LimitAmount, Amount: 40_000, Reason: "项目额度"})
	ok(t, err)
	w.Approve(t, approver, l.ID)
	temporary, err := w.Limits.Apply(admin, apply)
	ok(t, err)
	w.Approve(t, approver, temporary.ID)
	if k, got := bound(t, w, c.ID); k != exposure.LimitAmount || got != 100_000 {
		t.Errorf("the customer's own: %s %d", k, got)
	}
	figures := func() (f limit.ProjectFigures) {
		bound(t, w, c.ID) // brings the account up to date
		w.InA(t, func(ctx context.Context) error {
			q := `SELECT standing_amount + temporary_amount FROM project_accounts WHERE id = $1`
			f.Limit = money.Amount(w.Count(t, admin, q, p.ID))
			return nil
		})
		return f
	}
	if f := figures(); f.Limit != 45_000 {
		t.Errorf("the project's: %d", f.Limit)
	}
	at(w, today+4)
	if f := figures(); f.Limit != 40_000 {
		t.Errorf("after the temporary one: %d", f.Limit)
	}
}

func TestAdjustFaults(t *testing.T) {
	t.Parallel()
	sound := limit.AdjustInput{Kind: exposure.LimitAmount, Amount: 1, StartsOn: today, Reason: "r"}
	for name, c := range map[string]struct {
		spoil func(in *limit.AdjustInput)
		want  string
	}{
		"sound":               {func(*limit.AdjustInput) {}, ""},
		"zero blocks":         {func(in *limit.AdjustInput) { in.Amount = 0 }, ""},
		"below zero":          {func(in *limit.AdjustInput) { in.Amount = -1 }, "amount"},
		"absurd":              {func(in *limit.AdjustInput) { in.Amount = 1 << 60 }, "amount"},
		"unlimited, amount":   {func(in *limit.AdjustInput) { in.Kind = exposure.LimitUnlimited }, "amount"},
		"no kind":             {func(in *limit.AdjustInput) { in.Kind = "" }, "kind"},
		"begins yesterday":    {func(in *limit.AdjustInput) { in.StartsOn = today - 1 }, "starts_on"},
		"begins in ten years": {func(in *limit.AdjustInput) { in.StartsOn = today + 3650 }, "starts_on"},
		"ends before":         {func(in *limit.AdjustInput) { in.EndsOn = today - 1 }, "ends_on"},
		"no reason":           {func(in *limit.AdjustInput) { in.Reason = " " }, "reason"},
	} {
		in := sound
		c.spoil(&in)
		got := ""
		if f, ok := fault.As(in.Validate(today)); ok {
			got = f.Fields[0].Name
		}
		if got != c.want {
			t.Errorf("%s: fault of %q, want %q", name, got, c.want)
		}
	}
}

func TestMassProposal(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	tpl := w.EffectiveTemplate(t, w.A)
	rate := func(id uuid.UUID, grade string, most money.Amount) {
		w.Exec(t, admin, `INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade,
			max_credit_amount, max_overdue_amount, max_overdue_days, effective_at) VALUES ($1, now(), now(), $2, $3, 'effective', '[]', 8000, $4, $5, 0, 0, now())`,
			uuid.New(), id, tpl.ID, grade, int64(most))
		w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx, id) })
	}
	a, b, unrated, waits := granted(t, w, 1), granted(t, w, 2), granted(t, w, 3), granted(t, w, 4)
	none := w.NewCustomer(t, admin, 5)
	rate(a.ID, "A", 200_000)
	rate(b.ID, "B", 105_000)
	rate(waits.ID, "A", 200_000)
	rate(none.ID, "C", 50_000)
	_, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: waits.ID, Kind: exposure.LimitNone, Reason: "r"})
	ok(t, err)

	raise := limit.Proposal{Rule: limit.Rule{Kind: limit.RulePercent, Percent: 1000}}
	p, err := w.Limits.Preview(admin, raise)
	ok(t, err)
	got := map[uuid.UUID]limit.LeftOut{}
	for _, l := range p.Lines {
		got[l.CustomerID] = l.LeftOut
	}
	want := map[uuid.UUID]limit.LeftOut{a.ID: "", b.ID: limit.LeftAboveMax, unrated.ID: limit.LeftUnrated, waits.ID: limit.LeftPending, none.ID: limit.LeftNoAmount}
	for id, reason := range want {
		if got[id] != reason {
			t.Errorf("%s: left out %q, want %q", id, got[id], reason)
		}
	}
	if p.Changes != 1 || p.Before != 100_000 || p.After != 110_000 || p.Lines[0].CustomerID != a.ID {
		t.Errorf("preview %+v", p)
	}
	in := limit.ProposeInput{Proposal: raise, Reason: "年度上调", Changes: 1, After: 1}
	if _, err := w.Limits.Propose(admin, in); !errors.Is(err, limit.ErrMoved) {
		t.Errorf("another total than was seen: %v", err)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM credit_limits WHERE status = 'submitted'`); n != 1 {
		t.Errorf("%d submitted after a refusal", n)
	}

	// the grade's maximum, for all: three rows in one batch
	toMax := limit.Proposal{Rule: limit.Rule{Kind: limit.RuleGradeMaximum}}
	p, err = w.Limits.Preview(admin, toMax)
	ok(t, err)
	if p.Changes != 3 || p.After != 355_000 {
		t.Fatalf("preview %+v", p)
	}
	done, err := w.Limits.Propose(admin, limit.ProposeInput{Proposal: toMax, Reason: "按等级", Changes: 3, After: p.After})
	ok(t, err)
	if done.Submissions != 1 || done.Customers != 3 {
		t.Errorf("proposed %+v", done)
	}
	var facts limit.BatchFacts
	ok(t, json.Unmarshal(w.Pending(t, approver, *done.BatchID).Facts, &facts))
	if facts.Customers != 3 || len(facts.Lines) != 3 || facts.After != 355_000 {
		t.Errorf("facts %+v", facts)
	}
	// What comes back changes nothing, keeps nobody waiting, and can be proposed again.
	w.Return(t, approver, *done.BatchID)
	if n := w.Count(t, admin, `SELECT count(*) FROM credit_limits WHERE batch_id = $1 AND status = 'returned'`, *done.BatchID); n != 3 {
		t.Errorf("%d of 3 came back", n)
	}
	if _, amount := bound(t, w, a.ID); amount != 100_000 {
		t.Errorf("after the return: %d", amount)
	}
	done, err = w.Limits.Propose(admin, limit.ProposeInput{Proposal: toMax, Reason: "按等级，已补充", Changes: 3, After: p.After})
	ok(t, err)
	w.Approve(t, approver, *done.BatchID)
	for id, amount := range map[uuid.UUID]money.Amount{a.ID: 200_000, b.ID: 105_000, none.ID: 50_000, unrated.ID: 100_000} {
		if k, got := bound(t, w, id); k != exposure.LimitAmount || got != amount {
			t.Errorf("%s: %s %d, want %d", id, k, got, amount)
		}
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM credit_limits WHERE status = 'effective' AND superseded_on IS NULL AND project_id IS NULL`); n != 5 {
		t.Errorf("%d effective versions of five customers", n)
	}
	// one by one, and lowering
	lower := limit.Proposal{Filter: limit.Filter{Grades: []string{"A", "B"}}, Rule: limit.Rule{Kind: limit.RuleAmount, Amount: -5_000}}
	p, err = w.Limits.Preview(admin, lower)
	ok(t, err)
	done, err = w.Limits.Propose(admin, limit.ProposeInput{Proposal: lower, Reason: "下调", OneByOne: true, Changes: p.Changes, After: p.After})
	ok(t, err)
	if done.Submissions != 2 {
		t.Errorf("proposed %+v", done)
	}
	if p, err := w.Limits.Preview(w.CtxA(t, access.RoleSalesperson), lower); err != nil || len(p.Lines) != 0 {
		t.Errorf("a salesperson sees customers of others: %d, %v", len(p.Lines), err)
	}
}

func TestFreezeUnfreezeAndTheRuleOnDays(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := granted(t, w, 1)
	frozen := func() bool {
		d, err := w.Customers.Get(admin, c.ID)
		ok(t, err)
		return d.Account.Frozen
	}
	if _, err := w.Limits.Freeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: " "}); err == nil {
		t.Error("frozen without a reason")
	}
	if _, err := w.Limits.Freeze(w.CtxA(t, access.RoleSalesperson), limit.FreezeInput{CustomerID: c.ID, Reason: "r"}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a salesperson freezes: %v", err)
	}
	_, err := w.Limits.Freeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "涉诉"})
	ok(t, err)
	if _, err := w.Limits.Freeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "again"}); !errors.Is(err, exposure.ErrFrozen) || !frozen() {
		t.Errorf("twice: %v", err)
	}
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })
	if !frozen() {
		t.Error("a recompute thawed it")
	}
	f, err := w.Limits.Unfreeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "已撤诉"})
	ok(t, err)
	if f.LiftReason != "已撤诉" || f.Reason != "涉诉" || frozen() {
		t.Errorf("lifted %+v", f)
	}
	if _, err := w.Limits.Unfreeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "r"}); !errors.Is(err, exposure.ErrNotFrozen) {
		t.Errorf("not frozen: %v", err)
	}
	// one that was frozen before there were records: its lifting is told all the same
	w.Exec(t, admin, `UPDATE credit_accounts SET frozen = true, frozen_reason = '旧系统' WHERE id = $1`, c.ID)
	told := func() int {
		return w.Count(t, admin, `SELECT count(*) FROM outbox WHERE topic = $1`, exposure.TopicAccountChanged)
	}
	before := told()
	if f, err := w.Limits.Unfreeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "核实"}); err != nil || f.LiftReason != "核实" || frozen() || told() != before+1 {
		t.Errorf("without a record: %+v, %v, told %d times", f, err, told()-before)
	}
	due := func(number string, on calendar.Date, amount int64) {
		w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'erp', $2, $3, $4, $4, 'CNY', $5, $5, $1, now())`, uuid.New(), number, c.ID, on, amount)
		w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx, c.ID) })
	}
	due("D-1", today-15, 500)
	run := func(on calendar.Date, days int, tolerance money.Amount) int {
		n, err := w.Limits.FreezeOverdue(admin, on, days, tolerance)
		ok(t, err)
		return n
	}
	for name, n := range map[string]int{"off": run(today, 0, 0), "a day early": run(today, 16, 0), "tolerated": run(today, 15, 500)} {
		if n != 0 {
			t.Errorf("%s: froze %d", name, n)
		}
	}
	if n := run(today, 15, 499); n != 1 || !frozen() {
		t.Errorf("on the day: froze %d", n)
	}
	if n := run(today, 15, 0); n != 0 {
		t.Errorf("the same date again: froze %d", n)
	}
	_, err = w.Limits.Unfreeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "约定付款"})
	ok(t, err)
	if n := run(today+1, 15, 0); n != 0 || frozen() {
		t.Errorf("froze what somebody has just let go: %d", n)
	}
	due("D-0", today-40, 100)
	if n := run(today+1, 15, 0); n != 1 {
		t.Errorf("something older has turned up: froze %d", n)
	}
	fs, err := w.Limits.Freezes(admin, c.ID)
	ok(t, err)
	if len(fs) != 3 || fs[0].Source != exposure.FreezeByOverdue || fs[2].Source != exposure.FreezeByPerson {
		t.Errorf("freezes %+v", fs)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		fs, err := w.Accounts.Freezes(ctx, c.ID)
		return len(fs), err
	})
}
