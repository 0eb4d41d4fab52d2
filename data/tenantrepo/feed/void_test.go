package feed_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// A receivable that its source declares void owes nothing, was no sale, and gives its
// ticket back; one that money was applied to here is refused; one nobody knew changes
// nothing; and it may come back.
func TestVoidReceivable(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	put(t, w, ctx, source, feed.Customer{Number: c, Name: "示例甲"})
	invoice := func(no string, amount money.Amount) feed.Receivable {
		return feed.Receivable{DocumentNo: no, Buyer: feed.Buyer{CustomerNumber: c}, InvoiceDate: day, DueDate: day.AddDays(30), Amount: amount, Open: amount}
	}
	void := func(r feed.Receivable) feed.Receivable { r.Void = true; return r }
	billed := ticket("T1", c, 4000)
	billed.InvoiceNo = "F1"
	put(t, w, ctx, source, billed)
	owes := func(what string, delivered, receivable money.Amount) {
		t.Helper()
		if d, _, r, _ := w.account(t, ctx, c); d != delivered || r != receivable {
			t.Errorf("%s: delivered %d, receivable %d, want %d and %d", what, d, r, delivered, receivable)
		}
	}
	expect(t, "unknown ones", put(t, w, ctx, source, void(invoice("F0", 100))), "unchanged")
	expect(t, "invoices", put(t, w, ctx, source, invoice("F1", 4000), invoice("F2", 500)), "inserted", "inserted")
	owes("invoiced", 0, 4500)
	expect(t, "void", put(t, w, ctx, source, void(invoice("F1", 4000))), "updated")
	owes("the invoice is void", 4000, 500)
	expect(t, "again", put(t, w, ctx, source, void(invoice("F1", 4000))), "unchanged")
	expect(t, "it stands after all", put(t, w, ctx, source, invoice("F1", 4000)), "updated")
	owes("back", 0, 4500)
	w.exec(t, ctx, `UPDATE receivables SET applied_amount = 200, open_amount = 300 WHERE document_no = 'F2' AND source = $1`, source)
	expect(t, "money was applied", put(t, w, ctx, source, void(invoice("F2", 500))), "refused VOID_BUT_APPLIED")
}

// A ticket that its order's receivable stood for, and a statement that counted one as
// invoiced, stand open again once that one is void, at the clock's time.
func TestVoidReceivableOfOrderAndStatement(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	put(t, w, ctx, source, feed.Customer{Number: c, Name: "示例乙"})
	id := w.customer(t, ctx, c)
	of := ticket("T1"+c, c, 4000)
	of.OrderNo = "O1" + c
	put(t, w, ctx, source, of)
	w.exec(t, ctx, `INSERT INTO reservations (id, customer_id, order_no, amount, held_amount, delivered_amount, status, source, document_no, check_id, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, 4000, 0, 4000, 'committed', $4, 'F1', $1, '2027-01-01', now(), now())`, uuid.New(), id, of.OrderNo, source)
	invoice := feed.Receivable{DocumentNo: "F1", Buyer: feed.Buyer{CustomerNumber: c}, InvoiceDate: day, DueDate: day.AddDays(30), Amount: 4000, Open: 4000}
	expect(t, "invoice", put(t, w, ctx, source, invoice), "inserted")
	statement := uuid.New()
	w.exec(t, ctx, `INSERT INTO statements (id, number, customer_id, period_from, period_to, currency, volume, amount, invoiced_amount, deadline, created_at, updated_at)
		VALUES ($1, $2, $3, '2026-03-01', '2026-03-31', 'CNY', 100, 4000, 4000, '2026-04-10', '2026-01-01', '2026-01-01')`, statement, "S-"+c, id)
	w.exec(t, ctx, `UPDATE receivables SET statement_id = $1 WHERE source = $2 AND document_no = 'F1'`, statement, source)
	if d, _, r, _ := w.account(t, ctx, c); d != 0 || r != 4000 {
		t.Fatalf("invoiced: delivered %d, receivable %d, want 0 and 4000", d, r)
	}
	invoice.Void = true
	expect(t, "void", put(t, w, ctx, source, invoice), "updated")
	if d, _, r, _ := w.account(t, ctx, c); d != 4000 || r != 0 {
		t.Errorf("void: delivered %d, receivable %d, want 4000 and 0", d, r)
	}
	var invoiced, version int64
	var changed time.Time
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT invoiced_amount, version, updated_at FROM statements WHERE id = $1`, statement).Scan(&invoiced, &version, &changed)
	})
	if err != nil || invoiced != 0 || version != 2 || !changed.Equal(w.clock.At) {
		t.Errorf("the statement has %d invoiced, version %d, changed %v (%v); want 0, 2, %v", invoiced, version, changed, err, w.clock.At)
	}
}
