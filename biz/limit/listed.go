package limit

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/negativelist"
)

// allowed says what the negative list does to the customer, and refuses the terms when
// it keeps him from more and they are not less than what he has.
func (s *Service) allowed(ctx context.Context, l Limit, b base) (negativelist.Verdict, error) {
	all, err := s.listings.Verdicts(ctx, l.CustomerID)
	v := all[l.CustomerID]
	if err != nil || l.lowers(b) {
		return v, err
	}
	return v, v.Raise()
}

// lowers says whether the terms leave the customer, or his project, with less than is
// granted now. A limit for a project without one of its own bounds what had no bound.
func (l Limit) lowers(b base) bool {
	kind, now := b.limit()
	if l.Class == ClassStanding && b.project == nil {
		kind, now = b.account.LimitKind, b.account.Standing
	}
	switch {
	case l.Class == ClassTemporary && l.Mode == ModeAdd, l.Kind == exposure.LimitUnlimited:
		return false
	case l.Kind == exposure.LimitNone, kind == exposure.LimitUnlimited:
		return true
	}
	return kind == exposure.LimitAmount && l.Amount < now
}

// now gives what the terms of a submitted limit are measured against today.
func (s *Service) now(ctx context.Context, l Limit) (b base, err error) {
	if b.account, err = s.accounts.Get(ctx, l.CustomerID); err != nil || l.Project == nil {
		return b, err
	}
	b.project = l.Project
	f, ok, err := s.repo.ProjectAccount(ctx, l.Project.ID)
	if ok {
		b.figures = &f
	}
	return b, err
}

// allowedAll refuses a batch when one of its customers must not have more and would.
func (s *Service) allowedAll(ctx context.Context, ls []Limit, ids []uuid.UUID) error {
	all, err := s.listings.Verdicts(ctx, ids...)
	if err != nil {
		return err
	}
	for _, l := range ls {
		refused := all[l.CustomerID].Raise()
		if refused == nil {
			continue
		}
		b, err := s.now(ctx, l)
		if err != nil {
			return err
		}
		if !l.lowers(b) {
			return refused
		}
	}
	return nil
}

// refuse marks the candidates whom a listing keeps from more.
func (s *Service) refuse(ctx context.Context, cs []Candidate) error {
	var ids []uuid.UUID
	for _, c := range cs {
		if c.Listed || c.Related != "" {
			ids = append(ids, c.CustomerID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	all, err := s.listings.Verdicts(ctx, ids...)
	for i := range cs {
		cs[i].Refused = all[cs[i].CustomerID].Raise() != nil
	}
	return err
}

// kept bounds a version that comes without an approval of its own, as that of a rating
// does, by the one in force where a listing keeps the customer from more.
func (s *Service) kept(ctx context.Context, in StandingInput) (StandingInput, error) {
	if in.Kind == exposure.LimitNone {
		return in, nil
	}
	all, err := s.listings.Verdicts(ctx, in.CustomerID)
	if err != nil || all[in.CustomerID].Raise() == nil {
		return in, err
	}
	a, err := s.accounts.Get(ctx, in.CustomerID)
	if err != nil || a.LimitKind == exposure.LimitUnlimited {
		return in, err
	}
	if a.LimitKind == exposure.LimitNone {
		in.Kind, in.Amount = exposure.LimitNone, 0
		return in, nil
	}
	if in.Kind == exposure.LimitUnlimited {
		in.Kind, in.Amount = exposure.LimitAmount, a.Standing
	}
	in.Amount = min(in.Amount, a.Standing)
	return in, nil
}
