package timeline_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	biz "zhuxin/biz/timeline"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/data/tenantrepo/timeline"
	"zhuxin/tenancy/tenancytest"
)

// What happened to a customer and his project is there for his own house and for no
// other one.
func TestEventsAreTheHouses(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	p, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "滨江一号"})
	if err != nil {
		t.Fatal(err)
	}
	for subject, id := range map[biz.Subject]uuid.UUID{biz.Customer: c.ID, biz.Project: p.ID} {
		tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
			list, _, err := timeline.Reader{}.Events(ctx, biz.Query{Subject: subject, ID: id, Sources: []biz.Source{biz.Audit, biz.Approvals, biz.Ratings, biz.Limits, biz.Shared, biz.Orders, biz.Agreements, biz.Account, biz.Documents, biz.Projects, biz.Contracts, biz.Relations, biz.Registry, biz.Negative, biz.Statements, biz.Receipts, biz.Payments, biz.Receivables, biz.Dunning, biz.FollowUps, biz.Warnings}, Now: w.Clock.At.AddDate(50, 0, 0), Limit: 50})
			return len(list), err
		})
	}
}
