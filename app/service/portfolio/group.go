package portfolio

import (
	"context"

	"github.com/google/uuid"

	portfoliov1 "zhuxin/app/api/portfolio/v1"
	"zhuxin/app/api/route"
	"zhuxin/shared/quality"
	"zhuxin/shared/report"
)

// GetGroupPortfolio gives HQ the group or a subsidiary.
func (s *Service) GetGroupPortfolio(ctx context.Context, r *portfoliov1.GetGroupPortfolioRequest) (*portfoliov1.GroupPortfolio, error) {
	q, err := groupQuery(r)
	if err != nil {
		return nil, err
	}
	v, err := s.group.View(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &portfoliov1.GroupPortfolio{Name: v.Name, Currency: v.Currency, Currencies: v.Currencies, Sum: toQuality(v.Sum)}
	for _, p := range v.Parts {
		out.Parts = append(out.Parts, &portfoliov1.QualityPart{TenantId: p.ID.String(), Name: p.Name, Figures: toQuality(p.Figures)})
	}
	for _, l := range v.Late {
		out.Late = append(out.Late, &portfoliov1.LateQuality{TenantId: l.ID.String(), Name: l.Name, AsOf: l.AsOf.String()})
	}
	return out, nil
}

// ExportGroupPortfolio gives the same as a file.
func (s *Service) ExportGroupPortfolio(ctx context.Context, r *portfoliov1.ExportGroupPortfolioRequest) (*route.File, error) {
	q, err := groupQuery(r)
	if err != nil {
		return nil, err
	}
	lang := report.ZH
	if r.GetLang() == string(report.EN) {
		lang = report.EN
	}
	f, err := s.group.Export(ctx, q, report.Format(r.GetFormat()), lang)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}

func groupQuery(r interface {
	GetTenantId() string
	GetCurrency() string
}) (q quality.Query, err error) {
	q.Currency = r.GetCurrency()
	if r.GetTenantId() == "" {
		return q, nil
	}
	if q.TenantID, err = uuid.Parse(r.GetTenantId()); err != nil || q.TenantID == uuid.Nil {
		return q, report.ErrNoTenant
	}
	return q, nil
}

func toQuality(f quality.Figures) *portfoliov1.QualityFigures {
	provision, base := f.Provision()
	out := &portfoliov1.QualityFigures{AsOf: f.AsOf.String(), Customers: f.Customers(), Open: f.Open(), Bad: f.Bad(), BadShare: int32(quality.Share(f.Bad(), f.Open())),
		Provision: provision, Base: base, ProvisionRate: int32(quality.Share(provision, base)), LateDays: int32(f.LateDays), Payments: f.Payments,
		Weeks: toCash(f.Weeks), Months: toCash(f.Months)}
	for i, c := range f.Categories {
		out.Categories = append(out.Categories, &portfoliov1.CategoryGroup{Category: quality.Categories[i], Customers: c.Customers, Open: c.Open, Overdue: c.Overdue, Overridden: c.Overridden})
	}
	for i, b := range f.Buckets {
		out.Buckets = append(out.Buckets, &portfoliov1.QualityBucket{Label: quality.Buckets[i], Items: b.Items, Open: b.Open, Base: b.Base, Rate: int32(b.Rate), Provision: b.Provision, Basis: b.Basis})
	}
	return out
}

func toCash(c quality.Cash) *portfoliov1.QualityCash {
	out := &portfoliov1.QualityCash{LaterPromised: c.LaterPromised, LaterHabit: c.LaterHabit, Behind: c.Behind, Credit: c.Credit, Open: c.Open, Within: c.Within()}
	for _, s := range c.Spans {
		out.Spans = append(out.Spans, &portfoliov1.QualitySpan{First: s.First.String(), Last: s.Last.String(), Promised: s.Promised, Habit: s.Habit})
	}
	return out
}
