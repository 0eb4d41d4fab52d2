// Package creditcheck answers the routes of the order check: proto to biz and
// back, no decisions.
package creditcheck

import (
	"context"

	creditcheckv1 "zhuxin/app/api/creditcheck/v1"
	"zhuxin/biz/creditcheck"
	"zhuxin/shared/money"
)

// Service implements CreditCheckServiceHTTPServer.
type Service struct {
	checks   *creditcheck.Service
	queue    *creditcheck.Queue
	headroom creditcheck.HeadroomStore
}

var _ creditcheckv1.CreditCheckServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(c *creditcheck.Service, q *creditcheck.Queue, h creditcheck.HeadroomStore) *Service {
	return &Service{checks: c, queue: q, headroom: h}
}

// Check decides about an order and holds nothing.
func (s *Service) Check(ctx context.Context, r *creditcheckv1.CheckRequest) (*creditcheckv1.Decision, error) {
	in, err := fromOrder(r)
	if err != nil {
		return nil, err
	}
	return decision(s.checks.Check(ctx, in))
}

// Reserve decides and holds the amount.
func (s *Service) Reserve(ctx context.Context, r *creditcheckv1.ReserveRequest) (*creditcheckv1.Decision, error) {
	in, err := fromOrder(r)
	if err != nil {
		return nil, err
	}
	return decision(s.checks.Reserve(ctx, in))
}

// Commit records the delivery.
func (s *Service) Commit(ctx context.Context, r *creditcheckv1.CommitRequest) (*creditcheckv1.Reservation, error) {
	id, err := reservationID(r.GetId())
	if err != nil {
		return nil, err
	}
	return reservation(s.checks.Commit(ctx, creditcheck.CommitInput{ID: id, Amount: money.Amount(r.GetAmount()),
		Source: r.GetSource(), DocumentNo: r.GetDocumentNo()}))
}

// Release gives back what is held.
func (s *Service) Release(ctx context.Context, r *creditcheckv1.ReleaseRequest) (*creditcheckv1.Reservation, error) {
	id, err := reservationID(r.GetId())
	if err != nil {
		return nil, err
	}
	return reservation(s.checks.Release(ctx, creditcheck.ReleaseInput{ID: id, Reason: r.GetReason()}))
}

// GetReservation gives one reservation.
func (s *Service) GetReservation(ctx context.Context, r *creditcheckv1.GetReservationRequest) (*creditcheckv1.Reservation, error) {
	id, err := reservationID(r.GetId())
	if err != nil {
		return nil, err
	}
	return reservation(s.checks.GetReservation(ctx, id))
}

// ListChecks gives past decisions.
func (s *Service) ListChecks(ctx context.Context, r *creditcheckv1.ListChecksRequest) (*creditcheckv1.ListChecksReply, error) {
	in, err := fromList(r)
	if err != nil {
		return nil, err
	}
	page, total, err := s.checks.List(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &creditcheckv1.ListChecksReply{Total: total}
	for _, d := range page {
		out.Decisions = append(out.Decisions, toDecision(d))
	}
	return out, nil
}

// GetPolicy gives the policy in force.
func (s *Service) GetPolicy(ctx context.Context, _ *creditcheckv1.GetPolicyRequest) (*creditcheckv1.Policy, error) {
	return policy(s.checks.GetPolicy(ctx))
}

// SetPolicy makes a new version of it.
func (s *Service) SetPolicy(ctx context.Context, r *creditcheckv1.SetPolicyRequest) (*creditcheckv1.Policy, error) {
	return policy(s.checks.SetPolicy(ctx, fromPolicy(r)))
}
