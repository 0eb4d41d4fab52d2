package negativelist

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// MaxReviewDays bounds how far off HQ may put the next look at a listing.
const MaxReviewDays = 1096

// Judgement is what HQ says of a listing when it publishes it or looks at it again.
type Judgement struct {
	Version  int64 // that HQ saw
	Severity Severity
	ReviewOn calendar.Date
	Note     string // told to the proposer
}

func (j Judgement) validate(today calendar.Date, noteNeeded bool) error {
	var c fault.Checks
	c.Require(slices.Contains(Severities, j.Severity), "severity", "UNKNOWN_SEVERITY", "choose notice, serious or critical")
	c.Require(j.ReviewOn > today && j.ReviewOn <= today.AddDays(MaxReviewDays), "review_on", "OUT_OF_RANGE", "give the day of the next review, from tomorrow to three years ahead")
	least := 0
	if noteNeeded {
		least = 2
	}
	length(&c, "note", j.Note, least, 1000, "say why, 2 to 1000 characters")
	return c.Err()
}

// Publish puts a proposal on the list, with effect from the commit on.
func (s *Service) Publish(ctx context.Context, id uuid.UUID, j Judgement) (Entry, error) {
	if err := s.reviewing(ctx, func() error { return j.validate(s.today(), false) }); err != nil {
		return Entry{}, err
	}
	return s.decide(ctx, id, j.Version, Proposed, func(e *Entry, actor access.Actor) Event {
		e.Status, e.Severity, e.ReviewOn, e.DecisionReason, e.ListedAt = Listed, j.Severity, j.ReviewOn, j.Note, s.clock.Now()
		e.DecidedBy, e.DecidedByName, e.DecidedAt = actor.ID, actor.Name, new(s.clock.Now())
		return Event{Kind: EventPublished, Note: j.Note, Facts: EventFacts{Severity: j.Severity, ReviewOn: j.ReviewOn}}
	})
}

// Refuse ends a proposal; the subsidiary reads the reason.
func (s *Service) Refuse(ctx context.Context, id uuid.UUID, version int64, reason string) (Entry, error) {
	if err := s.reviewing(ctx, func() error { return why(reason, "say why the proposal is refused, 2 to 1000 characters") }); err != nil {
		return Entry{}, err
	}
	return s.decide(ctx, id, version, Proposed, func(e *Entry, actor access.Actor) Event {
		e.Status, e.DecisionReason = Refused, reason
		e.DecidedBy, e.DecidedByName, e.DecidedAt = actor.ID, actor.Name, new(s.clock.Now())
		return Event{Kind: EventRefused, Note: reason}
	})
}

// Reassess is HQ's look at a listing in force: it stays, with a severity and the
// day of the next look.
func (s *Service) Reassess(ctx context.Context, id uuid.UUID, j Judgement) (Entry, error) {
	if err := s.reviewing(ctx, func() error { return j.validate(s.today(), true) }); err != nil {
		return Entry{}, err
	}
	return s.decide(ctx, id, j.Version, Listed, func(e *Entry, _ access.Actor) Event {
		e.Severity, e.ReviewOn = j.Severity, j.ReviewOn
		return Event{Kind: EventReassessed, Note: j.Note, Facts: EventFacts{Severity: j.Severity, ReviewOn: j.ReviewOn}}
	})
}

// Remove takes a listing off the list; the row and its history stay. Version 0
// asks for no particular one: a removal does not rest on the listing's details.
func (s *Service) Remove(ctx context.Context, id uuid.UUID, reason string) (Entry, error) {
	if err := s.reviewing(ctx, func() error { return why(reason, "say why the entry is removed, 2 to 1000 characters") }); err != nil {
		return Entry{}, err
	}
	return s.decide(ctx, id, 0, Listed, func(e *Entry, _ access.Actor) Event {
		s.removed(e, reason)
		return Event{Kind: EventRemoved, Note: reason}
	})
}

func (s *Service) removed(e *Entry, reason string) {
	e.Status, e.RemovalReason, e.RemovedAt = Removed, reason, new(s.clock.Now())
}

// reviewing says whether the caller may review, and then whether his input is right.
func (s *Service) reviewing(ctx context.Context, valid func() error) error {
	if _, err := access.Require(ctx, access.HQNegativeManage); err != nil {
		return err
	}
	return valid()
}

// decide takes a step of HQ's. Nobody decides on what he proposed himself: a person
// may belong to a subsidiary and to HQ.
func (s *Service) decide(ctx context.Context, id uuid.UUID, version int64, in Status, by func(e *Entry, actor access.Actor) Event) (Entry, error) {
	actor, _ := access.From(ctx)
	return s.change(ctx, id, func(e *Entry) (Event, error) {
		switch {
		case e.Status == Removed && in == Listed:
			return Event{}, ErrAlreadyRemoved
		case e.Status != in:
			return Event{}, ErrState
		case e.ListedBy == actor.ID:
			return Event{}, ErrOwn
		case version != 0 && version != e.Version:
			return Event{}, ErrChanged
		}
		ev := by(e, actor)
		ev.ActorID = actor.ID
		return ev, nil
	})
}

// Counts is how much there is in each of HQ's tabs.
type Counts struct {
	Proposed, Listed, Objections, Repairs, ReviewDue, Removed, Exemptions int64
}

// Counts says how much waits for HQ.
func (s *Service) Counts(ctx context.Context) (out Counts, err error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return out, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		out, err = s.repo.Counts(ctx, s.today())
		return err
	})
	return out, err
}

// GroupView selects what HQ looks at.
type GroupView string

// HQ's views.
const (
	GroupAll        GroupView = ""
	GroupProposed   GroupView = "proposed"
	GroupListed     GroupView = "listed"
	GroupObjections GroupView = "objections"
	GroupRepairs    GroupView = "repairs"
	GroupReviewDue  GroupView = "review_due"
	GroupRemoved    GroupView = "removed"
	GroupClosed     GroupView = "closed" // refused or withdrawn
)

// into puts the view into a query.
func (v GroupView) into(q *Query, today calendar.Date) error {
	switch v {
	case GroupAll:
	case GroupProposed, GroupListed, GroupRemoved:
		q.Statuses = []Status{Status(v)}
	case GroupClosed:
		q.Statuses = []Status{Refused, Withdrawn}
	case GroupObjections:
		q.Objected = true
	case GroupRepairs:
		q.Repaired = true
	case GroupReviewDue:
		q.ReviewDueOn = today
	default:
		var c fault.Checks
		c.Add("status", "UNKNOWN_VIEW", "choose proposed, listed, objections, repairs, review_due, removed or closed")
		return c.Err()
	}
	return nil
}
