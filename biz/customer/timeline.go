package customer

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/timeline"
	"zhuxin/shared/access"
)

// Timeline gives a part of everything that happened to a customer, as far as the
// caller may see it, and the cursor of the next part, empty at the end.
func (s *Service) Timeline(ctx context.Context, id uuid.UUID, cursor string, size int32) (events []timeline.Event, next string, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, "", err
	}
	q, err := timeline.Ask(actor, timeline.Customer, id, s.clock.Now(), cursor, size)
	if err != nil {
		return nil, "", err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Brief(ctx, id, OnlyOf(actor)); err != nil {
			return err
		}
		events, next, err = timeline.Page(ctx, s.repo, q)
		return err
	})
	return events, next, err
}
