package bench

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"
)

// Database is a tenant's schema, reached as a superuser: the references need to
// put functions there.
type Database struct {
	AdminDSN string // postgres://…
	Schema   string
	PGBin    string // folder of pgbench and psql; from ZHUXIN_PG_BIN
}

// session is a superuser's connection with the schema as its path.
type session struct {
	db   *sql.DB
	conn *sql.Conn
}

func (d Database) open(ctx context.Context) (*session, error) {
	db, err := sql.Open("postgres", d.AdminDSN)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "SET search_path TO "+pq.QuoteIdentifier(d.Schema))
	}
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("bench: open the database as its administrator: %w", err)
	}
	return &session{db, conn}, nil
}

func (s *session) close() { _ = s.conn.Close(); _ = s.db.Close() }

// exec runs statements one after the other, each on its own, because VACUUM and
// CHECKPOINT refuse to share. A function's body is kept whole.
func (s *session) exec(ctx context.Context, statements string) error {
	list := []string{statements}
	if !strings.Contains(statements, "$$") {
		list = strings.Split(statements, ";")
	}
	for _, q := range list {
		if strings.TrimSpace(q) == "" {
			continue
		}
		if _, err := s.conn.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("bench: %.60s: %w", strings.TrimSpace(q), err)
		}
	}
	return nil
}

// flush sets a fixed commit flush of 1 ms and gives the way back.
func (s *checkSides) flush(ctx context.Context) (undo func(), err error) {
	reload := `; SELECT pg_reload_conf()`
	if err := s.db.exec(ctx, `ALTER SYSTEM SET commit_delay = 1000; ALTER SYSTEM SET commit_siblings = 0`+reload); err != nil {
		return nil, err
	}
	return func() {
		_ = s.db.exec(context.WithoutCancel(ctx), `ALTER SYSTEM RESET commit_delay; ALTER SYSTEM RESET commit_siblings`+reload)
	}, nil
}

// one transaction of pgbench: the same work as one request of the product.
const script = `\set n random(1, %d)
\set a random(1, 1000)
\set r random(1, 9000000000000000)
SELECT bench_reserve(id, 'P' || :r || '-' || :client_id, :a, 'api_key:0192a6f0-7c1e-7000-8000-000000000000:' || :r) FROM bench_customers WHERE n = :n;
`

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

func (s *checkSides) pgbench(ctx context.Context) (speed, error) {
	dir, err := os.MkdirTemp("", "zhuxin-bench-*")
	if err != nil {
		return speed{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "reserve.pgb")
	if err := os.WriteFile(file, fmt.Appendf(nil, script, len(s.ids)), 0o600); err != nil {
		return speed{}, err
	}
	address, err := url.Parse(s.Database.AdminDSN)
	if err != nil {
		return speed{}, fmt.Errorf("bench: the administrator's address is no URL")
	}
	password, _ := address.User.Password()
	args := []string{"-n", "-M", "prepared", "-f", file, "-c", strconv.Itoa(s.Clients), "-j", "2", "-T", strconv.Itoa(int(s.Slice.Seconds())),
		"-l", "--log-prefix=" + filepath.Join(dir, "log"),
		"-h", address.Hostname(), "-p", address.Port(), "-U", address.User.Username(), strings.TrimPrefix(address.Path, "/")}
	cmd := exec.CommandContext(ctx, filepath.Join(s.Database.PGBin, "pgbench"), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password, "PGOPTIONS=-c search_path="+s.Database.Schema, "PGSSLMODE="+address.Query().Get("sslmode"))
	out, err := cmd.CombinedOutput()
	m := tps.FindSubmatch(out)
	if err != nil || m == nil {
		return speed{}, fmt.Errorf("bench: pgbench: %w: %s", err, bytes.TrimSpace(out))
	}
	rate, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return speed{}, err
	}
	p99, err := tail(dir)
	return speed{rate: rate, p99: p99}, err
}

// tail reads the 99th percentile, in ms, from pgbench's logs; the third field is
// the latency in microseconds.
func tail(dir string) (float64, error) {
	logs, err := filepath.Glob(filepath.Join(dir, "log.*"))
	if err != nil || len(logs) == 0 {
		return 0, fmt.Errorf("bench: pgbench left no log: %w", err)
	}
	var all []int
	for _, name := range logs {
		f, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if fields := strings.Fields(lines.Text()); len(fields) > 2 {
				if us, err := strconv.Atoi(fields[2]); err == nil {
					all = append(all, us)
				}
			}
		}
		_ = f.Close()
	}
	if len(all) == 0 {
		return 0, fmt.Errorf("bench: pgbench logged nothing")
	}
	slices.Sort(all)
	return float64(all[len(all)*99/100]) / 1000, nil
}

func uuidLiteral(ids []uuid.UUID) string {
	var b strings.Builder
	b.WriteString("'{")
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(id.String())
	}
	b.WriteString("}'::uuid[]")
	return b.String()
}
