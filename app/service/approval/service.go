// Package approval answers a subsidiary's routes about its approval inbox.
package approval

import (
	"context"

	"github.com/google/uuid"

	approvalv1 "zhuxin/app/api/approval/v1"
	"zhuxin/biz/approval"
	"zhuxin/shared/fault"
)

// Service implements ApprovalServiceHTTPServer.
type Service struct{ inbox *approval.Service }

var _ approvalv1.ApprovalServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *approval.Service) *Service { return &Service{inbox: s} }

// ListApprovals gives a page of a box.
func (s *Service) ListApprovals(ctx context.Context, r *approvalv1.ListApprovalsRequest) (*approvalv1.ListApprovalsReply, error) {
	p, err := s.inbox.Find(ctx, approval.ListInput{Box: approval.Box(r.GetBox()), Kind: approval.Kind(r.GetKind()), Overdue: r.GetOverdue(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &approvalv1.ListApprovalsReply{Total: p.Total, BoxCounts: map[string]int64{}, Overdue: p.Overdue}
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
	a, earlier, err := s.inbox.History(ctx, id)
	if err != nil {
		return nil, err
	}
	out, err := toApproval(a)
	for _, e := range earlier {
		x, err := toApproval(e)
		if err != nil {
			return nil, err
		}
		out.Earlier = append(out.Earlier, x)
	}
	return out, err
}

// Decide agrees, rejects or returns to the submitter.
func (s *Service) Decide(ctx context.Context, r *approvalv1.DecideRequest) (*approvalv1.Approval, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return reply(s.inbox.Decide(ctx, approval.DecideInput{ID: id, Approve: r.GetApprove(), Return: r.GetSendBack(), Comment: r.GetComment(), Version: r.GetVersion()}))
}

// DecideMany decides several submissions of one kind.
func (s *Service) DecideMany(ctx context.Context, r *approvalv1.DecideManyRequest) (*approvalv1.DecideManyReply, error) {
	var items []approval.Seen
	for _, it := range r.GetItems() {
		id, err := parse(it.GetId())
		if err != nil {
			return nil, err
		}
		items = append(items, approval.Seen{ID: id, Version: it.GetVersion()})
	}
	rows, err := s.inbox.DecideMany(ctx, items, r.GetApprove(), r.GetComment())
	if err != nil {
		return nil, err
	}
	out := &approvalv1.DecideManyReply{}
	for _, x := range rows {
		row := &approvalv1.DecideManyReply_Row{Id: x.ID.String(), Status: string(x.Status)}
		if f, ok := fault.As(x.Err); ok && f.Kind != fault.KindInternal {
			row.Reason, row.Message = f.Reason, f.Message
		} else if x.Err != nil {
			return nil, x.Err
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// Transfer hands the caller's place to another person.
func (s *Service) Transfer(ctx context.Context, r *approvalv1.HandRequest) (*approvalv1.Approval, error) {
	in, err := fromHand(r)
	if err != nil {
		return nil, err
	}
	return reply(s.inbox.Transfer(ctx, in))
}

// AddApprover puts one more person before or after the running step.
func (s *Service) AddApprover(ctx context.Context, r *approvalv1.HandRequest) (*approvalv1.Approval, error) {
	in, err := fromHand(r)
	if err != nil {
		return nil, err
	}
	return reply(s.inbox.AddApprover(ctx, in))
}

func fromHand(r *approvalv1.HandRequest) (approval.HandInput, error) {
	id, err := parse(r.GetId())
	in := approval.HandInput{ID: id, Place: approval.Place(r.GetPlace()), Comment: r.GetComment(), Version: r.GetVersion()}
	if r.GetPersonId() != "" {
		in.PersonID = personID(r.GetPersonId())
	}
	return in, err
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
