// Package registry answers the routes of external monitoring.
package registry

import (
	"context"

	"github.com/google/uuid"

	registryv1 "zhuxin/app/api/registry/v1"
	"zhuxin/app/service/page"
	"zhuxin/biz/customer"
	"zhuxin/biz/project"
	"zhuxin/biz/registry"
)

// Service implements RegistryServiceHTTPServer.
type Service struct{ registry *registry.Service }

var _ registryv1.RegistryServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(r *registry.Service) *Service { return &Service{registry: r} }

func customerID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return id, customer.ErrNotFound
	}
	return id, nil
}

// GetCustomerRegistry gives what is kept of a customer.
func (s *Service) GetCustomerRegistry(ctx context.Context, r *registryv1.GetCustomerRegistryRequest) (*registryv1.CustomerRegistry, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	p, w, err := s.registry.OfCustomer(ctx, id)
	if err != nil {
		return nil, err
	}
	return toPicture(p, w), nil
}

// GetOwnerRegistry gives what is kept of a project owner.
func (s *Service) GetOwnerRegistry(ctx context.Context, r *registryv1.GetOwnerRegistryRequest) (*registryv1.CustomerRegistry, error) {
	id, err := uuid.Parse(r.GetOwnerId())
	if err != nil {
		return nil, project.ErrOwnerNotFound
	}
	p, w, err := s.registry.OfOwner(ctx, id)
	if err != nil {
		return nil, err
	}
	return toPicture(p, w), nil
}

// LookNow asks the provider.
func (s *Service) LookNow(ctx context.Context, r *registryv1.LookNowRequest) (*registryv1.LookNowReply, error) {
	id, err := customerID(r.GetCustomerId())
	if err != nil {
		return nil, err
	}
	return toLooked(s.registry.LookNow(ctx, id))
}

// LookOwnerNow asks the provider for a project owner.
func (s *Service) LookOwnerNow(ctx context.Context, r *registryv1.LookOwnerNowRequest) (*registryv1.LookNowReply, error) {
	id, err := uuid.Parse(r.GetOwnerId())
	if err != nil {
		return nil, project.ErrOwnerNotFound
	}
	return toLooked(s.registry.LookOwnerNow(ctx, id))
}

func toLooked(l registry.Looked, err error) (*registryv1.LookNowReply, error) {
	if err != nil {
		return nil, err
	}
	out := &registryv1.LookNowReply{Asked: int32(l.Asked), Cached: int32(l.Cached), News: int32(l.News), Text: l.Text, Troubles: map[string]string{}}
	for k, t := range l.Troubles {
		out.Troubles[string(k)] = string(t)
	}
	return out, nil
}

// ListWatches lists watched customers and owners.
func (s *Service) ListWatches(ctx context.Context, r *registryv1.ListWatchesRequest) (*registryv1.ListWatchesReply, error) {
	q := registry.WatchQuery{Kind: registry.SubjectKind(r.GetKind()), View: r.GetView(), Text: r.GetQ()}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	ws, total, err := s.registry.Watched(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListWatchesReply{Total: total}
	for _, w := range ws {
		one := &registryv1.Watch{Kind: string(w.Kind), Number: w.Number, Name: w.Name, Uscc: string(w.USCC), Grade: w.Grade,
			NextOn: w.NextOn.String(), LookedAt: stamp(w.LookedAt), Outcome: w.Outcome, TroubleText: w.TroubleText, Failures: int32(w.Failures),
			Active: int32(w.Active), Worst: string(w.Worst)}
		if w.Kind == registry.Owner {
			one.OwnerId = w.ID.String()
		} else {
			one.CustomerId = w.ID.String()
		}
		out.Watches = append(out.Watches, one)
	}
	return out, nil
}

// GetSettings gives settings, budget and accounts.
func (s *Service) GetSettings(ctx context.Context, _ *registryv1.GetSettingsRequest) (*registryv1.Settings, error) {
	return toSettings(s.registry.State(ctx))
}

// SetSettings stores a new version.
func (s *Service) SetSettings(ctx context.Context, r *registryv1.SetSettingsRequest) (*registryv1.Settings, error) {
	in := registry.Settings{Version: r.GetVersion(), Enabled: r.GetEnabled(), DailyBudget: int(r.GetDailyBudget()), IntervalDays: map[string]int{}}
	for g, n := range r.GetIntervalDays() {
		in.IntervalDays[g] = int(n)
	}
	return toSettings(s.registry.Configure(ctx, in))
}

func accountInput(r *registryv1.SetAccountRequest) registry.AccountInput {
	return registry.AccountInput{Provider: registry.ProviderName(r.GetProvider()), Key: r.GetKey(), Secret: r.GetSecret(), Enabled: r.GetEnabled(), Version: r.GetVersion()}
}

// SetAccount stores the subsidiary's own account.
func (s *Service) SetAccount(ctx context.Context, r *registryv1.SetAccountRequest) (*registryv1.Settings, error) {
	return toSettings(s.registry.SetOwn(ctx, accountInput(r)))
}

// TestAccount tries it.
func (s *Service) TestAccount(ctx context.Context, r *registryv1.TestAccountRequest) (*registryv1.TestReply, error) {
	return toTest(s.registry.TestOwn(ctx, registry.ProviderName(r.GetProvider())))
}

// ListGroupAccounts gives HQ's accounts.
func (s *Service) ListGroupAccounts(ctx context.Context, _ *registryv1.ListGroupAccountsRequest) (*registryv1.ListGroupAccountsReply, error) {
	return toGroup(s.registry.GroupState(ctx))
}

// SetGroupAccount stores one of HQ's.
func (s *Service) SetGroupAccount(ctx context.Context, r *registryv1.SetAccountRequest) (*registryv1.ListGroupAccountsReply, error) {
	return toGroup(s.registry.SetGroup(ctx, accountInput(r)))
}

// TestGroupAccount tries it.
func (s *Service) TestGroupAccount(ctx context.Context, r *registryv1.TestAccountRequest) (*registryv1.TestReply, error) {
	return toTest(s.registry.TestGroup(ctx, registry.ProviderName(r.GetProvider())))
}
