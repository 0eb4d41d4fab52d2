package wiring

import (
	"context"
	"time"

	"zhuxin/biz/registry"
	"zhuxin/biz/warning"
	"zhuxin/data/jobs"
	registrystore "zhuxin/data/query/registry"
	"zhuxin/data/registry/guard"
	"zhuxin/data/registry/qichacha"
	"zhuxin/data/registry/tianyancha"
	"zhuxin/data/registry/web"
	warningrepo "zhuxin/data/tenantrepo/warning"
)

// Risk is what is watched: public registers and the subsidiaries' own books.
type Risk struct {
	Registry *registry.Service
	Warnings *warning.Service
}

func newRisk(b *Base) *Risk {
	r := &Risk{Warnings: warning.New(b.Pool.Tenant(), warningrepo.Repo{}, b.Audit.Tenant, b.Outbox.Tenant, b.Clock)}
	r.Registry = registry.New(registry.Deps{
		Tenants: b.Pool.Tenant(), HQ: b.Pool.HQ(), OwnAccounts: registrystore.NewAccounts(b.Keys.Tenant), GroupAccounts: registrystore.NewAccounts(b.Keys.HQ),
		Shelf: registrystore.NewShelf(b.Keys.HQ), Watches: registrystore.Watches{}, Router: r.Warnings,
		Adapters: map[registry.ProviderName]registry.Adapter{
			registry.Tianyancha: guard.New(tianyancha.New(b.Conf.Registry.TianyanchaURL, web.Timeout, b.Clock), b.Clock, guard.Wait),
			registry.Qichacha:   guard.New(qichacha.New(b.Conf.Registry.QichachaURL, web.Timeout, b.Clock), b.Clock, guard.Wait),
		},
		Audit: b.Audit.Tenant, GroupAudit: b.Audit.HQ, Clock: b.Clock,
	})
	return r
}

// looksAtOnce bounds how many customers one round of a subsidiary looks at, so that
// a large one does not keep the others waiting.
const looksAtOnce = 20

func (r *Risk) register(m *jobs.Mux) {
	m.PeriodicPerTenant("registry.look", 5*time.Minute, func(ctx context.Context) error {
		_, err := r.Registry.DueLooks(ctx, looksAtOnce)
		return err
	})
	m.PeriodicPerTenant("warnings.patterns", 15*time.Minute, r.Warnings.Patterns)
}
