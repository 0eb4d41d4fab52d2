package wiring

import (
	"context"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/data/erp/kingdee"
	"zhuxin/data/erp/tryton"
	"zhuxin/data/jobs"
	"zhuxin/data/outbound"
	erprepo "zhuxin/data/tenantrepo/erp"
)

// ERP is the feed of receivables from subsidiaries' ERPs.
type ERP struct{ Service *erp.Service }

func newERP(b *Base, r *Receivables) (*ERP, error) {
	private, err := outbound.Networks(b.Conf.Outbound.Private)
	if err != nil {
		return nil, err
	}
	client := outbound.Client(outbound.Config{Private: private})
	return &ERP{erp.New(erp.Config{
		Tx: b.Pool.Tenant(), Repo: erprepo.New(b.Keys.Tenant), Imports: r.Imports, Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Clock: b.Clock,
		Adapters: map[erp.Kind]erp.Adapter{erp.KindTryton: tryton.New(client), erp.KindKingdee: kingdee.New(client)},
	})}, nil
}

func (e *ERP) register(m *jobs.Mux) {
	m.Handle(erp.TopicRunRequested, "erp.pull", e.Service.Handle)
	m.PeriodicPerTenant("erp.pull", time.Minute, func(ctx context.Context) error { return e.Service.PullDue(ctx) })
}
