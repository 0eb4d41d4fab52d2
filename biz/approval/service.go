package approval

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/party"
	"zhuxin/shared/uow"
)

// Service is the inbox of a subsidiary.
type Service struct {
	tx       uow.Tenant
	repo     Repository
	audit    audit.Recorder
	clock    calendar.Clock
	events   event.Publisher // nil: nobody is reminded
	subjects map[Kind]Subject
}

// Option completes a Service.
type Option func(*Service)

// Publishing has reminders and overdue steps published as events.
func Publishing(p event.Publisher) Option { return func(s *Service) { s.events = p } }

// New wires the inbox; subjects register themselves before it serves.
func New(tx uow.Tenant, repo Repository, recorder audit.Recorder, clock calendar.Clock, options ...Option) *Service {
	s := &Service{tx: tx, repo: repo, audit: recorder, clock: clock, subjects: map[Kind]Subject{}}
	for _, o := range options {
		o(s)
	}
	return s
}

// Register names the subject of a kind. It belongs to the wiring, not to requests.
func (s *Service) Register(k Kind, subject Subject) { s.subjects[k] = subject }

// Submit puts a submission into the inbox, in the caller's transaction. The
// caller has checked that the actor may submit it. Faults: ALREADY_SUBMITTED,
// APPROVAL_PERSON_ONLY, APPROVAL_NOBODY_CAN.
func (s *Service) Submit(ctx context.Context, in Submission) (Approval, error) {
	actor, err := person(ctx)
	if err != nil {
		return Approval{}, err
	}
	if s.subjects[in.Kind] == nil {
		return Approval{}, fmt.Errorf("approval: kind %s has no subject; register it in the wiring", in.Kind)
	}
	facts, err := json.Marshal(in.Facts)
	if err != nil {
		return Approval{}, fmt.Errorf("approval: facts of %s: %w", in.Kind, err)
	}
	if facts, err = s.withPapers(ctx, in.Kind, in.CustomerID, facts); err != nil {
		return Approval{}, err
	}
	a := Approval{
		ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, SubjectID: in.SubjectID, CustomerID: in.CustomerID,
		Title: in.Title, Facts: facts, Amount: in.Amount, Grade: in.Grade, Previous: in.Previous, Status: StatusPending, Version: 1,
		SubmittedBy: party.Person{ID: actor.ID, Name: actor.Name}, SubmittedAt: s.clock.Now(),
	}
	if err := s.begin(ctx, &a, in); err != nil {
		return Approval{}, err
	}
	if err := s.repo.Insert(ctx, a); err != nil {
		return Approval{}, err
	}
	if err := s.herald(ctx, nil, a); err != nil {
		return Approval{}, err
	}
	return a, s.record(ctx, "approval.submitted", nil, a)
}

// begin lays out the course by the flow in force. A configured flow that nobody
// could get through is refused now rather than found out at its last step; the
// product's own waits for the approver who joins tomorrow.
func (s *Service) begin(ctx context.Context, a *Approval, in Submission) error {
	flow, ok, err := s.repo.CurrentFlow(ctx, in.Kind)
	if err != nil {
		return err
	}
	e := engine{now: s.clock.Now()}
	defs := standard
	if ok && len(flow.Steps) > 0 {
		defs, a.FlowNumber, e.strict = flow.Steps, flow.Number, true
		if e.people, e.work, err = s.people(ctx); err != nil {
			return err
		}
	}
	if a.Steps, err = plan(defs, in, a.SubmittedBy.ID, e.people); err != nil {
		return err
	}
	e.open(a, 0)
	if i, can := e.people.feasible(*a, a.hands()); e.strict && !can {
		return ErrNobodyCan.With("step", a.Steps[i].Name)
	}
	return nil
}
