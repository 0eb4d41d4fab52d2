package approval

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/party"
)

// engine applies acts to courses: pure rules on what was loaded. An act works on
// a copy; a refused one leaves nothing.
type engine struct {
	people People
	work   Workweek
	now    time.Time
	strict bool // members are known well enough to say that nobody is left
}

// claim is a slot that somebody may act on, in whose place.
type claim struct {
	step, slot int
	behalf     *party.Person
}

// claims gives the slots that the doer may act on, his own name first, then his
// roles, then in the place of others. The fault says why there are none.
func (e engine) claims(a Approval, d Doer, seen int64) ([]claim, error) {
	if a.Status != StatusPending {
		return nil, decided(a)
	}
	if a.SubmittedBy.ID == d.ID {
		return nil, ErrOwn
	}
	used := a.hands()
	if used[d.ID] {
		return nil, ErrTwice
	}
	i := a.active()
	if i < 0 {
		return nil, ErrNotYours
	}
	var named, byRole, behalf []claim
	barred := error(nil)
	for j, s := range a.Steps[i].Slots {
		if s.Status != SlotOpen {
			continue
		}
		switch {
		case s.heldByName(d.ID):
			named = append(named, claim{i, j, nil})
			continue
		case s.held(d.ID, d.Roles):
			byRole = append(byRole, claim{i, j, nil})
			continue
		}
		for _, p := range d.For {
			switch {
			case !s.held(p.ID, p.Roles):
			case p.ID == a.SubmittedBy.ID:
				barred = ErrOwn
			case used[p.ID]:
				barred = ErrTwice
			default:
				behalf = append(behalf, claim{i, j, &party.Person{ID: p.ID, Name: p.Name}})
			}
		}
	}
	out := slices.Concat(named, byRole, behalf)
	switch {
	case len(out) > 0:
		return out, e.fresh(a, a.Steps[i], seen)
	case barred != nil:
		return nil, barred
	}
	if act := a.decidedSince(seen); act != nil && seen < a.Version {
		return nil, decidedBy(*act)
	}
	return nil, ErrNotYours
}

// fresh refuses who has seen another state than that of the running step.
func (engine) fresh(a Approval, s Step, seen int64) error {
	if seen >= s.OpenedVersion && seen <= a.Version {
		return nil
	}
	if act := a.decidedSince(seen); act != nil && seen < a.Version {
		return decidedBy(*act)
	}
	return versionFault(a)
}

// agree lets the doer agree in the running step: the step may be done then, the
// next one begin, or the whole be approved.
func (e engine) agree(a Approval, d Doer, seen int64, comment string) (Approval, error) {
	cs, err := e.claims(a, d, seen)
	if err != nil {
		return a, err
	}
	_, could := e.people.feasible(a, a.hands())
	var refused error
	for _, c := range cs {
		out, err := e.agreeAs(a.clone(), d, c, comment)
		if err != nil {
			refused = orElse(refused, err)
			continue
		}
		if _, can := e.people.feasible(out, out.hands()); e.strict && could && !can && out.Status == StatusPending {
			refused = orElse(refused, ErrNeededLater)
			continue
		}
		return out, nil
	}
	return a, refused
}

func orElse(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (e engine) agreeAs(a Approval, d Doer, c claim, comment string) (Approval, error) {
	s := &a.Steps[c.step]
	authority := d.ID
	if c.behalf != nil {
		authority = c.behalf.ID
	}
	kind := ActApproved
	if s.Kind == StepApprove && !e.people.within(authority, a.Amount) {
		kind = ActEndorsed
	}
	a = e.note(a, kind, d, &c, nil, comment)
	used := a.hands()
	others := e.people.candidates(need{slots: openSlots(*s, c.slot, s.Mode), full: true}, a, used)
	if kind == ActEndorsed {
		if lastApproving(a.Steps) == c.step && !a.agreedWithin(s.ID) && len(others) == 0 {
			return a, ErrAuthority
		}
		if s.Mode == ModeAny && len(others) > 0 {
			return a, nil // the step stays open for who has the authority
		}
	}
	s.Slots[c.slot].Status = SlotDone
	if s.Mode == ModeAll && slices.ContainsFunc(s.Slots, func(x Slot) bool { return x.Status == SlotOpen }) {
		return a, nil
	}
	return e.advance(a, c.step, d)
}

// openSlots are the slots that others can still fill after one agreed: in an
// any-of step also the one he took.
func openSlots(s Step, taken int, m Mode) []Slot {
	var out []Slot
	for i, x := range s.Slots {
		if x.Status == SlotOpen && (i != taken || m == ModeAny) {
			out = append(out, x)
		}
	}
	return out
}

// advance ends a step and begins the next one, or approves the whole.
func (e engine) advance(a Approval, i int, d Doer) (Approval, error) {
	s := &a.Steps[i]
	s.Status, s.DoneAt = StepDone, &e.now
	for j := range s.Slots {
		if s.Slots[j].Status != SlotDone {
			s.Slots[j].Status = SlotVoid
		}
	}
	if i+1 < len(a.Steps) {
		e.open(&a, i+1)
		return a, nil
	}
	a.Status, a.DecidedBy, a.DecidedAt = StatusApproved, &party.Person{ID: d.ID, Name: d.Name}, &e.now
	return a, nil
}

// open begins a step. A role in an all-of step becomes those who hold it now.
func (e engine) open(a *Approval, i int) {
	s := &a.Steps[i]
	s.Status, s.OpenedVersion, s.OpenedAt = StepActive, a.Version, &e.now
	s.RemindAt, s.DueAt, s.RemindedAt, s.OverdueAt = nil, nil, nil, nil
	if s.Deadline != nil {
		s.DueAt, s.RemindAt = e.work.due(e.now, *s.Deadline)
	}
	var slots []Slot
	used := a.hands()
	for _, x := range s.Slots {
		if x.Status != SlotWaiting {
			slots = append(slots, x)
			continue
		}
		x.Status = SlotOpen
		if s.Mode == ModeAny || x.Role == "" {
			slots = append(slots, x)
			continue
		}
		everybody := e.people.candidates(need{slots: []Slot{x}}, *a, used)
		for k, m := range everybody {
			if slices.ContainsFunc(slots, func(o Slot) bool { return o.heldByName(m.ID) }) {
				continue
			}
			y := x
			if k > 0 {
				y.ID = uuid.Must(uuid.NewV7())
			}
			y.Role, y.Person = "", &party.Person{ID: m.ID, Name: m.Name}
			slots = append(slots, y)
		}
		if len(everybody) == 0 {
			slots = append(slots, x)
		}
	}
	s.Slots = slots
}

// refuse ends the submission: rejected or returned.
func (e engine) refuse(a Approval, d Doer, seen int64, to Status, comment string) (Approval, error) {
	cs, err := e.claims(a, d, seen)
	if err != nil {
		return a, err
	}
	kind := ActRejected
	if to == StatusReturned {
		kind = ActReturned
	}
	return e.end(e.note(a.clone(), kind, d, &cs[0], nil, comment), d, to), nil
}

// withdraw ends the submission for its submitter.
func (e engine) withdraw(a Approval, d Doer, seen int64) (Approval, error) {
	switch {
	case a.Status != StatusPending:
		return a, decided(a)
	case a.SubmittedBy.ID != d.ID:
		return a, ErrNotSubmitter
	case a.Version != seen:
		return a, versionFault(a)
	}
	return e.end(e.note(a.clone(), ActWithdrawn, d, nil, nil, ""), d, StatusWithdrawn), nil
}

func (e engine) end(a Approval, d Doer, to Status) Approval {
	a.Status, a.DecidedBy, a.DecidedAt = to, &party.Person{ID: d.ID, Name: d.Name}, &e.now
	for i := range a.Steps {
		s := &a.Steps[i]
		if s.Status == StepDone {
			continue
		}
		s.Status = StepClosed
		for j := range s.Slots {
			if s.Slots[j].Status != SlotDone {
				s.Slots[j].Status = SlotVoid
			}
		}
	}
	return a
}

// note writes an act and raises the version.
func (e engine) note(a Approval, k ActKind, d Doer, c *claim, target *party.Person, comment string) Approval {
	a.Version++
	a.Comment = comment
	act := Act{ID: uuid.Must(uuid.NewV7()), Kind: k, By: &party.Person{ID: d.ID, Name: d.Name}, Target: target, Comment: comment, At: e.now, Version: a.Version}
	if c != nil {
		s := a.Steps[c.step]
		act.StepID = uuid.NullUUID{UUID: s.ID, Valid: true}
		act.SlotID = uuid.NullUUID{UUID: s.Slots[c.slot].ID, Valid: true}
		act.OnBehalfOf = c.behalf
	}
	a.Acts = append(a.Acts, act)
	return a
}

// mayTake checks whom a step is handed to.
func (e engine) mayTake(a Approval, d Doer, s Step, last bool, target uuid.UUID) (Member, error) {
	m, ok := e.people.find(target)
	right := access.ApprovalAct
	if s.Kind == StepApprove {
		right = access.ApprovalDecide
	}
	switch {
	case !ok || !m.Active:
		return m, targetFault("UNKNOWN_PERSON", "an active member of this subsidiary")
	case target == d.ID:
		return m, targetFault("SELF", "somebody other than yourself")
	case target == a.SubmittedBy.ID:
		return m, targetFault("SUBMITTER", "the submitter decides nothing about his own submission")
	case a.hands()[target]:
		return m, targetFault("ACTED_ALREADY", "he has acted on this submission already")
	case !m.can(right):
		return m, targetFault("PERSON_CANNOT_ACT", "his roles do not let him decide here; an approver can")
	case last && carriedOut[a.Kind] != "" && !m.can(carriedOut[a.Kind]):
		return m, targetFault("CANNOT_CARRY_OUT", "this step is the last one, and what is agreed to takes effect in his name; name somebody with that right, such as an approver")
	case slices.ContainsFunc(s.Slots, func(x Slot) bool { return x.Status == SlotOpen && x.Person != nil && x.Person.ID == target }):
		return m, targetFault("DUPLICATE", "he is asked in this step already")
	}
	return m, nil
}
