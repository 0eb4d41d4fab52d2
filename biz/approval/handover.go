package approval

import (
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// Place says where an added approver stands.
type Place string

// The places: he acts first, then the step that adds him; or after it.
const (
	PlaceBefore Place = "before"
	PlaceAfter  Place = "after"
)

const maxAdded = 10

// ErrTooManyAdded bounds how far a course can be stretched.
var ErrTooManyAdded = fault.Conflict("APPROVAL_TOO_MANY_ADDED", "too many approvers were added to this submission; decide with those who are there")

// ErrStepBegun means that it is too late to put somebody before the running step.
var ErrStepBegun = fault.Conflict("APPROVAL_STEP_BEGUN", "somebody has agreed in this step already, so nobody comes before it any more; add him after it")

func targetFault(reason, message string) error {
	var c fault.Checks
	c.Add("person_id", reason, message)
	return c.Err()
}

// transfer hands the doer's slot to somebody else.
func (e engine) transfer(a Approval, d Doer, seen int64, target uuid.UUID, comment string) (Approval, error) {
	cs, err := e.claims(a, d, seen)
	if err != nil {
		return a, err
	}
	c := cs[0]
	m, err := e.mayTake(a, d, a.Steps[c.step], lastOf(a.Steps, c.step), target)
	if err != nil {
		return a, err
	}
	out := e.note(a.clone(), ActTransferred, d, &c, &m.Person, comment)
	slot := &out.Steps[c.step].Slots[c.slot]
	slot.Role, slot.Person, slot.EscalatedRole, slot.EscalatedTo = "", &party.Person{ID: m.ID, Name: m.Name}, "", nil
	out.Steps[c.step].OpenedVersion = out.Version
	return out, e.stillFeasible(a, out)
}

// add puts a step with one more approver before or after the running one. Before
// the first approving step he reviews, around a later one and after it he
// approves; around a review he reviews.
func (e engine) add(a Approval, d Doer, seen int64, target uuid.UUID, where Place, comment string) (Approval, error) {
	cs, err := e.claims(a, d, seen)
	if err != nil {
		return a, err
	}
	if n := len(slices.DeleteFunc(slices.Clone(a.Steps), func(s Step) bool { return s.AddedBy == nil })); n >= maxAdded {
		return a, ErrTooManyAdded
	}
	i := cs[0].step
	if where == PlaceBefore && slices.ContainsFunc(a.Acts, func(x Act) bool { return x.Kind.decides() && x.StepID.UUID == a.Steps[i].ID }) {
		return a, ErrStepBegun
	}
	kind := StepReview
	approved := slices.ContainsFunc(a.Steps[:i], func(s Step) bool { return s.Kind == StepApprove })
	if where == PlaceAfter || approved {
		kind = a.Steps[i].Kind
	}
	last := kind == StepApprove && where == PlaceAfter && lastOf(a.Steps, i)
	m, err := e.mayTake(a, d, Step{Kind: kind, Slots: a.Steps[i].Slots}, last, target)
	if err != nil {
		return a, err
	}
	at := i
	if where == PlaceAfter {
		at = i + 1
	}
	position, ok := between(a.Steps, at)
	if !ok {
		return a, ErrTooManyAdded
	}
	out := e.note(a.clone(), ActAdded, d, &cs[0], &m.Person, comment)
	step := Step{ID: uuid.Must(uuid.NewV7()), Position: position, Kind: kind, Mode: ModeAny, Status: StepWaiting, Deadline: a.Steps[i].Deadline,
		AddedBy: &party.Person{ID: d.ID, Name: d.Name},
		Slots:   []Slot{{ID: uuid.Must(uuid.NewV7()), Person: &party.Person{ID: m.ID, Name: m.Name}, Status: SlotWaiting}}}
	if where == PlaceBefore {
		s := &out.Steps[i]
		s.Status = StepWaiting
		for j := range s.Slots {
			if s.Slots[j].Status == SlotOpen {
				s.Slots[j].Status = SlotWaiting
			}
		}
	}
	out.Steps = slices.Insert(out.Steps, at, step)
	if where == PlaceBefore {
		e.open(&out, at)
	}
	return out, e.stillFeasible(a, out)
}

// lastOf says whether no approving step comes after one that approves: who agrees in it
// can be the last.
func lastOf(steps []Step, i int) bool {
	return steps[i].Kind == StepApprove && !slices.ContainsFunc(steps[i+1:], func(s Step) bool { return s.Kind == StepApprove })
}

// between gives a position for a step that becomes the at-th.
func between(steps []Step, at int) (int, bool) {
	low, high := 0, 0
	if at > 0 {
		low = steps[at-1].Position
	}
	if at < len(steps) {
		high = steps[at].Position
	} else {
		high = low + 2*stepGap
	}
	p := (low + high) / 2
	return p, p > low && p < high
}

// stillFeasible refuses to use up somebody whom a later step has need of.
func (e engine) stillFeasible(before, after Approval) error {
	if !e.strict {
		return nil
	}
	if _, could := e.people.feasible(before, before.hands()); !could {
		return nil
	}
	if _, can := e.people.feasible(after, after.hands()); !can {
		return targetFault("NEEDED_LATER", "he is needed in another step of this submission, or nobody with the authority would be left")
	}
	return nil
}
