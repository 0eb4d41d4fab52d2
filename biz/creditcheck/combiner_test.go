package creditcheck

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/tenant"
)

func order(no string) command { return command{op: OpReserve, in: CheckInput{OrderNo: no}} }

func customer(n int) Selector { return Selector{ID: uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%d", n))} }

// Many clients of few customers: everyone gets the answer to his own command, one
// customer is never with two workers, his commands keep their order, no batch is
// too large, and who is left out is done by himself.
func TestCombinerUnderLoad(t *testing.T) {
	t.Parallel()
	var (
		mu      sync.Mutex
		at      = map[Selector]bool{}
		largest int
		alone   int
	)
	limits := combinerLimits{batch: 8, workers: 3, waiters: 2}
	c := newCombiner(limits, func(_ context.Context, groups []*group, wait bool) {
		n := 0
		mu.Lock()
		for _, g := range groups {
			n += len(g.batch)
			if at[g.queue.customer] {
				t.Error("one customer with two workers")
			}
			at[g.queue.customer] = true
		}
		largest = max(largest, n)
		if wait {
			alone++
			if len(groups) != 1 {
				t.Error("several customers wait for locks at once")
			}
		}
		mu.Unlock()
		for _, g := range groups {
			if !wait && rand.IntN(10) == 0 {
				continue // somebody else holds his row
			}
			g.results = make([]result, len(g.batch))
			for i, w := range g.batch {
				g.results[i].decision.OrderNo = w.cmd.in.OrderNo
			}
		}
		mu.Lock()
		for _, g := range groups {
			delete(at, g.queue.customer)
		}
		mu.Unlock()
	})
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			for i := range 200 {
				no := fmt.Sprintf("%d-%d", n, i)
				d, err := c.do(t.Context(), uuid.Nil, customer(rand.IntN(5)), order(no))
				if err != nil || d.OrderNo != no {
					t.Errorf("%s got %s, %v", no, d.OrderNo, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if largest > limits.batch || largest < 2 || alone == 0 {
		t.Errorf("largest batch %d, %d alone", largest, alone)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) != 0 {
		t.Errorf("%d keys left", len(c.keys))
	}
}

func TestWhoStopsWaitingTakesNobodyWithHim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var done []string
		c := newCombiner(combinerLimits{batch: 8, workers: 1, waiters: 1}, func(ctx context.Context, groups []*group, _ bool) {
			<-release
			for _, g := range groups {
				g.results = make([]result, len(g.batch))
				for _, w := range g.batch {
					done = append(done, w.cmd.in.OrderNo)
				}
			}
			if ctx.Err() != nil {
				t.Error("a client's end ended the batch")
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		errs := make([]error, 4)
		for i := range errs { // 0 is being done, 1 to 3 wait; 0 and 2 give up
			own := t.Context()
			if i%2 == 0 {
				own = ctx
			}
			go func() { _, errs[i] = c.do(own, uuid.Nil, customer(1), order(fmt.Sprint(i))) }()
			synctest.Wait()
		}
		cancel()
		synctest.Wait()
		close(release)
		synctest.Wait()
		if !errors.Is(errs[0], context.Canceled) || errs[1] != nil || !errors.Is(errs[2], context.Canceled) || errs[3] != nil {
			t.Errorf("errors %v", errs)
		}
		if fmt.Sprint(done) != "[0 1 3]" {
			t.Errorf("done %v", done)
		}
	})
}

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	c := newCombiner(limits, func(context.Context, []*group, bool) { panic("slip") })
	for range 3 {
		if _, err := c.do(t.Context(), uuid.Nil, customer(1), order("1")); err == nil {
			t.Fatal("no error")
		}
	}
}

func TestSameKeyInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := newCombiner(limits, func(_ context.Context, groups []*group, _ bool) {
			<-release
			failed(groups, nil)
		})
		keyed := command{op: OpReserve, key: &Key{ID: "k"}}
		go func() {
			if _, err := c.do(t.Context(), uuid.Nil, customer(1), keyed); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		if _, err := c.do(t.Context(), uuid.Nil, customer(2), keyed); !errors.Is(err, idempotency.ErrInFlight) {
			t.Errorf("same key: %v", err)
		}
		close(release)
		synctest.Wait()
		if _, err := c.do(t.Context(), uuid.Nil, customer(1), keyed); err != nil {
			t.Errorf("after it: %v", err)
		}
	})
}

// fakeStore refuses every batch with the order "bad" in it.
type fakeStore struct {
	Store
	saved atomic.Int32
}

func (f *fakeStore) Load(_ context.Context, groups []Group, _ bool) ([]Loaded, error) {
	out := make([]Loaded, len(groups))
	for i, g := range groups {
		out[i] = Loaded{OK: true, Active: true, Found: make([]Found, len(g.Asks)), Policy: Preset(), Account: exposure.Account{
			CustomerID: g.Customer.ID, LimitKind: exposure.LimitUnlimited, Grade: "A", ValidThrough: exposure.Forever}}
	}
	return out, nil
}

func (f *fakeStore) Save(_ context.Context, b Batch) error {
	for _, r := range b.Records {
		if r.OrderNo == "bad" {
			return errors.New("cannot be stored")
		}
	}
	f.saved.Add(int32(len(b.Records)))
	return nil
}

type noTx struct{}

func (noTx) InTx(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

func TestOneBadCommandFailsAlone(t *testing.T) {
	t.Parallel()
	store := &fakeStore{}
	s := New(Deps{Tx: noTx{}, Store: store, Clock: &calendar.Frozen{At: time.Unix(0, 0)}})
	ctx := tenant.With(t.Context(), tenant.Tenant{ID: uuid.New(), Currency: "CNY", Zone: calendar.Shanghai})
	ctx = access.With(ctx, access.System(uuid.Nil, "test"))
	var groups []*group
	for n := range 3 {
		g := &group{queue: &queue{customer: customer(n)}}
		for i := range 4 {
			no := fmt.Sprintf("%d-%d", n, i)
			if n == 1 && i == 2 {
				no = "bad"
			}
			g.batch = append(g.batch, &waiting{ctx: ctx, cmd: order(no)})
		}
		groups = append(groups, g)
	}
	s.decide(ctx, groups, false)
	for n, g := range groups {
		for i, r := range g.results {
			if bad := n == 1 && i == 2; bad != (r.err != nil) {
				t.Errorf("command %d of customer %d: %v", i, n, r.err)
			}
		}
	}
	if n := store.saved.Load(); n != 11 {
		t.Errorf("%d stored", n)
	}
}

// Two customers' orders with one number in one transaction: the first has it.
func TestOneNumberInOneTransaction(t *testing.T) {
	t.Parallel()
	s := New(Deps{Tx: noTx{}, Store: &fakeStore{}, Clock: &calendar.Frozen{At: time.Unix(0, 0)}})
	ctx := tenant.With(t.Context(), tenant.Tenant{ID: uuid.New(), Currency: "CNY", Zone: calendar.Shanghai})
	var groups []*group
	for n := range 2 {
		groups = append(groups, &group{queue: &queue{customer: customer(n)}, batch: []*waiting{{ctx: ctx, cmd: order("same")}}})
	}
	s.decide(ctx, groups, false)
	if groups[0].results[0].err != nil || !errors.Is(groups[1].results[0].err, ErrOrderReserved) {
		t.Errorf("got %v and %v", groups[0].results[0].err, groups[1].results[0].err)
	}
}
