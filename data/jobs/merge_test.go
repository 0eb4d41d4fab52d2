package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/outbox"
	"zhuxin/shared/event"
)

// What waits of a topic that merges is handled at once, for each tenant apart; an
// event that failed goes on alone, and nothing is left out.
func TestWaitingEventsAreMerged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.Merge = map[event.Topic]outbox.Merge{"look": func(payloads []json.RawMessage) (any, error) {
		var all []int
		for _, p := range payloads {
			var some []int
			if err := json.Unmarshal(p, &some); err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}}
	b.relay = outbox.NewRelay(b.config)
	var (
		mu   sync.Mutex
		seen = map[uuid.UUID][]int{}
		runs int
	)
	failing := true
	b.mux.Handle("look", "h", func(_ context.Context, d event.Delivered) error {
		mu.Lock()
		defer mu.Unlock()
		var some []int
		if err := json.Unmarshal(d.Payload, &some); err != nil {
			return err
		}
		if failing && d.TenantID == b.A.ID {
			failing = false
			return errors.New("not now")
		}
		runs++
		seen[d.TenantID] = append(seen[d.TenantID], some...)
		return nil
	})
	var want []int
	for n := range 200 {
		want = append(want, n)
		b.publish(t, b.CtxA(t), "look", []int{n})
	}
	b.publish(t, b.CtxB(t), "look", []int{-1})
	b.work(t)
	await(t, "the merged event to fail", func() bool { mu.Lock(); defer mu.Unlock(); return !failing })
	b.publish(t, b.CtxA(t), "look", []int{200}, []int{201})
	b.relay.Poke(b.A.ID)
	want = append(want, 200, 201)
	await(t, "all events to be done", func() bool {
		return b.status(t, b.A.Schema, "done") == len(want) && b.status(t, b.B.Schema, "done") == 1
	})
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(seen[b.A.ID])
	if !slices.Equal(seen[b.A.ID], want) {
		t.Errorf("tenant A's handler saw %v", seen[b.A.ID])
	}
	if !slices.Equal(seen[b.B.ID], []int{-1}) {
		t.Errorf("tenant B's handler saw %v", seen[b.B.ID])
	}
	if runs > 4 {
		t.Errorf("%d runs for 203 events", runs)
	}
}
