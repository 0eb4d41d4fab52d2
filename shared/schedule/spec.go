package schedule

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/quality"
	"zhuxin/shared/report"
)

// CheckFigures adds the faults of the filters of a report of figures.
func (s Spec) CheckFigures(c *fault.Checks) {
	c.Require(s.Period == "" || slices.Contains(report.Kinds, report.PeriodKind(s.Period)), "period", "UNKNOWN", "one of month, quarter, year")
	if s.OrderBy != "" {
		report.CheckOrder(c, report.ChildOrder(s.OrderBy))
	}
}

// Request gives what is asked for on a day: the running period, or the one before it.
func (s Spec) Request(today calendar.Date) report.Request {
	r := report.Request{TenantID: s.TenantID, CustomerID: s.CustomerID, Currency: s.Currency, Kind: report.PeriodKind(s.Period), Order: report.ChildOrder(s.OrderBy)}
	if s.SalespersonID != uuid.Nil {
		r.SalespersonID = &s.SalespersonID
	}
	r.Segment = s.Segment()
	if r.Kind == "" {
		r.Kind = report.PeriodMonth
	}
	if s.Which == Previous {
		r.Month = r.Kind.Before(today)
	}
	return r
}

// Segment is the one that the report is narrowed to; nil for everybody.
func (s Spec) Segment() *uuid.UUID {
	if s.SegmentID == uuid.Nil {
		return nil
	}
	return &s.SegmentID
}

// HQ's reports, of the group or of a subsidiary: figures, and quality.
const (
	GroupFigures = "group"
	GroupQuality = "quality"
)

// Group makes HQ's reports for a Service.
type Group struct {
	Figures interface {
		Report(ctx context.Context, r report.Request, f report.Format, l report.Lang) (report.File, error)
		// Named says whether what a request names is there.
		Named(ctx context.Context, r report.Request) error
	}
	Quality interface {
		Export(ctx context.Context, q quality.Query, f report.Format, l report.Lang) (report.File, error)
	}
	Today func() calendar.Date // of HQ
}

var _ Reports = Group{}

// Kinds implements Reports.
func (Group) Kinds() []Kind {
	both := []report.Format{report.XLSX, report.PDF}
	return []Kind{{Name: GroupFigures, ZH: "集团经营报表", EN: "Group report", Permission: access.HQOverviewRead, Formats: both},
		{Name: GroupQuality, ZH: "集团应收质量", EN: "Quality of the group's receivables", Permission: access.HQOverviewRead, Formats: both}}
}

// Check implements Reports.
func (g Group) Check(ctx context.Context, s Spec) error {
	var c fault.Checks
	c.Require(s.TenantID != uuid.Nil || s.SalespersonID == uuid.Nil && s.CustomerID == uuid.Nil, "tenant_id", "REQUIRED", "name the subsidiary of the salesperson or customer")
	c.Require(s.Report != GroupQuality || s.SalespersonID == uuid.Nil && s.CustomerID == uuid.Nil && s.Period == "" && s.Which == "" && s.OrderBy == "", "report", "NOT_TAKEN", "this report takes no such filter")
	c.Require(s.SegmentID == uuid.Nil, "segment_id", "NOT_TAKEN", "segments are a subsidiary's own")
	c.Require(s.Step == "" && s.Scheme == "" && s.Bounds == "", "step", "NOT_TAKEN", "this report takes no such filter")
	s.CheckFigures(&c)
	if err := c.Err(); err != nil {
		return err
	}
	return g.Figures.Named(ctx, s.Request(g.Today()))
}

// Make implements Reports.
func (g Group) Make(ctx context.Context, s Spec, f report.Format, l report.Lang) (report.File, error) {
	if s.Report == GroupQuality {
		return g.Quality.Export(ctx, quality.Query{TenantID: s.TenantID, Currency: s.Currency}, f, l)
	}
	return g.Figures.Report(ctx, s.Request(g.Today()), f, l)
}
