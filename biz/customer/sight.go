package customer

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
)

// Sight answers for other domains whether the actor may see a customer, by the
// same data scope as here. It works inside a unit of work.
type Sight struct{ Customers Finder }

// CanSee is nil when the actor may see the customer, and ErrNotFound otherwise.
func (s Sight) CanSee(ctx context.Context, customerID uuid.UUID) error {
	actor, ok := access.From(ctx)
	if !ok {
		return access.ErrUnauthenticated
	}
	_, err := s.Customers.Brief(ctx, customerID, OnlyOf(actor))
	return err
}

// PersonNames gives the names of persons of the subsidiary, for showing who did
// something; an unknown one has none.
func (s *Service) PersonNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	if _, err := access.Require(ctx, access.CustomerRead); err != nil || len(ids) == 0 {
		return nil, err
	}
	var names map[uuid.UUID]string
	err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		names, err = s.repo.PersonNames(ctx, ids)
		return err
	})
	return names, err
}
