package creditcheck

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
)

// batchTime bounds one batch, whoever waits for it; the database's own limits on
// statements and locks are below it.
const batchTime = 30 * time.Second

// decide answers groups of commands in one transaction; it is the combiner's run.
// When the whole cannot be stored, each group and then each command is tried
// alone, so that one bad command fails by itself.
func (s *Service) decide(ctx context.Context, groups []*group, wait bool) {
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	err := s.decideTogether(ctx, groups, wait)
	switch {
	case err == nil:
	case !worthAlone(err):
		failed(groups, err)
	case len(groups) > 1:
		for _, g := range groups {
			s.decide(ctx, []*group{g}, wait)
		}
	case len(groups[0].batch) > 1:
		s.decideOneByOne(ctx, groups[0], wait)
	default:
		failed(groups, err)
	}
}

func (s *Service) decideOneByOne(ctx context.Context, g *group, wait bool) {
	results := make([]result, len(g.batch))
	for i := range g.batch {
		alone := &group{queue: g.queue, batch: g.batch[i : i+1]}
		s.decide(ctx, []*group{alone}, true)
		results[i] = alone.results[0]
	}
	g.results = results
}

// worthAlone says whether the failure can be one command's: not when the database
// is away or the time is over.
func worthAlone(err error) bool {
	f, ok := fault.As(err)
	away := ok && f.Kind == fault.KindUnavailable && !f.Is(ErrStale)
	return !away && !errors.Is(err, context.DeadlineExceeded)
}

func (s *Service) decideTogether(ctx context.Context, groups []*group, wait bool) error {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	asked := asks(groups)
	results, lock := make([][]result, len(groups)), LockAtOnce
	if wait {
		lock = LockWaiting
	}
	err = s.again(ctx, func(ctx context.Context) error {
		clear(results)
		loaded, err := s.load(ctx, asked, wait, today)
		if err != nil {
			return err
		}
		tx := shared{today: today, zone: zoneOf(ctx), out: Batch{At: s.Clock.Now()}, orders: map[string]uuid.UUID{}, keys: map[string]bool{}}
		if tx.pools, err = s.pools(ctx, lock, loaded...); err != nil {
			return err
		}
		for i, g := range groups {
			l := loaded[i]
			switch {
			case l.OK && l.Account.ValidOn(today) && (wait || tx.has(l)):
				results[i] = tx.decide(l, g.batch)
			case wait:
				results[i] = make([]result, len(g.batch))
				for n := range results[i] {
					results[i][n].err = exposure.ErrNoAccount
				}
			}
		}
		if len(tx.forget) > 0 {
			if err := s.Store.ForgetKeys(ctx, tx.forget); err != nil {
				return err
			}
		}
		if len(tx.out.Records) == 0 {
			return nil
		}
		return s.Store.Save(ctx, tx.out)
	})
	if err != nil {
		return err
	}
	for i, g := range groups {
		g.results = results[i]
	}
	return nil
}

func asks(groups []*group) []Group {
	out := make([]Group, len(groups))
	for i, g := range groups {
		out[i] = Group{Customer: g.queue.customer, Asks: make([]Ask, len(g.batch))}
		for n, w := range g.batch {
			in := w.cmd.in
			out[i].Asks[n] = Ask{Key: w.cmd.keyID(), OrderNo: in.OrderNo, Project: ProjectSelector{ID: in.ProjectID, Number: in.ProjectNumber}}
		}
	}
	return out
}

// load reads the facts. An account that does not hold for today is recomputed and
// read once more; only by who waits, for it locks one row after another.
func (s *Service) load(ctx context.Context, groups []Group, wait bool, today calendar.Date) ([]Loaded, error) {
	loaded, err := s.Store.Load(ctx, groups, wait)
	if err != nil || !wait || !loaded[0].OK || loaded[0].Account.ValidOn(today) {
		return loaded, err
	}
	if err := s.Accounts.Recompute(ctx, loaded[0].Account.CustomerID); err != nil {
		return nil, err
	}
	return s.Store.Load(ctx, groups, wait)
}

// zoneOf is the tenant's time zone.
func zoneOf(ctx context.Context) *time.Location {
	if t, err := tenant.From(ctx); err == nil && t.Zone != nil {
		return t.Zone
	}
	return time.UTC
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
