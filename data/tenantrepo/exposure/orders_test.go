package exposure_test

import (
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// What is held for an order and what was delivered of it never count twice.
func TestTicketsTakeOverFromTheirOrder(t *testing.T) {
	t.Parallel()
	env, f, _ := setup(t)
	ctx := env.CtxA(t, access.RoleDispatcher)
	c := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 100_000, Grade: "A", MaxOverdue: 1, MaxDays: 1})
	order := func(no string, fen money.Amount) *creditcheck.Reservation {
		t.Helper()
		d, err := f.Service.Reserve(ctx, creditcheck.CheckInput{CustomerID: c.ID, OrderNo: no, Amount: fen})
		if err != nil || d.Reservation == nil {
			t.Fatalf("%+v %v", d, err)
		}
		return d.Reservation
	}
	ticket := func(no, of string, fen money.Amount) {
		t.Helper()
		f.Exec(t, ctx, `INSERT INTO deliveries (id, source, ticket_no, customer_id, contract_no, order_no, delivered_on, volume, amount, currency, created_at, updated_at)
			VALUES ($1, 'erp', $2, $3, '', $4, '2026-03-30', 1000, $5, 'CNY', now(), now()) ON CONFLICT (source, ticket_no) DO UPDATE SET amount = excluded.amount`,
			uuid.New(), no, c.ID, of, int64(fen))
		f.Recompute(t, ctx, c.ID)
	}
	want := func(step string, reserved, delivered, receivable money.Amount) {
		t.Helper()
		if a := f.Account(t, ctx, c.ID); a.Reserved != reserved || a.Delivered != delivered || a.Receivable != receivable {
			t.Errorf("%s: reserved %d, delivered %d, receivable %d; want %d, %d, %d", step, a.Reserved, a.Delivered, a.Receivable, reserved, delivered, receivable)
		}
	}
	r := order("O1", 1000)
	ticket("T1", "O1", 600)
	want("a part is delivered", 400, 600, 0)
	ticket("T2", "O1", 700)
	want("more than was ordered", 0, 1300, 0)
	ticket("T2", "O1", 0)
	want("a ticket is void", 400, 600, 0)
	ticket("T3", "other", 50)
	want("of another order", 400, 650, 0)
	ticket("T4", "", 5)
	want("of no order", 400, 655, 0)
	if _, err := f.Service.Commit(ctx, creditcheck.CommitInput{ID: r.ID, Amount: 900, Source: "erp", DocumentNo: "F1"}); err != nil {
		t.Fatal(err)
	}
	want("900 of the 1,000 are the whole", 300, 655, 0)
	ticket("T5", "O1", 300)
	want("and delivered", 0, 955, 0)
	f.Receivable(t, ctx, c.ID, "F1", calendar.NewDate(2026, 4, 30), 900)
	f.Exec(t, ctx, `UPDATE receivables SET source = 'erp', invoice_date = '2026-03-31' WHERE document_no = 'F1'`)
	f.Recompute(t, ctx, c.ID)
	want("the invoice of the order", 0, 55, 900)

	r = order("O2", 500)
	ticket("T6", "O2", 200)
	if _, err := f.Service.Release(ctx, creditcheck.ReleaseInput{ID: r.ID}); err != nil {
		t.Fatal(err)
	}
	want("the rest is given back", 0, 255, 900)
	f.Recompute(t, ctx, c.ID)
	want("and stays so", 0, 255, 900)
}

// A project's exposure does not shrink by being supplied, whether its tickets name
// the order or come by the contract that is linked to it.
func TestTicketsCountForTheirProject(t *testing.T) {
	t.Parallel()
	env, f, _ := setup(t)
	ctx := env.CtxA(t, access.RoleDispatcher)
	c := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 100_000, Grade: "A", MaxOverdue: 1, MaxDays: 1})
	project := uuid.New()
	f.Exec(t, ctx, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), 'P-1', '滨江', $2)`, project, c.ID)
	f.Exec(t, ctx, `INSERT INTO contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on)
		VALUES ($1, now(), now(), 'HT-1', $2, 0, 0, 30, '2026-01-01')`, uuid.New(), project)
	f.Exec(t, ctx, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, project_id, class, kind, mode, amount, starts_on, reason, status, effective_at)
		VALUES ($1, now(), now(), $2, $3, 'standing', 'amount', 'add', 1500, '2020-01-01', 'test', 'effective', now())`, uuid.New(), c.ID, project)
	f.Recompute(t, ctx, c.ID)
	ask := func(no string, fen money.Amount) creditcheck.Decision {
		t.Helper()
		d, err := f.Service.Reserve(ctx, creditcheck.CheckInput{CustomerID: c.ID, ProjectID: project, OrderNo: no, Amount: fen})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	ticket := func(no, order, contract string, fen money.Amount, billed bool) {
		t.Helper()
		f.Exec(t, ctx, `INSERT INTO deliveries (id, source, ticket_no, customer_id, contract_no, order_no, delivered_on, volume, amount, currency, billed, created_at, updated_at)
			VALUES ($1, 'erp', $2, $3, $4, $5, '2026-03-30', 1000, $6, 'CNY', $7, now(), now())`, uuid.New(), no, c.ID, contract, order, int64(fen), billed)
		f.Recompute(t, ctx, c.ID)
	}
	if d := ask("O1", 1000); d.Outcome != creditcheck.Allow {
		t.Fatalf("%+v", d)
	}
	ticket("T1", "O1", "", 600, false)
	ticket("T2", "", "HT-1", 200, false)
	ticket("T3", "", "HT-1", 5000, true)
	ticket("T4", "", "another", 5000, false)
	if d := ask("O2", 301); d.Binding != creditcheck.LimitProject || d.Facts.Project.Exposure() != 1200 {
		t.Errorf("1,000 ordered, 600 of it delivered, 200 more by the contract: %+v", d)
	}
	if d := ask("O3", 300); d.Outcome != creditcheck.Allow {
		t.Errorf("what is left: %+v", d)
	}
}
