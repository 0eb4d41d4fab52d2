package approval

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// ErrUnknownKind means that nothing of this kind is ever submitted.
var ErrUnknownKind = fault.NotFound("APPROVAL_KIND_UNKNOWN", "there is no such kind of submission")

// Kinds lists the kinds that are submitted at all, sorted.
func (s *Service) Kinds() []Kind { return slices.Sorted(maps.Keys(s.subjects)) }

// Standard gives the steps of the product's own flow.
func Standard() []StepDef { return slices.Clone(standard) }

// AllFlows gives every version of every kind's flow, by kind, newest first.
func (s *Service) AllFlows(ctx context.Context) (out []Flow, err error) {
	if _, err := access.Require(ctx, access.ApprovalRead); err != nil {
		return nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.repo.AllFlows(ctx)
		return err
	})
	return out, err
}

// SaveFlowInput is the next version of a kind's flow. Number is the version that
// was seen, 0 where there was none; no steps put the product's own flow in force.
type SaveFlowInput struct {
	Kind   Kind
	Number int
	Steps  []StepDef
	Note   string
}

// SaveFlow puts a new version into force. What is in approval already goes on by
// its own. Faults: VERSION_CONFLICT.
func (s *Service) SaveFlow(ctx context.Context, in SaveFlowInput) (Flow, error) {
	actor, err := administers(ctx)
	if err != nil {
		return Flow{}, err
	}
	if s.subjects[in.Kind] == nil {
		return Flow{}, ErrUnknownKind
	}
	for i := range in.Steps {
		in.Steps[i].Name = strings.TrimSpace(in.Steps[i].Name)
	}
	f := Flow{ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, Steps: in.Steps, Note: strings.TrimSpace(in.Note),
		CreatedAt: s.clock.Now(), CreatedBy: party.Person{ID: actor.ID, Name: actor.Name}}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		members, err := s.repo.Members(ctx)
		if err != nil {
			return err
		}
		var c fault.Checks
		checkFlow(&c, in.Kind, in.Steps, members)
		c.Require(utf8.RuneCountInString(in.Note) <= maxNote, "note", "TOO_LONG", fmt.Sprintf("at most %d characters", maxNote))
		if err := c.Err(); err != nil {
			return err
		}
		before, _, err := s.repo.CurrentFlow(ctx, in.Kind)
		if err != nil {
			return err
		}
		if before.Number != in.Number {
			return ErrFlowVersion
		}
		f.Number = before.Number + 1
		if err := s.repo.InsertFlow(ctx, f); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "approval_flow.saved", ObjectType: "approval_flow", ObjectID: f.ID.String(),
			Before: map[string]any{"number": before.Number, "steps": before.Steps},
			After:  map[string]any{"kind": f.Kind, "number": f.Number, "steps": f.Steps, "note": f.Note}})
	})
	return f, err
}

// SimulateInput asks who would have to approve something. Steps are those of a
// draft; nil takes the flow in force. SubmitterID uuid.Nil is the caller.
// Amount Unbounded asks for an unlimited limit, which is above every authority.
type SimulateInput struct {
	Kind        Kind
	Amount      money.Amount
	Grade       string
	Previous    *money.Amount
	SubmitterID uuid.UUID
	Steps       []StepDef
	Draft       bool // Steps count, also when there are none
}

// SimulatedStep is a step with those who could fill it now.
type SimulatedStep struct {
	Step
	People []SimulatedPerson
}

// SimulatedPerson is somebody who could act in a step. Within says that the
// amount is within his authority; it matters in approving steps only.
type SimulatedPerson struct {
	party.Person
	Within bool
}

// Simulation is the course that a submission would take; Problem says why nobody
// could get it through, with the step it fails at.
type Simulation struct {
	FlowNumber int // 0: the product's own, or a draft
	Steps      []SimulatedStep
	Problem    *fault.Error
}

// Simulate answers "who would have to approve this?". Nothing is stored.
func (s *Service) Simulate(ctx context.Context, in SimulateInput) (Simulation, error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return Simulation{}, err
	}
	if s.subjects[in.Kind] == nil {
		return Simulation{}, ErrUnknownKind
	}
	var c fault.Checks
	c.Require(in.Amount == Unbounded || in.Amount >= 0 && in.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "an amount of zero or more, or no bound")
	c.Require(in.Previous == nil || *in.Previous >= 0 && *in.Previous <= maxAmount, "previous_amount", "OUT_OF_RANGE", "an amount of zero or more")
	c.Require(len(in.Grade) <= 8, "grade", "TOO_LONG", "a grade")
	if err := c.Err(); err != nil {
		return Simulation{}, err
	}
	if in.SubmitterID == uuid.Nil {
		in.SubmitterID = actor.ID
	}
	var out Simulation
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		out, err = s.simulate(ctx, in)
		return err
	})
	return out, err
}

func (s *Service) simulate(ctx context.Context, in SimulateInput) (Simulation, error) {
	people, work, err := s.people(ctx)
	if err != nil {
		return Simulation{}, err
	}
	if _, ok := people.find(in.SubmitterID); !ok {
		return Simulation{}, targetFault("UNKNOWN_PERSON", "a member of this subsidiary")
	}
	out := Simulation{}
	defs := in.Steps
	if in.Draft {
		var c fault.Checks
		checkFlow(&c, in.Kind, defs, people.Members)
		if err := c.Err(); err != nil {
			return out, err
		}
	} else {
		flow, _, err := s.repo.CurrentFlow(ctx, in.Kind)
		if err != nil {
			return out, err
		}
		if defs = flow.Steps; len(defs) > 0 {
			out.FlowNumber = flow.Number
		}
	}
	if len(defs) == 0 {
		defs = standard
	}
	a := Approval{Kind: in.Kind, Amount: in.Amount, Grade: in.Grade, Previous: in.Previous, Status: StatusPending, Version: 1,
		SubmittedBy: party.Person{ID: in.SubmitterID}}
	a.Steps, err = plan(defs, Submission{Kind: in.Kind, Amount: in.Amount, Grade: in.Grade, Previous: in.Previous}, in.SubmitterID, people)
	if f, ok := fault.As(err); ok {
		out.Problem = f
		return out, nil
	}
	if err != nil {
		return out, err
	}
	e := engine{people: people, work: work, now: s.clock.Now()}
	e.open(&a, 0)
	used := a.hands()
	for _, step := range a.Steps {
		x := SimulatedStep{Step: step}
		for _, m := range people.candidates(need{slots: step.Slots}, a, used) {
			x.People = append(x.People, SimulatedPerson{Person: m.Person, Within: people.within(m.ID, in.Amount)})
		}
		out.Steps = append(out.Steps, x)
	}
	if i, can := people.feasible(a, used); !can {
		out.Problem = ErrNobodyCan.With("step", a.Steps[i].Name).With("position", fmt.Sprint(i+1))
	}
	return out, nil
}
