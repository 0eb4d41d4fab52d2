// Package report answers the routes of reports, of a subsidiary and of HQ.
package report

import (
	"context"

	"github.com/google/uuid"

	reportv1 "zhuxin/app/api/report/v1"
	"zhuxin/app/api/route"
	biz "zhuxin/biz/report"
	"zhuxin/biz/segment"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Service implements ReportServiceHTTPServer.
type Service struct {
	reports *biz.Reports
	group   *report.Group
	items   *report.GroupItems
	exports *biz.Exports
	files   *report.GroupExports
}

var _ reportv1.ReportServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(r *biz.Reports, g *report.Group, items *report.GroupItems, exports *biz.Exports, files *report.GroupExports) *Service {
	return &Service{reports: r, group: g, items: items, exports: exports, files: files}
}

// GetReport gives the subsidiary, a salesperson or a customer.
func (s *Service) GetReport(ctx context.Context, r *reportv1.GetReportRequest) (*reportv1.Report, error) {
	in, err := ownRequest(r)
	if err != nil {
		return nil, err
	}
	in.Page, in.Size = r.GetPage(), r.GetPageSize()
	v, err := s.reports.Report(ctx, in)
	if err != nil {
		return nil, err
	}
	return toReport(v), nil
}

// GetGroupReport gives the group or a part of it.
func (s *Service) GetGroupReport(ctx context.Context, r *reportv1.GetGroupReportRequest) (*reportv1.Report, error) {
	in, err := groupRequest(r)
	if err != nil {
		return nil, err
	}
	in.Page, in.Size = r.GetPage(), r.GetPageSize()
	v, err := s.group.Report(ctx, in)
	if err != nil {
		return nil, err
	}
	return toReport(v), nil
}

// GetAging cuts open items by age.
func (s *Service) GetAging(ctx context.Context, r *reportv1.GetAgingRequest) (*reportv1.AgingReport, error) {
	in, err := agingOf(r)
	if err != nil {
		return nil, err
	}
	in.Page, in.Size = r.GetPage(), r.GetPageSize()
	a, err := s.reports.Aging(ctx, in)
	if err != nil {
		return nil, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	out := &reportv1.AgingReport{AsOf: a.On.String(), Currency: string(t.Currency), Labels: a.Labels, OwnBounds: a.Own, Sum: toAgingRow(a.Total), Total: a.Count}
	for _, row := range a.Rows {
		out.Rows = append(out.Rows, toAgingRow(row))
	}
	return out, nil
}

// ExportAging writes an aging to a file.
func (s *Service) ExportAging(ctx context.Context, r *reportv1.ExportAgingRequest) (*route.File, error) {
	in, err := agingOf(r)
	if err != nil {
		return nil, err
	}
	return toFile(s.exports.Aging(ctx, in, report.Format(r.GetFormat()), report.LangOf(r.GetLang())))
}

// agingOf reads what the aging and its export ask alike.
func agingOf(r interface {
	GetAsOf() string
	GetScheme() string
	GetBounds() string
	GetBy() string
	GetSalespersonId() string
	GetCustomerId() string
	GetSegmentId() string
}) (in biz.AgingInput, err error) {
	in = biz.AgingInput{Scheme: biz.Scheme(r.GetScheme()), Bounds: r.GetBounds(), By: report.Dimension(r.GetBy())}
	if in.SalespersonID, err = person(r.GetSalespersonId()); err != nil {
		return in, err
	}
	if in.CustomerID, err = parse(r.GetCustomerId(), report.ErrNoCustomer); err != nil {
		return in, err
	}
	if in.Segment, err = segment.ParseID(r.GetSegmentId()); err != nil {
		return in, err
	}
	in.On, err = date("as_of", r.GetAsOf())
	return in, err
}

// ListDebts ranks the subsidiary's customers or projects.
func (s *Service) ListDebts(ctx context.Context, r *reportv1.ListDebtsRequest) (*reportv1.ListDebtsReply, error) {
	of, err := segment.ParseID(r.GetSegmentId())
	if err != nil {
		return nil, err
	}
	rows, total, err := s.reports.Rank(ctx, biz.RankInput{Of: report.RankOf(r.GetOf()), Order: report.ChildOrder(r.GetOrderBy()), Segment: of, Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	return toDebts(rows, total, string(t.Currency)), nil
}

// ListGroupDebts ranks companies or projects over all subsidiaries.
func (s *Service) ListGroupDebts(ctx context.Context, r *reportv1.ListGroupDebtsRequest) (*reportv1.ListDebtsReply, error) {
	k := report.RankQuery{Of: report.RankOf(r.GetOf()), Order: report.ChildOrder(r.GetOrderBy()), Currency: r.GetCurrency()}
	var err error
	if k.TenantID, err = parse(r.GetTenantId(), report.ErrNoTenant); err != nil {
		return nil, err
	}
	rows, total, currency, err := s.group.Rank(ctx, k, r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	return toDebts(rows, total, currency), nil
}

// ListGroupItems gives a customer's items to HQ.
func (s *Service) ListGroupItems(ctx context.Context, r *reportv1.ListGroupItemsRequest) (*reportv1.ListGroupItemsReply, error) {
	t, err := parse(r.GetTenantId(), report.ErrNoTenant)
	if err != nil {
		return nil, err
	}
	c, err := parse(r.GetCustomerId(), report.ErrNoCustomer)
	if err != nil {
		return nil, err
	}
	p, err := s.items.List(ctx, report.ItemsQuery{TenantID: t, CustomerID: c, View: r.GetView(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &reportv1.ListGroupItemsReply{Total: p.Total, OpenSum: p.OpenSum}
	for _, i := range p.Items {
		out.Items = append(out.Items, &reportv1.Item{DocumentNo: i.DocumentNo, InvoiceDate: i.InvoiceDate.String(), DueDate: i.DueDate.String(),
			Currency: i.Currency, Amount: i.Amount, OpenAmount: i.Open, OverdueDays: int32(i.OverdueDays),
			Salesperson: i.Salesperson, ContractNo: i.ContractNo, Project: i.Project, Disputed: i.Disputed})
	}
	return out, nil
}

// ExportGroupItems gives a customer's items to HQ as a file.
func (s *Service) ExportGroupItems(ctx context.Context, r *reportv1.ExportGroupItemsRequest) (*route.File, error) {
	t, err := parse(r.GetTenantId(), report.ErrNoTenant)
	if err != nil {
		return nil, err
	}
	c, err := parse(r.GetCustomerId(), report.ErrNoCustomer)
	if err != nil {
		return nil, err
	}
	return toFile(s.items.Export(ctx, report.ItemsQuery{TenantID: t, CustomerID: c, View: r.GetView()}, report.LangOf(r.GetLang())))
}

// ExportReport gives the report as a file.
func (s *Service) ExportReport(ctx context.Context, r *reportv1.ExportReportRequest) (*route.File, error) {
	in, err := ownRequest(r)
	if err != nil {
		return nil, err
	}
	return toFile(s.exports.Report(ctx, in, report.Format(r.GetFormat()), report.LangOf(r.GetLang())))
}

// ExportItems gives open items as a file: all, a salesperson's, a customer's or a
// segment's.
func (s *Service) ExportItems(ctx context.Context, r *reportv1.ExportItemsRequest) (*route.File, error) {
	var in report.Request
	var err error
	if in.Segment, err = segment.ParseID(r.GetSegmentId()); err != nil {
		return nil, err
	}
	if in.SalespersonID, err = person(r.GetSalespersonId()); err != nil {
		return nil, err
	}
	if in.CustomerID, err = parse(r.GetCustomerId(), report.ErrNoCustomer); err != nil {
		return nil, err
	}
	return toFile(s.exports.Items(ctx, in, report.LangOf(r.GetLang())))
}

// ExportGroupReport gives HQ's report as a file.
func (s *Service) ExportGroupReport(ctx context.Context, r *reportv1.ExportGroupReportRequest) (*route.File, error) {
	in, err := groupRequest(r)
	if err != nil {
		return nil, err
	}
	return toFile(s.files.Report(ctx, in, report.Format(r.GetFormat()), report.LangOf(r.GetLang())))
}

func toFile(f report.File, err error) (*route.File, error) {
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}

// asked is what both reports are asked by.
type asked interface {
	GetSalespersonId() string
	GetCustomerId() string
	GetPeriod() string
	GetMonth() string
	GetOrderBy() string
}

// askedOfGroup is what HQ's are asked by besides.
type askedOfGroup interface {
	asked
	GetTenantId() string
	GetCurrency() string
}

func groupRequest(r askedOfGroup) (report.Request, error) {
	in, err := request(r)
	if err != nil {
		return in, err
	}
	if in.TenantID, err = parse(r.GetTenantId(), report.ErrNoTenant); err != nil {
		return in, err
	}
	in.Currency = r.GetCurrency()
	if in.TenantID == uuid.Nil && (in.SalespersonID != nil || in.CustomerID != uuid.Nil) {
		var c fault.Checks
		c.Add("tenant_id", "REQUIRED", "name the subsidiary of the salesperson or customer")
		return in, c.Err()
	}
	return in, nil
}

// ownRequest is what a subsidiary's report is asked by: HQ knows no segments.
func ownRequest(r interface {
	asked
	GetSegmentId() string
}) (report.Request, error) {
	in, err := request(r)
	if err != nil {
		return in, err
	}
	in.Segment, err = segment.ParseID(r.GetSegmentId())
	return in, err
}

func request(r asked) (in report.Request, err error) {
	in = report.Request{Kind: report.PeriodKind(r.GetPeriod()), Order: report.ChildOrder(r.GetOrderBy())}
	if in.SalespersonID, err = person(r.GetSalespersonId()); err != nil {
		return in, err
	}
	if in.CustomerID, err = parse(r.GetCustomerId(), report.ErrNoCustomer); err != nil {
		return in, err
	}
	if r.GetMonth() != "" {
		in.Month, err = date("month", r.GetMonth()+"-01")
	}
	return in, err
}

func parse(s string, absent error) (uuid.UUID, error) {
	if s == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, absent
	}
	return id, nil
}

// nobody stands for customers without a salesperson.
const nobody = "none"

func person(s string) (*uuid.UUID, error) {
	if s == nobody {
		return &uuid.UUID{}, nil
	}
	id, err := parse(s, report.ErrNoPerson)
	if err != nil || id == uuid.Nil {
		return nil, err
	}
	return &id, nil
}

func date(field, s string) (calendar.Date, error) {
	if s == "" {
		return 0, nil
	}
	d, err := calendar.Parse(s)
	if err != nil {
		var c fault.Checks
		c.Add(field, "BAD_FORM", err.Error())
		return 0, c.Err()
	}
	return d, nil
}
