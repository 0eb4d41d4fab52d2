package creditcheck

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/google/uuid"

	"zhuxin/shared/idempotency"
)

// queueKey is what a queue is for: one customer of one tenant, as he was named.
// The same customer under two names has two queues; the row lock keeps them apart.
type queueKey struct {
	tenant   uuid.UUID
	customer Selector
}

// waiting is one command in a queue. done gets exactly one result.
type waiting struct {
	ctx  context.Context
	cmd  command
	done chan result
}

type result struct {
	decision Decision
	err      error
}

// combiner lets the commands of one customer that wait at the same moment share
// one transaction. The first one opens a queue and a worker for it; what comes
// while that one works is the next batch. A worker ends when its queue is empty.
type combiner struct {
	most int                                                                     // commands in one batch
	run  func(ctx context.Context, customer Selector, batch []*waiting) []result // one for each

	mu     sync.Mutex
	queues map[queueKey][]*waiting // present while a worker is at it
	keys   map[keyInFlight]struct{}
}

type keyInFlight struct {
	tenant uuid.UUID
	key    string
}

func newCombiner(most int, run func(context.Context, Selector, []*waiting) []result) *combiner {
	return &combiner{most: most, run: run, queues: map[queueKey][]*waiting{}, keys: map[keyInFlight]struct{}{}}
}

// do puts a command into its queue and waits for its result. Who stops waiting
// gets his context's error and takes nobody with him: the command may still be
// done, and a repeat with its key finds out.
func (c *combiner) do(ctx context.Context, k queueKey, cmd command) (Decision, error) {
	w := &waiting{ctx: ctx, cmd: cmd, done: make(chan result, 1)}
	if err := c.enqueue(k, w); err != nil {
		return Decision{}, err
	}
	select {
	case r := <-w.done:
		return r.decision, r.err
	case <-ctx.Done():
		return Decision{}, ctx.Err()
	}
}

func (c *combiner) enqueue(k queueKey, w *waiting) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := w.cmd.keyID(); id != "" {
		f := keyInFlight{k.tenant, id}
		if _, busy := c.keys[f]; busy {
			return idempotency.ErrInFlight
		}
		c.keys[f] = struct{}{}
	}
	queue, busy := c.queues[k]
	c.queues[k] = append(queue, w)
	if !busy {
		go c.work(k)
	}
	return nil
}

// work runs batch after batch until nobody waits.
func (c *combiner) work(k queueKey) {
	for batch := c.next(k); batch != nil; batch = c.next(k) {
		alive := batch[:0:0]
		for _, w := range batch {
			if w.ctx.Err() == nil {
				alive = append(alive, w)
			}
		}
		results := c.guarded(k, alive)
		// The keys go before the answers: a client may repeat at once.
		c.forget(k, batch)
		for i, w := range alive {
			w.done <- results[i]
		}
	}
}

func (c *combiner) next(k queueKey) []*waiting {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue := c.queues[k]
	if len(queue) == 0 {
		delete(c.queues, k)
		return nil
	}
	n := min(len(queue), c.most)
	c.queues[k] = queue[n:]
	return queue[:n:n]
}

func (c *combiner) forget(k queueKey, batch []*waiting) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range batch {
		if id := w.cmd.keyID(); id != "" {
			delete(c.keys, keyInFlight{k.tenant, id})
		}
	}
}

// guarded runs a batch; a panic becomes the error of all its commands, where it
// would otherwise end the process, for this goroutine is nobody's request.
func (c *combiner) guarded(k queueKey, batch []*waiting) (results []result) {
	if len(batch) == 0 {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			results = all(len(batch), fmt.Errorf("creditcheck: panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return c.run(context.WithoutCancel(batch[0].ctx), k.customer, batch)
}

// all answers n commands with the same error.
func all(n int, err error) []result {
	rs := make([]result, n)
	for i := range rs {
		rs[i].err = err
	}
	return rs
}
