package creditcheck

import (
	"slices"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Settings are the parts of the policy that other domains go by (biz/limit, biz/rating,
// biz/supplystop) and that are versioned and audited with it. Each one left empty is the
// preset, so that a policy from before there were settings means the same as it did.
type Settings struct {
	AboveMaximum AboveMaximum `json:"above_maximum,omitempty"`
	StopPours    bool         `json:"stop_pours,omitempty"` // a stop also ends a pour that has begun; see Facts.Pour
	StopDays     StopDays     `json:"stop_days,omitzero"`
	Lapsed       Lapsed       `json:"lapsed,omitzero"`
}

// AboveMaximum says what becomes of an application for a limit above the maximum of the
// customer's grade, or above HQ's quota (003-47).
type AboveMaximum string

// The answers; warn, which shows it to who approves, is the preset.
const (
	WarnAbove   AboveMaximum = "warn"
	RefuseAbove AboveMaximum = "refuse"
)

// StopDays are how many days each step of a supply stop may take: until the customer is
// notified, until deliveries stop, until the plant has acknowledged.
type StopDays struct {
	Prepared int `json:"prepared"`
	Notified int `json:"notified"`
	Stopped  int `json:"stopped"`
}

// maxStopDays keeps a deadline a deadline.
const maxStopDays = 30

// Lapsed is the safe default that a customer falls to when his rating lapses: no limit
// (none, the preset), the lower of Amount and what was in force (lower), or the maximum
// of Grade in the template of the rating, and no more than was in force (grade).
type Lapsed struct {
	Kind   string       `json:"kind"`
	Amount money.Amount `json:"amount,omitempty"` // fen
	Grade  string       `json:"grade,omitempty"`
}

// Filled gives the rules with the presets of the settings in place of what is empty.
func (r Rules) Filled() Rules {
	if r.AboveMaximum == "" {
		r.AboveMaximum = WarnAbove
	}
	if r.StopDays == (StopDays{}) {
		r.StopDays = StopDays{Prepared: 2, Notified: 3, Stopped: 1}
	}
	if r.Lapsed == (Lapsed{}) {
		r.Lapsed.Kind = "none"
	}
	return r
}

func (s Settings) check(c *fault.Checks) {
	c.Require(s.AboveMaximum == WarnAbove || s.AboveMaximum == RefuseAbove, "rules.above_maximum", "UNKNOWN", "must be warn or refuse")
	for _, d := range []struct {
		name string
		n    int
	}{{"prepared", s.StopDays.Prepared}, {"notified", s.StopDays.Notified}, {"stopped", s.StopDays.Stopped}} {
		c.Require(d.n >= 1 && d.n <= maxStopDays, "rules.stop_days."+d.name, "OUT_OF_RANGE", "1 to 30 days")
	}
	l := s.Lapsed
	c.Require(slices.Contains([]string{"none", "lower", "grade"}, l.Kind), "rules.lapsed.kind", "UNKNOWN", "must be none, lower or grade")
	c.Require(l.Kind == "lower" || l.Amount == 0, "rules.lapsed.amount", "NOT_ALLOWED", "only the kind lower takes an amount")
	c.Require(l.Kind != "lower" || (l.Amount >= 0 && l.Amount <= MaxAmount), "rules.lapsed.amount", "OUT_OF_RANGE", "zero or more fen, at most 10000000000000")
	c.Require(l.Kind == "grade" || l.Grade == "", "rules.lapsed.grade", "NOT_ALLOWED", "only the kind grade takes one")
	c.Require(l.Kind != "grade" || slices.Contains([]string{"A", "B", "C", "D"}, l.Grade), "rules.lapsed.grade", "UNKNOWN", "the grades are A, B, C and D")
}
