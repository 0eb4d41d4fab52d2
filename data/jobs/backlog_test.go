package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/shared/event"
)

// A long handler keeps its event: the lease is renewed, nobody else gets it.
func TestLongHandlerIsNotDoubled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.Lease = 300 * time.Millisecond
	b.relay = outbox.NewRelay(b.config)
	b.events = outbox.Tenant(b.Pool, outbox.WithPoker(b.relay))
	started, release := make(chan struct{}, 10), make(chan struct{})
	b.mux.Handle("x", "h", func(context.Context, event.Delivered) error {
		started <- struct{}{}
		<-release
		return nil
	})
	b.work(t)
	b.publish(t, b.CtxA(t), "x", 1)
	<-started
	began := time.Now()
	await(t, "several leases' time", func() bool {
		if _, err := b.relay.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
		return time.Since(began) > 5*b.config.Lease
	})
	close(release)
	await(t, "the event to be done", func() bool { return b.status(t, b.A.Schema, "done") == 1 })
	if n := b.count(t, `SELECT attempts FROM `+b.A.Schema+`.outbox`); n != 1 || len(started) != 0 {
		t.Errorf("%d attempts, %d more runs", n, len(started))
	}
}

// One tenant's backlog takes its share of a worker and no more; what waits in the
// queue past its lease is not handed out again.
func TestBacklogOfOneTenant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var now, most atomic.Int32
	release := make(chan struct{})
	b.mux.Handle("x", "h", func(ctx context.Context, d event.Delivered) error {
		if d.TenantID != b.A.ID {
			return nil
		}
		n := now.Add(1)
		defer now.Add(-1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		<-release
		return nil
	})
	b.work(t, func(c *jobs.Config) { c.Concurrency, c.PerTenant = 8, 2 })
	payloads := make([]any, 40)
	for i := range payloads {
		payloads[i] = i
	}
	b.publish(t, b.CtxA(t), "x", payloads...)
	await(t, "the tenant's share to be taken", func() bool { return now.Load() == 2 })
	b.publish(t, b.CtxB(t), "x", 1)
	await(t, "the other tenant's event", func() bool { return b.status(t, b.B.Schema, "done") == 1 })
	began := time.Now()
	await(t, "several leases' time", func() bool { return time.Since(began) > 3*b.config.Lease })
	if _, err := b.relay.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	if n := b.count(t, `SELECT max(attempts) FROM `+b.A.Schema+`.outbox`); n != 1 {
		t.Errorf("an event that waited in the queue was handed out %d times", n)
	}
	close(release)
	await(t, "the backlog to be done", func() bool { return b.status(t, b.A.Schema, "done") == 40 })
	if most.Load() != 2 {
		t.Errorf("%d of one tenant at once", most.Load())
	}
}

// A backlog larger than the window drains without waiting for the sweep.
func TestBacklogDrains(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mux.HandleOnce("x", "h", b.Pool.Tenant(), func(context.Context, event.Delivered) error { return nil })
	b.work(t, func(c *jobs.Config) { c.SweepEvery = time.Hour })
	const events = 1000
	payloads := make([]any, events)
	for i := range payloads {
		payloads[i] = i
	}
	began := time.Now()
	b.publish(t, b.CtxA(t), "x", payloads...)
	published := time.Now()
	await(t, "all to be done", func() bool { return b.status(t, b.A.Schema, "done") == events })
	took := time.Since(published)
	t.Logf("events=%d published in %v, done in %v: %.0f/s", events, published.Sub(began), took, events/took.Seconds())
	if n := b.count(t, `SELECT max(attempts) FROM `+b.A.Schema+`.outbox`); n != 1 {
		t.Errorf("an event was handed out %d times", n)
	}
}

// With Redis away, business goes on; what was published meanwhile comes after it.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var runs atomic.Int32
	b.mux.Handle("x", "h", func(context.Context, event.Delivered) error { runs.Add(1); return nil })
	b.work(t)
	b.redis.kill(t)
	began := time.Now()
	b.publish(t, b.CtxA(t), "x", 1, 2, 3)
	if took := time.Since(began); took > time.Second {
		t.Errorf("publishing waits for Redis: %v", took)
	}
	b.redis.start(t)
	back := time.Now()
	await(t, "the events after all", func() bool { return b.status(t, b.A.Schema, "done") == 3 })
	t.Logf("all done %v after Redis came back", time.Since(back))
	if runs.Load() != 3 {
		t.Errorf("%d runs", runs.Load())
	}
	if n := b.count(t, `SELECT max(attempts) FROM `+b.A.Schema+`.outbox`); n != 1 {
		t.Errorf("an attempt was counted that Redis did not take: %d", n)
	}
}

// A process without a relay rings for one in another process.
func TestRemotePoke(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := make(chan struct{}, 1)
	b.mux.Handle("x", "h", func(context.Context, event.Delivered) error { got <- struct{}{}; return nil })
	b.work(t, func(c *jobs.Config) { c.SweepEvery = time.Hour })
	poker := outbox.NewRemotePoker(b.rdb, b.config.Log)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go poker.Run(ctx)
	await(t, "the relay to listen", func() bool {
		n, err := b.rdb.PubSubNumSub(ctx, "zhuxin:poke").Result()
		return err == nil && n["zhuxin:poke"] == 1
	})
	b.events = outbox.Tenant(b.Pool, outbox.WithPoker(poker))
	b.publish(t, b.CtxA(t), "x", 1)
	<-got
}

func TestWorkerFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	started, release := make(chan struct{}), make(chan struct{})
	b.mux.Handle("x", "h", func(ctx context.Context, _ event.Delivered) error {
		close(started)
		<-release
		return ctx.Err()
	})
	stop := b.work(t)
	b.publish(t, b.CtxA(t), "x", 1)
	<-started
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	close(release)
	<-stopped
	if b.status(t, b.A.Schema, "done") != 1 {
		t.Error("the running handler was not let finish")
	}
}
