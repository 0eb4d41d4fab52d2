// Package apitest runs the whole program against real servers for tests and
// benchmarks that speak HTTP to it: gateway, API and worker in this process, a
// database of its own on the test server, people who log in at the real Ory
// Kratos. The servers come from the environment (deploy/dev/cmd/with-servers).
package apitest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
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
	// Conf is called with the configuration before anything is connected.
	Conf func(*conf.Config)
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

// Worker runs a worker on the same servers until stop is called.
func (e *Env) Worker(ctx context.Context) (stop func(), err error) {
	c := e.Conf
	c.Roles = []string{conf.RoleWorker}
	if c.AdminListen, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	a, err := wiring.New(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Run(run, func() { close(ready) }) }()
	stop = func() {
		cancel()
		<-done
		_ = a.Close()
	}
	select {
	case err := <-done:
		cancel()
		return nil, errors.Join(err, a.Close())
	case <-ready:
		return stop, nil
	}
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
	c.Registry = conf.Registry{TianyanchaURL: "http://127.0.0.1:9", QichachaURL: "http://127.0.0.1:9"} // nobody: a test calls nobody outside
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
	c.Kratos.Timeout = 20 * time.Second // a busy test machine hashes passwords slowly
	c.Redis.Database = 1 + int(time.Now().UnixNano()%14)
	if len(o.Roles) > 0 {
		c.Roles = o.Roles
	}
	if o.Conf != nil {
		o.Conf(&c)
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
	defer func() { _ = m.Close() }()
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

// Subsidiary makes one with an administrator, and gives his address.
func (e *Env) Subsidiary(ctx context.Context, name string) (directory.Tenant, string, error) {
	in := directory.ApplyInput{Name: name, ShortName: name, USCC: string(USCC()), ContactName: name, ContactPhone: "13800138000"}
	email := Suffix() + "@test.example"
	t, _, err := e.App.Directory.Admin.CreateTenant(System(ctx), in, directory.NewIdentity{Email: email, Name: name + " admin", Password: Password})
	return t, email, err
}
