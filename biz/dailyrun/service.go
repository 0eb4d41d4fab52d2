package dailyrun

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Config of the daily run.
type Config struct {
	Tx     uow.Tenant
	Repo   Repository
	Steps  []Step // in the order in which they run
	Events event.Publisher
	Audit  audit.Recorder
	Clock  calendar.Clock
	// MaxSkew is how far the process's clock may be off the database's; zero does not
	// look.
	MaxSkew time.Duration
	// Failed is told of each failed attempt, for the log.
	Failed func(ctx context.Context, step string, on calendar.Date, err error)
}

// Service runs the steps of a tenant's business dates.
type Service struct {
	tx      uow.Tenant
	repo    Repository
	steps   []Step
	events  event.Publisher
	audit   audit.Recorder
	clock   calendar.Clock
	maxSkew time.Duration
	failed  func(ctx context.Context, step string, on calendar.Date, err error)
}

// New makes the service.
func New(c Config) *Service {
	if c.Failed == nil {
		c.Failed = func(context.Context, string, calendar.Date, error) {}
	}
	return &Service{tx: c.Tx, repo: c.Repo, steps: c.Steps, events: c.Events, audit: c.Audit, clock: c.Clock, maxSkew: c.MaxSkew, failed: c.Failed}
}

// mostMissed bounds how far back dates are made up for. Behind it lies a clock that
// jumped, not an outage.
const mostMissed = 400

// Tick is the scheduler's look at one tenant: when a date is due, or a step can go
// on, it asks a worker by an event. It costs two short statements otherwise.
func (s *Service) Tick(ctx context.Context) error {
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		r, ready, err := s.next(ctx)
		if err != nil || r == nil || !ready {
			return err
		}
		return s.events.Publish(ctx, event.Event{Topic: TopicDue, Payload: Due{}})
	})
}

// Handle reacts to TopicDue. It needs no record of what was handled: doing it twice
// finds nothing left to do.
func (s *Service) Handle(ctx context.Context, d event.Delivered) error {
	var due Due
	if err := json.Unmarshal(d.Payload, &due); err != nil {
		return fmt.Errorf("dailyrun: payload of %s: %w", d.ID, err)
	}
	if due.RunID != uuid.Nil {
		r, err := s.read(ctx, due.RunID)
		if err != nil {
			return err
		}
		if _, err := s.execute(ctx, r); err != nil {
			return err
		}
	}
	return s.CatchUp(ctx)
}

// CatchUp works on every date through today that is due, oldest first, until a run
// has to wait for something.
func (s *Service) CatchUp(ctx context.Context) error {
	for {
		var r *Run
		err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
			r, _, err = s.next(ctx)
			return err
		})
		if err != nil || r == nil {
			return err
		}
		over, err := s.execute(ctx, *r)
		if err != nil || !over {
			return err
		}
	}
}

// next gives the run that is next in date order, made when it is not there yet; nil
// when today is through. It runs inside a unit of work.
func (s *Service) next(ctx context.Context) (r *Run, ready bool, err error) {
	if r, ready, err = s.repo.Open(ctx); err != nil || r != nil {
		return r, ready, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, false, err
	}
	missing, err := s.repo.Missing(ctx, today, mostMissed)
	if err != nil || len(missing) == 0 {
		return nil, false, err
	}
	// Another scheduler may have made and even ended the run meanwhile: look again,
	// as the only one.
	if err := s.repo.Lock(ctx); err != nil {
		return nil, false, err
	}
	if r, ready, err = s.repo.Open(ctx); err != nil || r != nil {
		return r, ready, err
	}
	if missing, err = s.repo.Missing(ctx, today, mostMissed); err != nil || len(missing) == 0 {
		return nil, false, err
	}
	if err := s.agree(ctx); err != nil {
		return nil, false, err
	}
	made, err := s.create(ctx, Run{On: missing[0], StartedBy: BySchedule})
	return &made, true, err
}

// agree refuses to begin a date on a clock that is far off.
func (s *Service) agree(ctx context.Context) error {
	if s.maxSkew == 0 {
		return nil
	}
	there, err := s.repo.Now(ctx)
	if err != nil {
		return err
	}
	if off := s.clock.Now().Sub(there).Abs(); off > s.maxSkew {
		return ErrClock.With("off_by", off.Round(time.Second).String())
	}
	return nil
}

func (s *Service) create(ctx context.Context, r Run) (Run, error) {
	r.ID, r.State, r.CreatedAt = newID(), StateRunning, s.clock.Now()
	names := make([]string, len(s.steps))
	for i, st := range s.steps {
		names[i] = st.Name
	}
	made, err := s.repo.Create(ctx, r, names)
	if err != nil || made.ID != r.ID {
		return made, err
	}
	return made, s.record(ctx, "daily_run.started", made)
}

// oldest is how long ago a date may lie that is run by hand.
const oldest = 366

// Start begins a further run of a date by hand, in a worker; a zero date is today.
// Where the date's run is still under way, it is that one that goes on.
func (s *Service) Start(ctx context.Context, on calendar.Date) (Run, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return Run{}, err
	}
	var r Run
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if r, err = s.begin(ctx, actor, on); err != nil {
			return err
		}
		return s.events.Publish(ctx, event.Event{Topic: TopicDue, Payload: Due{RunID: r.ID}})
	})
	if err != nil {
		return Run{}, err
	}
	return s.read(ctx, r.ID)
}

// RunDate is Start in this process: it comes back when the run is over, or waits
// for a retry.
func (s *Service) RunDate(ctx context.Context, on calendar.Date) (Run, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return Run{}, err
	}
	var r Run
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		r, err = s.begin(ctx, actor, on)
		return err
	})
	if err != nil {
		return Run{}, err
	}
	if _, err := s.execute(ctx, r); err != nil {
		return Run{}, err
	}
	return s.read(ctx, r.ID)
}

func (s *Service) begin(ctx context.Context, actor access.Actor, on calendar.Date) (Run, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Run{}, err
	}
	if on.IsZero() {
		on = today
	}
	var c fault.Checks
	c.Require(on <= today, "business_date", "OUT_OF_RANGE", "a date that has not come cannot be run; today is "+today.String())
	c.Require(on >= today-oldest, "business_date", "OUT_OF_RANGE", fmt.Sprintf("at most %d days back", oldest))
	if err := c.Err(); err != nil {
		return Run{}, err
	}
	r := Run{On: on, StartedBy: ByPerson}
	if actor.Kind == access.KindPerson {
		r.RequestedBy = &party.Person{ID: actor.ID, Name: actor.Name}
	}
	return s.create(ctx, r)
}

// Page is a part of the list of runs.
type Page struct {
	Runs  []Run
	Total int64
	Today calendar.Date // the tenant's business date now
}

// List gives runs, newest first.
func (s *Service) List(ctx context.Context, page, size int32) (Page, error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return Page{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Page{}, err
	}
	var c fault.Checks
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return Page{}, err
	}
	out := Page{Today: today}
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		out.Runs, out.Total, err = s.repo.List(ctx, w)
		return err
	})
	return out, err
}

// Get gives one run; ErrNotFound.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Run, error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return Run{}, err
	}
	return s.read(ctx, id)
}

func (s *Service) read(ctx context.Context, id uuid.UUID) (r Run, err error) {
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		r, err = s.repo.Get(ctx, id)
		return err
	})
	return r, err
}

func (s *Service) record(ctx context.Context, action string, r Run) error {
	return s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "daily_run", ObjectID: r.ID.String(),
		After: map[string]any{"business_date": r.On, "number": r.Number, "started_by": r.StartedBy}})
}
