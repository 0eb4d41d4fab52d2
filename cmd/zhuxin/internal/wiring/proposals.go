package wiring

import (
	"zhuxin/biz/approval"
	"zhuxin/biz/proposal"
	"zhuxin/data/jobs"
	"zhuxin/data/query/company"
	customerrepo "zhuxin/data/tenantrepo/customer"
	proposalrepo "zhuxin/data/tenantrepo/proposal"
)

// newProposals has a subsidiary's proposals for the negative list pass its inbox.
func newProposals(b *Base, c *Credit, g *Group) *proposal.Service {
	s := proposal.New(proposal.Deps{Tenants: b.Pool.Tenant(), HQ: b.Pool.HQ(), List: g.Negative, Repo: proposalrepo.Repo{}, Approvals: c.Approvals,
		Customers: customerrepo.New(), Accounts: c.Accounts, Books: company.Query{},
		Events: b.Outbox.Tenant, Audit: b.Audit.Tenant, Once: jobs.Once})
	c.Approvals.Register(approval.KindNegativeListing, s)
	return s
}
