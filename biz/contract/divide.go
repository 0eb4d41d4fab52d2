package contract

import (
	"context"

	"github.com/google/uuid"
)

// Refresh divides the items of contracts by their terms again, inside the
// caller's transaction, and brings the customers' accounts up to date. Contracts
// without terms are left alone.
func (s *Service) Refresh(ctx context.Context, contractIDs ...uuid.UUID) error {
	customers, err := s.divide(ctx, contractIDs)
	if err != nil || len(customers) == 0 {
		return err
	}
	return s.accounts.Recompute(ctx, customers...)
}

// Imported implements biz/receivable.Terms: items that name a linked contract come
// under its project and its terms. The caller recomputes the accounts.
func (s *Service) Imported(ctx context.Context, importID uuid.UUID) error {
	if err := s.repo.FileImported(ctx, importID); err != nil {
		return err
	}
	ids, err := s.repo.ImportedWithTerms(ctx, importID)
	if err != nil {
		return err
	}
	_, err = s.divide(ctx, ids)
	return err
}

// OfCustomers divides the items of all contracts of the customers; the caller
// recomputes their accounts.
func (s *Service) OfCustomers(ctx context.Context, customerIDs ...uuid.UUID) error {
	ids, err := s.repo.WithTerms(ctx, customerIDs)
	if err != nil {
		return err
	}
	_, err = s.divide(ctx, ids)
	return err
}

// Reopen brings instalments in line with what is open of their items, after a
// payment; the caller recomputes the accounts.
func (s *Service) Reopen(ctx context.Context, receivableIDs ...uuid.UUID) error {
	if len(receivableIDs) == 0 {
		return nil
	}
	return s.repo.Reopen(ctx, receivableIDs)
}

func (s *Service) divide(ctx context.Context, contractIDs []uuid.UUID) ([]uuid.UUID, error) {
	if len(contractIDs) == 0 {
		return nil, nil
	}
	facts, err := s.repo.Facts(ctx, contractIDs)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, f := range facts {
		if len(f.Terms.Clauses) == 0 && f.Terms.Remainder.DaysAfterLastDelivery == 0 && !f.Terms.Remainder.AfterToppingOut {
			continue
		}
		for _, l := range f.Table() {
			if l.Item.Invoiced {
				lines = append(lines, l)
			}
		}
	}
	if len(lines) == 0 {
		return nil, nil
	}
	return s.repo.Divide(ctx, lines)
}
