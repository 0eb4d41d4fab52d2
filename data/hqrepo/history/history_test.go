package history_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	repo "zhuxin/data/hqrepo/history"
	rollupstore "zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/company"
	"zhuxin/data/query/creditcheck/creditchecktest"
	source "zhuxin/data/tenantrepo/rollup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/history"
	"zhuxin/shared/rollup"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var start = time.Date(2026, 11, 20, 4, 0, 0, 123456000, time.UTC)

type world struct {
	*tenancytest.Env
	*creditchecktest.Fixture
	clock     *calendar.Frozen
	history   *history.Service
	projector *rollup.Projector
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: start}
	return &world{Env: env, Fixture: creditchecktest.New(env.Pool, clock), clock: clock,
		history:   history.NewService(env.Pool.Tenant(), env.Pool.HQ(), repo.Store{}, company.Query{}, clock),
		projector: rollup.NewProjector(env.Pool.Tenant(), env.Pool.HQ(), source.Source{}, rollupstore.Store{}, clock)}
}

func (w *world) project(t *testing.T, ctxs ...context.Context) {
	t.Helper()
	for _, ctx := range ctxs {
		w.Recompute(t, ctx)
		if err := w.projector.Project(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) looks(t *testing.T, ctx context.Context) []history.Look {
	t.Helper()
	looks, total, err := w.history.Looks(ctx, false, 10, 0)
	if err != nil || int(total) != len(looks) {
		t.Fatalf("%d of %d looks, %v", len(looks), total, err)
	}
	return looks
}

func TestEachLookIsLoggedForItsOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, err := w.Provisioner(t).Create(t.Context(), provision.NewTenant{ID: uuid.Must(uuid.NewV7()), Slug: "subsidiary-c", Name: "测试子企业C", ShortName: "C", USCC: "911100000000000003"})
	if err != nil {
		t.Fatal(err)
	}
	third := scope.Tenant{ID: c.ID, Slug: c.Slug, Name: c.Name, Schema: c.Schema, Currency: w.A.Currency, Zone: w.A.Zone}
	a, b, cc := w.CtxA(t), w.CtxB(t), w.Ctx(t, third)
	mine := w.Add(t, a, creditchecktest.Customer{USCC: "SHARED", Grade: "A"})
	theirs := w.Add(t, b, creditchecktest.Customer{USCC: "SHARED", Grade: "C"})
	w.Add(t, cc, creditchecktest.Customer{USCC: "OTHER", Grade: "B"})
	w.Receivable(t, b, theirs.ID, "R1", calendar.Of(start, calendar.Shanghai)-5, 100)
	for i, stage := range []string{"dunning_letter", "lawyer_letter", "none"} { // of three projects
		w.Exec(t, b, `INSERT INTO credit_agreements (id, created_at, updated_at, customer_id, project_id, number, triggers, reason, status, stage)
			VALUES (gen_random_uuid(), now(), now(), $1, gen_random_uuid(), $2, '[]', 'r', 'effective', $3)`, theirs.ID, i+1, stage)
	}
	w.project(t, a, b, cc)

	h, err := w.history.OfCustomer(a, mine.ID, "order")
	if err != nil || h.USCC != "SHARED" || h.Known != 1 || h.Overdue != 1 || len(h.Ratings) != 2 {
		t.Fatalf("history: %+v, %v", h, err)
	}
	for _, r := range h.Ratings {
		if want := map[uuid.UUID]string{w.A.ID: "A" + w.A.Name, w.B.ID: "C" + w.B.Name}[r.TenantID]; r.Grade+r.Subsidiary != want || r.LapsedAt != nil || !r.EffectiveAt.Equal(start) {
			t.Errorf("rating: %+v", r)
		}
	}
	actor, _ := access.From(a)
	want := history.Look{At: start, ViewerTenantID: w.A.ID, ViewerTenant: w.A.Name, ViewerID: actor.ID, ViewerName: actor.Name, OwnerTenantID: w.B.ID, USCC: "SHARED", Purpose: "order"}
	got := w.looks(t, b)
	if len(got) != 1 || !got[0].At.Equal(start) {
		t.Fatalf("B reads %+v", got)
	}
	got[0].At = start
	if got[0] != want {
		t.Errorf("B reads %+v, want %+v", got[0], want)
	}
	if h.WorstStage != "lawyer_letter" || h.From != 0 || h.To != 10_000_000 {
		t.Errorf("elsewhere: stage %q, between %d and %d", h.WorstStage, h.From, h.To)
	}
	// What A's people looked at is in A's own list too.
	if made, n, err := w.history.Looks(a, true, 10, 0); err != nil || n != 1 || made[0].OwnerTenantID != w.B.ID || made[0].USCC != "SHARED" {
		t.Errorf("A's own looks: %+v, %v", made, err)
	}
	// One's own looks are no look at oneself, and nobody reads what concerns another.
	for _, ctx := range []context.Context{a, cc} {
		if looks := w.looks(t, ctx); len(looks) != 0 {
			t.Errorf("reads %+v", looks)
		}
	}

	// HQ's look is one too, at everybody who knows the company.
	w.clock.At = start.Add(time.Minute)
	hq := w.HQCtx(t, access.RoleHQViewer)
	if h, err = w.history.OfCompany(hq, "SHARED"); err != nil || h.Known != 2 || h.Overdue != 1 || len(h.Ratings) != 2 {
		t.Errorf("HQ sees %+v, %v", h, err)
	}
	for tenant, ctx := range map[string]context.Context{"A": a, "B": b} {
		looks := w.looks(t, ctx)
		if len(looks) == 0 || looks[0].ViewerTenantID != uuid.Nil || looks[0].ViewerTenant != "" || looks[0].ViewerName != string(access.RoleHQViewer) {
			t.Errorf("%s reads of HQ's look: %+v", tenant, looks)
		}
	}
	if looks := w.looks(t, cc); len(looks) != 0 {
		t.Errorf("C, who does not know the company, reads %+v", looks)
	}
	if page, total, err := w.history.Looks(b, false, 1, 1); err != nil || total != 2 || len(page) != 1 || page[0].ViewerTenantID != w.A.ID {
		t.Errorf("the second page: %+v %d %v", page, total, err)
	}
}

// A code that is added or mended later counts for ratings made before.
func TestFollowsTheCustomersCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	mine := w.Add(t, a, creditchecktest.Customer{USCC: "RIGHT"})
	theirs := w.Add(t, b, creditchecktest.Customer{Grade: "C", USCC: "WRONG"})
	w.project(t, a, b)
	count := func(code string) int {
		t.Helper()
		h, err := w.history.OfCompany(w.HQCtx(t), code)
		if err != nil {
			t.Fatal(err)
		}
		return len(h.Ratings)
	}
	if count("WRONG") != 1 || count("RIGHT") != 0 {
		t.Errorf("before: %d, %d", count("WRONG"), count("RIGHT"))
	}
	w.Exec(t, b, `UPDATE customers SET uscc = 'RIGHT' WHERE id = $1`, theirs.ID)
	w.project(t, b)
	if count("WRONG") != 0 || count("RIGHT") != 1 {
		t.Errorf("mended: %d, %d", count("WRONG"), count("RIGHT"))
	}
	if h, err := w.history.OfCustomer(a, mine.ID, ""); err != nil || h.Known != 1 {
		t.Errorf("A sees %+v, %v", h, err)
	}
	// A rating that was projected before its customer.
	_, err := w.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.rating_histories (id, tenant_id, customer_id, uscc, grade, total_score, effective_at)
		VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'EARLY', 'A', 1, now())`, w.B.ID)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := w.history.OfCompany(w.HQCtx(t), "EARLY"); err != nil || len(h.Ratings) != 1 || h.Known != 1 || len(w.looks(t, b)) == 0 {
		t.Errorf("early: %+v, %v", h, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	seller := w.Actor(w.A, access.RoleSalesperson)
	own := w.Add(t, a, creditchecktest.Customer{USCC: "SHARED", Salesperson: seller.ID})
	other := w.Add(t, a, creditchecktest.Customer{USCC: "ANOTHER"})
	uncoded := w.Add(t, a, creditchecktest.Customer{})
	w.Add(t, b, creditchecktest.Customer{USCC: "SHARED"})
	w.project(t, a, b)
	if _, err := w.history.OfCustomer(access.With(a, seller), own.ID, "rating"); err != nil {
		t.Errorf("a salesperson's own customer: %v", err)
	}
	before := len(w.looks(t, b))
	for name, c := range map[string]struct {
		ctx     context.Context
		id      uuid.UUID
		purpose string
		reason  string
	}{
		"another salesperson's": {access.With(a, seller), other.ID, "", "CUSTOMER_NOT_FOUND"},
		"another tenant's":      {b, own.ID, "", "CUSTOMER_NOT_FOUND"},
		"nobody":                {a, uuid.New(), "", "CUSTOMER_NOT_FOUND"},
		"no code":               {a, uncoded.ID, "", "CUSTOMER_WITHOUT_USCC"},
		"unknown purpose":       {a, own.ID, "curiosity", "INVALID_INPUT"},
		"no permission":         {w.CtxA(t, access.RoleDispatcher), own.ID, "", "PERMISSION_DENIED"},
	} {
		_, err := w.history.OfCustomer(c.ctx, c.id, c.purpose)
		f, ok := fault.As(err)
		if !ok || f.Reason != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
	if n := len(w.looks(t, b)); n != before {
		t.Errorf("refused looks are logged: %d after %d", n, before)
	}
	if _, _, err := w.history.Looks(w.CtxA(t, access.RoleSalesperson), false, 10, 0); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a salesperson reads the log: %v", err)
	}
	if _, err := w.history.OfCompany(a, "SHARED"); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a subsidiary asks as HQ: %v", err)
	}
}

// Nothing is seen unlogged: when the log cannot be written, there is no answer.
func TestNoLogNoLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	mine := w.Add(t, a, creditchecktest.Customer{USCC: "SHARED"})
	w.Add(t, b, creditchecktest.Customer{USCC: "SHARED", Grade: "A"})
	w.project(t, a, b)
	if _, err := w.Admin(t).ExecContext(t.Context(), `REVOKE INSERT ON hq.sharing_log FROM zhuxin_hq`); err != nil {
		t.Fatal(err)
	}
	if h, err := w.history.OfCustomer(a, mine.ID, ""); err == nil {
		t.Errorf("seen: %+v", h)
	}
}

// The database itself: a tenant's role may leave a row of its own look only, and
// reads none; nobody changes one.
func TestLogInTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, statement := range map[string]string{
		"in another's name": `INSERT INTO hq.sharing_log (id, at, viewer_tenant_id, viewer_id, viewer_name, owner_tenant_id, uscc, purpose, request_id)
			VALUES (gen_random_uuid(), now(), '` + w.B.ID.String() + `', gen_random_uuid(), '', '` + w.B.ID.String() + `', '', '', '')`,
		"in HQ's name": `INSERT INTO hq.sharing_log (id, at, viewer_id, viewer_name, owner_tenant_id, uscc, purpose, request_id)
			VALUES (gen_random_uuid(), now(), gen_random_uuid(), '', '` + w.B.ID.String() + `', '', '', '')`,
		"read":   `SELECT * FROM hq.sharing_log`,
		"delete": `DELETE FROM hq.sharing_log`,
		"change": `UPDATE hq.sharing_log SET purpose = ''`,
		"rating": `SELECT * FROM hq.rating_histories`,
	} {
		err := w.Env.Pool.Tenant().InTx(w.CtxA(t), func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			_, err = q.ExecContext(ctx, statement)
			return err
		})
		if err == nil {
			t.Errorf("%s: allowed", name)
		}
	}
	if slices.Contains([]error{repo.Store{}.Log(w.HQCtx(t), nil), repo.Store{}.Log(w.CtxA(t), nil)}, nil) {
		t.Error("the log is written outside a unit of work")
	}
}
