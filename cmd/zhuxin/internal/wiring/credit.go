package wiring

import (
	"context"

	"zhuxin/biz/approval"
	"zhuxin/biz/collateral"
	"zhuxin/biz/creditcheck"
	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/biz/sharedlimit"
	"zhuxin/data/formula"
	indicatorrepo "zhuxin/data/hqrepo/indicator"
	checkstore "zhuxin/data/query/creditcheck"
	registrystore "zhuxin/data/query/registry"
	"zhuxin/data/ratingpdf"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	collateralrepo "zhuxin/data/tenantrepo/collateral"
	customerrepo "zhuxin/data/tenantrepo/customer"
	exposurerepo "zhuxin/data/tenantrepo/exposure"
	limitrepo "zhuxin/data/tenantrepo/limit"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	sharedrepo "zhuxin/data/tenantrepo/sharedlimit"
	"zhuxin/shared/indicator"
	"zhuxin/shared/tenant"
)

// Credit is credit management and the order check.
type Credit struct {
	Accounts   *exposurerepo.Repo
	Library    *indicator.Service
	Approvals  *approval.Service
	Limits     *limit.Service
	Shared     *sharedlimit.Service
	Collateral *collateral.Service
	Templates  *rating.Templates
	Ratings    *rating.Ratings
	DryRuns    *rating.DryRuns
	Customers  *customer.Service
	Checks     *creditcheck.Service
	Queue      *creditcheck.Queue
	Headroom   creditcheck.HeadroomStore
}

func newCredit(b *Base, g *Group, d *Documents) *Credit {
	var (
		c         = &Credit{}
		tx        = b.Pool.Tenant()
		customers = customerrepo.New()
		log       = b.Audit.Tenant
		events    = b.Outbox.Tenant
	)
	c.Accounts = exposurerepo.New(b.Clock, events, log)
	c.Library = indicator.New(b.Pool.HQ(), indicatorrepo.New(), b.Audit.HQ)
	c.Approvals = approval.New(tx, approvalrepo.New(), log, b.Clock, approval.Publishing(events))
	c.Limits = limit.New(tx, limitrepo.New(), customers, c.Accounts, c.Approvals, g.Gate, log, b.Clock)
	c.Shared = sharedlimit.New(tx, sharedrepo.Repo{}, c.Approvals, g.Gate, log, b.Clock)
	c.Collateral = collateral.New(collateral.Deps{Tx: tx, Repo: collateralrepo.Repo{}, Customers: customers, Accounts: c.Accounts, Approvals: c.Approvals, Listings: g.Gate, Audit: log, Clock: b.Clock})
	c.Templates = rating.NewTemplates(tx, ratingrepo.NewTemplates(), indicatorrepo.View{}, ratingrepo.NewDryRuns(), formula.Engine{}, c.Approvals, log, b.Clock)
	outside := registrystore.NewRated(registrystore.NewShelf(b.Keys.HQ), b.Clock)
	c.Ratings = rating.NewRatings(rating.RatingsConfig{
		Tx: tx, Ratings: ratingrepo.NewRatings(), Templates: ratingrepo.NewTemplates(), Customers: customers,
		Data: ratingrepo.NewMeasurer(c.Accounts, outside), Limits: c.Limits, Accounts: c.Accounts, Approvals: c.Approvals, Listings: g.Gate,
		Rows: ratingrepo.NewRows(outside), Courses: ratingrepo.Courses{}, Printer: ratingpdf.Printer{}, Documents: d.Service,
		Audit: log, Events: events, Clock: b.Clock,
	})
	c.DryRuns = rating.NewDryRuns(rating.DryRunsConfig{Tx: tx, Repo: ratingrepo.NewDryRuns(), Templates: ratingrepo.NewTemplates(), Ratings: ratingrepo.NewRatings(),
		Population: ratingrepo.NewPopulation(outside), Accounts: c.Accounts, Audit: log, Clock: b.Clock})
	elsewhere := customer.ElsewhereFunc(func(ctx context.Context, uscc string) (int, error) {
		t, err := tenant.From(ctx)
		if err != nil {
			return 0, err
		}
		known, _, err := g.Reader.Elsewhere(ctx, t.ID, uscc)
		return known, err
	})
	c.Customers = customer.New(tx, customers, c.Accounts, elsewhere, b.Keys.Tenant, log, b.Clock)
	store := checkstore.New(log, events)
	c.Checks = creditcheck.New(creditcheck.Deps{Tx: tx, Store: store, Archive: store, Accounts: c.Accounts, Audit: log, Events: events, Clock: b.Clock})
	c.Ratings.Default = inForce{c.Checks}.Lapsed
	c.Limits.HeldTo(inForce{c.Checks})
	c.Shared.HeldTo(inForce{c.Checks})
	c.Queue, c.Headroom = &creditcheck.Queue{Checks: c.Checks, Store: store, Approvals: c.Approvals}, store
	c.Approvals.Register(approval.KindOrderRelease, c.Queue)
	c.Approvals.Register(approval.KindTemporaryLimit, c.Limits)
	c.Approvals.Register(approval.KindLimitAdjustment, c.Limits)
	c.Approvals.Register(approval.KindLimitBatch, c.Limits)
	c.Approvals.Register(approval.KindSharedLimit, c.Shared)
	c.Approvals.Register(approval.KindCollateral, c.Collateral)
	c.Approvals.Register(approval.KindRatingTemplate, c.Templates)
	c.Approvals.Register(approval.KindRating, c.Ratings)
	return c
}
