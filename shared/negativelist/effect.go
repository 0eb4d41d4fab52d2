package negativelist

import (
	"slices"
	"strings"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/reach"
)

// RatingEffect is what a hit does to a rating of the customer.
type RatingEffect string

// The effects on ratings, the mildest first.
const (
	RatingFree   RatingEffect = "none"
	RatingWarn   RatingEffect = "warn"   // may be rated; everybody is told
	RatingRefuse RatingEffect = "refuse" // is not rated
)

var ratingEffects = []RatingEffect{RatingFree, RatingWarn, RatingRefuse}

// LimitEffect is what a hit does to what the customer is granted.
type LimitEffect string

// The effects on limits, the mildest first. Each does what those before it do.
const (
	LimitsFree     LimitEffect = "none"
	RefuseIncrease LimitEffect = "refuse_increase" // no new and no higher limit
	CashOnly       LimitEffect = "cash_only"       // only what is paid in advance goes on
	CapZero        LimitEffect = "cap_zero"        // the customer's bound counts as zero
)

var limitEffects = []LimitEffect{LimitsFree, RefuseIncrease, CashOnly, CapZero}

// rank orders the values of an effect; what is none of them is the strictest, so that
// an unreadable policy never lets anything through.
func rank[E ~string](of []E, e E) int {
	if i := slices.Index(of, e); i >= 0 {
		return i
	}
	return len(of)
}

func (e RatingEffect) rank() int { return rank(ratingEffects, e) }
func (e LimitEffect) rank() int  { return rank(limitEffects, e) }

// Stricter gives the stricter of two.
func (e LimitEffect) Stricter(f LimitEffect) LimitEffect {
	if f.rank() > e.rank() {
		return f
	}
	return e
}

// Bites are what listings of one severity do beside what they do to orders: one of
// the customer himself, and one of a company that he is connected with.
type Bites struct {
	Rating        RatingEffect `json:"rating"`
	Limits        LimitEffect  `json:"limits"`
	RelatedRating RatingEffect `json:"related_rating"`
	RelatedLimits LimitEffect  `json:"related_limits"`
}

// Effects are the bites of each severity.
type Effects struct {
	Notice   Bites `json:"notice"`
	Serious  Bites `json:"serious"`
	Critical Bites `json:"critical"`
}

// PresetEffects are in force until HQ says otherwise: related companies only warn.
func PresetEffects() Effects {
	return Effects{
		Notice:   Bites{Rating: RatingWarn, Limits: LimitsFree, RelatedRating: RatingWarn, RelatedLimits: LimitsFree},
		Serious:  Bites{Rating: RatingRefuse, Limits: RefuseIncrease, RelatedRating: RatingWarn, RelatedLimits: LimitsFree},
		Critical: Bites{Rating: RatingRefuse, Limits: CapZero, RelatedRating: RatingWarn, RelatedLimits: LimitsFree},
	}
}

// Of gives the bites of a severity; one that is unknown bites as a critical one.
func (e Effects) Of(s Severity) Bites {
	switch s {
	case Notice:
		return e.Notice
	case Serious:
		return e.Serious
	}
	return e.Critical
}

// within keeps what stops orders to where the policy blocks them.
func (e Effects) within(p Policy) Effects {
	for _, x := range []struct {
		bites  *Bites
		action Action
	}{{&e.Notice, p.Notice}, {&e.Serious, p.Serious}, {&e.Critical, p.Action}} {
		if x.action != Block && x.bites.Limits.rank() > RefuseIncrease.rank() {
			x.bites.Limits = RefuseIncrease
		}
		if x.bites.RelatedLimits.rank() > x.bites.Limits.rank() {
			x.bites.RelatedLimits = x.bites.Limits
		}
	}
	return e
}

// check gives all faults: unknown values, a milder severity that bites harder, a
// related company's listing that bites harder than one of the customer himself.
func (e Effects) check(c *fault.Checks) {
	last := Bites{RatingFree, LimitsFree, RatingFree, LimitsFree}
	for _, s := range Severities {
		b, at := e.Of(s), "effects."+string(s)+"."
		known := b.Rating.rank() < len(ratingEffects) && b.RelatedRating.rank() < len(ratingEffects)
		c.Require(known, at+"rating", "UNKNOWN_EFFECT", "choose none, warn or refuse")
		c.Require(b.Limits.rank() < len(limitEffects) && b.RelatedLimits.rank() < len(limitEffects), at+"limits", "UNKNOWN_EFFECT",
			"choose none, refuse_increase, cash_only or cap_zero")
		c.Require(b.Rating.rank() >= last.Rating.rank(), at+"rating", "MILDER", "a severer listing cannot do less to ratings than a milder one")
		c.Require(b.Limits.rank() >= last.Limits.rank(), at+"limits", "MILDER", "a severer listing cannot do less to limits than a milder one")
		c.Require(b.RelatedRating.rank() >= last.RelatedRating.rank(), at+"related_rating", "MILDER", "a severer listing cannot do less to ratings than a milder one")
		c.Require(b.RelatedLimits.rank() >= last.RelatedLimits.rank(), at+"related_limits", "MILDER", "a severer listing cannot do less to limits than a milder one")
		c.Require(b.RelatedRating.rank() <= b.Rating.rank(), at+"related_rating", "STRICTER", "a related company's listing cannot do more than one of the customer himself")
		c.Require(b.RelatedLimits.rank() <= b.Limits.rank(), at+"related_limits", "STRICTER", "a related company's listing cannot do more than one of the customer himself")
		last = b
	}
}

// Hit is a listing in force that concerns a customer: his own, or of a company that
// he is connected with within the steps of HQ's policy.
type Hit struct {
	USCC     string     `json:"uscc"`
	Company  string     `json:"company"`
	Reason   Reason     `json:"reason_code"`
	Text     string     `json:"reason_text"`
	Severity Severity   `json:"severity"`
	Path     reach.Path `json:"path,omitzero"` // from the customer; empty for his own listing

	// Last days on which HQ lets the subsidiary rate the customer and raise his limits
	// in spite of it; zero for no exemption.
	RatingExempt calendar.Date `json:"rating_exempt,omitzero"`
	LimitsExempt calendar.Date `json:"limits_exempt,omitzero"`
}

// Related says whether it is another company's listing.
func (h Hit) Related() bool { return len(h.Path.Nodes) > 0 }

// Judged is a hit with what it does on a day.
type Judged struct {
	Hit
	Rating RatingEffect `json:"rating"`
	Limits LimitEffect  `json:"limits"`
}

// Verdict is what the list does to one customer's rating and limits on a day: the
// strictest of what each hit does.
type Verdict struct {
	Rating   RatingEffect
	Limits   LimitEffect
	Hits     []Judged // the strictest first
	rates    *Judged  // that decides Rating
	measures *Judged  // that decides Limits
}

// Decide is the one place that says what listings do to ratings and limits. An
// exemption leaves the warning.
func Decide(hits []Hit, e Effects, on calendar.Date) Verdict {
	v := Verdict{Rating: RatingFree, Limits: LimitsFree}
	for _, h := range hits {
		b := e.Of(h.Severity)
		j := Judged{Hit: h, Rating: b.Rating, Limits: b.Limits}
		if h.Related() {
			j.Rating, j.Limits = b.RelatedRating, b.RelatedLimits
		}
		if holds(h.RatingExempt, on) && j.Rating.rank() > RatingWarn.rank() {
			j.Rating = RatingWarn
		}
		if holds(h.LimitsExempt, on) {
			j.Limits = LimitsFree
		}
		v.Hits = append(v.Hits, j)
	}
	slices.SortStableFunc(v.Hits, func(a, b Judged) int {
		if d := b.Rating.rank() + b.Limits.rank() - a.Rating.rank() - a.Limits.rank(); d != 0 {
			return d
		}
		return slices.Index(Severities, b.Severity) - slices.Index(Severities, a.Severity)
	})
	for i, j := range v.Hits {
		if j.Rating.rank() > v.Rating.rank() {
			v.Rating, v.rates = j.Rating, &v.Hits[i]
		}
		if j.Limits.rank() > v.Limits.rank() {
			v.Limits, v.measures = j.Limits, &v.Hits[i]
		}
	}
	return v
}

func holds(until, on calendar.Date) bool { return !until.IsZero() && on <= until }

// Faults of what the list refuses.
var (
	ErrRatingRefused = fault.Conflict("NEGATIVE_RATING_REFUSED", "the group's policy on the negative list lets nobody rate this customer; ask headquarters for an exemption for ratings")
	ErrLimitRefused  = fault.Conflict("NEGATIVE_LIMIT_REFUSED", "the group's policy on the negative list lets this customer have no new and no higher limit; ask headquarters for an exemption for limits")
)

// Rate is ErrRatingRefused, with the listing that refuses and the way to it, where the
// customer must not be rated.
func (v Verdict) Rate() error {
	if v.rates == nil || v.Rating.rank() < RatingRefuse.rank() {
		return nil
	}
	return v.rates.why(ErrRatingRefused)
}

// Raise is ErrLimitRefused, likewise, where his limit must not be raised.
func (v Verdict) Raise() error {
	if v.measures == nil {
		return nil
	}
	return v.measures.why(ErrLimitRefused)
}

func (j *Judged) why(e *fault.Error) error {
	e = e.With("severity", string(j.Severity)).With("reason_code", string(j.Reason)).With("company", j.Company)
	way := j.Company
	if j.Related() {
		e, way = e.With("path", j.Path.English()), strings.Join(j.Path.Names(), " — ")
	}
	e = e.With("way", way)
	out := e.With("why_zh", j.says(0)).With("why_en", j.says(1))
	out.Message = j.says(1) + "; " + e.Message
	return out
}
