package portfolio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/portfolio"
	bizreport "zhuxin/biz/report"
	"zhuxin/data/auditlog"
	"zhuxin/data/export"
	"zhuxin/data/query/creditcheck/creditchecktest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/data/tenantrepo/portfolio"
	reportrepo "zhuxin/data/tenantrepo/report"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/tenancy/tenancytest"
)

type bench struct {
	t      *testing.T
	env    *tenancytest.Env
	fix    *creditchecktest.Fixture
	svc    *biz.Service
	aging  *bizreport.Reports
	admin  context.Context
	seller context.Context
	own    uuid.UUID
	today  calendar.Date
}

func setup(t *testing.T) *bench {
	t.Helper()
	env := tenancytest.New(t)
	b := &bench{t: t, env: env, admin: env.CtxA(t, access.RoleAdministrator), seller: env.CtxA(t, access.RoleSalesperson), today: calendar.NewDate(2026, 6, 15)}
	actor, _ := access.From(b.seller)
	b.own = actor.ID
	clock := &calendar.Frozen{At: b.today.Time().Add(4 * time.Hour)}
	b.fix = creditchecktest.New(env.Pool, clock)
	tx := env.Pool.Tenant()
	b.svc = biz.New(biz.Config{Tx: tx, Repo: portfolio.Repo{}, Reader: portfolio.Repo{}, Customers: customerrepo.New(), Printer: export.New(t.TempDir()),
		Audit: auditlog.Tenant(env.Pool, auditlog.WithClock(clock)), Clock: clock})
	b.aging = bizreport.New(tx, reportrepo.Repo{}, clock)
	return b
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) customer(own bool) uuid.UUID {
	b.t.Helper()
	c := creditchecktest.Customer{LimitKind: "unlimited", Salesperson: uuid.New()}
	if own {
		c.Salesperson = b.own
	}
	return b.fix.Add(b.t, b.admin, c).ID
}

// item is invoiced 30 days before it is due; paid is settled of it by a receipt on a day.
func (b *bench) item(customer uuid.UUID, no string, due calendar.Date, amount, open int64) {
	b.t.Helper()
	b.fix.Exec(b.t, b.admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, amount, open_amount, currency, import_id, updated_at)
		VALUES (gen_random_uuid(), 'erp', $1, $2, $3::date - 30, $3::date, $4, $5, 'CNY', gen_random_uuid(), now())`, no, customer, due, amount, open)
}

func (b *bench) receipt(customer uuid.UUID, no string, on calendar.Date, amount int64) {
	b.t.Helper()
	b.fix.Exec(b.t, b.admin, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, amount, currency, created_at)
		VALUES (gen_random_uuid(), 'erp', $1, $2, $3, $4, 'CNY', now())`, no, customer, on, amount)
}

func TestCategoriesByRuleAndByHand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	late, foreign, quiet := b.customer(true), b.customer(false), b.customer(true)
	b.item(late, "R1", b.today.AddDays(-100), 700, 700)
	b.item(late, "R2", b.today.AddDays(10), 50, 50)
	b.item(foreign, "R3", b.today.AddDays(5), 900, 900)
	b.fix.Exec(t, b.admin, `UPDATE receivables SET disputed = true WHERE document_no = 'R3'`)
	c, err := b.svc.Classification(b.admin, nil)
	b.ok(err)
	if len(c.Customers) != 2 || c.Customers[0].CustomerID != late || c.Customers[0].Category != biz.Substandard || c.Customers[0].Days != 100 || c.Customers[0].Overdue != 700 ||
		c.Customers[1].Category != biz.SpecialMention || c.Groups[2].Open != 750 || c.Groups[1].Customers != 1 {
		t.Errorf("%+v", c)
	}
	mine, err := b.svc.Classification(b.seller, nil)
	b.ok(err)
	if len(mine.Customers) != 1 || mine.Customers[0].CustomerID != late {
		t.Errorf("a salesperson sees %+v", mine.Customers)
	}
	until := b.today.AddDays(30).String()
	x, err := b.svc.Override(b.admin, biz.OverrideInput{CustomerID: late, Category: biz.Loss, Reason: "实际控制人失联", Until: until})
	b.ok(err)
	if x.Category != biz.Loss || x.ByRule != biz.Substandard || x.Override == nil || x.Override.Reason != "实际控制人失联" {
		t.Errorf("by hand: %+v", x)
	}
	if x, err = b.svc.Override(b.admin, biz.OverrideInput{CustomerID: quiet, Category: biz.Doubtful, Reason: "涉诉", Until: until}); err != nil || x.Category != biz.Doubtful {
		t.Errorf("of one that owes nothing: %+v, %v", x, err)
	}
	for name, in := range map[string]biz.OverrideInput{
		"without a reason": {CustomerID: late, Category: biz.Loss, Until: until},
		"for ever":         {CustomerID: late, Category: biz.Loss, Reason: "x", Until: "2099-01-01"},
		"unknown":          {CustomerID: late, Category: "bad", Reason: "x", Until: until},
		"nothing to undo":  {CustomerID: foreign, Reason: "x"},
		"nobody":           {CustomerID: uuid.New(), Category: biz.Loss, Reason: "x", Until: until},
	} {
		if _, err := b.svc.Override(b.admin, in); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	if _, err := b.svc.Override(b.seller, biz.OverrideInput{CustomerID: late, Category: biz.Normal, Reason: "x", Until: until}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a salesperson's word: %v", err)
	}
	if x, err = b.svc.Override(b.admin, biz.OverrideInput{CustomerID: late, Reason: "已联系上"}); err != nil || x.Category != biz.Substandard {
		t.Errorf("taken back: %+v, %v", x, err)
	}
}

func TestRuleHasVersions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, err := b.svc.Rule(b.seller)
	b.ok(err)
	if r != biz.Preset() {
		t.Errorf("preset: %+v", r)
	}
	r.Days[0], r.Given[0] = 15, 10
	saved, err := b.svc.SaveRule(b.admin, r)
	b.ok(err)
	if again, err := b.svc.Rule(b.admin); err != nil || again != saved || again.Version != 1 || again.Days[0] != 15 {
		t.Errorf("saved %+v, %v", again, err)
	}
	if _, err := b.svc.SaveRule(b.admin, r); !errors.Is(err, biz.ErrChanged) {
		t.Errorf("an old version saved: %v", err)
	}
}

// TestRatesOfTheOwnHistory follows items that are paid after 20 days, half of each
// month's, and never the other half.
func TestRatesOfTheOwnHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	payer, never, foreign := b.customer(true), b.customer(true), b.customer(false)
	for m := range 14 {
		due := calendar.NewDate(2025, 4, 25).AddMonths(m)
		no := string(rune('A' + m))
		open := int64(0)
		if due.AddDays(20) <= b.today {
			b.receipt(payer, "K"+no, due.AddDays(20), 1000)
		} else {
			open = 1000
		}
		b.item(payer, "P"+no, due, 1000, open)
		b.item(never, "N"+no, due, 1000, 1000)
	}
	b.item(foreign, "F1", b.today.AddDays(3), 333, 333)
	b.item(foreign, "F2", b.today.AddDays(3), -50, -50)
	l, err := b.svc.ExpectedLoss(b.admin, nil)
	b.ok(err)
	if l.First != calendar.NewDate(2025, 5, 31) || l.Last != calendar.NewDate(2026, 5, 31) || l.Unknown != 0 {
		t.Errorf("of %s to %s, %d unknown", l.First, l.Last, l.Unknown)
	}
	one := l.Buckets[1] // 1–30: both owe it at the month end, and one a month later
	if one.Basis != biz.FromHistory || one.Months != 12 || one.Before != 24_000 || one.Older(1) != 12_000 || one.Collected(1) != 12_000 {
		t.Errorf("1–30: %+v", one.Roll)
	}
	two := l.Buckets[2] // 31–60: the payer has paid by then, so it is the other one alone
	if two.Before != two.Older(2) || two.Loss != 10_000 || one.Loss != 5000 {
		t.Errorf("31–60: %+v, 1–30 loses %d", two.Rate, one.Loss)
	}
	if l.Buckets[0].Open != 283 || l.Buckets[0].Base != 283 {
		t.Errorf("not due, a credit of the same customer: %+v", l.Buckets[0])
	}
	a, err := b.aging.Aging(b.admin, bizreport.AgingInput{Scheme: bizreport.SchemeCustom, Bounds: "30,60,90,180,365"})
	b.ok(err)
	var provision int64
	for k, x := range l.Buckets {
		if x.Open != a.Total.Buckets[k] {
			t.Errorf("%s: %d, the aging report says %d", biz.Buckets[k], x.Open, a.Total.Buckets[k])
		}
	}
	for _, x := range l.Customers {
		provision += x.Provision
	}
	if provision != l.Provision || l.Open != a.Total.Receivable() {
		t.Errorf("provision %d, of customers %d; open %d of %d", l.Provision, provision, l.Open, a.Total.Receivable())
	}
	mine, err := b.svc.ExpectedLoss(b.seller, nil)
	b.ok(err)
	if len(mine.Customers) != 1 || mine.Buckets[1].Loss != one.Loss || mine.Open != l.Open-283 {
		t.Errorf("a salesperson's: %d customers, rate %d, open %d", len(mine.Customers), mine.Buckets[1].Loss, mine.Open)
	}

	// Receipts that do not explain what is settled leave the past unknown.
	b.receipt(payer, "odd", b.today, 7)
	if l, err = b.svc.ExpectedLoss(b.admin, nil); err != nil || l.Unknown != 1 || l.Buckets[1].Before != 12_000 {
		t.Errorf("%d unknown, %+v, %v", l.Unknown, l.Buckets[1].Roll, err)
	}
}

// TestWriteOffIsALoss gives a debt up early: it was not collected, and the rate of its
// bucket does not fall by it.
func TestWriteOffIsALoss(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(true)
	for m := range 5 { // half is paid and half given up, both 20 days late, after the month's end
		due, no := calendar.NewDate(2025, 12, 25).AddMonths(m), string(rune('0'+m))
		b.item(c, "L"+no, due, 1000, 0)
		b.receipt(c, "K"+no, due.AddDays(20), 500)
		b.fix.Exec(t, b.admin, `INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, write_off_id, amount, rule, applied_on, created_at)
			SELECT gen_random_uuid(), id, customer_id, id, 'write_off', id, 500, 'write_off', due_date + 20, now() FROM receivables WHERE document_no = $1`, "L"+no)
	}
	l, err := b.svc.ExpectedLoss(b.admin, nil)
	b.ok(err)
	if one := l.Buckets[1]; l.Unknown != 0 || one.Before != 5000 || one.Roll.Lost != 2500 || one.Collected(1) != 2500 || one.Basis != biz.FromHistory || one.Loss != 5000 {
		t.Errorf("%d unknown, 1–30: %+v", l.Unknown, one)
	}
}

func TestCashByHabitAndPromise(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, other := b.customer(true), b.customer(false)
	for m := range 3 { // always 20 days late
		due := calendar.NewDate(2026, 1, 10).AddMonths(m)
		b.item(c, "S"+string(rune('0'+m)), due, 500, 0)
		b.receipt(c, "K"+string(rune('0'+m)), due.AddDays(20), 500)
	}
	b.item(c, "O1", b.today.AddDays(-60), 1000, 1000) // behind
	b.item(c, "O2", b.today.AddDays(-10), 300, 300)   // in ten days
	b.item(other, "O3", b.today.AddDays(1), 40, 40)   // the average of all stands for him
	b.fix.Exec(t, b.admin, `INSERT INTO follow_ups (id, created_at, updated_at, customer_id, trigger, amount, opened_on, deadline, status, reason, action, promised_on, promised_amount, promise_from, promise, comment, outcome)
		VALUES (gen_random_uuid(), now(), now(), $1, 'overdue', 1000, $2, $2, 'agreed', 'x', 'collection', $3, 600, $2, 'waiting', '', '')`, c, b.today.AddDays(-3), b.today.AddDays(8))
	b.item(c, "S9", b.today.AddDays(-2), 100, 0)
	b.receipt(c, "K9", b.today.AddDays(-2), 100) // for the promise
	f, err := b.svc.CashIn(b.admin, "", nil)
	b.ok(err)
	first := f.Customers[0]
	if first.CustomerID != c || !first.Own || first.Late.Days != 19 || first.Late.Payments != 4 { // 3 × 500 × 20 + 100 × 0 over 1,600
		t.Fatalf("%+v", first.Debtor)
	}
	if first.Behind != 500 || first.Spans[1].Habit != 300 || first.Spans[2].Promised != 0 || first.Spans[1].Promised != 500 || first.Expected.Open != 1300 {
		t.Errorf("%+v", first.Expected)
	}
	if f.Customers[1].Own || f.Customers[1].Late.Days != 19 || f.Total.Open != 1340 {
		t.Errorf("the other: %+v", f.Customers[1])
	}
	if _, err := b.svc.CashIn(b.admin, "day", nil); err == nil {
		t.Error("an unknown step passed")
	}
}

func TestFilesAndStrangers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(true)
	b.item(c, "R1", b.today.AddDays(-100), 700, 700)
	for _, kind := range []biz.Kind{biz.KindClassification, biz.KindExpectedLoss, biz.KindCashIn} {
		for _, format := range []report.Format{report.XLSX, report.PDF} {
			for _, lang := range []report.Lang{report.ZH, report.EN} {
				file, err := b.svc.Export(b.seller, biz.ExportInput{Kind: kind, Format: format, Lang: lang})
				b.ok(err)
				content, err := io.ReadAll(file.Body)
				b.ok(errors.Join(err, file.Body.Close()))
				if !slices.ContainsFunc([]string{"PK", "%PDF"}, func(mark string) bool { return bytes.HasPrefix(content, []byte(mark)) }) {
					t.Errorf("%s as %s", kind, format)
				}
			}
		}
	}
	if _, err := b.svc.Export(b.seller, biz.ExportInput{Kind: "else", Format: report.PDF, Lang: report.ZH}); !errors.Is(err, biz.ErrKind) {
		t.Errorf("an unknown report: %v", err)
	}
	_, err := b.svc.Override(b.admin, biz.OverrideInput{CustomerID: c, Category: biz.Loss, Reason: "x", Until: b.today.String()})
	b.ok(err)
	_, err = b.svc.SaveRule(b.admin, biz.Preset())
	b.ok(err)
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (n int, err error) {
		err = b.env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			var r portfolio.Repo
			facts, e1 := r.Facts(ctx, b.today, nil, c)
			moves, _, e2 := r.Moves(ctx, b.today, []calendar.Date{calendar.NewDate(2026, 4, 30), calendar.NewDate(2026, 5, 31)})
			owed, e3 := r.Owed(ctx, b.today, nil)
			debtors, e4 := r.Debtors(ctx, b.today, nil)
			settled, paid, e5 := r.Habits(ctx)
			rule, e6 := r.Rule(ctx)
			n = len(facts) + len(moves) + len(owed) + len(debtors) + len(settled) + len(paid) + int(rule.Version)
			return errors.Join(e1, e2, e3, e4, e5, e6)
		})
		return n, err
	})
}
