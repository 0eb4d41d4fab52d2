package rating

import (
	"context"

	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/coded"
	"zhuxin/shared/money"
)

// SafeDefault is what the tenant leaves a customer whose rating has lapsed: nothing (none,
// or an empty kind), the lower of Amount and what was in force (lower), or what the
// template of the rating grants to Grade, and no more than was in force (grade). Nobody
// gets more by a lapse than he had.
type SafeDefault struct {
	Kind   string
	Amount money.Amount
	Grade  string
}

// after is the standing limit that a lapse leaves, of a customer who had one in force, or
// none (nil).
func (d SafeDefault) after(had *limit.Limit, def Definition) (exposure.LimitKind, money.Amount) {
	var most money.Amount
	switch d.Kind {
	case "lower":
		most = d.Amount
	case "grade":
		for _, b := range def.Bands {
			if string(b.Grade) == d.Grade {
				most = money.Amount(b.CreditAmount)
			}
		}
	default:
		return exposure.LimitNone, 0
	}
	switch {
	case had == nil || had.Kind == exposure.LimitNone || most == 0:
		return exposure.LimitNone, 0
	case had.Kind == exposure.LimitUnlimited:
		return exposure.LimitAmount, most
	}
	return exposure.LimitAmount, min(had.Amount, most)
}

// byHandSince says whether the limit was adjusted by hand after the rating took effect.
func byHandSince(l *limit.Limit, r Rating) bool {
	return l != nil && l.RatingID == nil && l.EffectiveAt != nil && r.EffectiveAt != nil && l.EffectiveAt.After(*r.EffectiveAt)
}

// fall brings a customer's standing limit to the safe default.
func (s *Ratings) fall(ctx context.Context, r Rating, to SafeDefault) error {
	had, err := s.Limits.InForce(ctx, r.CustomerID)
	if err != nil || byHandSince(had, r) {
		return err
	}
	kind, amount := to.after(had, r.Definition)
	_, err = s.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: r.CustomerID, Kind: kind, Amount: amount, RatingID: &r.ID,
		Reason: coded.Reason(coded.RatingLapsed, "grade", string(r.Result.Grade), "on", r.DueOn.String())})
	return err
}
