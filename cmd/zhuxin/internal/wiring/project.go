package wiring

import (
	"zhuxin/biz/project"
	customerrepo "zhuxin/data/tenantrepo/customer"
	limitrepo "zhuxin/data/tenantrepo/limit"
	projectrepo "zhuxin/data/tenantrepo/project"
)

func newProjects(b *Base, c *Credit) *project.Service {
	return project.New(b.Pool.Tenant(), projectrepo.New(), customerrepo.New(), c.Accounts, limitrepo.New(), b.Keys.Tenant, b.Audit.Tenant, b.Clock)
}
