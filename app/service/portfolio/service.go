// Package portfolio answers the routes about the quality of a subsidiary's portfolio.
package portfolio

import (
	"context"
	"strings"

	"github.com/google/uuid"

	portfoliov1 "zhuxin/app/api/portfolio/v1"
	"zhuxin/app/api/route"
	biz "zhuxin/biz/portfolio"
	"zhuxin/biz/segment"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/quality"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Service implements PortfolioServiceHTTPServer.
type Service struct {
	biz   *biz.Service
	group *quality.Group
}

var _ portfoliov1.PortfolioServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *biz.Service, g *quality.Group) *Service { return &Service{s, g} }

// asked is what pages of customers are asked by.
type asked interface {
	GetQ() string
	GetPage() int32
	GetPageSize() int32
}

// page picks those that are meant and cuts them; the totals of a report are of all.
func page[T any](r asked, all []T, meant func(x T, q string) bool) (part []T, total int64, err error) {
	var c fault.Checks
	w := paging.Of(&c, r.GetPage(), r.GetPageSize())
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	q := strings.TrimSpace(r.GetQ())
	var found []T
	for _, x := range all {
		if meant(x, q) {
			found = append(found, x)
		}
	}
	return found[min(w.Offset, len(found)):min(w.Offset+w.Limit, len(found))], int64(len(found)), nil
}

func named(number, name, q string) bool {
	return q == "" || strings.Contains(name, q) || strings.HasPrefix(number, q)
}

func currency(ctx context.Context) (string, error) {
	t, err := tenant.From(ctx)
	return string(t.Currency), err
}

// GetClassification gives customers by category.
func (s *Service) GetClassification(ctx context.Context, r *portfoliov1.GetClassificationRequest) (*portfoliov1.Classification, error) {
	of, err := segment.ParseID(r.GetSegmentId())
	if err != nil {
		return nil, err
	}
	c, err := s.biz.Classification(ctx, of)
	if err != nil {
		return nil, err
	}
	money, err := currency(ctx)
	if err != nil {
		return nil, err
	}
	rows, total, err := page(r, c.Customers, func(x biz.Classified, q string) bool {
		return named(x.Number, x.Name, q) && (r.GetCategory() == "" || r.GetCategory() == string(x.Category))
	})
	if err != nil {
		return nil, err
	}
	out := &portfoliov1.Classification{Today: c.Today.String(), Currency: money, Total: total, Rule: toRule(c.Rule)}
	for _, g := range c.Groups {
		out.Groups = append(out.Groups, &portfoliov1.CategoryGroup{Category: string(g.Category), Customers: g.Customers, Open: int64(g.Open), Overdue: int64(g.Overdue), Overridden: g.Overridden})
	}
	for _, x := range rows {
		out.Customers = append(out.Customers, toClassified(x, x.Overridden(c.Today)))
	}
	return out, nil
}

// SetCategory gives a category by hand, or takes it back.
func (s *Service) SetCategory(ctx context.Context, r *portfoliov1.SetCategoryRequest) (*portfoliov1.ClassifiedCustomer, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil || id == uuid.Nil {
		return nil, biz.ErrNotFound
	}
	x, err := s.biz.Override(ctx, biz.OverrideInput{CustomerID: id, Category: biz.Category(r.GetCategory()), Reason: r.GetReason(), Until: r.GetUntil()})
	if err != nil {
		return nil, err
	}
	return toClassified(x, r.GetCategory() != ""), nil
}

// GetExpectedLoss gives the provision matrix.
func (s *Service) GetExpectedLoss(ctx context.Context, r *portfoliov1.GetExpectedLossRequest) (*portfoliov1.ExpectedLoss, error) {
	of, err := segment.ParseID(r.GetSegmentId())
	if err != nil {
		return nil, err
	}
	l, err := s.biz.ExpectedLoss(ctx, of)
	if err != nil {
		return nil, err
	}
	money, err := currency(ctx)
	if err != nil {
		return nil, err
	}
	rows, total, err := page(r, l.Customers, func(x biz.CustomerLoss, q string) bool { return named(x.Number, x.Name, q) })
	if err != nil {
		return nil, err
	}
	out := &portfoliov1.ExpectedLoss{Today: l.Today.String(), Currency: money, Open: l.Open, Base: l.Base, Provision: l.Provision, Total: total,
		First: l.First.String(), Last: l.Last.String(), Unknown: l.Unknown, Rule: toRule(l.Rule), Disputed: l.Disputed}
	for k, b := range l.Buckets {
		out.Buckets = append(out.Buckets, toBucket(k, b))
	}
	for _, x := range rows {
		out.Customers = append(out.Customers, &portfoliov1.CustomerLoss{CustomerId: x.CustomerID.String(), Number: x.Number, Name: x.Name, SalespersonName: x.Salesperson,
			Open: x.Open[:], Total: x.Total(), Provision: x.Provision, Disputed: x.Disputed})
	}
	return out, nil
}

// GetCashIn gives the forecast.
func (s *Service) GetCashIn(ctx context.Context, r *portfoliov1.GetCashInRequest) (*portfoliov1.CashIn, error) {
	of, err := segment.ParseID(r.GetSegmentId())
	if err != nil {
		return nil, err
	}
	f, err := s.biz.CashIn(ctx, biz.Step(r.GetStep()), of)
	if err != nil {
		return nil, err
	}
	money, err := currency(ctx)
	if err != nil {
		return nil, err
	}
	rows, total, err := page(r, f.Customers, func(x biz.DebtorCash, q string) bool { return named(x.Number, x.Name, q) })
	if err != nil {
		return nil, err
	}
	out := &portfoliov1.CashIn{Today: f.Today.String(), Currency: money, Step: string(f.Step), Sum: toExpected(f.Total), LateDays: int32(f.All.Days), Payments: f.All.Payments, Total: total, Disputed: f.Disputed}
	for _, x := range f.Spans {
		out.Spans = append(out.Spans, &portfoliov1.CashSpan{First: x.First.String(), Last: x.Last.String()})
	}
	for _, x := range rows {
		c := &portfoliov1.CustomerCash{CustomerId: x.CustomerID.String(), Number: x.Number, Name: x.Name, SalespersonName: x.Salesperson, LateDays: int32(x.Late.Days), Expected: toExpected(x.Expected), Disputed: x.Disputed}
		if x.Own {
			c.Payments = x.Late.Payments
		}
		out.Customers = append(out.Customers, c)
	}
	return out, nil
}

// GetPortfolioRule gives the rule in force.
func (s *Service) GetPortfolioRule(ctx context.Context, _ *portfoliov1.GetPortfolioRuleRequest) (*portfoliov1.PortfolioRule, error) {
	r, err := s.biz.Rule(ctx)
	if err != nil {
		return nil, err
	}
	return toRule(r), nil
}

// SetPortfolioRule puts a rule in force.
func (s *Service) SetPortfolioRule(ctx context.Context, in *portfoliov1.PortfolioRule) (*portfoliov1.PortfolioRule, error) {
	r, err := fromRule(in)
	if err != nil {
		return nil, err
	}
	if r, err = s.biz.SaveRule(ctx, r); err != nil {
		return nil, err
	}
	return toRule(r), nil
}

// ExportPortfolio gives a report as a file.
func (s *Service) ExportPortfolio(ctx context.Context, r *portfoliov1.ExportPortfolioRequest) (*route.File, error) {
	of, err := segment.ParseID(r.GetSegmentId())
	if err != nil {
		return nil, err
	}
	f, err := s.biz.Export(ctx, biz.ExportInput{Kind: biz.Kind(r.GetReport()), Step: biz.Step(r.GetStep()), Segment: of, Format: report.Format(r.GetFormat()), Lang: report.LangOf(r.GetLang())})
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}
