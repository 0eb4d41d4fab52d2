// Package apitest runs the whole program against real servers for tests and
// benchmarks that speak HTTP to it: gateway, API and worker in this process, a
// database of its own on the test server, people who log in at the real Ory
// Kratos. The servers come from the environment (deploy/dev/cmd/with-servers).
package apitest

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
	"zhuxin/shared/party"
	"zhuxin/tenancy/migrate"
)

// Password is everybody's in a test.
const Password = "Test-Steel-Bridge-42"

// Env is a running program.
type Env struct {
	App  *wiring.App
	URL  string
	Conf conf.Config
}

// Options change how the program runs.
type Options struct {
	Roles []string // preset: all three
	// Change is called with the composed program before it serves.
	Change func(*wiring.App)
}

// Start runs the program until the test ends.
func Start(t testing.TB, o Options) *Env {
	t.Helper()
	env, stop, err := Run(t.Context(), o)
	if err != nil {
		t.Fatalf("apitest: %v", err)
	}
	t.Cleanup(stop)
	return env
}

// Run is Start for programs that are no test, such as benchmarks.
func Run(ctx context.Context, o Options) (*Env, func(), error) {
	c, drop, err := configuration(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("ZHUXIN_TEST_LOG") != "" {
		log = wiring.Logger(conf.Log{Level: "info", Format: "text"})
	}
	a, err := wiring.New(ctx, c, log)
	if err != nil {
		drop()
		return nil, nil, err
	}
	if _, err := a.Credit.Library.SeedDefaults(System(ctx)); err != nil {
		return nil, nil, err
	}
	if o.Change != nil {
		o.Change(a)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Run(run, func() { close(ready) }) }()
	select {
	case err := <-done:
		cancel()
		return nil, nil, err
	case <-ready:
	}
	stop := func() {
		cancel()
		<-done
		_ = a.Close()
		drop()
	}
	return &Env{App: a, URL: c.PublicURL, Conf: c}, stop, nil
}

// System acts for the test itself.
func System(ctx context.Context) context.Context {
	return access.With(ctx, access.System(uuid.Nil, "test"))
}

// configuration is the environment's, on a fresh database and free ports.
func configuration(ctx context.Context, o Options) (conf.Config, func(), error) {
	admin := os.Getenv("ZHUXIN_PG_ADMIN_DSN")
	if admin == "" || os.Getenv("ZHUXIN_KRATOS_ADMIN_URL") == "" {
		return conf.Config{}, nil, fmt.Errorf("no servers in the environment; run by `make test` or deploy/dev/cmd/with-servers")
	}
	c, err := conf.Load("", os.Environ())
	if err != nil {
		return c, nil, err
	}
	name := "zhuxin_api_" + Suffix()
	u, err := url.Parse(admin)
	if err != nil {
		return c, nil, err
	}
	server, err := sql.Open("postgres", admin)
	if err != nil {
		return c, nil, err
	}
	if _, err := server.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return c, nil, fmt.Errorf("make a database: %w", err)
	}
	drop := func() {
		_, _ = server.ExecContext(context.WithoutCancel(ctx), `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
		_ = server.Close()
	}
	u.Path = "/" + name
	c.Postgres.AdminDSN, c.Postgres.Database = u.String(), name
	if err := prepare(ctx, c); err != nil {
		drop()
		return c, nil, err
	}
	if c.Listen, err = freeAddress(ctx); err == nil {
		c.AdminListen, err = freeAddress(ctx)
	}
	c.PublicURL, c.AllowInsecureLoopback = "http://"+c.Listen, true
	c.Limits.IPPerSecond, c.Limits.IPBurst, c.Limits.PrincipalPerSecond, c.Limits.PrincipalBurst = 1e6, 1e6, 1e6, 1e6
	c.Limits.TenantPerSecond, c.Limits.TenantBurst, c.Limits.LoginPerIP = 1e6, 1e6, 1e6
	c.Redis.Database = 1 + int(time.Now().UnixNano()%14)
	if len(o.Roles) > 0 {
		c.Roles = o.Roles
	}
	return c, drop, err
}

func prepare(ctx context.Context, c conf.Config) error {
	err := migrate.Bootstrap(ctx, c.Postgres.AdminDSN, migrate.Passwords{App: c.Postgres.AppPassword, Migrator: c.Postgres.MigratorPassword})
	if err != nil {
		return err
	}
	m, err := migrate.Open(c.MigratorDSN())
	if err != nil {
		return err
	}
	defer m.Close()
	_, err = m.Up(ctx, migrate.Options{})
	return err
}

// Suffix makes a random text for names that must not clash.
func Suffix() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Tenant makes a subsidiary whose administrator is new, and gives both.
func (e *Env) Tenant(ctx context.Context, name string) (directory.Tenant, *Client, error) {
	in := directory.ApplyInput{Name: name, ShortName: name, USCC: string(USCC()), ContactName: name, ContactPhone: "13800138000"}
	email := Suffix() + "@test.example"
	t, _, err := e.App.Directory.Admin.CreateTenant(System(ctx), in, directory.NewIdentity{Email: email, Name: name + " admin", Password: Password})
	if err != nil {
		return t, nil, err
	}
	c, err := e.Login(ctx, email)
	if err != nil {
		return t, nil, err
	}
	return t, c.In(t.Slug), nil
}

// Person makes somebody with roles in a subsidiary, or at HQ for nil, and logs
// him in.
func (e *Env) Person(ctx context.Context, tenantID *uuid.UUID, name string, roles ...access.Role) (*Client, error) {
	email := Suffix() + "@test.example"
	_, err := e.App.Directory.Admin.EnsureMember(System(ctx), tenantID, directory.NewIdentity{Email: email, Name: name, Password: Password}, roles)
	if err != nil {
		return nil, err
	}
	return e.Login(ctx, email)
}

// USCC makes a random code with a right check character.
func USCC() party.USCC {
	first := "91330100"
	b := make([]byte, 9)
	_, _ = rand.Read(b)
	for _, x := range b {
		first += fmt.Sprint(int(x) % 10)
	}
	c, _ := party.CheckCharacter(first)
	return party.USCC(first + string(c))
}

// Login logs in at Kratos itself: the gateway's limits are tested elsewhere.
func (e *Env) Login(ctx context.Context, email string) (*Client, error) {
	var flow struct {
		UI struct{ Action string }
	}
	if err := fetch(ctx, http.MethodGet, e.Conf.Kratos.PublicURL+"/self-service/login/api", nil, &flow); err != nil {
		return nil, err
	}
	u, err := url.Parse(flow.UI.Action)
	if err != nil {
		return nil, err
	}
	var session struct {
		Token string `json:"session_token"`
	}
	in := map[string]string{"method": "password", "identifier": email, "password": Password}
	if err := fetch(ctx, http.MethodPost, e.Conf.Kratos.PublicURL+u.RequestURI(), in, &session); err != nil {
		return nil, fmt.Errorf("log in %s: %w", email, err)
	}
	return &Client{Base: e.URL, Token: session.Token}, nil
}

func fetch(ctx context.Context, method, address string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 400 {
		return fmt.Errorf("%d %s", res.StatusCode, b)
	}
	return json.Unmarshal(b, out)
}
