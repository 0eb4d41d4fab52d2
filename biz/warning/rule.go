package warning

import (
	"fmt"
	"maps"
	"slices"

	"zhuxin/shared/fault"
)

// The rules of internal monitoring: the four that 000-81 names, and those that
// tell of patterns (beyond.md 9).
const (
	FrequentAdjustments Kind = "frequent_limit_adjustments"
	FrequentTemporary   Kind = "frequent_temporary_limits"
	Unreconciled        Kind = "unreconciled_too_long"
	Overdue             Kind = "overdue_receivables"
	Utilization         Kind = "high_utilization"
	FallingVolume       Kind = "falling_volume"
	BrokenPromises      Kind = "broken_promises"
	ChainedTemporary    Kind = "chained_temporary_limits"
	SplitRises          Kind = "split_rises"
)

// Threshold is one number of a rule with its preset and bounds.
type Threshold struct {
	Name             string
	Unit             string // count, days, fen, basis_points
	Preset, Min, Max int64
}

// Shape is what is fixed about a rule.
type Shape struct {
	Kind       Kind
	Severity   Severity // preset
	QuietDays  int      // preset
	Thresholds []Threshold
	// Exact says that the books of a past date can be told; a rule that is not
	// sees only items that are still open today, so its try-out counts too few.
	Exact bool
}

const maxFen = 1_000_000_000_000_000

func days(preset int64) Threshold  { return Threshold{"days", "days", preset, 1, 1095} }
func count(preset int64) Threshold { return Threshold{"count", "count", preset, 2, 100} }
func fen(name string, preset int64) Threshold {
	return Threshold{name, "fen", preset, 0, maxFen}
}

// Shapes lists the rules in the order of their page.
var Shapes = []Shape{
	{FrequentAdjustments, Notice, 30, []Threshold{count(3), days(90)}, true},
	{FrequentTemporary, Notice, 30, []Threshold{count(3), days(90)}, true},
	{Unreconciled, Notice, 30, []Threshold{days(60), fen("amount", 0)}, false},
	{Overdue, Serious, 14, []Threshold{days(30), fen("amount", 1_000_000)}, false},
	{Utilization, Notice, 14, []Threshold{{"share", "basis_points", 9_000, 1_000, 20_000}}, false},
	{FallingVolume, Notice, 60, []Threshold{{"drop", "basis_points", 5_000, 500, 10_000}, days(90), fen("amount", 10_000_000)}, true},
	{BrokenPromises, Serious, 30, []Threshold{{"count", "count", 2, 1, 100}, days(180)}, true},
	{ChainedTemporary, Serious, 60, []Threshold{count(3), {"gap", "days", 7, 0, 60}}, true},
	{SplitRises, Serious, 30, []Threshold{fen("amount", 100_000_000), {"days", "days", 7, 1, 60}}, true},
}

// ShapeOf finds a rule; false for what is none.
func ShapeOf(k Kind) (Shape, bool) {
	i := slices.IndexFunc(Shapes, func(s Shape) bool { return s.Kind == k })
	if i < 0 {
		return Shape{}, false
	}
	return Shapes[i], true
}

// Rule is a rule as the tenant has it.
type Rule struct {
	Shape
	Enabled   bool
	Severity  Severity
	QuietDays int
	Values    map[string]int64
	Available bool  // the books it needs are kept
	Version   int64 // 0 while the preset is in force
}

// Preset gives a rule as it is until the tenant changes it.
func (s Shape) Preset() Rule {
	r := Rule{Shape: s, Enabled: true, Severity: s.Severity, QuietDays: s.QuietDays, Values: map[string]int64{}, Available: true}
	for _, t := range s.Thresholds {
		r.Values[t.Name] = t.Preset
	}
	return r
}

// Validate gives all faults of a changed rule.
func (r Rule) Validate() error {
	var c fault.Checks
	c.Require(slices.Contains(Severities, r.Severity), "severity", "UNKNOWN_SEVERITY", "choose info, notice, serious or critical")
	c.Require(r.QuietDays >= 0 && r.QuietDays <= 366, "quiet_days", "OUT_OF_RANGE", "give 0 to 366 days")
	for _, t := range r.Thresholds {
		v, ok := r.Values[t.Name]
		c.Require(ok && v >= t.Min && v <= t.Max, "thresholds."+t.Name, "OUT_OF_RANGE", fmt.Sprintf("give %d to %d (%s)", t.Min, t.Max, t.Unit))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		known := slices.ContainsFunc(r.Thresholds, func(t Threshold) bool { return t.Name == name })
		c.Require(known, "thresholds."+name, "UNKNOWN_THRESHOLD", "this rule has no such threshold")
	}
	return c.Err()
}
