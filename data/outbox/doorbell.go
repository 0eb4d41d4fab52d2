package outbox

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Doorbell remembers which owners have work waiting and has it done, one owner at
// a time each. Rings during the work lead to one more round. It forgets nothing
// but with its process; a sweep makes up for that.
type Doorbell struct {
	delay time.Duration

	mu      sync.Mutex
	waiting map[uuid.UUID]bool
	queue   []uuid.UUID
	busy    map[uuid.UUID]bool
	signal  chan struct{}
}

// NewDoorbell makes a doorbell that waits for delay after a ring, so that several
// rings in a row lead to one round.
func NewDoorbell(delay time.Duration) *Doorbell {
	return &Doorbell{delay: delay, waiting: map[uuid.UUID]bool{}, busy: map[uuid.UUID]bool{}, signal: make(chan struct{}, 1)}
}

// Poke rings for an owner; it never blocks.
func (d *Doorbell) Poke(owner uuid.UUID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting[owner] {
		return
	}
	d.waiting[owner] = true
	if !d.busy[owner] {
		d.queue = append(d.queue, owner)
		d.wake()
	}
}

// PokeAfter rings later. A ring that comes after the end of the process is lost.
func (d *Doorbell) PokeAfter(owner uuid.UUID, wait time.Duration) {
	time.AfterFunc(wait, func() { d.Poke(owner) })
}

func (d *Doorbell) wake() {
	select {
	case d.signal <- struct{}{}:
	default:
	}
}

// Run answers the rings with several workers until ctx ends.
func (d *Doorbell) Run(ctx context.Context, workers int, work func(ctx context.Context, owner uuid.UUID)) {
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-d.signal:
				}
				if d.delay > 0 {
					select {
					case <-ctx.Done():
						return
					case <-time.After(d.delay):
					}
				}
				d.answer(ctx, work)
			}
		})
	}
	wg.Wait()
}

// answer works off what waits; another worker joins while there is more than one.
func (d *Doorbell) answer(ctx context.Context, work func(context.Context, uuid.UUID)) {
	for ctx.Err() == nil {
		owner, more, ok := d.take()
		if !ok {
			return
		}
		if more {
			d.wake()
		}
		work(ctx, owner)
		d.done(owner)
	}
}

func (d *Doorbell) take() (owner uuid.UUID, more, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) == 0 {
		return owner, false, false
	}
	owner, d.queue = d.queue[0], d.queue[1:]
	delete(d.waiting, owner)
	d.busy[owner] = true
	return owner, len(d.queue) > 0, true
}

func (d *Doorbell) done(owner uuid.UUID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, owner)
	if d.waiting[owner] {
		d.queue = append(d.queue, owner)
		d.wake()
	}
}
