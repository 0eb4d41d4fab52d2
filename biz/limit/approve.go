package limit

import (
	"context"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/tenant"
)

var _ approval.Subject = (*Service)(nil)

// Facts are what the approver of a limit sees: what is asked for against what is
// granted and used. Amounts are fen, as strings.
type Facts struct {
	Customer CustomerFacts `json:"customer"`
	Project  *ProjectFacts `json:"project,omitempty"`
	New      TermsFacts    `json:"new"`
	Old      AccountFacts  `json:"old"`
	// What he may be granted at all, and what of it the terms go over.
	Ceiling *CeilingFacts `json:"ceiling,omitempty"`
	// Listings in force that concern the customer, and what they do.
	Negative []negativelist.Judged `json:"negative,omitempty"`
}

// ProjectFacts say which project it is about and what that has, if it has a limit
// of its own.
type ProjectFacts struct {
	Number     string             `json:"number"`
	Name       string             `json:"name"`
	LimitKind  exposure.LimitKind `json:"limit_kind"` // empty without one of its own
	Limit      money.Amount       `json:"limit,string"`
	Receivable money.Amount       `json:"receivable,string"`
	Reserved   money.Amount       `json:"reserved,string"`
}

// CustomerFacts says who it is about.
type CustomerFacts struct {
	Number string `json:"number"`
	Name   string `json:"name"`
	USCC   string `json:"uscc"`
}

// TermsFacts are the terms asked for, and the limit they would come to while
// they last. ResultingLimit is empty where there is no bound. EndsOn and Days are
// empty for a limit that goes on.
type TermsFacts struct {
	Class          Class              `json:"class"`
	Kind           exposure.LimitKind `json:"kind"`
	Amount         money.Amount       `json:"amount,string"`
	Mode           Mode               `json:"mode"`
	StartsOn       calendar.Date      `json:"starts_on"`
	EndsOn         calendar.Date      `json:"ends_on,omitzero"`
	Days           int                `json:"days"`
	Reason         string             `json:"reason"`
	ResultingLimit *money.Amount      `json:"resulting_limit,string,omitempty"`
	Times          int                `json:"times"` // temporary limits applied for within a year, this one with them
}

// AccountFacts are the credit account at the time of submission, with each part of
// the exposure, so that what an approver sees used adds up.
type AccountFacts struct {
	Grade       string             `json:"grade"`
	LimitKind   exposure.LimitKind `json:"limit_kind"`
	Standing    money.Amount       `json:"standing_limit,string"`
	Temporary   money.Amount       `json:"temporary_limit,string"`
	Cover       money.Amount       `json:"cover,string"`
	Receivable  money.Amount       `json:"receivable,string"`
	Reserved    money.Amount       `json:"reserved,string"`
	Delivered   money.Amount       `json:"delivered,string"`
	Reconciled  money.Amount       `json:"reconciled,string"`
	Drafts      money.Amount       `json:"drafts,string"`
	Advances    money.Amount       `json:"advances,string"`
	Exposure    money.Amount       `json:"exposure,string"`
	Overdue     money.Amount       `json:"overdue,string"`
	OverdueDays int                `json:"overdue_days"`
	AsOf        calendar.Date      `json:"as_of"`
}

// InForce is the standing limit that is in force, for conditions on the change: nil
// where it is unlimited, so that no change can be measured.
func InForce(a exposure.Account) *money.Amount {
	amount := a.Standing
	switch a.LimitKind {
	case exposure.LimitUnlimited:
		return nil
	case exposure.LimitNone:
		amount = 0
	}
	return &amount
}

// AccountFactsOf takes the figures of an account for an approver.
func AccountFactsOf(a exposure.Account) AccountFacts {
	return AccountFacts{Grade: a.Grade, LimitKind: a.LimitKind, Standing: a.Standing, Temporary: a.Temporary, Cover: a.Cover, Receivable: a.Receivable,
		Reserved: a.Reserved, Delivered: a.Delivered, Reconciled: a.Reconciled, Drafts: a.Drafts, Advances: a.Advances, Exposure: a.Exposure(),
		Overdue: a.Overdue, OverdueDays: a.OverdueDays(a.AsOf), AsOf: a.AsOf}
}

// CustomerFactsOf takes what tells a customer for an approver.
func CustomerFactsOf(b customer.Brief) CustomerFacts {
	return CustomerFacts{Number: b.Number, Name: b.Name, USCC: b.USCC}
}

func factsOf(l Limit, b base, times int, v negativelist.Verdict, c CeilingFacts) Facts {
	f := Facts{Ceiling: &c, Negative: v.Hits, Customer: CustomerFactsOf(b.who), Old: AccountFactsOf(b.account), New: TermsFacts{Class: l.Class, Kind: l.Kind,
		Amount: l.Amount, Mode: l.Mode, StartsOn: l.StartsOn, EndsOn: l.EndsOn, Reason: l.Reason, Times: times}}
	if !l.EndsOn.IsZero() {
		f.New.Days = l.EndsOn.DaysSince(l.StartsOn) + 1
	}
	if b.project != nil {
		f.Project = &ProjectFacts{Number: b.project.Number, Name: b.project.Name}
		if b.figures != nil {
			f.Project.LimitKind, f.Project.Limit, f.Project.Receivable, f.Project.Reserved = b.figures.Kind, b.figures.Limit, b.figures.Receivable, b.figures.Reserved
		}
	}
	f.New.ResultingLimit = l.resulting(b)
	return f
}

// Approved puts the limit into force. Its days are counted by date, so one that
// begins later simply waits; a standing one takes the place of those before it.
// NEGATIVE_LIMIT_REFUSED when the customer was listed, a fault of Ceiling.Refusal when his
// rating no longer bears it, LIMIT_PERIOD_OVER when its days have passed meanwhile.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	if a.Kind == approval.KindLimitBatch {
		return s.batchApproved(ctx, a)
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	l, err := s.pending(ctx, a)
	if err != nil {
		return err
	}
	b, err := s.now(ctx, l)
	if err != nil {
		return err
	}
	// A listing may have come between the application and the last approver.
	if _, err := s.allowed(ctx, l, b); err != nil {
		return err
	}
	if _, err := s.held(ctx, l, b); err != nil {
		return err
	}
	if err := s.effect(ctx, l, today); err != nil {
		return err
	}
	return s.accounts.Recompute(ctx, l.CustomerID)
}

func (s *Service) effect(ctx context.Context, l Limit, today calendar.Date) error {
	if !l.EndsOn.IsZero() && l.EndsOn < today {
		return ErrPeriodOver.With("ends_on", l.EndsOn.String())
	}
	if l.Class == ClassStanding {
		if err := s.supersede(ctx, l.CustomerID, l.projectID(), l.StartsOn, today); err != nil {
			return err
		}
	}
	now := s.clock.Now()
	before := l
	l.Status, l.EffectiveAt, l.Version = StatusEffective, &now, l.Version+1
	if err := s.repo.SetStatus(ctx, l); err != nil {
		return err
	}
	return s.record(ctx, "limit.effective", before, l)
}

// Rejected ends the application.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusRejected)
}

// Returned gives the application back; its submitter changes it and asks anew.
func (s *Service) Returned(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusReturned)
}

// Withdrawn ends the application as its submitter wished.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusWithdrawn)
}

func (s *Service) close(ctx context.Context, a approval.Approval, to Status) error {
	if a.Kind == approval.KindLimitBatch {
		return s.batchClosed(ctx, a, to)
	}
	l, err := s.pending(ctx, a)
	if err != nil {
		return err
	}
	before := l
	l.Status, l.Version = to, l.Version+1
	if err := s.repo.SetStatus(ctx, l); err != nil {
		return err
	}
	return s.record(ctx, "limit."+string(to), before, l)
}

func (s *Service) pending(ctx context.Context, a approval.Approval) (Limit, error) {
	l, err := s.repo.Lock(ctx, a.SubjectID)
	if err != nil {
		return Limit{}, err
	}
	if l.Status != StatusSubmitted {
		return Limit{}, ErrState.With("status", string(l.Status))
	}
	return l, nil
}
