package server

import (
	"sync"
	"time"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// maxCached bounds the memory that made-up tokens can take.
const maxCached = 20_000

// cache keeps answers about callers for some seconds. Reads may use them; writes
// always ask, and what they hear is kept for the next read (P24). Only answers
// are kept, never that nobody could be asked.
type cache[K comparable, V any] struct {
	clock calendar.Clock
	ttl   time.Duration
	mu    sync.Mutex
	m     map[K]entry[V]
}

type entry[V any] struct {
	value V
	err   error
	until time.Time
}

func newCache[K comparable, V any](clock calendar.Clock, ttl time.Duration) *cache[K, V] {
	return &cache[K, V]{clock: clock, ttl: ttl, m: map[K]entry[V]{}}
}

func (c *cache[K, V]) get(key K, stale bool, ask func() (V, error)) (V, error) {
	now := c.clock.Now()
	if stale {
		c.mu.Lock()
		e, ok := c.m[key]
		c.mu.Unlock()
		if ok && now.Before(e.until) {
			return e.value, e.err
		}
	}
	v, err := ask()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !isAnswer(err) {
		delete(c.m, key)
		return v, err
	}
	if len(c.m) >= maxCached {
		c.sweep(now)
	}
	c.m[key] = entry[V]{value: v, err: err, until: now.Add(c.ttl)}
	return v, err
}

// sweep drops what has expired, and everything when that is not enough: the
// entries are worth one question each.
func (c *cache[K, V]) sweep(now time.Time) {
	for k, e := range c.m {
		if !now.Before(e.until) {
			delete(c.m, k)
		}
	}
	if len(c.m) >= maxCached {
		clear(c.m)
	}
}

func isAnswer(err error) bool {
	if err == nil {
		return true
	}
	f, ok := fault.As(err)
	return ok && (f.Kind == fault.KindUnauthorized || f.Kind == fault.KindNotFound)
}
