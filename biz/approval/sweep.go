package approval

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/event"
	"zhuxin/shared/news"
)

// Topics of submissions that wait; the payload is Waiting.
const (
	TopicReminder event.Topic = "approval.reminder"
	TopicOverdue  event.Topic = "approval.overdue"
)

// Waiting names the submissions that a reminder is about.
type Waiting struct {
	ApprovalIDs []uuid.UUID `json:"approval_ids"`
}

// Overdues is what the clock does to running steps; each marks a step once.
type Overdues interface {
	// Remind marks steps whose reminder is due and gives their submissions.
	Remind(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error)
	// Escalate marks steps that are overdue, lets those act whom they escalate to,
	// notes that as an act, and gives their submissions.
	Escalate(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error)
}

// sweepBatch bounds one run; the rest is for the next one.
const sweepBatch = 500

// Sweep reminds of steps that are soon due, and marks, reports and escalates
// overdue ones. It is set-based and does each thing once per step, however often
// it runs; due moments stand in the rows, so a run that is late only reports late.
func (s *Service) Sweep(ctx context.Context) (reminded, overdue int, err error) {
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		now := s.clock.Now()
		late, err := s.repo.Escalate(ctx, now, sweepBatch)
		if err != nil {
			return err
		}
		soon, err := s.repo.Remind(ctx, now, sweepBatch)
		if err != nil {
			return err
		}
		reminded, overdue = len(soon), len(late)
		if err := s.notify(ctx, TopicOverdue, late); err != nil {
			return err
		}
		if err := news.Tell(ctx, s.events, news.ApprovalLate, "", late...); err != nil {
			return err
		}
		return s.notify(ctx, TopicReminder, soon)
	})
	return reminded, overdue, err
}

func (s *Service) notify(ctx context.Context, t event.Topic, ids []uuid.UUID) error {
	if s.events == nil || len(ids) == 0 {
		return nil
	}
	return s.events.Publish(ctx, event.Event{Topic: t, Payload: Waiting{ApprovalIDs: ids}})
}

// herald has those told whom an act concerns: whom the submission waits for since
// then, or, when it has ended, who submitted it and had a hand in it. One who is told
// of a step is not told of it again.
func (s *Service) herald(ctx context.Context, before *Approval, a Approval) error {
	switch a.Status {
	case StatusPending:
		step := a.Active()
		if step == nil || before != nil && !arrives(before.Active(), step, a.Acts) {
			return nil
		}
		return news.Tell(ctx, s.events, news.ApprovalArrived, "approval.arrived:"+step.ID.String(), a.ID)
	case StatusReturned:
		return news.Tell(ctx, s.events, news.ApprovalReturned, "", a.ID)
	}
	return news.Tell(ctx, s.events, news.ApprovalDecided, "", a.ID)
}

func arrives(was, is *Step, acts []Act) bool {
	return was == nil || was.ID != is.ID || len(acts) > 0 && acts[len(acts)-1].Kind == ActTransferred
}
