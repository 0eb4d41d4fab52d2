//go:build long

package tryton_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
)

// real starts a Tryton server with the books of testdata/books.py: the Debian packages
// unpacked under ZHUXIN_TRYTON_ROOT (make tryton), a database of SQLite in a folder of
// its own.
func real(t *testing.T) erp.Endpoint {
	t.Helper()
	root := os.Getenv("ZHUXIN_TRYTON_ROOT")
	if root == "" {
		t.Fatal("ZHUXIN_TRYTON_ROOT names no unpacked Tryton; run make tryton, or make test-long")
	}
	books, err := filepath.Abs("testdata/books.py")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	dir, password := t.TempDir(), "right"
	for name, text := range map[string]string{"credit.sqlite": "", "pw": "zhuxin-" + password,
		"trytond.conf": fmt.Sprintf("[database]\nuri = sqlite://\npath = %s\n[web]\nlisten = %s\n[session]\nauthentications = password\n", dir, address)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "PYTHONPATH="+filepath.Join(root, "usr/lib/python3/dist-packages"), "TRYTONPASSFILE="+filepath.Join(dir, "pw"), "DB_NAME=:memory:", "PYTHONWARNINGS=ignore")
	python := func(ctx context.Context, args ...string) *exec.Cmd {
		c := exec.CommandContext(ctx, "/usr/bin/python3", args...)
		c.Dir, c.Env = dir, env
		return c
	}
	admin := []string{filepath.Join(root, "usr/bin/trytond-admin"), "-c", "trytond.conf", "-d", "credit", "--email", "a@example.com"}
	for _, args := range [][]string{append(slices.Clone(admin), "--all"),
		append(slices.Clone(admin), "-u", "sale_credit_limit", "account_invoice_stock", "--activate-dependencies"), {books, "credit", "trytond.conf"}} {
		if out, err := python(t.Context(), args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c := python(t.Context(), filepath.Join(root, "usr/bin/trytond"), "-c", "trytond.conf", "-d", "credit")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Wait() })
	e := erp.Endpoint{BaseURL: "http://" + address, Database: "credit", Company: "1", Username: "admin", Secret: "zhuxin-" + password}
	answering(t, e.BaseURL)
	return e
}

func answering(t *testing.T, url string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for range 300 {
		if res, err := http.Get(url); err == nil { //nolint:gosec,noctx // our own server
			_ = res.Body.Close()
			return
		}
		<-tick.C
	}
	t.Fatal("Tryton does not answer")
}

// What a real server says of a delivered and billed order, one that is delivered only,
// and a part payment; and that it takes limits.
func TestRealServer(t *testing.T) {
	e := real(t)
	a := within(time.Minute)
	read := func(k feed.Kind, w erp.Window) (out []string) {
		t.Helper()
		err := a.Read(t.Context(), e, k, w, func(r feed.Record) error {
			currency, sum, m3 := r.Sums()
			line := fmt.Sprintf("%s %s %s", sum, m3, currency)
			switch x := r.(type) {
			case feed.Customer:
				line = x.Name + " " + x.USCC
			case feed.Delivery:
				line += fmt.Sprintf(" billed=%t void=%t", x.InvoiceNo != "", x.Void)
			case feed.Receivable:
				line += fmt.Sprintf(" of %s, %d days", x.Amount, x.DueDate.DaysSince(x.InvoiceDate))
			}
			out = append(out, line)
			return nil
		})
		if err != nil {
			t.Fatal(k, err)
		}
		return out
	}
	info, err := a.Check(t.Context(), e)
	if err != nil || info.Version == "" {
		t.Fatalf("%+v, %v", info, err)
	}
	now := time.Now()
	full, part := erp.Window{From: calendar.Of(now, calendar.Shanghai).AddDays(-30)}, erp.Window{Since: now.Add(-time.Hour)}
	for _, w := range []erp.Window{full, part} {
		for k, want := range map[feed.Kind][]string{
			feed.Deliveries:  {"210000.00 500.000 CNY billed=true void=false", "3570.00 8.500 CNY billed=false void=false"},
			feed.Receivables: {"110000.00 0.000 CNY of 210000.00, 30 days"},
		} {
			if got := read(k, w); !slices.Equal(got, want) {
				t.Errorf("%s, full=%t: %q, want %q", k, w.Full(), got, want)
			}
		}
	}
	customers := read(feed.Customers, full)
	if !slices.Contains(customers, "示例甲混凝土有限公司 91330100MAX0A001X8") {
		t.Errorf("customers %q", customers)
	}
	var number string
	err = a.Read(t.Context(), e, feed.Customers, full, func(r feed.Record) error {
		if c := r.(feed.Customer); c.USCC == "91330100MAX0A001X8" {
			number = c.Number
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []error
	limits := []erp.Limit{{CustomerNumber: number, Kind: exposure.LimitAmount, Amount: 50_000_050}, {CustomerNumber: number, Kind: exposure.LimitUnlimited},
		{CustomerNumber: "nobody", Kind: exposure.LimitAmount}}
	if err := a.PushLimits(t.Context(), e, limits, func(_ int, err error) error { told = append(told, err); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(told) != 3 || told[0] != nil || told[1] != nil || !errors.Is(told[2], erp.ErrNoCustomer) {
		t.Errorf("limits: %v", told)
	}
}
