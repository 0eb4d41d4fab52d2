package hq

import (
	"context"

	"github.com/google/uuid"

	accountv1 "zhuxin/app/api/account/v1"
	commonv1 "zhuxin/app/api/common/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	memberv1 "zhuxin/app/api/member/v1"
	"zhuxin/app/service/account"
	"zhuxin/app/service/member"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
)

// Directory is the part about applications, invitation codes, subsidiaries and
// HQ's own members.
type Directory struct {
	applications *directory.Applications
	codes        *directory.Codes
	tenants      *directory.Tenants
	members      *directory.Members
	clock        calendar.Clock
}

// NewDirectory makes the part.
func NewDirectory(a *directory.Applications, c *directory.Codes, t *directory.Tenants, m *directory.Members, clock calendar.Clock) *Directory {
	return &Directory{applications: a, codes: c, tenants: t, members: m, clock: clock}
}

// ListApplications gives the applications, newest first.
func (s *Directory) ListApplications(ctx context.Context, r *hqv1.ListApplicationsRequest) (*hqv1.ListApplicationsReply, error) {
	rows, err := s.applications.List(ctx, directory.Status(r.GetStatus()))
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListApplicationsReply{}
	for _, a := range rows {
		out.Applications = append(out.Applications, toApplicationRow(a))
	}
	return out, nil
}

// DecideApplication approves or rejects.
func (s *Directory) DecideApplication(ctx context.Context, r *hqv1.DecideApplicationRequest) (*accountv1.Application, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, directory.ErrApplicationNotFound
	}
	a, err := s.applications.Decide(ctx, directory.DecideInput{ID: id, Approve: r.GetApprove(), Reason: r.GetReason()})
	if err != nil {
		return nil, err
	}
	return account.ToApplication(a), nil
}

// ListInvitationCodes gives all codes without their text.
func (s *Directory) ListInvitationCodes(ctx context.Context, _ *hqv1.ListInvitationCodesRequest) (*hqv1.ListInvitationCodesReply, error) {
	codes, err := s.codes.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListInvitationCodesReply{}
	for _, c := range codes {
		out.Codes = append(out.Codes, toCode(c, s.clock.Now()))
	}
	return out, nil
}

// CreateInvitationCode makes a code and shows it this once.
func (s *Directory) CreateInvitationCode(ctx context.Context, r *hqv1.CreateInvitationCodeRequest) (*hqv1.CreateInvitationCodeReply, error) {
	c, secret, err := s.codes.Create(ctx, directory.NewCodeInput{Note: r.GetNote(), MaxUses: int(r.GetMaxUses()), ValidDays: int(r.GetValidDays())})
	if err != nil {
		return nil, err
	}
	return &hqv1.CreateInvitationCodeReply{InvitationCode: toCode(c, s.clock.Now()), Code: secret}, nil
}

// RevokeInvitationCode ends a code.
func (s *Directory) RevokeInvitationCode(ctx context.Context, r *hqv1.RevokeInvitationCodeRequest) (*hqv1.InvitationCode, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, directory.ErrCodeNotFound
	}
	c, err := s.codes.Revoke(ctx, id)
	if err != nil {
		return nil, err
	}
	return toCode(c, s.clock.Now()), nil
}

// ListTenants gives all subsidiaries.
func (s *Directory) ListTenants(ctx context.Context, _ *hqv1.ListTenantsRequest) (*hqv1.ListTenantsReply, error) {
	all, err := s.tenants.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListTenantsReply{}
	for _, t := range all {
		out.Tenants = append(out.Tenants, toTenant(t))
	}
	return out, nil
}

// SetTenantStatus suspends a subsidiary or lets it work again.
func (s *Directory) SetTenantStatus(ctx context.Context, r *hqv1.SetTenantStatusRequest) (*hqv1.Tenant, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, directory.ErrTenantNotFound
	}
	t, err := s.tenants.SetStatus(ctx, directory.SetTenantStatusInput{ID: id, Status: directory.TenantStatus(r.GetStatus()), Reason: r.GetReason()})
	if err != nil {
		return nil, err
	}
	return toTenant(t), nil
}

// ListHQMembers gives the members of HQ and the invitations not accepted yet.
func (s *Directory) ListHQMembers(ctx context.Context, _ *hqv1.ListHQMembersRequest) (*memberv1.ListMembersReply, error) {
	r, err := s.members.ListHQ(ctx)
	if err != nil {
		return nil, err
	}
	return member.ToRoster(r, s.clock.Now()), nil
}

// InviteHQMember invites somebody to HQ by e-mail.
func (s *Directory) InviteHQMember(ctx context.Context, r *memberv1.InviteMemberRequest) (*memberv1.Invitation, error) {
	i, err := s.members.InviteHQ(ctx, member.FromInvite(r))
	if err != nil {
		return nil, err
	}
	return member.ToInvitation(i, s.clock.Now()), nil
}

// RevokeHQInvitation withdraws an invitation to HQ.
func (s *Directory) RevokeHQInvitation(ctx context.Context, r *memberv1.RevokeInvitationRequest) (*commonv1.EmptyReply, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, directory.ErrInvitationNotFound
	}
	return &commonv1.EmptyReply{}, s.members.RevokeHQ(ctx, id)
}

// UpdateHQMember changes roles or status of a member of HQ.
func (s *Directory) UpdateHQMember(ctx context.Context, r *memberv1.UpdateMemberRequest) (*memberv1.Member, error) {
	in, err := member.FromUpdate(r)
	if err != nil {
		return nil, err
	}
	m, err := s.members.UpdateHQ(ctx, in)
	if err != nil {
		return nil, err
	}
	return member.ToMember(m), nil
}
