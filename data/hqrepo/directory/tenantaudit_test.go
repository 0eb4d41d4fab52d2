package directory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/auditlog"
	"zhuxin/data/jobs"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
)

// HQ's change of a subsidiary's register shows in the subsidiary's own audit, in
// the name of who did it, and in no other's.
func TestTenantAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, _ := w.person(t, "admin@a.example")
	w.join(t, &w.A.ID, admin, access.RoleAdministrator)
	actor := access.Actor{Kind: access.KindPerson, ID: admin.ID, Name: admin.Name, TenantID: w.A.ID,
		Roles: []access.Role{access.RoleAdministrator}, RequestID: "request-1"}
	ctx := access.With(scope.WithTenant(t.Context(), w.A), actor)
	if _, err := w.members.Invite(ctx, directory.InviteInput{Email: "li@a.example", Name: "李", Roles: []access.Role{access.RoleViewer}}); err != nil {
		t.Fatal(err)
	}
	reg := registry.New(w.Pool, w.clock)
	h := directory.TenantAudit{
		Bind: func(ctx context.Context, id uuid.UUID) (context.Context, error) {
			got, err := reg.Get(ctx, id)
			return scope.WithTenant(ctx, got.Tenant), err
		},
		HQ: w.Pool.HQ(), Tenant: w.Pool.Tenant(), People: w.deps.Store.People, Audit: auditlog.Tenant(w.Pool),
		Once: jobs.Once,
	}
	delivered := w.events.of(directory.TopicTenantAudit)
	if len(delivered) != 1 {
		t.Fatalf("%d events", len(delivered))
	}
	for range 2 {
		if err := jobs.Deliver(access.With(t.Context(), access.System(uuid.Nil, "job")), delivered[0], h.Handle); err != nil {
			t.Fatal(err)
		}
	}
	read := func(s scope.Tenant) (action, name, request, after string, n int) {
		err := w.Admin(t).QueryRowContext(t.Context(), `SELECT coalesce(max(action), ''), coalesce(max(actor_name), ''), coalesce(max(request_id), ''),
			coalesce(max(after::text), ''), count(*) FROM `+s.Schema+`.audit_log`).Scan(&action, &name, &request, &after, &n)
		if err != nil {
			t.Fatal(err)
		}
		return action, name, request, after, n
	}
	action, name, request, after, n := read(w.A)
	if n != 1 || action != "member.invited" || name != admin.Name || request != "request-1" {
		t.Errorf("%d rows, %q by %q in %q", n, action, name, request)
	}
	if want := `l***@a.example`; !strings.Contains(after, want) || strings.Contains(after, "li@a.example") {
		t.Errorf("the address is not masked: %s", after)
	}
	if _, _, _, _, n := read(w.B); n != 0 {
		t.Errorf("the other tenant's audit has %d rows", n)
	}
}
