package creditcheck

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/money"
)

// PoolFacts are a limit that the customer shares with others: one that the
// subsidiary set for customers that belong together, or its quota of HQ's cap on
// their companies.
type PoolFacts struct {
	ID    uuid.UUID    `json:"id"`
	Name  string       `json:"name"`
	Limit money.Amount `json:"limit"`
	Used  money.Amount `json:"used"` // by all of them, before this order
}

// over says whether an order does not fit any more.
func (p *PoolFacts) over(amount money.Amount) (after money.Amount, over bool) {
	if p == nil {
		return 0, false
	}
	after = add(p.Used, amount)
	return after, after > p.Limit
}

func overShared(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool) {
	after, over := f.SharedLimit.over(amount)
	if !over {
		return Reason{}, LimitNone, false
	}
	return Reason{Code: SharedLimit, Action: p.OverLimit, Actual: int64(after), Bound: int64(f.SharedLimit.Limit)}, LimitShared, true
}

// overQuota holds at least: no subsidiary's policy lets an order pass over what HQ
// has given it.
func overQuota(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool) {
	after, over := f.GroupQuota.over(add(amount, f.Tolerated))
	if !over {
		return Reason{}, LimitNone, false
	}
	action := p.OverLimit
	if !action.StricterThan(Hold) {
		action = Hold
	}
	return Reason{Code: GroupQuota, Action: action, Actual: int64(after), Bound: int64(f.GroupQuota.Limit)}, LimitGroup, true
}

// poolsOf names the pools of what was loaded.
func poolsOf(loaded ...Loaded) (ids PoolIDs) {
	for _, l := range loaded {
		if l.SharedLimit != uuid.Nil && !slices.Contains(ids.Shared, l.SharedLimit) {
			ids.Shared = append(ids.Shared, l.SharedLimit)
		}
		if l.GroupCap != uuid.Nil && !slices.Contains(ids.Caps, l.GroupCap) {
			ids.Caps = append(ids.Caps, l.GroupCap)
		}
	}
	return ids
}

// pools reads them, for the few customers that have any.
func (s *Service) pools(ctx context.Context, lock Locking, loaded ...Loaded) (map[uuid.UUID]*PoolFacts, error) {
	ids := poolsOf(loaded...)
	if len(ids.Shared) == 0 && len(ids.Caps) == 0 {
		return nil, nil
	}
	facts, err := s.Store.Pools(ctx, ids, lock)
	out := make(map[uuid.UUID]*PoolFacts, len(facts))
	for id, f := range facts {
		out[id] = &f
	}
	return out, err
}

// has says whether the customer's pools are at hand; one that another transaction
// has is not.
func (s *shared) has(l Loaded) bool {
	return (l.SharedLimit == uuid.Nil || s.pools[l.SharedLimit] != nil) && (l.GroupCap == uuid.Nil || s.pools[l.GroupCap] != nil)
}

// pool is a pool as the decisions before have left it.
func (s *shared) pool(id uuid.UUID) *PoolFacts {
	if p := s.pools[id]; p != nil {
		return new(*p)
	}
	return nil
}

// fill adds to what the customer's pools use.
func (d *deciding) fill(held money.Amount) {
	for _, id := range []uuid.UUID{d.l.SharedLimit, d.l.GroupCap} {
		if p := d.pools[id]; p != nil {
			p.Used += held
		}
	}
}
