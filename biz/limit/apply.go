package limit

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// ApplyInput asks for a temporary limit of a customer, or of his project. Mode is
// add where it is empty.
type ApplyInput struct {
	CustomerID uuid.UUID
	ProjectID  uuid.UUID // Nil: of the customer
	Amount     money.Amount
	Mode       Mode
	StartsOn   calendar.Date
	EndsOn     calendar.Date
	Reason     string
}

const (
	maxSpanDays = 366
	maxReason   = 500
	// maxAmount keeps sums of limits and receivables far from the end of int64:
	// ten trillion units of the currency.
	maxAmount = money.Amount(1_000_000_000_000_000)
)

// Validate gives all faults of the input; today is the tenant's business date.
func (in ApplyInput) Validate(today calendar.Date) error {
	var c fault.Checks
	c.Require(in.Amount > 0, "amount", "OUT_OF_RANGE", "an amount above zero")
	c.Require(in.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "the amount is too large")
	c.Require(in.Mode == ModeAdd || in.Mode == ModeReplace, "mode", "UNKNOWN", "the mode is add or replace")
	c.Require(!in.StartsOn.IsZero(), "starts_on", "REQUIRED", "give the first day")
	c.Require(!in.EndsOn.IsZero(), "ends_on", "REQUIRED", "give the last day")
	if !in.StartsOn.IsZero() && !in.EndsOn.IsZero() {
		c.Require(in.StartsOn <= in.EndsOn, "ends_on", "OUT_OF_RANGE", "the last day is not before the first one")
		c.Require(in.EndsOn >= today, "ends_on", "OUT_OF_RANGE", "the last day is over already")
		c.Require(in.EndsOn.DaysSince(in.StartsOn) < maxSpanDays, "ends_on", "OUT_OF_RANGE", fmt.Sprintf("at most %d days, both ends counted", maxSpanDays))
	}
	checkReason(&c, in.Reason)
	return c.Err()
}

func checkedReason(reason *string) error {
	var c fault.Checks
	*reason = strings.TrimSpace(*reason)
	checkReason(&c, *reason)
	return c.Err()
}

func checkReason(c *fault.Checks, reason string) {
	c.Require(strings.TrimSpace(reason) != "", "reason", "REQUIRED", "say what it is needed for")
	c.Require(utf8.RuneCountInString(reason) <= maxReason, "reason", "TOO_LONG", fmt.Sprintf("at most %d characters", maxReason))
}

// Apply asks for a temporary limit (000-64) and puts it into the approval inbox.
// A project needs a limit of its own before: a temporary one that adds to nothing
// would take room away.
func (s *Service) Apply(ctx context.Context, in ApplyInput) (Limit, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Limit{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Limit{}, err
	}
	if in.Mode == "" {
		in.Mode = ModeAdd
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.Validate(today); err != nil {
		return Limit{}, err
	}
	l := Limit{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Class: ClassTemporary, Kind: exposure.LimitAmount, Mode: in.Mode,
		Amount: in.Amount, StartsOn: in.StartsOn, EndsOn: in.EndsOn, Reason: in.Reason, Status: StatusSubmitted,
		CreatedAt: s.clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.base(ctx, actor, in.CustomerID, in.ProjectID)
		if err != nil {
			return err
		}
		if b.project != nil && (b.figures == nil || b.figures.Kind == exposure.LimitUnlimited) {
			return ErrNoBase
		}
		before, err := s.repo.Temporaries(ctx, in.CustomerID, l.CreatedAt.AddDate(-1, 0, 0))
		if err != nil {
			return err
		}
		l.Project = b.project
		return s.submit(ctx, approval.KindTemporaryLimit, l, b, before+1)
	})
	if err != nil {
		return Limit{}, err
	}
	return l, nil
}

// submit stores an application and puts it into the inbox. times counts the
// temporary limits applied for within a year, this one with them. A customer whom the
// negative list keeps from more gets less only; one above whose ceiling it is may be refused.
func (s *Service) submit(ctx context.Context, kind approval.Kind, l Limit, b base, times int) error {
	verdict, err := s.allowed(ctx, l, b)
	if err != nil {
		return err
	}
	ceiling, err := s.held(ctx, l, b)
	if err != nil {
		return err
	}
	if err := s.repo.Insert(ctx, l); err != nil {
		return err
	}
	title := b.who.Name
	if b.project != nil {
		title += " · " + b.project.Name
	}
	if _, err := s.approvals.Submit(ctx, approval.Submission{
		Kind: kind, SubjectID: l.ID, CustomerID: &l.CustomerID, Title: title, Amount: amountOf(l), Facts: factsOf(l, b, times, verdict, ceiling),
		Grade: b.account.Grade, Previous: b.comparable(l),
	}); err != nil {
		return err
	}
	return s.audit.Record(ctx, audit.Entry{Action: "limit.submitted", ObjectType: "credit_limit", ObjectID: l.ID.String(), After: trace(l)})
}
