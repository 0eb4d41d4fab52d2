package limit

import (
	"context"

	"github.com/google/uuid"

	limitv1 "zhuxin/app/api/limit/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/agenda"
	"zhuxin/shared/report"
)

// ListReviewCalendar gives a page of the calendar.
func (s *Service) ListReviewCalendar(ctx context.Context, r *limitv1.ListReviewCalendarRequest) (*limitv1.ListReviewCalendarReply, error) {
	p, err := s.agenda.List(ctx, agenda.Input{From: r.GetFrom(), Months: r.GetMonths(), Kind: agenda.Kind(r.GetKind()), Mine: r.GetMine(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &limitv1.ListReviewCalendarReply{Total: p.Total, More: p.More, From: p.From.String(), To: p.To.String()}
	for _, c := range p.Counts {
		out.Counts = append(out.Counts, &limitv1.CalendarCount{Month: c.Month.String()[:7], Kind: string(c.Kind), Count: c.N})
	}
	for _, e := range p.Entries {
		entry := &limitv1.CalendarEntry{Kind: string(e.Kind), Id: e.ID.String(), On: e.On.String(), CustomerId: e.CustomerID.String(), CustomerNumber: e.CustomerNumber,
			CustomerName: e.CustomerName, ProjectName: e.ProjectName, Salesperson: e.Salesperson, Parts: e.Parts}
		if e.ProjectID != uuid.Nil {
			entry.ProjectId = e.ProjectID.String()
		}
		if e.Amount != nil {
			fen := int64(*e.Amount)
			entry.Amount = &fen
		}
		out.Entries = append(out.Entries, entry)
	}
	return out, nil
}

// ExportReviewCalendar gives it as a file.
func (s *Service) ExportReviewCalendar(ctx context.Context, r *limitv1.ExportReviewCalendarRequest) (*route.File, error) {
	f, err := s.agenda.Export(ctx, agenda.Input{From: r.GetFrom(), Months: r.GetMonths(), Kind: agenda.Kind(r.GetKind()), Mine: r.GetMine()}, report.LangOf(r.GetLang()))
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}
