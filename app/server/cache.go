package server

import (
	"errors"
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
//
// Writes that come while a question is under way share the next one: its answer
// is from after they came, and a busy caller costs one question at a time instead
// of one for each request.
type cache[K comparable, V any] struct {
	clock   calendar.Clock
	ttl     time.Duration
	mu      sync.Mutex
	m       map[K]entry[V]
	flights map[K]*flight[V]
}

// flight is one question under way. next is the one after it, once somebody waits
// for it.
type flight[V any] struct {
	done  chan struct{}
	next  *flight[V]
	value V
	err   error
}

type entry[V any] struct {
	value V
	err   error
	until time.Time
}

func newCache[K comparable, V any](clock calendar.Clock, ttl time.Duration) *cache[K, V] {
	return &cache[K, V]{clock: clock, ttl: ttl, m: map[K]entry[V]{}, flights: map[K]*flight[V]{}}
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
	v, err := c.fresh(key, ask)
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

// fresh asks, or shares a question that is asked after this call began.
func (c *cache[K, V]) fresh(key K, ask func() (V, error)) (V, error) {
	c.mu.Lock()
	now := c.flights[key]
	own := &flight[V]{done: make(chan struct{})}
	switch {
	case now == nil:
		c.flights[key] = own
	case now.next == nil:
		now.next = own
	default:
		shared := now.next
		c.mu.Unlock()
		<-shared.done
		if isAnswer(shared.err) {
			return shared.value, shared.err
		}
		return ask() // the one who asked may have gone away himself
	}
	c.mu.Unlock()
	if now != nil {
		<-now.done
	}
	defer func() { // also on panic: others wait
		c.mu.Lock()
		if own.next != nil {
			c.flights[key] = own.next
		} else {
			delete(c.flights, key)
		}
		c.mu.Unlock()
		close(own.done)
	}()
	own.err = errNotAsked
	own.value, own.err = ask()
	return own.value, own.err
}

// errNotAsked is what those who share a question see when asking it panicked.
var errNotAsked = errors.New("server: the question about the caller was not answered")

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
