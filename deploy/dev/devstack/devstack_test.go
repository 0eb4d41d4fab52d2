package devstack_test

import (
	"database/sql"
	"errors"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/redis/go-redis/v9"

	"zhuxin/app/conf"
	"zhuxin/deploy/dev/devstack"
)

// TestStackServesAndKeepsState starts everything, speaks to each server, stops,
// finds no process left, and finds its state again after a second start.
func TestStackServesAndKeepsState(t *testing.T) {
	t.Parallel()
	c := config(t, stackDir(t))
	s := start(t, c)

	db, rdb, store := openAll(t, s)
	mustExec(t, db, `CREATE TABLE kept (v text)`, `INSERT INTO kept VALUES ('still here')`)
	if err := rdb.Set(t.Context(), "kept", "still here", 0).Err(); err != nil {
		t.Fatal("redis:", err)
	}
	_, err := store.PutObject(t.Context(), env(t, s, "ZHUXIN_S3_BUCKET"), "a/kept.txt",
		strings.NewReader("still here"), 10, minio.PutObjectOptions{ContentType: "text/plain"})
	if err != nil {
		t.Fatal("s3:", err)
	}
	for _, name := range []string{"ZHUXIN_KRATOS_PUBLIC_URL", "ZHUXIN_KRATOS_ADMIN_URL"} {
		if got := get(t, env(t, s, name)+"/health/ready"); got != http.StatusOK {
			t.Errorf("%s: /health/ready answers %d", name, got)
		}
	}
	msg := "From: a@zhuxin.example\r\nTo: b@zhuxin.example\r\nSubject: kept\r\n\r\nstill here\r\n"
	if err := smtp.SendMail(env(t, s, "ZHUXIN_SMTP_ADDR"), nil, "a@zhuxin.example", []string{"b@zhuxin.example"}, []byte(msg)); err != nil {
		t.Fatal("smtp:", err)
	}
	if unknown := conf.Unknown(s.Env()); len(unknown) > 0 {
		t.Errorf("the stack hands out settings that the program does not know: %v", unknown)
	}
	before := s.Env()
	if err := s.Stop(); err != nil {
		t.Error("stop:", err)
	}
	if left := processesIn(t, c.Dir); len(left) > 0 {
		t.Errorf("after Stop these still run: %v", left)
	}

	s = start(t, c)
	if got, want := strings.Join(s.Env(), "\n"), strings.Join(before, "\n"); got != want {
		t.Errorf("addresses or secrets changed over a restart:\n%s\nbefore:\n%s", got, want)
	}
	db, rdb, store = openAll(t, s)
	var v string
	if err := db.QueryRowContext(t.Context(), `SELECT v FROM kept`).Scan(&v); err != nil || v != "still here" {
		t.Errorf("postgres kept %q (%v)", v, err)
	}
	if v, err := rdb.Get(t.Context(), "kept").Result(); err != nil || v != "still here" {
		t.Errorf("redis kept %q (%v)", v, err)
	}
	if v := readObject(t, store, env(t, s, "ZHUXIN_S3_BUCKET"), "a/kept.txt"); v != "still here" {
		t.Errorf("s3 kept %q", v)
	}
	if mails, err := s.Mail().List("b@zhuxin.example", 0); err != nil || len(mails) != 1 || mails[0].Subject != "kept" {
		t.Errorf("mail kept %v (%v)", mails, err)
	}
}

// TestServersAreGuarded holds what the settings promise: passwords are asked
// for, Redis evicts nothing, secrets are for their owner only.
func TestServersAreGuarded(t *testing.T) {
	t.Parallel()
	c := config(t, stackDir(t), devstack.PostgreSQL, devstack.Redis)
	s := start(t, c)

	db, err := sql.Open("postgres", "postgres://postgres:wrong@127.0.0.1:"+env(t, s, "ZHUXIN_PG_PORT")+"/zhuxin?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), "password authentication failed") {
		t.Errorf("postgres with a wrong password: %v", err)
	}
	stranger := redis.NewClient(&redis.Options{Addr: env(t, s, "ZHUXIN_REDIS_ADDR"), MaxRetries: -1})
	defer stranger.Close()
	if err := stranger.Ping(t.Context()).Err(); err == nil {
		t.Error("redis answers without a password")
	}
	rdb := redis.NewClient(&redis.Options{Addr: env(t, s, "ZHUXIN_REDIS_ADDR"), Password: env(t, s, "ZHUXIN_REDIS_PASSWORD")})
	defer rdb.Close()
	for name, want := range map[string]string{"maxmemory-policy": "noeviction", "appendonly": "yes"} {
		if got := rdb.ConfigGet(t.Context(), name).Val()[name]; got != want {
			t.Errorf("redis %s = %q, want %q", name, got, want)
		}
	}
	info, err := os.Stat(filepath.Join(c.Dir, "secrets.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secrets.json: mode %v (%v), want 0600", info.Mode(), err)
	}
	admin, err := sql.Open("postgres", env(t, s, "ZHUXIN_PG_ADMIN_DSN"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	var locks string
	if err := admin.QueryRowContext(t.Context(), "SHOW max_locks_per_transaction").Scan(&locks); err != nil || locks != "1024" {
		t.Errorf("max_locks_per_transaction = %q (%v), want 1024", locks, err)
	}
}

// TestDeadServerComesBack kills a server and waits for the next one.
func TestDeadServerComesBack(t *testing.T) {
	t.Parallel()
	s := start(t, config(t, stackDir(t), devstack.Redis))
	first := s.PID(devstack.Redis)
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(&redis.Options{Addr: env(t, s, "ZHUXIN_REDIS_ADDR"), Password: env(t, s, "ZHUXIN_REDIS_PASSWORD"), MaxRetries: -1})
	defer rdb.Close()
	eventually(t, 10*time.Second, "redis answers again", func() bool {
		return s.PID(devstack.Redis) != first && rdb.Ping(t.Context()).Err() == nil
	})
}

func TestTakenPortNamesPortServerAndSetting(t *testing.T) {
	t.Parallel()
	c := config(t, stackDir(t))
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Ports.S3)))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, err = devstack.Start(t.Context(), c)
	var taken *devstack.PortTakenError
	if !errors.As(err, &taken) || taken.Port != c.Ports.S3 {
		t.Fatalf("got %v, want a PortTakenError for port %d", err, c.Ports.S3)
	}
	for _, part := range []string{strconv.Itoa(c.Ports.S3), "S3", "ZHUXIN_DEMO_S3_PORT"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not name %s", err, part)
		}
	}
	if left := processesIn(t, c.Dir); len(left) > 0 {
		t.Errorf("after the failed start these run: %v", left)
	}
}

// TestKilledParentLeavesNoOrphan kills the process that runs a stack with -9,
// and starts the stack in the same folder again.
func TestKilledParentLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	dir := stackDir(t)
	parent := startElsewhere(t, dir)
	if len(processesIn(t, dir)) == 0 {
		t.Fatal("the other process runs no servers")
	}
	c := config(t, dir)
	if _, err := devstack.Start(t.Context(), c); err == nil || !strings.Contains(err.Error(), strconv.Itoa(parent.Process.Pid)) {
		t.Errorf("a second stack in the same folder: %v; want an error that names process %d", err, parent.Process.Pid)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	eventually(t, 10*time.Second, "all servers of the killed process are gone", func() bool {
		return len(processesIn(t, dir)) == 0
	})
	s := start(t, c)
	db, rdb, _ := openAll(t, s)
	mustExec(t, db, "SELECT 1")
	if err := rdb.Ping(t.Context()).Err(); err != nil {
		t.Error("redis after the kill:", err)
	}
}

// TestUnreachableFolder starts PostgreSQL in a folder that only its owner may
// enter, as in a checkout below /root, and clears everything afterwards.
func TestUnreachableFolder(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	if err := os.Chmod(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	c := config(t, filepath.Join(parent, "stack"), devstack.PostgreSQL)
	s := start(t, c)
	data, err := filepath.EvalSymlinks(filepath.Join(c.Dir, "pg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := devstack.Reset(c.Dir); err == nil {
		t.Error("Reset cleared a folder that servers run in")
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if err := devstack.Reset(c.Dir); err != nil {
		t.Error(err)
	}
	for _, p := range []string{c.Dir, data} {
		if _, err := os.Stat(p); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there after Reset (%v)", p, err)
		}
	}
}

func TestPortsFromEnv(t *testing.T) {
	t.Parallel()
	p, err := devstack.PortsFromEnv(func(name string) string {
		return map[string]string{"ZHUXIN_DEMO_PG_PORT": "5555"}[name]
	})
	want := devstack.DefaultPorts
	want.PostgreSQL = 5555
	if err != nil || p != want {
		t.Errorf("got %+v (%v), want %+v", p, err, want)
	}
	for _, bad := range []string{"x", "0", "70000", "-1"} {
		_, err := devstack.PortsFromEnv(func(string) string { return bad })
		if err == nil || !strings.Contains(err.Error(), "ZHUXIN_DEMO_PG_PORT") {
			t.Errorf("port %q: error %v does not name the setting", bad, err)
		}
	}
}
