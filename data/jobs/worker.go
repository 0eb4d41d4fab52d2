package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"

	"zhuxin/data/outbox"
)

// Config of a worker.
type Config struct {
	outbox.Config
	Relay *outbox.Relay

	// Concurrency is how many events are worked on at once in this process, and
	// PerTenant how many of one tenant and topic, so that one tenant's backlog leaves
	// room for the others, and its imports for its rollups. Presets 32 and 4.
	Concurrency, PerTenant int
	// SweepEvery is the pause between two looks through all outboxes. Preset 15 s.
	SweepEvery time.Duration
	// Metrics takes the worker's figures; nil takes none.
	Metrics prometheus.Registerer
	// ShutdownWithin bounds how long Run waits for running handlers at the end.
	// Preset 20 s, which leaves the rest of 25 s to everybody else (P40).
	ShutdownWithin time.Duration
}

func (c Config) withPresets() Config {
	c.Config = c.WithPresets()
	for _, p := range []struct {
		value  *int
		preset int
	}{{&c.Concurrency, 32}, {&c.PerTenant, 4}} {
		if *p.value <= 0 {
			*p.value = p.preset
		}
	}
	if c.SweepEvery <= 0 {
		c.SweepEvery = 15 * time.Second
	}
	if c.ShutdownWithin <= 0 {
		c.ShutdownWithin = 20 * time.Second
	}
	return c
}

// Worker works on events and on what is due by the clock.
type Worker struct {
	Config
	mux     *Mux
	slots   slots
	running running
	metrics metrics
}

// NewWorker makes a worker; run it with Run. mux is complete by then.
func NewWorker(c Config, mux *Mux) (*Worker, error) {
	if c.Relay == nil || c.Pool == nil || c.Redis == nil || c.Tenants == nil || len(c.Key) < 32 {
		return nil, errors.New("jobs: a worker needs relay, pool, Redis, tenants and a key of 32 bytes")
	}
	if err := errors.Join(mux.faults...); err != nil {
		return nil, err
	}
	w := &Worker{Config: c.withPresets(), mux: mux, slots: slots{taken: map[slot]chan struct{}{}}, running: running{events: map[uuid.UUID]bool{}}}
	var err error
	w.metrics, err = newMetrics(c.Metrics)
	return w, err
}

// Run works until ctx ends, then lets running handlers finish for a while. What
// does not finish is handed out again later.
func (w *Worker) Run(ctx context.Context) error {
	w.lookAtRedis(ctx)
	// Handlers outlive ctx by the time of the shutdown.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	server := asynq.NewServerFromRedisClient(w.Redis, asynq.Config{
		Concurrency: w.Concurrency, Queues: outbox.Queues(),
		BaseContext:              func() context.Context { return work },
		TaskCheckInterval:        200 * time.Millisecond,
		DelayedTaskCheckInterval: time.Second,
		RetryDelayFunc:           w.retryDelay,
		IsFailure:                func(err error) bool { return !errors.Is(err, errNoSlot) },
		ShutdownTimeout:          w.ShutdownWithin,
		Logger:                   asynqLogger{w.Log}, LogLevel: asynq.WarnLevel,
	})
	if err := server.Start(asynq.HandlerFunc(w.process)); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { w.Relay.Run(ctx) })
	wg.Go(func() { outbox.Listen(ctx, w.Redis, append([]outbox.Poker{w.Relay}, w.mux.listeners...)...) })
	for _, b := range w.mux.background {
		wg.Go(func() { b.run(ctx) })
	}
	for _, p := range append(w.own(), w.mux.periodic...) {
		wg.Go(func() { w.tick(ctx, p) })
	}
	<-ctx.Done()
	w.Log.InfoContext(ctx, "worker stops; running handlers may finish", "within", w.ShutdownWithin)
	server.Shutdown()
	stop()
	wg.Wait()
	return nil
}

// own is the periodic work of the outbox itself. Each worker sweeps for itself
// where Redis cannot say who does.
func (w *Worker) own() []periodic {
	return []periodic{
		{name: "outbox sweep", every: w.SweepEvery, run: func(ctx context.Context) error {
			c, err := w.Relay.Sweep(ctx)
			w.metrics.outbox(c)
			if c.Dead > 0 {
				w.Log.WarnContext(ctx, "events are dead: their handlers failed too often", "count", c.Dead)
			}
			return err
		}},
		{name: "outbox clean", every: time.Hour, run: w.Relay.Clean},
	}
}

// retryDelay is asynq's own: short behind a busy tenant, longer where the database
// was away and the failure could not be kept.
func (w *Worker) retryDelay(n int, err error, _ *asynq.Task) time.Duration {
	if errors.Is(err, errNoSlot) {
		return time.Second
	}
	return min(time.Duration(n+1)*5*time.Second, time.Minute)
}

// lookAtRedis warns of a Redis that may throw tasks away. Nothing is lost then,
// but it comes late.
func (w *Worker) lookAtRedis(ctx context.Context) {
	policy, err := w.Redis.ConfigGet(ctx, "maxmemory-policy").Result()
	switch {
	case err != nil:
		w.Log.WarnContext(ctx, "cannot read Redis's maxmemory-policy; it should be noeviction", "error", err)
	case policy["maxmemory-policy"] != "noeviction":
		w.Log.WarnContext(ctx, "Redis may throw tasks away; set maxmemory-policy noeviction", "maxmemory_policy", policy["maxmemory-policy"])
	}
}

// slots bounds how many events of one tenant and topic are worked on at once.
type slots struct {
	mu    sync.Mutex
	taken map[slot]chan struct{}
}

type slot struct {
	owner uuid.UUID
	topic string
}

var errNoSlot = errors.New("jobs: the tenant has enough of this running; later")

// slotWait is how long an event waits for a slot before it goes back to the queue:
// long enough behind quick handlers, short enough not to keep others out.
const slotWait = 250 * time.Millisecond

func (s *slots) take(ctx context.Context, key slot, most int) (release func(), ok bool) {
	s.mu.Lock()
	places := s.taken[key]
	if places == nil {
		places = make(chan struct{}, most)
		s.taken[key] = places
	}
	s.mu.Unlock()
	wait := time.NewTimer(slotWait)
	defer wait.Stop()
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	case <-wait.C:
	case <-ctx.Done():
	}
	return nil, false
}

// running knows the events that this process works on: asynq may deliver one again
// while its handler still runs.
type running struct {
	mu     sync.Mutex
	events map[uuid.UUID]bool
}

func (r *running) begin(id uuid.UUID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.events[id] {
		return false
	}
	r.events[id] = true
	return true
}

func (r *running) end(id uuid.UUID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.events, id)
}

// asynqLogger brings asynq's lines into ours.
type asynqLogger struct{ log *slog.Logger }

func (l asynqLogger) Debug(args ...any) { l.log.Debug("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLogger) Info(args ...any)  { l.log.Info("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLogger) Warn(args ...any)  { l.log.Warn("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLogger) Error(args ...any) { l.log.Error("asynq", "message", fmt.Sprint(args...)) }
func (l asynqLogger) Fatal(args ...any) { l.log.Error("asynq", "message", fmt.Sprint(args...)) }
