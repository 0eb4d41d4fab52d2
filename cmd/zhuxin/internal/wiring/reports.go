package wiring

import (
	"context"
	"time"

	"zhuxin/biz/exposure"
	"zhuxin/biz/receivable"
	bizreport "zhuxin/biz/report"
	"zhuxin/data/export"
	historyrepo "zhuxin/data/hqrepo/history"
	hqreport "zhuxin/data/hqrepo/report"
	"zhuxin/data/jobs"
	tenantreport "zhuxin/data/tenantrepo/report"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/tenancy/registry"
)

// Reports is what the books come to, at every level.
type Reports struct {
	Service   *bizreport.Reports
	Group     *report.Group
	Items     *report.GroupItems
	Projector *report.Projector
	Exports   *bizreport.Exports
	Files     *report.GroupExports
}

func newReports(b *Base, r *Receivables) *Reports {
	tenants, hq := b.Pool.Tenant(), b.Pool.HQ()
	own, group, printer := bizreport.New(tenants, tenantreport.Repo{}, b.Clock), report.NewGroup(hq, hqreport.Store{}), export.New("")
	return &Reports{
		Service:   own,
		Group:     group,
		Exports:   bizreport.NewExports(tenants, own, tenantreport.Repo{}, printer, b.Audit.Tenant, b.Clock),
		Files:     report.NewGroupExports(group, hq, printer, b.Audit.HQ, b.Clock),
		Items:     report.NewGroupItems(hq, historyrepo.Store{}, hqreport.Store{}, groupBooks{b.Registry, r.Ledger, r.Exports}, b.Clock),
		Projector: report.NewProjector(tenants, hq, tenantreport.Repo{}, hqreport.Store{}, b.Clock),
	}
}

func (r *Reports) register(m *jobs.Mux) {
	m.Handle(exposure.TopicAccountChanged, "report.figures", r.Projector.AccountChanged)
	m.PeriodicPerTenant("report.figures", 10*time.Minute, func(ctx context.Context) error { return r.Projector.Refresh(ctx, nil) })
}

// groupBooks reads a subsidiary's ledger on HQ's behalf.
type groupBooks struct {
	registry *registry.Registry
	ledger   *receivable.Ledger
	exports  *receivable.Exports
}

// Items implements report.Books.
func (g groupBooks) Items(ctx context.Context, q report.ItemsQuery) (out report.Items, err error) {
	if ctx, err = g.bind(ctx, q); err != nil {
		return out, err
	}
	p, err := g.ledger.List(ctx, receivable.ListInput{CustomerID: q.CustomerID, View: receivable.View(q.View), Page: q.Page, Size: q.Size})
	if err != nil {
		return out, err
	}
	out.Total, out.OpenSum = p.Total, int64(p.OpenSum)
	for _, i := range p.Receivables {
		out.Items = append(out.Items, report.Item{DocumentNo: i.DocumentNo, InvoiceDate: i.InvoiceDate, DueDate: i.DueDate, Currency: string(i.Currency),
			Amount: int64(i.Amount), Open: int64(i.OpenAmount), OverdueDays: i.OverdueDays(p.Today),
			Salesperson: i.Salesperson, ContractNo: i.ContractNo, Project: i.Project, Disputed: i.Disputed})
	}
	return out, nil
}

// Export implements report.Books.
func (g groupBooks) Export(ctx context.Context, q report.ItemsQuery, lang report.Lang) (out report.File, err error) {
	if ctx, err = g.bind(ctx, q); err != nil {
		return out, err
	}
	return g.exports.List(ctx, receivable.ListInput{CustomerID: q.CustomerID, View: receivable.View(q.View)}, lang)
}

func (g groupBooks) bind(ctx context.Context, q report.ItemsQuery) (context.Context, error) {
	actor, _ := access.From(ctx)
	return g.registry.Bind(access.With(ctx, access.System(q.TenantID, actor.RequestID)), q.TenantID)
}

// refreshReports brings the figures of reports to the business date.
func (a *App) refreshReports(ctx context.Context, on calendar.Date) error {
	return a.Reports.Projector.Daily(ctx, on)
}
