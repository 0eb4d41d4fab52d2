package limit

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// AdjustInput asks for the next version of a standing limit (000-63). The first
// day is today where it is zero; a zero last day means until the next version.
type AdjustInput struct {
	CustomerID uuid.UUID
	ProjectID  uuid.UUID // Nil: the customer's own
	Kind       exposure.LimitKind
	Amount     money.Amount // fen, of kind amount only
	StartsOn   calendar.Date
	EndsOn     calendar.Date
	Reason     string
}

// maxAheadDays is how far ahead a limit can begin or end: five years.
const maxAheadDays = 1827

// Validate gives all faults of the input; today is the tenant's business date.
func (in AdjustInput) Validate(today calendar.Date) error {
	var c fault.Checks
	in.check(&c, today)
	return c.Err()
}

func (in AdjustInput) check(c *fault.Checks, today calendar.Date) {
	switch in.Kind {
	case exposure.LimitAmount:
		c.Require(in.Amount >= 0, "amount", "OUT_OF_RANGE", "zero, which blocks every order, or more")
		c.Require(in.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "the amount is too large")
	case exposure.LimitNone, exposure.LimitUnlimited:
		c.Require(in.Amount == 0, "amount", "NOT_ALLOWED", "only the kind amount takes one")
	default:
		c.Add("kind", "UNKNOWN", "the kind is none, amount or unlimited")
	}
	c.Require(in.StartsOn >= today, "starts_on", "OUT_OF_RANGE", "the first day is over already")
	c.Require(in.StartsOn.DaysSince(today) <= maxAheadDays, "starts_on", "OUT_OF_RANGE", fmt.Sprintf("at most %d days ahead", maxAheadDays))
	if !in.EndsOn.IsZero() {
		c.Require(in.StartsOn <= in.EndsOn, "ends_on", "OUT_OF_RANGE", "the last day is not before the first one")
		c.Require(in.EndsOn.DaysSince(today) <= maxAheadDays, "ends_on", "OUT_OF_RANGE", fmt.Sprintf("at most %d days ahead", maxAheadDays))
	}
	checkReason(c, in.Reason)
}

// Adjust asks for a new version of a standing limit and puts it into the approval
// inbox. It needs access.LimitApply; ErrPending, ErrNoProject.
func (s *Service) Adjust(ctx context.Context, in AdjustInput) (Limit, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Limit{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Limit{}, err
	}
	if in.StartsOn.IsZero() {
		in.StartsOn = today
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.Validate(today); err != nil {
		return Limit{}, err
	}
	l := s.version(in, actor)
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.base(ctx, actor, in.CustomerID, in.ProjectID)
		if err != nil {
			return err
		}
		l.Project = b.project
		return s.submit(ctx, approval.KindLimitAdjustment, l, b, 0)
	})
	if err != nil {
		return Limit{}, err
	}
	return l, nil
}

func (s *Service) version(in AdjustInput, actor access.Actor) Limit {
	return Limit{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Class: ClassStanding, Kind: in.Kind, Mode: ModeAdd, Amount: in.Amount,
		StartsOn: in.StartsOn, EndsOn: in.EndsOn, Reason: in.Reason, Status: StatusSubmitted,
		CreatedAt: s.clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
}
