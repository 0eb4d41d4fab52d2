package creditcheck_test

import (
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/money"
)

// An order that a source told of before anybody reserved it stands in the account; a
// check of it, its reservation and its dispatch do not count it a second time.
func TestFedOrderCountsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Add(t, b.hands, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 1000, Grade: "A", MaxOverdue: 1, MaxDays: 1})
	project, contract := uuid.New(), "HT-"+uuid.NewString()
	b.Exec(t, b.hands, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), $2, 'site', $3)`, project, "P-"+project.String(), c.ID)
	b.Exec(t, b.hands, `INSERT INTO contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on)
		VALUES ($1, now(), now(), $2, $3, 1000, 1, 30, '2026-01-01')`, uuid.New(), contract, project)
	b.Exec(t, b.hands, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, project_id, class, kind, amount, starts_on, status, reason, effective_at)
		VALUES ($1, now(), now(), $2, $3, 'standing', 'amount', 900, '2026-01-01', 'effective', 'test', now())`, uuid.New(), c.ID, project)
	fed := func(no, contract string, fen money.Amount) {
		t.Helper()
		b.Exec(t, b.hands, `INSERT INTO erp_orders (id, source, order_no, customer_id, contract_no, ordered_on, amount, open_amount, currency, created_at, updated_at)
			VALUES ($1, 'erp', $2, $3, $4, '2026-03-01', $5, $5, 'CNY', now(), now())`, uuid.New(), no, c.ID, contract, int64(fen))
		b.Recompute(t, b.hands, c.ID)
	}
	reserved := func(step string, want money.Amount) {
		t.Helper()
		if a := b.Account(t, b.hands, c.ID); a.Reserved != want {
			t.Errorf("%s: %d reserved, want %d", step, a.Reserved, want)
		}
	}
	check := func(step string, in biz.CheckInput, want biz.Outcome, covered money.Amount) {
		t.Helper()
		in.CustomerID = c.ID
		d, err := b.Service.Check(b.hands, in)
		if err != nil || d.Outcome != want || d.Facts.Covered != covered {
			t.Errorf("%s: %s, %d covered, %v; want %s, %d; %+v", step, d.Outcome, d.Facts.Covered, err, want, covered, d.Reasons)
		}
	}
	fed("F1", contract, 700)
	reserved("fed", 700)
	check("the same order", biz.CheckInput{OrderNo: "F1", Amount: 800}, biz.Allow, 700)
	check("its dispatch", biz.CheckInput{OrderNo: "F1", Amount: 700, Checkpoint: biz.AtDispatch}, biz.Allow, 700)
	check("its own project", biz.CheckInput{OrderNo: "F1", Amount: 900, ProjectID: project}, biz.Allow, 700)
	check("more than the project's limit", biz.CheckInput{OrderNo: "F1", Amount: 901, ProjectID: project}, biz.Block, 700)
	check("another order", biz.CheckInput{OrderNo: "F2", Amount: 301}, biz.Block, 0)
	fed("F3", "", 100) // counts for the customer, and for no project
	check("of no contract", biz.CheckInput{OrderNo: "F3", Amount: 100, ProjectID: project}, biz.Allow, 100)
	check("which counts for the project as a new one", biz.CheckInput{OrderNo: "F3", Amount: 201, ProjectID: project}, biz.Block, 100)

	// The reservation counts instead of the order, for customer and project.
	in := []biz.CheckInput{{CustomerID: c.ID, OrderNo: "F1", Amount: 900, ProjectID: project}, {CustomerID: c.ID, OrderNo: "F3", Amount: 101}}
	for i, want := range []biz.Outcome{biz.Allow, biz.Block} {
		if d, err := b.Service.Reserve(b.ctx, in[i]); err != nil || d.Outcome != want {
			t.Fatalf("reserve %s: %+v, %v", in[i].OrderNo, d.Reasons, err)
		}
	}
	reserved("reserved, and no more fed", 1000)
	b.Recompute(t, b.hands, c.ID)
	reserved("and computed anew", 1000)
	check("more of what is reserved", biz.CheckInput{OrderNo: "F1", Amount: 950, Checkpoint: biz.AtDispatch}, biz.Block, 900)
}
