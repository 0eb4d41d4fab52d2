package creditcheck

import (
	"math/rand/v2"
	"slices"
	"testing"

	"zhuxin/biz/exposure"
	"zhuxin/shared/money"
)

func kindsOf(ms []Remedy) (out []RemedyKind) {
	for _, m := range ms {
		out = append(out, m.Kind)
	}
	return out
}

// Collateral helps where the customer's own bound is what is missing, and nowhere else.
func TestCollateralIsAWayOutOfMissingHeadroom(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{OverLimit, Utilization, ProjectLimit, SharedLimit, GroupQuota, NoLimit, OverdueAmount, OverdueDays, Unrated, Frozen, SupplyStopped, NegativeList, RelatedListed, CustomerInactive} {
		got := slices.Contains(kindsOf(Reason{Code: code, Actual: 9_000, Bound: 8_000}.remedies(Facts{LimitKind: exposure.LimitAmount, StandingLimit: 10_000})), RemedyCollateral)
		if want := code == OverLimit || code == Utilization; got != want {
			t.Errorf("%s names collateral: %v, want %v", code, got, want)
		}
	}
}

// Each way out of a threshold does what it says: with so much less used, or so much
// more of a limit, the order lies below it.
func TestWaysOutOfAThresholdDo(t *testing.T) {
	t.Parallel()
	for range 2_000 {
		f := Facts{LimitKind: exposure.LimitAmount, StandingLimit: money.Amount(rand.Int64N(1e12) + 1), Grade: "A"}
		p := Policy{Rules: PresetRules()}
		p.Rules.Bands = []Band{{Hold: int(rand.Int64N(9_999) + 1)}}
		f.Exposure = money.Amount(rand.Int64N(int64(f.StandingLimit) * 2))
		r, _, applies := band(f, p, 0)
		if !applies {
			continue
		}
		for _, m := range r.remedies(f) {
			g := f
			switch m.Kind {
			case RemedyPayment:
				g.Exposure -= m.Amount
			case RemedyTemporary:
				g.TemporaryLimit += m.Amount
			case RemedyAdjustment:
				g.StandingLimit += m.Amount
			case RemedyCollateral:
				g.Cover += m.Amount
			}
			if still, _, is := band(g, p, 0); is {
				t.Fatalf("%s of %d leaves %d bp of %d: %+v", m.Kind, m.Amount, still.Actual, still.Bound, f)
			}
		}
	}
}
