package contract_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/contract"
	"zhuxin/biz/paymentnode"
	"zhuxin/biz/receivable"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

type bench struct {
	env   *tenancytest.Env
	fix   *creditchecktest.Fixture
	world *receivabletest.World
	clock *calendar.Frozen
	ctx   context.Context
}

func setup(t *testing.T) *bench {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)}
	return &bench{env: env, fix: creditchecktest.New(env.Pool, clock), world: receivabletest.New(env.Pool, clock, t.TempDir()), clock: clock,
		ctx: env.CtxA(t, access.RoleAdministrator)}
}

func (b *bench) project(t *testing.T, customer uuid.UUID) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	b.fix.Exec(t, b.ctx, `INSERT INTO projects (id, number, name, customer_id, created_at, updated_at) VALUES ($1, $2, '东城一期', $3, now(), now())`, id, id.String(), customer)
	return id
}

func (b *bench) importFile(t *testing.T, rows string) receivable.Import {
	m := receivable.Mapping{Columns: map[receivable.Field]string{"customer_number": "customer", "document_no": "doc", "invoice_date": "date", "amount": "amount", "contract_no": "contract"},
		DateFormat: receivable.DateYMDDashes, Source: "erp"}
	i, err := b.world.Run(b.ctx, "customer,doc,date,amount,contract\n"+rows, m, false)
	if err != nil || i.Status != receivable.StatusDone || i.Counts.Refused > 0 {
		t.Fatalf("import: %v %+v", err, i)
	}
	return i
}

// A contract number comes in with invoices, is suggested, linked and given terms;
// from then on overdue follows the terms, also for what is imported later.
func TestContractTakesOverDueDates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{Number: "K1"})
	project := b.project(t, c.ID)
	b.importFile(t, "K1,R1,2026-02-28,1000.00,HT-1\nK1,R2,2026-01-31,50.00,\n")

	list, total, err := b.world.Terms.Unlinked(b.ctx, 0, 0)
	if err != nil || total != 1 || list[0].ERPContractNo != "HT-1" || list[0].Documents != 1 || list[0].Amount != 100_000 || len(list[0].Projects) != 1 || list[0].Projects[0].ID != project {
		t.Fatalf("unlinked %+v %d %v", list, total, err)
	}
	contract, err := b.world.Terms.Link(b.ctx, biz.LinkInput{ERPContractNo: "HT-1", ProjectID: project, UnitPrice: 40_000, SignedOn: "2026-01-01"})
	if err != nil || contract.Settled != 100_000 || contract.CustomerID != c.ID {
		t.Fatalf("linked %+v %v", contract, err)
	}
	if _, total, _ := b.world.Terms.Unlinked(b.ctx, 0, 0); total != 0 {
		t.Error("still suggested after it was linked")
	}
	if a := b.fix.Account(t, b.ctx, c.ID); a.Overdue != 105_000 {
		t.Errorf("without terms all of it is overdue since its invoice date: %d", a.Overdue)
	}

	terms := paymentnode.Terms{FallbackDays: 90, Clauses: []paymentnode.Clause{
		{ID: "m", Kind: paymentnode.ByMonth, Share: 7000, Day: 10, MonthsAfter: 1},
		{ID: "n", Kind: paymentnode.ByNode, Share: 2000, Days: 10, Nodes: []paymentnode.NodeRule{{Kind: paymentnode.ToppingOut}}},
	}, Remainder: paymentnode.Remainder{DaysAfterLastDelivery: 90}}
	d, err := b.world.Terms.PutTerms(b.ctx, contract.ID, terms, "", 0)
	if err != nil || len(d.Lines) != 3 || d.TermsVersion != 1 {
		t.Fatalf("terms: %+v %v", d, err)
	}
	// 700 on 10 March; 200 and 100 ninety days after the last delivery, 29 May.
	if a := b.fix.Account(t, b.ctx, c.ID); a.Overdue != 75_000 || a.Receivable != 105_000 {
		t.Errorf("overdue %d of %d, want 700 and the item without contract", a.Overdue, a.Receivable)
	}
	// Topping-out on 5 April brings 200 forward to the 15th.
	d, err = b.world.Terms.ReportNode(b.ctx, contract.ID, biz.NodeInput{Kind: paymentnode.ToppingOut, ReachedOn: "2026-04-05"})
	if err != nil || len(d.Nodes) != 1 {
		t.Fatalf("node: %+v %v", d, err)
	}
	if a := b.fix.Account(t, b.ctx, c.ID); a.Overdue != 95_000 {
		t.Errorf("overdue %d after topping-out", a.Overdue)
	}
	if _, err := b.world.Terms.ReportNode(b.ctx, contract.ID, biz.NodeInput{Kind: paymentnode.ToppingOut, ReachedOn: "2026-04-06"}); !errors.Is(err, biz.ErrNodeExists) {
		t.Errorf("reported twice: %v", err)
	}
	if d, err = b.world.Terms.RevokeNode(b.ctx, contract.ID, d.Nodes[0].ID); err != nil || len(d.Nodes) != 0 {
		t.Fatalf("revoke: %v", err)
	}
	// A later import is divided as well, and an unchanged one changes nothing.
	b.importFile(t, "K1,R1,2026-02-28,1000.00,HT-1\nK1,R3,2026-03-31,100.00,HT-1\n")
	a := b.fix.Account(t, b.ctx, c.ID)
	if a.Overdue != 82_000 || a.Receivable != 115_000 { // 700 + 70 of R3 (10 April) + 50
		t.Errorf("after the second import %d of %d", a.Overdue, a.Receivable)
	}
	if i := b.importFile(t, "K1,R1,2026-02-28,1000.00,HT-1\n"); i.Counts.Unchanged != 1 {
		t.Errorf("the terms' due date counts as a change: %+v", i.Counts)
	}
	b.ageing(t, c.ID, a.Overdue)
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		var n int
		err := b.env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			_, err := (b.repo()).Get(ctx, contract.ID, nil, calendar.NewDate(2026, 5, 1))
			if errors.Is(err, biz.ErrNotFound) {
				return nil
			}
			n++
			return err
		})
		return n, err
	})
}

// ageing agrees with the account and with the overview by due date.
func (b *bench) ageing(t *testing.T, customer uuid.UUID, overdue money.Amount) {
	t.Helper()
	o, err := b.world.Ledger.Overview(b.ctx, customer)
	if err != nil || o.Aging.PastDue() != overdue {
		t.Errorf("overview: %+v %v", o.Aging, err)
	}
}

func TestLinkRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.fix.Add(t, b.ctx, creditchecktest.Customer{Number: "K1"}), b.fix.Add(t, b.ctx, creditchecktest.Customer{Number: "K2"})
	own, other := b.project(t, first.ID), b.project(t, second.ID)
	b.importFile(t, "K1,R1,2026-02-28,1000.00,HT-1\n")
	in := biz.LinkInput{ERPContractNo: "HT-1", ProjectID: other, SignedOn: "2026-01-01"}
	for name, c := range map[string]struct {
		in   biz.LinkInput
		want string
	}{
		"another customer's documents": {in, "CONTRACT_OTHER_CUSTOMER"},
		"no project":                   {biz.LinkInput{ERPContractNo: "HT-1", ProjectID: uuid.New(), SignedOn: "2026-01-01"}, "PROJECT_NOT_FOUND"},
		"nothing said":                 {biz.LinkInput{}, "INVALID_INPUT"},
	} {
		if _, err := b.world.Terms.Link(b.ctx, c.in); reason(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	in.ProjectID = own
	if _, err := b.world.Terms.Link(b.ctx, in); err != nil {
		t.Fatal(err)
	}
	if _, err := b.world.Terms.Link(b.ctx, in); !errors.Is(err, biz.ErrExists) {
		t.Errorf("linked twice: %v", err)
	}
	seller := b.env.CtxA(t, access.RoleSalesperson)
	if _, err := b.world.Terms.Link(seller, biz.LinkInput{ERPContractNo: "HT-2", ProjectID: own, SignedOn: "2026-01-01"}); !errors.Is(err, biz.ErrProjectNotFound) {
		t.Errorf("somebody else's project: %v", err)
	}
	if list, n, err := b.world.Terms.List(seller, biz.ListInput{}); err != nil || n != 0 || len(list) != 0 {
		t.Errorf("somebody else's contracts: %v %v", list, err)
	}
	if list, n, err := b.world.Terms.List(b.ctx, biz.ListInput{Text: "HT"}); err != nil || n != 1 || fmt.Sprint(list[0].ERPContractNo) != "HT-1" {
		t.Errorf("list: %v %v", list, err)
	}
}
