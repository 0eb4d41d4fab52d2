package creditcheck

import (
	"math"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Facts is all that a decision sees, besides the policy and the amount asked
// for; it is stored with the decision. Amounts are fen of Currency.
type Facts struct {
	LimitKind          exposure.LimitKind `json:"limit_kind"`
	StandingLimit      money.Amount       `json:"standing_limit"`
	TemporaryLimit     money.Amount       `json:"temporary_limit"`
	Cover              money.Amount       `json:"cover"` // what collateral in force adds to the limit
	Receivable         money.Amount       `json:"receivable"`
	Reserved           money.Amount       `json:"reserved"`
	Delivered          money.Amount       `json:"delivered"`  // not reconciled
	Reconciled         money.Amount       `json:"reconciled"` // not invoiced
	Drafts             money.Amount       `json:"drafts"`     // not honoured
	Advances           money.Amount       `json:"advances"`   // received, not applied
	Exposure           money.Amount       `json:"exposure"`
	Headroom           money.Amount       `json:"headroom"` // before this order; means nothing for kind unlimited
	OverdueAmount      money.Amount       `json:"overdue_amount"`
	OverdueDays        int                `json:"overdue_days"`
	MaxOverdueAmount   *money.Amount      `json:"max_overdue_amount,omitempty"`
	MaxOverdueDays     *int               `json:"max_overdue_days,omitempty"`
	Grade              string             `json:"grade"`
	CustomerActive     bool               `json:"customer_active"`
	SettlesAdvance     bool               `json:"settles_advance"`
	NegativeListed     bool               `json:"negative_listed"`
	NegativeReasonCode string             `json:"negative_reason_code"`
	NegativeReasonText string             `json:"negative_reason_text"`
	NegativeAction     Outcome            `json:"negative_action"` // HQ's policy for listed companies of the severity
	NegativeSeverity   string             `json:"negative_severity,omitempty"`
	NegativeLimits     LimitEffect        `json:"negative_limits,omitempty"` // what HQ's policy makes of his limits, by the severity
	NegativeExempt     calendar.Date      `json:"negative_exempt,omitempty"` // last day on which HQ lets the tenant supply it; zero for none
	GroupPolicyVersion int64              `json:"group_policy_version"`
	Related            *RelatedFacts      `json:"related,omitempty"` // the listed company that he is connected with; nil without one
	Frozen             bool               `json:"frozen"`
	FrozenReason       string             `json:"frozen_reason"`
	SupplyStopped      bool               `json:"supply_stopped,omitempty"` // nothing is delivered to the customer, or to the order's project
	SupplyStopReason   string             `json:"supply_stop_reason,omitempty"`
	Currency           money.Currency     `json:"currency"`
	AsOf               calendar.Date      `json:"as_of"` // business date the figures hold for
	AccountVersion     int64              `json:"account_version"`

	// Of the order.
	Checkpoint  Checkpoint    `json:"checkpoint,omitempty"`
	Skips       bool          `json:"skips,omitempty"`         // the check does not bind at this checkpoint
	SetBy       Origin        `json:"checkpoint_by,omitempty"` // who says where the check binds; empty in old decisions
	Covered     money.Amount  `json:"covered,omitempty"`       // fen held for this order already
	Tolerated   money.Amount  `json:"tolerated,omitempty"`     // fen beyond it that the policy's tolerance lets pass at dispatch
	Volume      volume.M3     `json:"volume,omitempty"`
	Project     *ProjectFacts `json:"project,omitempty"`      // nil where the order names none, or it has no limit of its own
	SharedLimit *PoolFacts    `json:"shared_limit,omitempty"` // nil where he shares none
	GroupQuota  *PoolFacts    `json:"group_quota,omitempty"`  // nil where HQ has set no cap
	Release     *ReleaseFacts `json:"release,omitempty"`      // the one-time release that the order has
	Pour        *PourFacts    `json:"pour,omitempty"`         // nil where no pour of the order has begun today
}

// Bound is what may be owed and held of a limit of kind amount: standing and
// temporary limits, and cover.
func (f Facts) Bound() money.Amount { return add(add(f.StandingLimit, f.TemporaryLimit), f.Cover) }

// Origin says whose setting of the checkpoints held: the project's own, or the tenant's.
type Origin string

// The origins.
const (
	ByProject Origin = "project"
	ByTenant  Origin = "tenant"
)

// Checkpoint says at which step of an order a check is made (ruling 16).
// Invoicing has none: what was delivered is always invoiced.
type Checkpoint string

// The checkpoints; order is the preset.
const (
	AtOrder    Checkpoint = "order"
	AtDispatch Checkpoint = "dispatch"
)

// ProjectFacts are the account of the order's project.
type ProjectFacts struct {
	ID             uuid.UUID          `json:"id"`
	Number         string             `json:"number"`
	Name           string             `json:"name"`
	LimitKind      exposure.LimitKind `json:"limit_kind"`
	StandingLimit  money.Amount       `json:"standing_limit"`
	TemporaryLimit money.Amount       `json:"temporary_limit"`
	Receivable     money.Amount       `json:"receivable"`
	Reserved       money.Amount       `json:"reserved"`
	Covered        money.Amount       `json:"covered,omitempty"` // fen of Reserved that are for this order
}

// Exposure is what is owed and held for the project.
func (p ProjectFacts) Exposure() money.Amount { return add(p.Receivable, p.Reserved) }

// Limit is the project's limit, 0 for kind none.
func (p ProjectFacts) Limit() money.Amount {
	if p.LimitKind == exposure.LimitNone {
		return 0
	}
	return add(p.StandingLimit, p.TemporaryLimit)
}

// ReleaseFacts are a release that was granted for the order, and what is left of it.
type ReleaseFacts struct {
	ID     uuid.UUID     `json:"id"`
	Codes  []Code        `json:"codes"`
	Amount money.Amount  `json:"amount"` // fen left
	Volume volume.M3     `json:"volume"` // left; 0 with Bounded false
	Bound  bool          `json:"bound,omitempty"`
	EndsOn calendar.Date `json:"ends_on"`
}

// covers says whether the release lets a reason pass for this much more: nothing,
// for what was reserved under it, amount and volume of which are used already.
func (r *ReleaseFacts) covers(code Code, f Facts, need money.Amount) bool {
	return r != nil && slices.Contains(r.Codes, code) && need <= r.Amount && f.AsOf <= r.EndsOn && (!r.Bound || need == 0 || f.Volume <= r.Volume)
}

// Limit names which limit bound a decision.
type Limit string

// The limits that can bind (ruling 4).
const (
	LimitNone          Limit = "none"
	LimitCustomer      Limit = "customer_limit"
	LimitOverdueAmount Limit = "overdue_amount"
	LimitOverdueDays   Limit = "overdue_days"
	LimitNegativeList  Limit = "negative_list"
	LimitRelated       Limit = "related_negative_list"
	LimitFreeze        Limit = "freeze"
	LimitSupplyStop    Limit = "supply_stop"
	LimitProject       Limit = "project_limit"
	LimitUtilization   Limit = "utilization"
	LimitShared        Limit = "shared_limit"
	LimitGroup         Limit = "group_quota"
)

// Verdict is what Decide makes of the facts.
type Verdict struct {
	Outcome Outcome
	Reasons []Reason // each rule that applied, also those whose action is allow; the strictest first
	Binding Limit    // the limit behind the strictest reason; none when the order is allowed
}

// Decide judges an order of amount fen. It is a pure function, and the only
// place where the decision is made. The strictest action among the rules that
// apply is the outcome.
//
// HQ's exemption of a listed customer lets his orders go on with a warning. That of a
// listed company which he is connected with does the same for the second reason.
//
// A customer who pays in advance passes all rules about credit (ruling 16); the
// negative list, a freeze, a supply stop and inactivity stop him like anybody. The
// overdue maxima are the grade's, so they bind rated customers only; overdue up
// to the policy's tolerance never binds. At a checkpoint where the check does not
// bind, an order passes in the same way.
//
// What is held for the order already does not count a second time, nor does at dispatch
// what the policy tolerates beyond it; HQ's quota counts that all the same, for it is
// not the subsidiary's to give. A reason that the order's release covers is still named,
// and does not stop it. A pour that has begun is finished with a warning (PourFacts).
func Decide(f Facts, p Policy, amount money.Amount) Verdict {
	rules := []rule{inactive, frozen, supplyStopped, negative, relatedListed}
	if !f.SettlesAdvance && !f.Skips {
		rules = append(rules, capped, overdueDays, overdueAmount, noLimit, overLimit, overShared, overQuota, overProject, band, unrated)
	}
	amount = max(amount-f.Covered-f.Tolerated, 0)
	v := Verdict{Outcome: Allow, Reasons: []Reason{}, Binding: LimitNone}
	for _, r := range rules {
		reason, binding, applies := r(f, p, amount)
		if !applies {
			continue
		}
		if reason.Action.StricterThan(Allow) && f.Release.covers(reason.Code, f, amount) {
			reason.Action, reason.Released = Allow, true
		}
		if reason.Action.StricterThan(Warn) && f.Pour.finishes(reason.Code, f, p, amount) {
			reason.Action, reason.Covered = Warn, true
		}
		if reason.Action.StricterThan(v.Outcome) {
			v.Outcome, v.Binding = reason.Action, binding
		}
		v.Reasons = append(v.Reasons, reason.explained(f))
	}
	sortReasons(v.Reasons)
	return v
}

// Holds is the amount that a reservation of the order would hold: nothing for a
// customer who pays in advance, for he uses no credit, and nothing where the check
// does not bind, for the orders behind it are held for at the other checkpoint.
func (f Facts) Holds(amount money.Amount) money.Amount {
	if f.SettlesAdvance || f.Skips {
		return 0
	}
	return amount
}

type rule func(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool)

func inactive(f Facts, _ Policy, _ money.Amount) (Reason, Limit, bool) {
	return Reason{Code: CustomerInactive, Action: Block}, LimitNone, !f.CustomerActive
}

func frozen(f Facts, _ Policy, _ money.Amount) (Reason, Limit, bool) {
	return Reason{Code: Frozen, Action: Block}, LimitFreeze, f.Frozen
}

func supplyStopped(f Facts, _ Policy, _ money.Amount) (Reason, Limit, bool) {
	return Reason{Code: SupplyStopped, Action: Block}, LimitSupplyStop, f.SupplyStopped
}

func negative(f Facts, _ Policy, _ money.Amount) (Reason, Limit, bool) {
	action := f.NegativeAction
	if f.exempt() && action.StricterThan(Warn) {
		action = Warn
	}
	return Reason{Code: NegativeList, Action: action}, LimitNegativeList, f.NegativeListed
}

// exempt says whether HQ lets the tenant supply the listed customer on this day. It
// does not make the listing unseen: the order goes on with a warning.
func (f Facts) exempt() bool { return !f.NegativeExempt.IsZero() && f.AsOf <= f.NegativeExempt }

func overdueDays(f Facts, p Policy, _ money.Amount) (Reason, Limit, bool) {
	if f.MaxOverdueDays == nil || f.OverdueAmount <= p.OverdueTolerance || f.OverdueDays <= *f.MaxOverdueDays {
		return Reason{}, LimitNone, false
	}
	return Reason{Code: OverdueDays, Action: p.OverdueDays, Actual: int64(f.OverdueDays), Bound: int64(*f.MaxOverdueDays)}, LimitOverdueDays, true
}

func overdueAmount(f Facts, p Policy, _ money.Amount) (Reason, Limit, bool) {
	if f.MaxOverdueAmount == nil || f.OverdueAmount <= p.OverdueTolerance || f.OverdueAmount <= *f.MaxOverdueAmount {
		return Reason{}, LimitNone, false
	}
	return Reason{Code: OverdueAmount, Action: p.OverdueAmount, Actual: int64(f.OverdueAmount), Bound: int64(*f.MaxOverdueAmount)}, LimitOverdueAmount, true
}

func noLimit(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool) {
	applies := f.LimitKind != exposure.LimitAmount && f.LimitKind != exposure.LimitUnlimited
	return Reason{Code: NoLimit, Action: p.NoLimit, Actual: int64(add(f.Exposure, amount))}, LimitCustomer, applies
}

func overLimit(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool) {
	limit, after := f.Bound(), add(f.Exposure, amount)
	// A sum that did not fit is over any limit, also over one that did not fit either.
	applies := f.LimitKind == exposure.LimitAmount && (after > limit || after == math.MaxInt64)
	return Reason{Code: OverLimit, Action: p.OverLimit, Actual: int64(after), Bound: int64(limit)}, LimitCustomer, applies
}

func overProject(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool) {
	if f.Project == nil || f.Project.LimitKind == exposure.LimitUnlimited {
		return Reason{}, LimitNone, false
	}
	amount += f.Covered - f.Project.Covered // the order may count for the customer, and not for this project
	action, limit, after := p.OverLimit, f.Project.Limit(), add(f.Project.Exposure(), amount)
	if f.Project.LimitKind == exposure.LimitNone {
		action = p.NoLimit
	}
	applies := f.Project.LimitKind == exposure.LimitNone || after > limit || after == math.MaxInt64
	return Reason{Code: ProjectLimit, Action: action, Actual: int64(after), Bound: int64(limit)}, LimitProject, applies
}

// band judges by how much of the limit would be in use with this order.
func band(f Facts, p Policy, amount money.Amount) (Reason, Limit, bool) {
	if f.LimitKind != exposure.LimitAmount || len(p.Rules.Bands) == 0 {
		return Reason{}, LimitNone, false
	}
	used := UtilizationOf(add(f.Exposure, amount), f.Bound())
	zone, from := p.Rules.Zone(f.Grade, used)
	return Reason{Code: Utilization, Action: zone.action(), Actual: used, Bound: from}, LimitUtilization, zone != Green
}

func unrated(f Facts, p Policy, _ money.Amount) (Reason, Limit, bool) {
	return Reason{Code: Unrated, Action: p.Unrated}, LimitNone, f.Grade == ""
}

// add stops at the ends of the range instead of turning over: a sum that does
// not fit is as far over the limit as any.
func add(a, b money.Amount) money.Amount {
	s := a + b
	switch {
	case a > 0 && b > 0 && s < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && s >= 0:
		return math.MinInt64
	}
	return s
}
