package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/tenancy/scope"
)

func TestPeriodic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var (
		mu    sync.Mutex
		slugs = map[string]int{}
		all   atomic.Int32
	)
	b.mux.PeriodicPerTenant("expire", 50*time.Millisecond, func(ctx context.Context) error {
		tenant, _ := scope.TenantFrom(ctx)
		mu.Lock()
		defer mu.Unlock()
		if slugs[tenant.Slug]++; tenant.Slug == b.A.Slug {
			return errors.New("one tenant's failure")
		}
		return nil
	})
	b.mux.Periodic("rare", time.Hour, func(context.Context) error { all.Add(1); panic("kept") })
	b.work(t)
	b.work(t) // a second worker does not double it
	await(t, "several rounds", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return slugs[b.A.Slug] > 2 && slugs[b.B.Slug] > 2
	})
	if all.Load() != 1 {
		t.Errorf("two workers did hourly work %d times", all.Load())
	}
}

// Old finished events go, dead and open ones stay.
func TestClean(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := b.CtxA(t)
	b.publish(t, ctx, "x", 1, 2, 3, 4)
	for i, status := range []string{"done", "dead", "pending", "done"} {
		age := "8 days"
		if i == 3 {
			age = "6 days"
		}
		_, err := b.admin.Exec(`UPDATE `+b.A.Schema+`.outbox SET status = $1, created_at = now() - $3::interval WHERE payload = $2::jsonb`, status, i+1, age)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.relay.Clean(ctx); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `SELECT count(*) FROM `+b.A.Schema+`.outbox`); n != 3 {
		t.Errorf("%d rows left, want 3", n)
	}
}
