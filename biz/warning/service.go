package warning

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/news"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repository keeps warnings and rules, in the tenant's unit of work.
type Repository interface {
	// RouteFindings raises a warning for each finding that concerns a customer, or an
	// owner of his live projects, and has none yet; an empty code is all companies. It
	// gives the new ones' ids.
	RouteFindings(ctx context.Context, of party.USCC, now time.Time, today calendar.Date) ([]uuid.UUID, error)
	List(ctx context.Context, q Query) ([]Warning, int64, error)
	Lock(ctx context.Context, id uuid.UUID, only *uuid.UUID) (Warning, error)
	Get(ctx context.Context, id uuid.UUID, only *uuid.UUID) (Warning, error)
	// Acknowledge takes those that are open and within the scope; it gives their ids.
	Acknowledge(ctx context.Context, ids []uuid.UUID, only *uuid.UUID, by uuid.UUID, at time.Time) ([]uuid.UUID, error)
	Assign(ctx context.Context, id, to, by uuid.UUID, due calendar.Date, at time.Time) error
	Close(ctx context.Context, w Warning, by uuid.UUID, at time.Time) error
	Member(ctx context.Context, person uuid.UUID) (bool, error)

	Rules(ctx context.Context) ([]Rule, error)
	// SaveRule stores a rule whose stored version is r.Version; ErrChanged.
	SaveRule(ctx context.Context, r Rule, by uuid.UUID) error
	// Evaluate raises what the rule finds on the date, and gives the new ones' ids.
	Evaluate(ctx context.Context, r Rule, on calendar.Date, dayStart, now time.Time) ([]uuid.UUID, error)
	// Try gives what the rule would have found on the date.
	Try(ctx context.Context, r Rule, on calendar.Date) ([]Hit, error)
}

// Service is what is done with warnings.
type Service struct {
	tx     uow.Tenant
	repo   Repository
	log    audit.Recorder
	events event.Publisher
	clock  calendar.Clock
}

// New wires the service.
func New(tx uow.Tenant, repo Repository, log audit.Recorder, events event.Publisher, clock calendar.Clock) *Service {
	return &Service{tx: tx, repo: repo, log: log, events: events, clock: clock}
}

// RouteFindings implements registry.Router.
func (s *Service) RouteFindings(ctx context.Context, of party.USCC) (int, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return 0, err
	}
	ids, err := s.repo.RouteFindings(ctx, of, s.clock.Now(), today)
	if err != nil {
		return 0, err
	}
	return len(ids), s.tell(ctx, ids)
}

// told bounds the payload of one event.
const told = 500

func (s *Service) tell(ctx context.Context, ids []uuid.UUID) error {
	for part := range slices.Chunk(ids, told) {
		if err := s.events.Publish(ctx, event.Event{Topic: TopicRaised, Payload: Raised{WarningIDs: part}}); err != nil {
			return err
		}
	}
	return nil
}

func only(a access.Actor) *uuid.UUID {
	if a.OwnCustomersOnly() {
		return &a.ID
	}
	return nil
}

// List gives warnings, the heaviest and newest first.
func (s *Service) List(ctx context.Context, q Query) (ws []Warning, total int64, err error) {
	actor, err := access.Require(ctx, access.WarningRead)
	if err != nil {
		return nil, 0, err
	}
	q.Only = only(actor)
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		ws, total, err = s.repo.List(ctx, q)
		return err
	})
	return ws, total, err
}

// Get gives one.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (w Warning, err error) {
	actor, err := access.Require(ctx, access.WarningRead)
	if err != nil {
		return w, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		w, err = s.repo.Get(ctx, id, only(actor))
		return err
	})
	return w, err
}

// MostAtOnce bounds how many are acknowledged in one go.
const MostAtOnce = 200

// Acknowledge says that somebody has seen them. Those that are not open any more
// are left as they are; it gives how many it took.
func (s *Service) Acknowledge(ctx context.Context, ids []uuid.UUID) (int, error) {
	actor, err := access.Require(ctx, access.WarningHandle)
	if err != nil {
		return 0, err
	}
	var c fault.Checks
	c.Require(len(ids) >= 1 && len(ids) <= MostAtOnce, "ids", "LENGTH", "name 1 to 200 warnings")
	if err := c.Err(); err != nil {
		return 0, err
	}
	n := 0
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		taken, err := s.repo.Acknowledge(ctx, ids, only(actor), actor.ID, s.clock.Now())
		if n = len(taken); err != nil || n == 0 {
			return err
		}
		for _, id := range taken {
			if err := s.record(ctx, "warning.acknowledged", id, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (s *Service) record(ctx context.Context, action string, id uuid.UUID, after any) error {
	return s.log.Record(ctx, audit.Entry{Action: action, ObjectType: "warning", ObjectID: id.String(), After: after})
}

// Assign gives a warning to a colleague, with a date until when.
func (s *Service) Assign(ctx context.Context, id, to uuid.UUID, due calendar.Date, version int64) (w Warning, err error) {
	actor, err := access.Require(ctx, access.WarningHandle)
	if err != nil {
		return w, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return w, err
	}
	var c fault.Checks
	c.Require(due.IsZero() || due >= today && due <= today.AddDays(366), "due_on", "OUT_OF_RANGE", "give a day from today on, within a year")
	if err := c.Err(); err != nil {
		return w, err
	}
	return s.change(ctx, id, version, func(ctx context.Context, _ Warning) error {
		ok, err := s.repo.Member(ctx, to)
		if err != nil {
			return err
		}
		if !ok {
			return ErrNobody
		}
		if err := s.repo.Assign(ctx, id, to, actor.ID, due, s.clock.Now()); err != nil {
			return err
		}
		if to != actor.ID {
			if err := news.Tell(ctx, s.events, news.WarningAssigned, "", id); err != nil {
				return err
			}
		}
		return s.record(ctx, "warning.assigned", id, map[string]any{"to": to, "due_on": due})
	})
}

// Close ends a warning with what became of it. Until quiet days have passed the
// same thing is not raised again; a negative number takes the rule's preset.
func (s *Service) Close(ctx context.Context, id uuid.UUID, outcome, note string, quiet int, version int64) (w Warning, err error) {
	actor, err := access.Require(ctx, access.WarningHandle)
	if err != nil {
		return w, err
	}
	note = strings.TrimSpace(note)
	var c fault.Checks
	c.Require(slices.Contains(Outcomes, outcome), "outcome", "UNKNOWN_OUTCOME", "choose one of the outcomes")
	c.Require(utf8.RuneCountInString(note) >= 2 && utf8.RuneCountInString(note) <= 1000, "note", "LENGTH", "say what was done, 2 to 1000 characters")
	c.Require(quiet <= 366, "quiet_days", "OUT_OF_RANGE", "give at most 366 days")
	if err := c.Err(); err != nil {
		return w, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return w, err
	}
	return s.change(ctx, id, version, func(ctx context.Context, w Warning) error {
		if quiet < 0 {
			if quiet, err = s.quietDays(ctx, w.Kind); err != nil {
				return err
			}
		}
		w.Outcome, w.Note, w.QuietUntil = outcome, note, today.AddDays(quiet)
		if err := s.repo.Close(ctx, w, actor.ID, s.clock.Now()); err != nil {
			return err
		}
		return s.record(ctx, "warning.closed", id, map[string]any{"outcome": outcome, "note": note, "quiet_until": w.QuietUntil})
	})
}

func (s *Service) quietDays(ctx context.Context, k Kind) (int, error) {
	rules, err := s.repo.Rules(ctx)
	for _, r := range rules {
		if r.Kind == k {
			return r.QuietDays, err
		}
	}
	return 0, err
}

// change locks a live warning at the version that was seen, and gives it anew.
func (s *Service) change(ctx context.Context, id uuid.UUID, version int64, do func(context.Context, Warning) error) (w Warning, err error) {
	actor, _ := access.From(ctx)
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		w, err = s.repo.Lock(ctx, id, only(actor))
		switch {
		case err != nil:
			return err
		case w.Status == Closed:
			return ErrClosed
		case w.Version != version:
			return ErrChanged
		}
		if err := do(ctx, w); err != nil {
			return err
		}
		w, err = s.repo.Get(ctx, id, only(actor))
		return err
	})
	return w, err
}
