package scope_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func mappings(t *testing.T, env *tenancytest.Env) int {
	t.Helper()
	n := 0
	err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) (err error) {
		n, err = countMappings(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTxEndsInEveryWay(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	tx := env.Pool.Tenant()
	boom := errors.New("boom")

	if err := tx.InTx(env.CtxA(t), func(ctx context.Context) error { return errors.Join(exec(ctx, insertMapping, "error"), boom) }); !errors.Is(err, boom) {
		t.Errorf("error: got %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = tx.InTx(env.CtxA(t), func(ctx context.Context) error { _ = exec(ctx, insertMapping, "panic"); panic(boom) })
	}()
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = tx.InTx(env.CtxA(t), func(ctx context.Context) error { _ = exec(ctx, insertMapping, "exit"); runtime.Goexit(); return nil })
	})
	wg.Wait()
	ctx, cancel := context.WithCancel(env.CtxA(t))
	err := tx.InTx(ctx, func(ctx context.Context) error { err := exec(ctx, insertMapping, "cancel"); cancel(); return err })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the commit: got %v", err)
	}
	if n := mappings(t, env); n != 0 {
		t.Errorf("%d rows stayed of transactions that did not end well", n)
	}
	if err := tx.InTx(env.CtxA(t), func(ctx context.Context) error { return exec(ctx, insertMapping, "kept") }); err != nil {
		t.Fatal(err)
	}
	if n := mappings(t, env); n != 1 {
		t.Errorf("%d rows after the commit, want 1", n)
	}
	// database/sql gives the connection of a cancelled transaction back by a goroutine
	// of its own, which may come late on a busy machine.
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		lent := 0
		for _, s := range env.Pool.Stats() {
			lent += s.InUse
		}
		if lent == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are still lent", lent)
		}
	}
}

func TestNesting(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	tenant, hq := env.Pool.Tenant(), env.Pool.HQ()
	nothing := func(context.Context) error { return nil }

	err := tenant.InTx(env.CtxA(t), func(ctx context.Context) error {
		if err := tenant.InTx(ctx, func(ctx context.Context) error { return exec(ctx, insertMapping, "inner") }); err != nil {
			return err
		}
		if err := tenant.InTx(scope.WithTenant(ctx, env.B), nothing); !errors.Is(err, scope.ErrNested) {
			t.Errorf("B inside A: got %v", err)
		}
		if err := hq.InTx(ctx, nothing); !errors.Is(err, scope.ErrNested) {
			t.Errorf("HQ inside A: got %v", err)
		}
		return errors.New("undo")
	})
	if err == nil || mappings(t, env) != 0 {
		t.Errorf("the inner call did not join the outer one: err %v, rows %d", err, mappings(t, env))
	}
	_ = hq.InTx(env.CtxA(t), func(ctx context.Context) error {
		if err := tenant.InTx(ctx, nothing); !errors.Is(err, scope.ErrNested) {
			t.Errorf("A inside HQ: got %v", err)
		}
		return hq.InTx(ctx, nothing)
	})
}

// A nested call inside a full pool would wait for ever if it took a second
// connection.
func TestOneConnectionIsEnough(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	ctx, cancel := context.WithTimeout(env.CtxA(t), 10*time.Second)
	defer cancel()
	err = pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		return pool.Tenant().InTx(ctx, func(ctx context.Context) error { return exec(ctx, insertMapping, "x") })
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRetriesOnceAndOnlyOutside(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	for code, want := range map[pqerror.Code]int{"40001": 2, "40P01": 2, "23505": 1} {
		outer, inner := 0, 0
		err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
			outer++
			return env.Pool.Tenant().InTx(ctx, func(context.Context) error {
				inner++
				return fmt.Errorf("saving: %w", &pq.Error{Code: code})
			})
		})
		if err == nil || outer != want || inner != want {
			t.Errorf("%s: ran %d times outside and %d inside, want %d: %v", code, outer, inner, want, err)
		}
	}
}

// Two transactions lock two rows crosswise: the server ends one, and the second
// try of that one must find both free.
func TestRealDeadlockEndsWell(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	tx := env.Pool.Tenant()
	for _, name := range []string{"one", "two"} {
		if err := tx.InTx(env.CtxA(t), func(ctx context.Context) error { return exec(ctx, insertMapping, name) }); err != nil {
			t.Fatal(err)
		}
	}
	lock := func(ctx context.Context, name string) error {
		return exec(ctx, `UPDATE import_mappings SET version = version + 1 WHERE name = $1`, name)
	}
	var met sync.WaitGroup // both hold their first row; only on the first try
	met.Add(2)
	run := func(first, second string) error {
		tries := 0
		return tx.InTx(env.CtxA(t), func(ctx context.Context) error {
			tries++
			if err := lock(ctx, first); err != nil {
				return err
			}
			if tries == 1 {
				met.Done()
				met.Wait()
			}
			return lock(ctx, second)
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- run("one", "two") }()
	go func() { errs <- run("two", "one") }()
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Error(err)
	}
}

func TestOptionsHoldForOneTransaction(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	settings := func(ctx context.Context) (out [4]string) {
		err := pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			return q.QueryRowContext(ctx, `SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'),
				current_setting('statement_timeout'), current_setting('lock_timeout')`).Scan(&out[0], &out[1], &out[2], &out[3])
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ctx := env.CtxA(t)
	wished := scope.WithTxOptions(ctx, scope.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead, StatementTimeout: 5 * time.Minute, LockTimeout: time.Second})
	if got, want := settings(wished), [4]string{"repeatable read", "on", "5min", "1s"}; got != want {
		t.Errorf("wished: %v, want %v", got, want)
	}
	if got, want := settings(ctx), [4]string{"read committed", "off", "30s", "5s"}; got != want {
		t.Errorf("after it: %v, want %v", got, want)
	}
}

func TestLostDatabaseIsAFault(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	admin := env.Admin(t)
	err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var pid int
		if err := q.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		if _, err := admin.Exec(`SELECT pg_terminate_backend($1, 5000)`, pid); err != nil {
			return err
		}
		return exec(ctx, insertMapping, "x")
	})
	if f, ok := fault.As(err); !ok || f.Reason != "DATABASE_UNAVAILABLE" {
		t.Errorf("killed in the middle: got %v", err)
	}
	away, err := scope.Open(scope.Config{DSN: "postgres://zhuxin_app@127.0.0.1:1/zhuxin?sslmode=disable"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = away.Close() })
	err = away.Tenant().InTx(env.CtxA(t), func(context.Context) error { return nil })
	if !errors.Is(err, scope.ErrUnavailable) {
		t.Errorf("nobody listens: got %v", err)
	}
}

func TestCheckRefusesAWrongLogin(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	if err := env.Pool.Check(t.Context()); err != nil {
		t.Errorf("zhuxin_app: %v", err)
	}
	super, err := scope.Open(scope.Config{DSN: env.AdminDSN})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = super.Close() })
	if err := super.Check(t.Context()); err == nil {
		t.Error("a superuser was accepted as the application's login")
	}
}
