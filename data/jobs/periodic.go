package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/event"
)

// tick calls a periodic work until ctx ends, first at once.
func (w *Worker) tick(ctx context.Context, p periodic) {
	t := time.NewTicker(p.every)
	defer t.Stop()
	for {
		if w.mine(ctx, p) {
			w.callPeriodic(ctx, p)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// mine says whether this process is to do the work this time. It only spares
// work: where Redis does not answer, everybody does it.
func (w *Worker) mine(ctx context.Context, p periodic) bool {
	ask, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ok, err := w.Redis.SetNX(ask, "zhuxin:periodic:"+p.name, "1", p.every*9/10).Result()
	return ok || (err != nil && ctx.Err() == nil)
}

func (w *Worker) callPeriodic(ctx context.Context, p periodic) {
	began := w.Clock.Now()
	ctx = access.With(ctx, access.System(uuid.Nil, "periodic: "+p.name))
	err := call(ctx, named{p.name, func(ctx context.Context, _ event.Delivered) error {
		if p.perTenant != nil {
			return w.eachTenant(ctx, p.name, p.perTenant)
		}
		return p.run(ctx)
	}}, event.Delivered{})
	if err != nil && ctx.Err() == nil {
		w.Log.ErrorContext(ctx, "periodic work failed; it comes again", "name", p.name, "error", err)
	}
	w.metrics.periodic(p.name, outcome(err), w.Clock.Now().Sub(began))
}

// eachTenant calls fn for each active tenant.
func (w *Worker) eachTenant(ctx context.Context, name string, fn func(context.Context) error) error {
	ids, err := w.Tenants.IDs(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		bound, _, err := w.Bind(ctx, id, "periodic: "+name)
		if err == nil {
			err = fn(bound)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("[tenant=%s] %w", id, err))
		}
	}
	return errors.Join(errs...)
}
