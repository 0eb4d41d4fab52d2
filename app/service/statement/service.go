// Package statement answers a subsidiary's routes about statements of account.
package statement

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"zhuxin/app/api/route"
	statementv1 "zhuxin/app/api/statement/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/statement"
	"zhuxin/shared/calendar"
)

// Service implements StatementServiceHTTPServer.
type Service struct{ biz *statement.Service }

var _ statementv1.StatementServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *statement.Service) *Service { return &Service{s} }

// parsed gives the id of a text, or the fault that says there is no such thing.
func parsed(text string, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, missing
	}
	return id, nil
}

// ListStatements gives a page of statements.
func (s *Service) ListStatements(ctx context.Context, r *statementv1.ListStatementsRequest) (*statementv1.ListStatementsReply, error) {
	in := statement.ListInput{View: r.GetView(), Text: r.GetQ(), Evidence: r.GetEvidence(), Month: r.GetMonth(), Page: r.GetPage(), Size: r.GetPageSize()}
	if r.GetCustomerId() != "" {
		id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
		if err != nil {
			return nil, err
		}
		in.CustomerID = id
	}
	p, today, err := s.biz.List(ctx, in)
	if err != nil {
		return nil, err
	}
	n := p.Counts
	return &statementv1.ListStatementsReply{Statements: toStatements(p.Statements), Total: p.Total, AmountSum: int64(p.Sum), Today: date(today),
		Counts: &statementv1.StatementCounts{Open: n.Open, Late: n.Late, Escalated: n.Escalated, Hindered: n.Hindered, Submitted: n.Submitted, Reconciled: n.Reconciled, Cancelled: n.Cancelled}}, nil
}

// GetStatement gives one.
func (s *Service) GetStatement(ctx context.Context, r *statementv1.GetStatementRequest) (*statementv1.StatementDetail, error) {
	return after(r.GetId(), func(id uuid.UUID) (statement.Detail, error) { return s.biz.Get(ctx, id) })
}

// ListPeriods gives a customer's months.
func (s *Service) ListPeriods(ctx context.Context, r *statementv1.ListPeriodsRequest) (*statementv1.ListPeriodsReply, error) {
	id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return toPeriods(s.biz.Periods(ctx, id))
}

// SetStatementDay sets the last day of a customer's statement months.
func (s *Service) SetStatementDay(ctx context.Context, r *statementv1.SetStatementDayRequest) (*statementv1.ListPeriodsReply, error) {
	id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var day *int
	if r.StatementDay != nil {
		day = new(int(*r.StatementDay))
	}
	return toPeriods(s.biz.SetDay(ctx, id, day))
}

func toPeriods(ps statement.Periods, err error) (*statementv1.ListPeriodsReply, error) {
	if err != nil {
		return nil, err
	}
	out := &statementv1.ListPeriodsReply{DefaultDay: int32(ps.Default)}
	if ps.Day != nil {
		out.StatementDay = new(int32(*ps.Day))
	}
	for _, p := range ps.List {
		out.Periods = append(out.Periods, &statementv1.StatementPeriod{Month: date(p.Month), Tickets: int32(p.Tickets), Volume: p.Volume, Amount: int64(p.Amount),
			FreeTickets: int32(p.Free), FreeAmount: int64(p.FreeAmount), ReconciledAmount: int64(p.Reconciled)})
	}
	return out, nil
}

// MakeStatements makes those of a period.
func (s *Service) MakeStatements(ctx context.Context, r *statementv1.MakeStatementsRequest) (*statementv1.MakeStatementsReply, error) {
	id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	made, err := s.biz.Make(ctx, id, r.GetPeriodFrom(), r.GetPeriodTo())
	if err != nil {
		return nil, err
	}
	return &statementv1.MakeStatementsReply{Statements: toStatements(made)}, nil
}

// PreviewStatements shows what making would do.
func (s *Service) PreviewStatements(ctx context.Context, r *statementv1.PreviewStatementsRequest) (*statementv1.PreviewStatementsReply, error) {
	var id uuid.UUID
	if r.GetCustomerId() != "" {
		var err error
		if id, err = parsed(r.GetCustomerId(), customer.ErrNotFound); err != nil {
			return nil, err
		}
	}
	d, err := s.biz.Preview(ctx, id, r.GetPeriodFrom(), r.GetPeriodTo())
	if err != nil {
		return nil, err
	}
	out := &statementv1.PreviewStatementsReply{Total: d.Total, Tickets: d.Tickets, Volume: d.Volume, Amount: int64(d.Amount)}
	for _, x := range d.Rows {
		out.Drafts = append(out.Drafts, &statementv1.StatementDraft{CustomerId: x.CustomerID.String(), CustomerNumber: x.CustomerNumber, CustomerName: x.CustomerName, ContractNo: x.ContractNo,
			Tickets: int32(x.Tickets), Joining: int32(x.Joining), Volume: x.Volume, Amount: int64(x.Amount)})
	}
	return out, nil
}

// MakeAllStatements makes those of a period for all.
func (s *Service) MakeAllStatements(ctx context.Context, r *statementv1.MakeAllStatementsRequest) (*statementv1.MakeAllStatementsReply, error) {
	made, err := s.biz.MakeAll(ctx, r.GetPeriodFrom(), r.GetPeriodTo())
	if err != nil {
		return nil, err
	}
	return &statementv1.MakeAllStatementsReply{Made: int32(made.Count), Amount: int64(made.Amount)}, nil
}

// PrintStatement gives the paper.
func (s *Service) PrintStatement(ctx context.Context, r *statementv1.PrintStatementRequest) (*route.File, error) {
	id, err := parsed(r.GetId(), statement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	file, name, err := s.biz.Print(ctx, id)
	if err != nil {
		return nil, err
	}
	return &route.File{Name: name, ContentType: "application/pdf", Size: int64(len(file)), Body: io.NopCloser(bytes.NewReader(file))}, nil
}

// SubmitStatement hands a signed one to finance.
func (s *Service) SubmitStatement(ctx context.Context, r *statementv1.SubmitStatementRequest) (*statementv1.StatementDetail, error) {
	document, err := parsed(r.GetDocumentId(), statement.ErrEvidence)
	if err != nil {
		return nil, err
	}
	return after(r.GetId(), func(id uuid.UUID) (statement.Detail, error) {
		return s.biz.Submit(ctx, statement.SubmitInput{ID: id, DocumentID: document, Evidence: statement.Evidence(r.GetEvidence()), Version: r.GetVersion()})
	})
}

// ReviewStatement accepts or refuses one.
func (s *Service) ReviewStatement(ctx context.Context, r *statementv1.ReviewStatementRequest) (*statementv1.StatementDetail, error) {
	return after(r.GetId(), func(id uuid.UUID) (statement.Detail, error) {
		return s.biz.Review(ctx, id, r.GetAccept(), r.GetComment(), r.GetVersion())
	})
}

// HinderStatement says why one cannot be signed in time.
func (s *Service) HinderStatement(ctx context.Context, r *statementv1.HinderStatementRequest) (*statementv1.StatementDetail, error) {
	return after(r.GetId(), func(id uuid.UUID) (statement.Detail, error) {
		return s.biz.Hinder(ctx, id, r.GetReason(), r.GetUntil(), r.GetVersion())
	})
}

// CancelStatement gives one up.
func (s *Service) CancelStatement(ctx context.Context, r *statementv1.CancelStatementRequest) (*statementv1.StatementDetail, error) {
	return after(r.GetId(), func(id uuid.UUID) (statement.Detail, error) {
		return s.biz.Cancel(ctx, id, r.GetReason(), r.GetVersion())
	})
}

// PutStatementInvoices says which receivables came of one.
func (s *Service) PutStatementInvoices(ctx context.Context, r *statementv1.PutStatementInvoicesRequest) (*statementv1.StatementDetail, error) {
	var receivables []uuid.UUID
	for _, text := range r.GetReceivableIds() {
		id, err := parsed(text, statement.ErrInvoice)
		if err != nil {
			return nil, err
		}
		receivables = append(receivables, id)
	}
	return after(r.GetId(), func(id uuid.UUID) (statement.Detail, error) {
		return s.biz.PutInvoices(ctx, id, receivables, r.GetVersion())
	})
}

// after does something with a statement and gives it as it is then.
func after(text string, do func(uuid.UUID) (statement.Detail, error)) (*statementv1.StatementDetail, error) {
	id, err := parsed(text, statement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	d, err := do(id)
	if err != nil {
		return nil, err
	}
	out := &statementv1.StatementDetail{Statement: toStatement(d.Statement), Today: date(d.Today)}
	for _, t := range d.Lines {
		out.Tickets = append(out.Tickets, &statementv1.StatementTicket{Id: t.ID.String(), Number: t.Number, OrderNo: t.OrderNo, DeliveredOn: date(t.DeliveredOn), Volume: t.Volume, Amount: int64(t.Amount)})
	}
	for _, i := range d.Invoices {
		out.Invoices = append(out.Invoices, &statementv1.StatementInvoice{Id: i.ID.String(), DocumentNo: i.DocumentNo, InvoiceDate: date(i.InvoiceDate), Amount: int64(i.Amount), Linked: i.Linked})
	}
	for _, h := range d.History {
		out.History = append(out.History, &statementv1.StatementStep{At: timestamppb.New(h.At), Action: strings.TrimPrefix(h.Action, "statement."), Actor: h.Actor, Amount: h.Amount, Comment: h.Comment})
	}
	return out, nil
}

func date(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func toStatements(all []statement.Statement) (out []*statementv1.Statement) {
	for _, s := range all {
		out = append(out, toStatement(s))
	}
	return out
}

func toStatement(s statement.Statement) *statementv1.Statement {
	out := &statementv1.Statement{Id: s.ID.String(), Number: s.Number, CustomerId: s.CustomerID.String(), CustomerNumber: s.CustomerNumber, CustomerName: s.CustomerName,
		SalespersonName: s.Salesperson, ContractNo: s.ContractNo, PeriodFrom: date(s.From), PeriodTo: date(s.To), Volume: s.Volume, Amount: int64(s.Amount), InvoicedAmount: int64(s.Invoiced),
		Tickets: int32(s.Tickets), TicketsAmount: int64(s.TicketsAmount), Status: string(s.Status), Evidence: string(s.Evidence), Deadline: date(s.Deadline), RemindedOn: date(s.RemindedOn),
		EscalatedOn: date(s.EscalatedOn), Obstacle: s.Obstacle, ObstacleUntil: date(s.ObstacleUntil), SubmittedBy: s.SubmittedBy, SubmittedAt: stamp(s.SubmittedAt),
		ReviewedBy: s.ReviewedBy, ReviewedAt: stamp(s.ReviewedAt), ReviewComment: s.ReviewComment, Version: s.Version}
	if s.DocumentID != nil {
		out.DocumentId = s.DocumentID.String()
	}
	return out
}
