package followup

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repository keeps follow-ups and pauses; its methods run inside a unit of work.
type Repository interface {
	List(ctx context.Context, q Query) (Page, error)
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (FollowUp, error)
	// Lock holds the row until the transaction's end.
	Lock(ctx context.Context, id uuid.UUID) error
	Items(ctx context.Context, customerID uuid.UUID, today calendar.Date) ([]Item, error)
	Earlier(ctx context.Context, of FollowUp, today calendar.Date) ([]FollowUp, error)
	// Save stores status, deadline, answer, promise and comment of a locked one.
	Save(ctx context.Context, f FollowUp, at time.Time) error

	// Judge says of every promise whose time has come whether it was kept.
	Judge(ctx context.Context, on calendar.Date, at time.Time) (int64, error)
	// Close ends what is over: nothing is left of it, or its day has passed.
	Close(ctx context.Context, on calendar.Date, tolerance money.Amount, at time.Time) (int64, error)
	// Open asks about every customer that gives reason to and is not asked yet, and
	// brings the amounts of the others up to date.
	Open(ctx context.Context, on, deadline calendar.Date, tolerance money.Amount, at time.Time) (int64, error)

	// LockCustomer holds the customer's credit account until the transaction's end.
	LockCustomer(ctx context.Context, id uuid.UUID) error
	InsertPause(ctx context.Context, p Pause, by *uuid.UUID) error
	Pauses(ctx context.Context, q PauseQuery) ([]Pause, int64, error)
	Pause(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Pause, error)
	EndPause(ctx context.Context, id uuid.UUID, at time.Time, by *uuid.UUID) error
}

// Settings gives the subsidiary's parameters (data/tenantrepo/collection).
type Settings interface {
	Settings(ctx context.Context) (collection.Settings, error)
}

// Customers looks a customer up (biz/customer).
type Customers interface {
	Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (customer.Brief, error)
}

// Submitter puts an answer into the inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, s approval.Submission) (approval.Approval, error)
}

// Config is what the service works with. Tolerance gives what may be overdue
// without a question, in fen, of the credit policy; it is asked outside of
// transactions.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Settings  Settings
	Customers Customers
	Approvals Submitter
	Tolerance func(ctx context.Context) (money.Amount, error)
	Touched   func(ctx context.Context, n int64) // counts for the daily run
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service is follow-ups.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

var _ approval.Subject = (*Service)(nil)

// ListInput asks for a page of the worklist.
type ListInput struct {
	View       string
	Trigger    Trigger
	CustomerID uuid.UUID
	Text       string
	Page, Size int32
}

// List gives a page of the worklist, the highest value at risk first.
func (s *Service) List(ctx context.Context, in ListInput) (p Page, today calendar.Date, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return p, 0, err
	}
	if today, err = tenant.Today(ctx, s.Clock); err != nil {
		return p, 0, err
	}
	var c fault.Checks
	q := Query{View: in.View, Trigger: in.Trigger, CustomerID: in.CustomerID, Text: strings.TrimSpace(in.Text), OnlyOf: customer.OnlyOf(actor), Today: today,
		Window: paging.Of(&c, in.Page, in.Size)}
	if q.View == "" {
		q.View = Views[0]
	}
	c.Require(slices.Contains(Views, q.View), "view", "UNKNOWN", "one of "+strings.Join(Views, ", "))
	c.Require(slices.Contains([]Trigger{"", OverLimit, Overdue}, q.Trigger), "trigger", "UNKNOWN", "over_limit or overdue")
	c.Require(utf8.RuneCountInString(q.Text) <= 200, "q", "TOO_LONG", "at most 200 characters")
	if err := c.Err(); err != nil {
		return p, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.Repo.List(ctx, q)
		return err
	})
	return p, today, err
}

// Get gives one with what it is about and what was said before.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (d Detail, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return d, err
	}
	if d.Today, err = tenant.Today(ctx, s.Clock); err != nil {
		return d, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		return s.detail(ctx, &d, id, customer.OnlyOf(actor))
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, d *Detail, id uuid.UUID, onlyOf *uuid.UUID) (err error) {
	if d.FollowUp, err = s.Repo.Get(ctx, id, onlyOf, d.Today); err != nil {
		return err
	}
	if d.Items, err = s.Repo.Items(ctx, d.CustomerID, d.Today); err != nil {
		return err
	}
	d.Earlier, err = s.Repo.Earlier(ctx, d.FollowUp, d.Today)
	return err
}

// Facts is what the approver sees; amounts are fen, dates texts.
type Facts struct {
	Trigger  Trigger      `json:"trigger"`
	Amount   money.Amount `json:"amount,string"` // over the limit, or overdue
	OpenedOn string       `json:"opened_on"`
	Deadline string       `json:"deadline"`
	Reason   string       `json:"reason"`
	Action   Action       `json:"action"`
	Planned  money.Amount `json:"planned,string"` // promised, or of the limit asked for
	StartsOn string       `json:"starts_on"`
	DueOn    string       `json:"due_on"`
	Note     string       `json:"note"`
	Broken   int          `json:"broken"` // promises that the customer has broken before
}

// Submit answers a follow-up; nothing is agreed before the approval engine says so.
// Faults: INVALID_INPUT, FOLLOW_UP_NOT_FOUND, FOLLOW_UP_NOT_OPEN, VERSION_CONFLICT.
func (s *Service) Submit(ctx context.Context, id uuid.UUID, in Answer) (d Detail, err error) {
	actor, err := access.Require(ctx, access.FollowUpWrite)
	if err != nil {
		return d, err
	}
	if d.Today, err = tenant.Today(ctx, s.Clock); err != nil {
		return d, err
	}
	plan, err := in.plan(d.Today)
	if err != nil {
		return d, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.Lock(ctx, id); err != nil {
			return err
		}
		if err := s.detail(ctx, &d, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		switch {
		case d.Status != Open:
			return ErrNotOpen
		case d.Version != in.Version:
			return ErrVersion
		}
		f := d.FollowUp
		f.Status, f.Reason, f.Action, f.Plan, f.Comment = Submitted, in.Reason, in.Action, plan, ""
		f.PromiseFrom = 0
		if in.Action == Collection {
			f.PromiseFrom = d.Today
		}
		f.SubmitterID, f.SubmittedAt = &actor.ID, new(s.Clock.Now())
		if err := s.Repo.Save(ctx, f, s.Clock.Now()); err != nil {
			return err
		}
		if err := s.submit(ctx, f, d.Earlier); err != nil {
			return err
		}
		if err := s.record(ctx, "follow_up.submitted", f.ID, map[string]any{"reason": f.Reason, "action": f.Action, "plan": f.Plan}); err != nil {
			return err
		}
		return s.detail(ctx, &d, id, customer.OnlyOf(actor))
	})
	return d, err
}

func (s *Service) submit(ctx context.Context, f FollowUp, earlier []FollowUp) error {
	facts := Facts{Trigger: f.Trigger, Amount: f.Amount, OpenedOn: text(f.OpenedOn), Deadline: text(f.Deadline), Reason: f.Reason, Action: f.Action,
		Planned: f.Plan.Amount, StartsOn: text(f.Plan.StartsOn), DueOn: text(f.Plan.DueOn), Note: f.Plan.Note}
	for _, e := range earlier {
		if e.Promise == Broken {
			facts.Broken++
		}
	}
	_, err := s.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindFollowUp, SubjectID: f.ID, CustomerID: &f.CustomerID,
		Title: f.CustomerName, Amount: f.Amount, Facts: facts})
	return err
}

func text(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func (s *Service) record(ctx context.Context, action string, id uuid.UUID, after any) error {
	return s.Audit.Record(ctx, audit.Entry{Action: action, ObjectType: "follow_up", ObjectID: id.String(), After: after})
}

// Daily judges promises, closes what is over and asks what is to be asked, for the
// business date. A second call for the same date changes nothing more.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	tolerance, err := s.Tolerance(ctx)
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		settings, err := s.Settings.Settings(ctx)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		judged, err := s.Repo.Judge(ctx, on, now)
		if err != nil {
			return err
		}
		closed, err := s.Repo.Close(ctx, on, tolerance, now)
		if err != nil {
			return err
		}
		opened, err := s.Repo.Open(ctx, on, on.AddDays(settings.FollowUpDays), tolerance, now)
		if err != nil || judged+closed+opened == 0 {
			return err
		}
		s.Touched(ctx, judged+closed+opened)
		return s.Audit.Record(ctx, audit.Entry{Action: "follow_up.daily", ObjectType: "follow_up", ObjectID: on.String(),
			After: map[string]any{"judged": judged, "closed": closed, "opened": opened}})
	})
}
