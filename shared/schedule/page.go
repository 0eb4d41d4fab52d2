package schedule

import (
	"context"
	"slices"

	"zhuxin/shared/access"
)

// Page is what the page of schedules shows.
type Page struct {
	Schedules []Schedule
	Kinds     []Kind // that the caller may schedule
	Ready     bool   // whether this installation sends mail
	Zone      string
}

// List gives the caller's schedules; all of them to who manages them.
func (s *Service) List(ctx context.Context) (p Page, err error) {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return p, err
	}
	place, err := s.Place(ctx)
	if err != nil {
		return p, err
	}
	owner := &actor.ID
	if actor.Can(s.Manage) {
		owner = nil
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		p.Schedules, err = s.Repo.List(ctx, owner)
		return err
	})
	for i, x := range p.Schedules {
		if !x.Paused {
			p.Schedules[i].NextAt = x.Timing.next(s.Clock.Now(), place.Zone)
		}
	}
	p.Kinds, p.Ready, p.Zone = s.kindsOf(actor), s.Mail != nil, place.Zone.String()
	return p, err
}

func (s *Service) kindsOf(a access.Actor) []Kind {
	return slices.DeleteFunc(slices.Clone(s.Reports.Kinds()), func(k Kind) bool { return !a.Can(k.Permission) })
}
