package directory_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
	"zhuxin/tenancy/scope"
)

// otherSeesNothing is the sibling check for what lies in the shared schema and is
// kept apart by tenant id: A's administrator finds it, B's does not.
func (w *world) otherSeesNothing(t *testing.T, count func(ctx context.Context) (int, error)) {
	t.Helper()
	t.Run("other tenant sees nothing", func(t *testing.T) {
		for _, c := range []struct {
			tenant scope.Tenant
			want   bool
		}{{w.A, true}, {w.B, false}} {
			n, err := count(w.Ctx(t, c.tenant))
			if err != nil {
				t.Fatal(err)
			}
			if (n > 0) != c.want {
				t.Errorf("%s sees %d rows of A", c.tenant.Slug, n)
			}
		}
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, _ := w.person(t, "admin@a.example")
	seller, _ := w.person(t, "seller@a.example")
	first := w.join(t, &w.A.ID, admin, access.RoleAdministrator)
	second := w.join(t, &w.A.ID, seller, access.RoleSalesperson)
	ctx := w.CtxA(t)

	w.otherSeesNothing(t, func(ctx context.Context) (int, error) {
		r, err := w.members.List(ctx)
		return len(r.Members), err
	})
	// The last administrator stays, whatever is changed.
	_, err := w.members.Update(ctx, directory.UpdateMemberInput{ID: first.ID, Status: directory.MemberDisabled, Version: 1})
	wants(t, err, "LAST_ADMINISTRATOR")
	_, err = w.members.Update(ctx, directory.UpdateMemberInput{ID: first.ID, Roles: []access.Role{access.RoleViewer}, Version: 1})
	wants(t, err, "LAST_ADMINISTRATOR")
	// Another tenant's member, an old version and a foreign role are refused.
	_, err = w.members.Update(w.CtxB(t), directory.UpdateMemberInput{ID: second.ID, Status: directory.MemberDisabled, Version: 1})
	wants(t, err, "MEMBER_NOT_FOUND")
	_, err = w.members.Update(ctx, directory.UpdateMemberInput{ID: second.ID, Roles: []access.Role{access.RoleHQAdministrator}, Version: 1})
	wants(t, err, "roles[0] UNKNOWN_ROLE")
	_, err = w.members.Update(w.CtxA(t, access.RoleSalesperson), directory.UpdateMemberInput{ID: second.ID, Status: directory.MemberDisabled, Version: 1})
	wants(t, err, "PERMISSION_DENIED")

	m, err := w.members.Update(ctx, directory.UpdateMemberInput{ID: second.ID, Roles: []access.Role{access.RoleAdministrator, access.RoleFinance}, Version: 1})
	if err != nil || m.Version != 2 {
		t.Fatalf("%+v, %v", m, err)
	}
	_, err = w.members.Update(ctx, directory.UpdateMemberInput{ID: second.ID, Status: directory.MemberDisabled, Version: 1})
	wants(t, err, "VERSION_CONFLICT")
	if _, err = w.members.Update(ctx, directory.UpdateMemberInput{ID: first.ID, Status: directory.MemberDisabled, Version: 1}); err != nil {
		t.Fatal(err)
	}
	// Disabled counts at once: for the transport and for the person's own view.
	_, err = w.places.Resolve(t.Context(), admin.ID, w.A.Slug)
	wants(t, err, "TENANT_NOT_FOUND")
	if p, err := w.places.Resolve(t.Context(), seller.ID, w.A.Slug); err != nil || !slices.Contains(p.Roles, access.RoleAdministrator) {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = w.places.Resolve(t.Context(), seller.ID, w.B.Slug)
	wants(t, err, "TENANT_NOT_FOUND")
	if got := w.actions(t, second.ID); !slices.Equal(got, []string{"member.updated"}) {
		t.Errorf("audit %v", got)
	}
	if n := len(w.events.of(directory.TopicTenantAudit)); n != 2 {
		t.Errorf("%d copies for the tenant's own audit, want 2", n)
	}
}

// Two administrators who disable each other at the same moment must leave one.
func TestLastAdministratorUnderConcurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var members []directory.Member
	for _, mail := range []string{"one@a.example", "two@a.example", "three@a.example"} {
		p, _ := w.person(t, mail)
		members = append(members, w.join(t, &w.A.ID, p, access.RoleAdministrator))
	}
	var wg sync.WaitGroup
	for _, m := range members {
		wg.Go(func() {
			_, err := w.members.Update(w.CtxA(t), directory.UpdateMemberInput{ID: m.ID, Status: directory.MemberDisabled, Version: 1})
			if err != nil && reason(err) != "LAST_ADMINISTRATOR" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r, err := w.members.List(w.CtxA(t))
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for _, m := range r.Members {
		if m.Status == directory.MemberActive {
			active++
		}
	}
	if active != 1 {
		t.Errorf("%d active administrators are left, want 1", active)
	}
}

func TestHQMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, _ := w.person(t, "head@hq.example")
	m := w.join(t, nil, p, access.RoleHQAdministrator)
	hq := w.HQCtx(t)
	r, err := w.members.ListHQ(hq)
	if err != nil || len(r.Members) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	_, err = w.members.UpdateHQ(hq, directory.UpdateMemberInput{ID: m.ID, Roles: []access.Role{access.RoleHQViewer}, Version: 1})
	wants(t, err, "LAST_ADMINISTRATOR")
	_, err = w.members.ListHQ(w.CtxA(t))
	wants(t, err, "PERMISSION_DENIED")
	// HQ is no tenant: its members do not show in one, and it is left out of Places.
	if roles, err := w.places.HQRoles(t.Context(), p.ID); err != nil || len(roles) != 1 {
		t.Errorf("%v, %v", roles, err)
	}
	if roles, err := w.places.HQRoles(t.Context(), uuid.New()); err != nil || roles != nil {
		t.Errorf("a stranger has %v at HQ, %v", roles, err)
	}
	_, err = w.places.Resolve(t.Context(), p.ID, w.A.Slug)
	wants(t, err, "TENANT_NOT_FOUND")
}

func TestSuspend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hq := w.HQCtx(t)
	p, _ := w.person(t, "admin@a.example")
	w.join(t, &w.A.ID, p, access.RoleAdministrator)
	_, err := w.tenants.SetStatus(hq, directory.SetTenantStatusInput{ID: w.A.ID, Status: directory.TenantSuspended})
	wants(t, err, "reason REQUIRED")
	for range 2 {
		got, err := w.tenants.SetStatus(hq, directory.SetTenantStatusInput{ID: w.A.ID, Status: directory.TenantSuspended, Reason: "欠费"})
		if err != nil || got.Status != directory.TenantSuspended || got.SuspendedReason != "欠费" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	place, err := w.places.Resolve(t.Context(), p.ID, w.A.Slug)
	if err != nil || place.Tenant.Status != directory.TenantSuspended {
		t.Errorf("%+v, %v", place, err)
	}
	if _, err := w.tenants.SetStatus(hq, directory.SetTenantStatusInput{ID: w.A.ID, Status: directory.TenantActive}); err != nil {
		t.Fatal(err)
	}
	if got := w.actions(t, w.A.ID); !slices.Equal(got, []string{"tenant.suspended", "tenant.resumed"}) {
		t.Errorf("audit %v", got)
	}
	all, err := w.tenants.List(hq)
	if err != nil || len(all) != 2 || all[0].SchemaVersion == "" || all[0].SchemaStatus != "current" {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = w.tenants.List(w.CtxA(t))
	wants(t, err, "PERMISSION_DENIED")
}

func TestAddressThatMovesToAnotherPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old, _ := w.person(t, "desk@a.example")
	now, ctx := w.person(t, "desk@a.example") // another identity has the address now
	me, err := w.accounts.Me(ctx)
	if err != nil || me.Person.Email != "desk@a.example" || me.Person.ID != now.ID {
		t.Fatalf("%+v, %v", me, err)
	}
	w.tx(t, func(ctx context.Context) error {
		p, err := w.deps.Store.People.Get(ctx, old.ID)
		if err == nil && (p.EmailVerified || p.Email == now.Email) {
			t.Errorf("the former holder still has it: %+v", p)
		}
		return err
	})
}
