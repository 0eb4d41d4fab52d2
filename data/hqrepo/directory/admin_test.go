package directory_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/identity"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
)

func (w *world) admin(t *testing.T) *directory.Admin {
	t.Helper()
	public, admin := os.Getenv("ZHUXIN_KRATOS_PUBLIC_URL"), os.Getenv("ZHUXIN_KRATOS_ADMIN_URL")
	if public == "" || admin == "" {
		t.Fatal("no Ory Kratos: set ZHUXIN_KRATOS_PUBLIC_URL and ZHUXIN_KRATOS_ADMIN_URL, or run by deploy/dev/cmd/with-servers")
	}
	c, err := identity.New(identity.Config{PublicURL: public, AdminURL: admin, Timeout: 20 * time.Second}, calendar.System{})
	if err != nil {
		t.Fatal(err)
	}
	return directory.NewAdmin(w.deps, c, w.applications, w.onboarding)
}

func address() string { return uuid.NewString()[:13] + "@command.example" }

func TestInitHQ(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, email := w.admin(t), address()
	_, err := admin.InitHQ(t.Context(), directory.NewIdentity{Email: "nobody"})
	wants(t, err, "email INVALID_EMAIL")
	first, err := admin.InitHQ(t.Context(), directory.NewIdentity{Email: strings.ToUpper(email), Name: "总部管理员"})
	if err != nil || !first.Created || first.Recovery == nil || first.Recovery.Code == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := admin.InitHQ(t.Context(), directory.NewIdentity{Email: email})
	if err != nil || again.Created || again.Person != first.Person || again.Recovery == nil {
		t.Fatalf("%+v, %v", again, err)
	}
	r, err := w.members.ListHQ(w.HQCtx(t))
	if err != nil || len(r.Members) != 1 || r.Members[0].Email != email || r.Members[0].Roles[0] != access.RoleHQAdministrator {
		t.Errorf("%+v, %v", r, err)
	}
}

// A subsidiary made at the command line goes the way of a signup, and leaves the
// same traces.
func TestCreateTenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, email := w.admin(t), address()
	in := application(1)
	in.ShortName = "East Sea"
	got, login, err := admin.CreateTenant(t.Context(), in, directory.NewIdentity{Email: email, Name: "王工", Password: "Steel-Bridge-Over-7-Rivers"})
	if err != nil || got.Slug != "east-sea" || !login.Created || login.Recovery != nil {
		t.Fatalf("%+v, %+v, %v, %v", got, login, err, w.failures)
	}
	if len(w.events.of(directory.TopicApplicationApproved)) != 1 {
		t.Error("the approval left no event")
	}
	w.deliver(t) // the worker gets it too, and finds it done
	if p, err := w.places.Resolve(t.Context(), login.Person.ID, got.Slug); err != nil || p.Roles[0] != access.RoleAdministrator {
		t.Errorf("%+v, %v", p, err)
	}

	_, _, err = admin.CreateTenant(t.Context(), in, directory.NewIdentity{Email: address(), Name: "李工"})
	wants(t, err, "APPLICATION_NOT_ACTIVE") // the company is a subsidiary already
	other := application(2)
	other.ShortName = "East Sea"
	second, _, err := admin.CreateTenant(t.Context(), other, directory.NewIdentity{Email: email})
	if err != nil || second.Slug != "east-sea-2" {
		t.Errorf("%+v, %v", second, err)
	}
	orphans, err := admin.WithoutAdministrator(t.Context())
	if err != nil || len(orphans) != 2 || orphans[0].ID == got.ID {
		t.Errorf("the two prepared tenants have no administrator: %+v, %v", orphans, err)
	}
	if _, err := admin.EnsureMember(t.Context(), &w.A.ID, directory.NewIdentity{Email: email}, []access.Role{access.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	if orphans, err = admin.WithoutAdministrator(t.Context()); err != nil || len(orphans) != 1 || orphans[0].ID != w.B.ID {
		t.Errorf("%+v, %v", orphans, err)
	}
	_, err = admin.BySlug(t.Context(), "nobody")
	wants(t, err, "TENANT_NOT_FOUND")
}
