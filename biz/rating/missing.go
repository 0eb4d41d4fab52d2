package rating

import (
	"cmp"
	"slices"

	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

// MissingRule says what becomes of an indicator that has no value.
type MissingRule string

// The rules. Without one a person is asked, and data without a base counts as zero.
const (
	MissingRefuse   MissingRule = "refuse"    // no grade until there is a value
	MissingWorst    MissingRule = "worst"     // the lowest score of its scoring
	MissingFixed    MissingRule = "fixed"     // a score of its own
	MissingLeaveOut MissingRule = "leave_out" // its weight goes to the others, in proportion
)

var missingRules = []MissingRule{"", MissingRefuse, MissingWorst, MissingFixed, MissingLeaveOut}

func (it Item) checkMissing(c *fault.Checks, at string) {
	c.Require(slices.Contains(missingRules, it.Missing), at+"missing", "UNKNOWN", "the rules for a missing value are refuse, worst, fixed and leave_out")
	c.Require(it.MissingScore >= 0 && it.MissingScore <= indicator.FullPoints, at+"missing_score", "OUT_OF_RANGE", "a score lies between 0 and 100 points")
	c.Require(it.Missing == MissingFixed || it.MissingScore == 0, at+"missing_score", "NOT_ALLOWED", "only the rule fixed has a score")
}

// instead gives the value of an item that has none; ok is false when its rule
// asks for one.
func (it Item) instead() (Value, bool) {
	v := Value{IndicatorCode: it.IndicatorCode, Weight: it.Weight, Source: ValueMissing, Missing: it.Missing}
	switch it.Missing {
	case MissingWorst:
		v.Score = it.Scoring.Lowest()
	case MissingFixed:
		v.Score = it.MissingScore
	case MissingLeaveOut:
		v.Weight = 0
	default:
		return Value{}, false
	}
	v.Weighted = v.Weight * v.Score
	return v, true
}

// reweigh gives the weights of what was left out to the others in proportion, by
// largest remainder, so that the weights that are shown still sum to 100. It does
// nothing while values are missing, or when all were left out.
func reweigh(values []Value) {
	var out, rest int64
	for _, v := range values {
		out += v.Weight
	}
	if out == 0 || out == indicator.FullPoints || !slices.ContainsFunc(values, func(v Value) bool { return v.Missing == MissingLeaveOut }) {
		return
	}
	type part struct {
		at        int
		remainder int64
	}
	var parts []part
	rest = indicator.FullPoints
	for i := range values {
		scaled := values[i].Weight * indicator.FullPoints
		values[i].Weight = scaled / out
		rest -= values[i].Weight
		if scaled > 0 {
			parts = append(parts, part{i, scaled % out})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.remainder, a.remainder) })
	for i := range rest {
		values[parts[i].at].Weight++
	}
	for i := range values {
		values[i].Weighted = values[i].Weight * values[i].Score
	}
}
