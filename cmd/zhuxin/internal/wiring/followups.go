package wiring

import (
	"context"

	"zhuxin/biz/approval"
	"zhuxin/biz/dailyrun"
	"zhuxin/biz/followup"
	collectionrepo "zhuxin/data/tenantrepo/collection"
	customerrepo "zhuxin/data/tenantrepo/customer"
	followuprepo "zhuxin/data/tenantrepo/followup"
	"zhuxin/shared/money"
)

// newFollowUps composes follow-ups. What is tolerated of an overdue amount is the
// credit policy's, as for a freeze.
func newFollowUps(b *Base, c *Credit) *followup.Service {
	s := followup.New(followup.Config{
		Tx: b.Pool.Tenant(), Repo: followuprepo.Repo{}, Settings: collectionrepo.Repo{}, Customers: customerrepo.New(), Approvals: c.Approvals,
		Tolerance: func(ctx context.Context) (money.Amount, error) {
			p, err := c.Checks.GetPolicy(ctx)
			return p.OverdueTolerance, err
		},
		Touched: dailyrun.Touched, Audit: b.Audit.Tenant, Clock: b.Clock,
	})
	c.Approvals.Register(approval.KindFollowUp, s)
	return s
}
