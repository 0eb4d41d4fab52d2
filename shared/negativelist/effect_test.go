package negativelist

import (
	"errors"
	"strings"
	"testing"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/reach"
)

var aDay = calendar.NewDate(2026, 11, 20)

// way leads from the customer to a listed company over a person.
func way() reach.Path {
	return reach.Path{Nodes: []reach.Node{{Name: "甲公司"}, {Name: "张*"}, {Name: "乙公司"}},
		Steps: []reach.Step{{Kind: reach.LegalRepresentative}, {Kind: reach.Shareholder, Back: true}}}
}

// Every severity, of the customer himself and of a related company, with and without
// HQ's exemption, under every effect that HQ can choose.
func TestDecide(t *testing.T) {
	t.Parallel()
	for _, severity := range Severities {
		for _, rating := range ratingEffects {
			for _, limits := range limitEffects {
				for _, related := range []bool{false, true} {
					for _, exempt := range []calendar.Date{0, aDay - 1, aDay} {
						b := Bites{Rating: RatingRefuse, Limits: CapZero, RelatedRating: rating, RelatedLimits: limits}
						h := Hit{Company: "乙公司", Severity: severity, Reason: Fraud, RatingExempt: exempt, LimitsExempt: exempt}
						if related {
							h.Path = way()
						} else {
							b = Bites{Rating: rating, Limits: limits, RelatedRating: RatingRefuse, RelatedLimits: CapZero}
						}
						v := Decide([]Hit{h}, effectsOf(severity, b), aDay)
						wantRating, wantLimits := rating, limits
						if exempt == aDay {
							wantLimits = LimitsFree
							if rating == RatingRefuse {
								wantRating = RatingWarn
							}
						}
						if v.Rating != wantRating || v.Limits != wantLimits || (v.Rate() != nil) != (wantRating == RatingRefuse) || (v.Raise() != nil) != (wantLimits != LimitsFree) {
							t.Errorf("%s %s %s, related %v, exempt until %s: %s and %s, want %s and %s", severity, rating, limits, related, exempt, v.Rating, v.Limits, wantRating, wantLimits)
						}
					}
				}
			}
		}
	}
}

// effectsOf lets one severity bite and the others not, so that a mix-up is seen.
func effectsOf(s Severity, b Bites) Effects {
	free := Bites{RatingFree, LimitsFree, RatingFree, LimitsFree}
	e := Effects{free, free, free}
	switch s {
	case Notice:
		e.Notice = b
	case Serious:
		e.Serious = b
	default:
		e.Critical = b
	}
	return e
}

// The strictest of several listings decides each of the two, and says why; an
// exemption for one is none for the other.
func TestDecideSeveral(t *testing.T) {
	t.Parallel()
	e := PresetEffects()
	e.Critical.RelatedRating, e.Critical.RelatedLimits = RatingRefuse, CapZero
	v := Decide([]Hit{
		{Company: "甲公司", Severity: Serious, Reason: Other, RatingExempt: aDay},
		{Company: "乙公司", Severity: Critical, Reason: Fraud, Path: way(), LimitsExempt: aDay},
	}, e, aDay)
	var rate, raise *fault.Error
	if !errors.As(v.Rate(), &rate) || rate.Meta["company"] != "乙公司" || !strings.Contains(rate.Meta["path"], "张*") || !errors.Is(rate, ErrRatingRefused) {
		t.Errorf("rating refused for %v", v.Rate())
	}
	if !errors.As(v.Raise(), &raise) || raise.Meta["company"] != "甲公司" || raise.Meta["path"] != "" || raise.Meta["why_zh"] != "客户在集团负面清单上（严重，其他）" {
		t.Errorf("more refused for %v", v.Raise())
	}
	var nobody Verdict
	if nobody.Rate() != nil || nobody.Raise() != nil {
		t.Error("a customer whom no listing concerns is refused")
	}
}

// A policy that bites harder where it is milder, or for others more than for oneself,
// is none; the preset is one.
func TestEffectsCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Effects)
		field  string
	}{
		"the preset":               {func(*Effects) {}, ""},
		"unknown":                  {func(e *Effects) { e.Critical.Rating = "never" }, "effects.critical.rating"},
		"unknown limits":           {func(e *Effects) { e.Critical.Limits = "" }, "effects.critical.limits"},
		"a notice refuses more":    {func(e *Effects) { e.Notice.Limits = CashOnly }, "effects.serious.limits"},
		"serious milder":           {func(e *Effects) { e.Serious.Rating = RatingFree }, "effects.serious.rating"},
		"related more than direct": {func(e *Effects) { e.Critical.RelatedRating, e.Critical.Rating = RatingRefuse, RatingWarn }, "effects.critical.related_rating"},
	} {
		e := PresetEffects()
		tc.change(&e)
		var c fault.Checks
		e.check(&c)
		f, _ := fault.As(c.Err())
		found := tc.field == "" && f == nil
		for i := 0; f != nil && i < len(f.Fields); i++ {
			found = found || f.Fields[i].Name == tc.field
		}
		if !found {
			t.Errorf("%s: %v", name, c.Err())
		}
	}
}
