package approval

import (
	"slices"
	"testing"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// testKind is carried out by who may write policies, as no approver may.
const testKind Kind = "of_a_test"

func init() { carriedOut[testKind] = access.PolicyWrite }

// Who is handed the last step has to be able to do what is agreed to; before it he need
// not, nor for a kind that takes effect in nobody's name.
func TestWhoIsHandedTheLastStepMayDoIt(t *testing.T) {
	t.Parallel()
	e := world()
	for _, c := range []struct {
		kind    Kind
		further bool
		able    bool
		action  string
		refused bool
	}{
		{testKind, false, false, doTransfer, true}, {testKind, false, true, doTransfer, false}, {testKind, true, false, doTransfer, false}, {KindWriteOff, false, false, doTransfer, false},
		{testKind, false, false, doAfter, true}, {testKind, false, true, doAfter, false}, {testKind, true, false, doAfter, false}, {testKind, false, false, doBefore, false},
	} {
		a := state{kind: StepApprove, mode: ModeAny, further: c.further}.build()
		a.Kind = c.kind
		e := engine{people: People{Members: slices.Clone(e.people.Members), Authority: e.people.Authority}, work: e.work, now: e.now}
		for i, m := range e.people.Members {
			if m.ID == id(free) && c.able {
				e.people.Members[i].Roles = append(slices.Clone(m.Roles), access.RoleAdministrator)
			}
		}
		var err error
		switch c.action {
		case doTransfer:
			_, err = e.transfer(a, doer(e, holder), a.Version, id(free), "away")
		case doAfter:
			_, err = e.add(a, doer(e, holder), a.Version, id(free), PlaceAfter, "")
		case doBefore:
			_, err = e.add(a, doer(e, holder), a.Version, id(free), PlaceBefore, "")
		}
		f, is := fault.As(err)
		if refused := is && len(f.Fields) == 1 && f.Fields[0].Reason == "CANNOT_CARRY_OUT"; refused != c.refused || (err != nil) != c.refused {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A flow whose last people may not carry out what they agree to is refused when it is
// saved, not when somebody has agreed in vain.
func TestWhoAgreesLastMayDoIt(t *testing.T) {
	t.Parallel()
	person := func(name string, roles ...access.Role) Member {
		return Member{Person: who(name), Roles: roles, Active: true}
	}
	known := []Member{person("finance", access.RoleFinance), person("approver", access.RoleApprover)}
	role := func(r access.Role) StepActor { return StepActor{Kind: ActorRole, Role: r} }
	named := func(name string) StepActor {
		of := id(name)
		return StepActor{Kind: ActorPerson, PersonID: &of}
	}
	step := func(kind StepKind, actors ...StepActor) StepDef {
		return StepDef{Name: "步骤", Kind: kind, Mode: ModeAny, Actors: actors}
	}
	from := money.Amount(100)
	big := func(s StepDef) StepDef { s.When.MinAmount = &from; return s }
	late := func(s StepDef, r access.Role) StepDef {
		s.Deadline = &Deadline{Length: 1, Unit: UnitDays, EscalateTo: ActorRole, Role: r}
		return s
	}
	superior := StepActor{Kind: ActorSuperior, Level: 1}
	for name, c := range map[string]struct {
		steps []StepDef
		want  []string
	}{
		"none, the product's own": {nil, nil},
		"an approver":             {[]StepDef{step(StepApprove, role(access.RoleApprover), named("approver"))}, nil},
		"finance at the end":      {[]StepDef{step(StepApprove, role(access.RoleApprover)), step(StepApprove, role(access.RoleFinance))}, []string{"steps[1].actors[0]"}},
		"finance before the end":  {[]StepDef{step(StepReview, role(access.RoleFinance)), step(StepApprove, role(access.RoleFinance)), step(StepApprove, role(access.RoleApprover))}, nil},
		"an end that may be left out": {[]StepDef{step(StepApprove, role(access.RoleFinance)), big(step(StepApprove, role(access.RoleApprover)))},
			[]string{"steps[0].actors[0]"}},
		"one of two":     {[]StepDef{step(StepApprove, named("approver"), named("finance"))}, []string{"steps[0].actors[1]"}},
		"the superior":   {[]StepDef{step(StepApprove, superior)}, []string{"steps[0].actors[0]"}},
		"escalated away": {[]StepDef{late(step(StepApprove, role(access.RoleApprover)), access.RoleFinance)}, []string{"steps[0].deadline.role"}},
	} {
		var checks fault.Checks
		checkFlow(&checks, KindOrderRelease, c.steps, known)
		var got []string
		if f, ok := fault.As(checks.Err()); ok {
			for _, field := range f.Fields {
				if field.Reason != "CANNOT_CARRY_OUT" {
					t.Errorf("%s: %+v", name, field)
				}
				got = append(got, field.Name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		var other fault.Checks // other kinds ask nothing of who agrees
		if checkFlow(&other, KindWriteOff, c.steps, known); other.Err() != nil {
			t.Errorf("%s, of a write-off: %v", name, other.Err())
		}
	}
	if !slices.Contains(access.Of([]access.Role{standard[0].Actors[0].Role}), access.CreditRelease) {
		t.Error("the product's own flow ends with who may release")
	}
}
