// Package snapshot keeps what each customer owed and had at the end of a business
// date, for trends and for "as of" reports. It owns the kept figures; the figures
// themselves are the credit account's (biz/exposure).
package snapshot

import (
	"context"

	"zhuxin/biz/dailyrun"
	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repository keeps snapshots; its methods run inside a unit of work.
type Repository interface {
	// Take keeps the figures of every customer that differ from those kept for him
	// before, and says how many. late: the date is over, so what is overdue is counted
	// for the date out of what is open now.
	Take(ctx context.Context, on calendar.Date, late bool) (int64, error)
}

// Service takes snapshots.
type Service struct {
	tx       uow.Tenant
	repo     Repository
	accounts exposure.Refresher
	clock    calendar.Clock
}

// New makes the service.
func New(tx uow.Tenant, repo Repository, accounts exposure.Refresher, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, accounts: accounts, clock: clock}
}

// Daily takes the snapshots of a business date.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.accounts.RefreshStale(ctx); err != nil {
			return err
		}
		n, err := s.repo.Take(ctx, on, on < today)
		dailyrun.Touched(ctx, n)
		return err
	})
}
