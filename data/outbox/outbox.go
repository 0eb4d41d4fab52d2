// Package outbox keeps the events that others react to, from the transaction that
// caused them to the queue that hands them out (reliability F8, P11).
//
// The life of an event: Publish writes it pending, in the transaction of the
// change. After the commit the relay is poked, takes it (sent, with a lease in
// due_at) and puts a task with the event's id on asynq. A worker that starts on
// the task renews the lease while it works, and writes done in the transaction of
// its effect (data/jobs). A failure puts the event back to pending for later, and
// to dead when it failed too often. A lease that runs out, because the worker was
// killed or Redis lost its data, makes the sweep look: still queued is left alone,
// everything else is handed out again under a new task id.
//
// PostgreSQL is the record, asynq only wakes workers up: whatever Redis forgets or
// delivers twice, nothing is lost, and the effect happens once.
//
// It owns the outbox tables of tenants and HQ and the relay. What an event does is
// its handler's.
package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// Poker is told after the commit whose outbox has something new; uuid.Nil is HQ.
// It must not block.
type Poker interface{ Poke(tenantID uuid.UUID) }

// Outbox writes the events of one side; it implements event.Publisher and works
// inside a unit of work.
type Outbox struct {
	tx     uow.Tx
	tenant bool
	poker  Poker
	clock  calendar.Clock
}

var _ event.Publisher = (*Outbox)(nil)

// Option completes an Outbox.
type Option func(*Outbox)

// WithPoker has p told of each commit with new events; without it they wait for
// the sweep.
func WithPoker(p Poker) Option { return func(o *Outbox) { o.poker = p } }

// WithClock replaces the wall clock.
func WithClock(c calendar.Clock) Option { return func(o *Outbox) { o.clock = c } }

// Tenant is the outbox of the tenant that the context is bound to.
func Tenant(pool *scope.Pool, options ...Option) *Outbox {
	return newOutbox(&Outbox{tx: pool.Tenant(), tenant: true}, options)
}

// HQ is HQ's outbox.
func HQ(pool *scope.Pool, options ...Option) *Outbox {
	return newOutbox(&Outbox{tx: pool.HQ()}, options)
}

func newOutbox(o *Outbox, options []Option) *Outbox {
	o.clock = calendar.System{}
	for _, option := range options {
		option(o)
	}
	return o
}

// maxPayload bounds a payload, which carries ids only.
const maxPayload = 64 << 10

// Row is an event ready to be written: Publish does that; a hot path that writes
// several tables with one statement takes id and payload from here, writes status
// 'pending', attempts 0, last_error ” and both times, and calls Written.
type Row struct {
	ID      uuid.UUID
	Topic   string
	Payload json.RawMessage
}

// Row gives the event its id and encodes its payload.
func (o *Outbox) Row(e event.Event) (Row, error) {
	if e.Topic == "" {
		return Row{}, fmt.Errorf("outbox: an event needs a topic")
	}
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return Row{}, fmt.Errorf("outbox: payload of %s: %w", e.Topic, err)
	}
	if len(payload) > maxPayload {
		return Row{}, fmt.Errorf("outbox: payload of %s has %d bytes; it carries ids only, at most %d", e.Topic, len(payload), maxPayload)
	}
	id, err := uuid.NewV7()
	return Row{ID: id, Topic: string(e.Topic), Payload: payload}, err
}

// Publish writes the event in the running transaction.
func (o *Outbox) Publish(ctx context.Context, e event.Event) error {
	r, err := o.Row(e)
	if err != nil {
		return err
	}
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	now := o.clock.Now()
	_, err = c.ExecContext(ctx, `INSERT INTO outbox (id, topic, payload, status, attempts, last_error, created_at, due_at)
		VALUES ($1, $2, $3, 'pending', 0, '', $4, $4)`, r.ID, r.Topic, r.Payload, now)
	if err != nil {
		return postgres.Map(ctx, err, "write outbox row")
	}
	return o.Written(ctx)
}

// Written has the relay poked after the commit.
func (o *Outbox) Written(ctx context.Context) error {
	if o.poker == nil {
		return nil
	}
	owner := uuid.Nil
	if o.tenant {
		t, _ := scope.TenantFrom(ctx)
		owner = t.ID
	}
	return scope.AfterCommit(ctx, func() { o.poker.Poke(owner) })
}
