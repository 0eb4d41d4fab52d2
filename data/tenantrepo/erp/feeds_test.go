package erp_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	erprepo "zhuxin/data/tenantrepo/erp"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func (w *world) exec(t testing.TB, ctx context.Context, statement string, args ...any) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) customer(t testing.TB, ctx context.Context, number string) (id uuid.UUID) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT id FROM customers WHERE number = $1`, number).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// All feeds of a connection in their order: a ticket that came before its customer is
// taken in with the next pull, and one that the ERP no longer has is taken out.
func TestFeeds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "erp-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	in := input(source)
	in.Feeds = []feed.Kind{feed.Deliveries, feed.Customers, feed.Receipts}
	k, err := w.service.Save(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Feeds) != 3 || k.Feeds[0].Kind != feed.Customers || k.Feeds[2].Kind != feed.Receipts {
		t.Errorf("feeds %+v", k.Feeds)
	}
	ticket := func(no string, amount money.Amount) feed.Delivery {
		return feed.Delivery{TicketNo: no, Buyer: feed.Buyer{CustomerNumber: c}, DeliveredOn: calendar.NewDate(2026, 4, 1), Volume: 1000, Amount: amount}
	}
	w.books.others = []feed.Record{ticket("T1", 4000), ticket("T2", 6000)}
	if err := w.service.PullAll(ctx, k.ID, false); err != nil {
		t.Fatal(err)
	}
	last := func(kind feed.Kind) string {
		t.Helper()
		runs, err := w.service.Runs(ctx, k.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			if r.Feed == kind {
				return fmt.Sprintf("%s full=%t %d read: %d+%d+%d+%d, %d gone, %s, %s", r.Status, r.Full, r.Read, r.Inserted, r.Updated, r.Unchanged, r.Refused, r.Settled, r.Open[money.CNY], r.Volume)
			}
		}
		return ""
	}
	if got := last(feed.Deliveries); got != "done full=true 2 read: 0+0+0+2, 0 gone, 100.00, 2.000" {
		t.Errorf("before their customer: %s", got)
	}
	w.books.others = append(w.books.others, feed.Customer{Number: c, Name: c})
	if err := w.service.PullAll(ctx, k.ID, false); err != nil {
		t.Fatal(err)
	}
	if got := last(feed.Deliveries); got != "done full=false 2 read: 0+0+2+0, 0 gone, 100.00, 2.000" {
		t.Errorf("after their customer: %s", got)
	}
	delivered := func(want money.Amount) {
		t.Helper()
		err := w.Pool.Tenant().InTx(ctx, func(tx context.Context) error {
			a, err := w.accounts.Get(tx, w.customer(t, ctx, c))
			if a.Delivered != want {
				t.Errorf("delivered %s, want %s", a.Delivered, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	delivered(10000)
	w.books.others = w.books.others[1:]
	if _, err := w.service.Pull(ctx, k.ID, feed.Deliveries, true); err != nil {
		t.Fatal(err)
	}
	if got := last(feed.Deliveries); got != "done full=true 1 read: 0+0+1+0, 1 gone, 60.00, 1.000" {
		t.Errorf("one is gone: %s", got)
	}
	delivered(6000)
	w.books.fail = erp.ErrUnreachable
	if err := w.service.PullAll(ctx, k.ID, true); err != nil {
		t.Fatal(err)
	}
	delivered(6000) // half an answer takes nothing out
	list, err := w.service.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.ID == k.ID && (one.Failure() != "ERP_UNREACHABLE: "+erp.ErrUnreachable.Message || one.Feeds[1].Failure != "" || one.SucceededAt() == nil) {
			t.Errorf("only the first feed was asked: %+v", one.Feeds)
		}
	}
	if _, err := w.service.Pull(ctx, k.ID, feed.Receivables, true); !errors.Is(err, erp.ErrFeed) {
		t.Errorf("a feed that it does not have: %v", err)
	}
}

// A limit is noted when it changes, pushed once however often it changed before, and
// tried again later each time until the ERP confirms it.
func TestPushLimits(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, mark := w.CtxA(t), uuid.NewString()[:8]
	for _, n := range []string{"a", "b"} {
		if _, err := w.feeds.Put(ctx, "s-"+mark, []feed.Record{feed.Customer{Number: mark + n, Name: mark + n}}); err != nil {
			t.Fatal(err)
		}
	}
	a, b := w.customer(t, ctx, mark+"a"), w.customer(t, ctx, mark+"b")
	in := input("erp-" + mark)
	in.PushLimits = true
	k, err := w.service.Save(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	limit := func(id uuid.UUID, kind string, amount money.Amount) {
		t.Helper()
		w.exec(t, ctx, `UPDATE credit_accounts SET limit_kind = $2, standing_amount = $3 WHERE id = $1`, id, kind, int64(amount))
		if err := w.service.LimitsChanged(ctx, event.Delivered{Topic: "t", Payload: []byte(`{"customer_ids":["` + id.String() + `"]}`)}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what string, want ...string) {
		t.Helper()
		list, _, err := w.service.ListPushes(ctx, k.ID, "", 1, 10)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, p := range list {
			got = append(got, fmt.Sprintf("%s %s %s %d %s", p.CustomerNumber[8:], p.Amount, p.Status, p.Attempts, p.Failure))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	push := func() {
		t.Helper()
		if err := w.service.PushDue(ctx); err != nil {
			t.Fatal(err)
		}
	}
	limit(b, "none", 0) // he never had one: the ERP's own is left alone
	limit(a, "amount", 500)
	limit(a, "amount", 700)
	expect("noted", "a 7.00 pending 0 ")
	push()
	expect("pushed", "a 7.00 confirmed 1 ")
	if w.books.limits[mark+"a"] != 700 || len(w.books.limits) != 1 {
		t.Errorf("in the ERP: %v", w.books.limits)
	}
	w.books.deaf = erp.ErrNotTaken.With("there", "1.00")
	limit(a, "amount", 900)
	push()
	expect("refused", "a 9.00 failed 1 ERP_LIMIT_NOT_TAKEN: "+erp.ErrNotTaken.Message+"; there: 1.00")
	push() // not yet
	expect("waits", "a 9.00 failed 1 ERP_LIMIT_NOT_TAKEN: "+erp.ErrNotTaken.Message+"; there: 1.00")
	w.clock.At = w.clock.At.Add(time.Minute)
	w.books.deaf, w.books.gone = nil, erp.ErrUnreachable
	push()
	expect("away", "a 9.00 failed 2 ERP_UNREACHABLE: "+erp.ErrUnreachable.Message)
	if n, err := w.service.RetryPushes(ctx, k.ID); err != nil || n != 1 {
		t.Errorf("%d to retry, %v", n, err)
	}
	w.books.gone = nil
	push()
	expect("again", "a 9.00 confirmed 1 ")
	limit(a, "none", 0)
	push()
	if w.books.limits[mark+"a"] != 0 {
		t.Errorf("taken away: %v", w.books.limits)
	}
	counts, err := w.service.PushCounts(ctx)
	if err != nil || counts[k.ID].Confirmed != 1 {
		t.Errorf("%+v, %v", counts, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, _, err := erprepo.New(nil).Pushes(ctx, k.ID, "", 10, 0)
		return len(list), err
	})
}

// An answer to a limit that is not wanted any more counts for nothing.
func TestPushOvertaken(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, mark := w.CtxA(t), uuid.NewString()[:8]
	if _, err := w.feeds.Put(ctx, "s-"+mark, []feed.Record{feed.Customer{Number: mark, Name: mark}}); err != nil {
		t.Fatal(err)
	}
	w.exec(t, ctx, `UPDATE credit_accounts SET limit_kind = 'amount', standing_amount = 5 WHERE id = $1`, w.customer(t, ctx, mark))
	in := input("erp-" + mark)
	in.PushLimits = true
	k, err := w.service.Save(ctx, in) // notes what is effective already
	if err != nil {
		t.Fatal(err)
	}
	err = w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		repo := erprepo.New(nil)
		due, err := repo.DuePushes(ctx, w.clock.At, 10)
		if err != nil || len(due) != 1 {
			return fmt.Errorf("due %+v, %w", due, err)
		}
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		if _, err := q.ExecContext(ctx, `UPDATE credit_accounts SET standing_amount = 6 WHERE id = $1`, due[0].CustomerID); err != nil {
			return err
		}
		if err := repo.WantLimits(ctx, w.clock.At); err != nil {
			return err
		}
		due[0].Status = erp.PushConfirmed
		if err := repo.Told(ctx, due[0]); err != nil {
			return err
		}
		wanted := func(what string, kind exposure.LimitKind, amount money.Amount) error {
			list, _, err := repo.Pushes(ctx, k.ID, erp.PushPending, 10, 0)
			if err == nil && (len(list) != 1 || list[0].Kind != kind || list[0].Amount != amount) {
				t.Errorf("%s: %+v", what, list)
			}
			return err
		}
		if err := wanted("the newer limit", exposure.LimitAmount, 6); err != nil {
			return err
		}
		// a frozen account gives the ERP nothing to sell on, whatever its limit is
		for _, step := range []struct {
			set    string
			kind   exposure.LimitKind
			amount money.Amount
		}{
			{`frozen = true`, exposure.LimitAmount, 0},
			{`frozen = false`, exposure.LimitAmount, 6},
			{`limit_kind = 'unlimited', frozen = true`, exposure.LimitAmount, 0},
			{`frozen = false`, exposure.LimitUnlimited, 0},
		} {
			if _, err := q.ExecContext(ctx, `UPDATE credit_accounts SET `+step.set+` WHERE id = $1`, due[0].CustomerID); err != nil {
				return err
			}
			if err := errors.Join(repo.WantLimits(ctx, w.clock.At), wanted(step.set, step.kind, step.amount)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
