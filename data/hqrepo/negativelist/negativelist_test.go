package negativelist_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/auditlog"
	historyrepo "zhuxin/data/hqrepo/history"
	repo "zhuxin/data/hqrepo/negativelist"
	reachrepo "zhuxin/data/hqrepo/reach"
	"zhuxin/data/outbox"
	"zhuxin/data/query/company"
	"zhuxin/data/tenantrepo/credittest"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/history"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var start = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

type world struct {
	*tenancytest.Env
	t     *testing.T
	clock *calendar.Frozen
	list  *negativelist.Service
}

func newWorld(t *testing.T) *world {
	env := tenancytest.New(t)
	w := &world{Env: env, t: t, clock: &calendar.Frozen{At: start}}
	w.list = negativelist.NewService(env.Pool.Tenant(), env.Pool.HQ(), repo.Repo{}, company.Query{}, company.Query{}, w.ways(), history.NewService(env.Pool.Tenant(), env.Pool.HQ(), historyrepo.Store{}, company.Query{}, w.clock), auditlog.HQ(env.Pool), w.clock)
	return w
}

func (w *world) ways() *reach.Keeper {
	return reach.NewKeeper(w.Pool.Tenant(), w.Pool.HQ(), relatedrepo.Books{}, reachrepo.Store{}, outbox.Tenant(w.Pool), w.clock, nil)
}

func input(n int) negativelist.ListInput {
	return negativelist.ListInput{USCC: credittest.USCC(n), CompanyName: fmt.Sprintf("失信建工%d", n), Reason: negativelist.Fraud, Text: "货款被转移，法院已判决", Amount: 12345}
}

func kind(err error) fault.Kind {
	f, ok := fault.As(err)
	if !ok {
		return fault.KindInternal
	}
	return f.Kind
}

// propose brings before HQ what the subsidiary proposes, as if it had agreed to it.
func (w *world) propose(ctx context.Context, in negativelist.ListInput) (negativelist.Entry, error) {
	p, err := w.list.Check(ctx, in)
	if err != nil {
		return negativelist.Entry{}, err
	}
	p.ID = uuid.New()
	return w.list.Propose(ctx, p)
}

// mustPropose lets a subsidiary propose a company.
func (w *world) mustPropose(ctx context.Context, in negativelist.ListInput) negativelist.Entry {
	w.t.Helper()
	e, err := w.propose(ctx, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// mustList lets a subsidiary propose a company, and HQ publish it.
func (w *world) mustList(ctx context.Context, in negativelist.ListInput) negativelist.Entry {
	w.t.Helper()
	e := w.mustPropose(ctx, in)
	e, err := w.list.Publish(w.HQCtx(w.t), e.ID, w.judgement(negativelist.Critical))
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) judgement(s negativelist.Severity) negativelist.Judgement {
	return negativelist.Judgement{Severity: s, ReviewOn: calendar.Of(w.clock.Now(), calendar.Shanghai).AddDays(90), Note: "核实"}
}

// seen is what a tenant's own role reads of the list: what its order check reads.
func (w *world) seen(tenant scope.Tenant) (codes []string) {
	w.t.Helper()
	err := w.Pool.Tenant().InTx(w.Ctx(w.t, tenant), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, `SELECT uscc || ' ' || reason_code FROM hq.v_negative_listed ORDER BY 1`)
		if err != nil {
			return err
		}
		defer rows.Close()
		codes = nil
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			codes = append(codes, s)
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return codes
}

func (w *world) audited(action string) (n int) {
	w.t.Helper()
	if err := w.Admin(w.t).QueryRowContext(w.t.Context(), `SELECT count(*) FROM hq.audit_log WHERE action = $1`, action).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestListedForAllAtCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	e := w.mustList(a, input(1))
	want := []string{string(e.USCC) + " fraud"}
	for _, tenant := range []scope.Tenant{w.A, w.B} {
		if got := w.seen(tenant); !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", tenant.Slug, got, want)
		}
	}
	if _, err := w.propose(a, input(1)); !errors.Is(err, negativelist.ErrAlreadyListed) {
		t.Errorf("listed twice for the same reason: %v", err)
	}
	other := input(1)
	other.Reason = negativelist.Absconded
	w.mustList(a, other)
	theirs := w.mustList(b, input(1))
	if got := w.seen(w.A); len(got) != 3 {
		t.Errorf("two subsidiaries, two reasons: %v", got)
	}

	// What is published only HQ takes off.
	if _, err := w.list.Withdraw(a, e.ID, "我方撤回"); !errors.Is(err, negativelist.ErrState) {
		t.Errorf("A withdraws what is published: %v", err)
	}
	w.clock.At = start.Add(time.Hour)
	removed, err := w.list.Remove(w.HQCtx(t), e.ID, "已经付清")
	if err != nil || removed.Status != negativelist.Removed || !removed.RemovedAt.Equal(w.clock.At) || removed.RemovalReason != "已经付清" {
		t.Errorf("removed: %+v, %v", removed, err)
	}
	if _, err := w.list.Remove(w.HQCtx(t), e.ID, "再来一次"); !errors.Is(err, negativelist.ErrAlreadyRemoved) {
		t.Errorf("removed twice: %v", err)
	}
	if got := w.seen(w.B); len(got) != 2 {
		t.Errorf("after the removal: %v", got)
	}
	w.mustList(a, input(1)) // anew: the unique index is on what is open
	if _, err := w.list.Remove(w.HQCtx(t), theirs.ID, "集团复核后移除"); err != nil {
		t.Errorf("HQ removes B's: %v", err)
	}
	if p, l, r := w.audited("negative_entry.proposed"), w.audited("negative_entry.published"), w.audited("negative_entry.removed"); p != 4 || l != 4 || r != 2 {
		t.Errorf("audited %d proposals, %d publications and %d removals, want 4, 4 and 2", p, l, r)
	}
}

// Many list the same company at once: each subsidiary once.
func TestConcurrentListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	results := make([]error, 16)
	for i := range results {
		wg.Go(func() {
			ctx := w.CtxA(t)
			if i%2 == 1 {
				ctx = w.CtxB(t)
			}
			_, results[i] = w.propose(ctx, input(1))
		})
	}
	wg.Wait()
	n := 0
	for _, err := range results {
		if err == nil {
			n++
		} else if !errors.Is(err, negativelist.ErrAlreadyListed) {
			t.Error(err)
		}
	}
	if n != 2 || len(w.seen(w.A)) != 0 {
		t.Errorf("%d proposals stored, want 2; %v listed without HQ", n, w.seen(w.A))
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hq := w.HQCtx(t, access.RoleHQCreditController)
	first, err := w.list.Policy(hq)
	if err != nil || first.Action != negativelist.Block {
		t.Fatalf("the preset: %+v, %v", first, err)
	}
	next, err := w.list.SetPolicy(hq, negativelist.PolicyInput{Seen: first.Version, Action: negativelist.Warn})
	if err != nil || next.Version != first.Version+1 {
		t.Fatalf("the next: %+v, %v", next, err)
	}
	if _, err := w.list.SetPolicy(hq, negativelist.PolicyInput{Seen: first.Version, Action: negativelist.Hold}); !errors.Is(err, negativelist.ErrPolicyChanged) {
		t.Errorf("over a version that was not seen: %v", err)
	}
	if p, err := w.list.Policy(hq); err != nil || p.Action != negativelist.Warn || p.Serious != negativelist.Warn || !p.CreatedAt.Equal(start) {
		t.Errorf("in force: %+v, %v", p, err)
	}
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() {
			_, results[i] = w.list.SetPolicy(hq, negativelist.PolicyInput{Seen: next.Version, Action: negativelist.Hold})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, negativelist.ErrPolicyChanged) {
			t.Error(err)
		}
	}
	if won != 1 || w.audited("group_policy.changed") != 2 {
		t.Errorf("%d of 8 changes at once won, %d audited", won, w.audited("group_policy.changed"))
	}
	if _, err := w.Admin(t).ExecContext(t.Context(), `TRUNCATE hq.group_policies`); err == nil {
		t.Error("the policies can be emptied")
	}
}

// A listing and its audit row are one: without the audit there is no listing.
func TestNothingWithoutAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Admin(t).ExecContext(t.Context(), `REVOKE INSERT ON hq.audit_log FROM zhuxin_hq`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.propose(w.CtxA(t), input(1)); err == nil {
		t.Error("listed without an audit row")
	}
	var rows int
	if err := w.Admin(t).QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM hq.negative_entries) + (SELECT count(*) FROM hq.negative_events)`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
}

// scanOne reads one value in the transaction of the context.
func scanOne(ctx context.Context, query string, to any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	return q.QueryRowContext(ctx, query).Scan(to)
}
