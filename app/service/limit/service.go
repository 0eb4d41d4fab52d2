// Package limit answers a subsidiary's routes about adjusting limits, mass
// proposals, freezes and the calendar: proto to biz and back, no decisions.
package limit

import (
	"context"

	"github.com/google/uuid"

	limitv1 "zhuxin/app/api/limit/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
	ratingservice "zhuxin/app/service/rating"
	"zhuxin/biz/agenda"
	"zhuxin/biz/limit"
)

// Service implements LimitServiceHTTPServer.
type Service struct {
	limits *limit.Service
	agenda *agenda.Service
}

var _ limitv1.LimitServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(l *limit.Service, a *agenda.Service) *Service { return &Service{limits: l, agenda: a} }

// AdjustLimit asks for the next version of a standing limit.
func (s *Service) AdjustLimit(ctx context.Context, r *limitv1.AdjustLimitRequest) (*ratingv1.Limit, error) {
	in, err := fromAdjust(r)
	if err != nil {
		return nil, err
	}
	l, err := s.limits.Adjust(ctx, in)
	if err != nil {
		return nil, err
	}
	return ratingservice.ToLimit(ctx, l), nil
}

// GetLimitPosition gives what somebody sees who is about to ask for a limit.
func (s *Service) GetLimitPosition(ctx context.Context, r *limitv1.GetLimitPositionRequest) (*limitv1.LimitPosition, error) {
	id, project, err := place(r.GetCustomerId(), r.GetProjectId())
	if err != nil {
		return nil, err
	}
	p, err := s.limits.Position(ctx, id, project)
	if err != nil {
		return nil, err
	}
	return toPosition(ctx, p), nil
}

// EndTemporaryLimit takes a temporary limit back.
func (s *Service) EndTemporaryLimit(ctx context.Context, r *limitv1.EndTemporaryLimitRequest) (*ratingv1.Limit, error) {
	customer, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, limit.ErrNotFound
	}
	l, err := s.limits.EndEarly(ctx, limit.EndInput{CustomerID: customer, ID: id, Reason: r.GetReason()})
	if err != nil {
		return nil, err
	}
	return ratingservice.ToLimit(ctx, l), nil
}

// PreviewProposal says what a mass proposal would do.
func (s *Service) PreviewProposal(ctx context.Context, r *limitv1.PreviewProposalRequest) (*limitv1.ProposalPreview, error) {
	meant, err := fromProposal(r.GetFilter(), r.GetRule())
	if err != nil {
		return nil, err
	}
	p, err := s.limits.Preview(ctx, meant)
	if err != nil {
		return nil, err
	}
	return toPreview(p), nil
}

// SubmitProposal submits a mass proposal.
func (s *Service) SubmitProposal(ctx context.Context, r *limitv1.SubmitProposalRequest) (*limitv1.SubmitProposalReply, error) {
	in, err := fromSubmit(r)
	if err != nil {
		return nil, err
	}
	done, err := s.limits.Propose(ctx, in)
	if err != nil {
		return nil, err
	}
	return &limitv1.SubmitProposalReply{Submissions: int32(done.Submissions), Customers: int32(done.Customers)}, nil
}

// ListFreezes gives the freezes of a customer.
func (s *Service) ListFreezes(ctx context.Context, r *limitv1.ListFreezesRequest) (*limitv1.ListFreezesReply, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	fs, err := s.limits.Freezes(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &limitv1.ListFreezesReply{}
	for _, f := range fs {
		out.Freezes = append(out.Freezes, toFreeze(ctx, f))
	}
	return out, nil
}

// FreezeCredit freezes a customer's credit.
func (s *Service) FreezeCredit(ctx context.Context, r *limitv1.FreezeCreditRequest) (*limitv1.Freeze, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	f, err := s.limits.Freeze(ctx, limit.FreezeInput{CustomerID: id, Reason: r.GetReason()})
	return freeze(ctx, f, err)
}

// UnfreezeCredit lifts the freeze that lasts.
func (s *Service) UnfreezeCredit(ctx context.Context, r *limitv1.UnfreezeCreditRequest) (*limitv1.Freeze, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	f, err := s.limits.Unfreeze(ctx, limit.FreezeInput{CustomerID: id, Reason: r.GetReason()})
	return freeze(ctx, f, err)
}
