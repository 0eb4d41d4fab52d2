package registry_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/registry"
	"zhuxin/biz/warning"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/data/outbox"
	store "zhuxin/data/query/registry"
	"zhuxin/data/registry/guard"
	"zhuxin/data/registry/qichacha"
	"zhuxin/data/registry/standin"
	"zhuxin/data/registry/tianyancha"
	"zhuxin/data/tenantrepo/credittest"
	warningrepo "zhuxin/data/tenantrepo/warning"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*credittest.World
	t        *testing.T
	server   *standin.Server
	shelf    store.Shelf
	registry *biz.Service
	company  standin.Company
}

func newWorld(t *testing.T) *world {
	w := &world{World: credittest.New(t), t: t}
	w.company = standin.Company{Name: "测试建工集团1有限公司", USCC: credittest.USCC(1), Status: "存续", Sued: []string{"（2024）浙0106民初1号"}, Restricted: []string{"(2024)鄂0102执963号"}}
	w.server = standin.New(w.Clock, w.company)
	s := httptest.NewServer(w.server)
	t.Cleanup(s.Close)
	master, err := crypto.ParseMaster("YS10ZXN0LWtleS1vZi0zMi1kaWZmZXJlbnQtYnl0ZXM=")
	ok(t, err)
	hq := crypto.HQ(w.Pool, master, w.Clock)
	w.shelf = store.NewShelf(hq)
	wait := func(context.Context, time.Duration) error { return nil }
	w.registry = biz.New(biz.Deps{
		Tenants: w.Pool.Tenant(), HQ: w.Pool.HQ(), OwnAccounts: store.NewAccounts(w.Keys), GroupAccounts: store.NewAccounts(hq), Shelf: w.shelf, Watches: store.Watches{},
		Router: warning.New(w.Pool.Tenant(), warningrepo.Repo{}, auditlog.Tenant(w.Pool), outbox.Tenant(w.Pool), w.Clock),
		Adapters: map[biz.ProviderName]biz.Adapter{
			biz.Tianyancha: guard.New(tianyancha.New(s.URL, 20*time.Second, w.Clock), w.Clock, wait),
			biz.Qichacha:   guard.New(qichacha.New(s.URL, 20*time.Second, w.Clock), w.Clock, wait),
		},
		Audit: auditlog.Tenant(w.Pool), GroupAudit: auditlog.HQ(w.Pool), Clock: w.Clock,
	})
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) connect() {
	w.t.Helper()
	_, err := w.registry.SetGroup(w.HQCtx(w.t), biz.AccountInput{Provider: biz.Tianyancha, Key: standin.Token, Enabled: true})
	ok(w.t, err)
}

func (w *world) warnings(ctx context.Context) int {
	return w.Count(w.t, ctx, `SELECT count(*) FROM warnings`)
}

func (w *world) look(ctx context.Context, customer uuid.UUID) biz.Looked {
	w.t.Helper()
	l, err := w.registry.LookNow(ctx, customer)
	ok(w.t, err)
	return l
}

// One look serves all subsidiaries, names nobody, and is kept as it came.
func TestOneLookServesAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	ca, cb := w.NewCustomer(t, a, 1), w.NewCustomer(t, b, 1)
	if l := w.look(a, ca.ID); l.Troubles[biz.KindBasics] != biz.NotConnected {
		t.Fatalf("without an account: %+v", l)
	}
	if m, err := w.registry.Match(a, string(w.company.USCC), w.company.Name); err != nil || m.Outcome != biz.Unconnected {
		t.Fatalf("match without an account: %+v %v", m, err)
	}
	w.connect()
	l := w.look(a, ca.ID)
	if l.Asked != len(biz.Kinds) || len(l.Troubles) != 0 {
		t.Fatalf("looked: %+v", l)
	}
	asked := w.server.Requests()
	if n := w.warnings(a); n != 1 { // the restriction is serious, the lawsuit of the first look is not news
		t.Errorf("%d warnings at A", n)
	}
	if w.look(a, ca.ID).Cached != len(biz.Kinds) || w.server.Requests() != asked {
		t.Error("asked again at once")
	}
	if n, err := w.registry.DueLooks(w.system(b), 10); err != nil || n != 1 || w.server.Requests() != asked {
		t.Errorf("B: %d looks, %d further requests, %v", n, w.server.Requests()-asked, err)
	}
	if n := w.warnings(b); n != 1 {
		t.Errorf("%d warnings at B", n)
	}
	p, watch, err := w.registry.OfCustomer(b, cb.ID)
	if err != nil || p.Company == nil || p.Company.Name != w.company.Name || len(p.Findings) != 2 || watch.Outcome != "answered" || watch.NextOn != calendar.NewDate(2026, 12, 20) {
		t.Fatalf("B's picture: %+v %+v %v", p, watch, err)
	}
	for _, l := range p.Looks {
		found := l.Kind == biz.KindBasics || l.Kind == biz.KindLitigation || l.Kind == biz.KindConsumption
		if (l.Outcome == biz.Found) != found || (l.Outcome == biz.NoData) == found || l.SnapshotID == uuid.Nil || len(l.Digest) != 32 {
			t.Errorf("%+v", l)
		}
		var raw []byte
		ok(t, w.Admin(t).QueryRowContext(t.Context(), `SELECT raw FROM hq.registry_snapshots WHERE id = $1`, l.SnapshotID).Scan(&raw))
		if bytes.Contains(raw, []byte("张某")) || bytes.Contains(raw, []byte(w.company.Name)) {
			t.Errorf("%s: the answer lies open", l.Kind)
		}
		if l.Kind != biz.KindConsumption {
			continue
		}
		ok(t, w.Pool.HQ().InTx(w.HQCtx(t), func(ctx context.Context) error {
			text, err := w.shelf.Raw(ctx, l.SnapshotID)
			if !bytes.Contains([]byte(text), []byte("张某")) {
				t.Errorf("kept: %s", text)
			}
			return err
		}))
	}
	if _, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.registry_snapshots SET outcome = 'no_data'`); err == nil {
		t.Error("a snapshot can be changed")
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, err := store.Watches{}.Subject(ctx, ca.ID, nil)
		if err != nil {
			return 0, nil
		}
		return 1, nil
	})
	seller := w.CtxA(t, access.RoleSalesperson)
	if _, _, err := w.registry.OfCustomer(seller, ca.ID); err == nil {
		t.Error("a salesperson sees another's customer")
	}
	// Looked at in the afternoon, due again in the first minutes of the thirtieth day.
	for day := 19; day <= 20; day++ {
		again := day == 20
		asked = w.server.Requests()
		w.Clock.At = time.Date(2026, 12, day, 0, 5, 0, 0, calendar.Shanghai)
		if _, err := w.registry.DueLooks(w.system(b), 10); err != nil || w.server.Requests() > asked != again {
			t.Errorf("on the %dth: %d further requests, %v", day, w.server.Requests()-asked, err)
		}
	}
}

func (w *world) system(ctx context.Context) context.Context {
	a, _ := access.From(ctx)
	return access.With(ctx, access.System(a.TenantID, "test"))
}

// What comes, goes and comes back is told once each time; a first look is no news.
func TestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	c := w.NewCustomer(t, a, 1)
	w.connect()
	w.look(a, c.ID)
	step := func(change func(), news, warnings int) {
		t.Helper()
		change()
		w.server.Put(w.company)
		w.Clock.At = w.Clock.At.Add(time.Hour)
		if l := w.look(a, c.ID); l.News != news || len(l.Troubles) != 0 {
			t.Errorf("news: %+v, want %d", l, news)
		}
		if n := w.warnings(a); n != warnings {
			t.Errorf("%d warnings, want %d", n, warnings)
		}
	}
	step(func() {}, 0, 1)
	step(func() { w.company.Dishonest = []string{"(2026)执1号"} }, 1, 2)
	step(func() { w.company.Sued = append(w.company.Sued, "（2026）民初9号") }, 1, 3)
	step(func() { w.company.Dishonest = nil }, 1, 3)
	step(func() { w.company.Name = "测试建设集团1有限公司" }, 1, 4)
	step(func() { w.company.Status = "注销" }, 1, 5)
	p, _, err := w.registry.OfCustomer(a, c.ID)
	ok(t, err)
	for _, f := range p.Findings {
		if (f.Kind == biz.KindDishonest) == f.Active {
			t.Errorf("%+v", f)
		}
	}
	if n := w.Count(t, a, `SELECT count(*) FROM outbox WHERE topic = 'warning.raised'`); n != 5 {
		t.Errorf("%d events", n)
	}
}

// Budget, rate, quota, balance and no data are five different things.
func TestTroublesAreKeptApart(t *testing.T) {
	t.Parallel()
	for b, want := range map[standin.Behaviour]struct {
		trouble  biz.Trouble
		stopped  bool
		requests int // of two looks an hour apart
	}{
		standin.RateCode: {biz.RateLimited, false, 2 * 8 * guard.Tries}, standin.QuotaCode: {biz.QuotaExhausted, true, 1}, standin.BalanceCode: {biz.BalanceExhausted, true, 1},
		standin.AccountExpired: {biz.AccountRefused, true, 1}, standin.NoRightCode: {biz.NoRight, false, 2 * 8}, standin.NoDataCode: {"", false, 2 * 9},
	} {
		w := newWorld(t)
		a := w.CtxA(t)
		c := w.NewCustomer(t, a, 1)
		w.connect()
		w.server.Behave("", b)
		for range 2 {
			if l := w.look(a, c.ID); l.Troubles[biz.KindDishonest] != want.trouble {
				t.Errorf("%s: %+v", b, l)
			}
			w.Clock.At = w.Clock.At.Add(time.Hour)
		}
		s, err := w.registry.State(a)
		ok(t, err)
		if stopped := s.Group[0].StoppedUntil != nil; stopped != want.stopped || stopped && s.Group[0].StoppedReason != want.trouble {
			t.Errorf("%s: account %+v", b, s.Group[0])
		}
		if n := w.server.Requests(); n != want.requests || s.SpentToday != n {
			t.Errorf("%s: %d requests, %d spent, want %d", b, n, s.SpentToday, want.requests)
		}
		if s.Group[0].Credential.Key != "" {
			t.Error("the state shows the credential")
		}
		w.server.Behave("", standin.Well)
		w.Clock.At = w.Clock.At.Add(13 * time.Hour)
		if l := w.look(a, c.ID); len(l.Troubles) != 0 {
			t.Errorf("%s: afterwards %+v", b, l)
		}
	}
}

// The budget of a day is never overrun, however many look at once; the next day
// begins anew.
func TestBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	w.connect()
	_, err := w.registry.Configure(a, biz.Settings{Enabled: true, DailyBudget: 12, IntervalDays: map[string]int{"": 30}})
	ok(t, err)
	w.server.Find(func(uscc string) (standin.Company, bool) {
		return standin.Company{Name: "某" + uscc, USCC: uscc, Status: "存续"}, true
	})
	var wg sync.WaitGroup
	for i := range 4 {
		c := w.NewCustomer(t, a, 10+i)
		wg.Go(func() { _, _ = w.registry.LookNow(a, c.ID) })
	}
	wg.Wait()
	if n := w.server.Requests(); n != 12 {
		t.Errorf("%d requests with a budget of 12", n)
	}
	if n, err := w.registry.DueLooks(w.system(a), 10); err != nil || n != 0 && w.server.Requests() != 12 {
		t.Errorf("%d looks, %d requests, %v", n, w.server.Requests(), err)
	}
	w.Clock.At = w.Clock.At.Add(24 * time.Hour)
	if _, err := w.registry.DueLooks(w.system(a), 10); err != nil || w.server.Requests() != 24 {
		t.Errorf("the next day: %d requests, %v", w.server.Requests(), err)
	}
}

// Two subsidiaries that look at the same company at once pay once.
func TestClaim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	ca, cb := w.NewCustomer(t, a, 1), w.NewCustomer(t, b, 1)
	w.connect()
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = w.registry.LookNow(a, ca.ID) })
	wg.Go(func() { _, _ = w.registry.LookNow(b, cb.ID) })
	wg.Wait()
	if n := w.server.Requests(); n != 9 {
		t.Errorf("%d requests", n)
	}
	if n := w.Count(t, a, `SELECT count(*) FROM hq.v_registry_findings`); n != 2 {
		t.Errorf("%d findings", n)
	}
}

// A tenant's own account goes before the group's, and the second provider steps in.
func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	c := w.NewCustomer(t, a, 1)
	w.connect()
	if _, err := w.registry.SetOwn(a, biz.AccountInput{Provider: biz.Tianyancha, Key: "bad key\r\n"}); err == nil {
		t.Error("a key with a line break is taken")
	}
	if _, err := w.registry.SetOwn(a, biz.AccountInput{Provider: "dianping", Key: "x"}); err == nil {
		t.Error("an unknown provider is taken")
	}
	_, err := w.registry.SetOwn(a, biz.AccountInput{Provider: biz.Qichacha, Key: standin.Key, Secret: standin.Secret, Enabled: true})
	ok(t, err)
	if _, err := w.registry.SetOwn(a, biz.AccountInput{Provider: biz.Qichacha, Enabled: false}); err == nil {
		t.Error("changed over an unseen version")
	}
	if p, err := w.registry.TestOwn(a, biz.Qichacha); err != nil || p.Trouble != "" {
		t.Errorf("tested: %+v %v", p, err)
	}
	w.look(a, c.ID)
	p, _, err := w.registry.OfCustomer(a, c.ID)
	ok(t, err)
	for _, l := range p.Looks {
		if want := map[bool]biz.ProviderName{true: biz.Qichacha, false: biz.Tianyancha}[qichacha.New("", 0, nil).Offers(l.Kind)]; l.Provider != want {
			t.Errorf("%s came from %s", l.Kind, l.Provider)
		}
	}
	var sealed []byte
	ok(t, w.Admin(t).QueryRowContext(t.Context(), fmt.Sprintf(`SELECT credential FROM %q.registry_accounts`, w.A.Schema)).Scan(&sealed))
	if bytes.Contains(sealed, []byte(standin.Secret)) {
		t.Error("the credential lies open")
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	w.connect()
	for _, c := range []struct {
		uscc, name string
		outcome    biz.MatchOutcome
		registered string
	}{
		{w.company.USCC, w.company.Name, biz.Matches, ""}, {w.company.USCC, "别家建工有限公司", biz.Differs, w.company.Name},
		{w.company.USCC, " 测试建工集团1有限公司 ", biz.Matches, ""}, {credittest.USCC(5), "谁也不认识", biz.MatchUnknown, ""}, {"123", "x", biz.MatchUnknown, ""},
	} {
		m, err := w.registry.Match(a, c.uscc, c.name)
		if err != nil || m.Outcome != c.outcome || m.RegisteredName != c.registered {
			t.Errorf("%s %s: %+v %v", c.uscc, c.name, m, err)
		}
	}
	asked := w.server.Requests()
	_, _ = w.registry.Match(a, w.company.USCC, w.company.Name)
	if w.server.Requests() != asked {
		t.Error("asked although it is known")
	}
}
