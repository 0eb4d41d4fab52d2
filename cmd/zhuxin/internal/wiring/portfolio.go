package wiring

import (
	"time"

	"zhuxin/biz/portfolio"
	"zhuxin/data/export"
	qualitystore "zhuxin/data/hqrepo/quality"
	"zhuxin/data/jobs"
	customerrepo "zhuxin/data/tenantrepo/customer"
	portfoliorepo "zhuxin/data/tenantrepo/portfolio"
	"zhuxin/shared/quality"
)

// Portfolio is the quality of what is owed, of a subsidiary and, projected, of the group.
type Portfolio struct {
	Service   *portfolio.Service
	Group     *quality.Group
	Projector *quality.Projector
}

func newPortfolio(b *Base) *Portfolio {
	printer := export.New("")
	own := portfolio.New(portfolio.Config{
		Tx: b.Pool.Tenant(), Repo: portfoliorepo.Repo{}, Reader: portfoliorepo.Repo{}, Customers: customerrepo.New(), Printer: printer, Audit: b.Audit.Tenant, Clock: b.Clock,
	})
	return &Portfolio{Service: own,
		Group:     quality.NewGroup(b.Pool.HQ(), qualitystore.Store{}, printer, b.Audit.HQ, b.Clock),
		Projector: quality.NewProjector(b.Pool.HQ(), own, qualitystore.Store{}, b.Clock)}
}

func (p *Portfolio) register(m *jobs.Mux) {
	m.PeriodicPerTenant("portfolio.project", 10*time.Minute, p.Projector.Refresh)
}
