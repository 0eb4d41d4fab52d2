package warning

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
)

// Hit is a customer that a rule finds.
type Hit struct {
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Subject        string
	Facts          json.RawMessage
	On             calendar.Date // when it was first found
}

// Rules gives all rules as they are in force.
func (s *Service) Rules(ctx context.Context) (rs []Rule, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		rs, err = s.repo.Rules(ctx)
		return err
	})
	return rs, err
}

// RuleInput changes a rule.
type RuleInput struct {
	Kind      Kind
	Enabled   bool
	Severity  Severity
	QuietDays int
	Values    map[string]int64
	Version   int64
}

func (in RuleInput) rule() (Rule, error) {
	shape, ok := ShapeOf(in.Kind)
	if !ok {
		return Rule{}, ErrNoRule
	}
	r := Rule{Shape: shape, Enabled: in.Enabled, Severity: in.Severity, QuietDays: in.QuietDays, Values: in.Values, Version: in.Version}
	return r, r.Validate()
}

// SaveRule changes a rule.
func (s *Service) SaveRule(ctx context.Context, in RuleInput) ([]Rule, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return nil, err
	}
	r, err := in.rule()
	if err != nil {
		return nil, err
	}
	var all []Rule
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Rules(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(before, func(o Rule) bool { return o.Kind == r.Kind })
		if err := s.repo.SaveRule(ctx, r, actor.ID); err != nil {
			return err
		}
		facts := func(r Rule) map[string]any {
			return map[string]any{"enabled": r.Enabled, "severity": r.Severity, "quiet_days": r.QuietDays, "thresholds": r.Values}
		}
		err = s.log.Record(ctx, audit.Entry{Action: "warning_rule.changed", ObjectType: "warning_rule", ObjectID: string(r.Kind), Before: facts(before[i]), After: facts(r)})
		if err != nil {
			return err
		}
		all, err = s.repo.Rules(ctx)
		return err
	})
	return all, err
}

// Tried is what a rule would have found in the past.
type Tried struct {
	Dates     int // on which it was tried, a week apart
	Customers int
	Hits      []Hit // the first of each customer, at most MostShown, newest first
	ByMonth   []MonthCount
	Exact     bool
}

// MonthCount counts the customers that were found first in a month (2026-01).
type MonthCount struct {
	Month string
	Count int
}

// MostShown bounds the customers of a try-out.
const MostShown = 100

// Try tells what a rule with these thresholds would have found week by week in
// the last months. It changes nothing.
func (s *Service) Try(ctx context.Context, in RuleInput, months int) (Tried, error) {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return Tried{}, err
	}
	r, err := in.rule()
	if err != nil {
		return Tried{}, err
	}
	var c fault.Checks
	c.Require(months >= 1 && months <= 12, "months", "OUT_OF_RANGE", "give 1 to 12 months")
	if err := c.Err(); err != nil {
		return Tried{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Tried{}, err
	}
	out := Tried{Exact: r.Exact}
	first := map[uuid.UUID]Hit{}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		for on := today; on >= today.AddMonths(-months); on = on.AddDays(-7) {
			hits, err := s.repo.Try(ctx, r, on)
			if err != nil {
				return err
			}
			out.Dates++
			for _, h := range hits {
				h.On = on
				first[h.CustomerID] = h // later dates come first, so the earliest stays
			}
		}
		return nil
	})
	if err != nil {
		return Tried{}, err
	}
	counts := map[string]int{}
	for _, h := range first {
		out.Hits = append(out.Hits, h)
		counts[h.On.String()[:7]]++
	}
	slices.SortFunc(out.Hits, func(a, b Hit) int {
		if a.On != b.On {
			return int(b.On - a.On)
		}
		return slices.Compare(a.CustomerID[:], b.CustomerID[:])
	})
	for m, n := range counts {
		out.ByMonth = append(out.ByMonth, MonthCount{m, n})
	}
	slices.SortFunc(out.ByMonth, func(a, b MonthCount) int {
		if a.Month < b.Month {
			return -1
		}
		return 1
	})
	out.Customers = len(out.Hits)
	out.Hits = out.Hits[:min(len(out.Hits), MostShown)]
	return out, nil
}

// Daily evaluates every rule that is on, for the business date. A second call for
// the same date raises nothing more.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	return s.evaluate(ctx, on, func(Rule) bool { return true })
}

// Patterns evaluates the rules about limits between two daily runs, so that a rise
// split in three is seen the same day.
func (s *Service) Patterns(ctx context.Context) error {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	return s.evaluate(ctx, today, func(r Rule) bool {
		return slices.Contains([]Kind{FrequentAdjustments, FrequentTemporary, ChainedTemporary, SplitRises}, r.Kind)
	})
}

func (s *Service) evaluate(ctx context.Context, on calendar.Date, which func(Rule) bool) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	y, m, d := on.Time().Date()
	dayStart := time.Date(y, m, d, 0, 0, 0, 0, t.Zone)
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		rules, err := s.repo.Rules(ctx)
		if err != nil {
			return err
		}
		var ids []uuid.UUID
		for _, r := range rules {
			if !r.Enabled || !r.Available || !which(r) {
				continue
			}
			raised, err := s.repo.Evaluate(ctx, r, on, dayStart, s.clock.Now())
			if err != nil {
				return err
			}
			ids = append(ids, raised...)
		}
		return s.tell(ctx, ids)
	})
}
