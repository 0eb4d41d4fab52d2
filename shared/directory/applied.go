package directory

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"zhuxin/shared/party"
)

// Get gives one of the logged-in person's own applications.
func (s *Applications) Get(ctx context.Context, id uuid.UUID) (Application, error) {
	actor, err := self(ctx)
	if err != nil {
		return Application{}, err
	}
	var a Application
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		a, err = s.Store.Applications.Get(ctx, id)
		if err == nil && a.PersonID != actor.ID {
			err = ErrApplicationNotFound
		}
		return err
	})
	return a, err
}

// Retry runs a failed provisioning of the logged-in person again. Asking twice,
// or while it runs, changes nothing.
func (s *Applications) Retry(ctx context.Context, id uuid.UUID) (Application, error) {
	actor, err := self(ctx)
	if err != nil {
		return Application{}, err
	}
	var a Application
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		a, err = s.Store.Applications.Lock(ctx, id)
		if err == nil && a.PersonID != actor.ID {
			err = ErrApplicationNotFound
		}
		if err != nil {
			return err
		}
		switch a.Status {
		case StatusApproved, StatusProvisioning, StatusActive:
			return nil
		}
		return s.requeue(ctx, &a)
	})
	return a, err
}

func (s *Applications) requeue(ctx context.Context, a *Application) error {
	before := a.summary()
	now := s.Clock.Now()
	if a.Status != StatusFailed {
		return ErrApplicationState.With("status", string(a.Status))
	}
	taken, err := s.duplicate(ctx, a)
	if err != nil {
		return err
	}
	if !taken {
		if err := a.moveTo(StatusApproved, "", now); err != nil {
			return err
		}
		a.Steps = waitingSteps()
		if err := s.publishApproved(ctx, a.ID); err != nil {
			return err
		}
	}
	if err := s.Store.Applications.Save(ctx, *a); err != nil {
		return err
	}
	return s.record(ctx, change{action: "application.retried", objectType: "application", objectID: a.ID, before: before, after: a.summary()})
}

// USCCCheck is what is known of a code while it is typed.
type USCCCheck struct {
	FormOK       bool
	CheckDigitOK bool
	Free         bool // no subsidiary has it
	Message      string
}

// CheckUSCC looks at a code before the application is sent.
func (s *Applications) CheckUSCC(ctx context.Context, code string) (USCCCheck, error) {
	if _, err := self(ctx); err != nil {
		return USCCCheck{}, err
	}
	u, err := party.ParseUSCC(code)
	if errors.Is(err, party.ErrForm) {
		return USCCCheck{Message: err.Error()}, nil
	}
	out := USCCCheck{FormOK: true, CheckDigitOK: err == nil, Free: true}
	if err != nil {
		out.Message = err.Error()
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		_, err := s.Store.Tenants.ByUSCC(ctx, u)
		if errors.Is(err, ErrTenantNotFound) {
			return nil
		}
		if err == nil {
			out.Free, out.Message = false, duplicateReason
		}
		return err
	})
	return out, err
}
