package identity

import (
	"sync"
	"time"

	"zhuxin/shared/calendar"
)

const (
	// breakAfter failures in a row, calls are refused at once for breakFor: when
	// Kratos hangs, every request would otherwise hold a connection for the
	// whole time limit.
	breakAfter = 5
	breakFor   = time.Second
)

// breaker refuses calls for a moment after several failures in a row. After the
// moment the next calls try again; one success closes it.
type breaker struct {
	clock calendar.Clock
	mu    sync.Mutex
	fails int
	until time.Time
}

func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock.Now().Before(b.until)
}

func (b *breaker) ok() {
	b.mu.Lock()
	b.fails, b.until = 0, time.Time{}
	b.mu.Unlock()
}

func (b *breaker) failed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails++; b.fails >= breakAfter {
		b.until = b.clock.Now().Add(breakFor)
	}
}
