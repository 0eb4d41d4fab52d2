package approval

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/uow"
)

// Service is the inbox of a subsidiary.
type Service struct {
	tx       uow.Tenant
	repo     Repository
	audit    audit.Recorder
	clock    calendar.Clock
	subjects map[Kind]Subject
}

// New wires the inbox; subjects register themselves before it serves.
func New(tx uow.Tenant, repo Repository, recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, audit: recorder, clock: clock, subjects: map[Kind]Subject{}}
}

// Register names the subject of a kind. It belongs to the wiring, not to requests.
func (s *Service) Register(k Kind, subject Subject) { s.subjects[k] = subject }

// Submit puts a submission into the inbox, in the caller's transaction. The
// caller has checked that the actor may submit it. Faults: ALREADY_SUBMITTED,
// APPROVAL_PERSON_ONLY.
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
	a := Approval{
		ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, SubjectID: in.SubjectID, CustomerID: in.CustomerID,
		Title: in.Title, Facts: facts, Amount: in.Amount, Status: StatusPending, Version: 1,
		SubmittedBy: party.Person{ID: actor.ID, Name: actor.Name}, SubmittedAt: s.clock.Now(),
	}
	if err := s.repo.Insert(ctx, a); err != nil {
		return Approval{}, err
	}
	return a, s.record(ctx, "approval.submitted", nil, a)
}

// List gives a page of a box. Without approval.decide nothing is to do.
func (s *Service) List(ctx context.Context, box Box, page, size int32) (Page, error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return Page{}, err
	}
	var c fault.Checks
	if box == "" {
		box = BoxTodo
	}
	c.Require(slices.Contains(Boxes, box), "box", "UNKNOWN", "the boxes are todo, mine, done and all")
	window := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return Page{}, err
	}
	q := Query{Box: box, Viewer: viewer(actor), Window: window}
	var out Page
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		out, err = s.repo.List(ctx, q)
		return err
	})
	for i := range out.Approvals {
		out.Approvals[i].Actions = actions(out.Approvals[i], q.Viewer)
	}
	return out, err
}

// Get gives one submission; ErrNotFound also for one the caller may not see.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Approval, error) {
	actor, err := access.Require(ctx, access.ApprovalRead)
	if err != nil {
		return Approval{}, err
	}
	v := viewer(actor)
	var a Approval
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		a, err = s.repo.Get(ctx, id, v)
		return err
	})
	a.Actions = actions(a, v)
	return a, err
}

// DecideInput approves or rejects. Comment is required to reject; Version is the
// one that was seen.
type DecideInput struct {
	ID      uuid.UUID
	Approve bool
	Comment string
	Version int64
}

const maxComment = 500

// Validate gives all faults of the input.
func (in DecideInput) Validate() error {
	var c fault.Checks
	c.Require(in.Approve || strings.TrimSpace(in.Comment) != "", "comment", "REQUIRED", "say why it is rejected; the submitter reads it")
	c.Require(utf8.RuneCountInString(in.Comment) <= maxComment, "comment", "TOO_LONG", fmt.Sprintf("at most %d characters", maxComment))
	c.Require(in.Version > 0, "version", "REQUIRED", "send the version that was shown")
	return c.Err()
}

// Decide approves or rejects, and lets the subject act in the same transaction.
// Of two who decide at once, one wins; the other gets ALREADY_DECIDED with who
// and when. Faults: APPROVAL_NOT_FOUND, APPROVAL_OWN_SUBMISSION, VERSION_CONFLICT,
// and those of the subject.
func (s *Service) Decide(ctx context.Context, in DecideInput) (Approval, error) {
	if _, err := access.Require(ctx, access.ApprovalDecide); err != nil {
		return Approval{}, err
	}
	actor, err := person(ctx)
	if err != nil {
		return Approval{}, err
	}
	if err := in.Validate(); err != nil {
		return Approval{}, err
	}
	status, act := StatusRejected, Subject.Rejected
	if in.Approve {
		status, act = StatusApproved, Subject.Approved
	}
	return s.end(ctx, in.ID, in.Version, actor, status, strings.TrimSpace(in.Comment), act)
}

// Withdraw takes a pending submission back; only its submitter can.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID, version int64) (Approval, error) {
	if _, err := access.Require(ctx, access.ApprovalRead); err != nil {
		return Approval{}, err
	}
	actor, err := person(ctx)
	if err != nil {
		return Approval{}, err
	}
	return s.end(ctx, id, version, actor, StatusWithdrawn, "", Subject.Withdrawn)
}

// end takes a pending submission to its final status. The row is locked first,
// so whoever comes second waits and then sees the decision.
func (s *Service) end(ctx context.Context, id uuid.UUID, version int64, actor access.Actor, status Status, comment string,
	act func(Subject, context.Context, Approval) error) (Approval, error) {
	v := viewer(actor)
	var a Approval
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Lock(ctx, id, v)
		if err != nil {
			return err
		}
		if err := allowed(before, version, actor.ID, status); err != nil {
			return err
		}
		now := s.clock.Now()
		a = before
		a.Status, a.Comment, a.Version = status, comment, before.Version+1
		a.DecidedBy, a.DecidedAt = &party.Person{ID: actor.ID, Name: actor.Name}, &now
		if err := s.repo.SetDecision(ctx, a); err != nil {
			return err
		}
		subject := s.subjects[a.Kind]
		if subject == nil {
			return fmt.Errorf("approval: kind %s has no subject; register it in the wiring", a.Kind)
		}
		if err := act(subject, ctx, a); err != nil {
			return err
		}
		return s.record(ctx, "approval."+string(status), &before, a)
	})
	if err != nil {
		return Approval{}, err
	}
	a.Actions = actions(a, v)
	return a, nil
}

func allowed(a Approval, version int64, actor uuid.UUID, to Status) error {
	switch {
	case a.Status != StatusPending:
		return decided(a)
	case to == StatusWithdrawn && a.SubmittedBy.ID != actor:
		return ErrNotSubmitter
	case to != StatusWithdrawn && a.SubmittedBy.ID == actor:
		return ErrOwn
	case a.Version != version:
		return ErrVersion.With("current_version", fmt.Sprint(a.Version))
	}
	return nil
}

// decided says who was faster, and when.
func decided(a Approval) error {
	e := ErrDecided.With("status", string(a.Status))
	if a.DecidedBy != nil {
		e = e.With("decided_by", a.DecidedBy.Name)
	}
	if a.DecidedAt != nil {
		e = e.With("decided_at", a.DecidedAt.UTC().Format(time.RFC3339))
		e.Message = fmt.Sprintf("%s has %s this at %s", name(a.DecidedBy), a.Status, a.DecidedAt.UTC().Format("2006-01-02 15:04 MST"))
	}
	return e
}

func name(p *party.Person) string {
	if p == nil || p.Name == "" {
		return "somebody"
	}
	return p.Name
}

func (s *Service) record(ctx context.Context, action string, before *Approval, after Approval) error {
	e := audit.Entry{Action: action, ObjectType: "approval", ObjectID: after.ID.String(), After: trace(after)}
	if before != nil {
		e.Before = trace(*before)
	}
	return s.audit.Record(ctx, e)
}

// trace is what the audit keeps of a submission; its facts stand in its own row,
// which nobody changes.
func trace(a Approval) map[string]any {
	return map[string]any{"kind": a.Kind, "subject_id": a.SubjectID, "title": a.Title, "status": a.Status, "comment": a.Comment, "version": a.Version}
}

func actions(a Approval, v Viewer) []Action {
	switch {
	case a.Status != StatusPending:
		return nil
	case a.SubmittedBy.ID == v.Person:
		return []Action{ActionWithdraw}
	case v.CanDecide:
		return []Action{ActionDecide}
	}
	return nil
}

func viewer(a access.Actor) Viewer {
	return Viewer{Person: a.ID, OwnOnly: a.OwnCustomersOnly(), CanDecide: a.Can(access.ApprovalDecide) && a.Kind == access.KindPerson}
}

func person(ctx context.Context) (access.Actor, error) {
	a, ok := access.From(ctx)
	if !ok {
		return a, access.ErrUnauthenticated
	}
	if a.Kind != access.KindPerson || a.ID == uuid.Nil {
		return a, ErrPersonOnly
	}
	return a, nil
}
