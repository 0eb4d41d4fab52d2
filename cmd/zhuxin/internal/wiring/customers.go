package wiring

import (
	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/draft"
	"zhuxin/biz/related"
	customerrepo "zhuxin/data/tenantrepo/customer"
	draftrepo "zhuxin/data/tenantrepo/draft"
	relatedrepo "zhuxin/data/tenantrepo/related"
)

// Customers is what surrounds the customers: changes by approval, drafts of forms,
// related parties.
type Customers struct {
	Changes *customer.Changes
	Drafts  *draft.Service
	Related *related.Service
}

func newCustomers(b *Base, c *Credit) *Customers {
	tx, repo := b.Pool.Tenant(), customerrepo.New()
	out := &Customers{
		Changes: customer.NewChanges(c.Customers, repo, c.Approvals),
		Drafts:  draft.New(tx, draftrepo.Repo{}, b.Keys.Tenant, b.Clock),
		Related: related.New(tx, relatedrepo.Repo{}, repo, related.HashPrints{Secret: b.Master.Derive("zhuxin party fingerprint v1")}, b.Audit.Tenant, b.Clock),
	}
	c.Approvals.Register(approval.KindCustomerChange, out.Changes)
	return out
}
