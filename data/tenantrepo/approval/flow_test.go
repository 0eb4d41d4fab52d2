package approval_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/data/postgres"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type cast struct {
	w                                      *credittest.World
	admin, sales, boss, reviewer, one, two context.Context
	actor                                  map[string]access.Actor
	customer                               uuid.UUID
}

// newCast has a salesperson with a superior, a reviewer and two approvers.
func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{w: credittest.New(t), actor: map[string]access.Actor{}}
	add := func(name string, roles ...access.Role) context.Context {
		a, ctx := c.w.AddMember(t, c.w.A, name, roles...)
		c.actor[name] = a
		return ctx
	}
	c.admin = add("管理员", access.RoleAdministrator)
	c.sales, c.boss = add("张三", access.RoleSalesperson), add("主管", access.RoleFinance)
	c.reviewer, c.one, c.two = add("审查", access.RoleCreditReviewer), add("审批甲", access.RoleApprover), add("审批乙", access.RoleApprover)
	if _, err := c.w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET superior_id = $1 WHERE person_id = $2`, c.actor["主管"].ID, c.actor["张三"].ID); err != nil {
		t.Fatal(err)
	}
	c.customer = c.w.NewCustomer(t, c.sales, 1).ID
	return c
}

func role(r access.Role) approval.StepActor {
	return approval.StepActor{Kind: approval.ActorRole, Role: r}
}

func (c *cast) save(t *testing.T, number int, steps ...approval.StepDef) {
	t.Helper()
	_, err := c.w.Approvals.SaveFlow(c.admin, approval.SaveFlowInput{Kind: approval.KindTemporaryLimit, Number: number, Steps: steps})
	ok(t, err)
}

func (c *cast) decide(ctx context.Context, a approval.Approval, in approval.DecideInput) (approval.Approval, error) {
	in.ID, in.Version = a.ID, a.Version
	return c.w.Approvals.Decide(ctx, in)
}

func (c *cast) boxed(t *testing.T, ctx context.Context) int64 {
	t.Helper()
	p, err := c.w.Approvals.List(ctx, approval.BoxTodo, 0, 0)
	ok(t, err)
	if p.Total != int64(len(p.Approvals)) {
		t.Errorf("%d counted, %d given", p.Total, len(p.Approvals))
	}
	return p.Total
}

var twoLevels = []approval.StepDef{
	{Name: "主管审查", Kind: approval.StepReview, Mode: approval.ModeAny, Actors: []approval.StepActor{{Kind: approval.ActorSuperior}},
		Deadline: &approval.Deadline{Length: 4, Unit: approval.UnitHours, RemindHrs: 1, EscalateTo: approval.ActorRole, Role: access.RoleCreditReviewer}},
	{Name: "会签", Kind: approval.StepApprove, Mode: approval.ModeAll, Actors: []approval.StepActor{role(access.RoleApprover)}},
}

// From submission through a review by the superior to an approval by everybody
// with the role; the flow's next version leaves it alone.
func TestCourseThroughTwoLevels(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.save(t, 0, twoLevels...)
	l := apply(t, c.w, c.sales, c.customer)
	c.save(t, 1) // the product's own again
	a := c.w.Pending(t, c.admin, l.ID)
	if a.FlowNumber != 1 || len(a.Steps) != 2 || a.Steps[0].DueAt == nil || a.Steps[0].Slots[0].Person.Name != "主管" {
		t.Fatalf("%+v", a)
	}
	for name, want := range map[string]int64{"主管": 1, "审批甲": 0, "审查": 0, "张三": 0} {
		if got := c.boxed(t, access.With(c.boss, c.actor[name])); got != want {
			t.Errorf("%s has %d to do", name, got)
		}
	}
	if _, err := c.decide(c.one, a, approval.DecideInput{Approve: true}); reason(err) != "APPROVAL_NOT_YOURS" {
		t.Errorf("approval before review: %v", err)
	}
	a, err := c.decide(c.boss, a, approval.DecideInput{Approve: true, Comment: "情况属实"})
	ok(t, err)
	if a.Status != approval.StatusPending || len(a.Steps[1].Slots) != 2 || a.Steps[1].Slots[0].Role != "" {
		t.Fatalf("everybody with the role is asked: %+v", a.Steps[1])
	}
	if _, err := c.decide(c.boss, a, approval.DecideInput{Approve: true}); reason(err) != "APPROVAL_ACTED_ALREADY" {
		t.Errorf("twice: %v", err)
	}
	// both saw the same version; each fills his own place, side by side
	var wg sync.WaitGroup
	faults := make([]error, 2)
	for i, ctx := range []context.Context{c.one, c.two} {
		wg.Go(func() { _, faults[i] = c.decide(ctx, a, approval.DecideInput{Approve: true}) })
	}
	wg.Wait()
	ok(t, faults[0])
	ok(t, faults[1])
	done, before, err := c.w.Approvals.History(c.sales, a.ID)
	ok(t, err)
	if done.Status != approval.StatusApproved || len(done.Acts) != 3 || done.Acts[0].Comment != "情况属实" || len(before) != 0 {
		t.Errorf("%+v", done)
	}
	tenancytest.OtherSeesNothing(t, c.w.Env, func(ctx context.Context) (int, error) {
		flows, err := approvalrepo.New().AllFlows(ctx)
		return len(flows), err
	})
}

// A return ends the submission as its own kind of end; the submitter reads why.
func TestReturn(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.save(t, 0, twoLevels...)
	a := c.w.Pending(t, c.admin, apply(t, c.w, c.sales, c.customer).ID)
	if _, err := c.decide(c.boss, a, approval.DecideInput{Return: true}); reason(err) != "INVALID_INPUT" {
		t.Errorf("without a reason: %v", err)
	}
	a, err := c.decide(c.boss, a, approval.DecideInput{Return: true, Comment: "附件不全"})
	ok(t, err)
	if a.Status != approval.StatusReturned || a.Comment != "附件不全" || a.Steps[1].Status != approval.StepClosed {
		t.Errorf("%+v", a)
	}
	if _, err := c.decide(c.one, a, approval.DecideInput{Approve: true}); reason(err) != "ALREADY_DECIDED" {
		t.Errorf("afterwards: %v", err)
	}
}

// An absent approver's delegate acts with his authority and in his name, where
// neither of them has acted, and never for the submitter.
func TestDelegation(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	a := c.w.Pending(t, c.admin, apply(t, c.w, c.sales, c.customer).ID)
	today := calendar.NewDate(2026, 11, 20)
	in := approval.DelegateInput{DelegateID: c.actor["主管"].ID, StartsOn: today, EndsOn: today.AddDays(3), Note: "出差"}
	if _, err := c.w.Approvals.Delegate(c.one, approval.DelegateInput{DelegateID: c.actor["审批甲"].ID, StartsOn: today, EndsOn: today}); reason(err) != "INVALID_INPUT" {
		t.Errorf("to himself: %v", err)
	}
	d, err := c.w.Approvals.Delegate(c.one, in)
	ok(t, err)
	ok(t, c.w.Approvals.SetAuthority(c.admin, approval.AuthorityInput{PersonID: c.actor["审批甲"].ID, Amount: new(money.Amount)}))
	ok(t, c.w.Approvals.SetAuthority(c.admin, approval.AuthorityInput{PersonID: c.actor["审批乙"].ID, Amount: new(money.Amount)}))
	if c.boxed(t, c.boss) != 1 {
		t.Fatal("the delegate sees nothing to do")
	}
	if _, err := c.decide(c.boss, a, approval.DecideInput{Approve: true}); reason(err) != "APPROVAL_BEYOND_AUTHORITY" {
		t.Errorf("beyond the absent one's authority: %v", err)
	}
	ok(t, c.w.Approvals.SetAuthority(c.admin, approval.AuthorityInput{PersonID: c.actor["审批甲"].ID, Preset: true}))
	a, err = c.decide(c.boss, a, approval.DecideInput{Approve: true})
	ok(t, err)
	if a.Status != approval.StatusApproved || a.Acts[0].OnBehalfOf.Name != "审批甲" || a.Acts[0].By.Name != "主管" {
		t.Errorf("%+v", a.Acts)
	}
	// what the absent one submitted himself his delegate leaves alone
	own := c.w.Pending(t, c.admin, applyAs(t, c, c.one).ID)
	if _, err := c.decide(c.boss, own, approval.DecideInput{Approve: true}); reason(err) != "APPROVAL_OWN_SUBMISSION" {
		t.Errorf("for the submitter: %v", err)
	}
	if c.boxed(t, c.boss) != 0 {
		t.Error("it stands in his box")
	}
	if _, err := c.w.Approvals.Revoke(c.two, d.ID); reason(err) != "DELEGATION_NOT_FOUND" {
		t.Errorf("another's: %v", err)
	}
	d, err = c.w.Approvals.Revoke(c.one, d.ID)
	ok(t, err)
	if _, err = c.w.Approvals.Revoke(c.one, d.ID); reason(err) != "DELEGATION_OVER" {
		t.Errorf("twice: %v", err)
	}
	tenancytest.OtherSeesNothing(t, c.w.Env, func(ctx context.Context) (int, error) {
		all, err := approvalrepo.New().Delegations(ctx, uuid.Nil)
		return len(all), err
	})
}

// applyAs has somebody submit who may not apply himself: the inbox does not ask
// for more than a person.
func applyAs(t *testing.T, c *cast, ctx context.Context) (a approval.Approval) {
	t.Helper()
	err := c.w.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
		a, err = c.w.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindTemporaryLimit, SubjectID: uuid.New(), CustomerID: &c.customer, Title: "x", Facts: map[string]any{}, Amount: 1})
		a.ID = a.SubjectID
		return err
	})
	ok(t, err)
	return a
}

// The clock reminds once and escalates once; then the role may act as well.
func TestSweep(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.save(t, 0, twoLevels...)
	a := c.w.Pending(t, c.admin, apply(t, c.w, c.sales, c.customer).ID)
	begun := c.w.Clock.At
	for _, step := range []struct {
		after             time.Duration
		reminded, overdue int
	}{{2 * time.Hour, 0, 0}, {3 * time.Hour, 1, 0}, {3 * time.Hour, 0, 0}, {4 * time.Hour, 0, 1}, {100 * time.Hour, 0, 0}} {
		c.w.Clock.At = begun.Add(step.after)
		system := access.With(c.admin, access.System(c.w.A.ID, "sweep"))
		reminded, overdue, err := c.w.Approvals.Sweep(system)
		ok(t, err)
		if reminded != step.reminded || overdue != step.overdue {
			t.Errorf("after %s: %d and %d, want %+v", step.after, reminded, overdue, step)
		}
	}
	if n := c.w.Count(t, c.admin, `SELECT count(*) FROM outbox WHERE topic IN ('approval.reminder', 'approval.overdue')`); n != 2 {
		t.Errorf("%d events", n)
	}
	if c.boxed(t, c.reviewer) != 1 {
		t.Error("it did not come to the reviewers")
	}
	a, err := c.decide(c.reviewer, a, approval.DecideInput{Approve: true})
	ok(t, err)
	if a.Steps[0].Status != approval.StepDone || a.Steps[0].OverdueAt == nil || a.Acts[0].Kind != approval.ActEscalated {
		t.Errorf("%+v", a)
	}
}

// Faults of a flow are named, all of them; and nobody is left without a step.
func TestFlowFaults(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	low, high := money.Amount(100), money.Amount(50)
	_, err := c.w.Approvals.SaveFlow(c.admin, approval.SaveFlowInput{Kind: approval.KindTemporaryLimit, Steps: []approval.StepDef{
		{Name: "", Kind: approval.StepApprove, Mode: "some", Actors: nil, When: approval.Condition{MinAmount: &low, MaxAmount: &high}},
		{Name: "再审", Kind: approval.StepReview, Mode: approval.ModeAny, Actors: []approval.StepActor{role(access.RoleViewer), role("king"), {Kind: approval.ActorPerson}},
			Deadline: &approval.Deadline{Length: 0, Unit: "weeks"}},
	}})
	f, _ := fault.As(err)
	if f == nil || len(f.Fields) != 10 {
		t.Errorf("%d faults: %v", len(f.Fields), err)
	}
	if _, err := c.w.Approvals.SaveFlow(c.sales, approval.SaveFlowInput{Kind: approval.KindTemporaryLimit}); reason(err) != "PERMISSION_DENIED" {
		t.Errorf("by a salesperson: %v", err)
	}
	if _, err := c.w.Approvals.SaveFlow(c.admin, approval.SaveFlowInput{Kind: "nothing"}); reason(err) != "APPROVAL_KIND_UNKNOWN" {
		t.Errorf("%v", err)
	}
	c.save(t, 0, twoLevels...)
	if _, err := c.w.Approvals.SaveFlow(c.admin, approval.SaveFlowInput{Kind: approval.KindTemporaryLimit, Steps: twoLevels}); reason(err) != "VERSION_CONFLICT" {
		t.Errorf("stale: %v", err)
	}
	sim, err := c.w.Approvals.Simulate(c.admin, approval.SimulateInput{Kind: approval.KindTemporaryLimit, Amount: 5, SubmitterID: c.actor["张三"].ID})
	ok(t, err)
	if sim.Problem != nil || len(sim.Steps) != 2 || sim.Steps[0].People[0].Name != "主管" || len(sim.Steps[1].People) != 2 {
		t.Errorf("%+v", sim)
	}
	sim, err = c.w.Approvals.Simulate(c.admin, approval.SimulateInput{Kind: approval.KindTemporaryLimit, Amount: 5, SubmitterID: c.actor["主管"].ID})
	ok(t, err)
	if sim.Problem == nil || sim.Problem.Reason != "APPROVAL_NOBODY_CAN" || sim.Problem.Meta["step"] != "主管审查" {
		t.Errorf("without a superior: %+v", sim.Problem)
	}
}

// What the database itself refuses, whatever the program would do.
func TestGuards(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.save(t, 0, twoLevels...)
	a := c.w.Pending(t, c.admin, apply(t, c.w, c.sales, c.customer).ID)
	stranger := uuid.New()
	for name, query := range map[string]string{
		"approved with steps missing": `UPDATE approvals SET status = 'approved', decided_by = '` + stranger.String() + `', decided_at = now()`,
		"another amount":              `UPDATE approvals SET amount = amount + 1`,
		"a step jumped over":          `UPDATE approval_steps SET status = 'active' WHERE position = 2000`,
		"a review after an approval":  `INSERT INTO approval_steps (id, approval_id, position, kind, mode, status) VALUES (gen_random_uuid(), '` + a.ID.String() + `', 3000, 'review', 'any', 'waiting')`,
		"an act changed":              `UPDATE approval_hands SET person_id = gen_random_uuid()`,
		"a decision by the submitter": `INSERT INTO approval_acts (id, approval_id, kind, person_id, at, version) SELECT gen_random_uuid(), id, 'approved', submitted_by, now(), 2 FROM approvals`,
		"one for the submitter":       `INSERT INTO approval_acts (id, approval_id, kind, person_id, on_behalf_of, at, version) SELECT gen_random_uuid(), id, 'approved', gen_random_uuid(), submitted_by, now(), 2 FROM approvals`,
	} {
		err := c.w.Pool.Tenant().InTx(c.admin, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			_, err = q.ExecContext(ctx, query)
			return err
		})
		if s := postgres.State(err); s != "ZX003" && s != postgres.UniqueViolation && s != postgres.AppendOnly && s != "42501" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
