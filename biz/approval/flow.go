package approval

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// StepKind says what a step is for. Reviews come before approvals (003-46).
type StepKind string

// The kinds of step.
const (
	StepReview  StepKind = "review"
	StepApprove StepKind = "approve"
)

// Mode says how many of a step's actors have to agree.
type Mode string

// The modes: one of them; each of them, a role meaning everybody who holds it
// when the step begins.
const (
	ModeAny Mode = "any"
	ModeAll Mode = "all"
)

// ActorKind says how an actor of a step is named.
type ActorKind string

// The kinds of actor.
const (
	ActorRole     ActorKind = "role"
	ActorPerson   ActorKind = "person"
	ActorSuperior ActorKind = "superior" // of the submitter
)

// StepActor names who acts in a step. Level counts superiors: 1 is the
// submitter's own, 2 the one above, up to 3.
type StepActor struct {
	Kind     ActorKind   `json:"kind"`
	Role     access.Role `json:"role,omitempty"`
	PersonID *uuid.UUID  `json:"person_id,omitempty"`
	Level    int         `json:"level,omitempty"`
}

// Condition says to which submissions a step applies; all that is set must hold.
// A submission that lacks what a condition asks for gets the step.
type Condition struct {
	MinAmount *money.Amount `json:"min_amount,omitempty"` // fen, from this amount on
	MaxAmount *money.Amount `json:"max_amount,omitempty"` // fen, below this amount
	Grades    []string      `json:"grades,omitempty"`
	MinRise   *int64        `json:"min_rise,omitempty"` // basis points above what is in force, from this on
}

// DeadlineUnit is the unit of a deadline, in business time.
type DeadlineUnit string

// The units.
const (
	UnitHours DeadlineUnit = "hours"
	UnitDays  DeadlineUnit = "days"
)

// Deadline is how long a step may take in business time, how many business hours
// before that it reminds, and who may act as well once it is over: nobody more,
// the holders' superiors, or a role.
type Deadline struct {
	Length     int          `json:"length"`
	Unit       DeadlineUnit `json:"unit"`
	RemindHrs  int          `json:"remind_hours,omitempty"`
	EscalateTo ActorKind    `json:"escalate_to,omitempty"`
	Role       access.Role  `json:"role,omitempty"`
}

// StepDef is one step of a flow as configured.
type StepDef struct {
	Name     string      `json:"name"`
	Kind     StepKind    `json:"kind"`
	Mode     Mode        `json:"mode"`
	Actors   []StepActor `json:"actors"`
	When     Condition   `json:"when"`
	Deadline *Deadline   `json:"deadline,omitempty"`
}

// Flow is one version of how a kind is approved. Without steps the product's own
// flow is in force again.
type Flow struct {
	ID        uuid.UUID
	Kind      Kind
	Number    int
	Steps     []StepDef
	Note      string
	CreatedAt time.Time
	CreatedBy party.Person
}

// Flows is where flows are kept.
type Flows interface {
	// CurrentFlow gives the version in force; ok is false where there is none.
	CurrentFlow(ctx context.Context, k Kind) (f Flow, ok bool, err error)
	// AllFlows gives all versions, by kind, newest first.
	AllFlows(ctx context.Context) ([]Flow, error)
	// InsertFlow answers ErrFlowVersion when the number is taken.
	InsertFlow(ctx context.Context, f Flow) error
}

// ErrFlowVersion means that somebody else has saved a version meanwhile.
var ErrFlowVersion = fault.Conflict("VERSION_CONFLICT", "somebody else has saved a version of this flow; load it again")

const (
	maxSteps    = 12
	maxActors   = 20
	maxName     = 40
	maxNote     = 200
	maxDeadline = 60
	maxLevel    = 3
)

// standard is the product's own flow: one approver.
var standard = []StepDef{{Kind: StepApprove, Mode: ModeAny, Actors: []StepActor{{Kind: ActorRole, Role: access.RoleApprover}}}}

// actingRoles can be given a place in a step: their holders may act at all.
func actingRole(r access.Role) bool {
	return slices.Contains(access.TenantRoles, r) && slices.Contains(access.Of([]access.Role{r}), access.ApprovalAct)
}

// carriedOut names what the one who agrees last has to be allowed, for kinds whose
// subject asks it of him: it takes effect in his name.
var carriedOut = map[Kind]access.Permission{KindOrderRelease: access.CreditRelease}

// checkFlow gives all faults of a flow's steps; known are the tenant's members.
func checkFlow(c *fault.Checks, kind Kind, steps []StepDef, known []Member) {
	c.Require(len(steps) <= maxSteps, "steps", "TOO_MANY", fmt.Sprintf("at most %d steps", maxSteps))
	approving := false
	for i, s := range steps {
		at := fmt.Sprintf("steps[%d]", i)
		c.Require(strings.TrimSpace(s.Name) != "", at+".name", "REQUIRED", "name the step")
		c.Require(utf8.RuneCountInString(s.Name) <= maxName, at+".name", "TOO_LONG", fmt.Sprintf("at most %d characters", maxName))
		c.Require(s.Kind == StepReview || s.Kind == StepApprove, at+".kind", "UNKNOWN", "the kind is review or approve")
		c.Require(s.Kind != StepReview || !approving, at+".kind", "REVIEW_AFTER_APPROVAL", "reviews come before approvals; move this step up")
		approving = approving || s.Kind == StepApprove
		c.Require(s.Mode == ModeAny || s.Mode == ModeAll, at+".mode", "UNKNOWN", "the mode is any or all")
		c.Require(len(s.Actors) > 0, at+".actors", "REQUIRED", "say who acts in this step")
		c.Require(len(s.Actors) <= maxActors, at+".actors", "TOO_MANY", fmt.Sprintf("at most %d", maxActors))
		for j, a := range s.Actors {
			checkActor(c, fmt.Sprintf("%s.actors[%d]", at, j), a, s.Actors[:j], known)
		}
		checkCondition(c, at+".when", s.When)
		if s.Deadline != nil {
			checkDeadline(c, at+".deadline", *s.Deadline)
		}
	}
	c.Require(len(steps) == 0 || approving, "steps", "NO_APPROVAL", "at least one step approves")
	if right, ok := carriedOut[kind]; ok {
		checkLast(c, right, steps, known)
	}
}

// checkLast refuses who could be the last to agree and may not do what it comes to: the
// submission would wait for ever. Steps from the last one back can be the last, up to
// one that applies to every submission.
func checkLast(c *fault.Checks, right access.Permission, steps []StepDef, known []Member) {
	for i := len(steps) - 1; i >= 0 && steps[i].Kind == StepApprove; i-- {
		at := fmt.Sprintf("steps[%d]", i)
		for j, a := range steps[i].Actors {
			c.Require(a.mayEnd(right, known), fmt.Sprintf("%s.actors[%d]", at, j), "CANNOT_CARRY_OUT",
				"this step can be the last one, and not everybody named here may do what is agreed to; name a role or a person with that right, such as an approver")
		}
		if d := steps[i].Deadline; d != nil && d.EscalateTo == ActorRole {
			c.Require(roleCan(d.Role, right), at+".deadline.role", "CANNOT_CARRY_OUT", "this step can be the last one, and the role may not do what is agreed to; choose one that may, such as the approver")
		}
		if steps[i].When.always() {
			return
		}
	}
}

func roleCan(r access.Role, p access.Permission) bool {
	return slices.Contains(access.Of([]access.Role{r}), p)
}

// mayEnd says whether everybody who can stand in the place has the right. Who the
// submitter's superior will be is not known, so he never has.
func (a StepActor) mayEnd(right access.Permission, known []Member) bool {
	switch a.Kind {
	case ActorRole:
		return roleCan(a.Role, right)
	case ActorPerson:
		return slices.ContainsFunc(known, func(m Member) bool { return a.PersonID != nil && m.ID == *a.PersonID && m.can(right) })
	}
	return false
}

func (w Condition) always() bool {
	return w.MinAmount == nil && w.MaxAmount == nil && len(w.Grades) == 0 && w.MinRise == nil
}

func checkActor(c *fault.Checks, at string, a StepActor, before []StepActor, known []Member) {
	switch a.Kind {
	case ActorRole:
		c.Require(actingRole(a.Role), at+".role", "UNKNOWN_ROLE", "a role of this subsidiary that may act on submissions")
	case ActorPerson:
		i := -1
		if a.PersonID != nil {
			i = slices.IndexFunc(known, func(m Member) bool { return m.ID == *a.PersonID })
		}
		c.Require(i >= 0 && known[max(i, 0)].Active, at+".person_id", "UNKNOWN_PERSON", "an active member of this subsidiary")
		c.Require(i < 0 || known[max(i, 0)].can(access.ApprovalAct), at+".person_id", "PERSON_CANNOT_ACT", "his roles do not let him act on submissions; give him another one first")
	case ActorSuperior:
		c.Require(a.Level >= 0 && a.Level <= maxLevel, at+".level", "OUT_OF_RANGE", "1 for the submitter's superior, 2 or 3 for those above")
	default:
		c.Add(at+".kind", "UNKNOWN", "an actor is a role, a person or the submitter's superior")
	}
	c.Require(!slices.ContainsFunc(before, a.same), at, "DUPLICATE", "each actor once in a step")
}

func (a StepActor) same(b StepActor) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case ActorRole:
		return a.Role == b.Role
	case ActorPerson:
		return a.PersonID != nil && b.PersonID != nil && *a.PersonID == *b.PersonID
	}
	return max(a.Level, 1) == max(b.Level, 1)
}

func checkCondition(c *fault.Checks, at string, w Condition) {
	c.Require(w.MinAmount == nil || *w.MinAmount >= 0, at+".min_amount", "OUT_OF_RANGE", "an amount of zero or more")
	c.Require(w.MaxAmount == nil || *w.MaxAmount > 0, at+".max_amount", "OUT_OF_RANGE", "an amount above zero")
	if w.MinAmount != nil && w.MaxAmount != nil {
		c.Require(*w.MinAmount < *w.MaxAmount, at+".max_amount", "OUT_OF_RANGE", "the upper amount is above the lower one")
	}
	for i, g := range w.Grades {
		c.Require(g != "" && len(g) <= 8 && slices.Index(w.Grades, g) == i, fmt.Sprintf("%s.grades[%d]", at, i), "UNKNOWN", "each grade once")
	}
	c.Require(w.MinRise == nil || *w.MinRise >= 0 && *w.MinRise <= 1_000_000, at+".min_rise", "OUT_OF_RANGE", "0 to 10,000 percent")
}

func checkDeadline(c *fault.Checks, at string, d Deadline) {
	c.Require(d.Unit == UnitHours || d.Unit == UnitDays, at+".unit", "UNKNOWN", "the unit is hours or days")
	c.Require(d.Length >= 1 && d.Length <= maxDeadline, at+".length", "OUT_OF_RANGE", fmt.Sprintf("1 to %d", maxDeadline))
	c.Require(d.RemindHrs >= 0 && d.RemindHrs <= maxDeadline, at+".remind_hours", "OUT_OF_RANGE", fmt.Sprintf("0 to %d business hours before", maxDeadline))
	c.Require(d.Unit != UnitHours || d.RemindHrs < max(d.Length, 1), at+".remind_hours", "OUT_OF_RANGE", "the reminder comes after the step began")
	switch d.EscalateTo {
	case "", ActorSuperior:
	case ActorRole:
		c.Require(actingRole(d.Role), at+".role", "UNKNOWN_ROLE", "a role of this subsidiary that may act on submissions")
	default:
		c.Add(at+".escalate_to", "UNKNOWN", "escalate to the superior, to a role, or to nobody")
	}
}

// applies says whether a step is part of the course of a submission.
func (w Condition) applies(in Submission) bool {
	switch {
	case w.MinAmount != nil && in.Amount < *w.MinAmount, w.MaxAmount != nil && in.Amount >= *w.MaxAmount:
		return false
	case len(w.Grades) > 0 && in.Grade != "" && !slices.Contains(w.Grades, in.Grade):
		return false
	case w.MinRise != nil && in.Previous != nil:
		return risesBy(*in.Previous, in.Amount, *w.MinRise)
	}
	return true
}

// risesBy says whether to is at least rise basis points above from. From nothing,
// any amount is a rise without measure.
func risesBy(from, to money.Amount, rise int64) bool {
	if from <= 0 {
		return to > 0
	}
	if to < from {
		return false
	}
	// (to-from)*10000 >= rise*from, in 128 bits.
	high1, low1 := bits.Mul64(uint64(to-from), 10_000)
	high2, low2 := bits.Mul64(uint64(rise), uint64(from))
	return high1 > high2 || high1 == high2 && low1 >= low2
}
