package rating

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// RatingsConfig is what Ratings is wired of.
type RatingsConfig struct {
	Tx        uow.Tenant
	Ratings   Repository
	Templates TemplateRepository
	Customers customer.Finder
	Data      DataSource
	Limits    Limits
	Accounts  exposure.Accounts
	Approvals Submitter
	Listings  limit.Listings
	Rows      SourceRows
	Courses   Courses
	Printer   DecisionPrinter
	Documents Documents
	Audit     audit.Recorder
	Events    event.Publisher
	Clock     calendar.Clock
	// Default is what a customer falls to whose rating lapses, read in the transaction of
	// the lapse; nil for no limit.
	Default func(ctx context.Context) (SafeDefault, error)
}

// Ratings rates the customers of a subsidiary (000-50 to 54).
type Ratings struct{ RatingsConfig }

// NewRatings wires the service; register it with the inbox as the subject of ratings.
func NewRatings(c RatingsConfig) *Ratings { return &Ratings{c} }

// ListInput asks for a page of ratings, newest first.
type ListInput struct {
	CustomerID     *uuid.UUID
	Status         Status
	Page, PageSize int32
}

// List gives a page of the ratings in the caller's scope, and how many there are.
func (s *Ratings) List(ctx context.Context, in ListInput) ([]Rating, int64, error) {
	actor, err := access.Require(ctx, access.RatingRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	c.Require(in.Status == "" || slices.Contains(Statuses, in.Status), "status", "UNKNOWN", "the statuses are draft, submitted, effective, lapsed, rejected, returned and withdrawn")
	q := Query{CustomerID: in.CustomerID, Status: in.Status, OnlyOf: customer.OnlyOf(actor), Window: paging.Of(&c, in.Page, in.PageSize)}
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	var (
		rs    []Rating
		total int64
	)
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		rs, total, err = s.Ratings.List(ctx, q)
		return err
	})
	return rs, total, err
}

// Get gives one rating of a customer in the caller's scope.
func (s *Ratings) Get(ctx context.Context, id uuid.UUID) (Rating, error) {
	actor, err := access.Require(ctx, access.RatingRead)
	if err != nil {
		return Rating{}, err
	}
	var r Rating
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		r, err = s.Ratings.Get(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return r, err
}

// Prepare gives the effective template with the values that the data give. Who sells at
// a project of another one's customer may rate him too, and sees of other ratings his own.
// Faults: CUSTOMER_NOT_FOUND, CUSTOMER_USCC_MISSING, NO_EFFECTIVE_TEMPLATE.
func (s *Ratings) Prepare(ctx context.Context, customerID uuid.UUID) (Form, error) {
	actor, err := access.Require(ctx, access.RatingWrite)
	if err != nil {
		return Form{}, err
	}
	var f Form
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.basis(ctx, customerID, actor)
		if err != nil {
			return err
		}
		f = Form{CustomerID: customerID, CustomerName: b.who.Name, Template: b.template}
		if f.Data, err = b.template.Definition.Score(nil, b.measured); err != nil {
			return err
		}
		if f.Previous, err = s.Ratings.Latest(ctx, customerID, StatusEffective); err != nil {
			return err
		}
		if f.Draft, err = s.goOnWith(ctx, customerID); err != nil || !b.reduced {
			return err
		}
		// What another one entered about the customer is not shown to him.
		f.Previous, f.Draft = authored(f.Previous, actor), authored(f.Draft, actor)
		return nil
	})
	return f, err
}

// authored gives the rating when the actor made it, nil otherwise.
func authored(r *Rating, actor access.Actor) *Rating {
	if r == nil || r.CreatedBy == nil || r.CreatedBy.ID != actor.ID {
		return nil
	}
	return r
}

// goOnWith gives the draft to go on with: the newest one that is not decided, or
// the newest of all when it was turned down.
func (s *Ratings) goOnWith(ctx context.Context, customerID uuid.UUID) (*Rating, error) {
	draft, err := s.Ratings.Latest(ctx, customerID, StatusDraft)
	if err != nil || draft != nil {
		return draft, err
	}
	last, err := s.Ratings.Latest(ctx, customerID, Statuses...)
	if err != nil || last == nil || !last.Status.turnedDown() {
		return nil, err
	}
	return last, nil
}

// basis is what a rating is made of.
type basis struct {
	who      customer.Brief
	reduced  bool // the actor sells at a project of the customer, who is another one's
	template Template
	measured Measurements
}

func (s *Ratings) basis(ctx context.Context, customerID uuid.UUID, actor access.Actor) (basis, error) {
	who, reduced, err := customer.ForProject(ctx, s.Customers, actor, customerID, nil)
	if err != nil {
		return basis{}, err
	}
	if who.USCC == "" {
		return basis{}, ErrUSCCMissing.With("customer_id", customerID.String())
	}
	t, err := s.Templates.InStatus(ctx, TemplateEffective)
	if err != nil {
		return basis{}, err
	}
	if t == nil {
		return basis{}, ErrNoTemplate
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return basis{}, err
	}
	m, err := s.Data.Measure(ctx, Subject{CustomerID: customerID, USCC: who.USCC}, today, t.Definition.Sources())
	return basis{who: who, reduced: reduced, template: *t, measured: m}, err
}

func (s *Ratings) record(ctx context.Context, action string, before, after *Rating) error {
	e := audit.Entry{Action: action, ObjectType: "credit_rating"}
	if before != nil {
		e.ObjectID, e.Before = before.ID.String(), trace(*before)
	}
	if after != nil {
		e.ObjectID, e.After = after.ID.String(), trace(*after)
	}
	return s.Audit.Record(ctx, e)
}

func trace(r Rating) map[string]any {
	return map[string]any{"customer_id": r.CustomerID, "template_number": r.TemplateNumber, "status": r.Status, "total_score": r.Result.Total,
		"grade": r.Result.Grade, "max_credit_amount": fen(int64(r.Result.Maxima.CreditAmount)), "max_overdue_amount": fen(int64(r.Result.Maxima.OverdueAmount)),
		"max_overdue_days": r.Result.Maxima.OverdueDays, "due_on": r.DueOn, "lapse_reason": r.LapseReason, "values": r.Result.Values, "remark": r.Remark, "version": r.Version}
}
