package collection_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/collection"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/collection"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

// The contract's rate counts before the subsidiary's, on the item's page and on the
// bill alike; what was waived shows; what is disputed is not billed.
func TestFeesByContract(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	plain := b.item(t, c.ID, "R1", calendar.NewDate(2026, 4, 1), 1_000_000)
	own := b.item(t, c.ID, "R2", calendar.NewDate(2026, 4, 21), 1_000_000)
	b.item(t, c.ID, "R3", calendar.NewDate(2026, 6, 1), 1_000_000)
	disputed := b.item(t, c.ID, "R4", calendar.NewDate(2026, 4, 1), 1_000_000)
	project := uuid.New()
	b.fix.Exec(t, b.ctx, `INSERT INTO projects (id, number, name, customer_id, created_at, updated_at) VALUES ($1, 'P1', '一期', $2, now(), now())`, project, c.ID)
	b.fix.Exec(t, b.ctx, `INSERT INTO contracts (id, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on, late_fee_ppm, created_at, updated_at)
		VALUES (gen_random_uuid(), 'HT-1', $1, 0, 0, 0, '2026-01-01', 1000, now(), now())`, project)
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET contract_no = 'HT-1' WHERE id = $1`, own)
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET disputed = true WHERE id = $1`, disputed)
	if err := b.svc.WaiveLateFee(b.ctx, plain, 5_000, "长期合作"); err != nil {
		t.Fatal(err)
	}
	var lines []biz.FeeLine
	if err := b.env.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) (err error) {
		lines, err = b.svc.Overdue(ctx, c.ID, calendar.NewDate(2026, 5, 1))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	type line struct {
		no, rate            string
		days                int
		fee, waived, onPage money.Amount
	}
	want := []line{{"R1", "0.05%", 30, 15_000, 5_000, 10_000}, {"R2", "0.1%", 10, 10_000, 0, 10_000}}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %+v", len(lines), lines)
	}
	for i, l := range lines {
		life, err := b.svc.Life(b.ctx, l.Receivable)
		if err != nil {
			t.Fatal(err)
		}
		if got := (line{l.DocumentNo, l.Terms.Rate(), l.Days, l.Fee, l.Waived, life.LateFee}); got != want[i] || l.Due() != life.LateFee {
			t.Errorf("%+v, want %+v", got, want[i])
		}
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		lines, err := collection.Repo{}.Overdue(ctx, c.ID, calendar.NewDate(2026, 5, 1))
		return len(lines), err
	})
}

// What accrued until it was paid stays to be asked for: on the item's page, on the bill
// and in the customer's sum. A payment that is undone never stopped it, what is given
// up costs nothing, and instalments are paid in their order.
func TestFeeStaysWhenPaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	pay := func(on string, amount money.Amount, items ...uuid.UUID) biz.Detail {
		t.Helper()
		d, err := b.svc.Record(b.ctx, biz.RecordInput{CustomerID: c.ID, ReceivedOn: on, Amount: amount, Method: biz.Transfer, Apply: &biz.Selection{Rule: biz.RuleChosen, Items: items}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	holds := func(item uuid.UUID, accrued, left money.Amount) {
		t.Helper()
		l, err := b.svc.Life(b.ctx, item)
		if err != nil || l.Accrued != accrued || l.LateFee != left {
			t.Errorf("%s: %d, %d left, want %d, %d; %v", l.DocumentNo, l.Accrued, l.LateFee, accrued, left, err)
		}
	}
	paid := b.item(t, c.ID, "R1", calendar.NewDate(2026, 3, 2), 1_000_000)
	first := pay("2026-04-01", 400_000, paid)
	pay("2026-05-01", 600_000, paid)
	holds(paid, 24_000, 24_000) // 4,000.00 for 30 days, 6,000.00 for 60
	if err := b.svc.WaiveLateFee(b.ctx, paid, 20_000, "部分减免"); err != nil {
		t.Fatal(err)
	}
	holds(paid, 24_000, 4_000)
	parts := b.item(t, c.ID, "R2", calendar.NewDate(2026, 5, 31), 1_000_000)
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET instalments = true WHERE id = $1`, parts)
	for i, due := range []string{"2026-03-02", "2026-04-01"} {
		b.fix.Exec(t, b.ctx, `INSERT INTO receivable_instalments (id, receivable_id, customer_id, position, clause, due_date, amount, open_amount, why)
			VALUES (gen_random_uuid(), $1, $2, $3::int, '', $4, 500000, CASE $3::int WHEN 1 THEN 0 ELSE 300000 END, '{}')`, parts, c.ID, i+1, due)
	}
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET open_amount = 300000, applied_amount = 700000 WHERE id = $1`, parts)
	b.fix.Exec(t, b.ctx, `INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, receipt_id, amount, rule, applied_on, created_at)
		VALUES (gen_random_uuid(), $1, $2, $1, 'receipt', $3, 700000, 'manual', '2026-05-01', now())`, parts, c.ID, first.ID)
	holds(parts, 7_500+4_500, 12_000) // all money came in on 1 April: 30 days of the first instalment, none of the second's paid part
	given := b.item(t, c.ID, "R3", calendar.NewDate(2026, 3, 2), 1_000_000)
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET open_amount = 0 WHERE id = $1`, given)
	b.fix.Exec(t, b.ctx, `INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, write_off_id, amount, rule, applied_on, created_at)
		VALUES (gen_random_uuid(), $1, $2, $1, 'write_off', $1, 1000000, 'write_off', '2026-05-01', now())`, given, c.ID)
	holds(given, 0, 0)
	_, fees, err := b.svc.Stages(b.ctx, c.ID)
	if err != nil || fees.Accrued != 36_000 || fees.Due() != 16_000 || fees.Items != 2 {
		t.Errorf("of the customer %+v, %v", fees, err)
	}
	if _, all, err := b.svc.Stages(b.ctx, uuid.Nil); err != nil || all.Accrued != 0 {
		t.Errorf("of all customers %+v, %v", all, err)
	}
	undo, err := b.svc.Get(b.ctx, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range undo.Entries {
		if e.ReceivableID == paid {
			if err := b.svc.ReverseEntry(b.ctx, e.ID, "款项退回"); err != nil {
				t.Fatal(err)
			}
		}
	}
	holds(paid, 30_000, 10_000)
}

// An item that its source bills tickets by shows them with their order, whole or by due
// dates; tickets of another source, number or customer are none of its.
func TestTicketsOfAFedInvoice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, other := b.fix.Add(t, b.ctx, creditchecktest.Customer{}), b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	whole, second := b.item(t, c.ID, "INV-7", calendar.NewDate(2026, 6, 1), 1_000), b.item(t, c.ID, "INV-8/2", calendar.NewDate(2026, 6, 1), 500)
	for no, of := range map[string]struct {
		customer        uuid.UUID
		source, invoice string
	}{"T1": {c.ID, "erp", "INV-7"}, "T2": {c.ID, "erp", "INV-8"}, "T3": {c.ID, "excel", "INV-7"}, "T4": {other.ID, "erp", "INV-7"}, "T5": {c.ID, "erp", "INV"}, "T6": {c.ID, "erp", ""}} {
		b.fix.Exec(t, b.ctx, `INSERT INTO deliveries (id, source, ticket_no, customer_id, order_no, invoice_no, delivered_on, volume, amount, currency, created_at, updated_at)
			VALUES (gen_random_uuid(), $1, $2::varchar, $3, 'SO-' || $2::varchar, $4, '2026-04-20', 1000, 1000, 'CNY', now(), now())`, of.source, no, of.customer, of.invoice)
	}
	b.fix.Exec(t, b.ctx, `UPDATE receivables SET source = 'erp'`)
	for id, want := range map[uuid.UUID]string{whole: "T1", second: "T2"} {
		l, err := b.svc.Life(b.ctx, id)
		if err != nil || len(l.Tickets) != 1 || l.Tickets[0].Number != want || l.Tickets[0].OrderNo != "SO-"+want || l.Tickets[0].DeliveredOn != calendar.NewDate(2026, 4, 20) {
			t.Errorf("%s: %+v, %v", l.DocumentNo, l.Tickets, err)
		}
	}
}

// A receipt entered by mistake takes its draft with it, and its number is free again;
// nobody says that the draft was not honoured.
func TestMistakenDraftIsVoid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	in := biz.RecordInput{CustomerID: c.ID, ReceivedOn: day0, Amount: 300, Method: biz.ByDraft, Draft: &biz.DraftInput{Number: "PJ-1", Kind: "bank", Acceptor: "某银行", IssuedOn: day0, DueOn: "2026-11-01"}}
	first, err := b.svc.Record(b.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.svc.ReverseReceipt(b.ctx, first.ID, "记错客户"); err != nil {
		t.Fatal(err)
	}
	d, err := b.svc.Get(b.ctx, first.ID)
	if err != nil || d.Draft == nil || d.Draft.Status != "void" || !d.Reversed {
		t.Errorf("%+v, %v", d.Draft, err)
	}
	if a := b.fix.Account(t, b.ctx, c.ID); a.Drafts != 0 {
		t.Errorf("a void draft counts %d", a.Drafts)
	}
	again, err := b.svc.Record(b.ctx, in)
	if err != nil {
		t.Fatalf("the draft cannot be entered anew: %v", err)
	}
	if err := b.svc.SettleDraft(b.ctx, again.Draft.ID, false, "余额不足"); err != nil {
		t.Fatal(err)
	}
	if d, err = b.svc.Get(b.ctx, again.ID); err != nil || d.Draft.Status != "dishonoured" {
		t.Errorf("%+v, %v", d.Draft, err)
	}
}

// Where the subsidiary wants it, customers are told of what came in since, whoever
// booked it, once; not of old money nor without an address.
func TestConfirmedByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mail.on = true
	c, silent := b.fix.Add(t, b.ctx, creditchecktest.Customer{}), b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	b.fix.Exec(t, b.ctx, `UPDATE customers SET contact_email_enc = '\x01' WHERE id = $1`, c.ID)
	due := func(want int) {
		t.Helper()
		if n, err := b.svc.ConfirmDue(b.ctx); err != nil || n != want {
			t.Errorf("%d confirmed, want %d: %v", n, want, err)
		}
	}
	fed := func(no, on, at string) {
		b.fix.Exec(t, b.ctx, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, applied_by_source, method, created_at)
			VALUES (gen_random_uuid(), 'tryton', $1, $2, $3, 'CNY', 400, true, 'transfer', $4)`, no, c.ID, on, at)
	}
	fed("E0", "2026-04-30", "2026-05-01T03:00:00Z")
	due(0)
	set, err := b.svc.Settings(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	set.ConfirmReceipts = true
	if _, err := b.svc.SetSettings(b.ctx, set); err != nil {
		t.Fatal(err)
	}
	due(0) // booked before it was wanted
	b.record(t, c.ID, 200, biz.Transfer)
	b.record(t, silent.ID, 300, biz.Transfer)
	fed("E1", "2026-04-30", "2026-05-01T05:00:00Z")
	fed("E2", "2026-01-02", "2026-05-01T05:00:00Z") // old money
	due(2)
	due(0)
}
