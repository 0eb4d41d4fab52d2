// Package followup answers a subsidiary's routes about follow-ups and pauses of
// dunning.
package followup

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	followupv1 "zhuxin/app/api/followup/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/followup"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Service implements FollowUpServiceHTTPServer.
type Service struct{ biz *followup.Service }

var _ followupv1.FollowUpServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *followup.Service) *Service { return &Service{s} }

// parsed gives the id of a text, or the fault that says there is no such thing.
func parsed(text string, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, missing
	}
	return id, nil
}

// selected is parsed for a filter, which may be empty.
func selected(text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := parsed(text, customer.ErrNotFound)
	if err == nil && id == uuid.Nil {
		err = customer.ErrNotFound
	}
	return id, err
}

// ListFollowUps gives a page of the worklist.
func (s *Service) ListFollowUps(ctx context.Context, r *followupv1.ListFollowUpsRequest) (*followupv1.ListFollowUpsReply, error) {
	id, err := selected(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	p, today, err := s.biz.List(ctx, followup.ListInput{View: r.GetView(), Trigger: followup.Trigger(r.GetTrigger()), CustomerID: id, Text: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	return &followupv1.ListFollowUpsReply{FollowUps: toFollowUps(p.FollowUps, today), Total: p.Total, AtRisk: int64(p.AtRisk), Today: date(today)}, nil
}

// GetFollowUp gives one.
func (s *Service) GetFollowUp(ctx context.Context, r *followupv1.GetFollowUpRequest) (*followupv1.FollowUpDetail, error) {
	id, err := parsed(r.GetId(), followup.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return toDetail(s.biz.Get(ctx, id))
}

// SubmitFollowUp answers one.
func (s *Service) SubmitFollowUp(ctx context.Context, r *followupv1.SubmitFollowUpRequest) (*followupv1.FollowUpDetail, error) {
	id, err := parsed(r.GetId(), followup.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return toDetail(s.biz.Submit(ctx, id, followup.Answer{Reason: r.GetReason(), Action: followup.Action(r.GetAction()), Amount: money.Amount(r.GetAmount()),
		StartsOn: r.GetStartsOn(), DueOn: r.GetDueOn(), Note: r.GetNote(), Version: r.GetVersion()}))
}

// ListDunningPauses gives a page of pauses.
func (s *Service) ListDunningPauses(ctx context.Context, r *followupv1.ListDunningPausesRequest) (*followupv1.ListDunningPausesReply, error) {
	id, err := selected(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	ps, total, err := s.biz.Pauses(ctx, id, r.GetView(), r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &followupv1.ListDunningPausesReply{Total: total}
	for _, p := range ps {
		out.Pauses = append(out.Pauses, toPause(p))
	}
	return out, nil
}

// PauseDunning suspends dunning of a customer.
func (s *Service) PauseDunning(ctx context.Context, r *followupv1.PauseDunningRequest) (*followupv1.DunningPause, error) {
	id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	p, err := s.biz.PauseDunning(ctx, id, r.GetReason(), r.GetEndsOn())
	if err != nil {
		return nil, err
	}
	return toPause(p), nil
}

// ResumeDunning ends a pause.
func (s *Service) ResumeDunning(ctx context.Context, r *followupv1.ResumeDunningRequest) (*followupv1.DunningPause, error) {
	id, err := parsed(r.GetId(), followup.ErrPauseNotFound)
	if err != nil {
		return nil, err
	}
	p, err := s.biz.ResumeDunning(ctx, id)
	if err != nil {
		return nil, err
	}
	return toPause(p), nil
}

func date(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func toFollowUps(fs []followup.FollowUp, today calendar.Date) (out []*followupv1.FollowUp) {
	for _, f := range fs {
		out = append(out, toFollowUp(f, today))
	}
	return out
}

func toFollowUp(f followup.FollowUp, today calendar.Date) *followupv1.FollowUp {
	return &followupv1.FollowUp{Id: f.ID.String(), CustomerId: f.CustomerID.String(), CustomerNumber: f.CustomerNumber, CustomerName: f.CustomerName, SalespersonName: f.Salesperson,
		Trigger: string(f.Trigger), Amount: int64(f.Amount), OpenedOn: date(f.OpenedOn), Deadline: date(f.Deadline), Status: string(f.Status), Reason: f.Reason, Action: string(f.Action),
		PlannedAmount: int64(f.Plan.Amount), StartsOn: date(f.Plan.StartsOn), DueOn: date(f.Plan.DueOn), Note: f.Plan.Note, Promise: string(f.Promise), Received: int64(f.Received),
		SubmittedBy: f.SubmittedBy, SubmittedAt: stamp(f.SubmittedAt), Comment: f.Comment, ClosedOn: date(f.ClosedOn), Outcome: f.Outcome, PausedUntil: date(f.PausedUntil), Version: f.Version, Act: string(f.Act(today))}
}

func toDetail(d followup.Detail, err error) (*followupv1.FollowUpDetail, error) {
	if err != nil {
		return nil, err
	}
	out := &followupv1.FollowUpDetail{FollowUp: toFollowUp(d.FollowUp, d.Today), Earlier: toFollowUps(d.Earlier, d.Today), Today: date(d.Today)}
	for _, i := range d.Items {
		out.Items = append(out.Items, &followupv1.OverdueItem{Id: i.ID.String(), DocumentNo: i.DocumentNo, DueDate: date(i.DueDate), Open: int64(i.Open),
			OverdueDays: int32(d.Today.DaysSince(i.DueDate)), Disputed: i.Disputed})
	}
	return out, nil
}

func toPause(p followup.Pause) *followupv1.DunningPause {
	return &followupv1.DunningPause{Id: p.ID.String(), CustomerId: p.CustomerID.String(), CustomerNumber: p.CustomerNumber, CustomerName: p.CustomerName, Reason: p.Reason,
		StartsOn: date(p.StartsOn), EndsOn: date(p.EndsOn), CreatedBy: p.CreatedBy, CreatedAt: timestamppb.New(p.CreatedAt), EndedBy: p.EndedBy, EndedAt: stamp(p.EndedAt)}
}
