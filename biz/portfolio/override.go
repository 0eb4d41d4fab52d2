package portfolio

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// OverrideInput is what a person says of a customer.
type OverrideInput struct {
	CustomerID uuid.UUID
	Category   Category // empty takes back
	Reason     string
	Until      string
}

// Override gives a customer a category against the rule, with a reason and until a
// day, or takes that back. Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND,
// CATEGORY_NOT_OVERRIDDEN.
func (s *Service) Override(ctx context.Context, in OverrideInput) (out Classified, err error) {
	a, err := s.about(ctx, access.PortfolioWrite)
	if err != nil {
		return out, err
	}
	var c fault.Checks
	o := Override{Category: in.Category, Reason: strings.TrimSpace(in.Reason), On: a.today, Until: a.today}
	c.Require(o.Reason != "" && utf8.RuneCountInString(o.Reason) <= 500, "reason", "REQUIRED", "say why, in at most 500 characters")
	if in.Category != "" {
		c.Require(in.Category.rank() >= 0, "category", "UNKNOWN", "one of the five categories, or none to take it back")
		d, err := calendar.Parse(in.Until)
		c.Require(err == nil && d >= a.today && d <= a.today.AddDays(longestOverride), "until", "OUT_OF_RANGE", fmt.Sprintf("a day from today to %s", a.today.AddDays(longestOverride)))
		o.Until = d
	}
	if err := c.Err(); err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, in.CustomerID, a.onlyOf); err != nil {
			return err
		}
		before, err := s.classified(ctx, a, in.CustomerID)
		if err != nil {
			return err
		}
		if in.Category == "" && !before.Overridden(a.today) {
			return ErrNothing
		}
		if err := s.Repo.AddOverride(ctx, in.CustomerID, o, before.ByRule, a.actor.ID, s.Clock.Now()); err != nil {
			return err
		}
		if out, err = s.classified(ctx, a, in.CustomerID); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "customer.category_set", ObjectType: "customer", ObjectID: in.CustomerID.String(),
			Before: map[string]any{"category": before.Category}, After: map[string]any{"category": out.Category, "by_rule": out.ByRule, "reason": o.Reason, "until": o.Until}})
	})
	return out, err
}

func (s *Service) classified(ctx context.Context, a about, customerID uuid.UUID) (Classified, error) {
	rule, err := s.Repo.Rule(ctx)
	if err != nil {
		return Classified{}, err
	}
	all, err := s.Reader.Facts(ctx, a.today, a.onlyOf, customerID)
	if err != nil {
		return Classified{}, err
	}
	if len(all) == 0 {
		return Classified{}, ErrNotFound
	}
	return rule.Classify(all[0], a.today), nil
}

// longestOverride is in days: a person's word is looked at anew twice a year.
const longestOverride = 183
