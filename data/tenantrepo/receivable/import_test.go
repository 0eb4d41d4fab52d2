package receivable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	biz "zhuxin/biz/receivable"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type bundle struct {
	*tenancytest.Env
	*receivabletest.World
	clock *calendar.Frozen
	ctx   context.Context
}

// setup makes two tenants; A has the customers K1 (30 days' term) and K2 (with a code).
func setup(t *testing.T) *bundle {
	t.Helper()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)}
	b := &bundle{env, receivabletest.New(env.Pool, clock, t.TempDir()), clock, env.CtxA(t)}
	b.exec(t, b.ctx, `INSERT INTO customers (id, created_at, updated_at, number, name, uscc, credit_term_days)
		VALUES (gen_random_uuid(), now(), now(), 'K1', '甲建工', NULL, 30), (gen_random_uuid(), now(), now(), 'K2', '乙建工', '91110000600037341L', 0)`)
	return b
}

func (b *bundle) exec(t *testing.T, ctx context.Context, query string, args ...any) {
	t.Helper()
	must(t, b.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, query, args...)
		return err
	}))
}

func (b *bundle) text(t *testing.T, ctx context.Context, query string, args ...any) (s string) {
	t.Helper()
	must(t, b.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, query, args...).Scan(&s)
	}))
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// own is the mapping of our own template with English heads.
func own() biz.Mapping { return biz.Presets()[0].Mapping }

const heads = "customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency\n"

// delivered is the event of an import as a worker gets it.
func delivered(t *testing.T, b *bundle, id uuid.UUID, attempt int) event.Delivered {
	t.Helper()
	payload := b.text(t, b.ctx, `SELECT payload::text FROM outbox WHERE topic = 'receivable_import.requested' AND payload ->> 'import_id' = $1`, id.String())
	return event.Delivered{ID: uuid.New(), TenantID: b.A.ID, Topic: biz.TopicImportRequested, Payload: json.RawMessage(payload), Attempt: attempt}
}

// errorLines reads the error file of an import.
func (b *bundle) errorLines(t *testing.T, i biz.Import) []string {
	t.Helper()
	_, body, err := b.Imports.ErrorFile(b.ctx, i.ID)
	must(t, err)
	defer body.Close()
	text, err := io.ReadAll(body)
	must(t, err)
	return strings.Split(strings.TrimSpace(strings.TrimPrefix(string(text), "\ufeff")), "\n")
}

func TestImportAndAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	file := heads +
		"K1,,,D1,2026-04-01,2026-05-01,1000.00,400.00,CNY\n" +
		"K1,,,D2,2026-05-10,,200.5,,\n" + // due by the customer's term: 2026-06-09
		",,91110000600037341L,D3,2026-05-01,2026-05-02,\"1,234.00\",0,人民币\n" +
		"K2,,91110000600037341L,D4,2026-05-01,2026-05-02,-50.00,-50,RMB\n"
	i, err := b.Run(b.ctx, file, own(), false)
	must(t, err)
	if i.Status != biz.StatusDone || i.Counts != (biz.Counts{Read: 4, Inserted: 4}) || i.RowsTotal != 4 || i.ErrorFileID != uuid.Nil {
		t.Fatalf("%+v", i)
	}
	want := biz.ControlTotal{Currency: "CNY", FileRows: 4, FileOpen: 550_50, AcceptedRows: 4, AcceptedOpen: 550_50, LedgerRowsNow: 4, LedgerOpenNow: 550_50}
	if len(i.Totals) != 1 || i.Totals[0] != want {
		t.Fatalf("totals %+v", i.Totals)
	}
	if s := b.text(t, b.ctx, `SELECT string_agg(document_no || ' ' || due_date || ' ' || amount || ' ' || open_amount, ', ' ORDER BY document_no) FROM receivables`); s !=
		"D1 2026-05-01 100000 40000, D2 2026-06-09 20050 20050, D3 2026-05-02 123400 0, D4 2026-05-02 -5000 -5000" {
		t.Fatal(s)
	}
	accounts := `SELECT string_agg(c.number || ' ' || a.receivable_amount || ' ' || a.overdue_amount, ', ' ORDER BY c.number) FROM credit_accounts a JOIN customers c USING (id)`
	if s := b.text(t, b.ctx, accounts); s != "K1 60050 40000, K2 -5000 0" {
		t.Fatal(s)
	}

	rows := `SELECT string_agg(xmin::text || xmax::text || ctid::text, ' ' ORDER BY document_no) FROM receivables`
	before := b.text(t, b.ctx, rows)
	i, err = b.Run(b.ctx, file, own(), false)
	must(t, err)
	if i.Counts != (biz.Counts{Read: 4, Unchanged: 4}) {
		t.Fatalf("second run %+v", i.Counts)
	}
	if after := b.text(t, b.ctx, rows); after != before {
		t.Fatalf("the second run touched rows: %s, then %s", before, after)
	}

	i, err = b.Run(b.ctx, strings.Replace(file, "K1,,,D1,2026-04-01,2026-05-01,1000.00,400.00", "K2,,,D1,2026-04-01,2026-05-01,1000.00,300.00", 1), own(), false)
	must(t, err)
	if i.Counts != (biz.Counts{Read: 4, Updated: 1, Unchanged: 3}) {
		t.Fatalf("changed run %+v", i.Counts)
	}
	if s := b.text(t, b.ctx, accounts); s != "K1 20050 0, K2 25000 25000" {
		t.Fatal("an item that moved must leave its former customer: " + s)
	}
	if n := b.text(t, b.ctx, `SELECT count(*)::text FROM receivable_staging`); n != "0" {
		t.Fatal("staging is not empty")
	}
	tenancytest.OtherSeesNothing(t, b.Env, func(ctx context.Context) (int, error) {
		_, n, err := b.Imports.List(ctx, 1, 10)
		p, lerr := b.Ledger.List(ctx, biz.ListInput{View: biz.ViewAll})
		return int(n + p.Total), errors.Join(err, lerr)
	})
}

func TestBadRowsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	long := strings.Repeat("x", 130)
	rows := []struct{ row, want string }{
		{"K1,,,G1,2026-05-01,2026-05-31,10,10,CNY", ""},
		{"K9,,,B1,2026-05-01,2026-05-31,10,10,CNY", "customer_number CUSTOMER_UNKNOWN"},
		{",,91110000600037341M,B2,2026-05-01,2026-05-31,10,10,CNY", "uscc CUSTOMER_UNKNOWN"},
		{"K2,,911100006000373411,B3,2026-05-01,2026-05-31,10,10,CNY", "uscc CUSTOMER_MISMATCH"},
		{",,,B4,2026-05-01,2026-05-31,10,10,CNY", "customer_number REQUIRED"},
		{"K1,,,,2026-05-01,2026-05-31,10,10,CNY", "document_no REQUIRED"},
		{"K1,,,G1,2026-05-01,2026-05-31,10,10,CNY", "document_no DUPLICATE_IN_FILE"},
		{"K1,,,B5,2026-02-30,2026-05-31,10,10,CNY", "invoice_date BAD_DATE"},
		{"K1,,,B6,,2026-05-31,10,10,CNY", "invoice_date REQUIRED"},
		{"K1,,,B7,2026-05-01,31-05-2026,10,10,CNY", "due_date BAD_DATE"},
		{"K1,,,B8,2026-05-01,2026-04-30,10,10,CNY", "due_date DUE_BEFORE_INVOICE"},
		{"K1,,,B9,2026-05-01,2026-05-31,12.345,,CNY", "amount BAD_AMOUNT"},
		{"K1,,,B10,2026-05-01,2026-05-31,0,,CNY", "amount ZERO_AMOUNT"},
		{"K1,,,B11,2026-05-01,2026-05-31,,,CNY", "amount REQUIRED"},
		{"K1,,,B12,2026-05-01,2026-05-31,10,11,CNY", "open_amount OPEN_EXCEEDS_AMOUNT"},
		{"K1,,,B13,2026-05-01,2026-05-31,10,-1,CNY", "open_amount OPEN_OTHER_SIGN"},
		{"K1,,,B14,2026-05-01,2026-05-31,10,1e3,CNY", "open_amount BAD_AMOUNT"},
		{"K1,,,B15,2026-05-01,2026-05-31,10,10,USD", "currency CURRENCY_NOT_TENANTS"},
		{"K1,,,B16,2026-05-01,2026-05-31,10,10,Yuan!", "currency BAD_CURRENCY"},
		{"K1,,," + long + ",2026-05-01,2026-05-31,10,10,CNY", "document_no TOO_LONG"},
		{"K1,,,1.23457E+11,2026-05-01,2026-05-31,10,10,CNY", "document_no LOST_DIGITS"},
		{"K1,Foo, Ltd,,B17,2026-05-01,2026-05-31,10,10,CNY", " EXTRA_CELLS"},
		{"K1,\"Foo,,B18,2026-05-01,2026-05-31,10,10,CNY", " BROKEN_ROW"},
		{"K1,,,B19,2026-13-01,x,=1+1,12.3.4,ABC", "invoice_date BAD_DATE|due_date BAD_DATE|amount BAD_AMOUNT|open_amount BAD_AMOUNT|currency CURRENCY_NOT_TENANTS"},
		{"K9,,,B19,2026-05-01,2026-05-31,1.999,,CNY", "amount BAD_AMOUNT|customer_number CUSTOMER_UNKNOWN"},
		{"K1,,,B19,2026-05-01,2026-05-31,77,,CNY", ""}, // bad rows further up do not take its number
		{"K1,,,G2,2026-05-01,2026-05-31,20,20,CNY", ""},
	}
	file, want := heads, map[int64]string{}
	for n, r := range rows {
		file += r.row + "\n"
		if r.want != "" {
			want[int64(n)+2] = r.want
		}
	}
	i, err := b.Run(b.ctx, file, own(), false)
	must(t, err)
	if i.Counts != (biz.Counts{Read: int64(len(rows)), Inserted: 3, Refused: int64(len(want))}) {
		t.Fatalf("%+v %s", i.Counts, i.Failure)
	}
	got := map[int64]string{}
	for _, e := range i.Errors {
		s := e.Column + " " + e.Reason
		if got[e.Row] != "" {
			s = got[e.Row] + "|" + s
		}
		got[e.Row] = s
		if e.Message == "" {
			t.Errorf("row %d: no message", e.Row)
		}
	}
	for row, w := range want {
		g := got[row]
		if strings.HasSuffix(w, "EXTRA_CELLS") {
			g, _, _ = strings.Cut(g, "|")
		}
		if g != w {
			t.Errorf("row %d: %q, want %q", row, g, w)
		}
	}
	lines := b.errorLines(t, i)
	if len(lines) != 1+len(i.Errors) || lines[0] != "row,column,reason,message,value" {
		t.Fatalf("%d lines, %d errors", len(lines), len(i.Errors))
	}
	if all := strings.Join(lines, "\n"); !strings.Contains(all, "'=1+1") || strings.Contains(all, ",=1+1") {
		t.Error("a formula stands in the error file:\n" + all)
	}
	if !strings.Contains(strings.Join(lines, "\n"), "row 2 has this document number already") {
		t.Error("a duplicate does not name the earlier row")
	}
	var usd biz.ControlTotal
	for _, c := range i.Totals {
		if c.Currency == "USD" {
			usd = c
		}
	}
	if i.Totals[0].Currency != "CNY" || usd.FileRows != 1 || usd.AcceptedRows != 0 {
		t.Errorf("totals %+v", i.Totals)
	}
}

func TestDryRunKeepsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := own()
	m.CreateCustomers = true
	file := heads + "K1,,,D1,2026-04-01,2026-05-01,100,,\nN1, 新  客户 ,,D2,2026-04-01,2026-05-01,7,,\nN1,新客户（别名）,,D3,2026-04-01,2026-05-01,8,,\nN2,,,D4,2026-04-01,2026-05-01,8,,\nbad,x,,,,,,,\n"
	counts := biz.Counts{Read: 5, Inserted: 3, Refused: 2}
	dry, err := b.Run(b.ctx, file, m, true)
	must(t, err)
	if dry.Status != biz.StatusDone || dry.Counts != counts || dry.Totals[0].LedgerOpenNow != 115_00 || len(b.errorLines(t, dry)) < 3 {
		t.Fatalf("%+v", dry)
	}
	count := `SELECT (SELECT count(*) FROM receivables) || ' ' || (SELECT count(*) FROM customers) || ' ' || (SELECT count(*) FROM credit_accounts) || ' ' ||
		(SELECT count(*) FROM outbox) || ' ' || (SELECT count(*) FROM audit_log WHERE action = 'customer.created')`
	if s := b.text(t, b.ctx, count); s != "0 2 0 0 0" {
		t.Fatal("a dry run kept something: " + s)
	}
	real, err := b.Run(b.ctx, file, m, false)
	must(t, err)
	if real.Counts != counts {
		t.Fatalf("%+v", real.Counts)
	}
	if real.Totals[0] != dry.Totals[0] || fmt.Sprint(real.Errors) != fmt.Sprint(dry.Errors) {
		t.Fatalf("dry %+v %v, real %+v %v", dry.Totals, dry.Errors, real.Totals, real.Errors)
	}
	if s := b.text(t, b.ctx, count); s != "3 3 2 1 1" {
		t.Fatal(s)
	}
	if s := b.text(t, b.ctx, `SELECT name || '|' || (uscc IS NULL) FROM customers WHERE number = 'N1'`); s != "新 客户|true" {
		t.Fatal(s)
	}
}

func TestJobRunsAndIsRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u, err := b.Imports.Upload(b.ctx, "../x/应收.csv", strings.NewReader(heads+"K1,,,D1,2026-04-01,2026-05-01,100,,\nK8,,,D2,2026-04-01,2026-05-01,100,,\n"), -1)
	must(t, err)
	if u.Preset != biz.PresetZhuxin || u.Name != "应收.csv" || len(u.Sample) != 2 || u.Proposed.DateFormat != biz.DateYMDDashes {
		t.Fatalf("%+v", u)
	}
	i, err := b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: u.Proposed})
	must(t, err)
	d := delivered(t, b, i.ID, 1)
	job := access.With(scope.WithTenant(t.Context(), b.A), access.System(b.A.ID, "job"))

	// The object store is away when the error file is to be stored: the ledger is
	// settled, the import is not done yet, and the next attempt only adds the file.
	away := fault.Unavailable("OBJECT_STORE_UNAVAILABLE", "away")
	b.Files.Fail = func(k document.Kind) error {
		if k == document.KindImportErrors {
			return away
		}
		return nil
	}
	if err := b.Imports.Handle(job, d); !errors.Is(err, away) {
		t.Fatal(err)
	}
	i, err = b.Imports.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status.Over() || i.Counts.Inserted != 1 || !strings.Contains(i.Failure, "tried again") {
		t.Fatalf("%+v", i)
	}
	b.Files.Fail = nil
	must(t, b.Imports.Handle(job, d))
	must(t, b.Imports.Handle(job, d)) // delivered once more
	i, err = b.Imports.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status != biz.StatusDone || i.Counts != (biz.Counts{Read: 2, Inserted: 1, Refused: 1}) || i.Failure != "" || i.FinishedAt.IsZero() || len(b.errorLines(t, i)) != 2 {
		t.Fatalf("%+v", i)
	}

	// The last attempt ends it, and says so to the queue's log as well.
	i, err = b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: u.Proposed, DryRun: true})
	must(t, err)
	b.Files.Fail = func(document.Kind) error { return errors.New("disk on fire at /secret/path") }
	if err := b.Imports.Handle(job, delivered(t, b, i.ID, 5)); err == nil {
		t.Fatal("the last attempt's fault is not handed on")
	}
	b.Files.Fail = nil
	must(t, b.Imports.Handle(job, delivered(t, b, i.ID, 6)))
	i, err = b.Imports.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status != biz.StatusFailed || i.Failure == "" || strings.Contains(i.Failure, "secret") {
		t.Fatalf("%+v", i)
	}

	// A file that is not the uploaded one any more ends the import at once.
	i, err = b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: u.Proposed})
	must(t, err)
	must(t, os.WriteFile(b.Files.Path(u.File.ID), []byte(heads+"K1,,,D9,2026-04-01,2026-05-01,1,,\n"), 0o600))
	must(t, b.Imports.Handle(job, delivered(t, b, i.ID, 1)))
	i, err = b.Imports.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status != biz.StatusFailed || !strings.Contains(i.Failure, "FILE_CHANGED") {
		t.Fatalf("%+v", i)
	}
}

func TestMappingIsCheckedAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u, err := b.Imports.Upload(b.ctx, "a.csv", strings.NewReader("单号;客户;日期;金额;金额\nD1;K1;2026-01-01;5;5\n"), -1)
	must(t, err)
	m := biz.Mapping{Columns: map[biz.Field]string{"amount": "金额", "document_no": "单号", "due_date": "到期", "nonsense": "客户"}, DateFormat: "yy",
		Currency: "USD", FilterColumn: "公司", AmountDivisor: "0", CreateCustomers: true}
	_, err = b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: m})
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.KindInvalid {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, field := range f.Fields {
		got[field.Name+" "+field.Reason] = true
	}
	for _, want := range []string{"mapping.columns.nonsense UNKNOWN", "mapping.columns.invoice_date REQUIRED", "mapping.columns.customer_number REQUIRED",
		"mapping.columns.customer_name REQUIRED", "mapping.date_format UNKNOWN", "mapping.currency CURRENCY_NOT_TENANTS", "mapping.filter_value FILTER_VALUE_REQUIRED",
		"mapping.amount_divisor BAD_FORM", "mapping.source REQUIRED"} {
		if !got[want] {
			t.Errorf("%s is not said; got %v", want, got)
		}
	}
	m = biz.Mapping{Columns: map[biz.Field]string{"amount": "金额", "document_no": "单号", "customer_number": "客户", "invoice_date": "日期", "due_date": "到期"}, DateFormat: biz.DateYMDDashes, Source: "x"}
	_, err = b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: m})
	if f, ok = fault.As(err); !ok || len(f.Fields) != 2 || f.Fields[0].Reason != "COLUMN_TWICE" || f.Fields[1].Reason != "COLUMN_MISSING" {
		t.Fatal(err)
	}
	if _, err := b.Imports.Start(b.CtxB(t), biz.StartInput{FileID: u.File.ID, Mapping: own()}); !errors.Is(err, biz.ErrFileNotFound) {
		t.Fatal("another tenant's file: ", err)
	}
	if _, err := b.Imports.Start(b.CtxA(t, access.RoleSalesperson), biz.StartInput{FileID: u.File.ID, Mapping: own()}); !errors.Is(err, access.ErrForbidden) {
		t.Fatal(err)
	}
	if _, err := b.Imports.SaveMapping(b.ctx, "ERP 1", own()); err != nil {
		t.Fatal(err)
	}
	changed := own()
	changed.Source = "erp2"
	if _, err := b.Imports.SaveMapping(b.ctx, "ERP 1", changed); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Imports.SaveMapping(b.ctx, biz.PresetZhuxin, own()); !errors.Is(err, biz.ErrPresetName) {
		t.Fatal(err)
	}
	all, err := b.Imports.Mappings(b.ctx)
	must(t, err)
	if len(all) != 3 || all[2].Name != "ERP 1" || all[2].Mapping.Source != "erp2" {
		t.Fatalf("%+v", all)
	}
}

func TestReceiptsAndOverview(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Run(b.ctx, heads+"K1,,,D1,2026-04-01,2026-05-01,1000,400,\nK2,,,D2,2024-05-31,2024-06-30,70,70,\nK2,,,D3,2026-05-31,2026-06-30,30,30,\n", own(), false)
	must(t, err)
	rows := []biz.Receipt{
		{Source: "bank", DocumentNo: "R1", CustomerNumber: "K1", ReceivedOn: calendar.NewDate(2026, 5, 20), Amount: 600_00},
		{Source: "bank", DocumentNo: "R2", CustomerNumber: "K2", ReceivedOn: calendar.NewDate(2026, 6, 1), Amount: 1_00},
	}
	for want := int64(2); want >= 0; want -= 2 {
		if n, err := b.Receipts.Add(b.ctx, rows); err != nil || n != want {
			t.Fatal(n, err)
		}
	}
	rows[1].Amount = 2_00
	if _, err := b.Receipts.Add(b.ctx, rows); !errors.Is(err, biz.ErrReceiptDiffers) {
		t.Fatal(err)
	}
	rows[1].CustomerNumber = "K7"
	if _, err := b.Receipts.Add(b.ctx, rows); !errors.Is(err, biz.ErrReceiptCustomer) {
		t.Fatal(err)
	}
	o, err := b.Ledger.Overview(b.ctx, uuid.Nil)
	must(t, err)
	last := o.Months[biz.MonthsShown-1]
	if len(o.Months) != 24 || o.Months[0].First != calendar.NewDate(2024, 7, 1) || o.Months[21].Invoiced != 1000_00 || o.Months[22] != (biz.Month{First: calendar.NewDate(2026, 5, 1), Invoiced: 30_00, Collected: 600_00}) || last.Collected != 1_00 {
		t.Fatalf("%+v", o.Months)
	}
	if o.Aging.Receivable != 500_00 || o.Aging.NotDue != 30_00 || o.Aging.Days31To60 != 400_00 || o.Aging.Months12To24 != 70_00 || o.Customers != 2 || o.CustomersOverdue != 2 || o.CustomersOverLimit != 2 {
		t.Fatalf("%+v", o)
	}
	// The same figures as the account's own aging, whole and of one customer.
	must(t, b.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
		a, err := b.Accounts.Aging(ctx, uuid.Nil)
		if err == nil && a != o.Aging {
			t.Errorf("aging %+v, of the accounts %+v", o.Aging, a)
		}
		return err
	}))

	seller := b.Actor(b.A, access.RoleSalesperson)
	b.exec(t, b.ctx, `UPDATE customers SET salesperson_id = $1 WHERE number = 'K2'`, seller.ID)
	his := b.CtxA(t, access.RoleSalesperson)
	o, err = b.Ledger.Overview(his, uuid.Nil)
	must(t, err)
	if o.Customers != 1 || o.Aging.Receivable != 100_00 {
		t.Fatalf("a salesperson sees %+v", o)
	}
	p, err := b.Ledger.List(his, biz.ListInput{View: biz.ViewOverdue, OrderBy: "-open_amount"})
	must(t, err)
	if p.Total != 1 || p.OpenSum != 70_00 || p.Receivables[0].DocumentNo != "D2" || p.Receivables[0].OverdueDays(p.Today) != 701 {
		t.Fatalf("%+v", p)
	}
	k1 := uuid.MustParse(b.text(t, b.ctx, `SELECT id::text FROM customers WHERE number = 'K1'`))
	if _, err := b.Ledger.List(his, biz.ListInput{CustomerID: k1}); err == nil {
		t.Fatal("another's customer is listed")
	}
	if _, err := b.Ledger.Overview(his, k1); err == nil {
		t.Fatal("another's customer is summed up")
	}
	p, err = b.Ledger.List(b.ctx, biz.ListInput{CustomerID: k1, View: biz.ViewAll, Text: "d1", Size: 1})
	must(t, err)
	if p.Total != 1 || p.Receivables[0].Amount != money.Amount(1000_00) || p.Receivables[0].CustomerName != "甲建工" {
		t.Fatalf("%+v", p)
	}
	if p, err = b.Ledger.List(b.ctx, biz.ListInput{View: biz.ViewOpen, Text: "乙", OrderBy: "due_date", Page: 2, Size: 1}); err != nil || p.Total != 2 || p.Receivables[0].DocumentNo != "D3" {
		t.Fatalf("%+v %v", p, err)
	}
}
