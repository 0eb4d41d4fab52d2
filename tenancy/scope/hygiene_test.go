package scope_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// hygiene is T4 (reliability): connections that panics, cancels, kills and
// attempts to change the session have gone through must come back clean.
type hygiene struct {
	env     *tenancytest.Env
	pool    *scope.Pool
	admin   *sql.DB
	tenants []scope.Tenant

	checked, dirty, kills, cancels, panics, attempts atomic.Int64
}

func TestPoolHygiene(t *testing.T) {
	t.Parallel()
	const checkouts, clients = 10_000, 32
	env := tenancytest.New(t)
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 8, Groups: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	h := &hygiene{env: env, pool: pool, admin: env.Admin(t), tenants: []scope.Tenant{env.A, env.B}}
	// What an injected statement could have done to a session, were the guards off.
	if _, err := h.admin.Exec(`GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC`); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(c)))
			for range checkouts / clients {
				h.checkout(t, rng)
			}
		})
	}
	wg.Wait()
	t.Logf("seed=%d cases=%d kills=%d cancels=%d panics=%d attempts=%d dirty=%d", seed, h.checked.Load(), h.kills.Load(), h.cancels.Load(), h.panics.Load(), h.attempts.Load(), h.dirty.Load())
	if h.dirty.Load() != 0 {
		t.Errorf("%d checkouts met a connection that was not clean", h.dirty.Load())
	}
	if h.checked.Load() < checkouts*8/10 || h.kills.Load() == 0 || h.cancels.Load() == 0 || h.panics.Load() == 0 || h.attempts.Load() == 0 {
		t.Error("too few cases ran for the figures to mean anything")
	}
	for i, s := range pool.Stats() {
		if s.InUse != 0 {
			t.Errorf("group %d: %d connections are still lent", i, s.InUse)
		}
	}
	var open int
	if err := h.admin.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'zhuxin_app' AND state LIKE 'idle in%'`).Scan(&open); err != nil || open != 0 {
		t.Errorf("%d transactions stayed open: %v", open, err)
	}
}

func (h *hygiene) checkout(t *testing.T, rng *rand.Rand) {
	tenant := h.tenants[rng.IntN(2)]
	ctx, cancel := context.WithCancel(h.env.Ctx(t, tenant))
	defer cancel()
	defer func() {
		if recover() != nil {
			h.panics.Add(1)
		}
	}()
	_ = h.pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		pid, err := h.look(ctx, t, tenant)
		if err != nil {
			return err
		}
		return h.disturb(ctx, cancel, rng, pid)
	})
}

// look compares the session with what the scope promises.
func (h *hygiene) look(ctx context.Context, t *testing.T, tenant scope.Tenant) (pid int, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	var user, session, path, changed string
	var temp int
	err = q.QueryRowContext(ctx, `
SELECT pg_backend_pid(), current_user, session_user, current_setting('search_path'),
  (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
  (SELECT coalesce(string_agg(name || '=' || setting, ' '), '') FROM pg_settings
   WHERE source = 'session' AND name NOT IN ('role', 'search_path', 'transaction_isolation', 'transaction_read_only', 'transaction_deferrable') AND $1 = '')`,
		"").Scan(&pid, &user, &session, &path, &temp, &changed)
	if err != nil {
		return 0, err
	}
	h.checked.Add(1)
	if user != tenant.Role() || session != "zhuxin_app" || path != tenant.Schema+", pg_temp" || temp != 0 || changed != "" {
		if h.dirty.Add(1) <= 5 {
			t.Errorf("as %s: user %s, session %s, path %s, %d temporary objects, settings %q", tenant.Role(), user, session, path, temp, changed)
		}
	}
	return pid, nil
}

// disturb ends the transaction in a random way.
func (h *hygiene) disturb(ctx context.Context, cancel context.CancelFunc, rng *rand.Rand, pid int) error {
	switch p := rng.IntN(1000); {
	case p < 5:
		h.kills.Add(1)
		_, _ = h.admin.Exec(`SELECT pg_terminate_backend($1)`, pid)
		return exec(ctx, `SELECT 1`)
	case p < 55:
		h.cancels.Add(1)
		time.AfterFunc(time.Duration(rng.IntN(2000))*time.Microsecond, cancel)
		return exec(ctx, `SELECT pg_sleep($1::float8)`, 0.002)
	case p < 155:
		panic("boom")
	case p < 255:
		return errors.New("refused")
	case p < 455:
		return h.attempt(ctx, rng)
	case p < 500:
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, `SELECT generate_series(1, 1000)`)
		if err == nil {
			rows.Next() // and never closed
		}
		return err
	default:
		return exec(ctx, `INSERT INTO handled_events (id, handled_at) VALUES ($1, now())`, fmt.Sprint(rng.Uint64()))
	}
}

// attempt changes the session as injected SQL would, and then commits.
func (h *hygiene) attempt(ctx context.Context, rng *rand.Rand) error {
	h.attempts.Add(1)
	other := h.tenants[rng.IntN(2)]
	tries := []string{
		`SELECT set_config('role', '` + other.Role() + `', false)`,
		`SELECT set_config('search_path', '` + other.Schema + `', false)`,
		`SELECT set_config('statement_timeout', '1', false)`,
		`SELECT set_config('zhuxin.evil', 'x', false)`,
		`SELECT set_config('default_transaction_read_only', 'on', false)`,
		`SELECT set_config('role', 'zhuxin_hq', true)`,
	}
	_ = exec(ctx, tries[rng.IntN(len(tries))])
	return nil
}
