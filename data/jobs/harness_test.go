package jobs_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// redisServer is a Redis of the test's own, because it is flushed and killed.
type redisServer struct {
	addr string
	dir  string
	cmd  *exec.Cmd
}

func startRedis(t *testing.T) *redisServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &redisServer{addr: l.Addr().String(), dir: t.TempDir()}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	t.Cleanup(func() { s.kill(t) })
	return s
}

func (s *redisServer) start(t *testing.T) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("redis-server is not installed: %v; run make install-run", err)
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.cmd = exec.Command(path, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", s.dir)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := s.client()
	defer c.Close()
	await(t, "redis to answer", func() bool { return c.Ping(context.Background()).Err() == nil })
}

func (s *redisServer) kill(t *testing.T) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

func (s *redisServer) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.addr, DialTimeout: time.Second, MaxRetries: 1})
}

// await asks until it is so; the deadline is far beyond what any machine needs.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited 60 s for %s", what)
		}
	}
}

type bench struct {
	*tenancytest.Env
	redis  *redisServer
	rdb    *redis.Client
	config outbox.Config
	relay  *outbox.Relay
	events *outbox.Outbox
	mux    *jobs.Mux
	admin  *sql.DB
	reg    *registry.Registry
}

func setup(t *testing.T) *bench {
	t.Helper()
	env, server := tenancytest.New(t), startRedis(t)
	rdb := server.client()
	t.Cleanup(func() { _ = rdb.Close() })
	reg := registry.New(env.Pool, calendar.System{})
	c := outbox.Config{
		Pool: env.Pool, Redis: rdb, Tenants: outbox.Registered(reg), Key: testKey, Clock: calendar.System{},
		Log: slog.New(slog.NewTextHandler(testWriter{t}, nil)), Lease: 2 * time.Second,
	}
	relay := outbox.NewRelay(c)
	return &bench{
		Env: env, redis: server, rdb: rdb, config: c, relay: relay, reg: reg, mux: jobs.NewMux(), admin: env.Admin(t),
		events: outbox.Tenant(env.Pool, outbox.WithPoker(relay)),
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// work runs a worker until the test ends, or until stop is called.
func (b *bench) work(t *testing.T, change ...func(*jobs.Config)) (stop func()) {
	t.Helper()
	c := jobs.Config{Config: b.config, Relay: b.relay, SweepEvery: time.Second, ShutdownWithin: 5 * time.Second}
	for _, f := range change {
		f(&c)
	}
	w, err := jobs.NewWorker(c, b.mux)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	var stopped atomic.Bool
	stop = func() {
		if stopped.Swap(true) {
			return
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func (b *bench) publish(t *testing.T, ctx context.Context, topic event.Topic, payloads ...any) {
	t.Helper()
	err := b.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		for _, p := range payloads {
			if err := b.events.Publish(ctx, event.Event{Topic: topic, Payload: p}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// count counts rows of a schema as the superuser.
func (b *bench) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := b.admin.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (b *bench) status(t *testing.T, schema, status string) int {
	t.Helper()
	return b.count(t, `SELECT count(*) FROM `+schema+`.outbox WHERE status = $1`, status)
}

// effects makes a table in A's schema that takes the same effect twice, so that a
// doubled one shows.
func (b *bench) effects(t *testing.T) {
	t.Helper()
	_, err := b.admin.Exec(fmt.Sprintf(`CREATE TABLE %[1]s.effects (n int NOT NULL); GRANT SELECT, INSERT ON %[1]s.effects TO %[1]s_rw`, b.A.Schema))
	if err != nil {
		t.Fatal(err)
	}
}

// effect is a handler's work: some milliseconds, and a row.
func effect(ctx context.Context, d event.Delivered) error {
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO effects SELECT $1::int FROM (SELECT pg_sleep(0.02)) s`, string(d.Payload))
	return err
}

func once(tx uow.Tx, name string, fn event.Handler) event.Handler {
	return func(ctx context.Context, d event.Delivered) error {
		return tx.InTx(ctx, func(ctx context.Context) error {
			return jobs.Once(ctx, d, name, func(ctx context.Context) error { return fn(ctx, d) })
		})
	}
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	os.Exit(m.Run())
}
