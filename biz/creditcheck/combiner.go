package creditcheck

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/google/uuid"

	"zhuxin/shared/idempotency"
)

// The combiner lets commands that wait at the same moment share a transaction.
//
// Each tenant has lanes, one for each way to name a customer, with few workers
// each. A command that comes while a worker is free is taken at once, alone. While
// all work, commands gather, by customer; who gets free takes what waits, several
// customers at a time. A customer is with one worker at a time, so his commands
// are decided in the order they came.
//
// A customer whose row another transaction holds (an import, another process) is
// left out and done by himself, waiting for the lock, while the others go on.
type combiner struct {
	limits combinerLimits
	// run decides groups in one transaction and sets their results; with wait it
	// waits for a row lock, without it leaves out, with nil results, who has to wait.
	run func(ctx context.Context, groups []*group, wait bool)

	mu    sync.Mutex
	lanes map[laneKey]*lane
	keys  map[keyInFlight]struct{}
}

type combinerLimits struct {
	batch   int // commands in one transaction
	workers int // transactions at a time in one lane
	waiters int // customers of one lane that wait for their row's lock, each with a connection
}

type laneKey struct {
	tenant uuid.UUID
	by     string // id, number, uscc
}

type keyInFlight struct {
	tenant uuid.UUID
	key    string
}

type lane struct {
	key     laneKey
	queues  map[Selector]*queue
	ready   []*queue // with commands and with no worker, first come first
	working int
	waiters chan struct{}
}

// queue is one customer's waiting commands.
type queue struct {
	customer Selector
	waiting  []*waiting
	taken    bool // a worker has commands of it
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

// group is what a worker took from one queue.
type group struct {
	queue   *queue
	batch   []*waiting
	results []result // one for each command, nil until decided
}

func newCombiner(limits combinerLimits, run func(context.Context, []*group, bool)) *combiner {
	return &combiner{limits: limits, run: run, lanes: map[laneKey]*lane{}, keys: map[keyInFlight]struct{}{}}
}

// do puts a command into its queue and waits for its result. Who stops waiting
// gets his context's error and takes nobody with him: the command may still be
// done, and a repeat with its key finds out.
func (c *combiner) do(ctx context.Context, tenant uuid.UUID, customer Selector, cmd command) (Decision, error) {
	w := &waiting{ctx: ctx, cmd: cmd, done: make(chan result, 1)}
	if err := c.enqueue(laneKey{tenant, customer.by()}, customer, w); err != nil {
		return Decision{}, err
	}
	select {
	case r := <-w.done:
		return r.decision, r.err
	case <-ctx.Done():
		return Decision{}, ctx.Err()
	}
}

func (c *combiner) enqueue(k laneKey, customer Selector, w *waiting) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := w.cmd.keyID(); id != "" {
		f := keyInFlight{k.tenant, id}
		if _, busy := c.keys[f]; busy {
			return idempotency.ErrInFlight
		}
		c.keys[f] = struct{}{}
	}
	l := c.lanes[k]
	if l == nil {
		l = &lane{key: k, queues: map[Selector]*queue{}, waiters: make(chan struct{}, c.limits.waiters)}
		c.lanes[k] = l
	}
	q := l.queues[customer]
	if q == nil {
		q = &queue{customer: customer}
		l.queues[customer] = q
	}
	q.waiting = append(q.waiting, w)
	if len(q.waiting) == 1 && !q.taken {
		l.ready = append(l.ready, q)
	}
	if l.working < c.limits.workers && len(l.ready) > 0 {
		l.working++
		go c.work(l)
	}
	return nil
}

// work runs batch after batch until nobody waits.
func (c *combiner) work(l *lane) {
	for groups := c.take(l); groups != nil; groups = c.take(l) {
		c.guarded(groups, false)
		var decided []*group
		for _, g := range groups {
			if g.results != nil {
				decided = append(decided, g)
				continue
			}
			go func() {
				l.waiters <- struct{}{}
				c.guarded([]*group{g}, true)
				<-l.waiters
				c.finish(l, g)
			}()
		}
		c.finish(l, decided...)
	}
}

// take gives what waits, up to a batch; nil ends the worker.
func (c *combiner) take(l *lane) (groups []*group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for room := c.limits.batch; room > 0 && len(l.ready) > 0; {
		q := l.ready[0]
		l.ready = l.ready[1:]
		g := &group{queue: q}
		for len(q.waiting) > 0 && len(g.batch) < room {
			w := q.waiting[0]
			q.waiting = q.waiting[1:]
			if w.ctx.Err() != nil { // he has stopped waiting before his turn
				c.forget(l, w)
				continue
			}
			g.batch = append(g.batch, w)
		}
		if len(g.batch) == 0 {
			delete(l.queues, q.customer)
			continue
		}
		q.taken = true
		groups, room = append(groups, g), room-len(g.batch)
	}
	if groups == nil {
		l.working--
		c.drop(l)
	}
	return groups
}

func (c *combiner) forget(l *lane, w *waiting) {
	if id := w.cmd.keyID(); id != "" {
		delete(c.keys, keyInFlight{l.key.tenant, id})
	}
}

// finish answers the commands and gives their queues back. Keys go before answers:
// a client may repeat at once.
func (c *combiner) finish(l *lane, groups ...*group) {
	c.mu.Lock()
	for _, g := range groups {
		for _, w := range g.batch {
			c.forget(l, w)
		}
		q := g.queue
		q.taken = false
		if len(q.waiting) > 0 {
			l.ready = append(l.ready, q)
		} else {
			delete(l.queues, q.customer)
		}
	}
	// A worker that calls goes on by itself; after a wait there may be none left.
	if l.working < c.limits.workers && len(l.ready) > 0 {
		l.working++
		go c.work(l)
	}
	c.drop(l)
	c.mu.Unlock()
	for _, g := range groups {
		for i, w := range g.batch {
			w.done <- g.results[i]
		}
	}
}

func (c *combiner) drop(l *lane) {
	if l.working == 0 && len(l.queues) == 0 {
		delete(c.lanes, l.key)
	}
}

// guarded runs groups; a panic becomes the error of all their commands, where it
// would otherwise end the process, for this goroutine is nobody's request.
func (c *combiner) guarded(groups []*group, wait bool) {
	defer func() {
		if p := recover(); p != nil {
			failed(groups, fmt.Errorf("creditcheck: panic: %v\n%s", p, debug.Stack()))
		}
	}()
	c.run(context.WithoutCancel(groups[0].batch[0].ctx), groups, wait)
}

// failed answers every command of the groups with the error.
func failed(groups []*group, err error) {
	for _, g := range groups {
		g.results = make([]result, len(g.batch))
		for i := range g.results {
			g.results[i].err = err
		}
	}
}
