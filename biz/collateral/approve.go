package collateral

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/tenant"
)

// Facts are what the approver of collateral sees. Amounts are fen, as strings.
type Facts struct {
	Customer limit.CustomerFacts `json:"customer"`
	New      TermsFacts          `json:"new"`
	Old      limit.AccountFacts  `json:"old"`
	// ResultingBound is what he may owe with it; nil where it binds nobody: without a
	// limit, or without a bound.
	ResultingBound *money.Amount `json:"resulting_bound,string,omitempty"`
	// Listings in force that concern the customer, and what they do to limits of his.
	Negative []negativelist.Judged `json:"negative,omitempty"`
}

// TermsFacts are the terms of the item and what of it counts.
type TermsFacts struct {
	Kind         Kind          `json:"kind"`
	ProviderName string        `json:"provider_name"`
	ProviderUSCC string        `json:"provider_uscc"`
	ReferenceNo  string        `json:"reference_no"`
	Description  string        `json:"description"`
	Guaranteed   money.Amount  `json:"guaranteed_amount,string"`
	Appraised    *money.Amount `json:"appraised_amount,string,omitempty"`
	AppraisedOn  calendar.Date `json:"appraised_on,omitzero"`
	Rate         int           `json:"rate"`
	Cover        money.Amount  `json:"cover,string"`
	Uncounted    Uncounted     `json:"uncounted"`
	StartsOn     calendar.Date `json:"starts_on"`
	EndsOn       calendar.Date `json:"ends_on,omitzero"`
	Documents    []uuid.UUID   `json:"document_ids"`
}

func factsOf(c Collateral, who customer.Brief, a exposure.Account, v negativelist.Verdict) Facts {
	f := Facts{Negative: v.Hits, Customer: limit.CustomerFactsOf(who), Old: limit.AccountFactsOf(a), New: TermsFacts{Kind: c.Kind, ProviderName: c.ProviderName,
		ProviderUSCC: c.ProviderUSCC, ReferenceNo: c.ReferenceNo, Description: c.Description, Guaranteed: c.Guaranteed, Appraised: c.Appraised,
		AppraisedOn: c.AppraisedOn, Rate: c.Rate, Cover: c.Cover, Uncounted: c.Uncounted, StartsOn: c.StartsOn, EndsOn: c.EndsOn, Documents: c.Documents}}
	if a.LimitKind == exposure.LimitAmount {
		f.ResultingBound = new(a.Bound() + c.Cover)
	}
	return f
}

// Apply puts collateral into the approval inbox, with what the tenant's rate of
// today lets count of it. It needs access.LimitApply. Faults: INVALID_INPUT,
// CUSTOMER_NOT_FOUND, DOCUMENT_NOT_FOUND, COLLATERAL_OWN_GUARANTEE,
// COLLATERAL_TAKEN, COLLATERAL_PENDING.
func (s *Service) Apply(ctx context.Context, in ApplyInput) (c Collateral, err error) {
	actor, today, err := s.actor(ctx, access.LimitApply)
	if err != nil {
		return c, err
	}
	in.normalize()
	if err := in.Validate(today); err != nil {
		return c, err
	}
	c = Collateral{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Terms: in.Terms, Status: StatusSubmitted,
		CreatedAt: s.Clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		who, err := s.Customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		c.CustomerNumber, c.CustomerName = who.Number, who.Name
		if err := s.weigh(ctx, &c, today); err != nil {
			return err
		}
		return s.submit(ctx, c, who)
	})
	return c, err
}

// weigh says what of the item counts, by the rate in force and who stands for it.
func (s *Service) weigh(ctx context.Context, c *Collateral, today calendar.Date) error {
	if ok, err := s.Repo.Papers(ctx, c.CustomerID, c.Documents); err != nil || !ok {
		return orElse(err, ErrDocument)
	}
	if taken, err := s.Repo.Taken(ctx, c.CustomerID, c.ID, c.Terms); err != nil || taken {
		return orElse(err, ErrTaken)
	}
	r, err := s.rates(ctx)
	if err != nil {
		return err
	}
	c.Rate = r.Of[c.Kind]
	c.Cover, c.Uncounted = Worth(c.Guaranteed, c.Appraised, c.Rate), Counted
	return s.judge(ctx, c, today)
}

// judge takes the cover of a guarantor away who adds nothing. It never gives any.
func (s *Service) judge(ctx context.Context, c *Collateral, today calendar.Date) error {
	if !c.Kind.personal() {
		return nil
	}
	p, err := s.Repo.Provider(ctx, c.CustomerID, c.ProviderName, c.ProviderUSCC, today)
	switch {
	case err != nil:
		return err
	case p.Self:
		return ErrSelf
	case p.Listed:
		c.Cover, c.Uncounted = 0, ByBlacklist
	case p.Related:
		c.Cover, c.Uncounted = 0, ByRelation
	}
	return nil
}

func (s *Service) submit(ctx context.Context, c Collateral, who customer.Brief) error {
	account, err := s.Accounts.Get(ctx, c.CustomerID)
	if err != nil {
		return err
	}
	// Refuses nothing: what secures his debt takes risk away.
	listed, err := s.Listings.Verdicts(ctx, c.CustomerID)
	if err != nil {
		return err
	}
	if err := s.Repo.Insert(ctx, c); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Entry{Action: "collateral.submitted", ObjectType: "collateral", ObjectID: c.ID.String(), After: trace(c)}); err != nil {
		return err
	}
	// What counts is a part and no new total, so there is nothing to measure it against.
	_, err = s.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindCollateral, SubjectID: c.ID, CustomerID: &c.CustomerID,
		Title: who.Name + " · " + c.ProviderName, Amount: c.Cover, Facts: factsOf(c, who, account, listed[c.CustomerID]), Grade: account.Grade})
	return err
}

// Approved lets the item count, from its first day on. Who stands for it is looked
// at once more; COLLATERAL_PERIOD_OVER, COLLATERAL_TAKEN.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	c, err := s.pending(ctx, a)
	if err != nil {
		return err
	}
	if !c.EndsOn.IsZero() && c.EndsOn < today {
		return ErrPeriodOver.With("ends_on", c.EndsOn.String())
	}
	if taken, err := s.Repo.Taken(ctx, c.CustomerID, c.ID, c.Terms); err != nil || taken {
		return orElse(err, ErrTaken)
	}
	before, now := c, s.Clock.Now()
	if err := s.judge(ctx, &c, today); err != nil {
		return err
	}
	c.Status, c.EffectiveAt = StatusActive, &now
	if err := s.save(ctx, "collateral.active", before, &c); err != nil {
		return err
	}
	return s.Accounts.Recompute(ctx, c.CustomerID)
}

// Rejected ends the application.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusRejected)
}

// Returned gives the application back; its submitter changes it and applies anew.
func (s *Service) Returned(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusReturned)
}

// Withdrawn ends the application as its submitter wished.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusWithdrawn)
}

func (s *Service) close(ctx context.Context, a approval.Approval, to Status) error {
	c, err := s.pending(ctx, a)
	if err != nil {
		return err
	}
	before := c
	c.Status = to
	return s.save(ctx, "collateral."+string(to), before, &c)
}

func (s *Service) pending(ctx context.Context, a approval.Approval) (Collateral, error) {
	c, err := s.Repo.Lock(ctx, a.SubjectID, nil)
	if err == nil && c.Status != StatusSubmitted {
		err = ErrState
	}
	return c, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
