package erp

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// Trouble is why an ERP did not answer as it should. Each asks for something else to
// be done, so they are never folded into one.
type Trouble string

// The troubles.
const (
	NoTrouble  Trouble = ""
	Unreached  Trouble = "unreachable" // no answer, or its servers fail
	Busy       Trouble = "busy"        // it asks to wait
	QuotaSpent Trouble = "quota"       // calls that were bought are used up
	Refused    Trouble = "login"       // it does not take our login
	Forbidden  Trouble = "address"     // its address is not one we may reach
	Unreadable Trouble = "answer"      // an answer that is not understood: of one feed
)

// TroubleOf says what an error tells of the ERP. One that tells of a record, or of us,
// is no trouble of it.
func TroubleOf(err error) Trouble {
	for _, known := range []struct {
		err error
		is  Trouble
	}{{ErrUnreachable, Unreached}, {ErrBusy, Busy}, {ErrQuota, QuotaSpent}, {ErrLogin, Refused}, {ErrAddress, Forbidden}, {ErrAnswer, Unreadable}} {
		if errors.Is(err, known.err) {
			return known.is
		}
	}
	return NoTrouble
}

// BreakerState says whether an ERP is asked.
type BreakerState string

// The states. Half open is open after its rest: the next run asks one thing first.
const (
	Closed   BreakerState = "closed"
	Open     BreakerState = "open"
	HalfOpen BreakerState = "half_open"
	Stopped  BreakerState = "stopped" // until somebody mends the login
)

// Breaker keeps an ERP that is away from being asked again and again, for one
// connection of one subsidiary. It is kept with the connection, so that every worker
// and the page know the same.
type Breaker struct {
	State    BreakerState `json:"state"`             // Closed, Open or Stopped
	Trouble  Trouble      `json:"trouble,omitempty"` // the last one; of the whole ERP, never of a record
	Failures int          `json:"failures"`          // runs in a row that found it away
	Since    *time.Time   `json:"since,omitempty"`   // since when it fails
	Failure  string       `json:"failure,omitempty"` // in words
}

// At gives the state at an instant; next is when the ERP is asked again.
func (b Breaker) At(now, next time.Time) BreakerState {
	if b.State == Open && !now.Before(next) {
		return HalfOpen
	}
	return b.State
}

const (
	failing   = 3 // runs in a row that open it
	firstRest = 5 * time.Minute
	mostRest  = 2 * time.Hour
	firstWait = time.Minute // before it opens: sooner than by the clock
)

// after gives the breaker after a run that ended so, and when the next one comes; by
// the clock it is every so often.
func (s *Service) after(ctx context.Context, b Breaker, cause error, every time.Duration) (Breaker, time.Time) {
	now := s.Clock.Now()
	if errors.Is(cause, context.Canceled) {
		return b, now.Add(every) // the worker stops; nothing is known of the ERP
	}
	trouble := TroubleOf(cause)
	if trouble == NoTrouble || trouble == Unreadable { // it answers
		return Breaker{State: Closed}, now.Add(every)
	}
	if b.Since == nil {
		b.Since = &now
	}
	b.Trouble, b.Failure = trouble, words(cause)
	switch trouble {
	case Refused, Forbidden:
		b.State = Stopped
		return b, now.Add(every)
	case QuotaSpent:
		b.State = Open
		return b, s.tomorrow(ctx, now)
	}
	b.Failures++
	switch {
	case trouble == Busy:
		b.State = Open
		return b, now.Add(asked(cause, s.spread(min(firstWait<<min(b.Failures-1, 8), mostRest))))
	case b.Failures < failing:
		b.State = Closed
		return b, now.Add(max(min(every, s.spread(firstWait<<b.Failures)), asked(cause, 0)))
	}
	b.State = Open
	return b, now.Add(asked(cause, s.spread(min(firstRest<<min(b.Failures-failing, 8), mostRest))))
}

// asked is how long the ERP asks to wait, where that is longer.
func asked(cause error, preset time.Duration) time.Duration {
	if f, ok := fault.As(cause); ok {
		return max(preset, time.Duration(f.RetryAfter)*time.Second)
	}
	return preset
}

// spread makes a pause up to a fifth longer, so that the ERPs of many are not asked at
// one and the same instant.
func (s *Service) spread(d time.Duration) time.Duration {
	random := s.Random
	if random == nil {
		random = rand.Float64 //nolint:gosec // nobody gains by guessing it
	}
	return d + time.Duration(random()*float64(d)/5)
}

// tomorrow is the beginning of the subsidiary's next day.
func (s *Service) tomorrow(ctx context.Context, now time.Time) time.Time {
	t, err := tenant.From(ctx)
	if err != nil {
		return now.Add(12 * time.Hour)
	}
	y, m, d := calendar.Of(now, t.Zone).AddDays(1).Time().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Zone).Add(s.spread(firstRest) - firstRest)
}

// note stores the breaker after something was asked of the ERP, and tells once that it
// stopped. It runs in a transaction.
func (s *Service) note(ctx context.Context, before Breaker, c Connection) error {
	if err := s.Repo.SetBreaker(ctx, c.ID, c.Breaker, c.NextAt); err != nil {
		return err
	}
	if c.Breaker.State == Open && c.Breaker.Failures == failing && before.Failures < failing {
		return news.Tell(ctx, s.Events, news.ERPFailing, "", c.ID)
	}
	if c.Breaker.State != Stopped || before.State == Stopped {
		return nil
	}
	return s.Events.Publish(ctx, stopped(c))
}

// probe asks an ERP that was left alone for one thing before everything, by the clock
// or because somebody wants it. It says whether the run may go on.
func (s *Service) probe(ctx context.Context, c Connection) (bool, error) {
	if c.Breaker.State == Closed {
		return true, nil
	}
	a, err := s.adapter(c.Kind)
	if err != nil {
		return false, err
	}
	before := c.Breaker
	_, cause := a.Check(ctx, c.Endpoint)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if cause == nil || TroubleOf(cause) == NoTrouble || TroubleOf(cause) == Unreadable {
		return true, nil
	}
	c.Breaker, c.NextAt = s.after(ctx, c.Breaker, cause, c.every())
	return false, s.Tx.InTx(ctx, func(ctx context.Context) error { return s.note(ctx, before, c) })
}

func (c Connection) every() time.Duration { return time.Duration(c.EveryMinutes) * time.Minute }
