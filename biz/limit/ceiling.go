package limit

import (
	"context"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Ceiling is how much a customer may be granted at all: the maximum of his grade
// (000-47), and the subsidiary's quota where HQ has set a cap on his company.
type Ceiling struct {
	Grade    string        `json:"grade,omitempty"`
	GradeMax *money.Amount `json:"grade_maximum,string,omitempty"` // of the effective rating; nil for an unrated one
	Quota    *Quota        `json:"quota,omitempty"`                // nil without a cap
}

// Quota is what HQ lets the subsidiary's customers under one cap use together, in fen.
type Quota struct {
	Name   string       `json:"name"`
	Amount money.Amount `json:"amount,string"`
	Used   money.Amount `json:"used,string"`
}

// CeilingFacts are the ceiling as the approver sees it, and what of it the new terms
// would go over: empty, UNRATED, ABOVE_GRADE_MAXIMUM or ABOVE_GROUP_QUOTA.
type CeilingFacts struct {
	Ceiling
	Over LeftOut `json:"over,omitempty"`
}

// Over is the one rule against decisions over the line (003-47), for a single
// application, a shared limit and a mass proposal alike: nobody gets more than his grade
// allows, nor more than HQ's quota; without a rating no maximum holds, and that is over
// as well. A nil limit is one without bound. Who gets less is not asked.
func (c Ceiling) Over(after *money.Amount) LeftOut {
	switch {
	case c.GradeMax == nil:
		return LeftUnrated
	case after == nil || *after > *c.GradeMax:
		return LeftAboveMax
	case c.Quota != nil && *after > c.Quota.Amount:
		return LeftAboveQuota
	}
	return ""
}

// Faults of applications over the line, where the tenant refuses them.
var (
	ErrAboveMax   = fault.Conflict("LIMIT_ABOVE_GRADE_MAXIMUM", "the limit would be above the maximum of the customer's grade; ask for no more than that, or have him rated anew")
	ErrAboveQuota = fault.Conflict("LIMIT_ABOVE_GROUP_QUOTA", "the limit would be above headquarters' quota for the customer's companies; ask for no more than that, or ask for a larger quota")
	ErrUnrated    = fault.Conflict("LIMIT_WITHOUT_RATING", "the customer has no effective rating, so that no maximum holds; have him rated first")
)

// Refusal is the fault of what Over has found; nil for nothing. The figure that bounds
// is told to who may see the customer's credit.
func (c Ceiling) Refusal(over LeftOut, tell bool) error {
	var e *fault.Error
	var most money.Amount
	switch over {
	case LeftUnrated:
		return ErrUnrated
	case LeftAboveMax:
		e, most = ErrAboveMax, *c.GradeMax
	case LeftAboveQuota:
		e, most = ErrAboveQuota, c.Quota.Amount
	default:
		return nil
	}
	if !tell {
		return e.With("maximum", "—")
	}
	return e.With("maximum", most.String())
}

// LineRule says what the tenant does with an application over the line.
type LineRule interface {
	// RefusesAbove is asked in the transaction of the application.
	RefusesAbove(ctx context.Context) (bool, error)
}

// HeldTo lets applications go by the tenant's setting; without it they are shown to who
// approves and not refused.
func (s *Service) HeldTo(line LineRule) { s.line = line }

func (s *Service) refusesAbove(ctx context.Context) (bool, error) {
	if s.line == nil {
		return false, nil
	}
	return s.line.RefusesAbove(ctx)
}

// held gives the ceiling with what the terms would go over, and refuses them where the
// tenant wants that. The customer's rating may have changed since they were asked for,
// so it is asked when they are approved as well.
func (s *Service) held(ctx context.Context, l Limit, b base) (CeilingFacts, error) {
	c, err := s.repo.Ceiling(ctx, l.CustomerID)
	f := CeilingFacts{Ceiling: c}
	if err != nil || !l.raises(b) {
		return f, err
	}
	if f.Over = c.Over(l.resulting(b)); f.Over == "" {
		return f, nil
	}
	refuses, err := s.refusesAbove(ctx)
	if err == nil && refuses {
		err = c.Refusal(f.Over, !b.reduced)
	}
	return f, err
}

// raises says whether the terms can go over a ceiling: not where they leave less, nor
// where there is no bound that they could move. A project without bound is left to the
// customer's own limit.
func (l Limit) raises(b base) bool {
	kind, _ := b.limit()
	switch {
	case l.lowers(b), l.Class == ClassTemporary && kind == exposure.LimitUnlimited:
		return false
	case l.Project != nil && l.Kind == exposure.LimitUnlimited:
		return false
	}
	return true
}

// resulting is the limit that the terms come to while they last; nil without bound.
func (l Limit) resulting(b base) *money.Amount {
	kind, now := b.limit()
	switch {
	case l.Class == ClassStanding && l.Kind != exposure.LimitUnlimited:
		return new(l.Amount)
	case l.Class == ClassTemporary && kind != exposure.LimitUnlimited:
		sum := l.Amount
		if l.Mode == ModeAdd {
			sum += now
		}
		return &sum
	}
	return nil
}

// amountOf is what the course of approval goes by.
func amountOf(l Limit) money.Amount {
	if l.Kind == exposure.LimitUnlimited {
		return approval.Unbounded
	}
	return l.Amount
}
