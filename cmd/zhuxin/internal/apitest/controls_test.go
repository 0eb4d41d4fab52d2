package apitest_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/conf"
	"zhuxin/app/server"
	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
)

// Who tests the test: with a control taken away the matrix has to find it.
func TestMatrixFindsMissingControls(t *testing.T) {
	var a, b *house
	var open, confused, misled, promoted atomic.Bool
	env := apitest.Start(t, apitest.Options{
		Conf: func(c *conf.Config) { c.HTTP.SessionCache = time.Nanosecond },
		Change: func(app *wiring.App) {
			app.Memberships = &memberships{Memberships: app.Memberships, a: &a, b: &b, open: &open, confused: &confused, promoted: &promoted}
			app.Authenticator = &authenticator{Authenticator: app.Authenticator, a: &a, b: &b, confused: &confused}
			bind := app.BindTenant
			app.BindTenant = func(ctx context.Context, id uuid.UUID) (context.Context, error) {
				if misled.Load() && id == a.tenant.ID {
					id = b.tenant.ID
				}
				return bind(ctx, id)
			}
		},
	})
	a, b = build(t, env, "A"), build(t, env, "B")
	hq := headquarters(t, env, a, b)
	infos := newMatrix(t, a, b, hq).infos
	for _, c := range []struct {
		name    string
		off     *atomic.Bool
		run     func(x *matrix)
		has     func(operation string) bool // which of the subsidiaries' routes have to be found
		changes bool                        // whether the checksums have to find it too
	}{
		{"anybody is let into a subsidiary that he names", &open, (*matrix).everyTenantHeader, func(operation string) bool { return inTenant[operation].who != "key" }, false},
		// Where a mapping of the name is there already, the answer is the same; the checksums
		// tell. News are a person's own besides, which is a second control.
		{"a place is taken for another's", &confused, (*matrix).everyField, func(operation string) bool {
			return len(objects(inTenant[operation].in, "")) > 0 && !strings.HasSuffix(operation, "/SaveMapping") && !strings.HasSuffix(operation, "/MarkRead")
		}, true},
		{"a place leads into another's schema", &misled, (*matrix).everyField, nil, false},
		{"everybody has every role", &promoted, (*matrix).everyRole, func(operation string) bool {
			return slices.ContainsFunc(access.TenantRoles, func(r access.Role) bool { return tenantPerson(infos[operation], r) != allowed })
		}, false},
	} {
		x, before := newMatrix(t, a, b, hq), sums(t, env, b)
		x.brief = true
		c.off.Store(true)
		c.run(x)
		c.off.Store(false)
		if len(x.findings) == 0 {
			t.Errorf("%s: not found", c.name)
		}
		for _, operation := range sortedSpecs(inTenant) {
			if c.has != nil && c.has(operation) && !x.found[operation] {
				t.Errorf("%s: not found by %s", c.name, operation)
			}
		}
		changed := 0
		for table, sum := range sums(t, env, b) {
			if before[table] != sum {
				changed++
			}
		}
		if c.changes && changed < 10 {
			t.Errorf("%s: the checksums of %d tables have changed", c.name, changed)
		}
		t.Logf("%s: %d cases, %d findings by %d routes, %d tables changed", c.name, x.cases.Load(), len(x.findings), len(x.found), changed)
	}
}

// memberships lets A's people into B: open by B's name, confused by A's; or gives
// everybody every role.
type memberships struct {
	server.Memberships
	a, b                     **house
	open, confused, promoted *atomic.Bool
}

// HQ makes everybody HQ's administrator when promoted.
func (s *memberships) HQ(ctx context.Context, person uuid.UUID) ([]access.Role, error) {
	if s.promoted.Load() {
		return access.HQRoles, nil
	}
	return s.Memberships.HQ(ctx, person)
}

func (s *memberships) Resolve(ctx context.Context, person uuid.UUID, slug string) (server.Membership, error) {
	p, err := s.Memberships.Resolve(ctx, person, slug)
	switch {
	case s.promoted.Load():
		p.Roles = access.TenantRoles
	case s.confused.Load() && err == nil && p.TenantID == (*s.a).tenant.ID:
		p.TenantID = (*s.b).tenant.ID
	case s.open.Load() && err != nil && slug == (*s.b).tenant.Slug:
		return server.Membership{TenantID: (*s.b).tenant.ID, Slug: slug, State: server.TenantReady, Roles: access.TenantRoles}, nil
	}
	return p, err
}

type authenticator struct {
	server.Authenticator
	a, b     **house
	confused *atomic.Bool
}

func (s *authenticator) APIKey(ctx context.Context, key string) (access.Actor, error) {
	k, err := s.Authenticator.APIKey(ctx, key)
	if s.confused.Load() && err == nil && k.TenantID == (*s.a).tenant.ID {
		k.TenantID = (*s.b).tenant.ID
	}
	return k, err
}
