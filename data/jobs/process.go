package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"zhuxin/data/outbox"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/registry"
)

// process works on one task. An error goes to asynq, which tries again; that is
// only for a database that is away. What a handler answers is kept with the event.
func (w *Worker) process(ctx context.Context, task *asynq.Task) error {
	e, err := outbox.OpenEnvelope(w.Key, task.Payload())
	if err == nil && e.Topic != task.Type() {
		err = fmt.Errorf("%w: topic %q in a task of type %q", outbox.ErrForged, e.Topic, task.Type())
	}
	if err != nil {
		// Nobody of us waits for it: the event, if there is one, is still in its outbox.
		w.Log.ErrorContext(ctx, "task refused", "type", task.Type(), "error", err)
		w.metrics.handled(task.Type(), "refused", 0)
		return nil
	}
	log := w.Log.With("tenant_id", e.TenantID, "event_id", e.EventID, "topic", e.Topic, "attempt", e.Attempt)
	bound, tx, err := w.Bind(ctx, e.TenantID, e.EventID.String())
	switch {
	case errors.Is(err, registry.ErrNotFound), errors.Is(err, registry.ErrSuspended), errors.Is(err, registry.ErrOutdated):
		log.InfoContext(ctx, "task put off: nothing works for its tenant now", "reason", err)
		return nil // the event stays; the sweep hands it out when the tenant is back
	case err != nil:
		return err
	}
	release, ok := w.slots.take(ctx, slot{e.TenantID, e.Topic}, w.PerTenant)
	if !ok {
		// It waits in the queue from here on; to the sweep it must not look lost.
		_, err := w.Renew(bound, tx, e)
		return errors.Join(errNoSlot, err)
	}
	defer release()
	if !w.running.begin(e.EventID) {
		return nil
	}
	defer w.running.end(e.EventID)

	started, err := w.Start(bound, tx, e)
	if err != nil {
		return err
	}
	if started == nil {
		w.metrics.handled(e.Topic, "outdated", 0)
		return nil
	}
	if started.Backlog {
		defer w.Relay.Poke(e.TenantID) // there is room for another one then
	}
	began := w.Clock.Now()
	run := &delivery{event: e.EventID}
	cause := w.handle(bound, tx, e, run, started.Payload)
	w.metrics.handled(e.Topic, outcome(cause), w.Clock.Now().Sub(began))
	// The context may be over; what happened is kept all the same.
	keep, cancel := context.WithTimeout(context.WithoutCancel(bound), 5*time.Second)
	defer cancel()
	if cause == nil {
		if run.ended {
			return nil
		}
		return w.Done(keep, tx, e)
	}
	wait, dead, err := w.Fail(keep, tx, e, cause)
	if err != nil {
		return errors.Join(cause, err)
	}
	if dead {
		log.ErrorContext(ctx, "event is dead: it failed too often", "error", cause)
		return nil
	}
	log.WarnContext(ctx, "event failed; it is tried again", "error", cause, "wait", wait)
	if wait > 0 {
		w.Relay.PokeAfter(e.TenantID, wait)
	}
	return nil
}

func outcome(err error) string {
	if err != nil {
		return "failed"
	}
	return "done"
}

// handle calls the topic's handlers while it keeps the lease.
func (w *Worker) handle(ctx context.Context, tx uow.Tx, e outbox.Envelope, run *delivery, payload []byte) (err error) {
	topic := event.Topic(e.Topic)
	handlers := w.mux.handlers[topic]
	if len(handlers) == 0 && !w.mux.ignored[topic] {
		return fmt.Errorf("no handler of this version knows the topic %s", topic)
	}
	ctx, cancel := context.WithCancelCause(context.WithValue(ctx, deliveryKey{}, run))
	var wg sync.WaitGroup
	wg.Go(func() { w.keepLease(ctx, tx, e, cancel) })
	defer wg.Wait()
	defer cancel(nil)

	d := event.Delivered{ID: e.EventID, TenantID: e.TenantID, Topic: topic, Payload: payload, Attempt: e.Attempt}
	for i, h := range handlers {
		run.last = i == len(handlers)-1
		if err := call(ctx, h, d); err != nil {
			if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
				err = errors.Join(cause, err)
			}
			return fmt.Errorf("%s: %w", h.name, err)
		}
	}
	return nil
}

// call turns a panic into an error, so that it is kept with the event.
func call(ctx context.Context, h named, d event.Delivered) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h.handle(ctx, d)
}

var errLeaseLost = errors.New("jobs: the event was given to somebody else; this run ends")

// keepLease renews the lease until ctx ends, and ends the run when the lease is
// somebody else's.
func (w *Worker) keepLease(ctx context.Context, tx uow.Tx, e outbox.Envelope, cancel context.CancelCauseFunc) {
	t := time.NewTicker(w.Lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		held, err := w.Renew(ctx, tx, e)
		switch {
		case err != nil && ctx.Err() == nil:
			w.Log.WarnContext(ctx, "lease not renewed", "event_id", e.EventID, "error", err)
		case err == nil && !held:
			cancel(errLeaseLost)
			return
		}
	}
}
