// Package guard stands before a provider: it tries again what may pass, waits in
// between, and leaves a provider alone whose servers fail again and again.
//
// Each further try is taken from the budget like the first. It keeps its state in
// the process; an account that is refused or used up is remembered in the database
// (biz/registry).
package guard

import (
	"context"
	"sync"
	"time"

	"zhuxin/biz/registry"
	"zhuxin/shared/calendar"
)

// What the guard does at most.
const (
	Tries   = 3
	Failing = 5               // failures in a row that open the breaker
	Rest    = 1 * time.Minute // before one is let through again
	firstIn = 500 * time.Millisecond
	longest = 10 * time.Second
)

// Guard implements registry.Adapter before another one.
type Guard struct {
	registry.Adapter
	clock calendar.Clock
	wait  func(ctx context.Context, d time.Duration) error

	mu       sync.Mutex
	failures int
	openTill time.Time
}

// New puts a guard before an adapter; wait is Wait outside of tests.
func New(a registry.Adapter, clock calendar.Clock, wait func(context.Context, time.Duration) error) *Guard {
	return &Guard{Adapter: a, clock: clock, wait: wait}
}

// Wait waits so long, or until ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Look implements registry.Adapter.
func (g *Guard) Look(ctx context.Context, a registry.Ask, kind registry.Kind) (answer registry.Answer, err error) {
	err = g.try(ctx, func() (err error) {
		answer, err = g.Adapter.Look(ctx, a, kind)
		return err
	})
	return answer, err
}

// Belongs implements registry.Adapter.
func (g *Guard) Belongs(ctx context.Context, a registry.Ask, name string) (is bool, err error) {
	err = g.try(ctx, func() (err error) {
		is, err = g.Adapter.Belongs(ctx, a, name)
		return err
	})
	return is, err
}

func (g *Guard) try(ctx context.Context, call func() error) error {
	for n := 1; ; n++ {
		if err := g.closed(); err != nil {
			return err
		}
		err := call()
		if err == nil {
			g.note(false)
			return nil
		}
		e := registry.TroubleOf(err)
		// A refusal is an answer of servers that work.
		g.note(e.Trouble == registry.Unreachable || e.Trouble == registry.BadAnswer)
		if !e.Trouble.Passing() || n == Tries {
			return err
		}
		d := firstIn << (n - 1)
		if e.RetryAfter > 0 {
			d = e.RetryAfter
		}
		if d > longest {
			return err // longer than somebody waits; the next look comes by the schedule
		}
		if err := g.wait(ctx, d); err != nil {
			return err
		}
	}
}

func (g *Guard) closed() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.clock.Now().Before(g.openTill) {
		return registry.Fail(registry.Unreachable, "", "the provider failed several times in a row and is left alone for a minute", nil)
	}
	return nil
}

func (g *Guard) note(failed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !failed {
		g.failures, g.openTill = 0, time.Time{}
		return
	}
	if g.failures++; g.failures >= Failing {
		g.openTill = g.clock.Now().Add(Rest)
	}
}
