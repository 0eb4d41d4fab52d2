package creditcheck

import (
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
)

// LimitEffect is what HQ's policy on the negative list does to a customer's limits.
type LimitEffect = negativelist.LimitEffect

// listedLimits is the strictest of what the customer's own listing and that of a
// related company do to his limits; an exemption for orders lifts it.
func (f Facts) listedLimits() LimitEffect {
	effect := negativelist.LimitsFree
	if f.NegativeListed && !f.exempt() && f.NegativeLimits != "" {
		effect = f.NegativeLimits
	}
	if f.Related != nil && !f.Related.exempt(f.AsOf) && f.Related.Limits != "" {
		effect = effect.Stricter(f.Related.Limits)
	}
	return effect
}

// listedRoom is the largest order that a listing leaves room for, where it takes the
// customer's limits from him. With a bound of zero all that is owed and held counts
// against what was received in advance; with cash only, what is not invoiced yet: old
// debts stay as they are.
func (f Facts) listedRoom() (room money.Amount, bounded bool) {
	switch f.listedLimits() {
	case negativelist.LimitsFree, negativelist.RefuseIncrease:
		return 0, false
	case negativelist.CashOnly:
		return add(f.Advances, -add(add(f.Reserved, f.Delivered), f.Reconciled)), true
	}
	return -f.Exposure, true
}

// capped is about a listing that takes the customer's limits from him. No release
// covers it, for an override needs HQ.
func capped(f Facts, _ Policy, amount money.Amount) (Reason, Limit, bool) {
	room, bounded := f.listedRoom()
	r := Reason{Code: NegativeCapZero, Action: Block, Actual: int64(add(f.Exposure, amount))}
	if f.listedLimits() == negativelist.CashOnly {
		r.Code, r.Actual, r.Bound = NegativeCashOnly, int64(add(add(f.Advances, -room), amount)), int64(f.Advances)
	}
	return r, LimitNegativeList, bounded && amount > room
}
