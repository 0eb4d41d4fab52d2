package wiring

import (
	"zhuxin/biz/segment"
	"zhuxin/data/export"
	customerrepo "zhuxin/data/tenantrepo/customer"
	segmentrepo "zhuxin/data/tenantrepo/segment"
)

// newSegments is the customers cut on several dimensions, by which lists, proposals and
// reports are narrowed.
func newSegments(b *Base, c *Credit, p *Portfolio, r *Reports) *segment.Service {
	s := segment.New(segment.Config{Tx: b.Pool.Tenant(), Repo: segmentrepo.Repo{}, Reader: segmentrepo.Repo{}, Customers: customerrepo.New(), Accounts: c.Accounts,
		Printer: export.New(""), Audit: b.Audit.Tenant, Clock: b.Clock})
	c.Customers.CutBy(s)
	c.Limits.CutBy(s)
	p.Service.CutBy(s)
	r.Service.CutBy(s)
	return s
}
