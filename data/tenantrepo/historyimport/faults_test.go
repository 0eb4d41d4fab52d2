package historyimport_test

import (
	"context"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	biz "zhuxin/biz/historyimport"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// crash is a worker that dies while receivables go in.
type crash struct {
	receivable.Terms
	times int
}

func (c *crash) Imported(ctx context.Context, id uuid.UUID) error {
	if c.times--; c.times >= 0 {
		panic("the worker dies")
	}
	return c.Terms.Imported(ctx, id)
}

// A worker that dies in the middle leaves nothing behind, and the next one puts
// everything in once.
func TestAWorkerDiesInTheMiddle(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := draw(t, rand.New(rand.NewPCG(3, 3)), true)
	i := w.signed(t, w.checked(t, b))
	before := w.stored(t)
	broken := w.config
	broken.Imports.Terms = &crash{Terms: w.Terms, times: 1}
	dying := biz.New(broken)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it did not die")
			}
		}()
		_ = w.deliver(i, dying.HandleApply)
	}()
	if after := w.stored(t); after != before {
		t.Fatalf("it left %v, before it was %v", after, before)
	}
	if got := must[biz.Import](t)(w.biz.Get(w.clerk, i.ID)); got.Status != biz.StatusApplying {
		t.Fatalf("it is %s", got.Status)
	}
	if err := w.deliver(i, dying.HandleApply); err != nil {
		t.Fatal(err)
	}
	if after := w.stored(t); after[0] != b.items || after[1] != int64(b.open) || after[3] != int64(b.received) {
		t.Errorf("stored %v, want %d items, %s, %s", after, b.items, b.open, b.received)
	}
}

// When the books changed since the check, nothing is put in, and the reason is there.
func TestTheBooksChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := draw(t, rand.New(rand.NewPCG(4, 4)), false)
	i := w.signed(t, w.checked(t, b))
	customer := strings.Split(strings.Split(b.files[biz.Customers], "\n")[1], ",")
	days := 30
	if _, err := feed.New(w.config.Feed).Put(w.worker, "erp", []feed.Record{feed.Customer{Number: customer[0], Name: customer[1], USCC: customer[2], CreditTermDays: &days}}); err != nil {
		t.Fatal(err)
	}
	before := w.stored(t)
	if err := w.deliver(i, w.biz.HandleApply); err != nil {
		t.Fatal(err)
	}
	got := must[biz.Import](t)(w.biz.Get(w.clerk, i.ID))
	if after := w.stored(t); got.Status != biz.StatusFailed || !strings.Contains(got.Failure, "HISTORY_DIFFERS") || !strings.Contains(got.Failure, "customers") || after != before {
		t.Fatalf("%s %q, stored %v after %v", got.Status, got.Failure, after, before)
	}
	i = w.signed(t, w.rechecked(t, got))
	if err := w.deliver(i, w.biz.HandleApply); err != nil || w.stored(t)[0] != b.items {
		t.Errorf("checked again: %v, %v", w.stored(t), err)
	}
}

func (w *world) rechecked(t *testing.T, i biz.Import) biz.Import {
	t.Helper()
	i = must[biz.Import](t)(w.biz.Check(w.clerk, i.ID, i.Version))
	if err := w.deliver(i, w.biz.HandleCheck); err != nil {
		t.Fatal(err)
	}
	return must[biz.Import](t)(w.biz.Get(w.clerk, i.ID))
}

// Totals that do not tie stop the submission; who prepared it cannot sign, by the
// program or past it; other eyes have to have seen what is signed.
func TestTheSignatureOfASecondPerson(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := draw(t, rand.New(rand.NewPCG(5, 5)), true)
	for n := range b.controls {
		if b.controls[n].Kind == biz.Receivables {
			b.controls[n].Sums = map[money.Currency]money.Amount{"CNY": b.open + 1}
		}
	}
	i := w.checked(t, b)
	if _, err := w.biz.Submit(w.clerk, i.ID, i.Version); !is(err, biz.ErrUnanswered) {
		t.Errorf("submitted with findings: %v", err)
	}
	codes := map[string]biz.Finding{}
	for _, f := range i.Unanswered() {
		codes[f.String()] = f
	}
	if f := codes["total_differs:receivables:CNY"]; f.Amount != -1 || !f.Error {
		t.Errorf("the total: %+v of %v", f, codes)
	}
	o, _ := i.Result.Outcome(biz.Receivables)
	_, body, err := w.biz.Refused(w.clerk, i.ID, biz.Receivables)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err != nil || o.Refused != 2 || !strings.Contains(string(text), "CUSTOMER_UNKNOWN") || !strings.Contains(string(text), "OPEN_EXCEEDS_AMOUNT") {
		t.Errorf("refused: %s, %v", text, err)
	}
	for _, f := range i.Unanswered() {
		i = must[biz.Import](t)(w.biz.Explain(w.clerk, i.ID, i.Version, f.String(), "已与旧账核对"))
	}
	i = must[biz.Import](t)(w.biz.Submit(w.clerk, i.ID, i.Version))
	for name, c := range map[string]struct {
		ctx     context.Context
		version int64
		seal    string
		want    *fault.Error
	}{
		"who prepared it": {w.clerk, i.Version, i.Seal(), biz.ErrOwnWork}, "an older version": {w.second, i.Version - 1, i.Seal(), biz.ErrVersion},
		"another seal": {w.second, i.Version, strings.Repeat("0", 64), biz.ErrSeal}, "a job": {w.worker, i.Version, i.Seal(), biz.ErrPeopleOnly},
		"a salesperson": {w.CtxA(t, access.RoleSalesperson), i.Version, i.Seal(), access.ErrForbidden}, "another tenant": {w.CtxB(t), i.Version, i.Seal(), biz.ErrNotFound},
	} {
		if _, err := w.biz.Sign(c.ctx, i.ID, c.version, c.seal); !is(err, c.want) {
			t.Errorf("%s signs: %v", name, err)
		}
	}
	actor, _ := access.From(w.clerk)
	past := w.Pool.Tenant().InTx(w.clerk, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, `UPDATE history_imports SET status = 'applying', decided_by = $2 WHERE id = $1`, i.ID, actor.ID)
		return err
	})
	if past == nil {
		t.Error("the database lets who prepared it sign")
	}
	i = must[biz.Import](t)(w.biz.Return(w.second, i.ID, i.Version, "请补充说明"))
	i = w.signed(t, i)
	if err := w.deliver(i, w.biz.HandleApply); err != nil {
		t.Fatal(err)
	}
	i = must[biz.Import](t)(w.biz.Get(w.clerk, i.ID))
	if _, err := w.biz.Update(w.clerk, i.ID, i.Version, biz.Facts{AsOf: i.AsOf}); i.Status != biz.StatusApplied || !is(err, biz.ErrState) {
		t.Errorf("%s, changed afterwards: %v", i.Status, err)
	}
}

// What a check points at: contract numbers nobody has, receipts beyond invoices, items
// past the term or dated after the cut-over, numbers that are there from elsewhere,
// one number twice, one company twice.
func TestFindings(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.worker
	elsewhere := feed.Customer{Number: "C1", Name: "一公司"}
	if _, err := feed.New(w.config.Feed).Put(ctx, "erp", []feed.Record{elsewhere}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Run(ctx, "customer_number,document_no,invoice_date,amount\nC1,I1,2026-01-01,9\n",
		receivable.Mapping{Columns: map[receivable.Field]string{"customer_number": "customer_number", "document_no": "document_no", "invoice_date": "invoice_date", "amount": "amount"}, DateFormat: receivable.DateYMDDashes, Source: "erp"}, false); err != nil {
		t.Fatal(err)
	}
	code := uscc(t, 7)
	b := books{files: map[biz.Kind]string{
		biz.Customers: "客户编号,客户名称,统一社会信用代码\nC1,一公司新名,\nC2,二公司," + code + "\nC3,三公司," + code + "\nC2,二公司,\nC4,二公司," + uscc(t, 8) + "\n",
		biz.Receivables: "单据编号,客户编号,开票日期,到期日,金额,未结金额,合同编号\nI1,C1,2026-01-01,2026-02-01,9,9,\nI2,C2,2020-01-01,2020-02-01,100,50,HT-无\nI3,C2,2026-04-05,2026-05-01,10,10,\n" +
			"I3,C2,2026-04-05,2026-05-01,10,10,\nI4,C2,2026-02-01,2026-01-01,10,10,\n",
		biz.Receipts: "单据编号,客户编号,收款日期,金额,待核销,收款方式\nP1,C2,2026-01-01,111,否,转账\nP2,C1,2026-04-06,1,是,\nP3,C1,2026-01-06,1,,支票\n",
	}, controls: []biz.Control{{Kind: biz.Customers, Rows: 2}, {Kind: biz.Receivables, Rows: 3, Sums: map[money.Currency]money.Amount{"CNY": 6900}}, {Kind: biz.Receipts, Rows: 2, Sums: map[money.Currency]money.Amount{"CNY": 11200, "USD": 5}}}}
	i := w.checked(t, b)
	got := map[string]int64{}
	for _, f := range i.Result.Findings {
		got[f.String()] = f.Count
	}
	want := map[string]int64{"rows_refused:customers": 3, "rows_refused:receivables": 2, "rows_refused:receipts": 1, "changes_stored:customers": 1, "contract_unknown:receivables": 1,
		"receipts_exceed:receipts": 1, "past_limitation:receivables": 1, "after_as_of:receivables": 1, "after_as_of:receipts": 1, "stored_elsewhere:receivables": 1,
		"customer_without_id:customers": 1, "unapplied_receipts:receipts": 1, "total_differs:receipts:USD": 1}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d, want %d", k, got[k], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("found %v", got)
	}
	reasons := map[string]string{}
	for _, o := range i.Result.Outcomes {
		for _, e := range o.Errors {
			reasons[string(o.Kind)] += e.Reason + " "
		}
	}
	if reasons["customers"] != "DUPLICATE_IN_FILE CUSTOMER_NAME_TAKEN CUSTOMER_EXISTS " || reasons["receivables"] != "DUPLICATE_IN_FILE DUE_BEFORE_INVOICE " && reasons["receivables"] != "DUE_BEFORE_INVOICE DUPLICATE_IN_FILE " || reasons["receipts"] != "UNKNOWN " {
		t.Errorf("refused for %q", reasons)
	}
	if a := i.Result.Aging; a.AsOf != calendar.NewDate(2026, 3, 31) || a.Receivable != 6900 || a.NotDue != 1000 || a.Months24 != 5000 || a.Days31To60 != 900 {
		t.Errorf("aging %+v", a)
	}
	if d := i.Result.Debtors; len(d) != 2 || d[0].Number != "C2" || d[0].Open != 6000 || d[0].Overdue != 5000 || i.Result.Owing != 2 || i.Result.OwingLate != 2 {
		t.Errorf("debtors %+v", d)
	}
}
