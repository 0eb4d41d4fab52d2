package statement_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/contract"
	biz "zhuxin/biz/statement"
	"zhuxin/biz/todo"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/query/creditcheck/creditchecktest"
	todoquery "zhuxin/data/query/todo"
	"zhuxin/data/tenantrepo/collection"
	contractrepo "zhuxin/data/tenantrepo/contract"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/data/tenantrepo/statement"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type bench struct {
	t       *testing.T
	env     *tenancytest.Env
	clock   *calendar.Frozen
	fix     *creditchecktest.Fixture
	svc     *biz.Service
	work    *todo.Service
	seller  context.Context
	finance context.Context
	admin   context.Context
	sellers uuid.UUID
	printed biz.Detail
}

func setup(t *testing.T) *bench {
	t.Helper()
	env := tenancytest.New(t)
	b := &bench{t: t, env: env, clock: &calendar.Frozen{}, seller: env.CtxA(t, access.RoleSalesperson), finance: env.CtxA(t, access.RoleFinance), admin: env.CtxA(t, access.RoleAdministrator)}
	actor, _ := access.From(b.seller)
	b.sellers = actor.ID
	b.at("2026-05-01")
	b.fix = creditchecktest.New(env.Pool, b.clock)
	tx, log, events := env.Pool.Tenant(), auditlog.Tenant(env.Pool, auditlog.WithClock(b.clock)), outbox.Tenant(env.Pool, outbox.WithClock(b.clock))
	b.svc = biz.New(biz.Config{Tx: tx, Repo: statement.Repo{}, Settings: collection.Repo{}, Customers: customerrepo.New(), Terms: contract.New(tx, contractrepo.Repo{}, b.fix.Accounts, log, b.clock),
		Accounts: b.fix.Accounts, Printer: b, Touched: func(context.Context, int64) {}, Audit: log, Events: events, Clock: b.clock})
	b.work = todo.New(tx, b.clock, todoquery.Statements()...)
	return b
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) at(day string) calendar.Date {
	d, err := calendar.Parse(day)
	b.ok(err)
	b.clock.At = d.Time().Add(4 * time.Hour)
	return d
}

func (b *bench) customer() uuid.UUID {
	b.t.Helper()
	return b.fix.Add(b.t, b.admin, creditchecktest.Customer{LimitKind: "unlimited", Salesperson: b.sellers}).ID
}

func (b *bench) ticket(customer uuid.UUID, no, contractNo, day string, amount int64) {
	b.t.Helper()
	b.fix.Exec(b.t, b.admin, `INSERT INTO deliveries (id, source, ticket_no, customer_id, contract_no, volume, amount, currency, delivered_on, created_at, updated_at)
		VALUES (gen_random_uuid(), 'erp', $1, $2, $3, 1000, $4, 'CNY', $5, now(), now())`, no, customer, contractNo, amount, day)
}

func (b *bench) all(ctx context.Context) []biz.Statement {
	b.t.Helper()
	p, _, err := b.svc.List(ctx, biz.ListInput{View: "all"})
	b.ok(err)
	slices.SortFunc(p.Statements, func(x, y biz.Statement) int {
		switch {
		case x.Number < y.Number:
			return -1
		case x.Number > y.Number:
			return 1
		}
		return 0
	})
	return p.Statements
}

// daily runs the step for the day, twice: the second time changes nothing.
func (b *bench) daily(day string) []biz.Statement {
	b.t.Helper()
	d := b.at(day)
	b.ok(b.svc.Daily(b.admin, d))
	first := b.all(b.admin)
	b.ok(b.svc.Daily(b.admin, d))
	second := b.all(b.admin)
	if !slices.EqualFunc(first, second, func(x, y biz.Statement) bool {
		return x.ID == y.ID && x.Version == y.Version && x.Tickets == y.Tickets && x.RemindedOn == y.RemindedOn && x.EscalatedOn == y.EscalatedOn
	}) {
		b.t.Fatalf("the second run of %s changed\n%+v to\n%+v", day, first, second)
	}
	return second
}

func (b *bench) todos(ctx context.Context, kind todo.Kind) int {
	b.t.Helper()
	l, err := b.work.List(ctx, todo.ListInput{Kind: kind})
	b.ok(err)
	return len(l.Items)
}

func (b *bench) paper(customer uuid.UUID) uuid.UUID {
	b.t.Helper()
	id := uuid.New()
	b.fix.Exec(b.t, b.admin, `INSERT INTO documents (id, created_at, customer_id, kind, file_name, content_type, size_bytes, sha256, object_key, revision)
		VALUES ($1, now(), $2, 'other', 'a.pdf', 'application/pdf', 1, '', gen_random_uuid()::text, 1)`, id, customer)
	return id
}

func TestMadeOncePerContractAndMonth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer()
	b.ticket(c, "T1", "HT1", "2026-04-02", 100)
	b.ticket(c, "T2", "HT1", "2026-04-30", 200)
	b.ticket(c, "T3", "HT2", "2026-04-15", 400)
	b.ticket(c, "T4", "HT1", "2026-03-31", 800)
	b.ticket(c, "T5", "HT1", "2026-05-01", 1600) // its month is not over
	got := b.daily("2026-05-01")
	if len(got) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []struct {
		number, contract string
		amount           money.Amount
		tickets          int
	}{{"DZ202603-C000001-1", "HT1", 800, 1}, {"DZ202604-C000001-1", "HT1", 300, 2}, {"DZ202604-C000001-2", "HT2", 400, 1}} {
		if g := got[i]; g.Number != want.number || g.ContractNo != want.contract || g.Amount != want.amount || g.Tickets != want.tickets || g.Deadline != calendar.NewDate(2026, 5, 11) || g.Evidence != biz.Unsigned {
			t.Errorf("%d: %+v", i, g)
		}
	}
	// late tickets join what is open; a corrected one changes its sum
	b.ticket(c, "T6", "HT2", "2026-04-16", 5)
	b.fix.Exec(t, b.admin, `UPDATE deliveries SET amount = 250 WHERE ticket_no = 'T2'`)
	got = b.daily("2026-05-02")
	if len(got) != 3 || got[1].Amount != 350 || got[2].Amount != 405 || got[2].Tickets != 2 {
		t.Errorf("after late tickets: %+v", got)
	}
	// the running month by hand, as far as it went
	made, err := b.svc.Make(b.seller, c, "2026-05-01", "2026-05-02")
	b.ok(err)
	if len(made) != 1 || made[0].Amount != 1600 || made[0].Deadline != calendar.NewDate(2026, 5, 12) {
		t.Errorf("by hand: %+v", made)
	}
	if _, err := b.svc.Make(b.seller, c, "2026-05-01", "2026-05-02"); !errors.Is(err, biz.ErrNothing) {
		t.Errorf("made twice: %v", err)
	}
	all, err := b.svc.Periods(b.seller, c)
	b.ok(err)
	ps := all.List
	if len(ps) != 3 || ps[0].Month != calendar.NewDate(2026, 5, 1) || ps[0].Free != 0 || ps[1].Tickets != 4 || ps[1].Amount != 755 {
		t.Errorf("periods: %+v", ps)
	}
	// a wrong one is given up; its tickets come on another
	_, err = b.svc.Cancel(b.seller, got[0].ID, "合同写错", got[0].Version)
	b.ok(err)
	got = b.daily("2026-05-03")
	if len(got) != 5 || got[0].Status != biz.Cancelled || got[0].Tickets != 0 || got[1].Number != "DZ202603-C000001-2" || got[1].Amount != 800 {
		t.Errorf("after one was cancelled: %+v", got)
	}
	if n := b.todos(b.seller, todoquery.KindStatement); n != 4 {
		t.Errorf("%d to-dos", n)
	}
	actor, _ := access.From(b.seller)
	actor.ID = uuid.New()
	other := access.With(b.seller, actor)
	if _, err := b.svc.Get(other, got[1].ID); !errors.Is(err, biz.ErrNotFound) || len(b.all(other)) != 0 || b.todos(other, todoquery.KindStatement) != 0 {
		t.Errorf("another salesperson sees it: %v", err)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (n int, err error) {
		err = b.env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			p, err := statement.Repo{}.List(ctx, biz.Query{View: "all", Window: paging.Window{Limit: 10}})
			tickets, terr := statement.Repo{}.Tickets(ctx, got[1].ID, 10)
			history, herr := statement.Repo{}.History(ctx, got[1].ID)
			some, serr := statement.Repo{}.Some(ctx, []uuid.UUID{got[1].ID})
			drafts, derr := statement.Repo{}.Preview(ctx, biz.Making{From: b.at("2026-01-01"), To: b.at("2026-06-01")})
			n = len(p.Statements) + len(tickets) + len(history) + len(some) + len(drafts.Rows)
			return errors.Join(err, terr, herr, serr, derr)
		})
		return n, err
	})
}

func TestSignedReviewedReconciled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, stranger := b.customer(), b.customer()
	b.ticket(c, "T1", "HT1", "2026-04-02", 1000)
	x := b.daily("2026-05-01")[0]
	b.fix.Recompute(t, b.admin, c)
	submit := func(document uuid.UUID) (biz.Detail, error) {
		return b.svc.Submit(b.seller, biz.SubmitInput{ID: x.ID, DocumentID: document, Evidence: biz.Sealed, Version: x.Version})
	}
	if _, err := submit(b.paper(stranger)); !errors.Is(err, biz.ErrEvidence) {
		t.Errorf("another customer's paper: %v", err)
	}
	if _, err := b.svc.Submit(b.seller, biz.SubmitInput{ID: x.ID, DocumentID: b.paper(c), Evidence: biz.Unsigned, Version: x.Version}); err == nil {
		t.Error("an unsigned one was submitted")
	}
	d, err := submit(b.paper(c))
	b.ok(err)
	if d.Status != biz.Submitted || d.Evidence != biz.Sealed || b.todos(b.finance, todoquery.KindStatementReview) != 1 {
		t.Errorf("submitted: %+v", d)
	}
	b.at("2026-05-20")
	if _, err := b.svc.Review(b.finance, x.ID, false, " ", d.Version); err == nil {
		t.Error("refused without a reason")
	}
	d, err = b.svc.Review(b.finance, x.ID, false, "缺少公章", d.Version)
	b.ok(err)
	if d.Status != biz.Open || d.ReviewComment != "缺少公章" || d.DocumentID != nil || d.Evidence != biz.Unsigned || d.Deadline != calendar.NewDate(2026, 5, 23) {
		t.Errorf("refused: %+v", d)
	}
	x.Version = d.Version
	d, err = submit(b.paper(c))
	b.ok(err)
	// corrected after it was signed
	b.fix.Exec(t, b.admin, `UPDATE deliveries SET amount = 900`)
	if _, err := b.svc.Review(b.finance, x.ID, true, "", d.Version); !errors.Is(err, biz.ErrTickets) {
		t.Errorf("accepted another sum: %v", err)
	}
	b.fix.Exec(t, b.admin, `UPDATE deliveries SET amount = 1000`)
	d, err = b.svc.Review(b.finance, x.ID, true, "", d.Version)
	b.ok(err)
	a := b.fix.Account(t, b.admin, c)
	if d.Status != biz.Reconciled || d.ReviewedAt == nil || a.Delivered != 0 || a.Reconciled != 1000 || a.Exposure() != 1000 {
		t.Errorf("reconciled: %+v, %+v", d, a)
	}
	b.fix.Receivable(t, b.admin, c, "INV1", calendar.NewDate(2026, 5, 5), 600)
	b.fix.Receivable(t, b.admin, c, "INV2", calendar.NewDate(2026, 5, 6), 500)
	b.fix.Receivable(t, b.admin, stranger, "INV3", calendar.NewDate(2026, 5, 6), 1)
	d, err = b.svc.Get(b.finance, x.ID)
	b.ok(err)
	if len(d.Invoices) != 2 || d.Invoices[0].Linked {
		t.Fatalf("what could be its invoices: %+v", d.Invoices)
	}
	one, two := d.Invoices[0].ID, d.Invoices[1].ID
	if _, err := b.svc.PutInvoices(b.finance, x.ID, []uuid.UUID{one, two}, d.Version); !errors.Is(err, biz.ErrInvoicedToo) {
		t.Errorf("1,100 on 1,000: %v", err)
	}
	if _, err := b.svc.PutInvoices(b.finance, x.ID, []uuid.UUID{b.invoice("INV3")}, d.Version); !errors.Is(err, biz.ErrInvoice) {
		t.Errorf("another customer's invoice: %v", err)
	}
	d, err = b.svc.PutInvoices(b.finance, x.ID, []uuid.UUID{one}, d.Version)
	b.ok(err)
	if a = b.fix.Account(t, b.admin, c); d.Invoiced != 600 || a.Reconciled != 400 || a.Receivable != 1100 {
		t.Errorf("invoiced: %+v, %+v", d.Statement, a)
	}
	d, err = b.svc.PutInvoices(b.finance, x.ID, nil, d.Version)
	b.ok(err)
	if a = b.fix.Account(t, b.admin, c); d.Invoiced != 0 || a.Reconciled != 1000 {
		t.Errorf("taken back: %+v, %+v", d.Statement, a)
	}
}

func (b *bench) invoice(no string) (id uuid.UUID) {
	b.t.Helper()
	b.ok(b.env.Pool.Tenant().InTx(b.admin, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT id FROM receivables WHERE document_no = $1`, no).Scan(&id)
	}))
	return id
}

func TestNobodyReviewsHisOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer()
	b.ticket(c, "T1", "", "2026-04-02", 1000)
	x := b.daily("2026-05-01")[0]
	d, err := b.svc.Submit(b.finance, biz.SubmitInput{ID: x.ID, DocumentID: b.paper(c), Evidence: biz.Signed, Version: x.Version})
	b.ok(err)
	if _, err := b.svc.Review(b.finance, x.ID, true, "", d.Version); !errors.Is(err, biz.ErrOwn) {
		t.Errorf("accepted his own: %v", err)
	}
	if n := b.todos(b.finance, todoquery.KindStatementReview); n != 0 {
		t.Error("is asked to review his own")
	}
	if _, err := b.svc.Review(b.seller, x.ID, true, "", d.Version); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a salesperson reviewed: %v", err)
	}
	_, err = b.svc.Review(b.admin, x.ID, true, "", d.Version)
	b.ok(err)
}

func TestRemindedHinderedEscalated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer()
	b.ticket(c, "T1", "", "2026-04-02", 1000)
	x := b.daily("2026-05-01")[0] // due on the 11th, reminded three days before
	for _, step := range []struct {
		day                string
		reminded, escalate bool
	}{{"2026-05-07", false, false}, {"2026-05-08", true, false}, {"2026-05-11", true, false}} {
		if got := b.daily(step.day)[0]; got.RemindedOn.IsZero() == step.reminded || got.EscalatedOn.IsZero() == step.escalate {
			t.Errorf("%s: %+v", step.day, got)
		}
	}
	if _, err := b.svc.Hinder(b.seller, x.ID, "", "2026-12-01", x.Version); err == nil {
		t.Error("hindered without a reason, for half a year")
	}
	d, err := b.svc.Hinder(b.seller, x.ID, "甲方经办人出差", "2026-05-15", x.Version)
	b.ok(err)
	if got := b.daily("2026-05-15")[0]; !got.EscalatedOn.IsZero() || b.todos(b.finance, todoquery.KindStatementLate) != 0 {
		t.Errorf("escalated while hindered: %+v", got)
	}
	if got := b.daily("2026-05-16")[0]; got.EscalatedOn != calendar.NewDate(2026, 5, 16) || got.Version != d.Version || b.todos(b.finance, todoquery.KindStatementLate) != 1 {
		t.Errorf("not escalated: %+v", got)
	}
	late, _, err := b.svc.List(b.finance, biz.ListInput{View: "late"})
	b.ok(err)
	if late.Total != 1 || late.Sum != 1000 {
		t.Errorf("late: %+v", late)
	}
}

// TestMadeForAllAsPreviewed shows that making does what its preview said, for the
// customers of who makes it and within the period.
func TestMadeForAllAsPreviewed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine, also := b.customer(), b.customer()
	foreign := b.fix.Add(t, b.admin, creditchecktest.Customer{LimitKind: "unlimited", Salesperson: uuid.New()}).ID
	b.at("2026-05-20")
	b.ticket(mine, "T1", "HT1", "2026-05-02", 100)
	_, err := b.svc.Make(b.seller, mine, "2026-05-01", "2026-05-10")
	b.ok(err)
	b.ticket(mine, "T2", "HT1", "2026-05-03", 200) // joins it
	b.ticket(mine, "T3", "HT1", "2026-05-11", 400)
	b.ticket(also, "T4", "", "2026-05-12", 800)
	b.ticket(foreign, "T5", "", "2026-05-12", 1600)
	b.ticket(mine, "T6", "HT1", "2026-04-30", 3200) // before the period
	d, err := b.svc.Preview(b.seller, uuid.Nil, "2026-05-01", "2026-05-15")
	b.ok(err)
	if d.Total != 2 || d.Tickets != 3 || d.Amount != 1400 || d.Volume != 3000 || len(d.Rows) != 2 || d.Rows[0].CustomerID != also || d.Rows[1].Joining != 1 || d.Rows[1].Tickets != 2 {
		t.Fatalf("preview: %+v", d)
	}
	one, err := b.svc.Preview(b.seller, also, "2026-05-01", "2026-05-15")
	b.ok(err)
	if one.Total != 1 || one.Amount != 800 {
		t.Errorf("preview of one: %+v", one)
	}
	if _, err := b.svc.Preview(b.seller, foreign, "2026-05-01", "2026-05-15"); err == nil {
		t.Error("another's customer was previewed")
	}
	made, err := b.svc.MakeAll(b.seller, "2026-05-01", "2026-05-15")
	b.ok(err)
	if made.Count != 3 || made.Amount != 100+200+400+800 {
		t.Errorf("made: %+v", made)
	}
	if _, err := b.svc.MakeAll(b.seller, "2026-05-01", "2026-05-15"); !errors.Is(err, biz.ErrNothing) {
		t.Errorf("made twice: %v", err)
	}
	rest, err := b.svc.MakeAll(b.admin, "2026-05-01", "2026-05-15")
	b.ok(err)
	if rest.Count != 1 || rest.Amount != 1600 {
		t.Errorf("of the others: %+v", rest)
	}
	p, _, err := b.svc.List(b.admin, biz.ListInput{Month: "2026-05", Evidence: "unsigned"})
	b.ok(err)
	if p.Total != 4 || p.Counts != (biz.Counts{Open: 4}) {
		t.Errorf("list of the month: %+v", p)
	}
	if p, _, err = b.svc.List(b.admin, biz.ListInput{Month: "2026-04"}); err != nil || p.Total != 0 || p.Counts != (biz.Counts{}) {
		t.Errorf("list of another month: %+v, %v", p, err)
	}
	if _, _, err = b.svc.List(b.admin, biz.ListInput{Month: "May", Evidence: "verbal"}); err == nil {
		t.Error("a wrong month and evidence passed")
	}
}

// TestHistoryAndPaper shows what was done and that the paper has every ticket.
func TestHistoryAndPaper(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer()
	b.at("2026-05-20")
	b.ticket(c, "T1", "HT1", "2026-05-02", 100)
	made, err := b.svc.Make(b.seller, c, "2026-05-01", "2026-05-10")
	b.ok(err)
	x := made[0]
	h, err := b.svc.Hinder(b.seller, x.ID, "甲方换人", "2026-05-25", x.Version)
	b.ok(err)
	_, err = b.svc.Submit(b.seller, biz.SubmitInput{ID: x.ID, DocumentID: b.paper(c), Evidence: biz.Sealed, Version: h.Version})
	b.ok(err)
	_, name, err := b.svc.Print(b.finance, x.ID)
	b.ok(err)
	if name != x.Number+".pdf" || len(b.printed.Lines) != 1 || b.printed.Lines[0].Number != "T1" {
		t.Errorf("printed %s: %+v", name, b.printed)
	}
	d, err := b.svc.Get(b.seller, x.ID)
	b.ok(err)
	var got []string
	for _, s := range d.History {
		got = append(got, s.Action+" "+s.Comment)
	}
	if want := []string{"statement.printed ", "statement.submitted sealed", "statement.hindered 甲方换人", "statement.made "}; !slices.Equal(got, want) {
		t.Errorf("history %q, want %q", got, want)
	}
}

// Print keeps what the printer was given.
func (b *bench) Print(_ context.Context, d biz.Detail) ([]byte, error) {
	b.printed = d
	return []byte(d.Number), nil
}

// A customer's months end on his own day; the others' on the subsidiary's.
func TestOwnStatementDay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	own, other := b.customer(), b.customer()
	day := 25
	ps, err := b.svc.SetDay(b.seller, own, &day)
	b.ok(err)
	if ps.Day == nil || *ps.Day != 25 || ps.Default != 0 {
		t.Errorf("%+v", ps)
	}
	bad := 29
	if _, err := b.svc.SetDay(b.seller, own, &bad); err == nil {
		t.Error("a day that February lacks was taken")
	}
	for i, on := range []string{"2026-03-25", "2026-03-26", "2026-04-25"} {
		b.ticket(own, fmt.Sprintf("T%d", i), "", on, 100)
		b.ticket(other, fmt.Sprintf("U%d", i), "", on, 100)
	}
	var got []string
	for _, s := range b.daily("2026-04-26") {
		got = append(got, fmt.Sprintf("%t %s %s %d", s.CustomerID == own, s.From, s.To, s.Tickets))
	}
	slices.Sort(got)
	want := []string{"false 2026-03-01 2026-03-31 2", "true 2026-02-26 2026-03-25 1", "true 2026-03-26 2026-04-25 2"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
