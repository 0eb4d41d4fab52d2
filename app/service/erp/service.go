// Package erp answers a subsidiary's routes about its ERPs.
package erp

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	erpv1 "zhuxin/app/api/erp/v1"
	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
)

// Service implements ERPServiceHTTPServer.
type Service struct{ erps *erp.Service }

var _ erpv1.ERPServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *erp.Service) *Service { return &Service{s} }

// ListConnections gives the connections.
func (s *Service) ListConnections(ctx context.Context, _ *erpv1.ListConnectionsRequest) (*erpv1.ListConnectionsReply, error) {
	list, err := s.erps.List(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.erps.PushCounts(ctx)
	if err != nil {
		return nil, err
	}
	out := &erpv1.ListConnectionsReply{}
	for _, c := range list {
		one, n := toConnection(c), counts[c.ID]
		one.LimitsPending, one.LimitsConfirmed, one.LimitsFailed = n.Pending, n.Confirmed, n.Failed
		out.Connections = append(out.Connections, one)
	}
	return out, nil
}

// CreateConnection makes one.
func (s *Service) CreateConnection(ctx context.Context, r *erpv1.CreateConnectionRequest) (*erpv1.Connection, error) {
	return s.save(ctx, erp.SaveInput{Name: r.GetName(), Kind: erp.Kind(r.GetKind()), Source: r.GetSource(), Enabled: r.GetEnabled(),
		EveryMinutes: int(r.GetEveryMinutes()), Feeds: toKinds(r.GetFeeds()), PushLimits: r.GetPushLimits(), Endpoint: erp.Endpoint{BaseURL: r.GetBaseUrl(), Database: r.GetDatabase(), Company: r.GetCompany(),
			Username: r.GetUsername(), Secret: r.GetSecret()}})
}

// UpdateConnection changes one.
func (s *Service) UpdateConnection(ctx context.Context, r *erpv1.UpdateConnectionRequest) (*erpv1.Connection, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return s.save(ctx, erp.SaveInput{ID: id, Version: r.GetVersion(), Name: r.GetName(), Kind: erp.Kind(r.GetKind()), Enabled: r.GetEnabled(),
		EveryMinutes: int(r.GetEveryMinutes()), Feeds: toKinds(r.GetFeeds()), PushLimits: r.GetPushLimits(), Endpoint: erp.Endpoint{BaseURL: r.GetBaseUrl(), Database: r.GetDatabase(), Company: r.GetCompany(),
			Username: r.GetUsername(), Secret: r.GetSecret()}})
}

func (s *Service) save(ctx context.Context, in erp.SaveInput) (*erpv1.Connection, error) {
	c, err := s.erps.Save(ctx, in)
	if err != nil {
		return nil, err
	}
	return toConnection(c), nil
}

// TestConnection logs in to the ERP.
func (s *Service) TestConnection(ctx context.Context, r *erpv1.TestConnectionRequest) (*erpv1.TestConnectionReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	info, err := s.erps.Test(ctx, id)
	if err != nil {
		return nil, err
	}
	return &erpv1.TestConnectionReply{Version: info.Version, Company: info.Company}, nil
}

// RunConnection asks for a pull.
func (s *Service) RunConnection(ctx context.Context, r *erpv1.RunConnectionRequest) (*erpv1.RunConnectionReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	return &erpv1.RunConnectionReply{}, s.erps.RunNow(ctx, id, feed.Kind(r.GetFeed()), r.GetFull())
}

// ListRuns gives the last runs.
func (s *Service) ListRuns(ctx context.Context, r *erpv1.ListRunsRequest) (*erpv1.ListRunsReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	runs, err := s.erps.Runs(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &erpv1.ListRunsReply{}
	for _, run := range runs {
		out.Runs = append(out.Runs, toRun(run))
	}
	return out, nil
}

// ListLimitPushes gives the limits on their way.
func (s *Service) ListLimitPushes(ctx context.Context, r *erpv1.ListLimitPushesRequest) (*erpv1.ListLimitPushesReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	list, total, err := s.erps.ListPushes(ctx, id, erp.PushStatus(r.GetStatus()), r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &erpv1.ListLimitPushesReply{Total: total}
	for _, p := range list {
		out.Pushes = append(out.Pushes, &erpv1.LimitPush{CustomerId: p.CustomerID.String(), CustomerName: p.CustomerName, CustomerNumber: p.CustomerNumber,
			LimitKind: string(p.Limit.Kind), Limit: int64(p.Amount), Status: string(p.Status), Attempts: int32(p.Attempts), //nolint:gosec // one every few hours
			Failure: p.Failure, WantedAt: timestamppb.New(p.WantedAt), ConfirmedAt: stamp(p.ConfirmedAt), NextAt: timestamppb.New(p.NextAt)})
	}
	return out, nil
}

// RetryLimitPushes asks for another push.
func (s *Service) RetryLimitPushes(ctx context.Context, r *erpv1.RetryLimitPushesRequest) (*erpv1.RetryLimitPushesReply, error) {
	id, err := parse(r.GetId())
	if err != nil {
		return nil, err
	}
	n, err := s.erps.RetryPushes(ctx, id)
	return &erpv1.RetryLimitPushesReply{Limits: n}, err
}

func toKinds(list []string) (out []feed.Kind) {
	for _, k := range list {
		out = append(out, feed.Kind(k))
	}
	return out
}

func parse(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return id, erp.ErrNotFound
	}
	return id, nil
}

func toConnection(c erp.Connection) *erpv1.Connection {
	out := &erpv1.Connection{Id: c.ID.String(), Version: c.Version, Name: c.Name, Kind: string(c.Kind), BaseUrl: c.BaseURL, Database: c.Database,
		Company: c.Company, Username: c.Username, Source: c.Source, Enabled: c.Enabled, EveryMinutes: int32(c.EveryMinutes), //nolint:gosec // at most 1440
		NextAt: timestamppb.New(c.NextAt), SucceededAt: stamp(c.SucceededAt()), Failure: c.Failure(), PushLimits: c.PushLimits,
		Breaker: string(c.Breaker.State), Trouble: string(c.Breaker.Trouble), Failures: int32(c.Breaker.Failures), FailingSince: stamp(c.Breaker.Since)} //nolint:gosec // one in minutes
	if c.Breaker.Failure != "" {
		out.Failure = c.Breaker.Failure
	}
	for _, f := range c.Feeds {
		out.Feeds = append(out.Feeds, &erpv1.FeedState{Kind: string(f.Kind), SucceededAt: stamp(f.SucceededAt), Failure: f.Failure, FullOn: f.FullOn.String()})
	}
	return out
}

func toRun(r erp.Run) *erpv1.Run {
	out := &erpv1.Run{Id: r.ID.String(), Feed: string(r.Feed), Volume: int64(r.Volume), Full: r.Full, Status: string(r.Status), StartedAt: timestamppb.New(r.StartedAt), FinishedAt: stamp(r.FinishedAt),
		Read: r.Read, Settled: r.Settled, Inserted: r.Inserted, Updated: r.Updated, Unchanged: r.Unchanged, Refused: r.Refused, Failure: r.Failure,
		OpenSums: map[string]int64{}}
	for currency, sum := range r.Open {
		out.OpenSums[string(currency)] = int64(sum)
	}
	if r.ImportID != nil {
		out.ImportId = r.ImportID.String()
	}
	return out
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}
