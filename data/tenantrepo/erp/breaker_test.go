package erp_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
)

// breaker gives a connection's state, trouble and failures, and in how many minutes it
// is asked next.
func (w *world) breaker(t testing.TB, ctx context.Context, id uuid.UUID) string {
	t.Helper()
	list, err := w.service.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.ID == id {
			return fmt.Sprintf("%s %s %d %.0f", c.Breaker.State, c.Breaker.Trouble, c.Breaker.Failures, c.NextAt.Sub(w.clock.At).Minutes())
		}
	}
	return "none"
}

func (w *world) connect(t testing.TB, ctx context.Context) erp.Connection {
	t.Helper()
	in := input("erp-" + uuid.NewString()[:8])
	in.Feeds = []feed.Kind{feed.Customers, feed.Receivables}
	c, err := w.service.Save(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// An ERP that is away is asked sooner at first, then less and less often, and after
// each rest with one question only. The other subsidiary's is asked all the while.
func TestBreaker(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	c, other := w.connect(t, ctx), w.connect(t, w.CtxB(t))
	step := func(what string, minutes int, want string) {
		t.Helper()
		w.clock.At = w.clock.At.Add(time.Duration(minutes) * time.Minute)
		if err := w.service.PullDue(ctx); err != nil {
			t.Fatal(err)
		}
		if got := w.breaker(t, ctx, c.ID); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	step("well", 0, "closed  0 30")
	w.books.fail, w.books.check = erp.ErrUnreachable, erp.ErrUnreachable
	step("not yet due", 29, "closed  0 1")
	step("away", 1, "closed unreachable 1 2")
	step("again", 2, "closed unreachable 2 4")
	step("three in a row", 4, "open unreachable 3 5")
	reads := w.books.reads
	step("a rest over", 5, "open unreachable 4 10")
	step("twice as long", 10, "open unreachable 5 20")
	step("not before", 19, "open unreachable 5 1")
	w.clock.At = w.clock.At.Add(time.Minute)
	if got := w.breaker(t, ctx, c.ID); got != "half_open unreachable 5 0" {
		t.Errorf("due again: %s", got)
	}
	if w.books.reads != reads {
		t.Errorf("%d reads of an ERP that is left alone", w.books.reads-reads)
	}
	if err := w.service.PullDue(w.CtxB(t)); err != nil {
		t.Fatal(err)
	}
	if got := w.breaker(t, w.CtxB(t), other.ID); got != "closed unreachable 1 2" {
		t.Errorf("the other subsidiary's: %s", got)
	}
	w.books.fail = nil
	for range 6 { // it still does not answer the question, so nothing is read
		w.clock.At = w.clock.At.Add(2 * time.Hour)
		if err := w.service.PullDue(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.breaker(t, ctx, c.ID); got != "open unreachable 11 120" {
		t.Errorf("the longest rest: %s", got)
	}
	w.books.check = nil
	step("back", 120, "closed  0 30")
}

// A refused login stops at once and is told once; busy and used up wait as they must;
// an answer that cannot be read, or a refused record, opens nothing.
func TestTroubles(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	c := w.connect(t, ctx)
	pull := func(err error) string {
		t.Helper()
		w.books.fail, w.books.check = err, err
		if err := w.service.PullAll(ctx, c.ID, false); err != nil {
			t.Fatal(err)
		}
		return w.breaker(t, ctx, c.ID)
	}
	waiting := erp.ErrBusy.With("status", "429")
	waiting.RetryAfter = 900
	for _, step := range []struct {
		err  error
		want string
	}{
		{erp.ErrAnswer, "closed  0 30"}, {erp.ErrAnswer, "closed  0 30"}, {erp.ErrAnswer, "closed  0 30"}, {erp.ErrAnswer, "closed  0 30"},
		{erp.ErrBusy, "open busy 1 1"}, {waiting, "open busy 2 15"}, {nil, "closed  0 30"},
		{erp.ErrQuota, "open quota 0 840"}, // 10:00 in Shanghai
		{nil, "closed  0 30"}, {erp.ErrLogin, "stopped login 0 30"}, {erp.ErrLogin, "stopped login 0 30"}, {nil, "closed  0 30"}, {erp.ErrAddress, "stopped address 0 30"},
	} {
		if got := pull(step.err); got != step.want {
			t.Errorf("%v: %s, want %s", step.err, got, step.want)
		}
	}
	w.clock.At = w.clock.At.Add(24 * time.Hour)
	reads := w.books.reads
	if err := w.service.PullDue(ctx); err != nil || w.books.reads != reads {
		t.Errorf("a stopped one is asked by itself: %v", err)
	}
	if n := w.told(t, ctx, c.ID); n != 2 {
		t.Errorf("told %d times of two stops", n)
	}
	w.books.fail, w.books.check = nil, nil
	if _, err := w.service.Test(w.CtxA(t, access.RoleAdministrator), c.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.breaker(t, ctx, c.ID); got != "closed  0 0" {
		t.Errorf("after a test that went well: %s", got)
	}
	pull(erp.ErrLogin)
	in := input("")
	in.ID, in.Version, in.Feeds = c.ID, c.Version, []feed.Kind{feed.Customers}
	if _, err := w.service.Save(ctx, in); err != nil {
		t.Fatal(err)
	}
	if got := w.breaker(t, ctx, c.ID); got != "closed  0 0" {
		t.Errorf("with a new password: %s", got)
	}
	w.books.others = []feed.Record{feed.Customer{Number: " bad "}, feed.Customer{Name: "nameless"}}
	for range 4 {
		if got := pull(nil); got != "closed  0 30" {
			t.Errorf("records that are refused: %s", got)
		}
	}
}

// Limits wait while their ERP is left alone, and their failures count like a pull's.
func TestPushesWait(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, mark := w.CtxA(t), uuid.NewString()[:8]
	if _, err := w.feeds.Put(ctx, "s-"+mark, []feed.Record{feed.Customer{Number: mark, Name: mark}}); err != nil {
		t.Fatal(err)
	}
	w.exec(t, ctx, `UPDATE credit_accounts SET limit_kind = 'amount', standing_amount = 5 WHERE id = $1`, w.customer(t, ctx, mark))
	in := input("erp-" + mark)
	in.PushLimits = true
	k, err := w.service.Save(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	push := func(cause error, want string) {
		t.Helper()
		w.books.gone = cause
		w.clock.At = w.clock.At.Add(10 * time.Minute)
		if err := w.service.PushDue(ctx); err != nil {
			t.Fatal(err)
		}
		list, _, err := w.service.ListPushes(ctx, k.ID, "", 1, 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		if got := fmt.Sprintf("%s %d, %s", list[0].Status, list[0].Attempts, w.breaker(t, ctx, k.ID)[:6]); got != want {
			t.Errorf("%v: %s, want %s", cause, got, want)
		}
	}
	push(erp.ErrUnreachable, "failed 1, closed")
	push(erp.ErrUnreachable, "failed 2, closed")
	push(erp.ErrUnreachable, "failed 3, open u")
	push(fault.Unavailable("X", "not asked"), "failed 3, half_o")
	if err := w.service.PullAll(ctx, k.ID, false); err != nil {
		t.Fatal(err)
	}
	push(nil, "confirmed 4, closed")
}

// told counts the events that a connection stopped.
func (w *world) told(t testing.TB, ctx context.Context, id uuid.UUID) (n int) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE topic = $1 AND payload->>'connection_id' = $2`, string(erp.TopicStopped), id.String()).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// numbers are how many items are open of a source and their sum, and how many tickets
// it has and theirs.
func (w *world) numbers(t testing.TB, ctx context.Context, source string) (n [4]int64) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM receivables WHERE source = $1 AND open_amount <> 0), (SELECT coalesce(sum(open_amount), 0)::bigint FROM receivables WHERE source = $1),
			(SELECT count(*) FROM deliveries WHERE source = $1), (SELECT coalesce(sum(amount), 0)::bigint FROM deliveries WHERE source = $1)`, source).Scan(&n[0], &n[1], &n[2], &n[3])
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
