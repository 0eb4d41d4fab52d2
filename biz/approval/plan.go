package approval

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/party"
)

const stepGap = 1000

// plan builds the steps of a submission from a flow. Where no approving step
// applies, one by the role approver is added: nothing is approved by reviews
// alone. Superiors become persons now. Faults: APPROVAL_NOBODY_CAN when the
// submitter has no superior.
func plan(defs []StepDef, in Submission, submitter uuid.UUID, people People) ([]Step, error) {
	var (
		steps     []Step
		approving bool
	)
	for _, d := range defs {
		if !d.When.applies(in) {
			continue
		}
		s := Step{ID: uuid.Must(uuid.NewV7()), Name: d.Name, Kind: d.Kind, Mode: d.Mode, Status: StepWaiting, Deadline: d.Deadline}
		for _, a := range d.Actors {
			slot, err := slotOf(a, submitter, people)
			if err != nil {
				if d.Mode == ModeAny && len(d.Actors) > 1 {
					continue // the others can
				}
				return nil, ErrNobodyCan.With("step", d.Name).Wrap(err)
			}
			if !slices.ContainsFunc(s.Slots, func(o Slot) bool { return o.Person != nil && slot.Person != nil && o.Person.ID == slot.Person.ID }) {
				s.Slots = append(s.Slots, slot)
			}
		}
		if len(s.Slots) == 0 {
			return nil, ErrNobodyCan.With("step", d.Name)
		}
		approving = approving || d.Kind == StepApprove
		steps = append(steps, s)
	}
	if !approving {
		role := Slot{ID: uuid.Must(uuid.NewV7()), Role: access.RoleApprover, Status: SlotWaiting}
		steps = append(steps, Step{ID: uuid.Must(uuid.NewV7()), Kind: StepApprove, Mode: ModeAny, Status: StepWaiting, Slots: []Slot{role}})
	}
	for i := range steps {
		steps[i].Position = (i + 1) * stepGap
	}
	return steps, nil
}

func slotOf(a StepActor, submitter uuid.UUID, people People) (Slot, error) {
	slot := Slot{ID: uuid.Must(uuid.NewV7()), Status: SlotWaiting}
	switch a.Kind {
	case ActorRole:
		slot.Role = a.Role
	case ActorPerson:
		m, _ := people.find(*a.PersonID)
		slot.Person = &party.Person{ID: *a.PersonID, Name: m.Name}
	case ActorSuperior:
		m, ok := people.superior(submitter, a.Level)
		if !ok {
			return Slot{}, fmt.Errorf("the submitter has no superior of level %d", max(a.Level, 1))
		}
		slot.Person = &party.Person{ID: m.ID, Name: m.Name}
	}
	return slot, nil
}

// need is one person that a course still asks for.
type need struct {
	step  int
	slots []Slot // any of them
	full  bool   // he must have the authority for the amount
}

// needs lists what the rest of a course asks for. In the last approving step one
// of those who agree must have the authority for the amount.
func needs(steps []Step) []need {
	var out []need
	last := -1
	for i, s := range steps {
		if s.Kind == StepApprove && (s.Status == StepWaiting || s.Status == StepActive) {
			last = i
		}
	}
	for i, s := range steps {
		if s.Status != StepWaiting && s.Status != StepActive {
			continue
		}
		var open []Slot
		for _, slot := range s.Slots {
			if slot.Status == SlotWaiting || slot.Status == SlotOpen {
				open = append(open, slot)
			}
		}
		if s.Mode == ModeAny {
			out = append(out, need{step: i, slots: open, full: i == last})
			continue
		}
		for j := range open {
			out = append(out, need{step: i, slots: open[j : j+1]})
		}
	}
	return out
}

// candidates are the active members who could fill a need.
func (p People) candidates(n need, a Approval, used map[uuid.UUID]bool) []Member {
	var out []Member
	for _, m := range p.Members {
		if !m.Active || used[m.ID] || !m.can(access.ApprovalAct) || n.full && !p.within(m.ID, a.Amount) {
			continue
		}
		if slices.ContainsFunc(n.slots, func(s Slot) bool { return s.held(m.ID, m.Roles) }) {
			out = append(out, m)
		}
	}
	return out
}

// feasible says whether the rest of the course can be filled by distinct persons,
// and otherwise at which step it fails (Kuhn's matching; a course asks for a
// handful of persons).
func (p People) feasible(a Approval, used map[uuid.UUID]bool) (step int, ok bool) {
	all := needs(a.Steps)
	options := make([][]Member, len(all))
	for i, n := range all {
		options[i] = p.candidates(n, a, used)
	}
	taken := map[uuid.UUID]int{}
	var try func(i int, seen map[uuid.UUID]bool) bool
	try = func(i int, seen map[uuid.UUID]bool) bool {
		for _, m := range options[i] {
			if seen[m.ID] {
				continue
			}
			seen[m.ID] = true
			if other, busy := taken[m.ID]; !busy || try(other, seen) {
				taken[m.ID] = i
				return true
			}
		}
		return false
	}
	for i, n := range all {
		if !try(i, map[uuid.UUID]bool{}) {
			return n.step, false
		}
	}
	if s, short := p.allOfShort(a, used); short {
		return s, false
	}
	return 0, true
}

// allOfShort says whether the last approving step asks for all of several, none
// of whom has the authority for the amount, and nobody there has agreed with it.
func (p People) allOfShort(a Approval, used map[uuid.UUID]bool) (int, bool) {
	last := lastApproving(a.Steps)
	if last < 0 || a.Steps[last].Mode != ModeAll || a.agreedWithin(a.Steps[last].ID) {
		return 0, false
	}
	var open []Slot
	for _, s := range a.Steps[last].Slots {
		if s.Status == SlotWaiting || s.Status == SlotOpen {
			open = append(open, s)
		}
	}
	return last, len(p.candidates(need{slots: open, full: true}, a, used)) == 0
}

// lastApproving is the index of the last approving step that is not over.
func lastApproving(steps []Step) int {
	for i := len(steps) - 1; i >= 0; i-- {
		if s := steps[i]; s.Kind == StepApprove && (s.Status == StepWaiting || s.Status == StepActive) {
			return i
		}
	}
	return -1
}

// agreedWithin says whether somebody agreed in the step within his authority.
func (a Approval) agreedWithin(step uuid.UUID) bool {
	return slices.ContainsFunc(a.Acts, func(x Act) bool { return x.Kind == ActApproved && x.StepID.UUID == step })
}
