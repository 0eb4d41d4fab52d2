package creditcheck

import (
	"slices"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// PourFacts are about an order of which concrete was delivered today already, at the
// checkpoint dispatch. Concrete cannot stop in mid-pour, so what is left of the order's
// reservation goes out, with a warning that names the exception (beyond.md 4); a stop
// ordered in the meantime takes effect after it.
//
// The exception is narrow. It holds for the business day of the pour; for no more than is
// still held for the order, with the policy's tolerance; and a stop or a freeze of an
// earlier day is none of it, for the pour should not have begun. What is HQ's to lift,
// the negative list and the group's quota, is not the subsidiary's to except, nor is a
// customer who was switched off.
type PourFacts struct {
	Left      money.Amount  `json:"left"`                 // fen still held for the order
	StoppedOn calendar.Date `json:"stopped_on,omitempty"` // first day of the stop in force; zero without one
	FrozenOn  calendar.Date `json:"frozen_on,omitempty"`  // likewise of the freeze
}

// finishes says whether the pour goes on in spite of a reason. amount is what is judged
// of the order: nothing, where it fits into what is held for it.
func (x *PourFacts) finishes(c Code, f Facts, p Policy, amount money.Amount) bool {
	if x == nil || p.Rules.StopPours || f.Checkpoint != AtDispatch || amount > 0 {
		return false
	}
	switch c {
	case SupplyStopped:
		return x.StoppedOn == f.AsOf
	case Frozen:
		return x.FrozenOn == f.AsOf
	}
	return slices.Contains(Releasable, c)
}

// frozenOn is the business day on which the customer's credit was frozen; zero where it
// is not.
func (d *deciding) frozenOn() calendar.Date {
	if !d.l.Account.Frozen || d.l.FrozenAt.IsZero() {
		return 0
	}
	return calendar.Of(d.l.FrozenAt, d.zone)
}
