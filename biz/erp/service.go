package erp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/uow"
)

// Config is what Service works with.
type Config struct {
	Tx       uow.Tenant
	Repo     Repository
	Adapters map[Kind]Adapter
	Imports  *receivable.Imports
	Feeds    *feed.Service
	Events   event.Publisher
	Audit    audit.Recorder
	Clock    calendar.Clock
	Random   func() float64 // from 0 to 1, for pauses; nil is chance
}

// Service keeps a subsidiary's connections and runs them.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// List gives the connections, without secrets, each with its breaker as it stands now.
func (s *Service) List(ctx context.Context) (list []Connection, err error) {
	if _, err := access.Require(ctx, access.ERPRead); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, err = s.Repo.List(ctx)
		for i, c := range list {
			list[i].Breaker.State = c.Breaker.At(s.Clock.Now(), c.NextAt)
		}
		return err
	})
	return list, err
}

// Runs gives the last runs of a connection, newest first.
func (s *Service) Runs(ctx context.Context, connectionID uuid.UUID) (runs []Run, err error) {
	if _, err := access.Require(ctx, access.ERPRead); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Repo.Get(ctx, connectionID); err != nil {
			return err
		}
		runs, err = s.Repo.Runs(ctx, connectionID, 50)
		return err
	})
	return runs, err
}

// Save makes or changes a connection. A change of where it leads starts from the
// beginning: the cursor belongs to the old place.
func (s *Service) Save(ctx context.Context, in SaveInput) (Connection, error) {
	if _, err := access.Require(ctx, access.ERPManage); err != nil {
		return Connection{}, err
	}
	if err := in.Validate(); err != nil {
		return Connection{}, err
	}
	in.BaseURL = strings.TrimRight(in.BaseURL, "/")
	if in.Kind == KindFiles {
		in.Endpoint, in.EveryMinutes = Endpoint{}, 24*60 // nobody is asked
	}
	var c Connection
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		now := s.Clock.Now()
		before := map[string]any(nil)
		c = Connection{ID: uuid.Must(uuid.NewV7()), Source: in.Source, NextAt: now, Version: 1, Breaker: Breaker{State: Closed}}
		if in.ID != uuid.Nil {
			old, err := s.Repo.Get(ctx, in.ID)
			if err != nil {
				return err
			}
			if (old.Kind == KindFiles) != (in.Kind == KindFiles) {
				var c fault.Checks
				c.Add("kind", "FIXED", "files and an ERP are different connections; make another one")
				return c.Err()
			}
			c, before = old, trace(old)
			c.Version = in.Version
		}
		from := c.Feeds
		if c.BaseURL != in.BaseURL || c.Database != in.Database || c.Company != in.Company || c.Kind != in.Kind {
			from = nil
		}
		if c.Feeds, err = s.feeds(in, from); err != nil {
			return err
		}
		if in.Secret != "" || from == nil || c.Username != in.Username {
			c.Breaker, c.NextAt = Breaker{State: Closed}, now // what was wrong may be right now
		}
		c.PushLimits = in.PushLimits
		c.Name, c.Kind, c.Endpoint, c.Enabled, c.EveryMinutes = strings.TrimSpace(in.Name), in.Kind, in.Endpoint, in.Enabled, in.EveryMinutes
		write := s.Repo.Insert
		if in.ID != uuid.Nil {
			write = s.Repo.Update
		}
		if err := write(ctx, c); err != nil {
			return err
		}
		if in.ID != uuid.Nil {
			c.Version++
			if err := s.Repo.SetBreaker(ctx, c.ID, c.Breaker, c.NextAt); err != nil {
				return err
			}
		}
		if err := s.Repo.WantLimits(ctx, now); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "erp_connection.saved", ObjectType: "erp_connection", ObjectID: c.ID.String(), Before: before, After: trace(c)})
	})
	c.Secret, c.SecretSet = "", true
	return c, err
}

// feeds are those that the input wants, with what is known of them: the state belongs
// to the old place.
func (s *Service) feeds(in SaveInput, known []Feed) (out []Feed, err error) {
	given, err := s.kinds(in.Kind)
	if err != nil {
		return nil, err
	}
	wanted := in.Feeds
	if len(wanted) == 0 {
		wanted = []feed.Kind{feed.Receivables}
	}
	for _, k := range feed.Kinds {
		if !slices.Contains(wanted, k) {
			continue
		}
		if !slices.Contains(given, k) {
			var c fault.Checks
			c.Add("feeds", "NOT_SUPPORTED", fmt.Sprintf("from this ERP come %v", given))
			return nil, c.Err()
		}
		f := Feed{Kind: k}
		if at := slices.IndexFunc(known, func(f Feed) bool { return f.Kind == k }); at >= 0 {
			f = known[at]
		}
		out = append(out, f)
	}
	return out, nil
}

func trace(c Connection) map[string]any {
	kinds := make([]feed.Kind, len(c.Feeds))
	for i, f := range c.Feeds {
		kinds[i] = f.Kind
	}
	return map[string]any{"name": c.Name, "kind": c.Kind, "base_url": c.BaseURL, "database": c.Database, "company": c.Company,
		"username": c.Username, "source": c.Source, "enabled": c.Enabled, "every_minutes": c.EveryMinutes, "feeds": kinds, "push_limits": c.PushLimits}
}

// Test logs in to the ERP as the connection does. One that was left alone is asked
// again when that goes well.
func (s *Service) Test(ctx context.Context, id uuid.UUID) (Info, error) {
	if _, err := access.Require(ctx, access.ERPManage); err != nil {
		return Info{}, err
	}
	c, err := s.get(ctx, id)
	if err != nil {
		return Info{}, err
	}
	a, err := s.adapter(c.Kind)
	if err != nil {
		return Info{}, err
	}
	info, err := a.Check(ctx, c.Endpoint)
	if err != nil || c.Breaker.State == Closed {
		return info, err
	}
	return info, s.Tx.InTx(ctx, func(ctx context.Context) error {
		return s.Repo.SetBreaker(ctx, id, Breaker{State: Closed}, s.Clock.Now())
	})
}

func (s *Service) get(ctx context.Context, id uuid.UUID) (c Connection, err error) {
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		c, err = s.Repo.Get(ctx, id)
		return err
	})
	return c, err
}

// kinds are what a make of ERP gives; files give all.
func (s *Service) kinds(k Kind) ([]feed.Kind, error) {
	if k == KindFiles {
		return feed.Kinds, nil
	}
	a, err := s.adapter(k)
	if err != nil {
		return nil, err
	}
	return a.Kinds(), nil
}

func (s *Service) adapter(k Kind) (Adapter, error) {
	if k == KindFiles {
		return nil, ErrFilesOnly
	}
	a := s.Adapters[k]
	if a == nil {
		return nil, fmt.Errorf("erp: kind %s has no adapter; name it in the wiring", k)
	}
	return a, nil
}
