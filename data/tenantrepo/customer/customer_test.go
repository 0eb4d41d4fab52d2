package customer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func faultOf(err error) *fault.Error {
	f, ok := fault.As(err)
	if !ok {
		return &fault.Error{Reason: fmt.Sprint(err)}
	}
	return f
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func names(f *fault.Error) []string {
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Name+" "+x.Reason)
	}
	return out
}

func TestCreateReadUpdate(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	salesperson, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)

	d, err := w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{
		Name: ptr(" 中建测试建设有限公司 "), USCC: ptr("9111 0000 6000 3734 1l"), SalespersonID: ptr(salesperson.ID.String()),
		ContactName: ptr("王工"), ContactPhone: ptr("138-1234-1234"), ContactEmail: ptr(" caiwu@zhongjian.example "), LegalRepresentativeID: ptr("11010519491231002x"), BankAccount: ptr("6222 0202 0001 1234 567"),
		CreditTermDays: ptr(int32(30)),
	}})
	ok(t, err)
	if d.Number != "C20260001" || d.Name != "中建测试建设有限公司" || d.USCC != "91110000600037341L" || d.Salesperson.Name != "张三" ||
		d.ContactPhoneMask != "138****1234" || d.ContactEmailMask != "c***@zhongjian.example" || d.LegalRepresentativeID != "110105********002X" || d.BankAccountMask != "****4567" || d.CreditTermDays != 30 {
		t.Errorf("created %+v", d.Customer)
	}
	if d.Account.LimitKind != "none" || d.Currency != "CNY" || d.KnownElsewhere != 0 || d.Negative != nil {
		t.Errorf("standing %+v", d)
	}
	// personal fields are sealed, and open again under the tenant's keys only
	w.InA(t, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var sealed []byte
		if err := q.QueryRowContext(ctx, `SELECT contact_phone_enc FROM customers WHERE id = $1`, d.ID).Scan(&sealed); err != nil {
			return err
		}
		if strings.Contains(string(sealed), "1234") {
			t.Error("the phone number lies there in plain")
		}
		plain, err := w.Keys.Open(ctx, "customers", "contact_phone_enc", d.ID, sealed)
		if plain != "13812341234" {
			t.Errorf("opened %q", plain)
		}
		return err
	})

	// the salesperson changes his own, with the version he saw, and hands nothing over
	_, err = w.Customers.Update(sales, customer.UpdateInput{ID: d.ID, Version: 7, Fields: customer.Fields{Address: ptr("北京")}})
	if f := faultOf(err); f.Reason != "VERSION_CONFLICT" || f.Meta["current_version"] != "1" {
		t.Errorf("stale version: %v", err)
	}
	_, err = w.Customers.Update(sales, customer.UpdateInput{ID: d.ID, Version: 1, Fields: customer.Fields{SalespersonID: ptr(uuid.NewString())}})
	if faultOf(err).Reason != "CUSTOMER_TRANSFER_FORBIDDEN" {
		t.Errorf("handed over: %v", err)
	}
	u, err := w.Customers.Update(sales, customer.UpdateInput{ID: d.ID, Version: 1, Fields: customer.Fields{Address: ptr("北京"), BankAccount: ptr("")}})
	ok(t, err)
	if u.Version != 2 || u.Address != "北京" || u.BankAccountMask != "" || u.ContactPhoneMask != "138****1234" || u.ContactEmailMask != d.ContactEmailMask || u.Name != d.Name {
		t.Errorf("updated %+v", u.Customer)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM customers WHERE id = $1 AND bank_account_enc IS NULL AND contact_phone_enc IS NOT NULL AND contact_email_enc IS NOT NULL`, d.ID); n != 1 {
		t.Error("the cleared field is still there, or the other one gone")
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE object_id = $1 AND (before::text || after::text) LIKE ANY (ARRAY['%13812341234%', '%caiwu@%'])`, d.ID.String()); n != 0 {
		t.Error("the audit holds a phone number in plain")
	}

	// another salesperson finds nothing of it
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, err = w.Customers.Get(other, d.ID)
	if faultOf(err).Reason != "CUSTOMER_NOT_FOUND" {
		t.Errorf("another salesperson: %v", err)
	}
	sight := customer.Sight{Customers: customerrepo.New()}
	for name, c := range map[string]struct {
		ctx  context.Context
		sees bool
	}{"administrator": {admin, true}, "salesperson": {sales, true}, "other salesperson": {other, false}, "other tenant": {w.CtxB(t), false}} {
		err := w.Pool.Tenant().InTx(c.ctx, func(ctx context.Context) error { return sight.CanSee(ctx, d.ID) })
		if (err == nil) != c.sees {
			t.Errorf("%s: %v", name, err)
		}
	}
	people, err := w.Customers.PersonNames(admin, []uuid.UUID{salesperson.ID, uuid.New()})
	if err != nil || len(people) != 1 || people[salesperson.ID] != "张三" {
		t.Errorf("names %v, %v", people, err)
	}
	if _, err := w.Customers.Get(w.CtxB(t), d.ID); faultOf(err).Reason != "CUSTOMER_NOT_FOUND" {
		t.Errorf("another tenant: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		p, err := customerrepo.New().List(ctx, customer.Query{View: customer.ViewAll, Today: 1, Window: paging.Window{Limit: 10}})
		return len(p.Customers), err
	})
}

func TestCreateFaultsComeTogether(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	_, err := w.Customers.Create(admin, customer.CreateInput{Number: "no blanks please", Fields: customer.Fields{
		Name: ptr(" "), USCC: ptr("123"), TaxNo: ptr("?"), ContactPhone: ptr("call me"), ContactEmail: ptr("Li <li@a.example>"), LegalRepresentativeID: ptr("110105194912310021"),
		BankAccount: ptr("1"), CreditTermDays: ptr(int32(-1)), Address: ptr(strings.Repeat("路", 201)), SalespersonID: ptr("me"),
	}})
	want := []string{"number BAD_FORM", "name REQUIRED", "uscc USCC_FORM", "tax_no BAD_FORM", "contact_phone BAD_FORM", "contact_email BAD_FORM",
		"legal_representative_id CHECK_DIGIT", "bank_account BAD_FORM", "address TOO_LONG", "salesperson_id BAD_FORM", "credit_term_days OUT_OF_RANGE"}
	if got := names(faultOf(err)); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	_, err = w.Customers.Create(admin, customer.CreateInput{})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"name REQUIRED", "uscc REQUIRED"}) {
		t.Errorf("nothing sent: %v", got)
	}
	_, err = w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{Name: ptr("某公司"), USCC: ptr(credittest.USCC(1)), SalespersonID: ptr(uuid.NewString())}})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"salesperson_id UNKNOWN"}) {
		t.Errorf("unknown salesperson: %v", err)
	}
	// a registered code that fails its check character passes with a reason
	odd := customer.Fields{Name: ptr("老企业"), USCC: ptr("9111000010001065XA")}
	_, err = w.Customers.Create(admin, customer.CreateInput{Fields: odd})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"uscc USCC_CHECK_DIGIT"}) {
		t.Errorf("odd code: %v", err)
	}
	odd.USCCOverrideReason = ptr("营业执照如此登记")
	d, err := w.Customers.Create(admin, customer.CreateInput{Fields: odd})
	if err != nil || d.USCCOverrideReason == "" {
		t.Errorf("with a reason: %+v, %v", d.Customer, err)
	}
	if _, err := w.Customers.Update(admin, customer.UpdateInput{ID: d.ID, Version: 1, Fields: customer.Fields{USCC: ptr(d.USCC), Address: ptr("x")}}); err != nil {
		t.Errorf("sent back unchanged: %v", err)
	}
	// an imported customer without a code can be changed, completed, and not emptied again
	w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, d.ID)
	_, err = w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{Name: ptr("老企业"), USCC: ptr(credittest.USCC(5))}})
	if f := faultOf(err); f.Meta["field"] != "name" {
		t.Errorf("entered anew beside the imported one: %v", err)
	}
	if _, err := w.Customers.Update(admin, customer.UpdateInput{ID: d.ID, Version: 2, Fields: customer.Fields{USCC: ptr(""), Address: ptr("y")}}); err != nil {
		t.Errorf("without a code: %v", err)
	}
	if _, err := w.Customers.Update(admin, customer.UpdateInput{ID: d.ID, Version: 3, Fields: customer.Fields{USCC: ptr(credittest.USCC(5))}}); err != nil {
		t.Errorf("completed: %v", err)
	}
	_, err = w.Customers.Update(admin, customer.UpdateInput{ID: d.ID, Version: 4, Fields: customer.Fields{USCC: ptr("")}})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"uscc REQUIRED"}) {
		t.Errorf("emptied: %v", err)
	}
}

func TestTakenIsNamed(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	first := w.NewCustomer(t, sales, 1)

	_, err := w.Customers.Create(other, customer.CreateInput{Fields: customer.Fields{Name: ptr("别的名字"), USCC: ptr(first.USCC)}})
	f := faultOf(err)
	if f.Reason != "CUSTOMER_EXISTS" || f.Meta["existing_number"] != first.Number || f.Meta["existing_salesperson"] != "张三" || f.Meta["existing_customer_id"] != "" ||
		!slices.Equal(names(f), []string{"uscc TAKEN"}) {
		t.Errorf("to another salesperson: %v %v", err, f.Meta)
	}
	_, err = w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{Name: ptr(first.Name), USCC: ptr(credittest.USCC(2))}})
	if f := faultOf(err); f.Meta["field"] != "name" || f.Meta["existing_customer_id"] != first.ID.String() {
		t.Errorf("same name: %v %v", err, f.Meta)
	}
	_, err = w.Customers.Create(admin, customer.CreateInput{Number: first.Number, Fields: customer.Fields{Name: ptr("新名字"), USCC: ptr(credittest.USCC(2))}})
	if f := faultOf(err); f.Meta["field"] != "number" {
		t.Errorf("same number: %v", err)
	}
	second := w.NewCustomer(t, admin, 2)
	w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, second.ID) // what is known already changes by approval
	_, err = w.Customers.Update(admin, customer.UpdateInput{ID: second.ID, Version: 1, Fields: customer.Fields{USCC: ptr(first.USCC)}})
	if f := faultOf(err); f.Reason != "CUSTOMER_EXISTS" || f.Meta["field"] != "uscc" {
		t.Errorf("update to a taken code: %v", err)
	}

	check, err := w.Customers.CheckIdentity(other, second.Name, strings.ToLower(first.USCC))
	ok(t, err)
	if !check.FormOK || !check.CheckDigitOK || check.USCCFree || check.NameFree || check.Existing != nil {
		t.Errorf("identity check: %+v", check)
	}
	check, err = w.Customers.CheckIdentity(admin, "", first.USCC)
	ok(t, err)
	if check.Existing == nil || *check.Existing != first.ID || !check.NameFree {
		t.Errorf("identity check of an administrator: %+v", check)
	}
	// the other subsidiary is free to have the same company, and is told nothing
	check, err = w.Customers.CheckIdentity(w.CtxB(t), first.Name, first.USCC)
	ok(t, err)
	if !check.USCCFree || !check.NameFree || check.Existing != nil {
		t.Errorf("identity check of the other tenant: %+v", check)
	}
	w.NewCustomer(t, w.CtxB(t), 1)
}

// Of many who create the same company at once one wins and the others are told
// who it is; of many who create different ones each gets his own number.
func TestCreateUnderConcurrency(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	const n = 8
	var (
		wg      sync.WaitGroup
		same    [n]error
		numbers [n]string
	)
	for i := range n {
		wg.Go(func() {
			_, same[i] = w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{Name: ptr("同一家公司"), USCC: ptr(credittest.USCC(99))}})
		})
		wg.Go(func() {
			name, uscc := fmt.Sprintf("公司%d", i), credittest.USCC(i)
			d, err := w.Customers.Create(admin, customer.CreateInput{Fields: customer.Fields{Name: &name, USCC: &uscc}})
			if err != nil {
				t.Error(err)
			}
			numbers[i] = d.Number
		})
	}
	wg.Wait()
	won := 0
	for _, err := range same {
		switch f := faultOf(err); {
		case err == nil:
			won++
		case f.Reason != "CUSTOMER_EXISTS" || f.Meta["existing_name"] != "同一家公司":
			t.Errorf("a loser got %v %v", err, f.Meta)
		}
	}
	slices.Sort(numbers[:])
	if won != 1 || len(slices.Compact(numbers[:])) != n {
		t.Errorf("%d created the same company; numbers %v", won, numbers)
	}
}

func TestListViewsOrderAndPages(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	over, overdue, calm := w.NewCustomer(t, admin, 1), w.NewCustomer(t, sales, 2), w.NewCustomer(t, admin, 3)
	owe := func(c customer.Detail, due string, fen int64) {
		w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1::uuid, 'erp', $1::text, $2, '2026-01-01', $3::date, 'CNY', $4, $4, $5, now())`, uuid.New(), c.ID, due, fen, uuid.New())
	}
	owe(over, "2027-01-01", 900)
	owe(overdue, "2026-11-10", 500)
	w.Exec(t, admin, `INSERT INTO credit_limits (id, customer_id, class, kind, mode, amount, starts_on, reason, status, created_at, updated_at)
		VALUES ($1, $2, 'standing', 'amount', 'add', 1000, '2026-01-01', 'test', 'effective', now(), now())`, uuid.New(), overdue.ID)
	_, err := w.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at)
		VALUES ($1, $2, 'x', 'malicious_arrears', '恶意拖欠', $3, $1, now())`, uuid.New(), calm.USCC, w.B.ID)
	ok(t, err)
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })

	list := func(ctx context.Context, in customer.ListInput) customer.Page {
		t.Helper()
		p, err := w.Customers.List(ctx, in)
		ok(t, err)
		return p
	}
	ids := func(p customer.Page) (out []string) {
		for _, c := range p.Customers {
			out = append(out, c.Number)
		}
		return out
	}
	p := list(admin, customer.ListInput{})
	wantCounts := map[customer.View]int64{"all": 3, "mine": 0, "over_limit": 1, "overdue": 1, "unrated": 3, "negative": 1}
	for v, n := range wantCounts {
		if p.Counts[v] != n {
			t.Errorf("%d in %s, want %d", p.Counts[v], v, n)
		}
		if got := list(admin, customer.ListInput{View: v}); got.Total != n || int64(len(got.Customers)) != n {
			t.Errorf("view %s lists %d of %d, want %d", v, len(got.Customers), got.Total, n)
		}
	}
	if got := ids(list(admin, customer.ListInput{OrderBy: "-receivable"})); !slices.Equal(got, []string{over.Number, overdue.Number, calm.Number}) {
		t.Errorf("by receivable: %v", got)
	}
	if got := ids(list(admin, customer.ListInput{OrderBy: "-utilization", PageSize: 1})); !slices.Equal(got, []string{overdue.Number}) {
		t.Errorf("by utilization: %v", got)
	}
	if got := list(admin, customer.ListInput{OrderBy: "name", Page: 2, PageSize: 2}); !slices.Equal(ids(got), []string{calm.Number}) || got.Total != 3 {
		t.Errorf("second page: %v of %d", ids(got), got.Total)
	}
	row := list(admin, customer.ListInput{View: customer.ViewOverdue}).Customers[0]
	if row.LimitAmount != 1000 || row.Exposure != 500 || row.Overdue != 500 || row.OverdueDays != 10 || row.Salesperson.Name != "张三" || row.OnNegativeList {
		t.Errorf("row %+v", row)
	}
	for text, n := range map[string]int64{"建工集团2": 1, strings.ToLower(over.USCC): 1, "C2026": 3, "%": 0, "_": 0, "nobody": 0} {
		if got := list(admin, customer.ListInput{Text: text}).Total; got != n {
			t.Errorf("search %q finds %d, want %d", text, got, n)
		}
	}
	// delivered and not yet invoiced fills the limit as it does in the check
	w.Exec(t, admin, `UPDATE credit_accounts SET delivered_amount = 501 WHERE id = $1`, overdue.ID)
	if got := list(admin, customer.ListInput{View: customer.ViewOverLimit}); got.Total != 2 || got.Counts[customer.ViewOverLimit] != 2 {
		t.Errorf("over the limit by deliveries: %d, %v", got.Total, got.Counts)
	}
	p = list(sales, customer.ListInput{})
	if p.Total != 1 || p.Counts[customer.ViewAll] != 1 || p.Counts[customer.ViewMine] != 1 || p.Counts[customer.ViewNegative] != 0 {
		t.Errorf("a salesperson sees %d, %v", p.Total, p.Counts)
	}
	if d, err := w.Customers.Get(admin, calm.ID); err != nil || d.Negative == nil || d.Negative.ReasonText != "恶意拖欠" {
		t.Errorf("negative hit: %+v, %v", d.Negative, err)
	}
	_, err = w.Customers.List(admin, customer.ListInput{View: "best", OrderBy: "-luck", Page: -1})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"view UNKNOWN", "order_by UNKNOWN", "page OUT_OF_RANGE"}) {
		t.Errorf("bad query: %v", got)
	}
}

func TestProjects(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	p, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "东城一期", OwnerName: "某置业", ContractedVolume: 12_500_000})
	ok(t, err)
	if p.Number != "P20260001" {
		t.Errorf("number %s", p.Number)
	}
	_, err = w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Number: p.Number, Name: "东城二期"})
	if faultOf(err).Reason != "PROJECT_EXISTS" {
		t.Errorf("same number: %v", err)
	}
	_, err = w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, ContractedVolume: -1})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"name REQUIRED", "contracted_volume OUT_OF_RANGE"}) {
		t.Errorf("faults %v", got)
	}
	contract := &customer.ContractInput{ERPContractNo: " HT-1 ", Volume: 12_500_000, UnitPrice: 42000, CreditTermDays: 60, SignedOn: "2026-03-01"}
	second, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "东城二期", Contract: contract})
	ok(t, err)
	_, err = w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "东城三期", Contract: contract})
	if faultOf(err).Reason != "CONTRACT_EXISTS" {
		t.Errorf("same contract: %v", err)
	}
	_, err = w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "东城三期", Contract: &customer.ContractInput{UnitPrice: -1, SignedOn: "3月"}})
	if got := names(faultOf(err)); !slices.Equal(got, []string{"contract.erp_contract_no REQUIRED", "contract.unit_price OUT_OF_RANGE", "contract.signed_on BAD_FORM"}) {
		t.Errorf("contract faults %v", got)
	}
	ps, err := w.Customers.Projects(admin, c.ID)
	ok(t, err)
	if len(ps) != 2 || ps[0].ID != second.ID || len(ps[0].Contracts) != 1 || ps[0].Contracts[0].SignedOn != "2026-03-01" || ps[0].Contracts[0].UnitPrice != 42000 {
		t.Errorf("projects %+v", ps)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		ps, err := customerrepo.New().Projects(ctx, c.ID, nil)
		return len(ps), err
	})
}
