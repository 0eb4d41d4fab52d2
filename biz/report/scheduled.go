package report

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/portfolio"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/schedule"
	"zhuxin/shared/tenant"
)

// The reports of a subsidiary that can be sent at set times.
const (
	SendFigures = "figures"
	SendItems   = "items"
	SendAging   = "aging"
)

var both = []report.Format{report.XLSX, report.PDF}

var sendable = []schedule.Kind{
	{Name: SendFigures, ZH: "经营报表", EN: "Business report", Permission: access.OverviewRead, Formats: both},
	{Name: SendItems, ZH: "应收明细", EN: "Open items", Permission: access.ReceivableRead, Formats: []report.Format{report.XLSX}},
	{Name: SendAging, ZH: "账龄分析", EN: "Aging analysis", Permission: access.OverviewRead, Formats: both},
	{Name: string(portfolio.KindClassification), ZH: "应收五级分类", EN: "Five-category classification", Permission: access.OverviewRead, Formats: both},
	{Name: string(portfolio.KindExpectedLoss), ZH: "预期信用损失", EN: "Expected credit loss", Permission: access.OverviewRead, Formats: both},
	{Name: string(portfolio.KindCashIn), ZH: "回款预测", EN: "Cash-in forecast", Permission: access.OverviewRead, Formats: both},
}

// Portfolio writes the reports about the quality of what is owed.
type Portfolio interface {
	Export(ctx context.Context, in portfolio.ExportInput) (report.File, error)
}

// Scheduled makes a subsidiary's reports for shared/schedule.
type Scheduled struct {
	Exports   *Exports
	Portfolio Portfolio
	Clock     calendar.Clock
}

var _ schedule.Reports = Scheduled{}

// Kinds implements schedule.Reports.
func (Scheduled) Kinds() []schedule.Kind { return sendable }

// Check implements schedule.Reports.
func (x Scheduled) Check(ctx context.Context, s schedule.Spec) error {
	var c fault.Checks
	figures := s.Report == SendFigures
	c.Require(s.TenantID == uuid.Nil && s.Currency == "", "tenant_id", "NOT_TAKEN", "a subsidiary's report is its own")
	aging := s.Report == SendAging
	c.Require(aging || s.Scheme == "" && s.Bounds == "", "scheme", "NOT_TAKEN", "this report takes no such filter")
	if aging {
		AgingInput{Scheme: cmp.Or(Scheme(s.Scheme), SchemeMonths), Bounds: s.Bounds}.bounds(&c)
	}
	c.Require(figures || (aging || s.SalespersonID == uuid.Nil && s.CustomerID == uuid.Nil) && s.Period == "" && s.Which == "" && s.OrderBy == "", "report", "NOT_TAKEN", "this report takes no such filter")
	c.Require(s.Step == "" || s.Report == string(portfolio.KindCashIn) && slices.Contains(portfolio.Steps, portfolio.Step(s.Step)), "step", "UNKNOWN", "week or month, of the cash-in forecast")
	s.CheckFigures(&c)
	if err := c.Err(); err != nil || !figures && !aging && s.SegmentID == uuid.Nil {
		return err
	}
	return x.Exports.reports.named(ctx, s.Request(calendar.Of(x.Clock.Now(), calendar.Shanghai)))
}

// Make implements schedule.Reports.
func (x Scheduled) Make(ctx context.Context, s schedule.Spec, f report.Format, l report.Lang) (report.File, error) {
	switch s.Report {
	case SendFigures:
		today, err := tenant.Today(ctx, x.Clock)
		if err != nil {
			return report.File{}, err
		}
		return x.Exports.Report(ctx, s.Request(today), f, l)
	case SendItems:
		return x.Exports.Items(ctx, report.Request{Segment: s.Segment()}, l)
	case SendAging:
		in := AgingInput{Scheme: Scheme(s.Scheme), Bounds: s.Bounds, CustomerID: s.CustomerID, Segment: s.Segment()}
		if s.SalespersonID != uuid.Nil {
			in.SalespersonID = &s.SalespersonID
		}
		return x.Exports.Aging(ctx, in, f, l)
	}
	return x.Portfolio.Export(ctx, portfolio.ExportInput{Kind: portfolio.Kind(s.Report), Step: portfolio.Step(s.Step), Segment: s.Segment(), Format: f, Lang: l})
}
