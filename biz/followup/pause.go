package followup

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
)

// LongestPause is in days: dunning is never put off for good.
const LongestPause = 180

// PauseQuery selects pauses, the latest end first.
type PauseQuery struct {
	CustomerID uuid.UUID
	OnlyOf     *uuid.UUID
	Current    bool // those that hold or are to come
	Today      calendar.Date
	paging.Window
}

// Pauses gives a page of pauses.
func (s *Service) Pauses(ctx context.Context, customerID uuid.UUID, view string, page, size int32) (ps []Pause, total int64, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, 0, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	q := PauseQuery{CustomerID: customerID, OnlyOf: customer.OnlyOf(actor), Current: view != "all", Today: today, Window: paging.Of(&c, page, size)}
	c.Require(slices.Contains([]string{"", "current", "all"}, view), "view", "UNKNOWN", "current or all")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		ps, total, err = s.Repo.Pauses(ctx, q)
		return err
	})
	return ps, total, err
}

// PauseDunning suspends dunning of a customer from today through a day.
// Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND, DUNNING_PAUSED.
func (s *Service) PauseDunning(ctx context.Context, customerID uuid.UUID, reason, endsOn string) (p Pause, err error) {
	actor, err := access.Require(ctx, access.FollowUpWrite)
	if err != nil {
		return p, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return p, err
	}
	var c fault.Checks
	reason = strings.TrimSpace(reason)
	c.Require(reason != "" && utf8.RuneCountInString(reason) <= 500, "reason", "REQUIRED", "say why, in at most 500 characters")
	p = Pause{ID: uuid.Must(uuid.NewV7()), CustomerID: customerID, Reason: reason, StartsOn: today, EndsOn: day(&c, "ends_on", endsOn, today, today.AddDays(LongestPause)), CreatedAt: s.Clock.Now()}
	if err := c.Err(); err != nil {
		return p, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if err := s.Repo.LockCustomer(ctx, customerID); err != nil {
			return err
		}
		_, n, err := s.Repo.Pauses(ctx, PauseQuery{CustomerID: customerID, Current: true, Today: today, Window: paging.Window{Limit: 1}})
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrPaused
		}
		if err := s.Repo.InsertPause(ctx, p, person(actor)); err != nil {
			return err
		}
		if err := s.recordPause(ctx, "dunning.paused", p.ID, map[string]any{"customer_id": customerID, "reason": reason, "ends_on": p.EndsOn}); err != nil {
			return err
		}
		p, err = s.Repo.Pause(ctx, p.ID, nil)
		return err
	})
	return p, err
}

// ResumeDunning ends a pause before its time. Faults: DUNNING_PAUSE_NOT_FOUND,
// DUNNING_PAUSE_OVER.
func (s *Service) ResumeDunning(ctx context.Context, id uuid.UUID) (p Pause, err error) {
	actor, err := access.Require(ctx, access.FollowUpWrite)
	if err != nil {
		return p, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return p, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Repo.Pause(ctx, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if err := s.Repo.LockCustomer(ctx, p.CustomerID); err != nil {
			return err
		}
		if p, err = s.Repo.Pause(ctx, id, nil); err != nil {
			return err
		}
		if p.EndedAt != nil || p.EndsOn < today {
			return ErrPauseOver
		}
		if err := s.Repo.EndPause(ctx, id, s.Clock.Now(), person(actor)); err != nil {
			return err
		}
		if err := s.recordPause(ctx, "dunning.resumed", id, map[string]any{"customer_id": p.CustomerID}); err != nil {
			return err
		}
		p, err = s.Repo.Pause(ctx, id, nil)
		return err
	})
	return p, err
}

func (s *Service) recordPause(ctx context.Context, action string, id uuid.UUID, after any) error {
	return s.Audit.Record(ctx, audit.Entry{Action: action, ObjectType: "dunning_pause", ObjectID: id.String(), After: after})
}

func person(a access.Actor) *uuid.UUID {
	if p := customer.ByActor(a); p != nil {
		return &p.ID
	}
	return nil
}
