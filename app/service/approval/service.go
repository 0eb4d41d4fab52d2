// Package approval answers a subsidiary's routes about its approval inbox.
package approval

import (
	"context"

	"github.com/google/uuid"

	approvalv1 "zhuxin/app/api/approval/v1"
	"zhuxin/biz/approval"
)

// Service implements ApprovalServiceHTTPServer.
type Service struct{ inbox *approval.Service }

var _ approvalv1.ApprovalServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *approval.Service) *Service { return &Service{inbox: s} }

// ListApprovals gives a page of a box.
func (s *Service) ListApprovals(ctx context.Context, r *approvalv1.ListApprovalsRequest) (*approvalv1.ListApprovalsReply, error) {
	p, err := s.inbox.List(ctx, approval.Box(r.GetBox()), r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &approvalv1.ListApprovalsReply{Total: p.Total, BoxCounts: map[string]int64{}}
	for box, n := range p.Counts {
		out.BoxCounts[string(box)] = n
	}
	for _, a := range p.Approvals {
		x, err := toApproval(a)
		if err != nil {
			return nil, err
		}
		out.Approvals = append(out.Approvals, x)
	}
	return out, nil
}

// GetApproval gives one submission.
func (s *Service) GetApproval(ctx context.Context, r *approvalv1.GetApprovalRequest) (*approvalv1.Approval, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(s.inbox.Get(ctx, id))
}

// Decide approves or rejects.
func (s *Service) Decide(ctx context.Context, r *approvalv1.DecideRequest) (*approvalv1.Approval, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(s.inbox.Decide(ctx, approval.DecideInput{ID: id, Approve: r.GetApprove(), Comment: r.GetComment(), Version: r.GetVersion()}))
}

// Withdraw takes a submission back.
func (s *Service) Withdraw(ctx context.Context, r *approvalv1.WithdrawRequest) (*approvalv1.Approval, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(s.inbox.Withdraw(ctx, id, r.GetVersion()))
}

func parse(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, approval.ErrNotFound
	}
	return id, nil
}

func reply(a approval.Approval, err error) (*approvalv1.Approval, error) {
	if err != nil {
		return nil, err
	}
	return toApproval(a)
}
