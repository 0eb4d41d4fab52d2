package feed_test

import (
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/shared/money"
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
