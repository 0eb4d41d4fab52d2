package creditcheck

import (
	"fmt"
	"slices"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Rules is the part of the policy beyond the five actions: where a check binds
// (ruling 16), utilization bands (000-67), automatic freezing (ruling 8), the
// trucks of the plant, and who may release what.
type Rules struct {
	AtOrder     bool        `json:"at_order"`
	AtDispatch  bool        `json:"at_dispatch"`
	Bands       []Band      `json:"bands"` // none: utilization below the limit stops nobody
	Freeze      bool        `json:"freeze"`
	FreezeDays  int         `json:"freeze_days"`  // overdue that freezes, where Freeze is on
	TruckVolume volume.M3   `json:"truck_volume"` // thousandths of m³
	Authorities []Authority `json:"authorities"`
	ReleaseDays int         `json:"release_days"` // how long a release may last at most
	// DispatchTolerance lets an order be dispatched for more than is still held for it,
	// by so many basis points of that: concrete leaves by the truck, and the last truck is
	// seldom the one that was ordered. 0 is the preset. It holds for what an order was
	// reserved or released for, so nothing held is nothing tolerated; an order of more than
	// the limit leaves is never tolerated, for that a release or a temporary limit is there.
	// Beyond the tolerance all of the surplus is judged.
	DispatchTolerance int `json:"dispatch_tolerance,omitempty"`
	Settings
}

// MaxTolerance is 10 %.
const MaxTolerance = 1000

// tolerated is the surplus of an order of amount over what is held for it, where the
// tolerance lets it pass, in fen; a fraction of a fen is not tolerated.
func (r Rules) tolerated(held, amount money.Amount) money.Amount {
	surplus := amount - held
	if held <= 0 || surplus <= 0 || surplus > held/10_000*money.Amount(r.DispatchTolerance)+held%10_000*money.Amount(r.DispatchTolerance)/10_000 {
		return 0
	}
	return surplus
}

// Band says from which utilization on, in basis points of the limit, orders of
// customers of a grade are watched, held and stopped. Grade is empty for all that
// have no band of their own. A threshold of 0 is not used.
type Band struct {
	Grade string `json:"grade"`
	Watch int    `json:"watch"`
	Hold  int    `json:"hold"`
	Stop  int    `json:"stop"`
}

// Authority lets those with a role agree to the release of one reason, up to an
// amount.
type Authority struct {
	Role   access.Role  `json:"role"`
	Code   Code         `json:"code"`
	Amount money.Amount `json:"amount"` // fen of the order
}

// Zone is where a customer's utilization lies.
type Zone string

// The zones.
const (
	Green Zone = "green"
	Watch Zone = "watch"
	Held  Zone = "hold"
	Stop  Zone = "stop"
)

// PresetRules are in force until the tenant writes its own: both checkpoints, no
// bands, no automatic freeze (15 days where it is switched on), trucks of 10 m³,
// an approver releases what is about the amount up to half a million.
func PresetRules() Rules {
	r := Rules{AtOrder: true, AtDispatch: true, FreezeDays: 15, TruckVolume: 10_000, ReleaseDays: 30}
	for _, code := range Releasable {
		r.Authorities = append(r.Authorities, Authority{Role: access.RoleApprover, Code: code, Amount: 500_000_00})
	}
	return r.Filled()
}

// Releasable are the reasons that a release can cover. What stops the customer
// himself, and not the order, is lifted where it was set.
var Releasable = []Code{OverLimit, NoLimit, OverdueAmount, OverdueDays, Unrated, Utilization, ProjectLimit, SharedLimit}

// absent says whether no rules were given: no set of rules is without a truck.
func (r Rules) absent() bool { return r.TruckVolume == 0 && r.FreezeDays == 0 && r.ReleaseDays == 0 }

func (r Rules) check(c *fault.Checks) {
	c.Require(len(r.Bands) <= 5, "rules.bands", "TOO_MANY", "one band for each grade and one for the others")
	seen := map[string]bool{}
	for i, b := range r.Bands {
		at := fmt.Sprintf("rules.bands[%d]", i)
		c.Require(slices.Contains([]string{"", "A", "B", "C", "D"}, b.Grade), at+".grade", "UNKNOWN", "the grades are A, B, C and D; empty for the others")
		c.Require(!seen[b.Grade], at+".grade", "DUPLICATE", "the grade has a band already")
		seen[b.Grade] = true
		last := 0
		for _, t := range []struct {
			name string
			n    int
		}{{"watch", b.Watch}, {"hold", b.Hold}, {"stop", b.Stop}} {
			c.Require(t.n >= 0 && t.n <= 100_000, at+"."+t.name, "OUT_OF_RANGE", "basis points from 1 to 100000, or 0 for none")
			c.Require(t.n == 0 || t.n > last, at+"."+t.name, "OVERLAP", "must lie above the threshold before it")
			last = max(last, t.n)
		}
	}
	c.Require(r.FreezeDays >= 1 && r.FreezeDays <= 3650, "rules.freeze_days", "OUT_OF_RANGE", "1 to 3650 days")
	c.Require(r.TruckVolume >= 1000 && r.TruckVolume <= 100_000, "rules.truck_volume", "OUT_OF_RANGE", "1 to 100 m³, in thousandths")
	c.Require(r.DispatchTolerance >= 0 && r.DispatchTolerance <= MaxTolerance, "rules.dispatch_tolerance", "OUT_OF_RANGE", "0 to 1000 basis points, ten percent")
	c.Require(r.ReleaseDays >= 1 && r.ReleaseDays <= 366, "rules.release_days", "OUT_OF_RANGE", "1 to 366 days")
	r.Settings.check(c)
	c.Require(len(r.Authorities) <= 100, "rules.authorities", "TOO_MANY", "at most 100")
	for i, a := range r.Authorities {
		at := fmt.Sprintf("rules.authorities[%d]", i)
		c.Require(slices.Contains(access.TenantRoles, a.Role), at+".role", "UNKNOWN", "must be a role of the subsidiary")
		c.Require(slices.Contains(Releasable, a.Code), at+".code", "UNKNOWN", "must be a reason that can be released")
		c.Require(a.Amount > 0 && a.Amount <= MaxAmount, at+".amount", "OUT_OF_RANGE", "must be above zero and at most 10000000000000 fen")
	}
}

// MayRelease is the largest order, in fen, for which somebody with the roles may
// agree to release the reason; 0 for none.
func (r Rules) MayRelease(roles []access.Role, code Code) (most money.Amount) {
	for _, a := range r.Authorities {
		if a.Code == code && slices.Contains(roles, a.Role) {
			most = max(most, a.Amount)
		}
	}
	return most
}

// Releasers lists the roles that may release the reason for an order of amount.
func (r Rules) Releasers(code Code, amount money.Amount) (roles []access.Role) {
	for _, a := range r.Authorities {
		if a.Code == code && a.Amount >= amount && !slices.Contains(roles, a.Role) {
			roles = append(roles, a.Role)
		}
	}
	return roles
}

// band gives the band of a grade; ok is false where none is set.
func (r Rules) band(grade string) (b Band, ok bool) {
	for _, x := range r.Bands {
		if x.Grade == grade && grade != "" {
			return x, true
		}
		if x.Grade == "" {
			b, ok = x, true
		}
	}
	return b, ok
}

// Zone says in which zone a utilization in basis points lies, and the threshold
// that put it there.
func (r Rules) Zone(grade string, utilization int64) (Zone, int64) {
	b, ok := r.band(grade)
	switch {
	case !ok:
	case b.Stop > 0 && utilization >= int64(b.Stop):
		return Stop, int64(b.Stop)
	case b.Hold > 0 && utilization >= int64(b.Hold):
		return Held, int64(b.Hold)
	case b.Watch > 0 && utilization >= int64(b.Watch):
		return Watch, int64(b.Watch)
	}
	return Green, 0
}

// action is what the check makes of a zone.
func (z Zone) action() Outcome {
	switch z {
	case Watch:
		return Warn
	case Held:
		return Hold
	case Stop:
		return Block
	}
	return Allow
}

// NoBound is the utilization of a limit of zero: beyond every threshold.
const NoBound = 1 << 40

// UtilizationOf is what is used of a limit, in basis points rounded down; NoBound
// where something is used of nothing.
func UtilizationOf(used, limit money.Amount) int64 {
	switch {
	case used <= 0:
		return 0
	case limit <= 0:
		return NoBound
	}
	whole, rest := int64(used)/int64(limit), int64(used)%int64(limit)
	if whole >= NoBound/10_000 {
		return NoBound
	}
	part := int64(0)
	if rest <= (1<<63-1)/10_000 {
		part = rest * 10_000 / int64(limit)
	} else {
		part = rest / (int64(limit) / 10_000)
	}
	return whole*10_000 + min(part, 9_999)
}
