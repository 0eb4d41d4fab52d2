package limit

import (
	"context"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

var _ approval.Subject = (*Service)(nil)

// Facts are what the approver of a temporary limit sees: what is asked for
// against what the customer has and uses. Amounts are fen, as strings.
type Facts struct {
	Customer CustomerFacts `json:"customer"`
	New      TermsFacts    `json:"new"`
	Old      AccountFacts  `json:"old"`
}

// CustomerFacts says who it is about.
type CustomerFacts struct {
	Number string `json:"number"`
	Name   string `json:"name"`
	USCC   string `json:"uscc"`
}

// TermsFacts are the terms asked for, and the limit they would come to while
// they last. ResultingLimit is empty for a customer without bound.
type TermsFacts struct {
	Amount         money.Amount  `json:"amount,string"`
	Mode           Mode          `json:"mode"`
	StartsOn       calendar.Date `json:"starts_on"`
	EndsOn         calendar.Date `json:"ends_on"`
	Days           int           `json:"days"`
	Reason         string        `json:"reason"`
	ResultingLimit *money.Amount `json:"resulting_limit,string,omitempty"`
}

// AccountFacts are the credit account at the time of submission.
type AccountFacts struct {
	Grade       string             `json:"grade"`
	LimitKind   exposure.LimitKind `json:"limit_kind"`
	Standing    money.Amount       `json:"standing_limit,string"`
	Temporary   money.Amount       `json:"temporary_limit,string"`
	Receivable  money.Amount       `json:"receivable,string"`
	Reserved    money.Amount       `json:"reserved,string"`
	Overdue     money.Amount       `json:"overdue,string"`
	OverdueDays int                `json:"overdue_days"`
	AsOf        calendar.Date      `json:"as_of"`
}

// AccountFactsOf takes the figures of an account for an approver.
func AccountFactsOf(a exposure.Account) AccountFacts {
	return AccountFacts{Grade: a.Grade, LimitKind: a.LimitKind, Standing: a.Standing, Temporary: a.Temporary, Receivable: a.Receivable,
		Reserved: a.Reserved, Overdue: a.Overdue, OverdueDays: a.OverdueDays(a.AsOf), AsOf: a.AsOf}
}

// CustomerFactsOf takes what tells a customer for an approver.
func CustomerFactsOf(b customer.Brief) CustomerFacts {
	return CustomerFacts{Number: b.Number, Name: b.Name, USCC: b.USCC}
}

func factsOf(l Limit, who customer.Brief, a exposure.Account) Facts {
	f := Facts{Customer: CustomerFactsOf(who), Old: AccountFactsOf(a), New: TermsFacts{
		Amount: l.Amount, Mode: l.Mode, StartsOn: l.StartsOn, EndsOn: l.EndsOn, Days: l.EndsOn.DaysSince(l.StartsOn) + 1, Reason: l.Reason}}
	if a.LimitKind != exposure.LimitUnlimited {
		sum := l.Amount
		if l.Mode == ModeAdd {
			sum += a.Limit()
		}
		f.New.ResultingLimit = &sum
	}
	return f
}

// Approved puts the temporary limit into force. Its days are counted by date, so
// one that begins later simply waits. LIMIT_PERIOD_OVER when they have passed.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	l, err := s.pending(ctx, a)
	if err != nil {
		return err
	}
	if l.EndsOn < today {
		return ErrPeriodOver.With("ends_on", l.EndsOn.String())
	}
	now := s.clock.Now()
	before := l
	l.Status, l.EffectiveAt, l.Version = StatusEffective, &now, l.Version+1
	if err := s.repo.SetStatus(ctx, l); err != nil {
		return err
	}
	if err := s.record(ctx, "limit.effective", before, l); err != nil {
		return err
	}
	return s.accounts.Recompute(ctx, l.CustomerID)
}

// Rejected ends the application.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusRejected)
}

// Withdrawn ends the application as its submitter wished.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusWithdrawn)
}

func (s *Service) close(ctx context.Context, a approval.Approval, to Status) error {
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
