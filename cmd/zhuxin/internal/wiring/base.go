// Package wiring puts the program together, by hand and in one place: a file for
// what everything stands on, and one for each domain. Nothing else knows both a
// port and its implementation.
package wiring

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	klog "github.com/go-kratos/kratos/v2/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"

	"zhuxin/app/conf"
	"zhuxin/app/server"
	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/data/identity"
	"zhuxin/data/objectstore"
	"zhuxin/data/outbox"
	stepupdata "zhuxin/data/stepup"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/reach"
	"zhuxin/shared/stepup"
	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
)

// Base is what every domain stands on.
type Base struct {
	Conf     conf.Config
	Log      *slog.Logger
	Clock    calendar.Clock
	Metrics  *prometheus.Registry
	Pool     *scope.Pool
	Redis    *redis.Client
	Registry *registry.Registry
	Master   *crypto.Master
	Keys     side[*crypto.Keys]
	Audit    side[*auditlog.Log]
	Chain    side[*auditlog.Chain]
	Outbox   side[*outbox.Outbox]
	Queue    outbox.Config
	Relay    *outbox.Relay
	Remote   *outbox.RemotePoker
	StepUp   *stepup.Service
	Store    *objectstore.Store
	Identity *identity.Client
	Migrator *migrate.Migrator // nil where this process does not provision
	Maker    *provision.Provisioner
}

// side holds one thing for the tenants and one for HQ.
type side[T any] struct{ Tenant, HQ T }

// Logger makes the process's one log and has kratos use it.
func Logger(c conf.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewJSONHandler(os.Stderr, options)
	if c.Format == "text" {
		h = slog.NewTextHandler(os.Stderr, options)
	}
	l := slog.New(h)
	klog.SetLogger(server.KratosLog(l))
	return l
}

// Option changes what New composes.
type Option func(*Base)

// WithClock gives all services another clock, for programs that walk through days.
func WithClock(clock calendar.Clock) Option { return func(b *Base) { b.Clock = clock } }

// NewBase connects to the servers that the configuration names. It checks the
// database before it returns; the others are watched by /readyz.
func NewBase(ctx context.Context, c conf.Config, log *slog.Logger, options ...Option) (*Base, error) {
	b := &Base{Conf: c, Log: log, Clock: calendar.System{}, Metrics: prometheus.NewRegistry()}
	for _, o := range options {
		o(b)
	}
	b.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var err error
	if b.Master, err = crypto.ParseMaster(c.MasterKey); err != nil {
		return nil, fmt.Errorf("ZHUXIN_MASTER_KEY: %w", err)
	}
	b.Pool, err = scope.Open(scope.Config{DSN: c.AppDSN(), MaxOpen: c.Postgres.MaxOpen, Groups: c.Postgres.Groups})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(b.Pool.Check(ctx), migrate.CheckStart(ctx, b.Pool)); err != nil {
		return nil, errors.Join(err, b.Pool.Close())
	}
	b.Redis = redis.NewClient(redisOptions(c.Redis))
	b.Registry = registry.New(b.Pool, b.Clock)
	b.events()
	b.Store, err = objectstore.New(objectstore.Config{Endpoint: c.S3.Endpoint, Region: c.S3.Region, Bucket: c.S3.Bucket,
		AccessKey: c.S3.AccessKey, SecretKey: c.S3.SecretKey}, b.Keys.Tenant)
	if err != nil {
		return nil, err
	}
	b.Identity, err = identity.New(identity.Config{PublicURL: c.Kratos.PublicURL, AdminURL: c.Kratos.AdminURL, Timeout: c.Kratos.Timeout}, b.Clock)
	if err != nil {
		return nil, err
	}
	if c.Postgres.MigratorPassword != "" {
		if b.Migrator, err = migrate.Open(c.MigratorDSN()); err != nil {
			return nil, err
		}
		b.Maker = provision.New(b.Migrator)
	}
	return b, nil
}

func redisOptions(c conf.Redis) *redis.Options {
	o := &redis.Options{Addr: c.Addr, Username: c.Username, Password: c.Password, DB: c.Database,
		DialTimeout: 2 * time.Second, ReadTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second}
	if c.TLS {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}

// events joins audit, outbox, relay and doorbells: a commit rings the relay of
// its own process and, through Redis, those of the workers.
func (b *Base) events() {
	b.Keys.Tenant, b.Keys.HQ = crypto.Tenant(b.Pool, b.Master, b.Clock), crypto.HQ(b.Pool, b.Master, b.Clock)
	b.Chain.Tenant = auditlog.TenantChain(b.Pool, b.Keys.Tenant, b.Clock)
	b.Chain.HQ = auditlog.HQChain(b.Pool, b.Keys.HQ, b.Clock)
	b.Queue = outbox.Config{Pool: b.Pool, Redis: b.Redis, Tenants: outbox.Registered(b.Registry), Key: b.Master.Derive("zhuxin task v1"),
		Clock: b.Clock, Log: b.Log, Merge: map[event.Topic]outbox.Merge{exposure.TopicAccountChanged: exposure.MergeChanged, reach.TopicChanged: reach.MergeChanged}}
	b.Relay = outbox.NewRelay(b.Queue)
	b.Remote = outbox.NewRemotePoker(b.Redis, b.Log)
	pokers := outbox.Pokers{b.Remote}
	if b.Conf.HasRole(conf.RoleWorker) {
		pokers = append(pokers, b.Relay)
	}
	actOf := func(kind string) stepup.Act { return approval.StepUpAct(approval.Kind(kind)) }
	b.StepUp = stepup.New(b.Pool.Tenant(), b.Pool.HQ(), stepupdata.Store{}, stepupdata.Rules{ActOf: actOf}, b.Clock)
	b.Audit.Tenant = auditlog.Tenant(b.Pool, auditlog.WithClock(b.Clock), auditlog.WithKeys(b.Keys.Tenant), auditlog.WithPoker(pokers), auditlog.Using(b.StepUp.Use))
	b.Audit.HQ = auditlog.HQ(b.Pool, auditlog.WithClock(b.Clock), auditlog.WithKeys(b.Keys.HQ), auditlog.WithPoker(pokers), auditlog.Using(b.StepUp.Use))
	b.Outbox.Tenant = outbox.Tenant(b.Pool, outbox.WithClock(b.Clock), outbox.WithPoker(pokers))
	b.Outbox.HQ = outbox.HQ(b.Pool, outbox.WithClock(b.Clock), outbox.WithPoker(pokers))
}

// Checks are what /readyz asks.
func (b *Base) Checks() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"postgres": b.Pool.Ping,
		"redis":    func(ctx context.Context) error { return b.Redis.Ping(ctx).Err() },
		"s3":       b.Store.Check,
		"kratos":   b.Identity.Check,
	}
}

// Close lets go of everything.
func (b *Base) Close() error {
	var errs []error
	if b.Migrator != nil {
		errs = append(errs, b.Migrator.Close())
	}
	return errors.Join(append(errs, b.Redis.Close(), b.Pool.Close())...)
}
