package approval

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// DecideInput approves, rejects or returns to the submitter. Comment is required
// for the last two; Version is the one that was seen.
type DecideInput struct {
	ID      uuid.UUID
	Approve bool
	Return  bool // instead of rejecting
	Comment string
	Version int64
}

const maxComment = 500

// Validate gives all faults of the input.
func (in DecideInput) Validate() error {
	var c fault.Checks
	c.Require(!in.Approve || !in.Return, "return", "CONTRADICTION", "approve or return, not both")
	c.Require(in.Approve || strings.TrimSpace(in.Comment) != "", "comment", "REQUIRED", "say why; the submitter reads it")
	checkSeen(&c, in.Comment, in.Version)
	return c.Err()
}

func checkSeen(c *fault.Checks, comment string, version int64) {
	c.Require(utf8.RuneCountInString(comment) <= maxComment, "comment", "TOO_LONG", fmt.Sprintf("at most %d characters", maxComment))
	c.Require(version > 0, "version", "REQUIRED", "send the version that was shown")
}

// Decide agrees, rejects or returns in the step that runs. When that ends the
// submission, its subject acts in the same transaction. Of two who decide at once
// on what needs one, one wins; the other gets ALREADY_DECIDED with who and when.
// Faults: APPROVAL_NOT_FOUND, APPROVAL_OWN_SUBMISSION, APPROVAL_ACTED_ALREADY,
// APPROVAL_NOT_YOURS, APPROVAL_BEYOND_AUTHORITY, APPROVAL_NEEDED_LATER,
// VERSION_CONFLICT, and those of the subject.
func (s *Service) Decide(ctx context.Context, in DecideInput) (Approval, error) {
	if err := in.Validate(); err != nil {
		return Approval{}, err
	}
	comment := strings.TrimSpace(in.Comment)
	return s.act(ctx, access.ApprovalAct, in.ID, func(e engine, a Approval, d Doer) (Approval, error) {
		switch {
		case in.Approve:
			return e.agree(a, d, in.Version, comment)
		case in.Return:
			return e.refuse(a, d, in.Version, StatusReturned, comment)
		}
		return e.refuse(a, d, in.Version, StatusRejected, comment)
	})
}

// Withdraw takes a pending submission back; only its submitter can.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID, version int64) (Approval, error) {
	return s.act(ctx, access.ApprovalRead, id, func(e engine, a Approval, d Doer) (Approval, error) {
		return e.withdraw(a, d, version)
	})
}

// HandInput hands the caller's place to another person, or adds one beside it.
type HandInput struct {
	ID       uuid.UUID
	PersonID uuid.UUID
	Place    Place // of an added approver
	Comment  string
	Version  int64
}

func (in HandInput) validate(adds bool) error {
	var c fault.Checks
	c.Require(in.PersonID != uuid.Nil, "person_id", "REQUIRED", "name the person")
	c.Require(!adds || in.Place == PlaceBefore || in.Place == PlaceAfter, "place", "UNKNOWN", "before or after")
	c.Require(adds || strings.TrimSpace(in.Comment) != "", "comment", "REQUIRED", "say why you hand it on")
	checkSeen(&c, in.Comment, in.Version)
	return c.Err()
}

// Transfer hands the caller's place in the running step to another person. In an
// approving step that has to be an approver. Faults as Decide.
func (s *Service) Transfer(ctx context.Context, in HandInput) (Approval, error) {
	if err := in.validate(false); err != nil {
		return Approval{}, err
	}
	return s.act(ctx, access.ApprovalAct, in.ID, func(e engine, a Approval, d Doer) (Approval, error) {
		return e.transfer(a, d, in.Version, in.PersonID, strings.TrimSpace(in.Comment))
	})
}

// AddApprover puts one more person before or after the running step. Faults as Decide.
func (s *Service) AddApprover(ctx context.Context, in HandInput) (Approval, error) {
	if err := in.validate(true); err != nil {
		return Approval{}, err
	}
	return s.act(ctx, access.ApprovalAct, in.ID, func(e engine, a Approval, d Doer) (Approval, error) {
		return e.add(a, d, in.Version, in.PersonID, in.Place, strings.TrimSpace(in.Comment))
	})
}

// act locks the submission, lets the engine change it, stores that, and tells the
// subject when it has ended. The row is locked first, so whoever comes second
// waits and then sees what the first one did.
func (s *Service) act(ctx context.Context, p access.Permission, id uuid.UUID, change func(engine, Approval, Doer) (Approval, error)) (Approval, error) {
	actor, err := access.Require(ctx, p)
	if err != nil {
		return Approval{}, err
	}
	if _, err := person(ctx); err != nil {
		return Approval{}, err
	}
	v, err := s.viewer(ctx, actor)
	if err != nil {
		return Approval{}, err
	}
	var a Approval
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Lock(ctx, id, v)
		if err != nil {
			return err
		}
		e := engine{now: s.clock.Now(), strict: before.FlowNumber > 0}
		if e.people, e.work, err = s.people(ctx); err != nil {
			return err
		}
		d := Doer{Person: party.Person{ID: actor.ID, Name: actor.Name}, Roles: actor.Roles}
		if d.For, err = s.repo.Principals(ctx, actor.ID, before.Kind, v.Today); err != nil {
			return err
		}
		if a, err = change(e, before, d); err != nil {
			return err
		}
		if err := s.repo.Save(ctx, a); err != nil {
			return err
		}
		if err := s.tell(ctx, a); err != nil {
			return err
		}
		if err := s.herald(ctx, &before, a); err != nil {
			return err
		}
		if err := s.record(ctx, "approval."+string(a.Acts[len(a.Acts)-1].Kind), &before, a); err != nil {
			return err
		}
		a, err = s.repo.Get(ctx, id, v)
		return err
	})
	if err != nil {
		return Approval{}, err
	}
	return a, nil
}

// tell lets the subject act on the end of its submission.
func (s *Service) tell(ctx context.Context, a Approval) error {
	if a.Status == StatusPending {
		return nil
	}
	subject := s.subjects[a.Kind]
	if subject == nil {
		return fmt.Errorf("approval: kind %s has no subject; register it in the wiring", a.Kind)
	}
	switch a.Status {
	case StatusApproved:
		return subject.Approved(ctx, a)
	case StatusWithdrawn:
		return subject.Withdrawn(ctx, a)
	case StatusReturned:
		return subject.Returned(ctx, a)
	}
	return subject.Rejected(ctx, a)
}

// decidedSince is the last decision made after a version.
func (a Approval) decidedSince(version int64) *Act {
	for i := len(a.Acts) - 1; i >= 0; i-- {
		if a.Acts[i].Version > version && a.Acts[i].Kind.decides() {
			return &a.Acts[i]
		}
	}
	return nil
}

func versionFault(a Approval) error { return ErrVersion.With("current_version", fmt.Sprint(a.Version)) }

// decided says who was faster, and when.
func decided(a Approval) error {
	e := ErrDecided.With("status", string(a.Status))
	if a.DecidedAt == nil {
		return e
	}
	return told(e, a.DecidedBy, *a.DecidedAt, string(a.Status))
}

func decidedBy(x Act) error {
	return told(ErrDecided.With("status", string(x.Kind)), x.By, x.At, string(x.Kind))
}

func told(e *fault.Error, by *party.Person, at time.Time, what string) error {
	name := "somebody"
	if by != nil && by.Name != "" {
		name = by.Name
		e = e.With("decided_by", by.Name)
	}
	e = e.With("decided_at", at.UTC().Format(time.RFC3339))
	e.Message = fmt.Sprintf("%s has %s this at %s", name, what, at.UTC().Format("2006-01-02 15:04 MST"))
	return e
}

func (s *Service) record(ctx context.Context, action string, before *Approval, after Approval) error {
	e := audit.Entry{Action: action, ObjectType: "approval", ObjectID: after.ID.String(), After: trace(after)}
	if before != nil {
		e.Before = trace(*before)
	}
	return s.audit.Record(ctx, e)
}

// trace is what the audit keeps of a submission; its facts stand in its own row,
// which nobody changes, and who did what in its acts.
func trace(a Approval) map[string]any {
	t := map[string]any{"kind": a.Kind, "subject_id": a.SubjectID, "title": a.Title, "status": a.Status, "comment": a.Comment, "version": a.Version}
	if step := a.Active(); step != nil {
		t["step"] = step.Position
	}
	if n := len(a.Acts); n > 0 && a.Acts[n-1].OnBehalfOf != nil {
		t["on_behalf_of"] = a.Acts[n-1].OnBehalfOf.ID
	}
	if n := len(a.Acts); n > 0 && a.Acts[n-1].Target != nil {
		t["target"] = a.Acts[n-1].Target.ID
	}
	return t
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
