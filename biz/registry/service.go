package registry

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Deps are what the service stands on; Own* are the tenant's side, Group* HQ's.
type Deps struct {
	Tenants       uow.Tenant
	HQ            uow.HQ
	OwnAccounts   Accounts
	GroupAccounts Accounts
	Shelf         Shelf
	Watches       Watches
	Router        Router
	Adapters      map[ProviderName]Adapter
	Audit         audit.Recorder // the tenant's
	GroupAudit    audit.Recorder
	Clock         calendar.Clock
}

// Service watches customers and the owners of their projects.
type Service struct {
	Deps
	newID func() uuid.UUID
}

// New wires the service.
func New(d Deps) *Service {
	return &Service{Deps: d, newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
}

// State is what a settings page shows.
type State struct {
	Settings
	SpentToday int
	Own        []Account // without credentials
	Group      []Account
}

// Connected says that some account could be asked.
func (s State) Connected() bool {
	usable := func(a Account) bool { return a.Enabled && a.Hint != "" }
	return slices.ContainsFunc(s.Own, usable) || slices.ContainsFunc(s.Group, usable)
}

// State gives the tenant's settings, budget and accounts.
func (s *Service) State(ctx context.Context) (State, error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return State{}, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return State{}, err
	}
	var out State
	err = s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
		if out.Settings, err = s.Watches.Settings(ctx); err != nil {
			return err
		}
		if out.SpentToday, err = s.Watches.Spent(ctx, today); err != nil {
			return err
		}
		out.Own, err = s.OwnAccounts.List(ctx)
		return err
	})
	if err != nil {
		return State{}, err
	}
	out.Group, err = s.groupAccounts(ctx)
	return withoutCredentials(out), err
}

func withoutCredentials(s State) State {
	for _, as := range [][]Account{s.Own, s.Group} {
		for i := range as {
			as[i].Credential = Credential{}
		}
	}
	return s
}

func (s *Service) groupAccounts(ctx context.Context) (as []Account, err error) {
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		as, err = s.GroupAccounts.List(ctx)
		return err
	})
	return as, err
}

// Configure stores a new version of the tenant's settings.
func (s *Service) Configure(ctx context.Context, in Settings) (State, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return State{}, err
	}
	if err := in.Validate(); err != nil {
		return State{}, err
	}
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Watches.Settings(ctx)
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrChanged
		}
		in.Version, in.CreatedAt = before.Version+1, s.Clock.Now()
		if err := s.Watches.AddSettings(ctx, in, actor.ID); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "registry_settings.changed", ObjectType: "registry_settings", ObjectID: "registry", Before: before, After: in})
	})
	if err != nil {
		return State{}, err
	}
	return s.State(ctx)
}

// GroupState gives HQ's accounts, without credentials.
func (s *Service) GroupState(ctx context.Context) ([]Account, error) {
	if _, err := access.Require(ctx, access.HQOverviewRead); err != nil {
		return nil, err
	}
	as, err := s.groupAccounts(ctx)
	return withoutCredentials(State{Group: as}).Group, err
}

// SetOwn stores the tenant's own account at a provider.
func (s *Service) SetOwn(ctx context.Context, in AccountInput) (State, error) {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return State{}, err
	}
	if err := s.set(ctx, s.Tenants, s.OwnAccounts, s.Audit, in); err != nil {
		return State{}, err
	}
	return s.State(ctx)
}

// SetGroup stores HQ's account at a provider.
func (s *Service) SetGroup(ctx context.Context, in AccountInput) ([]Account, error) {
	if _, err := access.Require(ctx, access.HQPolicyWrite); err != nil {
		return nil, err
	}
	if err := s.set(ctx, s.HQ, s.GroupAccounts, s.GroupAudit, in); err != nil {
		return nil, err
	}
	return s.GroupState(ctx)
}

// set stores an account; a new credential or a switch lifts what stopped it.
func (s *Service) set(ctx context.Context, tx uow.Tx, accounts Accounts, log audit.Recorder, in AccountInput) error {
	return tx.InTx(ctx, func(ctx context.Context) error {
		all, err := accounts.List(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(a Account) bool { return a.Provider == in.Provider })
		before := Account{Provider: in.Provider}
		if i >= 0 {
			before = all[i]
		}
		if err := in.Validate(before.Hint == "" && before.Credential.Key == ""); err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrChanged
		}
		after := Account{Provider: in.Provider, Credential: before.Credential, Hint: before.Hint, Enabled: in.Enabled, Version: before.Version}
		if in.Key != "" {
			after.Credential, after.Hint = Credential{Key: in.Key, Secret: in.Secret}, hint(in.Key)
		}
		if err := accounts.Save(ctx, after); err != nil {
			return err
		}
		facts := func(a Account) map[string]any { return map[string]any{"hint": a.Hint, "enabled": a.Enabled} }
		return log.Record(ctx, audit.Entry{Action: "registry_account.changed", ObjectType: "registry_account", ObjectID: string(in.Provider), Before: facts(before), After: facts(after)})
	})
}

// Probed is what a connection test found.
type Probed struct {
	Trouble Trouble // empty when the credential works
	Text    string
	Took    time.Duration
}

// TestOwn tries the tenant's own account; it costs one request of the budget.
func (s *Service) TestOwn(ctx context.Context, p ProviderName) (Probed, error) {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return Probed{}, err
	}
	spend, err := s.purse(ctx)
	if err != nil {
		return Probed{}, err
	}
	return s.probe(ctx, s.Tenants, s.OwnAccounts, p, spend)
}

// TestGroup tries HQ's account.
func (s *Service) TestGroup(ctx context.Context, p ProviderName) (Probed, error) {
	if _, err := access.Require(ctx, access.HQPolicyWrite); err != nil {
		return Probed{}, err
	}
	return s.probe(ctx, s.HQ, s.GroupAccounts, p, func(context.Context) error { return nil })
}

func (s *Service) probe(ctx context.Context, tx uow.Tx, accounts Accounts, p ProviderName, spend func(context.Context) error) (Probed, error) {
	if !slices.Contains(Providers, p) || s.Adapters[p] == nil {
		return Probed{}, ErrProvider
	}
	var all []Account
	err := tx.InTx(ctx, func(ctx context.Context) (err error) {
		all, err = accounts.List(ctx)
		return err
	})
	if err != nil {
		return Probed{}, err
	}
	i := slices.IndexFunc(all, func(a Account) bool { return a.Provider == p && a.Credential.Key != "" })
	if i < 0 {
		return Probed{}, ErrNoAccount
	}
	began := s.Clock.Now()
	if err := s.Adapters[p].Probe(ctx, Ask{Credential: all[i].Credential, Spend: spend}); err != nil {
		e := TroubleOf(err)
		return Probed{Trouble: e.Trouble, Text: e.Text, Took: s.Clock.Now().Sub(began)}, nil
	}
	return Probed{Took: s.Clock.Now().Sub(began)}, nil
}

// purse takes each request from the tenant's budget of today, in a transaction of
// its own, before the request leaves.
func (s *Service) purse(ctx context.Context) (func(context.Context) error, error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, err
	}
	var settings Settings
	err = s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
		settings, err = s.Watches.Settings(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		left := false
		err := s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
			left, err = s.Watches.Spend(ctx, today, settings.DailyBudget)
			return err
		})
		if err == nil && !left {
			err = Fail(BudgetExhausted, "", "today's budget of requests is used up", nil)
		}
		return err
	}, nil
}
