package creditcheck

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Trial is what would become of an order at each checkpoint; nothing of it is
// stored.
type Trial struct {
	Order, Dispatch Decision
	Remedies        []Remedy
	SalespersonID   uuid.UUID // the first to ask; Nil for nobody
}

// RemedyKind says by what a reason is cleared.
type RemedyKind string

// The kinds.
const (
	RemedyPayment    RemedyKind = "payment"
	RemedyAdjustment RemedyKind = "limit_adjustment"
	RemedyTemporary  RemedyKind = "temporary_limit"
	RemedyCollateral RemedyKind = "collateral"
	RemedyRating     RemedyKind = "rating"
	RemedyUnfreeze   RemedyKind = "unfreeze"
	RemedyResume     RemedyKind = "supply_resume"
	RemedyDelisting  RemedyKind = "negative_list_removal"
	RemedyExemption  RemedyKind = "negative_list_exemption"
	RemedyActivate   RemedyKind = "activate"
	RemedyRelease    RemedyKind = "release"
	RemedyQuota      RemedyKind = "quota_move"
)

// Remedy is one way to clear a reason, and who has it in hand.
type Remedy struct {
	Code   Code
	Kind   RemedyKind
	Amount money.Amount // fen that would do; 0 where it is not a matter of an amount
	Roles  []access.Role
}

// Try says whether an order would be stopped, at which checkpoint, why, what
// clears it and who may. It stores nothing. It needs access.CreditCheck.
func (s *Service) Try(ctx context.Context, in CheckInput) (Trial, error) {
	actor, err := access.Require(ctx, access.CreditCheck)
	if err != nil {
		return Trial{}, err
	}
	if err := in.Validate(); err != nil {
		return Trial{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Trial{}, err
	}
	if in.Currency != "" && in.Currency != t.Currency {
		return Trial{}, ErrCurrency.With("currency", string(t.Currency))
	}
	in.Currency = t.Currency
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return Trial{}, err
	}
	var out Trial
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		group := Group{Customer: Selector{ID: in.CustomerID, Number: in.CustomerNumber, USCC: in.USCC},
			Asks: []Ask{{OrderNo: in.OrderNo, Project: ProjectSelector{ID: in.ProjectID, Number: in.ProjectNumber}}}}
		loaded, err := s.load(ctx, []Group{group}, true, today)
		if err != nil {
			return err
		}
		l := loaded[0]
		if !l.OK {
			return exposure.ErrNoAccount
		}
		out.SalespersonID = l.SalespersonID
		pools, err := s.pools(ctx, Unlocked, l)
		if err != nil {
			return err
		}
		for _, at := range []struct {
			point Checkpoint
			to    *Decision
		}{{AtOrder, &out.Order}, {AtDispatch, &out.Dispatch}} {
			in := in
			in.Checkpoint = at.point
			tx := shared{today: today, zone: zoneOf(ctx), out: Batch{At: s.Clock.Now()}, orders: map[string]uuid.UUID{}, keys: map[string]bool{}, pools: pools}
			r := tx.decide(l, []*waiting{{cmd: command{op: OpCheck, in: in, actor: actor}}})[0]
			if r.err != nil {
				return r.err
			}
			*at.to = r.decision
		}
		out.Remedies = remedies(l.Policy, in.Amount, out.Order, out.Dispatch)
		return nil
	})
	return out, err
}

// remedies says for each reason that stops the order at either checkpoint what
// clears it.
func remedies(p Policy, amount money.Amount, ds ...Decision) (out []Remedy) {
	seen := map[Code]bool{}
	for _, d := range ds {
		for _, r := range d.Reasons {
			if seen[r.Code] || !r.Action.StricterThan(Warn) {
				continue
			}
			seen[r.Code] = true
			out = append(out, r.remedies(d.Facts)...)
			if roles := p.Rules.Releasers(r.Code, amount); len(roles) > 0 && r.Action == Hold {
				out = append(out, Remedy{Code: r.Code, Kind: RemedyRelease, Amount: amount, Roles: roles})
			}
		}
	}
	return out
}

var (
	applicants = []access.Role{access.RoleSalesperson, access.RoleCreditReviewer}
	freezers   = []access.Role{access.RoleCreditReviewer, access.RoleApprover}
)

func (r Reason) remedies(f Facts) []Remedy {
	over := max(add(money.Amount(r.Actual), -money.Amount(r.Bound)), 0)
	ways := func(kinds ...RemedyKind) (out []Remedy) {
		for _, k := range kinds {
			m := Remedy{Code: r.Code, Kind: k, Amount: over, Roles: applicants}
			switch k {
			case RemedyPayment:
				m.Roles = []access.Role{access.RoleFinance}
			case RemedyUnfreeze, RemedyResume:
				m.Amount, m.Roles = 0, freezers
			case RemedyRating:
				m.Amount = 0
			case RemedyActivate:
				m.Amount, m.Roles = 0, []access.Role{access.RoleAdministrator, access.RoleFinance}
			case RemedyDelisting, RemedyExemption:
				m.Amount, m.Roles = 0, []access.Role{access.RoleHQCreditController}
			}
			out = append(out, m)
		}
		return out
	}
	switch r.Code {
	case GroupQuota:
		return ways(RemedyPayment, RemedyQuota)
	case SharedLimit:
		return ways(RemedyPayment, RemedyAdjustment)
	case OverLimit:
		return ways(RemedyPayment, RemedyTemporary, RemedyAdjustment, RemedyCollateral)
	case ProjectLimit: // what covers the customer adds nothing to a project's own
		return ways(RemedyPayment, RemedyTemporary, RemedyAdjustment)
	case Utilization:
		var room money.Amount
		over, room = r.aboveThreshold(f.Bound())
		pay := ways(RemedyPayment)
		over = room
		return append(pay, ways(RemedyTemporary, RemedyAdjustment, RemedyCollateral)...)
	case NoLimit:
		return ways(RemedyRating, RemedyAdjustment)
	case OverdueAmount:
		return ways(RemedyPayment)
	case OverdueDays:
		over = f.OverdueAmount
		return ways(RemedyPayment)
	case Unrated:
		return ways(RemedyRating)
	case Frozen:
		return ways(RemedyUnfreeze)
	case SupplyStopped:
		return ways(RemedyPayment, RemedyResume)
	case NegativeList, RelatedListed:
		return ways(RemedyDelisting, RemedyExemption)
	case CustomerInactive:
		return ways(RemedyActivate)
	}
	return nil
}

// aboveThreshold gives what brings the use of a limit below the threshold that it
// reached: less used, or so much more of a limit. The use is known in basis points
// rounded down, so both are a little more than just enough. Both are 0 where no amount
// does it.
func (r Reason) aboveThreshold(limit money.Amount) (less, more money.Amount) {
	if r.Actual >= NoBound || r.Bound <= 0 || limit <= 0 {
		return 0, 0
	}
	threshold := money.Amount(r.Bound)
	less = (limit/10_000+1)*money.Amount(r.Actual+1-r.Bound) + 1
	return less, less/threshold*10_000 + less%threshold*10_000/threshold + 1
}
