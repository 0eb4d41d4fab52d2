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

func newCustomers(b *Base, c *Credit, g *Group) *Customers {
	tx, repo := b.Pool.Tenant(), customerrepo.New()
	out := &Customers{
		Changes: customer.NewChanges(c.Customers, repo, c.Approvals),
		Drafts:  draft.New(tx, draftrepo.Repo{}, b.Keys.Tenant, b.Clock),
		Related: related.New(related.Deps{
			Tx: tx, Repo: relatedrepo.Repo{}, Customers: repo, Cipher: b.Keys.Tenant, Keeper: g.Reach, Looks: g.History, Audit: b.Audit.Tenant, Clock: b.Clock,
			Prints: related.HashPrints{Secret: b.Master.Derive("zhuxin party fingerprint v1"), Group: b.Master.Derive("zhuxin party fingerprint of the group v1")},
		}),
	}
	c.Customers.FollowedBy(out.Related)
	c.Approvals.Register(approval.KindCustomerChange, out.Changes)
	return out
}
