package dailyrun

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

type touchedKey struct{}

// Touched adds to the count that the running step shows. Outside of a run it does
// nothing.
func Touched(ctx context.Context, n int64) {
	if c, ok := ctx.Value(touchedKey{}).(*atomic.Int64); ok {
		c.Add(n)
	}
}

// lease is how long a claim holds without being renewed: after a kill, so much
// passes until another worker goes on.
const lease = 90 * time.Second

// retryAfter is the pause before each further attempt; after the last one the step
// is given up until somebody runs the date again.
var retryAfter = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}

// execute works on a run's steps until nothing is left that can be done now, and
// says whether the run is over.
func (s *Service) execute(ctx context.Context, r Run) (over bool, err error) {
	for {
		var next Next
		err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
			if next, err = s.repo.Take(ctx, r.ID, lease); err != nil || !next.Over {
				return err
			}
			return s.close(ctx, r, next.Failed)
		})
		if err != nil || next.Over {
			return next.Over, err
		}
		if next.Claim == nil {
			return false, nil
		}
		if err := s.attempt(ctx, r, *next.Claim); err != nil {
			return false, err
		}
	}
}

// attempt runs a step once and keeps what came of it. The answer is an error only
// when that could not be kept.
func (s *Service) attempt(ctx context.Context, r Run, c Claim) error {
	var touched atomic.Int64
	err := s.call(context.WithValue(ctx, touchedKey{}, &touched), r.On, c)
	if ctx.Err() != nil {
		return ctx.Err() // the process stops; the claim runs out and another one goes on
	}
	now := s.clock.Now()
	if err == nil {
		return s.tx.InTx(ctx, func(ctx context.Context) error { return s.repo.Finish(ctx, c, touched.Load(), now) })
	}
	s.failed(ctx, c.Name, r.On, err)
	var retryIn *time.Duration
	if c.Try <= len(retryAfter) {
		retryIn = &retryAfter[c.Try-1]
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error { return s.repo.Fail(ctx, c, shown(err), retryIn, now) })
}

// call runs the step with its claim kept alive; a panic is an error like any other,
// so that one tenant's broken step stops nobody else.
func (s *Service) call(ctx context.Context, on calendar.Date, c Claim) (err error) {
	i := slices.IndexFunc(s.steps, func(st Step) bool { return st.Name == c.Name })
	if i < 0 {
		return fault.Unavailable("DAILY_STEP_UNKNOWN", "this program does not know the step; a newer one made the run")
	}
	ctx, stop := context.WithCancel(ctx)
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		s.renew(ctx, stop, c)
	}()
	defer func() {
		stop()
		<-renewing
		if p := recover(); p != nil {
			err = fmt.Errorf("dailyrun: step %s panicked: %v", c.Name, p)
		}
	}()
	return s.steps[i].Run(ctx, on)
}

// renew keeps the claim while the step runs, and ends the step when it is lost.
func (s *Service) renew(ctx context.Context, stop context.CancelFunc, c Claim) {
	t := time.NewTicker(lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		var held bool
		err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
			held, err = s.repo.Renew(ctx, c, lease)
			return err
		})
		if err == nil && !held {
			stop()
		}
	}
}

// shown is what people read of a failure: the text of a fault; of anything else
// only that it happened, because such texts are for the log.
func shown(err error) string {
	if f, ok := fault.As(err); ok && f.Kind != fault.KindInternal {
		return f.Reason + ": " + f.Message
	}
	return "INTERNAL: the step broke off; the operator finds the cause in the log"
}

func (s *Service) close(ctx context.Context, r Run, failed bool) error {
	state := StateDone
	if failed {
		state = StateFailed
	}
	closed, err := s.repo.Close(ctx, r.ID, state, s.clock.Now())
	if err != nil || !closed {
		return err
	}
	return s.record(ctx, "daily_run."+string(state), r)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
