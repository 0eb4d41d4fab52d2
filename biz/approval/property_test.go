package approval

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// However people act, in whatever order, on whatever flow: approved means that
// every step was agreed to by who had a place in it, in order, reviews first, by
// distinct people who are not the submitter, the last one within his authority.
func TestNothingIsApprovedWithoutItsSteps(t *testing.T) {
	t.Parallel()
	approved := 0
	rapid.Check(t, func(t *rapid.T) {
		e, team := anyTeam(t)
		in := Submission{Amount: money.Amount(rapid.Int64Range(0, 2000).Draw(t, "amount")), Grade: rapid.SampledFrom([]string{"", "A", "D"}).Draw(t, "grade")}
		defs := anyFlow(t, team)
		a := Approval{ID: uuid.New(), Status: StatusPending, Version: 1, Amount: in.Amount, SubmittedBy: team[0].Person}
		steps, err := plan(defs, in, team[0].ID, e.people)
		if err != nil {
			return
		}
		a.Steps = steps
		e.open(&a, 0)
		e.strict = rapid.Bool().Draw(t, "strict")
		for range rapid.IntRange(1, 40).Draw(t, "length") {
			m := rapid.SampledFrom(team).Draw(t, "who")
			d := Doer{Person: m.Person, Roles: m.Roles}
			if rapid.Bool().Draw(t, "as delegate") {
				p := rapid.SampledFrom(team).Draw(t, "of")
				d.For = []Principal{{Person: p.Person, Roles: p.Roles}}
			}
			seen := a.Version - rapid.Int64Range(-1, 2).Draw(t, "seen")
			target := rapid.SampledFrom(team).Draw(t, "target").ID
			switch rapid.SampledFrom([]string{doApprove, doApprove, doApprove, doApprove, doTransfer, doBefore, doAfter, doReject}).Draw(t, "act") {
			case doApprove:
				a, _ = e.agree(a, d, seen, "")
			case doReject:
				if rapid.IntRange(0, 20).Draw(t, "really") == 0 {
					a, _ = e.refuse(a, d, seen, StatusReturned, "x")
				}
			case doTransfer:
				a, _ = e.transfer(a, d, seen, target, "x")
			case doBefore:
				a, _ = e.add(a, d, seen, target, PlaceBefore, "")
			case doAfter:
				a, _ = e.add(a, d, seen, target, PlaceAfter, "")
			}
			soundCourse(t, e, a)
		}
		if a.Status == StatusApproved {
			approved++
		}
	})
	if approved == 0 {
		t.Error("no course was ever approved: the test tests nothing")
	}
}

// soundCourse checks what must hold after each act, from the acts alone.
func soundCourse(t *rapid.T, e engine, a Approval) {
	hands := map[uuid.UUID]bool{a.SubmittedBy.ID: true}
	agreed := map[uuid.UUID]int{}
	var order []uuid.UUID
	for _, x := range a.Acts {
		if !x.Kind.decides() {
			continue
		}
		for _, p := range []*party.Person{x.By, x.OnBehalfOf} {
			if p == nil {
				continue
			}
			if hands[p.ID] {
				t.Fatalf("%s has a hand in it twice: %+v", p.Name, a.Acts)
			}
			hands[p.ID] = true
		}
		if x.Kind == ActApproved || x.Kind == ActEndorsed {
			agreed[x.StepID.UUID]++
			order = append(order, x.StepID.UUID)
		}
	}
	place := func(id uuid.UUID) int { return slices.IndexFunc(a.Steps, func(s Step) bool { return s.ID == id }) }
	if !slices.IsSortedFunc(order, func(x, y uuid.UUID) int { return place(x) - place(y) }) {
		t.Fatalf("steps were taken out of order")
	}
	running := 0
	for i, s := range a.Steps {
		if i > 0 && (a.Steps[i-1].Position >= s.Position || a.Steps[i-1].Kind == StepApprove && s.Kind == StepReview) {
			t.Fatalf("the order of steps is broken: %+v", a.Steps)
		}
		if s.Status == StepActive {
			running++
		}
	}
	if a.Status == StatusPending && running != 1 {
		t.Fatalf("%d steps run", running)
	}
	if a.Status != StatusApproved {
		return
	}
	last := a.Steps[len(a.Steps)-1]
	if last.Kind != StepApprove || !a.agreedWithin(last.ID) {
		t.Fatalf("approved without an approval within authority in the last step")
	}
	for _, s := range a.Steps {
		filled := 0
		for _, x := range s.Slots {
			if x.Status == SlotDone {
				filled++
			}
		}
		if s.Status != StepDone || agreed[s.ID] == 0 || s.Mode == ModeAll && filled != len(s.Slots) {
			t.Fatalf("approved without step %d: %+v", s.Position, s)
		}
	}
}

var someRoles = []access.Role{access.RoleApprover, access.RoleFinance, access.RoleCreditReviewer, access.RoleSalesperson}

func anyTeam(t *rapid.T) (engine, []Member) {
	p := People{Authority: map[uuid.UUID]*money.Amount{}}
	for i := range rapid.IntRange(2, 9).Draw(t, "team") {
		m := Member{Person: party.Person{ID: uuid.New(), Name: string(rune('a' + i))}, Active: rapid.IntRange(0, 9).Draw(t, "active") > 0,
			Roles: []access.Role{rapid.SampledFrom(someRoles).Draw(t, "role"), rapid.SampledFrom(someRoles).Draw(t, "role")}}
		if i > 0 && rapid.Bool().Draw(t, "has superior") {
			m.Superior = &p.Members[0].ID
		} else if i == 0 && rapid.Bool().Draw(t, "above") {
			up := uuid.New()
			m.Superior = &up
		}
		if rapid.Bool().Draw(t, "bounded") {
			bound := money.Amount(rapid.Int64Range(0, 2000).Draw(t, "authority"))
			p.Authority[m.ID] = &bound
		}
		p.Members = append(p.Members, m)
	}
	return engine{people: p, work: Workweek{Zone: noon.Location(), Start: 540, End: 1080}, now: noon}, p.Members
}

func anyFlow(t *rapid.T, team []Member) []StepDef {
	var out []StepDef
	reviews := rapid.IntRange(0, 2).Draw(t, "reviews")
	for i := range reviews + rapid.IntRange(0, 3).Draw(t, "approvals") {
		d := StepDef{Name: "x", Kind: StepApprove, Mode: rapid.SampledFrom([]Mode{ModeAny, ModeAll}).Draw(t, "mode")}
		if i < reviews {
			d.Kind = StepReview
		}
		for range rapid.IntRange(1, 3).Draw(t, "actors") {
			a := StepActor{Kind: rapid.SampledFrom([]ActorKind{ActorRole, ActorRole, ActorPerson, ActorSuperior}).Draw(t, "actor")}
			switch a.Kind {
			case ActorRole:
				a.Role = rapid.SampledFrom(someRoles).Draw(t, "role")
			case ActorPerson:
				chosen := rapid.SampledFrom(team).Draw(t, "person").ID
				a.PersonID = &chosen
			}
			d.Actors = append(d.Actors, a)
		}
		if rapid.Bool().Draw(t, "condition") {
			from := money.Amount(rapid.Int64Range(0, 2000).Draw(t, "from"))
			d.When = Condition{MinAmount: &from, Grades: []string{"D"}}
		}
		out = append(out, d)
	}
	return out
}
