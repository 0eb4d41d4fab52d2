package jobs_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/shared/event"
	"zhuxin/tenancy/registry"
)

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
