package segment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Config is what the service works with.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Reader    Reader
	Customers customer.Finder
	Accounts  exposure.Refresher
	Printer   report.Printer
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service cuts customers into segments.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// looking is who looks, and when; figures are those of today.
type looking struct {
	actor  access.Actor
	onlyOf *uuid.UUID
	today  calendar.Date
	all    []Dimension
}

// look runs fn in a transaction with the dimensions that there are.
func (s *Service) look(ctx context.Context, p access.Permission, fn func(ctx context.Context, l looking) error) error {
	actor, err := access.Require(ctx, p)
	if err != nil {
		return err
	}
	l := looking{actor: actor, onlyOf: customer.OnlyOf(actor)}
	if l.today, err = tenant.Today(ctx, s.Clock); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Accounts.RefreshStale(ctx); err != nil {
			return err
		}
		if l.all, err = s.dimensions(ctx); err != nil {
			return err
		}
		return fn(ctx, l)
	})
}

// dimensions are the presets with the subsidiary's bands and the values that customers
// have, then its labels.
func (s *Service) dimensions(ctx context.Context) ([]Dimension, error) {
	stored, err := s.Repo.Stored(ctx)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(presets)
	for i := range out {
		d := &out[i]
		switch d.Code {
		case Region:
			d.Choices, err = s.Reader.Regions(ctx)
			d.Choices = named(d.Choices)
		case Salesperson:
			d.Choices, err = s.Reader.People(ctx)
		}
		if err != nil {
			return nil, err
		}
		if own, ok := find(stored, d.Code); ok {
			d.Cuts, d.Version = own.Cuts, own.Version
		}
	}
	for _, d := range stored {
		if d.Kind == KindLabel {
			out = append(out, d)
		}
	}
	return out, nil
}

// Dimensions lists the dimensions.
func (s *Service) Dimensions(ctx context.Context) (out []Dimension, err error) {
	err = s.look(ctx, access.CustomerRead, func(_ context.Context, l looking) error {
		out = l.all
		return nil
	})
	return out, err
}

// List gives the segments with what they come to in the caller's scope. Their members
// are counted out of one read of the customers.
func (s *Service) List(ctx context.Context) (out []Segment, err error) {
	err = s.look(ctx, access.CustomerRead, func(ctx context.Context, l looking) error {
		if out, err = s.Repo.List(ctx); err != nil || len(out) == 0 {
			return err
		}
		all, err := s.Reader.Facts(ctx, l.today, l.onlyOf)
		for i := range out {
			var sum Cell
			for _, f := range all {
				if out[i].Conditions.Matches(f) {
					sum.add(f)
				}
			}
			out[i].Customers, out[i].Receivable, out[i].Overdue = sum.Customers, sum.Receivable, sum.Overdue
		}
		return err
	})
	return out, err
}

// SaveInput is a segment as it shall be; without an id a new one.
type SaveInput struct {
	ID          *uuid.UUID
	Name        string
	Description string
	Conditions  Conditions
	Version     int64
}

// Save stores a segment. Faults: INVALID_INPUT, SEGMENT_NOT_FOUND, SEGMENT_EXISTS,
// VERSION_CONFLICT, TOO_MANY_SEGMENTS.
func (s *Service) Save(ctx context.Context, in SaveInput) (out Segment, err error) {
	in.Name, in.Description = strings.TrimSpace(in.Name), strings.TrimSpace(in.Description)
	err = s.look(ctx, access.PortfolioWrite, func(ctx context.Context, l looking) error {
		var c fault.Checks
		checkName(&c, "name", in.Name)
		c.Require(utf8.RuneCountInString(in.Description) <= maxText, "description", "TOO_LONG", fmt.Sprintf("at most %d characters", maxText))
		c.Require(len(in.Conditions) > 0, "conditions", "REQUIRED", "give at least one condition")
		in.Conditions.check(&c, l.all)
		if err := c.Err(); err != nil {
			return err
		}
		out = Segment{ID: uuid.Must(uuid.NewV7()), Name: in.Name, Description: in.Description, Conditions: in.Conditions, UpdatedAt: s.Clock.Now(), Version: 1}
		if in.ID == nil {
			have, err := s.Repo.List(ctx)
			if err != nil {
				return err
			}
			if len(have) >= maxSegments {
				return ErrTooMany
			}
			if err := s.Repo.Insert(ctx, out, l.actor.ID); err != nil {
				return err
			}
			return s.record(ctx, "segment.created", nil, &out)
		}
		old, err := s.Repo.Get(ctx, *in.ID)
		if err != nil {
			return err
		}
		if old.Version != in.Version {
			return ErrVersion.With("current_version", fmt.Sprint(old.Version))
		}
		out.ID, out.Version = old.ID, old.Version+1
		if err := s.Repo.Update(ctx, out); err != nil {
			return err
		}
		return s.record(ctx, "segment.changed", &old, &out)
	})
	return out, err
}

func checkName(c *fault.Checks, at, name string) {
	c.Require(name != "", at, "REQUIRED", "give it a name")
	c.Require(utf8.RuneCountInString(name) <= maxName, at, "TOO_LONG", fmt.Sprintf("at most %d characters", maxName))
}

// Delete removes a segment of the version that was seen.
func (s *Service) Delete(ctx context.Context, id uuid.UUID, version int64) error {
	return s.look(ctx, access.PortfolioWrite, func(ctx context.Context, _ looking) error {
		old, err := s.Repo.Get(ctx, id)
		if err != nil {
			return err
		}
		if old.Version != version {
			return ErrVersion.With("current_version", fmt.Sprint(old.Version))
		}
		if err := s.Repo.Delete(ctx, id); err != nil {
			return err
		}
		return s.record(ctx, "segment.deleted", &old, nil)
	})
}

func (s *Service) record(ctx context.Context, action string, before, after *Segment) error {
	e := audit.Entry{Action: action, ObjectType: "segment"}
	trace := func(x *Segment) any {
		if x == nil {
			return nil
		}
		e.ObjectID = x.ID.String()
		return map[string]any{"name": x.Name, "description": x.Description, "conditions": x.Conditions, "version": x.Version}
	}
	e.Before, e.After = trace(before), trace(after)
	return s.Audit.Record(ctx, e)
}
