package limit

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Filter selects the customers of a mass proposal. Empty fields do not narrow.
type Filter struct {
	Grades          []string `json:"grades,omitempty"`
	MinUtilization  *int     `json:"min_utilization,omitempty"` // basis points of the limit in use
	MaxUtilization  *int     `json:"max_utilization,omitempty"`
	UnchangedMonths int      `json:"unchanged_months,omitempty"` // the standing limit is at least so old
	// The customers of a saved segment, as they are when it is asked.
	SegmentID *uuid.UUID  `json:"segment_id,omitempty"`
	Members   []uuid.UUID `json:"-"` // who they are; nil without a segment
}

// RuleKind says how a proposal makes the new limit.
type RuleKind string

// The kinds: percent of the present limit, an amount more or less, the maximum of
// the customer's grade.
const (
	RulePercent      RuleKind = "percent"
	RuleAmount       RuleKind = "amount"
	RuleGradeMaximum RuleKind = "grade_maximum"
)

// Rule makes the new standing limit out of the present one.
type Rule struct {
	Kind    RuleKind     `json:"kind"`
	Percent int          `json:"percent,omitempty"` // basis points, may be negative: 1000 is ten percent more
	Amount  money.Amount `json:"amount,omitempty"`  // fen, may be negative
}

// Proposal is a filter and a rule.
type Proposal struct {
	Filter Filter `json:"filter"`
	Rule   Rule   `json:"rule"`
}

// Validate gives all faults of the proposal.
func (p Proposal) Validate() error {
	var c fault.Checks
	p.check(&c)
	return c.Err()
}

func (p Proposal) check(c *fault.Checks) {
	for i, g := range p.Filter.Grades {
		c.Require(slices.Contains([]string{"A", "B", "C", "D"}, g), fmt.Sprintf("filter.grades[%d]", i), "UNKNOWN", "the grades are A, B, C and D")
	}
	low, high := p.Filter.MinUtilization, p.Filter.MaxUtilization
	c.Require(low == nil || (*low >= 0 && *low <= 1_000_000), "filter.min_utilization", "OUT_OF_RANGE", "basis points from 0 to 1000000")
	c.Require(high == nil || (*high >= 0 && *high <= 1_000_000), "filter.max_utilization", "OUT_OF_RANGE", "basis points from 0 to 1000000")
	c.Require(low == nil || high == nil || *low <= *high, "filter.max_utilization", "OUT_OF_RANGE", "not below the lower end")
	c.Require(p.Filter.UnchangedMonths >= 0 && p.Filter.UnchangedMonths <= 240, "filter.unchanged_months", "OUT_OF_RANGE", "0 to 240 months")
	switch p.Rule.Kind {
	case RulePercent:
		c.Require(p.Rule.Percent != 0 && p.Rule.Percent >= -10_000 && p.Rule.Percent <= 100_000, "rule.percent", "OUT_OF_RANGE", "basis points from -10000 to 100000, and not 0")
	case RuleAmount:
		c.Require(p.Rule.Amount != 0 && p.Rule.Amount >= -maxAmount && p.Rule.Amount <= maxAmount, "rule.amount", "OUT_OF_RANGE", "more or less by an amount that is not 0")
	case RuleGradeMaximum:
	default:
		c.Add("rule.kind", "UNKNOWN", "the rule is percent, amount or grade_maximum")
	}
}

// Candidate is a customer whom a filter finds. Amounts are fen.
type Candidate struct {
	CustomerID uuid.UUID
	Number     string
	Name       string
	Grade      string // empty for an unrated one
	Kind       exposure.LimitKind
	Standing   money.Amount
	Exposure   money.Amount
	GradeMax   *money.Amount // max credit-sale limit of his effective rating
	Quota      *Quota        // HQ's, of his company; nil without a cap
	Pending    bool          // an adjustment of his limit is in approval
	Frozen     bool
	Listed     bool // on the group's negative list
	Refused    bool // the policy on the list lets him have no more
	// Related is a listed company that he is connected with; empty for none.
	Related string
}

// LeftOut says why a proposal does not change a customer's limit.
type LeftOut string

// The reasons to be left out.
const (
	LeftNoAmount   LeftOut = "NO_STANDING_AMOUNT" // none or unlimited: nothing to reckon from
	LeftUnrated    LeftOut = "UNRATED"
	LeftAboveMax   LeftOut = "ABOVE_GRADE_MAXIMUM"
	LeftAboveQuota LeftOut = "ABOVE_GROUP_QUOTA"
	LeftBelowZero  LeftOut = "BELOW_ZERO"
	LeftTooLarge   LeftOut = "TOO_LARGE"
	LeftUnchanged  LeftOut = "UNCHANGED"
	LeftPending    LeftOut = "ADJUSTMENT_PENDING"
	LeftFrozen     LeftOut = "FROZEN"
	LeftListed     LeftOut = "NEGATIVE_LIST"
)

// Line is one customer of a preview.
type Line struct {
	Candidate
	After   money.Amount
	LeftOut LeftOut // empty for one whose limit would change
}

// line applies the rule. Nobody who is frozen or kept from more by a listing gets more, nobody gets
// more than his grade allows; lowering is always possible.
func (r Rule) line(c Candidate) Line {
	l := Line{Candidate: c}
	switch {
	case r.Kind == RuleGradeMaximum && c.GradeMax == nil:
		l.LeftOut = LeftUnrated
	case r.Kind == RuleGradeMaximum:
		l.After = *c.GradeMax
	case c.Kind != exposure.LimitAmount:
		l.LeftOut = LeftNoAmount
	case r.Kind == RulePercent:
		l.After = percent(c.Standing, 10_000+r.Percent)
	default:
		l.After = c.Standing + r.Amount
	}
	switch {
	case l.LeftOut != "":
	case l.After < 0:
		l.LeftOut = LeftBelowZero
	case l.After > maxAmount:
		l.LeftOut = LeftTooLarge
	case c.Kind == exposure.LimitAmount && l.After == c.Standing:
		l.LeftOut = LeftUnchanged
	case c.Pending:
		l.LeftOut = LeftPending
	case c.Kind == exposure.LimitAmount && l.After < c.Standing:
	case c.Frozen:
		l.LeftOut = LeftFrozen
	case c.Refused:
		l.LeftOut = LeftListed
	default:
		l.LeftOut = Ceiling{GradeMax: c.GradeMax, Quota: c.Quota}.Over(&l.After)
	}
	if l.LeftOut != "" {
		l.After = c.Standing
	}
	return l
}

// percent takes basis points of an amount of zero or more, rounded down to whole
// units of the currency; beyond int64 it stops at the end.
func percent(a money.Amount, bp int) money.Amount {
	high, low := bits.Mul64(uint64(max(a, 0)), uint64(max(bp, 0)))
	if high >= 10_000 {
		return 1<<63 - 1
	}
	q, _ := bits.Div64(high, low, 10_000)
	if q > 1<<63-1 {
		return 1<<63 - 1
	}
	return money.Amount(q) / 100 * 100
}

// Preview is what a proposal would do.
type Preview struct {
	Lines         []Line // who changes first, then who is left out; by customer number
	Changes       int
	Before, After money.Amount // totals of those who change
}

// maxCandidates bounds a preview, maxEach what one person can put into the inbox
// one by one.
const (
	maxCandidates = 5000
	maxEach       = 200
)

// Preview says what a proposal would do, and stores nothing. A
// salesperson proposes for his own customers. It needs access.LimitApply;
// ErrTooMany.
func (s *Service) Preview(ctx context.Context, p Proposal) (out Preview, err error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return out, err
	}
	if err := p.Validate(); err != nil {
		return out, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return out, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.preview(ctx, actor, p, today)
		return err
	})
	return out, err
}

func (s *Service) preview(ctx context.Context, actor access.Actor, p Proposal, today calendar.Date) (Preview, error) {
	cut, err := customer.CutTo(ctx, s.segments, p.Filter.SegmentID, today, customer.OnlyOf(actor))
	if err != nil {
		return Preview{}, err
	}
	p.Filter.Members = cut.In
	cs, err := s.repo.Candidates(ctx, p.Filter, customer.OnlyOf(actor), today, maxCandidates+1)
	if err != nil {
		return Preview{}, err
	}
	if len(cs) > maxCandidates {
		return Preview{}, ErrTooMany.With("most", fmt.Sprint(maxCandidates))
	}
	if err := s.refuse(ctx, cs); err != nil {
		return Preview{}, err
	}
	var out Preview
	for _, c := range cs {
		l := p.Rule.line(c)
		out.Lines = append(out.Lines, l)
		if l.LeftOut == "" {
			out.Changes++
			out.Before += l.Standing
			out.After += l.After
		}
	}
	slices.SortStableFunc(out.Lines, func(a, b Line) int { return left(a) - left(b) })
	return out, nil
}

func left(l Line) int {
	if l.LeftOut == "" {
		return 0
	}
	return 1
}
