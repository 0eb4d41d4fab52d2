package wiring

import (
	"context"
	"net/url"
	"strings"
	"time"

	bizreport "zhuxin/biz/report"
	"zhuxin/data/jobs"
	scheduledata "zhuxin/data/schedule"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/schedule"
	"zhuxin/shared/tenant"
)

// Schedules sends reports at set times, of the subsidiaries and of HQ.
type Schedules struct{ Tenant, HQ *schedule.Service }

func newSchedules(a *App) (*Schedules, error) {
	b := a.Base
	mailer, err := mailerOf(b)
	if err != nil {
		return nil, err
	}
	sender, _ := mailer.(schedule.Mailer)
	origin := strings.TrimRight(b.Conf.PublicURL, "/")
	return &Schedules{
		Tenant: schedule.New(schedule.Config{Tx: b.Pool.Tenant(), Repo: scheduledata.Tenant, Mail: sender, Audit: b.Audit.Tenant, Clock: b.Clock,
			Reports: bizreport.Scheduled{Exports: a.Reports.Exports, Portfolio: a.Portfolio.Service, Clock: b.Clock},
			Read:    access.OverviewRead, Manage: access.PolicyWrite, Scoped: true,
			Place: func(ctx context.Context) (schedule.Place, error) {
				t, err := tenant.From(ctx)
				return schedule.Place{TenantID: t.ID, Name: t.Name, Zone: t.Zone, Page: origin + "/t/" + url.PathEscape(t.Slug) + "/report-schedules"}, err
			}}),
		HQ: schedule.New(schedule.Config{Tx: b.Pool.HQ(), Repo: scheduledata.HQ, Mail: sender, Audit: b.Audit.HQ, Clock: b.Clock,
			Reports: schedule.Group{Figures: a.Reports.Files, Quality: a.Portfolio.Group, Today: func() calendar.Date { return calendar.Of(b.Clock.Now(), calendar.Shanghai) }},
			Read:    access.HQOverviewRead, Manage: access.HQPolicyWrite,
			Place: func(context.Context) (schedule.Place, error) {
				return schedule.Place{Name: "总公司", Zone: calendar.Shanghai, Page: origin + "/hq/report-schedules"}, nil
			}}),
	}, nil
}

func (s *Schedules) register(m *jobs.Mux) {
	const every = 20 * time.Second
	m.PeriodicPerTenant("report_schedules.send", every, func(ctx context.Context) error {
		_, err := s.Tenant.Run(ctx)
		return err
	})
	m.Periodic("report_schedules.send_hq", every, func(ctx context.Context) error {
		_, err := s.HQ.Run(ctx)
		return err
	})
}
