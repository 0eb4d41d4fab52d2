package project

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/timeline"
	"zhuxin/shared/access"
	"zhuxin/shared/tenant"
)

// Timeline gives a part of what happened to a project, as customer.Service.Timeline does
// for a customer. PROJECT_NOT_FOUND.
func (s *Service) Timeline(ctx context.Context, id uuid.UUID, cursor string, size int32) ([]timeline.Event, string, error) {
	return s.events(ctx, timeline.Project, id, cursor, size, func(ctx context.Context, onlyOf *uuid.UUID) error {
		_, err := s.repo.Get(ctx, id, onlyOf)
		return err
	})
}

// OwnerTimeline gives a part of what happened to an owner. OWNER_NOT_FOUND.
func (s *Service) OwnerTimeline(ctx context.Context, id uuid.UUID, cursor string, size int32) ([]timeline.Event, string, error) {
	return s.events(ctx, timeline.Owner, id, cursor, size, func(ctx context.Context, onlyOf *uuid.UUID) error {
		today, err := tenant.Today(ctx, s.clock)
		if err != nil {
			return err
		}
		_, err = s.repo.Owner(ctx, id, onlyOf, today)
		return err
	})
}

func (s *Service) events(ctx context.Context, of timeline.Subject, id uuid.UUID, cursor string, size int32,
	seen func(ctx context.Context, onlyOf *uuid.UUID) error,
) (events []timeline.Event, next string, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, "", err
	}
	q, err := timeline.Ask(actor, of, id, s.clock.Now(), cursor, size)
	if err != nil {
		return nil, "", err
	}
	if of == timeline.Owner && actor.OwnCustomersOnly() { // an owner's projects are of many customers
		q.Sources = slices.DeleteFunc(q.Sources, func(s timeline.Source) bool { return s == timeline.Projects })
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if err := seen(ctx, customer.OnlyOf(actor)); err != nil {
			return err
		}
		events, next, err = timeline.Page(ctx, s.repo, q)
		return err
	})
	return events, next, err
}
