package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
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

func inTx(t *testing.T, b *bench, ctx context.Context, fn func(context.Context) error) {
	t.Helper()
	if err := b.Pool.Tenant().InTx(ctx, fn); err != nil {
		t.Fatal(err)
	}
}
