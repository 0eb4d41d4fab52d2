package limit

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/redis/go-redis/v9"

	"zhuxin/shared/calendar"
)

// server gives the real Redis of the tests.
func server(t *testing.T) redis.UniversalClient {
	t.Helper()
	addr := os.Getenv("ZHUXIN_REDIS_ADDR")
	if addr == "" {
		t.Fatal("ZHUXIN_REDIS_ADDR is not set: this test needs a real Redis; run it by make test, or go run ./deploy/dev/cmd/with-servers")
	}
	c := redis.NewClient(&redis.Options{Addr: addr, Password: os.Getenv("ZHUXIN_REDIS_PASSWORD")})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// gone is a Redis that does not answer.
func gone(t *testing.T) redis.UniversalClient {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialTimeout: 50 * time.Millisecond})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func setup(t *testing.T, client redis.UniversalClient) (*Limiter, *calendar.Frozen, *bytes.Buffer) {
	t.Helper()
	clock, log := &calendar.Frozen{At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}, &bytes.Buffer{}
	return New(client, clock, slog.New(slog.NewTextHandler(log, nil)), prometheus.NewRegistry()), clock, log
}

func value(t *testing.T, g prometheus.Gauge) float64 {
	t.Helper()
	var m dto.Metric
	if err := g.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetGauge().GetValue()
}

func key() string { return "test:" + uuid.NewString() }

func TestWindowIsExactOverProcesses(t *testing.T) {
	first, _, _ := setup(t, server(t))
	second, _, _ := setup(t, server(t))
	k := key()
	var allowed atomic.Int64
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			l := []*Limiter{first, second}[i%2]
			if _, ok := l.Window(context.Background(), k, 10, 15*time.Minute); ok {
				allowed.Add(1)
			}
		})
	}
	all.Wait()
	if allowed.Load() != 10 {
		t.Errorf("%d of 100 passed, want 10", allowed.Load())
	}
	wait, ok := first.Window(context.Background(), k, 10, 15*time.Minute)
	if ok || wait < 14*time.Minute || wait > 15*time.Minute {
		t.Errorf("wait %v, want just under 15 minutes", wait)
	}
	if _, ok := first.Window(context.Background(), key(), 10, 15*time.Minute); !ok {
		t.Error("another account is limited too")
	}
}

func TestWindowPassesOn(t *testing.T) {
	l, _, _ := setup(t, server(t))
	k := key()
	if _, ok := l.Window(context.Background(), k, 1, time.Millisecond); !ok {
		t.Fatal("the first is refused")
	}
	// Redis' own clock moves on with every question; no sleep is needed.
	for deadline := time.Now().Add(5 * time.Second); ; {
		if _, ok := l.Window(context.Background(), k, 1, time.Millisecond); ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a window of 1 ms has not passed after 5 s")
		}
	}
}

func TestRateOverProcesses(t *testing.T) {
	first, _, _ := setup(t, server(t))
	second, _, _ := setup(t, server(t))
	k, rule := key(), Rule{PerSecond: 1, Burst: 40}
	passed := 0
	for i := range 100 {
		if _, ok := []*Limiter{first, second}[i%2].Rate(context.Background(), k, rule); ok {
			passed++
		}
	}
	// One more may have come back while the test ran.
	if passed < 38 || passed > 42 {
		t.Errorf("%d of 100 passed, want the burst of 40", passed)
	}
	if wait, ok := first.Rate(context.Background(), k, rule); ok || wait < time.Second {
		t.Errorf("refused with wait %v (ok %v), want at least a second", wait, ok)
	}
}

func TestLeasesSaveRoundTrips(t *testing.T) {
	c := server(t)
	l, clock, _ := setup(t, c)
	k, rule := key(), Rule{PerSecond: 100, Burst: 200}
	asked := 0
	c.AddHook(count{&asked})
	for range 100 {
		if _, ok := l.Rate(context.Background(), k, rule); !ok {
			t.Fatal("refused within the burst")
		}
	}
	if asked > 15 {
		t.Errorf("100 requests asked Redis %d times", asked)
	}
	clock.At = clock.At.Add(leaseLife)
	if l.spend(k) {
		t.Error("an old lease is still used")
	}
}

type count struct{ n *int }

func (c count) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c count) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { *c.n++; return next(ctx, cmd) }
}
func (c count) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func TestWithoutRedisNothingIsUnlimited(t *testing.T) {
	for name, client := range map[string]redis.UniversalClient{"away": gone(t), "none": nil} {
		t.Run(name, func(t *testing.T) {
			l, clock, log := setup(t, client)
			ctx, k := context.Background(), key()
			for i := range 12 {
				wait, ok := l.Window(ctx, k, 10, 15*time.Minute)
				if ok != (i < 10) || !ok && wait != 15*time.Minute {
					t.Errorf("check %d: ok %v, wait %v", i, ok, wait)
				}
			}
			clock.At = clock.At.Add(15 * time.Minute)
			if _, ok := l.Window(ctx, k, 10, 15*time.Minute); !ok {
				t.Error("the window does not pass on")
			}
			passed := 0
			for range 30 {
				if _, ok := l.Rate(ctx, k, Rule{PerSecond: 5, Burst: 20}); ok {
					passed++
				}
			}
			if passed != 20 {
				t.Errorf("%d passed, want the burst of 20", passed)
			}
			clock.At = clock.At.Add(time.Second)
			if _, ok := l.Rate(ctx, k, Rule{PerSecond: 5, Burst: 20}); !ok {
				t.Error("the rate does not recover")
			}
			if client != nil && (strings.Count(log.String(), "redis does not answer") != 1 || value(t, l.away) != 1) {
				t.Errorf("said %q", log)
			}
		})
	}
}

func TestRedisComesBack(t *testing.T) {
	l, clock, log := setup(t, gone(t))
	l.Rate(context.Background(), key(), Rule{PerSecond: 1, Burst: 1})
	l.redis = server(t)
	k := key()
	if l.reachable() {
		t.Error("Redis is asked again at once after a failure")
	}
	clock.At = clock.At.Add(redisPause)
	if _, ok := l.Window(context.Background(), k, 1, time.Minute); !ok || !strings.Contains(log.String(), "redis answers again") {
		t.Errorf("ok %v, log %s", ok, log)
	}
}

func TestMadeUpAccountsDoNotFreeAnAttackedOne(t *testing.T) {
	l, _, _ := setup(t, nil)
	ctx := context.Background()
	for range 10 {
		l.Window(ctx, "victim", 10, time.Hour)
	}
	for i := range maxKeys + 100 {
		l.Window(ctx, fmt.Sprint("made-up-", i), 10, time.Hour)
	}
	if _, ok := l.Window(ctx, "victim", 10, time.Hour); ok {
		t.Error("a flood of accounts unlocked the attacked one")
	}
	if len(l.local.logs) > maxKeys {
		t.Errorf("%d keys in memory", len(l.local.logs))
	}
	for i := range maxKeys + 100 {
		l.Rate(ctx, fmt.Sprint("address-", i), Rule{PerSecond: 1, Burst: 1})
	}
	if len(l.local.rates) > maxKeys {
		t.Errorf("%d rates in memory", len(l.local.rates))
	}
}
