package directory_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	store "zhuxin/data/hqrepo/directory"
	"zhuxin/data/outbox"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/tenancy/tenancytest"
)

// world is the register on a real database, with the events it published.
type world struct {
	*tenancytest.Env
	clock        *clock
	events       *events
	deps         directory.Deps
	applications *directory.Applications
	onboarding   *directory.Onboarding
	members      *directory.Members
	keys         *directory.Keys
	codes        *directory.Codes
	tenants      *directory.Tenants
	places       *directory.Places
	accounts     *directory.Accounts
	failures     []error // of onboarding runs
}

// clock can be moved while others read it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var _ calendar.Clock = (*clock)(nil)

// events is the outbox, and keeps what was published for the test to deliver.
type events struct {
	event.Publisher
	mu   sync.Mutex
	list []event.Delivered
}

func (e *events) Publish(ctx context.Context, ev event.Event) error {
	if err := e.Publisher.Publish(ctx, ev); err != nil {
		return err
	}
	b, err := json.Marshal(ev.Payload)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event.Delivered{ID: uuid.New(), Topic: ev.Topic, Payload: b})
	return nil
}

func (e *events) of(topic event.Topic) (out []event.Delivered) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.list {
		if d.Topic == topic {
			out = append(out, d)
		}
	}
	return out
}

func newWorld(t *testing.T) *world {
	t.Helper()
	env := tenancytest.New(t)
	w := &world{Env: env, clock: &clock{at: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}, events: &events{Publisher: outbox.HQ(env.Pool)}}
	master, err := crypto.ParseMaster("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=")
	if err != nil {
		t.Fatal(err)
	}
	w.deps = directory.Deps{HQ: env.Pool.HQ(), Audit: auditlog.HQ(env.Pool), Events: w.events, Clock: w.clock, Store: store.NewStore()}
	w.applications = directory.NewApplications(w.deps, crypto.HQ(env.Pool, master, w.clock))
	w.onboarding = directory.NewOnboarding(w.deps, w.provisioner(t), func(_ context.Context, err error, _ uuid.UUID) {
		w.failures = append(w.failures, err)
	})
	w.members = directory.NewMembers(w.deps)
	w.keys = directory.NewKeys(w.deps)
	w.codes = directory.NewCodes(w.deps)
	w.tenants = directory.NewTenants(w.deps, nil)
	w.places = directory.NewPlaces(w.deps)
	w.accounts = directory.NewAccounts(w.deps)
	return w
}

func (w *world) provisioner(t *testing.T) directory.Provisioner {
	return store.NewProvisioner(w.Provisioner(t))
}

// tx runs fn in HQ's unit of work.
func (w *world) tx(t *testing.T, fn func(ctx context.Context) error) {
	t.Helper()
	if err := w.Pool.HQ().InTx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// person writes one down and gives a context in which he acts.
func (w *world) person(t *testing.T, email string) (directory.Person, context.Context) {
	t.Helper()
	p := directory.Person{ID: uuid.New(), Email: email, EmailVerified: true, Name: "人 " + email}
	w.tx(t, func(ctx context.Context) error { return w.deps.Store.People.Put(ctx, p) })
	return p, as(t, p)
}

func as(t *testing.T, p directory.Person) context.Context {
	return access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: p.ID, Name: p.Name, Email: p.Email, RequestID: "test"})
}

// join makes the person a member without an invitation.
func (w *world) join(t *testing.T, tenantID *uuid.UUID, p directory.Person, roles ...access.Role) directory.Member {
	t.Helper()
	m := directory.Member{ID: uuid.New(), Version: 1, PersonID: p.ID, TenantID: tenantID, Name: p.Name, Email: p.Email,
		Roles: roles, Status: directory.MemberActive, CreatedAt: w.clock.Now()}
	w.tx(t, func(ctx context.Context) error { return w.deps.Store.Memberships.Create(ctx, m, nil) })
	return m
}

func reason(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return ""
	}
	if len(f.Fields) > 0 {
		return f.Fields[0].Name + " " + f.Fields[0].Reason
	}
	return f.Reason
}

func wants(t *testing.T, err error, want string) {
	t.Helper()
	if got := reason(err); got != want {
		t.Fatalf("want the fault %s, got %v", want, err)
	}
}

// uscc makes a valid code out of a number.
func uscc(n int) string {
	body := []byte("91310000MA1KQ0000")
	for i := len(body) - 1; n > 0; i, n = i-1, n/10 {
		body[i] = byte('0' + n%10)
	}
	c, err := party.CheckCharacter(string(body))
	if err != nil {
		panic(err)
	}
	return string(body) + string(c)
}

func application(n int) directory.ApplyInput {
	return directory.ApplyInput{Name: "东海混凝土有限公司", ShortName: "东海混凝土", USCC: uscc(n), ContactName: "王工", ContactPhone: "138 0000 1234"}
}

func (w *world) actions(t *testing.T, objectID uuid.UUID) (out []string) {
	t.Helper()
	rows, err := w.Admin(t).QueryContext(t.Context(), `SELECT action FROM hq.audit_log WHERE object_id = $1 ORDER BY id`, objectID.String())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}
