package wiring

import (
	"context"
	"time"

	"zhuxin/biz/exposure"
	"zhuxin/biz/proposal"
	"zhuxin/biz/rating"
	"zhuxin/data/jobs"
	"zhuxin/shared/directory"
	"zhuxin/shared/reach"
)

// pooledSchemas wait for the next signups; the worker keeps so many prepared.
const pooledSchemas = 3

// worker registers who reacts to what, and what is due by the clock.
func (a *App) worker() (*jobs.Worker, error) {
	m := jobs.NewMux()
	jobs.NewSealing(a.Queue, a.Chain.Tenant, a.Chain.HQ).Register(m)

	m.Handle(directory.TopicApplicationApproved, directory.OnboardingHandler, a.Directory.Onboarding.Handle)
	m.Handle(directory.TopicMemberInvited, directory.CourierHandler, a.Directory.Courier.Handle)
	if a.Directory.Herald != nil {
		m.Handle(directory.TopicApplicationChanged, directory.HeraldHandler, a.Directory.Herald.Handle)
	} else {
		m.Ignore(directory.TopicApplicationChanged) // without mail, the pages tell
	}
	m.Handle(directory.TopicTenantAudit, directory.TenantAuditHandler, a.Directory.TenantAudit.Handle)
	m.Handle(exposure.TopicAccountChanged, "rollup.account", a.Group.Projector.AccountChanged)
	m.Handle(exposure.TopicAccountChanged, "holds.recheck", a.Credit.Queue.AccountChanged)
	m.Handle(reach.TopicChanged, "related.reach", a.Group.Reach.Handle)
	m.Handle(rating.TopicEffective, "rollup.rating", a.Group.Projector.RatingEffective)
	m.Handle(rating.TopicEffective, "rating.decision_file", a.Credit.Ratings.KeepDecision)
	m.Handle(rating.TopicLapsed, "rollup.rating", a.Group.Projector.RatingEffective)
	m.Handle(proposal.TopicAgreed, proposal.Handler, a.Proposals.Deliver)
	a.Receivables.register(m)
	a.Agreements.register(m)
	a.Daily.register(m)
	a.Reports.register(m)
	a.ERP.register(m)
	a.History.register(m)
	a.Notify.register(m)
	a.registerGroupNews(m)
	a.Risk.register(m)
	a.Portfolio.register(m)
	a.Schedules.register(m)

	if a.Maker != nil {
		m.Periodic("schemas.prepare", 20*time.Second, func(ctx context.Context) error {
			_, err := a.Maker.Refill(ctx, pooledSchemas)
			return err
		})
	}
	m.PeriodicPerTenant("grade_scale.observe", 10*time.Minute, a.Group.Grades.Refresh)
	m.PeriodicPerTenant("reservations.expire", time.Minute, func(ctx context.Context) error {
		_, err := a.Credit.Checks.ExpireReservations(ctx)
		return err
	})
	m.PeriodicPerTenant("documents.sweep", 6*time.Hour, func(ctx context.Context) error {
		removed, err := a.Documents.Sweeper.Sweep(ctx)
		if removed > 0 {
			a.Log.WarnContext(ctx, "files without a record were removed", "count", removed)
		}
		return err
	})
	m.PeriodicPerTenant("approvals.sweep", 5*time.Minute, func(ctx context.Context) error {
		_, _, err := a.Credit.Approvals.Sweep(ctx)
		return err
	})
	// What ends without touching an account: a listing, a change of the policy.
	m.PeriodicPerTenant("holds.recheck", time.Minute, func(ctx context.Context) error {
		_, err := a.Credit.Queue.Recheck(ctx)
		return err
	})
	m.PeriodicPerTenant("idempotency.sweep", time.Hour, func(ctx context.Context) error {
		_, err := a.Credit.Checks.SweepKeys(ctx)
		return err
	})
	return jobs.NewWorker(jobs.Config{Config: a.Queue, Relay: a.Relay, Concurrency: a.Conf.Worker.Concurrency, Metrics: a.Metrics}, m)
}
