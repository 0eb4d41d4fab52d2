// Package jobs works on what the outbox hands out, and on what is due by the clock.
//
// A worker takes a task from asynq, checks its signature, binds to the event's
// tenant, reads the event there and calls the handlers of its topic. A handler
// sees an event at least once and takes effect once, by Once. Failures are kept
// with the event in PostgreSQL, which also decides when it is tried again; asynq's
// own retries only cover a worker that was killed.
//
// It owns the worker, the handlers' register and the periodic work. What handlers
// do is composed in cmd.
package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhuxin/data/outbox"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
)

// Mux knows the handlers of each topic and the periodic work. It is filled at the
// start and not changed afterwards.
type Mux struct {
	handlers map[event.Topic][]named
	ignored  map[event.Topic]bool
	periodic []periodic

	background []background
	listeners  []outbox.Poker
	faults     []error
}

func (m *Mux) fault(format string, args ...any) {
	m.faults = append(m.faults, fmt.Errorf("jobs: "+format, args...))
}

type background struct {
	name string
	run  func(context.Context)
}

type named struct {
	name   string
	handle event.Handler
}

type periodic struct {
	name      string
	every     time.Duration
	run       func(context.Context) error
	perTenant func(context.Context) error
}

// NewMux makes an empty mux.
func NewMux() *Mux {
	return &Mux{handlers: map[event.Topic][]named{}, ignored: map[event.Topic]bool{}}
}

// Handle has h called with the events of a topic. Several handlers of a topic are
// called in the order of their registration, each by its own name; when one fails,
// all are called again later, so each takes effect through Once. The context is
// bound to the event's tenant, and the system acts.
//
// A name that is taken, or something missing, is told by NewWorker.
func (m *Mux) Handle(topic event.Topic, name string, h event.Handler) {
	if topic == "" || name == "" || h == nil {
		m.fault("handler %q of topic %q is incomplete", name, topic)
		return
	}
	if slices.ContainsFunc(m.handlers[topic], func(n named) bool { return n.name == name }) {
		m.fault("topic %q has two handlers %q", topic, name)
	}
	m.handlers[topic] = append(m.handlers[topic], named{name, h})
}

// HandleOnce is Handle for a handler that works in one transaction of one side: h
// is called in it, and once.
func (m *Mux) HandleOnce(topic event.Topic, name string, tx uow.Tx, h event.Handler) {
	m.Handle(topic, name, func(ctx context.Context, d event.Delivered) error {
		return tx.InTx(ctx, func(ctx context.Context) error {
			return Once(ctx, d, name, func(ctx context.Context) error { return h(ctx, d) })
		})
	})
}

// Ignore says that nobody reacts to a topic. Without it, its events are taken for
// ones of a newer version, kept and tried again.
func (m *Mux) Ignore(topics ...event.Topic) {
	for _, t := range topics {
		m.ignored[t] = true
	}
}

// Periodic has fn called about every so often, by one of all workers. A missed or
// doubled call must do no harm: what belongs to a business date is a row with a
// unique key, written by fn.
func (m *Mux) Periodic(name string, every time.Duration, fn func(ctx context.Context) error) {
	m.add(periodic{name: name, every: every, run: fn})
}

// PeriodicPerTenant is Periodic for each active tenant in turn: the context is bound
// to it, and the system acts. One tenant's failure does not keep it from the others.
func (m *Mux) PeriodicPerTenant(name string, every time.Duration, fn func(ctx context.Context) error) {
	m.add(periodic{name: name, every: every, perTenant: fn})
}

// Background has run called for as long as the worker runs; it returns when its
// context ends.
func (m *Mux) Background(name string, run func(ctx context.Context)) {
	m.background = append(m.background, background{name, run})
}

// Listener has p rung for what other processes ring, besides the relay.
func (m *Mux) Listener(p outbox.Poker) { m.listeners = append(m.listeners, p) }

func (m *Mux) add(p periodic) {
	if p.name == "" || p.every <= 0 || (p.run == nil) == (p.perTenant == nil) {
		m.fault("periodic work %q is incomplete", p.name)
		return
	}
	if slices.ContainsFunc(m.periodic, func(o periodic) bool { return o.name == p.name }) {
		m.fault("two periodic works %q", p.name)
	}
	m.periodic = append(m.periodic, p)
}
