package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/project"
	biz "zhuxin/biz/registry"
	"zhuxin/biz/warning"
	"zhuxin/data/registry/standin"
	"zhuxin/data/tenantrepo/credittest"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	warningrepo "zhuxin/data/tenantrepo/warning"
	"zhuxin/shared/access"
	"zhuxin/tenancy/tenancytest"
)

// owner makes a project owner with the n-th code.
func (w *world) owner(ctx context.Context, n int) uuid.UUID {
	w.t.Helper()
	id := uuid.New()
	w.Exec(w.t, ctx, `INSERT INTO owners (id, name, uscc, kind, created_at, updated_at) VALUES ($1, $2, $3, 'company', now(), now())`, id, "滨江置业"+credittest.USCC(n)[8:], credittest.USCC(n))
	return id
}

// site makes a project of a customer for an owner.
func (w *world) site(ctx context.Context, name string, customer, owner uuid.UUID, status string, seller *uuid.UUID) {
	w.t.Helper()
	w.Exec(w.t, ctx, `INSERT INTO projects (id, number, name, customer_id, owner_id, salesperson_id, status, created_at, updated_at) VALUES (gen_random_uuid(), $1, $1, $2, $3, $4, $5, $6, $6)`,
		name, customer, owner, seller, status, w.Clock.At.Add(-time.Hour))
}

// member is a colleague of the first subsidiary.
func (w *world) member(name string, roles ...access.Role) (uuid.UUID, context.Context) {
	actor, ctx := w.AddMember(w.t, w.A, name, roles...)
	return actor.ID, ctx
}

// An owner of a live project is looked at like a customer, once for the group; what
// changes reaches the customers who supply his projects and who sells there.
func TestOwnersAreWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	w.connect()
	sales, salesCtx := w.member("张三", access.RoleSalesperson)
	seller, sells := w.member("李四", access.RoleSalesperson)
	_, stranger := w.member("王五", access.RoleSalesperson)
	reviewer, _ := w.member("复核员", access.RoleCreditReviewer)
	c1, c2, both := w.NewCustomer(t, salesCtx, 11), w.NewCustomer(t, salesCtx, 12), w.NewCustomer(t, salesCtx, 3)
	owner, idle, self, theirs := w.owner(a, 1), w.owner(a, 2), w.owner(a, 3), w.owner(b, 1)
	w.site(a, "P-1", c1.ID, owner, "supplying", &seller)
	w.site(a, "P-2", c1.ID, owner, "planned", nil)
	w.site(a, "P-3", c2.ID, owner, "finished", nil)
	w.site(a, "P-4", c2.ID, idle, "finished", nil)
	w.site(a, "P-5", both.ID, self, "supplying", nil) // builds for himself
	w.server.Put(standin.Company{Name: both.Name, USCC: credittest.USCC(3), Status: "存续", Restricted: []string{"(2025)鄂0102执7号"}})
	w.site(b, "P-1", w.NewCustomer(t, b, 11).ID, theirs, "supplying", nil)

	n, err := w.registry.DueLooks(w.system(a), 10)
	if err != nil || n != 4 {
		t.Fatalf("%d looks at three customers and one owner, %v", n, err)
	}
	if got := w.Count(t, a, `SELECT count(*) FROM registry_watches WHERE kind = 'owner' AND id = $1`, owner); got != 1 {
		t.Errorf("the owner is watched %d times", got)
	}
	if got := w.Count(t, a, `SELECT count(*) FROM registry_watches WHERE kind = 'owner'`); got != 1 {
		t.Errorf("%d owners are watched, also one without a live project or one who is a customer", got)
	}
	// The restriction was there at the first look and is serious; the lawsuit is no news.
	// Who builds for himself is warned of once, as the customer.
	if got := w.Count(t, a, `SELECT count(*) FROM warnings WHERE kind = 'registry.owner.consumption_restriction' AND customer_id = $1`, c1.ID); got != 1 || w.warnings(a) != 2 {
		t.Errorf("%d of the owner, %d in all", got, w.warnings(a))
	}
	// What A paid for serves B, whose own warning names his own project.
	asked := w.server.Requests()
	if n, err := w.registry.DueLooks(w.system(b), 10); err != nil || n != 2 || w.server.Requests() != asked || w.warnings(b) != 1 {
		t.Errorf("B: %d looks, %d further requests, %d warnings, %v", n, w.server.Requests()-asked, w.warnings(b), err)
	}

	// The weakest grade's interval later the owner alone is due again, and is dishonest.
	w.company.Dishonest = []string{"(2026)执1号"}
	w.server.Put(w.company)
	w.Clock.At = w.Clock.At.Add(7 * 24 * time.Hour)
	if n, err := w.registry.DueLooks(w.system(a), 10); err != nil || n != 1 {
		t.Errorf("%d looks after a week, %v", n, err)
	}
	if _, err := w.registry.DueLooks(w.system(a), 10); err != nil || w.warnings(a) != 3 {
		t.Errorf("%d warnings, %v", w.warnings(a), err)
	}
	warnings := warning.New(w.Pool.Tenant(), warningrepo.Repo{}, nil, nil, w.Clock)
	found, _, err := warnings.List(sells, warning.Query{Kind: warning.OwnerKinds + "dishonest_debtor", Limit: 10})
	ok(t, err)
	if len(found) != 1 || found[0].CustomerID != c1.ID || !strings.Contains(string(found[0].Facts), `"projects": "P-1 P-1、P-2 P-2"`) || !strings.Contains(string(found[0].Facts), owner.String()) {
		t.Fatalf("who sells at the project sees %+v", found)
	}
	for name, ctx := range map[string]context.Context{"another salesperson": stranger, "the other subsidiary": b} {
		if _, err := warnings.Get(ctx, found[0].ID); err == nil {
			t.Errorf("%s sees it", name)
		}
	}
	ok(t, w.Pool.Tenant().InTx(a, func(ctx context.Context) error {
		told, err := notifyrepo.New(w.Keys).Warnings(ctx, []uuid.UUID{found[0].ID})
		if err != nil || len(told) != 1 || told[0].Link.Route != "owner" || told[0].Link.Params["id"] != owner.String() || !strings.Contains(told[0].Line, "滨江置业") {
			t.Errorf("told %+v, %v", told, err)
			return err
		}
		for _, who := range []uuid.UUID{sales, seller, reviewer} {
			if !slices.Contains(told[0].People, who) {
				t.Errorf("%s is not told", who)
			}
		}
		if len(told[0].People) != 3 {
			t.Errorf("%d people are told", len(told[0].People))
		}
		return nil
	}))

	p, watch, err := w.registry.OfOwner(stranger, owner)
	if err != nil || len(p.Findings) != 3 || watch.LookedAt == nil || watch.NextOn.IsZero() || watch.Kind != biz.Owner {
		t.Errorf("the owner's page: %+v %+v %v", p, watch, err)
	}
	if _, watch, err = w.registry.OfOwner(a, self); err != nil || watch.LookedAt == nil {
		t.Errorf("the page of an owner who is a customer: %+v %v", watch, err)
	}
	watched := func(ctx context.Context, kind biz.SubjectKind) (ids []uuid.UUID) {
		t.Helper()
		ws, total, err := w.registry.Watched(ctx, biz.WatchQuery{Kind: kind, Limit: 10})
		ok(t, err)
		for _, one := range ws {
			if ids = append(ids, one.ID); one.Kind == biz.Owner != (one.ID == owner) {
				t.Errorf("%s is watched as %s", one.Name, one.Kind)
			}
		}
		if int(total) != len(ids) {
			t.Errorf("%d of %d watched", len(ids), total)
		}
		return ids
	}
	for _, x := range []struct {
		who  string
		ctx  context.Context
		kind biz.SubjectKind
		want int
	}{
		{"everybody's customers", a, biz.Customer, 3}, {"everybody's owners", a, biz.Owner, 1}, {"all", a, "", 4}, {"who sells to a customer of the owner's project", salesCtx, "", 4},
		{"who sells at the owner's project", sells, "", 1}, {"who sells to nobody", stranger, "", 0},
	} {
		if got := watched(x.ctx, x.kind); len(got) != x.want {
			t.Errorf("%s: %d are watched, want %d", x.who, len(got), x.want)
		}
	}
	if _, _, err := w.registry.Watched(a, biz.WatchQuery{Kind: "person"}); err == nil {
		t.Error("an unknown kind was listed")
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		if _, _, err := w.registry.OfOwner(ctx, idle); err != nil {
			return 0, nil
		}
		return 1, nil
	})
}

// Owners are paid for out of the same budget of the day, after the customers.
func TestOwnersKeepTheBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	w.connect()
	_, err := w.registry.Configure(a, biz.Settings{Enabled: true, DailyBudget: 12, IntervalDays: map[string]int{"": 30}})
	ok(t, err)
	w.server.Find(func(uscc string) (standin.Company, bool) {
		return standin.Company{Name: "某" + uscc, USCC: uscc, Status: "存续"}, true
	})
	c := w.NewCustomer(t, a, 20)
	for i := range 3 {
		w.site(a, "P-"+string(rune('1'+i)), c.ID, w.owner(a, 30+i), "supplying", nil)
	}
	if n, err := w.registry.DueLooks(w.system(a), 10); err != nil || n != 2 || w.server.Requests() != 12 {
		t.Errorf("%d looks, %d requests with a budget of 12, %v", n, w.server.Requests(), err)
	}
	if n := w.Count(t, a, `SELECT count(*) FROM registry_watches WHERE kind = 'customer' AND outcome = 'answered'`); n != 1 {
		t.Error("an owner went before the customer")
	}
}

// On demand an owner is looked at like a customer, whatever stage his projects are at;
// one who is a customer is looked at as the customer.
func TestAnOwnerIsLookedAtOnDemand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	w.connect()
	_, seller := w.member("张三", access.RoleSalesperson)
	_, viewer := w.member("查询员", access.RoleViewer)
	both := w.NewCustomer(t, a, 3)
	w.server.Put(standin.Company{Name: both.Name, USCC: credittest.USCC(3), Status: "存续"})
	idle, self, blank := w.owner(a, 1), w.owner(a, 3), uuid.New()
	w.Exec(t, a, `INSERT INTO owners (id, name, kind, created_at, updated_at) VALUES ($1, '无码业主', 'company', now(), now())`, blank)

	looked, err := w.registry.LookOwnerNow(seller, idle)
	if err != nil || looked.Asked == 0 {
		t.Fatalf("looked at an owner without a live project: %+v, %v", looked, err)
	}
	asked := w.server.Requests()
	if again, err := w.registry.LookOwnerNow(a, idle); err != nil || again.Cached != looked.Asked || w.server.Requests() != asked {
		t.Errorf("asked again within minutes: %+v, %d requests, %v", again, w.server.Requests()-asked, err)
	}
	if p, watch, err := w.registry.OfOwner(viewer, idle); err != nil || len(p.Findings) == 0 || watch.LookedAt == nil || !watch.NextOn.IsZero() {
		t.Errorf("his page: %+v, %v", watch, err)
	}
	if _, err := w.registry.DueLooks(w.system(a), 10); err != nil {
		t.Fatal(err)
	}
	w.Clock.At = w.Clock.At.Add(time.Hour)
	if _, err := w.registry.LookOwnerNow(a, self); err != nil {
		t.Fatal(err)
	}
	if n := w.Count(t, a, `SELECT count(*) FROM registry_watches WHERE id = $1`, self); n != 0 {
		t.Error("a customer is watched once more as an owner")
	}
	if _, watch, err := w.registry.OfCustomer(a, both.ID); err != nil || watch.LookedAt == nil || !watch.LookedAt.Equal(w.Clock.At) {
		t.Errorf("the customer was looked at %v, %v", watch.LookedAt, err)
	}
	for name, x := range map[string]struct {
		ctx  context.Context
		id   uuid.UUID
		want error
	}{
		"a viewer": {viewer, idle, access.ErrForbidden}, "no code": {a, blank, biz.ErrNoUSCC},
		"another subsidiary's": {w.CtxB(t), idle, project.ErrOwnerNotFound},
	} {
		if _, err := w.registry.LookOwnerNow(x.ctx, x.id); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
