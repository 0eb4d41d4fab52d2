package rating

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
)

// What a lapse leaves: never more than there was, and nothing where nothing is known.
func TestSafeDefault(t *testing.T) {
	t.Parallel()
	def := Definition{Bands: []Band{{Grade: GradeB, Maxima: indicator.Maxima{CreditAmount: 500}}, {Grade: GradeD}}}
	amount := func(n money.Amount) *limit.Limit { return &limit.Limit{Kind: exposure.LimitAmount, Amount: n} }
	lower, grade := SafeDefault{Kind: "lower", Amount: 300}, SafeDefault{Kind: "grade", Grade: "B"}
	for _, c := range []struct {
		name string
		to   SafeDefault
		had  *limit.Limit
		kind exposure.LimitKind
		want money.Amount
	}{
		{"nothing by the preset", SafeDefault{}, amount(1000), exposure.LimitNone, 0},
		{"nothing", SafeDefault{Kind: "none"}, amount(1000), exposure.LimitNone, 0},
		{"the amount", lower, amount(1000), exposure.LimitAmount, 300},
		{"what there was", lower, amount(200), exposure.LimitAmount, 200},
		{"the amount of one without bound", lower, &limit.Limit{Kind: exposure.LimitUnlimited}, exposure.LimitAmount, 300},
		{"had none", lower, &limit.Limit{Kind: exposure.LimitNone}, exposure.LimitNone, 0},
		{"had never any", lower, nil, exposure.LimitNone, 0},
		{"an amount of nothing", SafeDefault{Kind: "lower"}, amount(1000), exposure.LimitNone, 0},
		{"the grade's", grade, amount(1000), exposure.LimitAmount, 500},
		{"less than the grade's", grade, amount(400), exposure.LimitAmount, 400},
		{"a grade that grants nothing", SafeDefault{Kind: "grade", Grade: "D"}, amount(1000), exposure.LimitNone, 0},
		{"a grade that the template has not", SafeDefault{Kind: "grade", Grade: "A"}, amount(1000), exposure.LimitNone, 0},
	} {
		if kind, got := c.to.after(c.had, def); kind != c.kind || got != c.want {
			t.Errorf("%s: %s %d, want %s %d", c.name, kind, got, c.kind, c.want)
		}
	}
	rated := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	r := Rating{EffectiveAt: &rated}
	at := func(d time.Duration, rating *uuid.UUID) *limit.Limit {
		return &limit.Limit{EffectiveAt: new(rated.Add(d)), RatingID: rating}
	}
	for name, c := range map[string]struct {
		l    *limit.Limit
		want bool
	}{
		"none": {nil, false}, "by hand after it": {at(time.Second, nil), true}, "by hand before it": {at(-time.Second, nil), false},
		"by it": {at(0, new(uuid.New())), false}, "by a later one": {at(time.Second, new(uuid.New())), false},
	} {
		if got := byHandSince(c.l, r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
