package creditcheck_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// cutter is a proxy before the server that breaks connections at the commit: the
// server's answer to it is swallowed, or the commit itself does not get through.
type cutter struct {
	net.Listener
	server string
	armed  atomic.Bool
	cuts   atomic.Int64
}

func newCutter(t *testing.T, server string) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l, server: server}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(client)
		}
	}()
	return c
}

func (c *cutter) serve(client net.Conn) {
	server, err := net.Dial("tcp", c.server)
	if err != nil {
		_ = client.Close()
		return
	}
	end := func() { _ = client.Close(); _ = server.Close() }
	// The client's simple query, and the server's tag of it.
	go c.pump(client, server, []byte("Q\x00\x00\x00\x0bCOMMIT\x00"), 8, end)
	c.pump(server, client, []byte("COMMIT\x00Z"), 3, end)
}

// pump passes on what from sends, until it carries mark and the dice say cut: by
// FIN, or by RST.
func (c *cutter) pump(from, to net.Conn, mark []byte, oneIn int, end func()) {
	defer end()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if c.armed.Load() && bytes.Contains(buf[:n], mark) && rand.IntN(oneIn) == 0 {
			c.cuts.Add(1)
			if rand.IntN(2) == 0 {
				_ = to.(*net.TCPConn).SetLinger(0)
			}
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// T10: connections cut before and after the commit, each command repeated with its
// key until it has an answer: one effect each.
func TestCutAtCommitDoublesNothing(t *testing.T) {
	b := setup(t)
	dsn, err := url.Parse(b.env.AppDSN)
	if err != nil {
		t.Fatal(err)
	}
	cut := newCutter(t, dsn.Host)
	dsn.Host = cut.Addr().String()
	pool, err := scope.Open(scope.Config{DSN: dsn.String(), MaxOpen: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	service := creditchecktest.New(pool, calendar.System{}).Service
	customers := []creditchecktest.Customer{b.customer(t, 1e12), b.customer(t, 1e12), b.customer(t, 1e12)}
	const clients, each = 6, 150
	var repeats, released atomic.Int64
	// until repeats a command as a client does: after a fault that says try again.
	until := func(what string, fn func() error) bool {
		for tries := 0; tries < 600; tries++ { // the server may still be at the commit whose answer was cut
			err := fn()
			if err == nil {
				return true
			}
			f, ok := fault.As(err)
			if !ok || (f.Kind != fault.KindUnavailable && f.Reason != "REQUEST_IN_FLIGHT") {
				t.Errorf("%s: %v", what, err)
				return false
			}
			repeats.Add(1)
			<-time.After(time.Duration(min(tries, 50)) * time.Millisecond) // a client backs off
		}
		t.Errorf("%s: no answer", what)
		return false
	}
	cut.armed.Store(true)
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for i := range each {
				name := fmt.Sprintf("T10-%d-%d", n, i)
				ctx := creditchecktest.WithKey(b.ctx, name, name)
				var d biz.Decision
				ok := until(name, func() (err error) {
					d, err = service.Reserve(ctx, biz.CheckInput{CustomerID: customers[i%3].ID, OrderNo: name, Amount: 10})
					return err
				})
				if !ok || d.Reservation == nil {
					t.Errorf("%s: %+v", name, d)
					return
				}
				if i%2 == 0 {
					released.Add(1)
					release := creditchecktest.WithKey(b.ctx, name+" release", name)
					if !until(name+" release", func() error {
						_, err := service.Release(release, biz.ReleaseInput{ID: d.Reservation.ID})
						return err
					}) {
						return
					}
				}
			}
		})
	}
	wg.Wait()
	cut.armed.Store(false)
	for what, query := range map[string]string{
		"reservations":   `SELECT count(*) - count(DISTINCT order_no) FROM reservations`,
		"decisions":      `SELECT count(*) - count(DISTINCT order_no) FROM credit_checks`,
		"opened twice":   `SELECT count(*) - count(DISTINCT object_id) FROM audit_log WHERE action = 'reservation.opened'`,
		"released twice": `SELECT count(*) - count(DISTINCT object_id) FROM audit_log WHERE action = 'reservation.released'`,
	} {
		if n := b.count(t, query); n != 0 {
			t.Errorf("doubled %s: %d", what, n)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM reservations`); n != clients*each {
		t.Errorf("%d reservations, want %d", n, clients*each)
	}
	var held money.Amount
	for _, c := range customers {
		held += b.Account(t, b.hands, c.ID).Reserved
	}
	if want := money.Amount(10 * (clients*each - int(released.Load()))); held != want {
		t.Errorf("%d held, want %d", held, want)
	}
	t.Logf("cases=%d cuts=%d repeats=%d doubled=0", clients*each+int(released.Load()), cut.cuts.Load(), repeats.Load())
	if cut.cuts.Load() < 200 {
		t.Errorf("only %d cuts", cut.cuts.Load())
	}
}
