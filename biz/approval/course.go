package approval

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// StepStatus is where a step stands.
type StepStatus string

// The statuses; closed is a step that the submission's end has overtaken.
const (
	StepWaiting StepStatus = "waiting"
	StepActive  StepStatus = "active"
	StepDone    StepStatus = "done"
	StepClosed  StepStatus = "closed"
)

// SlotStatus is where a slot stands; void is one that nobody needs any more.
type SlotStatus string

// The statuses; a slot is open only while its step is active.
const (
	SlotWaiting SlotStatus = "waiting"
	SlotOpen    SlotStatus = "open"
	SlotDone    SlotStatus = "done"
	SlotVoid    SlotStatus = "void"
)

// Step is one step of a submission's course. OpenedVersion is the submission's
// when it began: whoever saw that or a later one may act in it.
type Step struct {
	ID            uuid.UUID
	Position      int
	Name          string
	Kind          StepKind
	Mode          Mode
	Status        StepStatus
	Deadline      *Deadline
	AddedBy       *party.Person
	OpenedVersion int64
	OpenedAt      *time.Time
	RemindAt      *time.Time
	DueAt         *time.Time
	RemindedAt    *time.Time
	OverdueAt     *time.Time
	DoneAt        *time.Time
	Slots         []Slot
}

// Slot is one place that somebody fills: Person, or anybody with Role. Once it is
// overdue, those it was escalated to may fill it as well.
type Slot struct {
	ID            uuid.UUID
	Role          access.Role
	Person        *party.Person
	EscalatedRole access.Role
	EscalatedTo   *party.Person
	Status        SlotStatus
}

// ActKind says what somebody did.
type ActKind string

// The acts. The first four lay a hand on the submission: nobody does two of them.
const (
	ActApproved    ActKind = "approved"
	ActEndorsed    ActKind = "endorsed" // agreed, but beyond his authority: it goes on
	ActRejected    ActKind = "rejected"
	ActReturned    ActKind = "returned"
	ActWithdrawn   ActKind = "withdrawn"
	ActTransferred ActKind = "transferred"
	ActAdded       ActKind = "added"
	ActEscalated   ActKind = "escalated"
)

func (k ActKind) decides() bool {
	return k == ActApproved || k == ActEndorsed || k == ActRejected || k == ActReturned
}

// Act is one thing done with a submission. By is nil for the system; Version is
// the submission's after it.
type Act struct {
	ID         uuid.UUID
	Kind       ActKind
	StepID     uuid.NullUUID
	SlotID     uuid.NullUUID
	By         *party.Person
	OnBehalfOf *party.Person
	Target     *party.Person
	Comment    string
	At         time.Time
	Version    int64
}

// Member is somebody of the tenant.
type Member struct {
	party.Person
	Roles    []access.Role
	Superior *uuid.UUID
	Active   bool
}

func (m Member) can(p access.Permission) bool { return slices.Contains(access.Of(m.Roles), p) }

// Principal is an absent person whom somebody may act for.
type Principal struct {
	party.Person
	Roles []access.Role
}

// Doer is who acts, with those he may act for in this submission.
type Doer struct {
	party.Person
	Roles []access.Role
	For   []Principal
}

// People is what the engine knows of the tenant's members and their authority.
type People struct {
	Members   []Member
	Authority map[uuid.UUID]*money.Amount // nil amount: without bound
	Preset    *money.Amount               // of who has no entry; nil: without bound
}

func (p People) find(id uuid.UUID) (Member, bool) {
	i := slices.IndexFunc(p.Members, func(m Member) bool { return m.ID == id })
	if i < 0 {
		return Member{}, false
	}
	return p.Members[i], true
}

// within says whether the amount is within a person's authority.
func (p People) within(person uuid.UUID, amount money.Amount) bool {
	bound, ok := p.Authority[person]
	if !ok {
		bound = p.Preset
	}
	return bound == nil || amount <= *bound
}

// superior gives the active member that stands level above a person.
func (p People) superior(of uuid.UUID, level int) (Member, bool) {
	m, ok := p.find(of)
	for range max(level, 1) {
		if !ok || m.Superior == nil {
			return Member{}, false
		}
		m, ok = p.find(*m.Superior)
	}
	return m, ok && m.Active
}

// hands are those who have had a hand in a submission.
func (a Approval) hands() map[uuid.UUID]bool {
	out := map[uuid.UUID]bool{a.SubmittedBy.ID: true}
	for _, act := range a.Acts {
		if !act.Kind.decides() {
			continue
		}
		for _, who := range []*party.Person{act.By, act.OnBehalfOf} {
			if who != nil {
				out[who.ID] = true
			}
		}
	}
	return out
}

func (a Approval) active() int {
	return slices.IndexFunc(a.Steps, func(s Step) bool { return s.Status == StepActive })
}

// Active gives the step it stands at; nil for an ended submission.
func (a Approval) Active() *Step {
	if i := a.active(); i >= 0 {
		return &a.Steps[i]
	}
	return nil
}

// held says whether a person with these roles holds the slot.
func (s Slot) held(id uuid.UUID, roles []access.Role) bool {
	return s.heldByName(id) || s.Role != "" && slices.Contains(roles, s.Role) ||
		s.EscalatedRole != "" && slices.Contains(roles, s.EscalatedRole)
}

func (s Slot) heldByName(id uuid.UUID) bool {
	return s.Person != nil && s.Person.ID == id || s.EscalatedTo != nil && s.EscalatedTo.ID == id
}

// clone copies what an act may change, so that a refused act leaves nothing.
func (a Approval) clone() Approval {
	a.Steps = slices.Clone(a.Steps)
	for i := range a.Steps {
		a.Steps[i].Slots = slices.Clone(a.Steps[i].Slots)
	}
	a.Acts = slices.Clone(a.Acts)
	return a
}
