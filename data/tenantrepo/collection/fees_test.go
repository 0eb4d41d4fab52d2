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
