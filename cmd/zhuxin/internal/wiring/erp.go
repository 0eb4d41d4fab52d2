package wiring

import (
	"context"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/kingdee"
	"zhuxin/data/erp/tryton"
	"zhuxin/data/erp/u8"
	"zhuxin/data/erp/wire"
	"zhuxin/data/jobs"
	"zhuxin/data/outbound"
	erprepo "zhuxin/data/tenantrepo/erp"
	feedrepo "zhuxin/data/tenantrepo/feed"
	statementrepo "zhuxin/data/tenantrepo/statement"
)

// ERP is what other systems feed into a subsidiary, and take from it.
type ERP struct {
	Service *erp.Service
	Feeds   *feed.Service
}

func newERP(b *Base, c *Credit, r *Receivables, cs *Customers) (*ERP, error) {
	private, err := outbound.Networks(b.Conf.Outbound.Private)
	if err != nil {
		return nil, err
	}
	client := wire.New(outbound.Client(outbound.Config{Private: private}))
	feeds := feed.New(feed.Config{Tx: b.Pool.Tenant(), Repo: feedrepo.Repo{}, Imports: r.Imports, Statements: statementrepo.Repo{}, Terms: r.Contracts,
		Accounts: c.Accounts, Relations: cs.Related, Audit: b.Audit.Tenant, Clock: b.Clock})
	return &ERP{Feeds: feeds, Service: erp.New(erp.Config{
		Tx: b.Pool.Tenant(), Repo: erprepo.New(b.Keys.Tenant), Imports: r.Imports, Feeds: feeds, Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Clock: b.Clock,
		Adapters: map[erp.Kind]erp.Adapter{erp.KindTryton: tryton.New(client), erp.KindKingdee: kingdee.New(client), erp.KindU8: u8.New(client)},
	})}, nil
}

func (e *ERP) register(m *jobs.Mux) {
	m.Handle(erp.TopicRunRequested, "erp.pull", e.Service.Handle)
	m.Handle(exposure.TopicAccountChanged, "feed.credit_states", e.Feeds.AccountsChanged)
	m.Handle(exposure.TopicAccountChanged, "erp.limits", e.Service.LimitsChanged)
	m.PeriodicPerTenant("erp.push_limits", time.Minute, func(ctx context.Context) error { return e.Service.PushDue(ctx) })
	m.PeriodicPerTenant("erp.pull", time.Minute, func(ctx context.Context) error { return e.Service.PullDue(ctx) })
}
