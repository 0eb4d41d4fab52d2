package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// ErrNotDelivered means that Once was called outside the handling of an event.
var ErrNotDelivered = errors.New("jobs: this event is not being delivered; call Once in a handler, with the handler's context")

// Once makes a handler take effect once, however often its event is delivered. It
// is called inside the transaction of the effect, a tenant's or HQ's; name is the
// handler's. fn runs, and the record of it is written, in that transaction. For a
// handler that took effect before, fn is not called and the answer is nil.
//
// The event itself ends in the same transaction when it can: when it lies in the
// transaction's schema and no other handler of its topic is left.
func Once(ctx context.Context, d event.Delivered, name string, fn func(ctx context.Context) error) error {
	if d.ID == uuid.Nil || name == "" {
		return errors.New("jobs: Once needs the delivered event and the handler's name")
	}
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	// Of two deliveries at once, the second waits here for the first to end.
	res, err := c.ExecContext(ctx, `INSERT INTO handled_events (id, handled_at) VALUES ($1, now()) ON CONFLICT (id) DO NOTHING`, handledID(d.ID, name))
	if err != nil {
		return postgres.Map(ctx, err, "record handled event")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if err := fn(ctx); err != nil {
		return err
	}
	return end(ctx, c, d)
}

func handledID(id uuid.UUID, name string) string { return id.String() + ":" + name }

// delivery is the running delivery of an event, for Once.
type delivery struct {
	event uuid.UUID
	last  bool // no other handler of the topic is left
	ended bool // the event was ended in a committed transaction
}

type deliveryKey struct{}

func end(ctx context.Context, c scope.Querier, d event.Delivered) error {
	run, _ := ctx.Value(deliveryKey{}).(*delivery)
	if run == nil || run.event != d.ID {
		return ErrNotDelivered
	}
	hq, err := scope.InHQ(ctx)
	if err != nil {
		return err
	}
	if !run.last || hq != (d.TenantID == uuid.Nil) {
		return nil
	}
	if _, err := c.ExecContext(ctx, `UPDATE outbox SET status = 'done', last_error = '' WHERE id = $1`, d.ID); err != nil {
		return postgres.Map(ctx, err, fmt.Sprintf("end event %s", d.ID))
	}
	return scope.AfterCommit(ctx, func() { run.ended = true })
}

// Deliver calls a handler as a worker does, for tests of handlers: the event is
// delivered, no other handler is left.
func Deliver(ctx context.Context, d event.Delivered, h event.Handler) error {
	return h(context.WithValue(ctx, deliveryKey{}, &delivery{event: d.ID, last: true}), d)
}

// Each has an event take effect once in each of several subsidiaries, in a transaction of
// each: bind gives a subsidiary's context. What of one fails does not keep the others
// waiting, and is tried again with the event; those that it took effect in stay as they
// are.
func Each(ctx context.Context, tx uow.Tenant, bind func(ctx context.Context, tenantID uuid.UUID) (context.Context, error), d event.Delivered, name string,
	tenants []uuid.UUID, fn func(ctx context.Context) error) error {
	var failed error
	for _, id := range tenants {
		there, err := bind(ctx, id)
		if err == nil {
			err = tx.InTx(there, func(ctx context.Context) error { return Once(ctx, d, name, fn) })
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s at subsidiary %s: %w", d.Topic, id, err))
		}
	}
	return failed
}
