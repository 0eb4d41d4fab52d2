package schedule

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
)

// Config is what a Service works with. The fields of the second part say which side it
// is on.
type Config struct {
	Tx      uow.Tx
	Repo    Repository
	Reports Reports
	Mail    Mailer // nil: this installation sends no mail
	Audit   audit.Recorder
	Clock   calendar.Clock

	Read   access.Permission // to have schedules at all
	Manage access.Permission // to see and change other people's
	// Scoped says that a person without customer.read_all sees his own customers only.
	Scoped bool
	Place  func(ctx context.Context) (Place, error)
}

// Place is where a service works: a subsidiary, or HQ.
type Place struct {
	TenantID uuid.UUID // Nil at HQ
	Name     string
	Zone     *time.Location
	Page     string // address of the page of schedules
}

// Service is the schedules of one side.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Create makes a schedule; the caller owns it. Faults: INVALID_INPUT, MAIL_NOT_SET_UP,
// TOO_MANY_SCHEDULES.
func (s *Service) Create(ctx context.Context, in Input) (out Schedule, err error) {
	actor, err := s.allowed(ctx, &in)
	if err != nil {
		return out, err
	}
	now := s.Clock.Now()
	out = Schedule{ID: uuid.Must(uuid.NewV7()), Version: 1, OwnerID: actor.ID, OwnerName: actor.Name, Since: now, CreatedAt: now}
	out.apply(in)
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.admit(ctx, out); err != nil {
			return err
		}
		mine, err := s.Repo.List(ctx, &actor.ID)
		if err != nil {
			return err
		}
		if len(mine) >= maxSchedules {
			return ErrTooMany
		}
		if err := s.Repo.Insert(ctx, out); err != nil {
			return err
		}
		return s.record(ctx, "report_schedule.created", out.ID, nil, out.summary())
	})
	return s.shown(ctx, out), err
}

// allowed checks who asks and what for.
func (s *Service) allowed(ctx context.Context, in *Input) (access.Actor, error) {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return actor, err
	}
	if s.Mail == nil {
		return actor, ErrNoMail
	}
	if err := in.check(s.kindsOf(actor)); err != nil {
		return actor, err
	}
	return actor, s.Reports.Check(ctx, in.Spec)
}

// Update changes a schedule; what was due before is not sent. It stays its owner's: the
// report is made as he sees it. Faults: SCHEDULE_NOT_FOUND, VERSION_CONFLICT,
// INVALID_INPUT.
func (s *Service) Update(ctx context.Context, id uuid.UUID, version int64, in Input) (out Schedule, err error) {
	if _, err := s.allowed(ctx, &in); err != nil {
		return out, err
	}
	return s.change(ctx, id, version, "report_schedule.changed", func(ctx context.Context, x *Schedule) error {
		x.apply(in)
		return s.admit(ctx, *x)
	})
}

// Pause stops a schedule, or has it go on; what was due meanwhile is not sent.
func (s *Service) Pause(ctx context.Context, id uuid.UUID, version int64, paused bool) (Schedule, error) {
	action := map[bool]string{true: "report_schedule.paused", false: "report_schedule.resumed"}[paused]
	return s.change(ctx, id, version, action, func(_ context.Context, x *Schedule) error {
		x.Paused = paused
		return nil
	})
}

func (s *Service) change(ctx context.Context, id uuid.UUID, version int64, action string, fn func(ctx context.Context, x *Schedule) error) (out Schedule, err error) {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if out, err = s.own(ctx, actor, id); err != nil {
			return err
		}
		if out.Version != version {
			return ErrChanged
		}
		before := out.summary()
		if err := fn(ctx, &out); err != nil {
			return err
		}
		out.Since = s.Clock.Now()
		if err := s.Repo.Update(ctx, out); err != nil {
			return err
		}
		out.Version++
		return s.record(ctx, action, id, before, out.summary())
	})
	return s.shown(ctx, out), err
}

// own gives a schedule to its owner and to who manages them.
func (s *Service) own(ctx context.Context, actor access.Actor, id uuid.UUID) (Schedule, error) {
	x, err := s.Repo.Get(ctx, id)
	if err == nil && x.OwnerID != actor.ID && !actor.Can(s.Manage) {
		return Schedule{}, ErrNotFound
	}
	return x, err
}

// Delete ends a schedule; what was sent stays on record.
func (s *Service) Delete(ctx context.Context, id uuid.UUID) error {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		x, err := s.own(ctx, actor, id)
		if err != nil {
			return err
		}
		if err := s.Repo.Delete(ctx, id, s.Clock.Now()); err != nil {
			return err
		}
		return s.record(ctx, "report_schedule.deleted", id, x.summary(), nil)
	})
}

// SendNow has it sent besides its times, in a worker. Faults: SCHEDULE_NOT_FOUND,
// SCHEDULE_SENDING, MAIL_NOT_SET_UP.
func (s *Service) SendNow(ctx context.Context, id uuid.UUID) error {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return err
	}
	if s.Mail == nil {
		return ErrNoMail
	}
	place, err := s.Place(ctx)
	if err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		x, err := s.own(ctx, actor, id)
		if err != nil {
			return err
		}
		waits, err := s.Repo.Waits(ctx, id)
		if err != nil {
			return err
		}
		if waits {
			return ErrTwice
		}
		now := s.Clock.Now()
		n := Send{ID: uuid.Must(uuid.NewV7()), ScheduleID: x.ID, On: calendar.Of(now, place.Zone), Number: -1, State: Waiting, NextAt: now, CreatedAt: now}
		if _, err := s.Repo.Enqueue(ctx, n); err != nil {
			return err
		}
		return s.record(ctx, "report_schedule.sent_by_hand", id, nil, map[string]any{"business_date": n.On})
	})
}

// keptSends are shown of a schedule.
const keptSends = 50

// Sends gives what became of the newest sendings.
func (s *Service) Sends(ctx context.Context, id uuid.UUID) (out []Send, err error) {
	actor, err := access.Require(ctx, s.Read)
	if err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.own(ctx, actor, id); err != nil {
			return err
		}
		out, err = s.Repo.Sends(ctx, id, keptSends)
		return err
	})
	return out, err
}

func (s *Service) shown(ctx context.Context, x Schedule) Schedule {
	if place, err := s.Place(ctx); err == nil && !x.Paused && x.Timing.Every != "" {
		x.NextAt = x.Timing.next(s.Clock.Now(), place.Zone)
	}
	return x
}

func (s *Service) record(ctx context.Context, action string, id uuid.UUID, before, after any) error {
	return s.Audit.Record(ctx, audit.Entry{Action: action, ObjectType: "report_schedule", ObjectID: id.String(), Before: before, After: after})
}
