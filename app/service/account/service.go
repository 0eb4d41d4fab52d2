// Package account answers the routes of one's own account (account.v1) and tells
// the server who calls: sessions, API keys and memberships out of the directory.
package account

import (
	"context"

	"github.com/google/uuid"

	accountv1 "zhuxin/app/api/account/v1"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
)

// Service implements AccountServiceHTTPServer.
type Service struct {
	accounts     *directory.Accounts
	applications *directory.Applications
	members      *directory.Members
	clock        calendar.Clock
}

var _ accountv1.AccountServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(a *directory.Accounts, p *directory.Applications, m *directory.Members, clock calendar.Clock) *Service {
	return &Service{accounts: a, applications: p, members: m, clock: clock}
}

// GetMe describes the logged-in person.
func (s *Service) GetMe(ctx context.Context, _ *accountv1.GetMeRequest) (*accountv1.Me, error) {
	m, err := s.accounts.Me(ctx)
	if err != nil {
		return nil, err
	}
	return toMe(m), nil
}

// SubmitApplication applies for a subsidiary.
func (s *Service) SubmitApplication(ctx context.Context, r *accountv1.SubmitApplicationRequest) (*accountv1.Application, error) {
	return application(s.applications.Submit(ctx, directory.ApplyInput{
		Name: r.GetName(), ShortName: r.GetShortName(), USCC: r.GetUscc(), USCCOverrideReason: r.GetUsccOverrideReason(),
		ContactName: r.GetContactName(), ContactPhone: r.GetContactPhone(), InvitationCode: r.GetInvitationCode(), Currency: r.GetCurrency(),
	}))
}

// GetApplication gives one of the person's own applications.
func (s *Service) GetApplication(ctx context.Context, r *accountv1.GetApplicationRequest) (*accountv1.Application, error) {
	id, err := applicationID(r.GetId())
	if err != nil {
		return nil, err
	}
	return application(s.applications.Get(ctx, id))
}

// RetryApplication runs a failed provisioning again.
func (s *Service) RetryApplication(ctx context.Context, r *accountv1.RetryApplicationRequest) (*accountv1.Application, error) {
	id, err := applicationID(r.GetId())
	if err != nil {
		return nil, err
	}
	return application(s.applications.Retry(ctx, id))
}

// CheckApplicationUscc looks at a code while it is typed.
func (s *Service) CheckApplicationUscc(ctx context.Context, r *accountv1.CheckApplicationUsccRequest) (*accountv1.UsccCheck, error) {
	c, err := s.applications.CheckUSCC(ctx, r.GetUscc())
	if err != nil {
		return nil, err
	}
	return &accountv1.UsccCheck{FormOk: c.FormOK, CheckDigitOk: c.CheckDigitOK, Free: c.Free, Message: c.Message}, nil
}

// GetInvitation shows what an invitation's link offers.
func (s *Service) GetInvitation(ctx context.Context, r *accountv1.GetInvitationRequest) (*accountv1.InvitationOffer, error) {
	o, err := s.members.Offer(ctx, r.GetToken())
	if err != nil {
		return nil, err
	}
	return toOffer(o, s.clock.Now()), nil
}

// AcceptInvitation makes the person a member, and describes him anew.
func (s *Service) AcceptInvitation(ctx context.Context, r *accountv1.AcceptInvitationRequest) (*accountv1.Me, error) {
	if err := s.members.Accept(ctx, r.GetToken()); err != nil {
		return nil, err
	}
	return s.GetMe(ctx, nil)
}

// applicationID reads an id; one that cannot be is nobody's.
func applicationID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return id, directory.ErrApplicationNotFound
	}
	return id, nil
}

func application(a directory.Application, err error) (*accountv1.Application, error) {
	if err != nil {
		return nil, err
	}
	return ToApplication(a), nil
}
