package customer

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	customerv1 "zhuxin/app/api/customer/v1"
	"zhuxin/app/service/asked"
	"zhuxin/biz/customer"
	"zhuxin/biz/timeline"
)

// SubmitCustomerChange puts a change of legal data into approval.
func (s *Service) SubmitCustomerChange(ctx context.Context, r *customerv1.SubmitCustomerChangeRequest) (*customerv1.CustomerChange, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	c, err := s.changes.Submit(ctx, customer.ChangeInput{ID: id, Version: r.GetVersion(), Name: r.Name, USCC: r.Uscc, USCCOverrideReason: r.UsccOverrideReason,
		LegalRepresentative: r.LegalRepresentative, LegalRepresentativeID: r.LegalRepresentativeId, Reason: r.GetReason()})
	if err != nil {
		return nil, err
	}
	return toChange(c), nil
}

// ListCustomerChanges gives the changes of a customer.
func (s *Service) ListCustomerChanges(ctx context.Context, r *customerv1.ListCustomerChangesRequest) (*customerv1.ListCustomerChangesReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	cs, err := s.changes.List(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &customerv1.ListCustomerChangesReply{}
	for _, c := range cs {
		out.Changes = append(out.Changes, toChange(c))
	}
	return out, nil
}

// RevealField gives a personal field in plain.
func (s *Service) RevealField(ctx context.Context, r *customerv1.RevealFieldRequest) (*customerv1.RevealFieldReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	plain, err := s.customers.Reveal(ctx, customer.RevealInput{ID: id, Field: r.GetField(), Reason: r.GetReason()})
	if err != nil {
		return nil, err
	}
	return &customerv1.RevealFieldReply{Plain: plain}, nil
}

// GetTimeline gives a part of everything that happened.
func (s *Service) GetTimeline(ctx context.Context, r *customerv1.GetTimelineRequest) (*customerv1.GetTimelineReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	events, next, err := s.customers.Timeline(ctx, id, r.GetCursor(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	return Timeline(ctx, events, next), nil
}

// Timeline turns a part of a timeline into its answer, for projects and owners too.
func Timeline(ctx context.Context, events []timeline.Event, next string) *customerv1.GetTimelineReply {
	out := &customerv1.GetTimelineReply{NextCursor: next}
	for _, e := range events {
		event := &customerv1.CustomerEvent{Id: e.ID.String(), At: timestamppb.New(e.At), On: e.On.String(), Clock: e.Clock, Kind: e.Kind, Actor: e.Actor, Ref: e.Ref}
		event.Parts, event.Codes = asked.Parts(ctx, e.Parts)
		if e.Amount != nil {
			a := int64(*e.Amount)
			event.Amount = &a
		}
		out.Events = append(out.Events, event)
	}
	return out
}

func toChange(c customer.Change) *customerv1.CustomerChange {
	return &customerv1.CustomerChange{Id: c.ID.String(), Before: toLegal(c.Before), After: toLegal(c.After), Reason: c.Reason, Status: string(c.Status),
		CreatedAt: timestamppb.New(c.CreatedAt), CreatedBy: person(c.CreatedBy)}
}

func toLegal(l customer.Legal) *customerv1.CustomerLegal {
	return &customerv1.CustomerLegal{Name: l.Name, Uscc: l.USCC, LegalRepresentative: l.LegalRepresentative, LegalRepresentativeIdMask: l.LegalRepresentativeID}
}
