package wiring

import (
	"context"
	"time"

	"zhuxin/biz/dailyrun"
	"zhuxin/biz/snapshot"
	"zhuxin/data/jobs"
	dailyrepo "zhuxin/data/tenantrepo/dailyrun"
	snapshotrepo "zhuxin/data/tenantrepo/snapshot"
	"zhuxin/shared/calendar"
)

// DailyRun is what each business date brings, in the order of dailySteps.
type DailyRun struct {
	Service *dailyrun.Service
}

// dailySteps lists the steps in the order in which they run: first the figures are
// brought to the date, then what looks at them, last what reports them.
func (a *App) dailySteps() []dailyrun.Step {
	snapshots := snapshot.New(a.Pool.Tenant(), snapshotrepo.Repo{Clock: a.Clock}, a.Credit.Accounts, a.Clock)
	return []dailyrun.Step{
		{Name: "accounts", Run: a.refreshAccounts},
		{Name: "relations", Run: a.followRelations},
		{Name: "freezes", Run: a.freezeOverdue},
		{Name: "agreements", Run: a.Agreements.Agreements.Daily},
		{Name: "supply_stops", Run: a.lateStops},
		{Name: "follow_ups", Run: a.FollowUps.Daily},
		{Name: "ratings", Run: a.renewRatings},
		{Name: "statements", Run: a.Statements.Daily},
		{Name: "snapshots", Run: snapshots.Daily},
		{Name: "warnings", Run: a.Risk.Warnings.Daily},
		{Name: "dunning", Run: a.Notify.Dunning.Daily},
		{Name: "news", Run: a.Notify.Service.Daily},
		{Name: "rollup", Run: a.ageRollup},
		{Name: "report", Run: a.refreshReports},
		{Name: "quality", Run: a.Portfolio.Projector.Daily},
		{Name: "grade_scale", Run: a.Group.Grades.Daily},
	}
}

func (a *App) refreshAccounts(ctx context.Context, _ calendar.Date) error {
	return a.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		n, err := a.Credit.Accounts.RefreshStale(ctx)
		dailyrun.Touched(ctx, n)
		return err
	})
}

func (a *App) followRelations(ctx context.Context, on calendar.Date) error {
	n, err := a.Customers.Related.Daily(ctx, on)
	dailyrun.Touched(ctx, n)
	return err
}

func (a *App) ageRollup(ctx context.Context, _ calendar.Date) error {
	aged, err := a.Group.Projector.Age(ctx)
	if aged {
		dailyrun.Touched(ctx, 1)
	}
	return err
}

// clockSkew is how far a worker's clock may be off the database's before it begins
// no business date any more.
const clockSkew = 5 * time.Minute

func newDailyRun(a *App) *DailyRun {
	return &DailyRun{Service: dailyrun.New(dailyrun.Config{
		Tx: a.Pool.Tenant(), Repo: dailyrepo.Repo{}, Steps: a.dailySteps(), Events: a.Outbox.Tenant, Audit: a.Audit.Tenant, Clock: a.Clock, MaxSkew: clockSkew,
		Failed: func(ctx context.Context, step string, on calendar.Date, err error) {
			a.Log.ErrorContext(ctx, "a step of the daily run failed", "step", step, "business_date", on.String(), "error", err)
		},
	})}
}

func (d *DailyRun) register(m *jobs.Mux) {
	m.Handle(dailyrun.TopicDue, "dailyrun.run", d.Service.Handle)
	m.PeriodicPerTenant("dailyrun.tick", time.Minute, d.Service.Tick)
}
