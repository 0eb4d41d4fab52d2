package rating

import (
	"context"
	"time"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/coded"
	"zhuxin/shared/event"
	"zhuxin/shared/negativelist"
)

var _ approval.Subject = (*Ratings)(nil)

// Facts are what the approver of a rating sees: the new outcome against the
// effective one, every value, and what the customer owes.
type Facts struct {
	Customer limit.CustomerFacts `json:"customer"`
	Template TemplateRef         `json:"template"`
	New      Outcome             `json:"new"`
	Old      *Outcome            `json:"old"` // null for a first rating
	Values   []ValueFacts        `json:"values"`
	// Of the rating before, for the comparison; empty for a first rating.
	OldValues []ValueFacts       `json:"old_values"`
	Account   limit.AccountFacts `json:"account"`
	Remark    string             `json:"remark"`
	// Listings in force that concern the customer, and what they do.
	Negative []negativelist.Judged `json:"negative,omitempty"`
}

// TemplateRef names the version a rating was made by.
type TemplateRef struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
}

// Outcome is what a rating comes to; amounts in fen, as strings.
type Outcome struct {
	TotalScore       int64  `json:"total_score"` // hundredths of a point
	Grade            Grade  `json:"grade"`
	MaxCreditAmount  string `json:"max_credit_amount"`
	MaxOverdueAmount string `json:"max_overdue_amount"`
	MaxOverdueDays   int    `json:"max_overdue_days"`
	ValidMonths      int    `json:"valid_months"`
}

// OverrideFacts are why a value stands in place of a measured one.
type OverrideFacts struct {
	Measured string    `json:"measured,omitempty"` // thousandths of the unit; none when nothing was measured
	Reason   string    `json:"reason"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// ValueFacts is one indicator with its value, score and contribution.
type ValueFacts struct {
	IndicatorCode string      `json:"indicator_code"`
	NameZH        string      `json:"name_zh"`
	NameEN        string      `json:"name_en"`
	Unit          string      `json:"unit"`
	Number        string      `json:"number,omitempty"` // thousandths of the unit
	ChoiceZH      string      `json:"choice_zh,omitempty"`
	ChoiceEN      string      `json:"choice_en,omitempty"`
	Source        ValueSource `json:"source"`
	SourceDetail  string      `json:"source_detail,omitempty"`
	Weight        int64       `json:"weight"`
	Score         int64       `json:"score"`
	Contribution  int64       `json:"contribution"`
	Missing       MissingRule `json:"missing,omitempty"` // the rule that decided, where there was no value
	// Of a value in place of a measured one.
	Override *OverrideFacts `json:"override,omitempty"`
}

func outcome(r Rating) Outcome {
	m := r.Result.Maxima
	band, _ := r.Definition.BandOf(r.Result.Total)
	return Outcome{TotalScore: r.Result.Total, Grade: r.Result.Grade, MaxCreditAmount: fen(int64(m.CreditAmount)),
		MaxOverdueAmount: fen(int64(m.OverdueAmount)), MaxOverdueDays: m.OverdueDays, ValidMonths: band.Validity()}
}

func ratingFacts(r Rating, who customer.Brief, previous *Rating, account exposure.Account, v negativelist.Verdict) Facts {
	f := Facts{Negative: v.Hits, Customer: limit.CustomerFactsOf(who), Template: TemplateRef{r.TemplateNumber, r.TemplateName}, New: outcome(r),
		Values: valueFacts(r), OldValues: []ValueFacts{}, Account: limit.AccountFactsOf(account), Remark: r.Remark}
	if previous != nil {
		old := outcome(*previous)
		f.Old, f.OldValues = &old, valueFacts(*previous)
	}
	return f
}

func valueFacts(r Rating) []ValueFacts {
	out := []ValueFacts{}
	for _, v := range r.Result.Values {
		it, _ := r.Definition.Item(v.IndicatorCode)
		vf := ValueFacts{IndicatorCode: v.IndicatorCode, NameZH: it.NameZH, NameEN: it.NameEN, Unit: it.Unit, Source: v.Source,
			SourceDetail: v.SourceDetail, Weight: v.Weight, Score: v.Score, Contribution: v.Contribution(), Missing: v.Missing}
		if v.Number != nil {
			vf.Number = fen(*v.Number)
		}
		if o, ok := it.Scoring.Option(v.Choice); ok {
			vf.ChoiceZH, vf.ChoiceEN = o.NameZH, o.NameEN
		}
		if o := v.Override; o != nil {
			vf.Override = &OverrideFacts{Reason: o.Reason, At: o.At}
			if o.By != nil {
				vf.Override.By = o.By.Name
			}
			if o.Measured != nil {
				vf.Override.Measured = fen(*o.Measured)
			}
		}
		out = append(out, vf)
	}
	return out
}

// Approved puts the rating into force, in one transaction: the previous one
// lapses, a new version of the standing limit is set from the grade's maximum,
// the account is recomputed, and HQ's history is told (000-53 to 55). A listing may
// have come between submission and the last approver: NEGATIVE_RATING_REFUSED then.
func (s *Ratings) Approved(ctx context.Context, a approval.Approval) error {
	r, err := s.submitted(ctx, a)
	if err != nil {
		return err
	}
	if _, err := s.rateable(ctx, r.CustomerID); err != nil {
		return err
	}
	now := s.Clock.Now()
	old, err := s.Ratings.Latest(ctx, r.CustomerID, StatusEffective)
	if err != nil {
		return err
	}
	if old != nil {
		before := *old
		old.Status, old.LapsedAt, old.LapseReason, old.Version = StatusLapsed, &now, LapseSuperseded, old.Version+1
		if err := s.Ratings.SetStatus(ctx, *old); err != nil {
			return err
		}
		if err := s.record(ctx, "rating.lapsed", &before, old); err != nil {
			return err
		}
	}
	before := r
	r.Status, r.EffectiveAt, r.Version = StatusEffective, &now, r.Version+1
	if r.DueOn, err = s.dueOn(ctx, r); err != nil {
		return err
	}
	if err := s.Ratings.SetStatus(ctx, r); err != nil {
		return err
	}
	if err := s.record(ctx, "rating.effective", &before, &r); err != nil {
		return err
	}
	if _, err := s.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: r.CustomerID, Kind: exposure.LimitAmount,
		Amount: r.Result.Maxima.CreditAmount, RatingID: &r.ID, Reason: coded.Reason(coded.RatingGranted, "grade", string(r.Result.Grade))}); err != nil {
		return err
	}
	if err := s.Accounts.Recompute(ctx, r.CustomerID); err != nil {
		return err
	}
	return s.Events.Publish(ctx, event.Event{Topic: TopicEffective, Payload: Effective{RatingID: r.ID}})
}

// Rejected closes the submission; its values can be taken into a new draft.
func (s *Ratings) Rejected(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusRejected)
}

// Returned gives the submission back: what was seen stays, and its author goes on
// with its values.
func (s *Ratings) Returned(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusReturned)
}

// Withdrawn closes the submission as its author wished.
func (s *Ratings) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusWithdrawn)
}

func (s *Ratings) close(ctx context.Context, a approval.Approval, to Status) error {
	r, err := s.submitted(ctx, a)
	if err != nil {
		return err
	}
	before := r
	r.Status, r.Version = to, r.Version+1
	if err := s.Ratings.SetStatus(ctx, r); err != nil {
		return err
	}
	return s.record(ctx, "rating."+string(to), &before, &r)
}

func (s *Ratings) submitted(ctx context.Context, a approval.Approval) (Rating, error) {
	r, err := s.Ratings.Lock(ctx, a.SubjectID, nil)
	if err != nil {
		return Rating{}, err
	}
	if r.Status != StatusSubmitted {
		return Rating{}, ErrState.With("status", string(r.Status))
	}
	return r, nil
}
