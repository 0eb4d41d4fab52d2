package jobs_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
)

// childEnv makes the test binary a worker process of its own, so that kill -9 is real.
const childEnv = "ZHUXIN_TEST_WORKER"

type childConfig struct {
	DSN, Redis string
}

func child() {
	var c childConfig
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := json.Unmarshal([]byte(os.Getenv(childEnv)), &c)
	if err == nil {
		err = childWorker(c, log)
	}
	if err != nil {
		log.Error("child", "error", err)
		os.Exit(1)
	}
}

func childWorker(c childConfig, log *slog.Logger) error {
	pool, err := scope.Open(scope.Config{DSN: c.DSN, MaxOpen: 6})
	if err != nil {
		return err
	}
	config := outbox.Config{
		Pool: pool, Redis: redis.NewClient(&redis.Options{Addr: c.Redis, DialTimeout: time.Second}),
		Tenants: outbox.Registered(registry.New(pool, calendar.System{})),
		Key:     testKey, Clock: calendar.System{}, Log: log, Lease: 2 * time.Second,
	}
	mux := jobs.NewMux()
	mux.HandleOnce("effect", "effect", pool.Tenant(), effect)
	w, err := jobs.NewWorker(jobs.Config{Config: config, Relay: outbox.NewRelay(config), SweepEvery: time.Second, Concurrency: 4}, mux)
	if err != nil {
		return err
	}
	return w.Run(context.Background())
}

func (b *bench) spawn(t *testing.T) *exec.Cmd {
	t.Helper()
	c, err := json.Marshal(childConfig{DSN: b.AppDSN, Redis: b.redis.addr})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(c))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		kill9(cmd)
		if t.Failed() {
			t.Logf("worker %d:\n%s", cmd.Process.Pid, out.String())
		}
	})
	return cmd
}

func kill9(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// Events survive workers killed in the middle of their work, a Redis that forgets
// everything and a Redis that is killed: each takes effect exactly once (P11, T11
// in short form).
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.effects(t)
	const events = 200
	effects := func() int { return b.count(t, `SELECT count(*) FROM `+b.A.Schema+`.effects`) }
	began := time.Now()
	first, second := b.spawn(t), b.spawn(t)
	poker := outbox.NewRemotePoker(b.rdb, b.config.Log)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go poker.Run(ctx)
	b.events = outbox.Tenant(b.Pool, outbox.WithPoker(poker))
	for i := 0; i < events; i += 10 {
		payloads := make([]any, 10)
		for j := range payloads {
			payloads[j] = i + j
		}
		b.publish(t, b.CtxA(t), "effect", payloads...)
	}
	faults := 0
	fault := func(at int, what string, do func()) {
		await(t, what, func() bool { return effects() >= at })
		t.Logf("%3d effects: %s", effects(), what)
		do()
		faults++
	}
	fault(20, "kill -9 of a worker", func() { kill9(first); first = b.spawn(t) })
	fault(50, "FLUSHALL", func() {
		if err := b.rdb.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
	})
	fault(80, "kill -9 of the other worker", func() { kill9(second) })
	fault(110, "FLUSHALL and kill -9 of the only worker", func() {
		if err := b.rdb.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		kill9(first)
		second = b.spawn(t)
	})
	fault(150, "kill -9 of Redis, which keeps nothing", func() { b.redis.kill(t); b.redis.start(t) })
	await(t, "all events to be done", func() bool { return b.status(t, b.A.Schema, "done") == events })
	kill9(second) // what it might still double, it has done now

	distinct := b.count(t, `SELECT count(DISTINCT n) FROM `+b.A.Schema+`.effects`)
	attempts := b.count(t, `SELECT sum(attempts) FROM `+b.A.Schema+`.outbox`)
	t.Logf("cases=%d faults=%d lost=%d doubled=%d attempts=%d in %v", events, faults, events-distinct, effects()-distinct, attempts, time.Since(began).Round(time.Millisecond))
	if distinct != events || effects() != events {
		t.Errorf("lost %d, doubled %d", events-distinct, effects()-distinct)
	}
}
