// Package member answers the routes about members, API keys and first steps of a
// subsidiary (member.v1).
package member

import (
	"context"

	"github.com/google/uuid"

	commonv1 "zhuxin/app/api/common/v1"
	memberv1 "zhuxin/app/api/member/v1"
	"zhuxin/biz/setup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
)

// Service implements MemberServiceHTTPServer.
type Service struct {
	members *directory.Members
	keys    *directory.Keys
	setup   *setup.Service
	clock   calendar.Clock
}

var _ memberv1.MemberServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(m *directory.Members, k *directory.Keys, s *setup.Service, clock calendar.Clock) *Service {
	return &Service{members: m, keys: k, setup: s, clock: clock}
}

// ListMembers gives the members and the invitations that are not accepted yet.
func (s *Service) ListMembers(ctx context.Context, _ *memberv1.ListMembersRequest) (*memberv1.ListMembersReply, error) {
	r, err := s.members.List(ctx)
	if err != nil {
		return nil, err
	}
	return ToRoster(r, s.clock.Now()), nil
}

// InviteMember invites somebody by e-mail.
func (s *Service) InviteMember(ctx context.Context, r *memberv1.InviteMemberRequest) (*memberv1.Invitation, error) {
	i, err := s.members.Invite(ctx, FromInvite(r))
	if err != nil {
		return nil, err
	}
	return ToInvitation(i, s.clock.Now()), nil
}

// RevokeInvitation withdraws an invitation.
func (s *Service) RevokeInvitation(ctx context.Context, r *memberv1.RevokeInvitationRequest) (*commonv1.EmptyReply, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, directory.ErrInvitationNotFound
	}
	return &commonv1.EmptyReply{}, s.members.Revoke(ctx, id)
}

// UpdateMember changes roles or status.
func (s *Service) UpdateMember(ctx context.Context, r *memberv1.UpdateMemberRequest) (*memberv1.Member, error) {
	in, err := FromUpdate(r)
	if err != nil {
		return nil, err
	}
	m, err := s.members.Update(ctx, in)
	if err != nil {
		return nil, err
	}
	return ToMember(m), nil
}

// ListAPIKeys gives the subsidiary's keys and the scopes that can be given.
func (s *Service) ListAPIKeys(ctx context.Context, _ *memberv1.ListAPIKeysRequest) (*memberv1.ListAPIKeysReply, error) {
	keys, err := s.keys.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &memberv1.ListAPIKeysReply{Scopes: texts(access.KeyScopes)}
	for _, k := range keys {
		out.ApiKeys = append(out.ApiKeys, toKey(k, s.clock.Now()))
	}
	return out, nil
}

// CreateAPIKey makes a key and shows it this once.
func (s *Service) CreateAPIKey(ctx context.Context, r *memberv1.CreateAPIKeyRequest) (*memberv1.CreateAPIKeyReply, error) {
	k, secret, err := s.keys.Create(ctx, directory.NewKeyInput{
		Name: r.GetName(), Scopes: values[access.Permission](r.GetScopes()), ValidDays: int(r.GetValidDays()),
	})
	if err != nil {
		return nil, err
	}
	return &memberv1.CreateAPIKeyReply{ApiKey: toKey(k, s.clock.Now()), Secret: secret}, nil
}

// RevokeAPIKey ends a key.
func (s *Service) RevokeAPIKey(ctx context.Context, r *memberv1.RevokeAPIKeyRequest) (*memberv1.APIKey, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, directory.ErrKeyNotFound
	}
	k, err := s.keys.Revoke(ctx, id)
	if err != nil {
		return nil, err
	}
	return toKey(k, s.clock.Now()), nil
}

// GetSetup gives the first-steps checklist.
func (s *Service) GetSetup(ctx context.Context, _ *memberv1.GetSetupRequest) (*memberv1.Setup, error) {
	c, err := s.setup.Checklist(ctx)
	if err != nil {
		return nil, err
	}
	out := &memberv1.Setup{Complete: c.Complete}
	for _, st := range c.Steps {
		out.Steps = append(out.Steps, &memberv1.SetupStep{Name: string(st.Name), Done: st.Done, Roles: texts(st.Roles), Path: st.Path})
	}
	return out, nil
}
