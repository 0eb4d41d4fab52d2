// Package dailyrun answers a subsidiary's routes about its daily runs.
package dailyrun

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	dailyrunv1 "zhuxin/app/api/dailyrun/v1"
	"zhuxin/biz/dailyrun"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Service implements DailyRunServiceHTTPServer.
type Service struct{ runs *dailyrun.Service }

var _ dailyrunv1.DailyRunServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *dailyrun.Service) *Service { return &Service{runs: s} }

// ListDailyRuns gives a page of runs.
func (s *Service) ListDailyRuns(ctx context.Context, r *dailyrunv1.ListDailyRunsRequest) (*dailyrunv1.ListDailyRunsReply, error) {
	p, err := s.runs.List(ctx, r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &dailyrunv1.ListDailyRunsReply{Total: p.Total, Today: p.Today.String()}
	for _, x := range p.Runs {
		out.Runs = append(out.Runs, toRun(x))
	}
	return out, nil
}

// GetDailyRun gives one run.
func (s *Service) GetDailyRun(ctx context.Context, r *dailyrunv1.GetDailyRunRequest) (*dailyrunv1.DailyRun, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, dailyrun.ErrNotFound
	}
	return reply(s.runs.Get(ctx, id))
}

// StartDailyRun begins a run by hand.
func (s *Service) StartDailyRun(ctx context.Context, r *dailyrunv1.StartDailyRunRequest) (*dailyrunv1.DailyRun, error) {
	var on calendar.Date
	if v := r.GetBusinessDate(); v != "" {
		var err error
		if on, err = calendar.Parse(v); err != nil {
			var c fault.Checks
			c.Add("business_date", "INVALID", err.Error())
			return nil, c.Err()
		}
	}
	return reply(s.runs.Start(ctx, on))
}

func reply(r dailyrun.Run, err error) (*dailyrunv1.DailyRun, error) {
	if err != nil {
		return nil, err
	}
	return toRun(r), nil
}

func toRun(r dailyrun.Run) *dailyrunv1.DailyRun {
	out := &dailyrunv1.DailyRun{Id: r.ID.String(), BusinessDate: r.On.String(), Number: int32(r.Number), StartedBy: string(r.StartedBy), State: string(r.State),
		CreatedAt: timestamppb.New(r.CreatedAt), FinishedAt: stamp(r.FinishedAt)}
	if r.RequestedBy != nil {
		out.RequestedBy = &commonv1.PersonRef{Id: r.RequestedBy.ID.String(), Name: r.RequestedBy.Name}
	}
	for _, p := range r.Steps {
		out.Steps = append(out.Steps, &dailyrunv1.DailyStep{Name: p.Name, State: string(p.State), Attempts: int32(p.Attempts), Touched: p.Touched,
			Error: p.Error, RetryAt: stamp(p.RetryAt), StartedAt: stamp(p.StartedAt), FinishedAt: stamp(p.FinishedAt)})
	}
	return out
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}
