package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"zhuxin/shared/calendar"
)

// local counts within this process.
type local struct {
	clock calendar.Clock
	mu    sync.Mutex
	rates map[string]*rate.Limiter
	logs  map[string][]time.Time
}

func newLocal(clock calendar.Clock) *local {
	return &local{clock: clock, rates: map[string]*rate.Limiter{}, logs: map[string][]time.Time{}}
}

func (l *local) rate(key string, r Rule) (time.Duration, bool) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.rates[key]
	if one == nil {
		if len(l.rates) >= maxKeys {
			l.sweepRates(now)
		}
		one = rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)
		l.rates[key] = one
	}
	reserved := one.ReserveN(now, 1)
	if wait := reserved.DelayFrom(now); !reserved.OK() || wait > 0 {
		reserved.CancelAt(now)
		return atLeast(wait), false
	}
	return 0, true
}

// sweepRates drops the keys that are as good as new, and all of them when a flood
// of addresses leaves none: traffic limits may forget, login limits do not.
func (l *local) sweepRates(now time.Time) {
	for k, one := range l.rates {
		if one.TokensAt(now) >= float64(one.Burst()) {
			delete(l.rates, k)
		}
	}
	if len(l.rates) >= maxKeys {
		clear(l.rates)
	}
}

func (l *local) window(key string, n int, length time.Duration) (time.Duration, bool) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.logs) >= maxKeys {
		for k, times := range l.logs {
			if len(within(times, now, length)) == 0 {
				delete(l.logs, k)
			}
		}
		if _, known := l.logs[key]; !known && len(l.logs) >= maxKeys {
			// Made-up accounts fill the memory: refuse new ones rather than forget
			// the attacked ones.
			return time.Minute, false
		}
	}
	times := within(l.logs[key], now, length)
	if len(times) >= n {
		l.logs[key] = times
		return atLeast(times[0].Add(length).Sub(now)), false
	}
	l.logs[key] = append(times, now)
	return 0, true
}

// within drops what has left the window; times are in order.
func within(times []time.Time, now time.Time, length time.Duration) []time.Time {
	for len(times) > 0 && !times[0].After(now.Add(-length)) {
		times = times[1:]
	}
	return times
}
