// Package workbench answers the routes of a person's workbench.
package workbench

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	workbenchv1 "zhuxin/app/api/workbench/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/draft"
	"zhuxin/biz/todo"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// Service implements workbenchv1.WorkbenchServiceHTTPServer.
type Service struct {
	todos     *todo.Service
	customers *customer.Service
	drafts    *draft.Service
	clock     calendar.Clock
}

var _ workbenchv1.WorkbenchServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(todos *todo.Service, customers *customer.Service, drafts *draft.Service, clock calendar.Clock) *Service {
	return &Service{todos: todos, customers: customers, drafts: drafts, clock: clock}
}

// GetDraft gives the caller's draft of a form.
func (s *Service) GetDraft(ctx context.Context, r *workbenchv1.GetDraftRequest) (*workbenchv1.FormDraft, error) {
	return toDraft(s.drafts.Get(ctx, r.GetForm()))
}

// SaveDraft keeps the caller's draft of a form.
func (s *Service) SaveDraft(ctx context.Context, r *workbenchv1.SaveDraftRequest) (*workbenchv1.FormDraft, error) {
	return toDraft(s.drafts.Save(ctx, r.GetForm(), r.GetContent()))
}

// DiscardDraft forgets the caller's draft of a form.
func (s *Service) DiscardDraft(ctx context.Context, r *workbenchv1.GetDraftRequest) (*commonv1.EmptyReply, error) {
	return &commonv1.EmptyReply{}, s.drafts.Discard(ctx, r.GetForm())
}

func toDraft(d draft.Draft, err error) (*workbenchv1.FormDraft, error) {
	if err != nil {
		return nil, err
	}
	return &workbenchv1.FormDraft{Form: d.Form, Content: d.Content, UpdatedAt: timestamppb.New(d.UpdatedAt)}, nil
}

// ListTodos gives a part of the caller's to-dos.
func (s *Service) ListTodos(ctx context.Context, r *workbenchv1.ListTodosRequest) (*workbenchv1.ListTodosReply, error) {
	l, err := s.todos.List(ctx, todo.ListInput{Class: todo.Class(r.GetClass()), Kind: todo.Kind(r.GetKind()), Order: todo.Order(r.GetOrder()),
		Cursor: r.GetCursor(), PageSize: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, err
	}
	out := &workbenchv1.ListTodosReply{NextCursor: l.Next}
	for _, i := range l.Items {
		out.Items = append(out.Items, toTodo(i, today))
	}
	for _, c := range l.Counts {
		out.Counts = append(out.Counts, &workbenchv1.TodoCount{Kind: string(c.Kind), Class: string(c.Class), Total: c.Total, Overdue: c.Overdue, More: c.More})
	}
	return out, nil
}

// ListMyCustomers gives a part of the caller's customers as cards.
func (s *Service) ListMyCustomers(ctx context.Context, r *workbenchv1.ListMyCustomersRequest) (*workbenchv1.ListMyCustomersReply, error) {
	cards, next, err := s.customers.MyCustomers(ctx, r.GetCursor(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &workbenchv1.ListMyCustomersReply{NextCursor: next}
	for _, c := range cards {
		out.Customers = append(out.Customers, &workbenchv1.CustomerCard{Id: c.ID.String(), Number: c.Number, Name: c.Name, Grade: c.Grade, TaxNo: c.TaxNo,
			Warnings: c.Warnings, Worst: c.Worst})
	}
	return out, nil
}

// ListMyProjects gives a part of the caller's projects as cards.
func (s *Service) ListMyProjects(ctx context.Context, r *workbenchv1.ListMyProjectsRequest) (*workbenchv1.ListMyProjectsReply, error) {
	cards, next, err := s.customers.MyProjects(ctx, r.GetCursor(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &workbenchv1.ListMyProjectsReply{NextCursor: next}
	for _, c := range cards {
		card := &workbenchv1.ProjectCard{Id: c.ID.String(), Number: c.Number, Name: c.Name, Warning: string(c.Warning), ContractNo: c.ContractNo,
			CustomerId: c.CustomerID.String(), CustomerName: c.CustomerName, ContractedVolume: int64(c.ContractedVolume)}
		if p := c.Salesperson; p != nil {
			card.Salesperson = &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
		}
		out.Projects = append(out.Projects, card)
	}
	return out, nil
}

func toTodo(i todo.Item, today calendar.Date) *workbenchv1.Todo {
	out := &workbenchv1.Todo{Kind: string(i.Kind), Class: string(i.Class), Id: i.ID.String(), Parts: i.Parts, CreatedAt: timestamppb.New(i.Created),
		DueOn: i.Due.String(), Overdue: !i.Due.IsZero() && i.Due < today, Personal: i.For.Permission == "",
		Link: &workbenchv1.TodoLink{Route: i.Link.Route, Params: i.Link.Params, Query: i.Link.Query}}
	if c := i.Customer; c != nil {
		out.CustomerId, out.CustomerNumber, out.CustomerName = c.ID.String(), c.Number, c.Name
	}
	if i.Amount != nil {
		a := int64(*i.Amount)
		out.Amount = &a
	}
	return out
}
