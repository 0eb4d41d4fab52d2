package followup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	biz "zhuxin/biz/followup"
	"zhuxin/biz/todo"
	"zhuxin/data/auditlog"
	"zhuxin/data/query/creditcheck/creditchecktest"
	todoquery "zhuxin/data/query/todo"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	"zhuxin/data/tenantrepo/collection"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/data/tenantrepo/followup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

type bench struct {
	t     *testing.T
	env   *tenancytest.Env
	clock *calendar.Frozen
	fix   *creditchecktest.Fixture
	svc   *biz.Service
	box   *approval.Service
	ctx   context.Context
}

func setup(t *testing.T) *bench {
	t.Helper()
	env := tenancytest.New(t)
	b := &bench{t: t, env: env, clock: &calendar.Frozen{}, ctx: env.CtxA(t, access.RoleAdministrator)}
	b.at("2026-05-04")
	b.fix = creditchecktest.New(env.Pool, b.clock)
	tx, log := env.Pool.Tenant(), auditlog.Tenant(env.Pool, auditlog.WithClock(b.clock))
	b.box = approval.New(tx, approvalrepo.New(), log, b.clock)
	b.svc = biz.New(biz.Config{Tx: tx, Repo: followup.Repo{}, Settings: collection.Repo{}, Customers: customerrepo.New(), Approvals: b.box,
		Tolerance: func(context.Context) (money.Amount, error) { return 10, nil }, Touched: func(context.Context, int64) {}, Audit: log, Clock: b.clock})
	b.box.Register(approval.KindFollowUp, b.svc)
	return b
}

func (b *bench) at(day string) {
	d, err := calendar.Parse(day)
	b.ok(err)
	b.clock.At = d.Time().Add(4 * time.Hour)
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// daily runs the step for the day, twice: the second time changes nothing.
func (b *bench) daily(day string) {
	b.t.Helper()
	b.at(day)
	d, err := calendar.Parse(day)
	b.ok(err)
	b.fix.Recompute(b.t, b.ctx)
	b.ok(b.svc.Daily(b.ctx, d))
	before := b.list(b.ctx, "all")
	b.ok(b.svc.Daily(b.ctx, d))
	if after := b.list(b.ctx, "all"); !slices.EqualFunc(before.FollowUps, after.FollowUps, func(x, y biz.FollowUp) bool {
		return x.ID == y.ID && x.Status == y.Status && x.Promise == y.Promise && x.Version == y.Version && x.Deadline == y.Deadline
	}) {
		b.t.Fatalf("the second run of %s changed\n%+v to\n%+v", day, before.FollowUps, after.FollowUps)
	}
}

func (b *bench) list(ctx context.Context, view string) biz.Page {
	b.t.Helper()
	p, _, err := b.svc.List(ctx, biz.ListInput{View: view})
	b.ok(err)
	return p
}

// the gives the one live follow-up of the customer.
func (b *bench) the(customer uuid.UUID) biz.FollowUp {
	b.t.Helper()
	p, _, err := b.svc.List(b.ctx, biz.ListInput{CustomerID: customer})
	b.ok(err)
	if len(p.FollowUps) != 1 {
		b.t.Fatalf("%d follow-ups: %+v", len(p.FollowUps), p.FollowUps)
	}
	return p.FollowUps[0]
}

func (b *bench) receipt(customer uuid.UUID, no, day string, amount int64) {
	b.t.Helper()
	b.fix.Exec(b.t, b.ctx, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, applied_by_source, created_at)
		VALUES (gen_random_uuid(), 'erp', $1, $2, $3, 'CNY', $4, true, now())`, no, customer, day, amount)
}

func (b *bench) decide(subject uuid.UUID, in approval.DecideInput) {
	b.t.Helper()
	approver := b.env.CtxA(b.t, access.RoleApprover)
	page, err := b.box.List(approver, approval.BoxTodo, 0, 0)
	b.ok(err)
	i := slices.IndexFunc(page.Approvals, func(a approval.Approval) bool { return a.SubjectID == subject })
	if i < 0 {
		b.t.Fatalf("nothing waits for %s", subject)
	}
	in.ID, in.Version = page.Approvals[i].ID, page.Approvals[i].Version
	_, err = b.box.Decide(approver, in)
	b.ok(err)
}

func (b *bench) promise(f biz.FollowUp, amount money.Amount, by string) {
	b.t.Helper()
	_, err := b.svc.Submit(b.ctx, f.ID, biz.Answer{Reason: "甲方资金未到位", Action: biz.Collection, Amount: amount, DueOn: by, Version: f.Version})
	b.ok(err)
	b.decide(f.ID, approval.DecideInput{Approve: true})
}

func TestAsksOncePerCustomerAndTrigger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seller := b.env.CtxA(t, access.RoleSalesperson)
	actor, _ := access.From(seller)
	small := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited", Salesperson: actor.ID})
	large := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "amount", Limit: 700})
	pennies := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited"})
	b.fix.Receivable(t, b.ctx, small.ID, "S1", calendar.NewDate(2026, 4, 1), 500)
	b.fix.Receivable(t, b.ctx, large.ID, "L1", calendar.NewDate(2026, 4, 1), 900)
	b.fix.Receivable(t, b.ctx, pennies.ID, "P1", calendar.NewDate(2026, 4, 1), 10)
	b.daily("2026-05-04")
	p := b.list(b.ctx, "live")
	if len(p.FollowUps) != 3 || p.AtRisk != 1400 || p.Total != 3 {
		t.Fatalf("worklist: %+v", p)
	}
	for i, want := range []struct {
		customer uuid.UUID
		trigger  biz.Trigger
		amount   money.Amount
	}{{large.ID, biz.Overdue, 900}, {small.ID, biz.Overdue, 500}, {large.ID, biz.OverLimit, 200}} {
		f := p.FollowUps[i]
		if f.CustomerID != want.customer || f.Trigger != want.trigger || f.Amount != want.amount || f.Deadline != calendar.NewDate(2026, 5, 7) || f.Status != biz.Open {
			t.Errorf("%d: %+v", i, f)
		}
	}
	if mine := b.list(seller, "live"); len(mine.FollowUps) != 1 || mine.FollowUps[0].CustomerID != small.ID {
		t.Errorf("a salesperson sees %+v", mine)
	}
	if _, err := b.svc.Get(seller, p.FollowUps[0].ID); !errors.Is(err, biz.ErrNotFound) {
		t.Errorf("another's follow-up: %v", err)
	}
	work := todo.New(b.env.Pool.Tenant(), b.clock, todoquery.FollowUps()...)
	for ctx, want := range map[context.Context]int{seller: 1, b.ctx: 2, b.env.CtxB(t): 0} {
		l, err := work.List(ctx, todo.ListInput{})
		b.ok(err)
		if len(l.Items) != want {
			t.Errorf("%d to-dos, want %d: %+v", len(l.Items), want, l.Items)
		}
	}
	if late := b.list(b.ctx, "late"); len(late.FollowUps) != 0 {
		t.Errorf("late before the deadline: %+v", late)
	}
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET open_amount = 300 WHERE document_no = 'L1'`)
	b.daily("2026-05-08")
	if late := b.list(b.ctx, "late"); len(late.FollowUps) != 2 || late.FollowUps[1].Amount != 300 {
		t.Errorf("late, with amounts of the day: %+v", late)
	}
	if closed := b.list(b.ctx, "closed"); len(closed.FollowUps) != 1 || closed.FollowUps[0].Trigger != biz.OverLimit || closed.FollowUps[0].Outcome != biz.OutcomeCleared {
		t.Errorf("no longer over the limit: %+v", closed)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (n int, err error) {
		err = b.env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			p, err := followup.Repo{}.List(ctx, biz.Query{View: "all", Today: calendar.NewDate(2026, 5, 8), Window: paging.Window{Limit: 10}})
			n = len(p.FollowUps)
			return err
		})
		return n, err
	})
}

func TestAnswerGoesThroughApproval(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited"})
	b.fix.Receivable(t, b.ctx, c.ID, "R1", calendar.NewDate(2026, 4, 1), 1000)
	b.daily("2026-05-04")
	f := b.the(c.ID)
	plan := biz.Answer{Reason: "项目停工", Action: biz.FormalStop, DueOn: "2026-05-06", Note: "三号地块", Version: f.Version}
	d, err := b.svc.Submit(b.ctx, f.ID, plan)
	b.ok(err)
	if d.Status != biz.Submitted || len(d.Items) != 1 || d.Items[0].Open != 1000 {
		t.Fatalf("submitted: %+v", d)
	}
	if _, err := b.svc.Submit(b.ctx, f.ID, plan); !errors.Is(err, biz.ErrNotOpen) {
		t.Errorf("answered twice: %v", err)
	}
	b.at("2026-05-10")
	b.decide(f.ID, approval.DecideInput{Comment: "先谈回款"})
	f = b.the(c.ID)
	if f.Status != biz.Open || f.Comment != "先谈回款" || f.Deadline != calendar.NewDate(2026, 5, 13) || f.Reason != "项目停工" {
		t.Fatalf("rejected: %+v", f)
	}
	if _, err := b.svc.Submit(b.ctx, f.ID, biz.Answer{Reason: "x", Action: biz.Other, Note: "y", DueOn: "2026-05-11", Version: f.Version - 1}); !errors.Is(err, biz.ErrVersion) {
		t.Errorf("old version: %v", err)
	}
	_, err = b.svc.Submit(b.ctx, f.ID, biz.Answer{Reason: "已发函", Action: biz.Other, Note: "等回函", DueOn: "2026-05-12", Version: f.Version})
	b.ok(err)
	b.decide(f.ID, approval.DecideInput{Approve: true})
	b.daily("2026-05-12")
	if got := b.the(c.ID); got.ID != f.ID || got.Status != biz.Agreed || got.Promise != biz.NoPromise {
		t.Errorf("agreed until its day: %+v", got)
	}
	b.daily("2026-05-13")
	again := b.the(c.ID)
	if again.ID == f.ID || again.Status != biz.Open || again.Deadline != calendar.NewDate(2026, 5, 16) {
		t.Errorf("asked anew: %+v", again)
	}
	d, err = b.svc.Get(b.ctx, again.ID)
	b.ok(err)
	if len(d.Earlier) != 1 || d.Earlier[0].Outcome != biz.OutcomeLapsed {
		t.Errorf("what was said before: %+v", d.Earlier)
	}
}

// An agreed limit or stop is done when it was asked for or prepared since the answer,
// and missed when its day passes without.
func TestAgreedActionIsSeenToBeDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	done := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited"})
	missed := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited"})
	for i, c := range []uuid.UUID{done.ID, missed.ID} {
		b.fix.Receivable(t, b.ctx, c, fmt.Sprintf("A%d", i), calendar.NewDate(2026, 4, 1), 1000)
	}
	stop := func(c uuid.UUID, state, at string) {
		b.fix.Exec(b.t, b.ctx, `INSERT INTO supply_stops (id, customer_id, state, reason, overdue_days, overdue_amount, created_at, updated_at) VALUES ($1, $2, $3, '逾期', 1, 1, $4::timestamptz, now())`,
			uuid.New(), c, state, at)
	}
	b.daily("2026-05-04")
	act := func(c uuid.UUID, day calendar.Date, want biz.Act) {
		t.Helper()
		if f := b.the(c); f.Act(day) != want {
			t.Errorf("%s of %+v on %s, want %s", f.Act(day), f, day, want)
		}
	}
	day := calendar.NewDate(2026, 5, 6)
	for _, c := range []uuid.UUID{done.ID, missed.ID} {
		stop(c, "resumed", "2026-01-01") // one of before is not it
		f := b.the(c)
		_, err := b.svc.Submit(b.ctx, f.ID, biz.Answer{Reason: "拖欠", Action: biz.StopPreparation, DueOn: day.String(), Note: "停供", Version: f.Version})
		b.ok(err)
		act(c, day, biz.NoAct)
		b.decide(f.ID, approval.DecideInput{Approve: true})
		act(c, day, biz.ToDo)
	}
	stop(done.ID, "prepared", "2026-05-05")
	act(done.ID, day, biz.ActDone)
	act(missed.ID, day+1, biz.Missed)
	closed := map[uuid.UUID]uuid.UUID{done.ID: b.the(done.ID).ID, missed.ID: b.the(missed.ID).ID}
	b.daily("2026-05-07")
	for c, want := range map[uuid.UUID]string{done.ID: biz.OutcomeDone, missed.ID: biz.OutcomeLapsed} {
		d, err := b.svc.Get(b.ctx, closed[c])
		b.ok(err)
		if d.Outcome != want {
			t.Errorf("closed as %s, want %s", d.Outcome, want)
		}
	}
}

func TestReceiptsJudgePromises(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		receipts map[string]int64
		reversed bool
		want     biz.Promise
		outcome  string
	}{
		"nothing came":             {nil, false, biz.Broken, biz.OutcomeBroken},
		"the whole, on the day":    {map[string]int64{"2026-05-10": 600}, false, biz.Kept, biz.OutcomeKept},
		"in parts":                 {map[string]int64{"2026-05-04": 200, "2026-05-09": 400}, false, biz.Kept, biz.OutcomeKept},
		"a fen too little":         {map[string]int64{"2026-05-10": 599}, false, biz.Broken, biz.OutcomeBroken},
		"a day too late":           {map[string]int64{"2026-05-11": 600}, false, biz.Broken, biz.OutcomeBroken},
		"before it was promised":   {map[string]int64{"2026-05-03": 600}, false, biz.Broken, biz.OutcomeBroken},
		"a draft that was bounced": {map[string]int64{"2026-05-10": 600}, true, biz.Broken, biz.OutcomeBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			customer := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited"})
			b.fix.Receivable(t, b.ctx, customer.ID, "R1", calendar.NewDate(2026, 4, 1), 1000)
			b.daily("2026-05-04")
			f := b.the(customer.ID)
			b.promise(f, 600, "2026-05-10")
			for day, amount := range c.receipts {
				b.receipt(customer.ID, day, day, amount)
			}
			if c.reversed {
				b.fix.Exec(t, b.ctx, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, applied_by_source, reverses, created_at)
					SELECT gen_random_uuid(), source, document_no || '-R', customer_id, received_on + 1, currency, -amount, true, id, now() FROM receipts`)
			}
			b.daily("2026-05-10")
			if got := b.the(customer.ID); got.ID != f.ID || got.Promise == biz.Broken {
				t.Errorf("judged before the day is over: %+v", got)
			}
			b.daily("2026-05-11")
			closed := b.list(b.ctx, "closed").FollowUps
			if len(closed) != 1 || closed[0].ID != f.ID || closed[0].Promise != c.want || closed[0].Outcome != c.outcome {
				t.Errorf("%+v, want %s", closed, c.want)
			}
			if again := b.the(customer.ID); again.ID == f.ID || again.Status != biz.Open {
				t.Errorf("the rest is not asked about: %+v", again)
			}
			if c.want == biz.Broken { // booked after the day, of a day within
				b.receipt(customer.ID, "late", "2026-05-08", 600)
				b.daily("2026-05-12")
				if got := b.list(b.ctx, "closed").FollowUps[0]; got.Promise != biz.Kept {
					t.Errorf("booked late: %+v", got)
				}
			}
		})
	}
}

func TestEachActionHasItsFields(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const from, by = "2026-05-05", "2026-05-20"
	good := map[biz.Action]biz.Answer{
		biz.Collection: {Amount: 5, DueOn: by}, biz.LimitAdjustment: {Amount: 5, DueOn: by}, biz.TemporaryLimit: {Amount: 5, StartsOn: from, DueOn: by},
		biz.StopPreparation: {Note: "n", DueOn: by}, biz.FormalStop: {Note: "n", DueOn: by}, biz.Other: {Note: "n", DueOn: by},
	}
	if len(good) != len(biz.Actions) {
		t.Fatal("an action is missing")
	}
	fields := func(in biz.Answer) []string {
		in.Reason = "r"
		_, err := b.svc.Submit(b.ctx, uuid.New(), in)
		if errors.Is(err, biz.ErrNotFound) {
			return nil
		}
		f, ok := fault.As(err)
		if !ok {
			t.Fatal(err)
		}
		var names []string
		for _, x := range f.Fields {
			names = append(names, x.Name)
		}
		return names
	}
	for action, in := range good {
		in.Action = action
		if got := fields(in); got != nil {
			t.Errorf("%s refused: %v", action, got)
		}
		for name, bad := range map[string]func(*biz.Answer){
			"amount": func(a *biz.Answer) { a.Amount = map[bool]money.Amount{true: 0, false: 5}[in.Amount != 0] },
			"note":   func(a *biz.Answer) { a.Note = map[bool]string{true: " ", false: "n"}[in.Note != ""] },
			"starts_on": func(a *biz.Answer) {
				a.StartsOn = map[bool]string{true: "", false: from}[in.StartsOn != ""]
			},
			"due_on": func(a *biz.Answer) { a.DueOn = "2026-05-03" },
		} {
			x := in
			bad(&x)
			if got := fields(x); !slices.Equal(got, []string{name}) {
				t.Errorf("%s with a wrong %s: %v", action, name, got)
			}
		}
	}
	if got := fields(biz.Answer{Action: "pray"}); !slices.Equal(got, []string{"action"}) {
		t.Errorf("no action: %v", got)
	}
}

func TestPauseOfDunning(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{LimitKind: "unlimited"})
	b.fix.Receivable(t, b.ctx, c.ID, "R1", calendar.NewDate(2026, 4, 1), 1000)
	b.daily("2026-05-04")
	if _, err := b.svc.PauseDunning(b.ctx, c.ID, " ", "2027-05-04"); err == nil {
		t.Error("paused for a year without a reason")
	}
	p, err := b.svc.PauseDunning(b.ctx, c.ID, "正在对账", "2026-05-20")
	b.ok(err)
	if _, err := b.svc.PauseDunning(b.ctx, c.ID, "再一次", "2026-05-30"); !errors.Is(err, biz.ErrPaused) {
		t.Errorf("paused twice: %v", err)
	}
	if f := b.the(c.ID); f.PausedUntil != calendar.NewDate(2026, 5, 20) {
		t.Errorf("the worklist does not show the pause: %+v", f)
	}
	p, err = b.svc.ResumeDunning(b.ctx, p.ID)
	b.ok(err)
	if p.EndedAt == nil {
		t.Errorf("not ended: %+v", p)
	}
	if _, err := b.svc.ResumeDunning(b.ctx, p.ID); !errors.Is(err, biz.ErrPauseOver) {
		t.Errorf("ended twice: %v", err)
	}
	count := func(ctx context.Context, view string) int {
		ps, _, err := b.svc.Pauses(ctx, uuid.Nil, view, 0, 0)
		b.ok(err)
		return len(ps)
	}
	if count(b.ctx, "current") != 0 || count(b.ctx, "all") != 1 || count(b.env.CtxA(t, access.RoleSalesperson), "all") != 0 || count(b.env.CtxB(t), "all") != 0 {
		t.Error("pauses: wrong ones are seen")
	}
}
