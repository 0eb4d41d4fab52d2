package scope_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/lib/pq"

	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// cutter is a proxy that closes the connection when the server's answer contains
// the pattern: the server has done the work, the client never hears of it.
type cutter struct {
	addr    string
	pattern atomic.Pointer[[]byte]
	cuts    atomic.Int64
}

func newCutter(t *testing.T, upstream string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &cutter{addr: l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", upstream)
			if err != nil {
				_ = client.Close()
				return
			}
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go c.answers(server, client)
		}
	}()
	return c
}

func (c *cutter) answers(server, client net.Conn) {
	defer client.Close()
	defer server.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		if p := c.pattern.Load(); p != nil && bytes.Contains(buf[:n], *p) {
			c.cuts.Add(1)
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (c *cutter) arm(pattern string) {
	p := []byte(pattern)
	c.pattern.Store(&p)
}

// through gives the DSN with the proxy in place of the server.
func (c *cutter) through(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = c.addr
	return u.String()
}

func hostOf(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// F1: a connection that is cut after the server has committed must leave one row
// per command. The control shows what happens without the scope, so the test
// notices when the fault it provokes no longer occurs.
func TestCutAfterCommitLeavesOneRow(t *testing.T) {
	t.Parallel()
	const commands = 20
	env := tenancytest.New(t)
	admin := env.Admin(t)
	if _, err := admin.Exec(`CREATE TABLE public.doubled (k int)`); err != nil {
		t.Fatal(err)
	}
	// Without a unique key, so that a repeated statement shows.
	if _, err := admin.Exec(`CREATE TABLE ` + pq.QuoteIdentifier(env.A.Schema) + `.doubled (k int); GRANT SELECT, INSERT ON ` +
		pq.QuoteIdentifier(env.A.Schema) + `.doubled TO ` + pq.QuoteIdentifier(env.A.Role())); err != nil {
		t.Fatal(err)
	}
	count := func(table string) (rows, distinct int) {
		if err := admin.QueryRow(`SELECT count(*), count(DISTINCT k) FROM `+table).Scan(&rows, &distinct); err != nil {
			t.Fatal(err)
		}
		return rows, distinct
	}

	t.Run("control: database/sql alone repeats", func(t *testing.T) {
		proxy := newCutter(t, hostOf(t, env.AdminDSN))
		db, err := sql.Open("postgres", proxy.through(t, env.AdminDSN))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Ping(); err != nil {
			t.Fatal(err)
		}
		proxy.arm("INSERT 0 1")
		for k := range commands {
			_, _ = db.Exec(`INSERT INTO public.doubled VALUES ($1)`, k)
		}
		if rows, distinct := count("public.doubled"); rows <= distinct {
			t.Errorf("%d rows for %d commands: the fault that the scope guards against did not occur, so the test below proves nothing", rows, distinct)
		}
	})

	pool := func(t *testing.T) (*scope.Pool, *cutter) {
		proxy := newCutter(t, hostOf(t, env.AppDSN))
		p, err := scope.Open(scope.Config{DSN: proxy.through(t, env.AppDSN), MaxOpen: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Close() })
		if err := p.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		return p, proxy
	}
	table := pq.QuoteIdentifier(env.A.Schema) + ".doubled"
	for name, pattern := range map[string]string{"after the insert": "INSERT 0 1", "after the commit": "COMMIT"} {
		t.Run(name, func(t *testing.T) {
			before, _ := count(table)
			p, proxy := pool(t)
			proxy.arm(pattern)
			for k := range commands {
				err := p.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
					return exec(ctx, `INSERT INTO doubled VALUES ($1)`, k+before)
				})
				if err == nil {
					t.Errorf("command %d was acknowledged although its answer was cut", k)
				}
			}
			rows, distinct := count(table)
			if rows != distinct {
				t.Errorf("%d rows for %d commands", rows, distinct)
			}
			want := before
			if pattern == "COMMIT" {
				want += commands
			}
			if rows != want || proxy.cuts.Load() != commands {
				t.Errorf("%d rows and %d cuts, want %d and %d", rows, proxy.cuts.Load(), want, commands)
			}
		})
	}
}
