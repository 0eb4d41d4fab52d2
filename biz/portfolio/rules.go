package portfolio

import (
	"context"
	"fmt"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
)

// Rule gives the rule in force.
func (s *Service) Rule(ctx context.Context) (r Rule, err error) {
	if _, err = access.Require(ctx, access.OverviewRead); err != nil {
		return r, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		r, err = s.Repo.Rule(ctx)
		return err
	})
	return r, err
}

// SaveRule puts a new version in force. Faults: INVALID_INPUT, VERSION_CONFLICT.
func (s *Service) SaveRule(ctx context.Context, r Rule) (Rule, error) {
	a, err := s.about(ctx, access.PortfolioWrite)
	if err != nil {
		return r, err
	}
	if err := r.Validate(); err != nil {
		return r, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Repo.Rule(ctx)
		if err != nil {
			return err
		}
		if err := s.Repo.SaveRule(ctx, r, a.actor.ID, s.Clock.Now()); err != nil {
			return err
		}
		r.Version++
		return s.Audit.Record(ctx, audit.Entry{Action: "portfolio.rule_saved", ObjectType: "portfolio_rule", ObjectID: fmt.Sprint(r.Version), Before: before, After: r})
	})
	return r, err
}
