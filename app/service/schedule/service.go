// Package schedule answers the routes of reports that are sent at set times, of a
// subsidiary and of HQ.
package schedule

import (
	"context"

	"github.com/google/uuid"

	schedulev1 "zhuxin/app/api/schedule/v1"
	"zhuxin/shared/fault"
	"zhuxin/shared/schedule"
)

// Service implements both sides' services: it is made once for each.
type Service struct{ s *schedule.Service }

var (
	_ schedulev1.ScheduleServiceHTTPServer      = (*Service)(nil)
	_ schedulev1.GroupScheduleServiceHTTPServer = (*Service)(nil)
)

// New makes the service of one side.
func New(s *schedule.Service) *Service { return &Service{s} }

// ListSchedules gives the caller's schedules.
func (s *Service) ListSchedules(ctx context.Context, _ *schedulev1.ListSchedulesRequest) (*schedulev1.ListSchedulesReply, error) {
	p, err := s.s.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &schedulev1.ListSchedulesReply{Ready: p.Ready, TimeZone: p.Zone}
	for _, x := range p.Schedules {
		out.Schedules = append(out.Schedules, toSchedule(x))
	}
	for _, k := range p.Kinds {
		one := &schedulev1.ReportKind{Name: k.Name}
		for _, f := range k.Formats {
			one.Formats = append(one.Formats, string(f))
		}
		out.Kinds = append(out.Kinds, one)
	}
	return out, nil
}

// ListRecipients gives all members with what keeps them from a report.
func (s *Service) ListRecipients(ctx context.Context, r *schedulev1.ListRecipientsRequest) (*schedulev1.ListRecipientsReply, error) {
	spec, err := fromSpec(&schedulev1.ReportSpec{Report: r.GetReport(), SalespersonId: r.GetSalespersonId()})
	if err != nil {
		return nil, err
	}
	all, err := s.s.Candidates(ctx, spec)
	if err != nil {
		return nil, err
	}
	out := &schedulev1.ListRecipientsReply{}
	for _, c := range all {
		one := &schedulev1.ReportRecipient{PersonId: c.ID.String(), Name: c.Name, Why: c.Why}
		for _, role := range c.Roles {
			one.Roles = append(one.Roles, string(role))
		}
		out.Recipients = append(out.Recipients, one)
	}
	return out, nil
}

// CreateSchedule makes one that the caller owns.
func (s *Service) CreateSchedule(ctx context.Context, r *schedulev1.CreateScheduleRequest) (*schedulev1.ReportSchedule, error) {
	in, err := input(r)
	if err != nil {
		return nil, err
	}
	return answer(s.s.Create(ctx, in))
}

// UpdateSchedule changes the caller's own.
func (s *Service) UpdateSchedule(ctx context.Context, r *schedulev1.UpdateScheduleRequest) (*schedulev1.ReportSchedule, error) {
	id, err := known(r.GetId())
	if err != nil {
		return nil, err
	}
	in, err := input(r)
	if err != nil {
		return nil, err
	}
	return answer(s.s.Update(ctx, id, r.GetVersion(), in))
}

// PauseSchedule stops one, or has it go on.
func (s *Service) PauseSchedule(ctx context.Context, r *schedulev1.PauseScheduleRequest) (*schedulev1.ReportSchedule, error) {
	id, err := known(r.GetId())
	if err != nil {
		return nil, err
	}
	return answer(s.s.Pause(ctx, id, r.GetVersion(), r.GetPaused()))
}

// DeleteSchedule ends one.
func (s *Service) DeleteSchedule(ctx context.Context, r *schedulev1.DeleteScheduleRequest) (*schedulev1.DeleteScheduleReply, error) {
	id, err := known(r.GetId())
	if err != nil {
		return nil, err
	}
	return &schedulev1.DeleteScheduleReply{}, s.s.Delete(ctx, id)
}

// SendSchedule has one sent now.
func (s *Service) SendSchedule(ctx context.Context, r *schedulev1.SendScheduleRequest) (*schedulev1.SendScheduleReply, error) {
	id, err := known(r.GetId())
	if err != nil {
		return nil, err
	}
	return &schedulev1.SendScheduleReply{}, s.s.SendNow(ctx, id)
}

// ListSends gives what became of the newest sendings of one.
func (s *Service) ListSends(ctx context.Context, r *schedulev1.ListSendsRequest) (*schedulev1.ListSendsReply, error) {
	id, err := known(r.GetId())
	if err != nil {
		return nil, err
	}
	all, err := s.s.Sends(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &schedulev1.ListSendsReply{}
	for _, n := range all {
		out.Sends = append(out.Sends, toSend(n))
	}
	return out, nil
}

func answer(x schedule.Schedule, err error) (*schedulev1.ReportSchedule, error) {
	if err != nil {
		return nil, err
	}
	return toSchedule(x), nil
}

func known(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, schedule.ErrNotFound
	}
	return id, nil
}

// ids reads what may be empty; anything else names nothing.
func ids(c *fault.Checks, field, s string) uuid.UUID {
	if s == "" {
		return uuid.Nil
	}
	id, err := uuid.Parse(s)
	c.Require(err == nil && id != uuid.Nil, field, "BAD_FORM", "this is no id")
	return id
}
