package supplystop

import (
	"context"
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
	"zhuxin/shared/news"
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
	// Deadlines are the tenant's, read in the transaction of a step; nil for the presets.
	Deadlines func(ctx context.Context) (Deadlines, error)
}

// Service takes supply stops through their steps.
type Service struct{ Config }

var _ approval.Subject = (*Service)(nil)

// New wires the service; register it with the inbox as the subject of resuming.
func New(c Config) *Service { return &Service{c} }

const maxNote = 500

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
	x.State, x.Version, x.UpdatedAt = to, x.Version+1, s.Clock.Now()
	if x.DueOn, err = s.dueOn(ctx, to, today); err != nil {
		return err
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

// dueOn is the last day for the step after a state; zero without a deadline.
func (s *Service) dueOn(ctx context.Context, in State, today calendar.Date) (calendar.Date, error) {
	d := PresetDeadlines
	if s.Deadlines != nil {
		var err error
		if d, err = s.Deadlines(ctx); err != nil {
			return 0, err
		}
	}
	if n := d.after(in); n > 0 {
		return today.AddDays(n), nil
	}
	return 0, nil
}

// Daily tells of the steps that were not taken by their deadline: the one responsible and
// who stands above him. Each missed deadline is told once, however often a date is run. It
// says how many stops are late.
func (s *Service) Daily(ctx context.Context, on calendar.Date) (n int64, err error) {
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		late, err := s.Repo.Late(ctx, on)
		if err != nil {
			return err
		}
		for due, ids := range late {
			n += int64(len(ids))
			if err := news.Tell(ctx, s.Events, news.SupplyStopLate, due.String(), ids...); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
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
