package groupcap_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/auditlog"
	repo "zhuxin/data/hqrepo/groupcap"
	checkstore "zhuxin/data/query/creditcheck"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/groupcap"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*tenancytest.Env
	t     *testing.T
	caps  *groupcap.Service
	check *creditchecktest.Fixture
	gates []*creditcheck.Service // as of several processes: each batches for itself
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)}
	w := &world{Env: env, t: t, check: creditchecktest.New(env.Pool, clock)}
	for range 4 {
		w.gates = append(w.gates, w.check.With(w.check.Store))
	}
	w.caps = groupcap.New(groupcap.Deps{Tenants: env.Pool.Tenant(), HQ: env.Pool.HQ(), Repo: repo.Repo{}, Books: checkstore.Books{}, Log: auditlog.HQ(env.Pool), Clock: clock,
		Bind: func(ctx context.Context, id uuid.UUID) (context.Context, error) {
			of := env.A
			if id == env.B.ID {
				of = env.B
			}
			return scope.WithTenant(access.With(ctx, access.System(id, "test")), of), nil
		}})
	return w
}

func (w *world) customer(ctx context.Context, n int) creditchecktest.Customer {
	return w.check.Add(w.t, ctx, creditchecktest.Customer{USCC: credittest.USCC(n), LimitKind: exposure.LimitAmount, Limit: 1e9, Grade: "A", MaxOverdue: 1e9, MaxDays: 100})
}

func (w *world) input(amount, a, b money.Amount, companies ...int) groupcap.Input {
	in := groupcap.Input{Name: "城建集团", Currency: "CNY", Amount: amount,
		Quotas: []groupcap.QuotaInput{{TenantID: w.A.ID, Amount: a}, {TenantID: w.B.ID, Amount: b}}}
	for _, n := range companies {
		in.Members = append(in.Members, groupcap.Member{USCC: party.USCC(credittest.USCC(n)), Name: fmt.Sprintf("城建%d公司", n)})
	}
	return in
}

var (
	window = paging.Window{Limit: 50}
	people = []access.Role{access.RoleAdministrator, access.RoleApprover, access.RoleDispatcher}
)

var orders atomic.Int64

func (w *world) reserve(ctx context.Context, c creditchecktest.Customer, fen money.Amount) creditcheck.Decision {
	w.t.Helper()
	d, err := w.gates[rand.IntN(len(w.gates))].Reserve(ctx, creditcheck.CheckInput{CustomerID: c.ID, OrderNo: fmt.Sprint("O", orders.Add(1)), Amount: fen})
	if err != nil {
		w.t.Errorf("reserve: %v", err)
	}
	return d
}

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	return fmt.Sprint(err)
}

// A quota binds beside the customers' own limits, over all companies of the cap,
// and what waits goes on when quota has come.
func TestQuotaBinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, hq := w.CtxA(t, people...), w.CtxB(t, people...), w.HQCtx(t)
	one, two, other := w.customer(a, 1), w.customer(a, 2), w.customer(a, 3)
	elsewhere := w.customer(b, 1)
	if d := w.reserve(b, elsewhere, 300); d.Outcome != creditcheck.Allow {
		t.Fatalf("before the cap: %+v", d)
	}
	in := w.input(1000, 500, 200, 1, 2)
	in.FreeMove = 100
	c, err := w.caps.Create(hq, in)
	if err != nil {
		t.Fatal(err)
	}
	// B uses 300 of a quota of 200; both count, so 200 of the 1,000 are left.
	if q := c.Of(w.B.ID); q.Amount != 200 || q.Committed != 300 || c.Free() != 200 {
		t.Errorf("B's quota %+v, free %d", q, c.Free())
	}
	if d := w.reserve(a, one, 400); d.Outcome != creditcheck.Allow || d.Facts.GroupQuota == nil || d.Facts.GroupQuota.Limit != 500 {
		t.Errorf("within the quota: %+v", d)
	}
	if d := w.reserve(a, two, 101); d.Outcome.Reserves() || d.Binding != creditcheck.LimitGroup || d.Reasons[0].Actual != 501 || d.Reasons[0].Bound != 500 {
		t.Errorf("a sister company over the quota: %+v", d)
	}
	if d := w.reserve(a, other, 5000); d.Outcome != creditcheck.Allow || d.Facts.GroupQuota != nil {
		t.Errorf("a company under no cap: %+v", d)
	}
	if d := w.reserve(b, elsewhere, 1); d.Outcome.Reserves() {
		t.Errorf("over the quota already: %+v", d)
	}
	if _, err := w.caps.Update(hq, c.ID, c.Version, w.input(1000, 500, 600, 1, 2)); reason(err) != "INVALID_INPUT" {
		t.Errorf("quotas above the cap: %v", err)
	}
	renamed := in
	renamed.Name, renamed.Currency = "城建", ""
	if c, err = w.caps.Update(hq, c.ID, c.Version, renamed); err != nil || c.Name != "城建" || c.Currency != "CNY" || c.Free() != 200 {
		t.Fatalf("a change names no currency: %+v %v", c, err)
	}
	if _, err := w.caps.Create(hq, w.input(10, 0, 0, 2)); !errors.Is(err, groupcap.ErrMember) {
		t.Errorf("under a second cap: %v", err)
	}
	own, err := w.caps.Mine(a)
	if err != nil || len(own) != 1 || own[0].Mine.Used != 400 || own[0].Mine.Amount != 500 {
		t.Errorf("A sees %+v %v", own, err)
	}

	// A asks B, who has nothing to give; then HQ, which has 200.
	ask := func(from string, fen money.Amount) (groupcap.Move, error) {
		return w.caps.Ask(a, groupcap.AskInput{CapID: c.ID, From: from, Amount: fen, Reason: "二号线供货需要"})
	}
	m, err := ask(w.B.Slug, 50)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask("", 50); !errors.Is(err, groupcap.ErrMoveOpen) {
		t.Errorf("a second request: %v", err)
	}
	if _, err := w.caps.Answer(a, m.ID, true, ""); !errors.Is(err, groupcap.ErrMoveNotFound) {
		t.Errorf("the asker answers: %v", err)
	}
	if _, err := w.caps.Answer(b, m.ID, true, ""); !errors.Is(err, groupcap.ErrInUse) {
		t.Errorf("B lends what it uses: %v", err)
	}
	if got, _ := w.caps.Get(hq, c.ID); got.Of(w.B.ID).Amount != 200 || got.Lent != 0 || got.Free() != 200 {
		t.Errorf("after that %+v", got)
	}
	if _, err := w.caps.Withdraw(b, m.ID); !errors.Is(err, groupcap.ErrMoveNotFound) {
		t.Errorf("another subsidiary withdraws: %v", err)
	}
	if _, err := w.caps.Withdraw(a, m.ID); err != nil {
		t.Error(err)
	}
	if m, err = ask("", 201); err != nil {
		t.Fatal(err)
	}
	if _, err := w.caps.Decide(hq, m.ID, true, ""); !errors.Is(err, groupcap.ErrOverCap) {
		t.Errorf("more than is free: %v", err)
	}
	if _, err := w.caps.Decide(hq, m.ID, false, "超过集团限额"); err != nil {
		t.Error(err)
	}
	if m, err = ask("", 200); err != nil {
		t.Fatal(err)
	}
	if m, err = w.caps.Decide(hq, m.ID, true, ""); err != nil || m.Status != groupcap.MoveMoved {
		t.Errorf("HQ gives %+v %v", m, err)
	}
	if d := w.reserve(a, two, 101); d.Outcome != creditcheck.Allow {
		t.Errorf("after the move: %+v", d)
	}

	// B asks A for 150, above the 100 that need no HQ.
	m, err = w.caps.Ask(b, groupcap.AskInput{CapID: c.ID, From: w.A.Slug, Amount: 150, Reason: "急需供货配额"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err = w.caps.Answer(b, m.ID, true, ""); !errors.Is(err, groupcap.ErrMoveNotFound) {
		t.Errorf("the asker answers: %v", err)
	}
	moves, _, err := w.caps.Moves(a, groupcap.MoveQuery{Open: true, Window: window})
	if err != nil || len(moves) != 1 || moves[0].Amount != 150 {
		t.Fatalf("A is asked for %+v %v", moves, err)
	}
	if m, err = w.caps.Answer(a, moves[0].ID, true, ""); err != nil || m.Status != groupcap.MoveLent {
		t.Errorf("A lends %+v %v", m, err)
	}
	if d := w.reserve(a, one, 100); d.Outcome.Reserves() {
		t.Errorf("A uses what it has lent: %+v", d)
	}
	if m, err = w.caps.Decide(hq, m.ID, true, ""); err != nil || m.Status != groupcap.MoveMoved {
		t.Errorf("HQ agrees %+v %v", m, err)
	}
	if d := w.reserve(b, elsewhere, 50); d.Outcome != creditcheck.Allow {
		t.Errorf("B with the lent quota: %+v", d)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		p, err := w.check.Store.Pools(ctx, creditcheck.PoolIDs{Caps: []uuid.UUID{c.ID}}, creditcheck.Unlocked)
		return int(p[c.ID].Used) - 350, err // A's own: 501; B's own 350
	})
	got, err := w.caps.Get(hq, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.caps.Delete(hq, c.ID, got.Version); err != nil {
		t.Error(err)
	}
	if d := w.reserve(a, one, 5000); d.Outcome != creditcheck.Allow || d.Facts.GroupQuota != nil {
		t.Errorf("without the cap: %+v", d)
	}
}

// Two plants never spend the same headroom, whatever is moved meanwhile.
func TestNeverOverTheCap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, hq := w.CtxA(t, people...), w.CtxB(t, people...), w.HQCtx(t)
	customers := map[int]creditchecktest.Customer{1: w.customer(a, 1), 2: w.customer(a, 2), 3: w.customer(b, 1), 4: w.customer(b, 2)}
	in := w.input(100_000, 50_000, 50_000, 1, 2)
	in.FreeMove = 1e6
	c, err := w.caps.Create(hq, in)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var held atomic.Int64
	for n := range 50 {
		all.Go(func() {
			ctx, who := a, n%4+1
			if who > 2 {
				ctx = b
			}
			for range 12 {
				if d := w.reserve(ctx, customers[who], money.Amount(100+rand.IntN(400))); d.Reservation != nil {
					held.Add(int64(d.Amount))
				}
			}
		})
	}
	for _, side := range []struct {
		ask, lend context.Context
		from      string
	}{{a, b, w.B.Slug}, {b, a, w.A.Slug}} {
		all.Go(func() {
			for range 8 {
				m, err := w.caps.Ask(side.ask, groupcap.AskInput{CapID: c.ID, From: side.from, Amount: money.Amount(1 + rand.IntN(9000)), Reason: "需要配额"})
				if err != nil {
					continue
				}
				if _, err := w.caps.Answer(side.lend, m.ID, true, ""); err != nil {
					_, _ = w.caps.Withdraw(side.ask, m.ID)
				}
			}
		})
	}
	all.Go(func() {
		for range 6 {
			now, err := w.caps.Get(hq, c.ID)
			if err != nil {
				t.Error(err)
				return
			}
			part := money.Amount(rand.IntN(100_001))
			next := w.input(100_000, part, 100_000-part, 1, 2)
			next.FreeMove = 1e6
			_, _ = w.caps.Update(hq, c.ID, now.Version, next)
		}
	})
	all.Wait()
	used := int64(0)
	for _, ctx := range []context.Context{a, b} {
		for n, k := range customers {
			if (n <= 2) == (ctx == a) {
				used += int64(w.check.Account(t, ctx, k.ID).Exposure())
			}
		}
	}
	if used != held.Load() || used > 100_000 || used < 20_000 {
		t.Errorf("%d fen in use, %d held, of 100,000", used, held.Load())
	}
}
