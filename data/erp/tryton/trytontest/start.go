// Package trytontest runs a real Tryton server for tests, with the books of
// testdata/books.py: the Debian packages unpacked under ZHUXIN_TRYTON_ROOT (make
// tryton), a database of SQLite in a folder of its own.
package trytontest

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/erp"
)

//go:embed testdata/books.py
var books []byte

// Customer is the unified social credit code of the customer who buys in the books.
const Customer = "91330100MAX0A001X8"

// Server is a running Tryton.
type Server struct {
	erp.Endpoint
	root, dir string
}

// Start makes the books of the step "open" and starts the server; it ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{root: os.Getenv("ZHUXIN_TRYTON_ROOT"), dir: t.TempDir()}
	if s.root == "" {
		t.Fatal("ZHUXIN_TRYTON_ROOT names no unpacked Tryton; run make tryton, or make test-long")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, password := l.Addr().String(), "zhuxin-right"
	for name, text := range map[string]string{"credit.sqlite": "", "pw": password, "books.py": string(books),
		"trytond.conf": fmt.Sprintf("[database]\nuri = sqlite://\npath = %s\n[web]\nlisten = %s\n[session]\nauthentications = password\n", s.dir, address)} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	admin := []string{filepath.Join(s.root, "usr/bin/trytond-admin"), "-c", "trytond.conf", "-d", "credit", "--email", "a@example.com"}
	s.run(t, append(slices.Clone(admin), "--all")...)
	s.run(t, append(slices.Clone(admin), "-u", "sale_credit_limit", "account_invoice_stock", "--activate-dependencies")...)
	s.Step(t, "open")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c := s.python(t.Context(), filepath.Join(s.root, "usr/bin/trytond"), "-c", "trytond.conf", "-d", "credit")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Wait() })
	s.Endpoint = erp.Endpoint{BaseURL: "http://" + address, Database: "credit", Company: "1", Username: "admin", Secret: password}
	answering(t, s.BaseURL)
	return s
}

// Step goes on in the books, and gives what it prints.
func (s *Server) Step(t testing.TB, step string) string {
	t.Helper()
	return s.run(t, filepath.Join(s.dir, "books.py"), "credit", "trytond.conf", step)
}

func (s *Server) run(t testing.TB, args ...string) string {
	t.Helper()
	var faults bytes.Buffer
	c := s.python(t.Context(), args...)
	c.Stderr = &faults
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s%s", args, err, out, faults.Bytes())
	}
	return strings.TrimSpace(string(out))
}

func (s *Server) python(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "/usr/bin/python3", args...)
	c.Dir = s.dir
	c.Env = append(os.Environ(), "PYTHONPATH="+filepath.Join(s.root, "usr/lib/python3/dist-packages"), "TRYTONPASSFILE="+filepath.Join(s.dir, "pw"),
		"DB_NAME=:memory:", "PYTHONWARNINGS=ignore")
	return c
}

func answering(t testing.TB, url string) {
	t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for range 300 {
		if res, err := client.Get(url); err == nil {
			_ = res.Body.Close()
			return
		}
		<-tick.C
	}
	t.Fatal("Tryton does not answer")
}
