package sharedlimit

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
)

// Listings says what the group's negative list does to customers (shared/negativelist);
// those whom no listing concerns are left out.
type Listings interface {
	Verdicts(ctx context.Context, customerIDs ...uuid.UUID) (map[uuid.UUID]negativelist.Verdict, error)
}

// allowed says what the negative list does to whom the version binds or lets go, and
// refuses it when it keeps one of them from more and the version gives him more.
func (s *Service) allowed(ctx context.Context, v SharedLimit, before *SharedLimit) (map[uuid.UUID]negativelist.Verdict, error) {
	concerned := slices.Clone(v.Members)
	if before != nil {
		concerned = append(concerned, before.Members...)
	}
	ids := make([]uuid.UUID, len(concerned))
	for i, m := range concerned {
		ids[i] = m.CustomerID
	}
	all, err := s.listings.Verdicts(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if refused := all[id].Raise(); refused != nil && v.loosens(id, before) {
			return nil, refused
		}
	}
	return all, nil
}

// loosens says whether the version leaves the customer with more than the one before
// it: it lets him go, raises the amount, or leaves more of it to those who stay. One
// that binds him anew is a bound that he did not have.
func (v SharedLimit) loosens(id uuid.UUID, before *SharedLimit) bool {
	switch {
	case before == nil || !before.binds(id):
		return false
	case !v.binds(id):
		return true
	}
	return v.Amount > before.Amount || v.Amount-v.used() > before.Amount-before.used()
}

func (v SharedLimit) binds(id uuid.UUID) bool {
	return slices.ContainsFunc(v.Members, func(m Member) bool { return m.CustomerID == id })
}

// used is what the members use together; what one is ahead with helps no other.
func (v SharedLimit) used() (sum money.Amount) {
	for _, m := range v.Members {
		sum += max(m.Used, 0)
	}
	return sum
}
