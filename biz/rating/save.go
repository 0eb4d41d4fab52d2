package rating

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/negativelist"
)

// SaveInput is a rating as a person fills it in. RatingID and Version are of the
// draft to replace; without them a new one begins.
type SaveInput struct {
	CustomerID uuid.UUID
	RatingID   *uuid.UUID
	Version    int64
	Values     []Input
	Remark     string
	Submit     bool
}

const maxRemark = 1000

// Validate gives all faults that can be seen without the template.
func (in SaveInput) Validate() error {
	var c fault.Checks
	c.Require(utf8.RuneCountInString(in.Remark) <= maxRemark, "remark", "TOO_LONG", fmt.Sprintf("at most %d characters", maxRemark))
	c.Require(len(in.Values) <= MaxItems, "values", "TOO_MANY", fmt.Sprintf("at most %d values", MaxItems))
	c.Require(in.RatingID == nil || in.Version > 0, "version", "REQUIRED", "send the version that was shown")
	return c.Err()
}

// Save computes score, grade and maxima on the effective template and stores a
// draft; with Submit it also goes to approval. A draft may lack values. A draft
// of a template that has been replaced is made anew on the one in force.
// Faults: those of Prepare, INVALID_INPUT (also for a value sent for a data
// indicator), RATING_NOT_FOUND, RATING_NOT_DRAFT, VERSION_CONFLICT, and those of
// Submit.
func (s *Ratings) Save(ctx context.Context, in SaveInput) (Rating, error) {
	actor, err := access.Require(ctx, access.RatingWrite)
	if err != nil {
		return Rating{}, err
	}
	in.Remark = strings.TrimSpace(in.Remark)
	if err := in.Validate(); err != nil {
		return Rating{}, err
	}
	var r Rating
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.basis(ctx, in.CustomerID, actor)
		if err != nil {
			return err
		}
		kept, err := s.overridden(ctx, actor, in, b)
		if err != nil {
			return err
		}
		result, err := b.template.Definition.Score(append(slices.Clip(in.Values), kept...), b.measured)
		if err != nil {
			return err
		}
		if r, err = s.store(ctx, actor, in, b, result); err != nil {
			return err
		}
		if in.Submit {
			return s.submit(ctx, &r, b)
		}
		return nil
	})
	return r, err
}

// store writes the draft: over the one that is named, or as a new one when there
// is none, when that one was turned down, or when its template is no longer in force.
func (s *Ratings) store(ctx context.Context, actor access.Actor, in SaveInput, b basis, result Result) (Rating, error) {
	fresh := Rating{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, CustomerName: b.who.Name, TemplateID: b.template.ID,
		TemplateNumber: b.template.Number, TemplateName: b.template.Name, Definition: b.template.Definition, Status: StatusDraft,
		Result: result, Remark: in.Remark, CreatedAt: s.Clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
	if in.RatingID != nil {
		old, err := s.Ratings.Lock(ctx, *in.RatingID, customer.OnlyOf(actor))
		if err != nil {
			return Rating{}, err
		}
		if old.CustomerID != in.CustomerID {
			return Rating{}, ErrNotFound
		}
		if old.Version != in.Version {
			return Rating{}, ErrVersion.With("current_version", fmt.Sprint(old.Version))
		}
		switch {
		case old.Status == StatusDraft && old.TemplateID == b.template.ID:
			return s.replace(ctx, old, fresh)
		case old.Status == StatusDraft:
			if err := s.Ratings.Delete(ctx, old.ID); err != nil {
				return Rating{}, err
			}
			if err := s.record(ctx, "rating.deleted", &old, nil); err != nil {
				return Rating{}, err
			}
		case !old.Status.turnedDown():
			return Rating{}, ErrNotDraft.With("status", string(old.Status))
		}
	}
	if err := s.Ratings.Insert(ctx, fresh); err != nil {
		return Rating{}, err
	}
	return fresh, s.record(ctx, "rating.created", nil, &fresh)
}

func (s *Ratings) replace(ctx context.Context, old, fresh Rating) (Rating, error) {
	return s.rewrite(ctx, old, fresh, "rating.changed")
}

func (s *Ratings) rewrite(ctx context.Context, old, fresh Rating, action string) (Rating, error) {
	r := old
	r.Result, r.Remark, r.Version = fresh.Result, fresh.Remark, old.Version+1
	if err := s.Ratings.SaveDraft(ctx, r); err != nil {
		return Rating{}, err
	}
	return r, s.record(ctx, action, &old, &r)
}

// Submit sends a draft to approval. The data values are measured once more, so
// that the approver sees those of today. Faults: RATING_NOT_DRAFT,
// VERSION_CONFLICT, TEMPLATE_CHANGED, RATING_INCOMPLETE, RATING_IN_APPROVAL,
// NEGATIVE_RATING_REFUSED.
func (s *Ratings) Submit(ctx context.Context, id uuid.UUID, version int64) (Rating, error) {
	actor, err := access.Require(ctx, access.RatingWrite)
	if err != nil {
		return Rating{}, err
	}
	var c fault.Checks
	checkVersion(&c, version)
	if err := c.Err(); err != nil {
		return Rating{}, err
	}
	var r Rating
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		old, b, err := s.draft(ctx, actor, id, version)
		if err != nil {
			return err
		}
		result, err := b.template.Definition.Score(old.Result.inputs(), b.measured)
		if err != nil {
			return err
		}
		fresh := old
		fresh.Result = result
		if r, err = s.replace(ctx, old, fresh); err != nil {
			return err
		}
		return s.submit(ctx, &r, b)
	})
	return r, err
}

// draft locks a draft of the version that was seen, with what it is made of.
func (s *Ratings) draft(ctx context.Context, actor access.Actor, id uuid.UUID, version int64) (Rating, basis, error) {
	old, err := s.Ratings.Lock(ctx, id, customer.OnlyOf(actor))
	if err != nil {
		return Rating{}, basis{}, err
	}
	if old.Status != StatusDraft {
		return Rating{}, basis{}, ErrNotDraft.With("status", string(old.Status))
	}
	if old.Version != version {
		return Rating{}, basis{}, ErrVersion.With("current_version", fmt.Sprint(old.Version))
	}
	b, err := s.basis(ctx, old.CustomerID, actor)
	if err == nil && b.template.ID != old.TemplateID {
		err = ErrTemplateChanged.With("template_number", fmt.Sprint(b.template.Number))
	}
	return old, b, err
}

// inputs gives back what was entered by hand, and what was overridden.
func (r Result) inputs() []Input {
	var in []Input
	for _, v := range r.Values {
		if v.Source == ValueManual {
			in = append(in, Input{IndicatorCode: v.IndicatorCode, Number: v.Number, Choice: v.Choice})
		}
	}
	return append(in, r.overrides()...)
}

// rateable says what the negative list does to the customer; the fault is
// NEGATIVE_RATING_REFUSED where he must not be rated.
func (s *Ratings) rateable(ctx context.Context, customerID uuid.UUID) (negativelist.Verdict, error) {
	all, err := s.Listings.Verdicts(ctx, customerID)
	if err != nil {
		return negativelist.Verdict{}, err
	}
	return all[customerID], all[customerID].Rate()
}

func (s *Ratings) submit(ctx context.Context, r *Rating, b basis) error {
	if err := r.complete(); err != nil {
		return err
	}
	waiting, err := s.Ratings.Latest(ctx, r.CustomerID, StatusSubmitted)
	if err != nil {
		return err
	}
	if waiting != nil {
		return ErrInApproval.With("rating_id", waiting.ID.String())
	}
	verdict, err := s.rateable(ctx, r.CustomerID)
	if err != nil {
		return err
	}
	previous, err := s.Ratings.Before(ctx, r.ID)
	if err != nil {
		return err
	}
	account, err := s.Accounts.Get(ctx, r.CustomerID)
	if err != nil {
		return err
	}
	before := *r
	r.Status, r.Version = StatusSubmitted, r.Version+1
	if err := s.Ratings.SetStatus(ctx, *r); err != nil {
		return err
	}
	if _, err := s.Approvals.Submit(ctx, approval.Submission{
		Kind: approval.KindRating, SubjectID: r.ID, CustomerID: &r.CustomerID, Amount: r.Result.Maxima.CreditAmount,
		Grade: string(r.Result.Grade), Previous: limit.InForce(account),
		Title: fmt.Sprintf("%s · %s", b.who.Name, r.Result.Grade), Facts: ratingFacts(*r, b.who, previous, account, verdict),
	}); err != nil {
		return err
	}
	return s.record(ctx, "rating.submitted", &before, r)
}

// complete is a fault with the indicators that have no value yet.
func (r Rating) complete() error {
	if r.Result.Complete() {
		return nil
	}
	e := fault.New(fault.KindInvalid, "RATING_INCOMPLETE", "some indicators have no value yet; fill them in and submit again")
	for _, code := range r.Result.Missing {
		name := code
		if it, ok := r.Definition.Item(code); ok {
			name = it.NameZH + " / " + it.NameEN
		}
		e.Fields = append(e.Fields, fault.Field{Name: "values." + code, Reason: "REQUIRED", Message: name + ": no value yet"})
	}
	return e
}
