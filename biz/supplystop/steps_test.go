package supplystop_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/supplystop"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// book keeps one stop in memory, with what its steps did.
type book struct {
	supplystop.Repository
	customer.Finder
	exposure.Accounts
	stop      supplystop.Stop
	saved     int
	submitted int
	published []event.Event
	late      map[calendar.Date][]uuid.UUID
}

func (b *book) InTx(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
func (b *book) Lock(context.Context, uuid.UUID, *uuid.UUID) (supplystop.Stop, error) {
	return b.stop, nil
}
func (b *book) Save(_ context.Context, s supplystop.Stop) error {
	b.stop, b.saved = s, b.saved+1
	return nil
}
func (b *book) AddEvent(context.Context, supplystop.Event) error { return nil }
func (b *book) Get(_ context.Context, id uuid.UUID) (exposure.Account, error) {
	return exposure.Account{CustomerID: id}, nil
}
func (b *book) Late(context.Context, calendar.Date) (map[calendar.Date][]uuid.UUID, error) {
	return b.late, nil
}
func (b *book) Record(context.Context, audit.Entry) error { return nil }
func (b *book) Publish(_ context.Context, e event.Event) error {
	b.published = append(b.published, e)
	return nil
}
func (b *book) Submit(context.Context, approval.Submission) (approval.Approval, error) {
	b.submitted++
	return approval.Approval{}, nil
}

// repo answers Get for stops; accounts have one of their own.
type repo struct{ *book }

func (r repo) Get(context.Context, uuid.UUID, *uuid.UUID) (supplystop.Stop, error) {
	return r.stop, nil
}

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func world(state supplystop.State) (*book, *supplystop.Service) {
	b := &book{stop: supplystop.Stop{ID: uuid.New(), CustomerID: uuid.New(), State: state, Version: 7}}
	return b, supplystop.New(supplystop.Config{Tx: b, Repo: repo{b}, Events: b, Customers: b, Accounts: b, Approvals: b, Audit: b, Clock: &calendar.Frozen{At: noon},
		Deadlines: func(context.Context) (supplystop.Deadlines, error) {
			return supplystop.Deadlines{Prepared: 4, Notified: 5, Stopped: 6}, nil
		}})
}

func as(t *testing.T, role access.Role) context.Context {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	ctx := tenant.With(t.Context(), tenant.Tenant{ID: uuid.New(), Currency: money.Currency("CNY"), Zone: zone})
	return access.With(ctx, access.Actor{Kind: access.KindPerson, ID: uuid.New(), Name: "甲", Roles: []access.Role{role}})
}

// Every state, each step, each role: what may be done is what the two small tables say,
// and all else is refused and leaves the stop as it was.
func TestEveryStateStepAndRole(t *testing.T) {
	t.Parallel()
	type state = supplystop.State
	states := []state{supplystop.StatePrepared, supplystop.StateNotified, supplystop.StateStopped, supplystop.StateAcknowledged, supplystop.StateResumed, supplystop.StateCancelled}
	follows := map[state][]state{
		supplystop.StatePrepared: {supplystop.StateNotified, supplystop.StateCancelled},
		supplystop.StateNotified: {supplystop.StateStopped, supplystop.StateCancelled},
		supplystop.StateStopped:  {supplystop.StateAcknowledged},
	}
	apply := []access.Role{access.RoleAdministrator, access.RoleCreditReviewer, access.RoleSalesperson}
	plant := []access.Role{access.RoleDispatcher}
	n := 0
	for _, from := range states {
		for _, to := range states {
			for _, role := range access.TenantRoles {
				n++
				b, s := world(from)
				ctx, name := as(t, role), fmt.Sprintf("%s to %s by %s", from, to, role)
				in := supplystop.StepInput{ID: b.stop.ID, To: to, Note: "电话通知", Version: 7}
				var err error
				may := slices.Contains(apply, role)
				switch to {
				case supplystop.StateAcknowledged:
					may = slices.Contains(plant, role)
					_, err = s.Acknowledge(ctx, in)
				case supplystop.StateResumed:
					_, err = s.Resume(ctx, in.ID, "已回款", 7)
				default:
					_, err = s.Step(ctx, in)
				}
				switch {
				case !may:
					if !errors.Is(err, access.ErrForbidden) {
						t.Errorf("%s: %v, and he may not", name, err)
					}
				case to == supplystop.StateResumed:
					// Asked for, not done: somebody else approves it.
					if want := from.InForce(); (err == nil) != want || (b.submitted == 1) != want {
						t.Errorf("%s: %v, %d submitted", name, err, b.submitted)
					}
				case slices.Contains(follows[from], to):
					if err != nil || b.stop.State != to || b.stop.Version != 8 {
						t.Errorf("%s: %v, now %s", name, err, b.stop.State)
					}
				default:
					if err == nil {
						t.Errorf("%s went through", name)
					}
				}
				if (err != nil || to == supplystop.StateResumed) && (b.saved != 0 || b.stop.State != from) {
					t.Errorf("%s: refused, and the stop is %s", name, b.stop.State)
				}
			}
		}
	}
	if n < 36*5 {
		t.Errorf("only %d cases", n)
	}
}

// Each step gives the next one its deadline, by the tenant's days; one that was shown
// before somebody else's step is refused.
func TestDeadlinesAndVersions(t *testing.T) {
	t.Parallel()
	today := calendar.NewDate(2026, 11, 20)
	for _, c := range []struct {
		from, to supplystop.State
		due      calendar.Date
	}{
		{supplystop.StatePrepared, supplystop.StateNotified, today + 5},
		{supplystop.StateNotified, supplystop.StateStopped, today + 6},
		{supplystop.StatePrepared, supplystop.StateCancelled, 0},
	} {
		b, s := world(c.from)
		in := supplystop.StepInput{ID: b.stop.ID, To: c.to, Note: "n", Version: 6}
		if _, err := s.Step(as(t, access.RoleAdministrator), in); !errors.Is(err, supplystop.ErrVersion) || b.saved != 0 {
			t.Errorf("an old version: %v", err)
		}
		in.Version = 7
		if _, err := s.Step(as(t, access.RoleAdministrator), in); err != nil || b.stop.DueOn != c.due {
			t.Errorf("%s: %v, due on %s, want %s", c.to, err, b.stop.DueOn, c.due)
		}
	}
}

// A missed deadline is told under a name of its own, so that it is told once.
func TestMissedDeadlinesAreTold(t *testing.T) {
	t.Parallel()
	b, s := world(supplystop.StatePrepared)
	first, second := uuid.New(), uuid.New()
	b.late = map[calendar.Date][]uuid.UUID{calendar.NewDate(2026, 11, 18): {first}, calendar.NewDate(2026, 11, 19): {second}}
	n, err := s.Daily(as(t, access.RoleAdministrator), calendar.NewDate(2026, 11, 20))
	if err != nil || n != 2 || len(b.published) != 2 {
		t.Fatalf("%d late, %d told, %v", n, len(b.published), err)
	}
	for _, e := range b.published {
		about, is := e.Payload.(news.About)
		want := map[uuid.UUID]string{first: "2026-11-18", second: "2026-11-19"}
		if !is || about.Kind != news.SupplyStopLate || len(about.IDs) != 1 || about.Key != want[about.IDs[0]] {
			t.Errorf("told %+v", e.Payload)
		}
	}
}
