package hq

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	"zhuxin/app/service/gradescale"
	"zhuxin/app/service/page"
	"zhuxin/shared/fault"
	"zhuxin/shared/history"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/rollup"
)

// Overview is the part about the group's figures and one company across the
// subsidiaries.
type Overview struct {
	rollups *rollup.Reader
	history *history.Service
	list    *negativelist.Service
}

// NewOverview makes the part.
func NewOverview(r *rollup.Reader, h *history.Service, l *negativelist.Service) *Overview {
	return &Overview{rollups: r, history: h, list: l}
}

// GetGroupOverview gives the totals and the subsidiaries ranked.
func (s *Overview) GetGroupOverview(ctx context.Context, _ *hqv1.GetGroupOverviewRequest) (*hqv1.GroupOverview, error) {
	o, err := s.rollups.Overview(ctx)
	if err != nil {
		return nil, err
	}
	out := &hqv1.GroupOverview{NegativeEntries: o.Negative, ApplicationsWaiting: o.Applications}
	for _, t := range o.Totals {
		out.Totals = append(out.Totals, &hqv1.GroupTotal{
			Aging: toAging(t.Figures), LimitAmount: t.Limit, Reserved: t.Reserved, Subsidiaries: t.Subsidiaries, Customers: t.Customers,
			CustomersOverdue: t.CustomersOverdue, CustomersOverLimit: t.CustomersOverLimit, Disputed: t.Disputed, DisputedOverdue: t.DisputedOverdue,
		})
		if at := timestamppb.New(t.ProjectedAt); out.ProjectedAt == nil || at.AsTime().Before(out.ProjectedAt.AsTime()) {
			out.ProjectedAt = at
		}
	}
	for _, x := range o.Subsidiaries {
		out.Subsidiaries = append(out.Subsidiaries, toSubsidiary(x))
	}
	return out, nil
}

// ListGroupSubsidiaries lists projected subsidiaries.
func (s *Overview) ListGroupSubsidiaries(ctx context.Context, r *hqv1.ListGroupSubsidiariesRequest) (*hqv1.ListGroupSubsidiariesReply, error) {
	q := rollup.SubsidiaryQuery{Currency: r.GetCurrency(), Text: r.GetQ(), OrderBy: rollup.Order(r.GetOrderBy())}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	rows, total, err := s.rollups.Subsidiaries(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListGroupSubsidiariesReply{Total: total}
	for _, x := range rows {
		out.Subsidiaries = append(out.Subsidiaries, toSubsidiary(x))
	}
	return out, nil
}

// GetGroupSubsidiary gives one subsidiary's sums.
func (s *Overview) GetGroupSubsidiary(ctx context.Context, r *hqv1.GetGroupSubsidiaryRequest) (*hqv1.SubsidiaryFigures, error) {
	id, err := uuid.Parse(r.GetTenantId())
	if err != nil {
		return nil, fault.NotFound("TENANT_NOT_FOUND", "there is no such subsidiary")
	}
	x, err := s.rollups.Subsidiary(ctx, id)
	if err != nil {
		return nil, err
	}
	return toSubsidiary(x), nil
}

func toSubsidiary(x rollup.Subsidiary) *hqv1.SubsidiaryFigures {
	return &hqv1.SubsidiaryFigures{
		TenantId: x.TenantID.String(), Slug: x.Slug, Name: x.Name, Aging: toAging(x.Figures), LimitAmount: x.Limit, Reserved: x.Reserved,
		Customers: x.Customers, CustomersOverdue: x.CustomersOverdue, CustomersOverLimit: x.CustomersOverLimit, Disputed: x.Disputed, DisputedOverdue: x.DisputedOverdue,
		ProjectedAt: timestamppb.New(x.ProjectedAt),
	}
}

// ListGroupCustomers lists projected customers.
func (s *Overview) ListGroupCustomers(ctx context.Context, r *hqv1.ListGroupCustomersRequest) (*hqv1.ListGroupCustomersReply, error) {
	q := rollup.Query{Text: r.GetQ(), OrderBy: rollup.Order(r.GetOrderBy())}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	if r.GetTenantId() != "" {
		id, err := uuid.Parse(r.GetTenantId())
		if err != nil {
			return nil, fault.NotFound("TENANT_NOT_FOUND", "there is no such subsidiary")
		}
		q.TenantID = id
	}
	rows, total, err := s.rollups.Customers(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListGroupCustomersReply{Total: total}
	for _, c := range rows {
		out.Customers = append(out.Customers, toRow(c))
	}
	return out, nil
}

// GetGroupCustomer gives one company across the subsidiaries.
func (s *Overview) GetGroupCustomer(ctx context.Context, r *hqv1.GetGroupCustomerRequest) (*hqv1.GroupCustomer, error) {
	rows, err := s.rollups.Company(ctx, r.GetUscc())
	if err != nil {
		return nil, err
	}
	h, err := s.history.OfCompany(ctx, rows[0].USCC)
	if err != nil {
		return nil, err
	}
	entries, _, err := s.list.BrowseGroup(ctx, negativelist.GroupAll, negativelist.Query{Codes: []string{rows[0].USCC}, Limit: page.Largest})
	if err != nil {
		return nil, err
	}
	out := &hqv1.GroupCustomer{Uscc: rows[0].USCC, Name: rows[0].Name}
	for _, c := range rows {
		out.Rows = append(out.Rows, toRow(c))
	}
	for _, x := range h.Ratings {
		g := &hqv1.GroupRating{SubsidiaryName: x.Subsidiary, Grade: x.Grade, TotalScore: x.TotalScore, EffectiveAt: timestamppb.New(x.EffectiveAt), Common: gradescale.Common(x.Common, x.Template, x.Weights)}
		if x.LapsedAt != nil {
			g.LapsedAt = timestamppb.New(*x.LapsedAt)
		}
		out.Ratings = append(out.Ratings, g)
	}
	for _, e := range entries {
		out.NegativeEntries = append(out.NegativeEntries, ToEntry(e))
	}
	return out, nil
}

func toRow(c rollup.Row) *hqv1.GroupCustomerRow {
	return &hqv1.GroupCustomerRow{
		TenantId: c.TenantID.String(), SubsidiaryName: c.SubsidiaryName, CustomerName: c.Name, Uscc: c.USCC, Grade: c.Grade,
		LimitKind: c.LimitKind, LimitAmount: c.Limit, Reserved: c.Reserved, Aging: toAging(c.Figures), OnNegativeList: c.OnNegativeList,
		ProjectedAt: timestamppb.New(c.ProjectedAt), Disputed: c.Disputed,
	}
}

func toAging(f rollup.Figures) *commonv1.Aging {
	return &commonv1.Aging{
		Currency: f.Currency, Receivable: f.Receivable, Overdue: f.Overdue, NotDue: f.NotDue,
		Months_0_6: f.Months0, Months_6_12: f.Months6, Months_12_24: f.Months12, Months_24: f.Months24,
		Days_1_30: f.Days1, Days_31_60: f.Days31, Days_61_90: f.Days61, Days_91: f.Days91, AsOf: f.AsOf.String(),
	}
}
