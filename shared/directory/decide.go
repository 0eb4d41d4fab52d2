package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// List gives HQ the applications, newest first; an empty status lists all.
func (s *Applications) List(ctx context.Context, status Status) ([]ApplicationRow, error) {
	if _, err := access.Require(ctx, access.HQTenantRead); err != nil {
		return nil, err
	}
	var c fault.Checks
	c.Require(status == "" || slices.Contains(Statuses, status), "status", "UNKNOWN_STATUS", fmt.Sprintf("one of %v, or empty for all", Statuses))
	if err := c.Err(); err != nil {
		return nil, err
	}
	var rows []ApplicationRow
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		rows, err = s.Store.Applications.List(ctx, status)
		return err
	})
	return rows, err
}

// DecideInput is HQ's decision. A rejection needs a reason, which the applicant reads.
type DecideInput struct {
	ID      uuid.UUID
	Approve bool
	Reason  string
}

// Validate returns all faults of the input with their fields.
func (in DecideInput) Validate() error {
	var c fault.Checks
	c.Require(in.ID != uuid.Nil, "id", "REQUIRED", "name the application")
	if !in.Approve || in.Reason != "" {
		_, ok := cleanText(in.Reason, maxReason)
		c.Require(ok, "reason", "REQUIRED", fmt.Sprintf("say why in 1 to %d characters; the applicant reads it", maxReason))
	}
	return c.Err()
}

// Decide approves or rejects a submitted application. A failed one is run again
// by an approval, and given up by a rejection. When the USCC has become a
// subsidiary meanwhile, an approval ends it as duplicate.
func (s *Applications) Decide(ctx context.Context, in DecideInput) (Application, error) {
	if _, err := access.Require(ctx, access.HQTenantManage); err != nil {
		return Application{}, err
	}
	if err := in.Validate(); err != nil {
		return Application{}, err
	}
	var a Application
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if a, err = s.Store.Applications.Lock(ctx, in.ID); err != nil {
			return err
		}
		if in.Approve && a.Status == StatusFailed {
			return s.requeue(ctx, &a)
		}
		return s.decide(ctx, &a, in)
	})
	return a, err
}

func (s *Applications) decide(ctx context.Context, a *Application, in DecideInput) error {
	before := a.summary()
	now := s.Clock.Now()
	if a.Status != StatusSubmitted && a.Status != StatusFailed {
		return ErrApplicationState.With("status", string(a.Status))
	}
	action := "application.rejected"
	if in.Approve {
		action = "application.approved"
		taken, err := s.duplicate(ctx, a)
		if err != nil {
			return err
		}
		if !taken {
			if err := a.moveTo(StatusApproved, "", now); err != nil {
				return err
			}
			if err := s.publishApproved(ctx, a.ID); err != nil {
				return err
			}
		} else {
			action = "application.duplicate"
		}
	} else {
		reason, _ := cleanText(in.Reason, maxReason)
		if err := a.moveTo(StatusRejected, reason, now); err != nil {
			return err
		}
	}
	a.DecidedBy, a.DecidedAt = actorID(ctx), &now
	if err := s.Store.Applications.Save(ctx, *a); err != nil {
		return err
	}
	if err := s.tell(ctx, *a); err != nil {
		return err
	}
	return s.record(ctx, change{action: action, objectType: "application", objectID: a.ID, before: before, after: a.summary()})
}
