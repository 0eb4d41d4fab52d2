package sharedlimit

import (
	"context"
	"slices"

	"zhuxin/biz/limit"
	"zhuxin/shared/money"
)

// ceiling is how much the members may be granted together: the sum of the maxima of
// their grades, to which who is not rated adds nothing, and HQ's quota where one cap
// holds them all.
func (v SharedLimit) ceiling() (c limit.Ceiling) {
	for i, m := range v.Members {
		if most := m.Ceiling.GradeMax; most != nil {
			sum := *most
			if c.GradeMax != nil {
				sum += *c.GradeMax
			}
			c.GradeMax = &sum
		}
		switch q := m.Ceiling.Quota; {
		case q == nil || (i > 0 && (c.Quota == nil || *q != *c.Quota)):
			c.Quota = nil
		case i == 0:
			c.Quota = q
		}
	}
	return c
}

// lowers says whether the version leaves its members less than the one before it, and
// takes nobody in.
func (v SharedLimit) lowers(before *SharedLimit) bool {
	if len(v.Members) == 0 {
		return true
	}
	return before != nil && v.Amount < before.Amount &&
		!slices.ContainsFunc(v.Members, func(m Member) bool { return !before.binds(m.CustomerID) })
}

// held gives the ceiling with what the version goes over, by the rule of every limit
// (limit.Ceiling.Over), and refuses it where the tenant wants that.
func (s *Service) held(ctx context.Context, v SharedLimit, before *SharedLimit) (limit.CeilingFacts, error) {
	f := limit.CeilingFacts{Ceiling: v.ceiling()}
	if v.lowers(before) {
		return f, nil
	}
	if f.Over = f.Ceiling.Over(new(money.Amount(v.Amount))); f.Over == "" || s.line == nil {
		return f, nil
	}
	refuses, err := s.line.RefusesAbove(ctx)
	if err == nil && refuses {
		err = f.Refusal(f.Over, true)
	}
	return f, err
}
