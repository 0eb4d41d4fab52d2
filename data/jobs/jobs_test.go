package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func TestEventReachesItsHandlerInItsTenant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	type seen struct {
		d     event.Delivered
		slug  string
		actor access.Actor
		took  time.Duration
	}
	got := make(chan seen, 10)
	var published time.Time
	b.mux.Handle("customer.created", "probe", func(ctx context.Context, d event.Delivered) error {
		tenant, _ := scope.TenantFrom(ctx)
		actor, _ := access.From(ctx)
		got <- seen{d, tenant.Slug, actor, time.Since(published)}
		return nil
	})
	b.work(t)
	id := newID()
	published = time.Now()
	b.publish(t, b.CtxA(t), "customer.created", map[string]any{"customer_id": id})
	s := <-got
	var payload struct{ Customer_ID string }
	if err := json.Unmarshal(s.d.Payload, &payload); err != nil || payload.Customer_ID != id.String() {
		t.Errorf("payload %s: %v", s.d.Payload, err)
	}
	if s.slug != b.A.Slug || s.d.TenantID != b.A.ID || s.actor.Kind != access.KindSystem || s.actor.TenantID != b.A.ID || s.d.Attempt != 1 {
		t.Errorf("%+v", s)
	}
	t.Logf("from publish to handler: %v", s.took)
	await(t, "the event to be done", func() bool { return b.status(t, b.A.Schema, "done") == 1 })
	b.publish(t, b.CtxB(t), "customer.created", 1)
	if s := <-got; s.slug != b.B.Slug {
		t.Errorf("B's event came as %s", s.slug)
	}
	tenancytest.OtherSeesNothing(t, b.Env, func(ctx context.Context) (int, error) {
		c, err := scope.Conn(ctx)
		if err != nil {
			return 0, err
		}
		var n int
		return n, c.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE payload ? $1`, "customer_id").Scan(&n)
	})
}

func TestHQEventAndEffectsOnBothSides(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var hqRuns, rollups atomic.Int32
	b.mux.HandleOnce("indicator.changed", "probe", b.Pool.HQ(), func(context.Context, event.Delivered) error { hqRuns.Add(1); return nil })
	// a tenant's event that takes effect at HQ
	b.mux.HandleOnce("account.changed", "rollup", b.Pool.HQ(), func(context.Context, event.Delivered) error { rollups.Add(1); return nil })
	b.work(t)
	hq := outbox.HQ(b.Pool, outbox.WithPoker(b.relay))
	if err := b.Pool.HQ().InTx(b.HQCtx(t), func(ctx context.Context) error {
		return hq.Publish(ctx, event.Event{Topic: "indicator.changed"})
	}); err != nil {
		t.Fatal(err)
	}
	b.publish(t, b.CtxA(t), "account.changed", 1)
	await(t, "both to be done", func() bool { return b.status(t, "hq", "done") == 1 && b.status(t, b.A.Schema, "done") == 1 })
	if hqRuns.Load() != 1 || rollups.Load() != 1 || b.count(t, `SELECT count(*) FROM hq.handled_events`) != 2 {
		t.Errorf("runs %d and %d", hqRuns.Load(), rollups.Load())
	}
}

// A rolled back transaction publishes nothing.
func TestNothingFromARolledBackTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	undo := errors.New("undo")
	err := b.Pool.Tenant().InTx(b.CtxA(t), func(ctx context.Context) error {
		return errors.Join(b.events.Publish(ctx, event.Event{Topic: "x", Payload: 1}), undo)
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	if n, err := b.relay.Drain(t.Context(), b.A.ID); n != 0 || err != nil {
		t.Errorf("handed out %d, %v", n, err)
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.effects(t)
	ctx := b.CtxA(t)
	d := event.Delivered{ID: newID(), TenantID: b.A.ID, Topic: "x", Payload: json.RawMessage("7")}
	tx := b.Pool.Tenant()
	effects := func() int { return b.count(t, `SELECT count(*) FROM `+b.A.Schema+`.effects`) }

	boom := errors.New("boom")
	failing := func(context.Context, event.Delivered) error { return boom }
	if err := jobs.Deliver(ctx, d, once(tx, "h", failing)); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if err := jobs.Deliver(ctx, d, once(tx, "h", effect)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := effects(); n != 1 {
		t.Errorf("six deliveries at once: %d effects", n)
	}
	if err := jobs.Deliver(ctx, d, once(tx, "other", effect)); err != nil || effects() != 2 {
		t.Errorf("another handler of the same event: %v, %d effects", err, effects())
	}
	// the control: without Once, each delivery takes effect
	for range 2 {
		if err := jobs.Deliver(ctx, d, func(ctx context.Context, d event.Delivered) error {
			return tx.InTx(ctx, func(ctx context.Context) error { return effect(ctx, d) })
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n := effects(); n != 4 {
		t.Errorf("without Once: %d effects, want 4; the test could not see a doubled one", n)
	}
	if err := jobs.Once(ctx, d, "h", func(context.Context) error { return nil }); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("outside a transaction: %v", err)
	}
	if err := once(tx, "new", effect)(ctx, d); !errors.Is(err, jobs.ErrNotDelivered) {
		t.Errorf("outside a delivery: %v", err)
	}
}

// One failing handler of two is called again, the other one has taken effect.
func TestFailureIsTriedAgainAndCountsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.effects(t)
	var failures atomic.Int32
	b.mux.HandleOnce("x", "first", b.Pool.Tenant(), effect)
	b.mux.HandleOnce("x", "second", b.Pool.Tenant(), func(context.Context, event.Delivered) error {
		if failures.Add(1) == 1 {
			panic("not yet")
		}
		return nil
	})
	b.work(t)
	b.publish(t, b.CtxA(t), "x", 1)
	await(t, "the event to be done", func() bool { return b.status(t, b.A.Schema, "done") == 1 })
	if n := b.count(t, `SELECT count(*) FROM `+b.A.Schema+`.effects`); n != 1 || failures.Load() != 2 {
		t.Errorf("%d effects, %d runs of the failing handler", n, failures.Load())
	}
	if n := b.count(t, `SELECT attempts FROM `+b.A.Schema+`.outbox`); n != 2 {
		t.Errorf("%d attempts", n)
	}
}

func TestDeadEventIsVisibleAndCanBeRevived(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.MaxAttempts = 1
	b.relay = outbox.NewRelay(b.config)
	b.events = outbox.Tenant(b.Pool, outbox.WithPoker(b.relay))
	var fail atomic.Bool
	fail.Store(true)
	b.mux.Handle("x", "h", func(context.Context, event.Delivered) error {
		if fail.Load() {
			return errors.New("the registry is away")
		}
		return nil
	})
	b.mux.Ignore("nobody.cares")
	b.work(t)
	ctx := b.CtxA(t)
	b.publish(t, ctx, "x", 1)
	b.publish(t, ctx, "unknown.topic", 1)
	b.publish(t, ctx, "nobody.cares", 1)
	await(t, "two dead and one done", func() bool {
		return b.status(t, b.A.Schema, "dead") == 2 && b.status(t, b.A.Schema, "done") == 1
	})
	var dead []outbox.DeadEvent
	inTx(t, b, ctx, func(ctx context.Context) (err error) {
		dead, err = b.events.Dead(ctx)
		return err
	})
	i := slices.IndexFunc(dead, func(d outbox.DeadEvent) bool { return d.Topic == "x" })
	if len(dead) != 2 || i < 0 || dead[i].LastError != "h: the registry is away" || dead[i].Attempts != 1 {
		t.Fatalf("%+v", dead)
	}
	fail.Store(false)
	inTx(t, b, ctx, func(ctx context.Context) error { return b.events.Revive(ctx, dead[i].ID) })
	await(t, "the revived event to be done", func() bool { return b.status(t, b.A.Schema, "done") == 2 })
	err := b.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { return b.events.Revive(ctx, dead[i].ID) })
	if !errors.Is(err, outbox.ErrNotDead) {
		t.Errorf("reviving it again: %v", err)
	}
	err = b.Pool.Tenant().InTx(b.CtxB(t), func(ctx context.Context) error { return b.events.Revive(ctx, dead[1-i].ID) })
	if !errors.Is(err, outbox.ErrNotDead) {
		t.Errorf("reviving another tenant's: %v", err)
	}
}

// A task that no relay of this installation signed is not worked on (P5): none of
// 10,000 changed ones opens, and what is put on the queue by hand does nothing.
func TestForgedTasksAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := outbox.Envelope{TenantID: b.A.ID, EventID: newID(), Topic: "x", Attempt: 1}
	good, err := e.Sign(testKey)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := outbox.OpenEnvelope(testKey, good); err != nil || got != e {
		t.Fatalf("%+v, %v", got, err)
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const cases = 10_000
	for i := range cases {
		m := slices.Clone(good)
		switch i % 4 {
		case 0:
			m[r.IntN(len(m))] ^= byte(1 + r.IntN(255))
		case 1:
			m = m[:r.IntN(len(m))]
		case 2:
			m = append(m, byte(r.IntN(256)))
		case 3:
			other := e
			other.TenantID = []outbox.Envelope{{TenantID: b.B.ID}, {}, {TenantID: newID()}}[r.IntN(3)].TenantID
			forged, _ := other.Sign([]byte("another key of thirty-two bytes!"))
			m = append(slices.Clone(good[:32]), forged[32:]...)
			if i%8 == 3 {
				m = forged
			}
		}
		if _, err := outbox.OpenEnvelope(testKey, m); !errors.Is(err, outbox.ErrForged) {
			t.Fatalf("opened [seed=%d case=%d]: %v", seed, i, err)
		}
	}
	var runs atomic.Int32
	b.mux.Handle("x", "h", func(context.Context, event.Delivered) error { runs.Add(1); return nil })
	b.mux.Handle("marker", "h", func(context.Context, event.Delivered) error { return nil })
	client := asynq.NewClientFromRedisClient(b.rdb)
	put := func(topic string, payload []byte) {
		if _, err := client.Enqueue(asynq.NewTask(topic, payload), asynq.Queue(outbox.Queue(b.A.ID))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		m := slices.Clone(good)
		m[i] ^= 1
		put("x", m)
	}
	put("x", nil)
	put("other", good) // signed, for another topic
	put("x", good)     // signed, but there is no such event
	swapped, _ := outbox.Envelope{TenantID: b.B.ID, EventID: e.EventID, Topic: "x", Attempt: 1}.Sign(testKey)
	put("x", swapped)
	b.work(t)
	b.publish(t, b.CtxA(t), "marker", 1)
	await(t, "the queue behind them", func() bool { return b.status(t, b.A.Schema, "done") == 1 })
	await(t, "the queue to be empty", func() bool {
		info, err := asynq.NewInspectorFromRedisClient(b.rdb).GetQueueInfo(outbox.Queue(b.A.ID))
		return err == nil && info.Size == 0
	})
	t.Logf("cases=%d executed=%d", cases+54, runs.Load())
	if runs.Load() != 0 {
		t.Error("a forged task was executed")
	}
}

func TestSuspendedTenantWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var runs atomic.Int32
	b.mux.Handle("x", "h", func(context.Context, event.Delivered) error { runs.Add(1); return nil })
	b.publish(t, b.CtxA(t), "x", 1)
	if n, err := b.relay.Drain(t.Context(), b.A.ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := b.reg.Suspend(b.HQCtx(t), b.A.ID, "unpaid"); err != nil {
		t.Fatal(err)
	}
	b.work(t)
	await(t, "the task to be put off", func() bool {
		info, err := asynq.NewInspectorFromRedisClient(b.rdb).GetQueueInfo(outbox.Queue(b.A.ID))
		return err == nil && info.Size == 0
	})
	if _, err := b.relay.Drain(t.Context(), b.A.ID); !errors.Is(err, registry.ErrSuspended) {
		t.Errorf("the relay works for a suspended tenant: %v", err)
	}
	if runs.Load() != 0 {
		t.Error("a handler ran for a suspended tenant")
	}
	if err := b.reg.Resume(b.HQCtx(t), b.A.ID); err != nil {
		t.Fatal(err)
	}
	await(t, "the event to be done after all", func() bool { return b.status(t, b.A.Schema, "done") == 1 })
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

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

func TestPeriodic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var (
		mu    sync.Mutex
		slugs = map[string]int{}
		all   atomic.Int32
	)
	b.mux.PeriodicPerTenant("expire", 50*time.Millisecond, func(ctx context.Context) error {
		tenant, _ := scope.TenantFrom(ctx)
		mu.Lock()
		defer mu.Unlock()
		if slugs[tenant.Slug]++; tenant.Slug == b.A.Slug {
			return errors.New("one tenant's failure")
		}
		return nil
	})
	b.mux.Periodic("rare", time.Hour, func(context.Context) error { all.Add(1); panic("kept") })
	b.work(t)
	b.work(t) // a second worker does not double it
	await(t, "several rounds", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return slugs[b.A.Slug] > 2 && slugs[b.B.Slug] > 2
	})
	if all.Load() != 1 {
		t.Errorf("two workers did hourly work %d times", all.Load())
	}
}

// What is registered wrongly is told at the start, all of it.
func TestWrongRegistration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := func(context.Context, event.Delivered) error { return nil }
	b.mux.Handle("x", "h", h)
	b.mux.Handle("x", "h", h)
	b.mux.Handle("", "h", h)
	b.mux.Periodic("p", time.Second, nil)
	_, err := jobs.NewWorker(jobs.Config{Config: b.config, Relay: b.relay}, b.mux)
	if err == nil || strings.Count(err.Error(), "jobs:") != 3 {
		t.Errorf("%v", err)
	}
	if _, err := jobs.NewWorker(jobs.Config{Config: outbox.Config{Pool: b.Pool}}, jobs.NewMux()); err == nil {
		t.Error("a worker without relay and key was made")
	}
}

// Old finished events go, dead and open ones stay.
func TestClean(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.CtxA(t)
	b.publish(t, ctx, "x", 1, 2, 3, 4)
	for i, status := range []string{"done", "dead", "pending", "done"} {
		age := "8 days"
		if i == 3 {
			age = "6 days"
		}
		_, err := b.admin.Exec(`UPDATE `+b.A.Schema+`.outbox SET status = $1, created_at = now() - $3::interval WHERE payload = $2::jsonb`, status, i+1, age)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.relay.Clean(ctx); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `SELECT count(*) FROM `+b.A.Schema+`.outbox`); n != 3 {
		t.Errorf("%d rows left, want 3", n)
	}
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

func inTx(t *testing.T, b *bench, ctx context.Context, fn func(context.Context) error) {
	t.Helper()
	if err := b.Pool.Tenant().InTx(ctx, fn); err != nil {
		t.Fatal(err)
	}
}
