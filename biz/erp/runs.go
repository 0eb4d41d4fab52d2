package erp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
)

// RunNow asks a worker for a pull of one feed, or with an empty kind of all.
func (s *Service) RunNow(ctx context.Context, id uuid.UUID, k feed.Kind, full bool) error {
	if _, err := access.Require(ctx, access.ERPManage); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Repo.Get(ctx, id)
		if err != nil {
			return err
		}
		if c.Kind == KindFiles {
			return ErrFilesOnly
		}
		if k != "" && c.feed(k) == nil {
			return ErrFeed
		}
		if err := s.Events.Publish(ctx, event.Event{Topic: TopicRunRequested, Payload: RunRequested{id, k, full}}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "erp_connection.run_requested", ObjectType: "erp_connection", ObjectID: id.String(), After: map[string]any{"feed": k, "full": full}})
	})
}

// underWay lets a run that another worker does pass, and keeps what is stored as
// the run's failure from being tried again at once: the next one comes by the clock.
func (s *Service) underWay(r Run, err error) error {
	if errors.Is(err, ErrRunning) || r.Status == RunFailed {
		return nil
	}
	return err
}

// PullAll pulls each feed of a connection, one after the other: customers before what
// names them. A feed that fails holds the later ones up only if the ERP is away.
func (s *Service) PullAll(ctx context.Context, id uuid.UUID, full bool) error {
	c, err := s.get(ctx, id)
	if err != nil {
		return err
	}
	if on, err := s.probe(ctx, c); !on {
		return err
	}
	for _, f := range c.Feeds {
		r, err := s.Pull(ctx, id, f.Kind, full)
		if errors.Is(err, ErrRunning) || Away(err) || ctx.Err() != nil {
			return s.underWay(r, err)
		}
		if err := s.underWay(r, err); err != nil {
			return err
		}
	}
	return nil
}

// Handle runs the pull that was asked for. One that is under way already does.
func (s *Service) Handle(ctx context.Context, d event.Delivered) error {
	var p RunRequested
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	if p.Feed == "" {
		return s.PullAll(ctx, p.ConnectionID, p.Full)
	}
	c, err := s.get(ctx, p.ConnectionID)
	if err != nil {
		return err
	}
	if on, err := s.probe(ctx, c); !on {
		return err
	}
	return s.underWay(s.Pull(ctx, p.ConnectionID, p.Feed, p.Full))
}

// PullDue pulls from every connection of the tenant whose time has come.
func (s *Service) PullDue(ctx context.Context) error {
	var due []uuid.UUID
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		due, err = s.Repo.Due(ctx, s.Clock.Now())
		return err
	})
	// One that fails leaves the others their turn.
	for _, id := range due {
		err = errors.Join(err, s.PullAll(ctx, id, false))
		if ctx.Err() != nil {
			break
		}
	}
	return err
}
