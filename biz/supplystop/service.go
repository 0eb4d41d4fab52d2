package supplystop

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Submitter puts a submission into the approval inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Config wires the service.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Events    event.Publisher
	Customers customer.Finder
	Accounts  exposure.Accounts
	Approvals Submitter
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service takes supply stops through their steps.
type Service struct{ Config }

var _ approval.Subject = (*Service)(nil)

// New wires the service; register it with the inbox as the subject of resuming.
func New(c Config) *Service { return &Service{c} }

// PrepareInput prepares a stop.
type PrepareInput struct {
	CustomerID    uuid.UUID
	ProjectID     *uuid.UUID
	AgreementID   *uuid.UUID
	Reason        string
	OverdueDays   int
	OverdueAmount money.Amount
}

const maxNote = 500

// Prepare prepares a stop because an agreement has reached its stage, in the caller's
// transaction. Where one is under way already it does nothing.
func (s *Service) Prepare(ctx context.Context, in PrepareInput) error {
	_, err := s.prepare(ctx, in)
	return err
}

func (s *Service) prepare(ctx context.Context, in PrepareInput) (*Stop, error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, err
	}
	owner, err := s.Repo.Owner(ctx, in.CustomerID)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	x := Stop{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, ProjectID: in.ProjectID, AgreementID: in.AgreementID, State: StatePrepared, Reason: in.Reason,
		OverdueDays: in.OverdueDays, OverdueAmount: in.OverdueAmount, Owner: owner, DueOn: today.AddDays(deadline[StatePrepared]), CreatedAt: now, UpdatedAt: now, Version: 1}
	inserted, err := s.Repo.Insert(ctx, x)
	if err != nil || !inserted {
		return nil, err
	}
	return &x, s.note(ctx, x, "", nil, State(""))
}

// PrepareByHand prepares a stop before, or without, an agreement's stage.
func (s *Service) PrepareByHand(ctx context.Context, in PrepareInput) (Stop, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Stop{}, err
	}
	var c fault.Checks
	in.Reason = strings.TrimSpace(in.Reason)
	c.Require(in.Reason != "", "reason", "REQUIRED", "say why supply is to be stopped")
	checkNote(&c, "reason", in.Reason)
	if err := c.Err(); err != nil {
		return Stop{}, err
	}
	var x *Stop
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if in.ProjectID != nil {
			if err := s.Repo.Project(ctx, in.CustomerID, *in.ProjectID); err != nil {
				return err
			}
		}
		account, err := s.Accounts.Get(ctx, in.CustomerID)
		if err != nil {
			return err
		}
		in.OverdueDays, in.OverdueAmount = account.OverdueDays(account.AsOf), account.Overdue
		if x, err = s.prepare(ctx, in); err == nil && x == nil {
			err = ErrOpen
		}
		return err
	})
	if err != nil {
		return Stop{}, err
	}
	return s.read(ctx, x.ID)
}

// StepInput takes a stop one step further. Version is the one that was shown.
type StepInput struct {
	ID       uuid.UUID
	To       State
	Note     string
	Evidence *uuid.UUID // a document of the customer
	Version  int64
}

func checkNote(c *fault.Checks, field, note string) {
	c.Require(utf8.RuneCountInString(note) <= maxNote, field, "TOO_LONG", fmt.Sprintf("at most %d characters", maxNote))
}

// Step notifies, stops, or cancels; acknowledging is Acknowledge, resuming Resume.
func (s *Service) Step(ctx context.Context, in StepInput) (Stop, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Stop{}, err
	}
	var c fault.Checks
	in.Note = strings.TrimSpace(in.Note)
	c.Require(slices.Contains([]State{StateNotified, StateStopped, StateCancelled}, in.To), "to", "UNKNOWN", "the steps are notified, stopped and cancelled")
	c.Require(in.Note != "", "note", "REQUIRED", "say how it was done, or why")
	checkNote(&c, "note", in.Note)
	if err := c.Err(); err != nil {
		return Stop{}, err
	}
	return s.step(ctx, actor, in)
}

// Acknowledge is the plant's word that nothing leaves any more.
func (s *Service) Acknowledge(ctx context.Context, in StepInput) (Stop, error) {
	actor, err := access.Require(ctx, access.CreditReserve)
	if err != nil {
		return Stop{}, err
	}
	var c fault.Checks
	in.To, in.Note = StateAcknowledged, strings.TrimSpace(in.Note)
	checkNote(&c, "note", in.Note)
	if err := c.Err(); err != nil {
		return Stop{}, err
	}
	return s.step(ctx, actor, in)
}

func (s *Service) step(ctx context.Context, actor access.Actor, in StepInput) (Stop, error) {
	err := s.Tx.InTx(ctx, func(ctx context.Context) error {
		x, err := s.Repo.Lock(ctx, in.ID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		if x.Version != in.Version {
			return ErrVersion.With("current_version", strconv.FormatInt(x.Version, 10))
		}
		if in.Evidence != nil {
			if err := s.Repo.Evidence(ctx, x.CustomerID, *in.Evidence); err != nil {
				return err
			}
		}
		return s.take(ctx, x, in.To, in.Note, in.Evidence)
	})
	if err != nil {
		return Stop{}, err
	}
	return s.read(ctx, in.ID)
}

// take moves a locked stop. The order check reads it there; who waits for a change of
// the account is told, for held orders may go out now.
func (s *Service) take(ctx context.Context, x Stop, to State, note string, evidence *uuid.UUID) error {
	if !slices.Contains(steps[x.State], to) {
		return ErrStep.With("state", string(x.State))
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	from := x.State
	x.State, x.Version, x.UpdatedAt, x.DueOn = to, x.Version+1, s.Clock.Now(), 0
	if d, ok := deadline[to]; ok {
		x.DueOn = today.AddDays(d)
	}
	switch to {
	case StateStopped:
		x.StoppedOn = today
		fallthrough
	case StateResumed:
		if err := s.Events.Publish(ctx, event.Event{Topic: exposure.TopicAccountChanged, Payload: exposure.Changed{CustomerIDs: []uuid.UUID{x.CustomerID}}}); err != nil {
			return err
		}
	}
	if err := s.Repo.Save(ctx, x); err != nil {
		return err
	}
	return s.note(ctx, x, note, evidence, from)
}

func (s *Service) note(ctx context.Context, x Stop, note string, evidence *uuid.UUID, from State) error {
	actor, _ := access.From(ctx)
	e := Event{ID: uuid.Must(uuid.NewV7()), StopID: x.ID, State: x.State, Note: note, EvidenceDocumentID: evidence, ActorName: actor.Name, CreatedAt: s.Clock.Now()}
	if p := customer.ByActor(actor); p != nil {
		e.PersonID = &p.ID
	}
	if err := s.Repo.AddEvent(ctx, e); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Entry{Action: "supply_stop." + string(x.State), ObjectType: "supply_stop", ObjectID: x.ID.String(),
		Before: map[string]any{"state": from}, After: map[string]any{"state": x.State, "customer_id": x.CustomerID, "note": note}})
}

// Facts are what the approver of a resumption sees.
type Facts struct {
	Customer struct {
		Number string `json:"number"`
		Name   string `json:"name"`
	} `json:"customer"`
	Project       string        `json:"project,omitempty"`
	Reason        string        `json:"reason"`
	StoppedOn     calendar.Date `json:"stopped_on"`
	OverdueThen   money.Amount  `json:"overdue_then,string"`
	OverdueAmount money.Amount  `json:"overdue_amount,string"`
	OverdueDays   int           `json:"overdue_days"`
	AsOf          calendar.Date `json:"as_of"`
}

// Resume asks for supply to go on, which somebody else approves.
func (s *Service) Resume(ctx context.Context, id uuid.UUID, reason string, version int64) (Stop, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Stop{}, err
	}
	var c fault.Checks
	reason = strings.TrimSpace(reason)
	c.Require(reason != "", "reason", "REQUIRED", "say why supply can go on")
	checkNote(&c, "reason", reason)
	if err := c.Err(); err != nil {
		return Stop{}, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		x, err := s.Repo.Lock(ctx, id, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		switch {
		case x.Version != version:
			return ErrVersion.With("current_version", strconv.FormatInt(x.Version, 10))
		case !x.State.InForce():
			return ErrStep.With("state", string(x.State))
		}
		account, err := s.Accounts.Get(ctx, x.CustomerID)
		if err != nil {
			return err
		}
		f := Facts{Project: x.ProjectName, Reason: reason, StoppedOn: x.StoppedOn, OverdueThen: x.OverdueAmount, OverdueAmount: account.Overdue,
			OverdueDays: account.OverdueDays(account.AsOf), AsOf: account.AsOf}
		f.Customer.Number, f.Customer.Name = x.CustomerNumber, x.CustomerName
		_, err = s.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindSupplyResume, SubjectID: x.ID, CustomerID: &x.CustomerID, Title: x.CustomerName, Facts: f})
		return err
	})
	if err != nil {
		return Stop{}, err
	}
	return s.read(ctx, id)
}

// Approved lets supply go on.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	var f Facts
	if err := json.Unmarshal(a.Facts, &f); err != nil {
		return fmt.Errorf("supplystop: facts of %s: %w", a.ID, err)
	}
	x, err := s.Repo.Lock(ctx, a.SubjectID, nil)
	if err != nil {
		return err
	}
	return s.take(ctx, x, StateResumed, f.Reason, nil)
}

// Rejected leaves supply stopped.
func (s *Service) Rejected(context.Context, approval.Approval) error { return nil }

// Returned leaves supply stopped; who asked can ask anew.
func (s *Service) Returned(context.Context, approval.Approval) error { return nil }

// Withdrawn leaves supply stopped.
func (s *Service) Withdrawn(context.Context, approval.Approval) error { return nil }

// Get gives one stop with its steps.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Stop, error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return Stop{}, err
	}
	return s.read(ctx, id)
}

func (s *Service) read(ctx context.Context, id uuid.UUID) (x Stop, err error) {
	actor, _ := access.From(ctx)
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		x, err = s.Repo.Get(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return x, err
}

// ListInput selects a page of stops.
type ListInput struct {
	CustomerID *uuid.UUID
	Open       bool
	State      State
	Page, Size int32
}

// List gives stops, those with the nearest deadline first.
func (s *Service) List(ctx context.Context, in ListInput) (out []Stop, total int64, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		out, total, err = s.Repo.List(ctx, Query{OnlyOf: customer.OnlyOf(actor), CustomerID: in.CustomerID, Open: in.Open, State: in.State, Window: w})
		return err
	})
	return out, total, err
}
