package wiring

import (
	"zhuxin/biz/portfolio"
	"zhuxin/data/export"
	customerrepo "zhuxin/data/tenantrepo/customer"
	portfoliorepo "zhuxin/data/tenantrepo/portfolio"
)

func newPortfolio(b *Base) *portfolio.Service {
	return portfolio.New(portfolio.Config{
		Tx: b.Pool.Tenant(), Repo: portfoliorepo.Repo{}, Reader: portfoliorepo.Repo{}, Customers: customerrepo.New(), Printer: export.New(""), Audit: b.Audit.Tenant, Clock: b.Clock,
	})
}
