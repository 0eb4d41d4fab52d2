package devstack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// startRedis starts Redis with its append-only file on and eviction off: jobs
// wait in it (reliability: Redis eviction deletes leases and tasks).
func startRedis(ctx context.Context, c Config, s secrets) (*child, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("devstack: redis-server is missing (%w); install it with make install-run", err)
	}
	dir := filepath.Join(c.Dir, "redis")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("devstack: %w", err)
	}
	// The password goes into a file: arguments are there for everyone to see.
	sync := "everysec"
	if c.Fast {
		sync = "no"
	}
	conf := filepath.Join(dir, "redis.conf")
	text := fmt.Sprintf(`bind 127.0.0.1
port %d
requirepass %s
dir %q
appendonly yes
appendfsync %s
maxmemory-policy noeviction
save ""
daemonize no
`, c.Ports.Redis, s.RedisPassword, dir, sync)
	if err := writeFileAtomic(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	client := redis.NewClient(&redis.Options{Addr: loopback(c.Ports.Redis), Password: s.RedisPassword, MaxRetries: -1, PoolSize: 1})
	defer client.Close()
	ch := &child{
		name: Redis, dir: c.Dir,
		notify: func(m string) { c.Progress(Redis, m) },
		command: func() *exec.Cmd {
			cmd := exec.Command(program, conf)
			cmd.Dir, cmd.Env = dir, childEnv(c)
			return cmd
		},
		ready:      func(ctx context.Context) error { return client.Ping(ctx).Err() },
		stopSignal: syscall.SIGTERM, deathSignal: syscall.SIGTERM,
	}
	return ch, ch.start(ctx)
}
