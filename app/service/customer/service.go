// Package customer answers a subsidiary's routes about its customers, their
// projects and their papers.
package customer

import (
	"context"

	"github.com/google/uuid"

	customerv1 "zhuxin/app/api/customer/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/biz/segment"
)

// Service implements CustomerServiceHTTPServer.
type Service struct {
	customers *customer.Service
	changes   *customer.Changes
	documents *document.Service
}

var _ customerv1.CustomerServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(customers *customer.Service, changes *customer.Changes, documents *document.Service) *Service {
	return &Service{customers: customers, changes: changes, documents: documents}
}

// ListCustomers gives a page of the list.
func (s *Service) ListCustomers(ctx context.Context, r *customerv1.ListCustomersRequest) (*customerv1.ListCustomersReply, error) {
	only, err := segment.ParseID(r.GetSegmentId())
	if err != nil {
		return nil, err
	}
	p, err := s.customers.List(ctx, customer.ListInput{Segment: only, Text: r.GetQ(), View: customer.View(r.GetView()), OrderBy: r.GetOrderBy(),
		Page: r.GetPage(), PageSize: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &customerv1.ListCustomersReply{Total: p.Total, ViewCounts: map[string]int64{}}
	for v, n := range p.Counts {
		out.ViewCounts[string(v)] = n
	}
	for _, c := range p.Customers {
		out.Customers = append(out.Customers, toSummary(c))
	}
	return out, nil
}

// GetCustomer gives one customer with his standing.
func (s *Service) GetCustomer(ctx context.Context, r *customerv1.GetCustomerRequest) (*customerv1.Customer, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(ctx)(s.customers.Get(ctx, id))
}

// CreateCustomer makes a customer.
func (s *Service) CreateCustomer(ctx context.Context, r *customerv1.CreateCustomerRequest) (*customerv1.Customer, error) {
	return reply(ctx)(s.customers.Create(ctx, fromCreate(r)))
}

// UpdateCustomer changes what is sent.
func (s *Service) UpdateCustomer(ctx context.Context, r *customerv1.UpdateCustomerRequest) (*customerv1.Customer, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(ctx)(s.customers.Update(ctx, fromUpdate(id, r)))
}

// SetCustomerStatus ends business with a customer or takes it up again.
func (s *Service) SetCustomerStatus(ctx context.Context, r *customerv1.SetCustomerStatusRequest) (*customerv1.Customer, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(ctx)(s.customers.SetStatus(ctx, customer.StatusInput{ID: id, Status: customer.Status(r.GetStatus()), Reason: r.GetReason(), Version: r.GetVersion()}))
}

// GetCustomerPresets gives what the form of a new customer offers.
func (s *Service) GetCustomerPresets(ctx context.Context, _ *customerv1.GetCustomerPresetsRequest) (*customerv1.CustomerPresets, error) {
	p, err := s.customers.Presets(ctx)
	if err != nil {
		return nil, err
	}
	out := &customerv1.CustomerPresets{StandardTerm: days(p.Term)}
	for _, t := range p.Terms {
		out.StandardTerms = append(out.StandardTerms, int32(t))
	}
	return out, nil
}

func days(n *int) *int32 {
	if n == nil {
		return nil
	}
	d := int32(*n)
	return &d
}

// CheckIdentity looks at a name and a code while they are typed.
func (s *Service) CheckIdentity(ctx context.Context, r *customerv1.CheckIdentityRequest) (*customerv1.IdentityCheck, error) {
	c, err := s.customers.CheckIdentity(ctx, r.GetName(), r.GetUscc())
	if err != nil {
		return nil, err
	}
	return toIdentity(c), nil
}

// ListProjects gives the projects of a customer.
func (s *Service) ListProjects(ctx context.Context, r *customerv1.ListProjectsRequest) (*customerv1.ListProjectsReply, error) {
	id, err := parse(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	ps, err := s.customers.Projects(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &customerv1.ListProjectsReply{}
	for _, p := range ps {
		out.Projects = append(out.Projects, toProject(p))
	}
	return out, nil
}

// CreateProject makes a project.
func (s *Service) CreateProject(ctx context.Context, r *customerv1.CreateProjectRequest) (*customerv1.Project, error) {
	id, err := parse(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	p, err := s.customers.CreateProject(ctx, fromProject(id, r))
	if err != nil {
		return nil, err
	}
	return toProject(p), nil
}

// parse reads an id; one that cannot be is nobody's.
func parse(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, customer.ErrNotFound
	}
	return id, nil
}

// reply answers with a customer, in the language that was asked for.
func reply(ctx context.Context) func(customer.Detail, error) (*customerv1.Customer, error) {
	return func(d customer.Detail, err error) (*customerv1.Customer, error) {
		if err != nil {
			return nil, err
		}
		return toCustomer(ctx, d), nil
	}
}
