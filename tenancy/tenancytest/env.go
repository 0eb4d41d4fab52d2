package tenancytest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
)

// Env is a database of its own with two tenants.
type Env struct {
	Pool *scope.Pool
	A, B scope.Tenant

	AppDSN      string // of zhuxin_app in this database
	MigratorDSN string // of zhuxin_migrator
	AdminDSN    string // of the superuser, in this database; for looking, never for the code under test
}

// New makes the environment and drops it when the test ends.
func New(t testing.TB) *Env {
	t.Helper()
	server := adminURL(t)
	template := prepareTemplate(t, server)
	name := cloneDatabase(t, server, template.name)
	env := &Env{
		A: template.a, B: template.b,
		AppDSN:      at(server, name, migrate.RoleApp, appPassword),
		MigratorDSN: at(server, name, migrate.RoleMigrator, migratorPassword),
		AdminDSN:    at(server, name, "", ""),
	}
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 8})
	if err != nil {
		t.Fatalf("tenancytest: %v", err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	env.Pool = pool
	return env
}

// Actor is a person of a tenant with the roles; without a role, an administrator.
func (e *Env) Actor(tenant scope.Tenant, roles ...access.Role) access.Actor {
	if len(roles) == 0 {
		roles = []access.Role{access.RoleAdministrator}
	}
	id := uuid.NewSHA1(tenant.ID, []byte(roles[0]))
	return access.Actor{
		Kind: access.KindPerson, ID: id, Name: string(roles[0]) + " of " + tenant.Slug,
		Email: string(roles[0]) + "@" + tenant.Slug + ".example", TenantID: tenant.ID, Roles: roles, RequestID: "test",
	}
}

// CtxA is bound to tenant A, with a person of these roles acting.
func (e *Env) CtxA(t testing.TB, roles ...access.Role) context.Context {
	return e.Ctx(t, e.A, roles...)
}

// CtxB is bound to tenant B, with a person of these roles acting.
func (e *Env) CtxB(t testing.TB, roles ...access.Role) context.Context {
	return e.Ctx(t, e.B, roles...)
}

// Ctx is bound to any tenant, with a person of these roles acting.
func (e *Env) Ctx(t testing.TB, tenant scope.Tenant, roles ...access.Role) context.Context {
	return access.With(scope.WithTenant(t.Context(), tenant), e.Actor(tenant, roles...))
}

// HQCtx is bound to no tenant, with a person of HQ acting; without a role, an HQ
// administrator.
func (e *Env) HQCtx(t testing.TB, roles ...access.Role) context.Context {
	if len(roles) == 0 {
		roles = []access.Role{access.RoleHQAdministrator}
	}
	return access.With(t.Context(), access.Actor{
		Kind: access.KindPerson, ID: uuid.NewSHA1(uuid.Nil, []byte(roles[0])), Name: string(roles[0]),
		Email: string(roles[0]) + "@hq.example", Roles: roles, RequestID: "test",
	})
}

// Admin opens the database as the superuser, for looking at what the code left.
func (e *Env) Admin(t testing.TB) *sql.DB {
	t.Helper()
	return openAdmin(t, e.AdminDSN)
}

// Provisioner makes further tenants in this database.
func (e *Env) Provisioner(t testing.TB) *provision.Provisioner {
	t.Helper()
	return provision.New(e.Migrator(t))
}

// Migrator works as zhuxin_migrator in this database.
func (e *Env) Migrator(t testing.TB) *migrate.Migrator {
	t.Helper()
	m, err := migrate.Open(e.MigratorDSN)
	if err != nil {
		t.Fatalf("tenancytest: %v", err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}
