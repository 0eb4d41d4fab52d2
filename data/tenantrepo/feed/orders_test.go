package feed_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	feedrepo "zhuxin/data/tenantrepo/feed"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

func (w *world) get(t testing.TB, ctx context.Context, number string) (a exposure.Account) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(tx context.Context) (err error) {
		a, err = w.Accounts.Get(tx, w.customer(t, ctx, number))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// An order counts once, whether it was reserved here, fed, delivered in part, or all of
// that in any order; and not at all when it is closed, void or gone.
func TestOrders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	order := func(no string, amount, open money.Amount) feed.Order {
		return feed.Order{OrderNo: no + c, Buyer: feed.Buyer{CustomerNumber: c}, OrderedOn: day, Amount: amount, Open: open}
	}
	counts := func(what string, ordered, delivered money.Amount) {
		t.Helper()
		if a := w.get(t, ctx, c); a.Reserved != ordered || a.Delivered != delivered {
			t.Errorf("%s: ordered %d, delivered %d; want %d, %d", what, a.Reserved, a.Delivered, ordered, delivered)
		}
	}
	expect(t, "nobody knows him", put(t, w, ctx, source, order("O1", 1000, 1000)), "refused CUSTOMER_UNKNOWN")
	put(t, w, ctx, source, feed.Customer{Number: c, Name: c})
	if _, err := w.feeds.Replay(ctx, source, feed.Orders); err != nil {
		t.Fatal(err)
	}
	counts("replayed", 1000, 0)
	expect(t, "again", put(t, w, ctx, source, order("O1", 1000, 1000)), "unchanged")
	expect(t, "bad", put(t, w, ctx, source, order("O9", 5, 6)), "refused OUT_OF_RANGE")
	of := ticket("T1"+c, c, 600)
	of.OrderNo = "O1" + c
	put(t, w, ctx, source, of)
	counts("a part is delivered", 400, 600)
	expect(t, "the source knows that too", put(t, w, ctx, source, order("O1", 1000, 400)), "updated")
	counts("and it counts once", 400, 600)

	w.exec(t, ctx, `INSERT INTO reservations (id, customer_id, order_no, amount, held_amount, delivered_amount, status, check_id, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, 700, 700, 0, 'open', $1, '2027-01-01', now(), now())`, uuid.New(), w.customer(t, ctx, c), "O2"+c)
	expect(t, "reserved here, then fed", put(t, w, ctx, source, order("O2", 700, 700)), "inserted")
	counts("reserved and fed", 1100, 600)
	w.exec(t, ctx, `UPDATE reservations SET status = 'billed', held_amount = 0 WHERE order_no = $1`, "O2"+c)
	expect(t, "billed, still open there", put(t, w, ctx, source, order("O2", 700, 699)), "updated")
	counts("billed", 400, 600)
	w.exec(t, ctx, `UPDATE reservations SET status = 'expired' WHERE order_no = $1`, "O2"+c)
	put(t, w, ctx, source, order("O2", 700, 700))
	counts("what was reserved lapsed, but it is ordered", 1100, 600)

	void := order("O2", 700, 700)
	void.Void = true
	expect(t, "void", put(t, w, ctx, source, void), "updated")
	counts("void", 400, 600)
	put(t, w, ctx, source, order("O3", 50, 50))
	gone := func(seen map[string]bool, plausible error) (int64, error) {
		return w.feeds.Missing(ctx, source, feed.Orders, day, seen, func(int, int) error { return plausible })
	}
	if _, err := gone(nil, errors.New("too many")); err == nil {
		t.Error("what is not plausible was done")
	}
	if n, err := gone(map[string]bool{"O1" + c: true}, nil); err != nil || n != 1 {
		t.Errorf("%d gone, %v", n, err)
	}
	counts("one is gone", 400, 600)
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := feedrepo.Repo{}.StandingOrders(ctx, source, day)
		return len(list), err
	})
}

// A draft pays, and stays the customer's risk until it is honoured; a dishonoured one
// is undone, but never behind the back of who applied it here.
func TestDrafts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	put(t, w, ctx, source, feed.Customer{Number: c, Name: c})
	draft := func(no string, state feed.DraftState) feed.Draft {
		d := feed.Draft{DraftNo: no + c, Buyer: feed.Buyer{CustomerNumber: c}, Make: "bank", Acceptor: "示例银行", Amount: 500, IssuedOn: day, DueOn: day.AddDays(180), State: state}
		if state != feed.DraftHeld {
			d.SettledOn = day.AddDays(180)
		}
		return d
	}
	counts := func(what string, drafts, advances money.Amount) {
		t.Helper()
		if a := w.get(t, ctx, c); a.Drafts != drafts || a.Advances != advances {
			t.Errorf("%s: drafts %d, advances %d; want %d, %d", what, a.Drafts, a.Advances, drafts, advances)
		}
	}
	expect(t, "taken", put(t, w, ctx, source, draft("D1", feed.DraftHeld), draft("D2", feed.DraftHeld)), "inserted", "inserted")
	counts("both are risk; the source has applied them", 1000, 0)
	expect(t, "again", put(t, w, ctx, source, draft("D1", feed.DraftHeld)), "unchanged")
	expect(t, "honoured", put(t, w, ctx, source, draft("D1", feed.DraftHonoured)), "updated")
	expect(t, "and again", put(t, w, ctx, source, draft("D1", feed.DraftHonoured)), "unchanged")
	counts("honoured", 500, 0)
	expect(t, "held after all", put(t, w, ctx, source, draft("D1", feed.DraftHeld)), "refused DRAFT_SETTLED")
	expect(t, "dishonoured", put(t, w, ctx, source, draft("D2", feed.DraftDishonoured)), "updated")
	counts("dishonoured", 0, 0)
	expect(t, "never here", put(t, w, ctx, source, draft("D3", feed.DraftDishonoured)), "unchanged")

	here := draft("D4", feed.DraftHeld)
	here.ApplyHere = true
	expect(t, "to be applied here", put(t, w, ctx, source, here), "inserted")
	counts("not applied yet", 500, 500)
	other := here
	other.Amount = 501
	expect(t, "other figures", put(t, w, ctx, source, other), "refused DRAFT_DIFFERS")
	expect(t, "another source", put(t, w, ctx, source+"x", here), "refused DRAFT_EXISTS")
	bounced := draft("D4", feed.DraftDishonoured)
	bounced.ApplyHere = true
	expect(t, "unused, so it is undone", put(t, w, ctx, source, bounced), "updated")
	counts("undone", 0, 0)
	used := draft("D6", feed.DraftHeld)
	used.ApplyHere = true
	put(t, w, ctx, source, used)
	put(t, w, ctx, source, feed.Receivable{DocumentNo: "F" + c, Buyer: feed.Buyer{CustomerNumber: c}, InvoiceDate: day, DueDate: day + 30, Amount: 500, Open: 500})
	w.exec(t, ctx, `INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, receipt_id, amount, rule, applied_on, created_at)
		SELECT d.id, d.id, d.customer_id, (SELECT id FROM receivables WHERE document_no = $2), 'receipt', d.receipt_id, 500, 'manual', now(), now() FROM acceptance_drafts d WHERE d.draft_no = $1`, used.DraftNo, "F"+c)
	used.State, used.SettledOn = feed.DraftDishonoured, day.AddDays(180)
	expect(t, "bounced, and somebody has applied it here", put(t, w, ctx, source, used), "refused DRAFT_APPLIED")
	taken := draft("D7", feed.DraftHeld)
	put(t, w, ctx, source, feed.Receipt{DocumentNo: taken.DraftNo, Buyer: taken.Buyer, ReceivedOn: day, Amount: 500})
	expect(t, "a receipt has the number", put(t, w, ctx, source, taken), "refused RECEIPT_EXISTS")
	bad := draft("D5", feed.DraftHeld)
	bad.Make, bad.Acceptor, bad.DueOn = "cheque", "", day.AddDays(-1)
	expect(t, "bad", put(t, w, ctx, source, bad), "refused UNKNOWN REQUIRED OUT_OF_RANGE")
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := feedrepo.Repo{}.Drafts(ctx, []string{"D1" + c})
		return len(list), err
	})
}
