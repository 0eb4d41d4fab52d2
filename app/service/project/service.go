// Package project answers the routes of projects and project owners.
package project

import (
	"context"

	"github.com/google/uuid"

	commonv1 "zhuxin/app/api/common/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	projectv1 "zhuxin/app/api/project/v1"
	customerservice "zhuxin/app/service/customer"
	"zhuxin/biz/customer"
	"zhuxin/biz/project"
	"zhuxin/biz/timeline"
	"zhuxin/shared/fault"
)

// Service implements projectv1.ProjectServiceHTTPServer.
type Service struct{ projects *project.Service }

var _ projectv1.ProjectServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(projects *project.Service) *Service { return &Service{projects} }

// ListAllProjects gives a page of projects.
func (s *Service) ListAllProjects(ctx context.Context, r *projectv1.ListAllProjectsRequest) (*projectv1.ListAllProjectsReply, error) {
	p, err := s.projects.List(ctx, project.ListInput{Text: r.GetQ(), Status: r.GetStatus(), CustomerID: r.GetCustomerId(), OwnerID: r.GetOwnerId(),
		Page: r.GetPage(), PageSize: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &projectv1.ListAllProjectsReply{Total: p.Total}
	for _, row := range p.Projects {
		out.Projects = append(out.Projects, toRow(row))
	}
	return out, nil
}

// GetProject gives a profile.
func (s *Service) GetProject(ctx context.Context, r *projectv1.GetProjectRequest) (*projectv1.ProjectProfile, error) {
	id, err := parse(r.GetId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return profile(s.projects.Get(ctx, id))
}

// GetProjectTimeline gives a part of what happened to a project.
func (s *Service) GetProjectTimeline(ctx context.Context, r *customerv1.GetTimelineRequest) (*customerv1.GetTimelineReply, error) {
	return events(ctx, r, project.ErrNotFound, s.projects.Timeline)
}

// GetOwnerTimeline gives a part of what happened to an owner.
func (s *Service) GetOwnerTimeline(ctx context.Context, r *customerv1.GetTimelineRequest) (*customerv1.GetTimelineReply, error) {
	return events(ctx, r, project.ErrOwnerNotFound, s.projects.OwnerTimeline)
}

func events(ctx context.Context, r *customerv1.GetTimelineRequest, none *fault.Error, read func(context.Context, uuid.UUID, string, int32) ([]timeline.Event, string, error)) (*customerv1.GetTimelineReply, error) {
	id, err := parse(r.GetId(), none)
	if err != nil {
		return nil, err
	}
	found, next, err := read(ctx, id, r.GetCursor(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	return customerservice.Timeline(ctx, found, next), nil
}

// UpdateProject changes what is sent.
func (s *Service) UpdateProject(ctx context.Context, r *projectv1.UpdateProjectRequest) (*projectv1.ProjectProfile, error) {
	id, err := parse(r.GetId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return profile(s.projects.Update(ctx, project.UpdateInput{ID: id, Version: r.GetVersion(), Name: r.Name, Status: r.Status, Address: r.Address,
		ContractedVolume: r.ContractedVolume, OwnerID: r.OwnerId, SalespersonID: r.SalespersonId, CustomerID: r.CustomerId}))
}

// AddContract links a contract.
func (s *Service) AddContract(ctx context.Context, r *projectv1.AddContractRequest) (*projectv1.ProjectProfile, error) {
	id, err := parse(r.GetProjectId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	c := r.GetContract()
	return profile(s.projects.AddContract(ctx, id, customer.ContractInput{ERPContractNo: c.GetErpContractNo(), Volume: c.GetVolume(),
		UnitPrice: c.GetUnitPrice(), CreditTermDays: c.GetCreditTermDays(), SignedOn: c.GetSignedOn()}))
}

// AddContact adds a person at the site.
func (s *Service) AddContact(ctx context.Context, r *projectv1.AddContactRequest) (*projectv1.ProjectProfile, error) {
	id, err := parse(r.GetProjectId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return profile(s.projects.AddContact(ctx, project.ContactInput{ProjectID: id, Name: r.GetName(), Role: r.GetRole(), Phone: r.GetPhone()}))
}

// RemoveContact takes a person off the site.
func (s *Service) RemoveContact(ctx context.Context, r *projectv1.RemoveContactRequest) (*commonv1.EmptyReply, error) {
	of, err := parse(r.GetProjectId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	id, err := parse(r.GetId(), project.ErrContactNotFound)
	if err != nil {
		return nil, err
	}
	return &commonv1.EmptyReply{}, s.projects.RemoveContact(ctx, of, id)
}

// ListOwners gives a page of owners.
func (s *Service) ListOwners(ctx context.Context, r *projectv1.ListOwnersRequest) (*projectv1.ListOwnersReply, error) {
	p, err := s.projects.Owners(ctx, r.GetQ(), r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &projectv1.ListOwnersReply{Total: p.Total}
	for _, o := range p.Owners {
		out.Owners = append(out.Owners, toOwner(o))
	}
	return out, nil
}

// GetOwner gives an owner's profile.
func (s *Service) GetOwner(ctx context.Context, r *projectv1.GetOwnerRequest) (*projectv1.Owner, error) {
	id, err := parse(r.GetId(), project.ErrOwnerNotFound)
	if err != nil {
		return nil, err
	}
	return owner(s.projects.Owner(ctx, id))
}

// CreateOwner makes an owner.
func (s *Service) CreateOwner(ctx context.Context, r *projectv1.CreateOwnerRequest) (*projectv1.Owner, error) {
	in := project.OwnerInput{Name: &r.Name, USCC: &r.Uscc, LegalRepresentative: &r.LegalRepresentative, ContactName: &r.ContactName,
		ContactPhone: &r.ContactPhone, Address: &r.Address, Remark: &r.Remark}
	if r.GetKind() != "" {
		in.Kind = &r.Kind
	}
	return owner(s.projects.CreateOwner(ctx, in))
}

// UpdateOwner changes what is sent.
func (s *Service) UpdateOwner(ctx context.Context, r *projectv1.UpdateOwnerRequest) (*projectv1.Owner, error) {
	id, err := parse(r.GetId(), project.ErrOwnerNotFound)
	if err != nil {
		return nil, err
	}
	return owner(s.projects.UpdateOwner(ctx, project.OwnerInput{ID: id, Version: r.GetVersion(), Name: r.Name, USCC: r.Uscc, Kind: r.Kind,
		LegalRepresentative: r.LegalRepresentative, ContactName: r.ContactName, ContactPhone: r.ContactPhone, Address: r.Address, Remark: r.Remark}))
}

// parse reads an id; one that cannot be is nobody's.
func parse(s string, missing *fault.Error) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, missing
	}
	return id, nil
}

func profile(p project.Profile, err error) (*projectv1.ProjectProfile, error) {
	if err != nil {
		return nil, err
	}
	return toProfile(p), nil
}

func owner(p project.OwnerProfile, err error) (*projectv1.Owner, error) {
	if err != nil {
		return nil, err
	}
	return toOwnerProfile(p), nil
}

// SetCheckpoints says where a check binds for a project's orders.
func (s *Service) SetCheckpoints(ctx context.Context, r *projectv1.SetCheckpointsRequest) (*projectv1.ProjectProfile, error) {
	id, err := parse(r.GetId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	p, err := s.projects.SetCheckpoints(ctx, id, project.Checkpoints(r.GetCheckpoints()))
	if err != nil {
		return nil, err
	}
	return toProfile(p), nil
}

// RevealContact gives a contact's phone in plain.
func (s *Service) RevealContact(ctx context.Context, r *projectv1.RevealContactRequest) (*customerv1.RevealFieldReply, error) {
	of, err := parse(r.GetProjectId(), project.ErrNotFound)
	if err != nil {
		return nil, err
	}
	id, err := parse(r.GetId(), project.ErrContactNotFound)
	if err != nil {
		return nil, err
	}
	plain, err := s.projects.RevealContact(ctx, of, id, r.GetReason())
	if err != nil {
		return nil, err
	}
	return &customerv1.RevealFieldReply{Plain: plain}, nil
}

// RevealOwner gives the phone of an owner's contact in plain.
func (s *Service) RevealOwner(ctx context.Context, r *projectv1.RevealOwnerRequest) (*customerv1.RevealFieldReply, error) {
	id, err := parse(r.GetId(), project.ErrOwnerNotFound)
	if err != nil {
		return nil, err
	}
	plain, err := s.projects.RevealOwner(ctx, id, r.GetReason())
	if err != nil {
		return nil, err
	}
	return &customerv1.RevealFieldReply{Plain: plain}, nil
}
