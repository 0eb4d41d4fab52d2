package limit

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"zhuxin/shared/calendar"
)

// Rule is how much one key gets.
type Rule struct {
	PerSecond int
	Burst     int
}

const (
	redisWait  = 150 * time.Millisecond // longer than a healthy answer, shorter than anybody's patience
	redisPause = time.Second            // how long Redis is left alone after a failure
	leaseLife  = time.Second
	leaseShare = 20 // of the burst that one process takes at once
	maxKeys    = 50_000
)

// Limiter counts. It is safe for use by many goroutines.
type Limiter struct {
	redis redis.UniversalClient // nil: this process alone
	gcra  *redis_rate.Limiter
	clock calendar.Clock
	log   *slog.Logger
	local *local
	away  prometheus.Gauge

	mu       sync.Mutex
	leases   map[string]lease
	pausedTo time.Time
	isAway   bool
}

// lease is what this process has taken from a key's limit and not used yet: most
// requests need no round trip.
type lease struct {
	left  int
	until time.Time
}

// New makes a Limiter; client may be nil for one process without Redis.
func New(client redis.UniversalClient, clock calendar.Clock, log *slog.Logger, reg prometheus.Registerer) *Limiter {
	l := &Limiter{
		redis: client, clock: clock, log: log, local: newLocal(clock), leases: map[string]lease{},
		away: prometheus.NewGauge(prometheus.GaugeOpts{Name: "zhuxin_limiter_local", Help: "1 while limits are counted by this process alone, because Redis does not answer."}),
	}
	if client != nil {
		l.gcra = redis_rate.NewLimiter(client)
	}
	reg.MustRegister(l.away)
	return l
}

// Rate takes one request from key's limit. When there is none it gives how long to wait.
func (l *Limiter) Rate(ctx context.Context, key string, r Rule) (wait time.Duration, ok bool) {
	if l.spend(key) {
		return 0, true
	}
	if l.reachable() {
		limit := redis_rate.Limit{Rate: r.PerSecond, Burst: r.Burst, Period: time.Second}
		asked, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisWait)
		defer cancel()
		result, err := l.gcra.AllowAtMost(asked, key, limit, max(1, r.Burst/leaseShare))
		l.report(err)
		if err == nil {
			if result.Allowed == 0 {
				return atLeast(result.RetryAfter), false
			}
			l.keep(key, result.Allowed-1)
			return 0, true
		}
	}
	return l.local.rate(key, r)
}

func (l *Limiter) spend(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.leases[key]
	if !ok || e.left < 1 || !l.clock.Now().Before(e.until) {
		return false
	}
	e.left--
	l.leases[key] = e
	return true
}

func (l *Limiter) keep(key string, left int) {
	if left < 1 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.leases) >= maxKeys {
		clear(l.leases)
	}
	l.leases[key] = lease{left: left, until: l.clock.Now().Add(leaseLife)}
}

// window keeps the instants of the last checks and counts them exactly: GCRA would
// let twice its burst through in one window. Redis' own clock is the only one.
var window = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local length = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - length)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return {0, oldest[2] + length - now}
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(length / 1000))
return {1, 0}
`)

// Window takes one of at most n checks of key in any window of the given length.
func (l *Limiter) Window(ctx context.Context, key string, n int, length time.Duration) (wait time.Duration, ok bool) {
	if l.reachable() {
		asked, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisWait)
		defer cancel()
		got, err := window.Run(asked, l.redis, []string{"window:" + key}, n, length.Microseconds(), uuid.NewString()).Int64Slice()
		l.report(err)
		if err == nil {
			if got[0] == 1 {
				return 0, true
			}
			return atLeast(time.Duration(got[1]) * time.Microsecond), false
		}
	}
	return l.local.window(key, n, length)
}

func (l *Limiter) reachable() bool {
	if l.redis == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.clock.Now().Before(l.pausedTo)
}

// report says once that Redis is away and once that it is back.
func (l *Limiter) report(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.isAway
	l.isAway = err != nil
	switch {
	case err != nil:
		l.pausedTo = l.clock.Now().Add(redisPause)
		l.away.Set(1)
		if !was {
			l.log.Warn("redis does not answer; limits are counted by this process alone", "error", err)
		}
	case was:
		l.away.Set(0)
		l.log.Info("redis answers again; limits are counted together")
	}
}

func atLeast(d time.Duration) time.Duration { return max(d, time.Second) }
