package schedule_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"zhuxin/biz/portfolio"
	bizreport "zhuxin/biz/report"
	"zhuxin/data/auditlog"
	"zhuxin/data/export"
	hqreport "zhuxin/data/hqrepo/report"
	"zhuxin/data/notify/mail"
	store "zhuxin/data/schedule"
	"zhuxin/data/tenantrepo/credittest"
	portfoliorepo "zhuxin/data/tenantrepo/portfolio"
	reportrepo "zhuxin/data/tenantrepo/report"
	"zhuxin/deploy/dev/mailsink"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
	"zhuxin/shared/schedule"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*credittest.World
	t     *testing.T
	clock *calendar.Frozen
	sink  *mailsink.Sink
	own   *schedule.Service
	hq    *schedule.Service
}

// sink is a real SMTP server; the second result stops it.
func sink(t *testing.T) (*mailsink.Sink, string) {
	t.Helper()
	s, err := mailsink.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-done); err != nil {
			t.Error(err)
		}
	})
	return s, ln.Addr().String()
}

// newWorld stands on Monday, 2 March 2026, at 7:00 in Shanghai.
func newWorld(t *testing.T) *world {
	w := &world{World: credittest.New(t), t: t, clock: &calendar.Frozen{At: time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)}}
	var addr string
	w.sink, addr = sink(t)
	w.mailTo(addr)
	return w
}

func (w *world) mailTo(addr string) {
	w.t.Helper()
	mailer, err := mail.New(mail.Config{Addr: addr, From: "no-reply@zhuxin.example", PublicURL: "https://credit.example"}, w.clock)
	if err != nil {
		w.t.Fatal(err)
	}
	tx, hq, printer := w.Pool.Tenant(), w.Pool.HQ(), export.New(w.t.TempDir())
	log, group := auditlog.Tenant(w.Pool, auditlog.WithClock(w.clock)), auditlog.HQ(w.Pool, auditlog.WithClock(w.clock))
	reports := bizreport.New(tx, reportrepo.Repo{}, w.clock)
	w.own = schedule.New(schedule.Config{Tx: tx, Repo: store.Tenant, Mail: mailer, Audit: log, Clock: w.clock, Read: access.OverviewRead, Manage: access.PolicyWrite, Scoped: true,
		Reports: bizreport.Scheduled{Exports: bizreport.NewExports(tx, reports, reportrepo.Repo{}, printer, log, w.clock), Clock: w.clock,
			Portfolio: portfolio.New(portfolio.Config{Tx: tx, Repo: portfoliorepo.Repo{}, Reader: portfoliorepo.Repo{}, Printer: printer, Audit: log, Clock: w.clock})},
		Place: func(ctx context.Context) (schedule.Place, error) {
			p, err := tenant.From(ctx)
			return schedule.Place{TenantID: p.ID, Name: p.Name, Zone: p.Zone, Page: "https://credit.example/t/a/report-schedules"}, err
		}})
	w.hq = schedule.New(schedule.Config{Tx: hq, Repo: store.HQ, Mail: mailer, Audit: group, Clock: w.clock, Read: access.HQOverviewRead, Manage: access.HQPolicyWrite,
		Reports: schedule.Group{Figures: report.NewGroupExports(report.NewGroup(hq, hqreport.Store{}), hq, printer, group, w.clock), Today: func() calendar.Date { return calendar.Of(w.clock.Now(), calendar.Shanghai) }},
		Place: func(context.Context) (schedule.Place, error) {
			return schedule.Place{Name: "总公司", Zone: calendar.Shanghai}, nil
		}})
}

func (w *world) at(s string) {
	w.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Shanghai)
	w.ok(err)
	w.clock.At = at
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run is the worker's: the system acts.
func (w *world) run() int {
	w.t.Helper()
	n, err := w.own.Run(access.With(scope.WithTenant(w.t.Context(), w.A), access.System(w.A.ID, "job")))
	w.ok(err)
	return n
}

func (w *world) mails(to string) []mailsink.Mail {
	w.t.Helper()
	all, err := w.sink.List(to, 0)
	w.ok(err)
	return all
}

// customer owes an amount of fen, due on 1 January.
func (w *world) customer(ctx context.Context, n int, salesperson uuid.UUID, fen int64) string {
	w.t.Helper()
	c := w.NewCustomer(w.t, ctx, n)
	w.Exec(w.t, ctx, `UPDATE customers SET salesperson_id = $2 WHERE id = $1`, c.ID, salesperson)
	w.Exec(w.t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, amount, open_amount, currency, import_id, updated_at)
		VALUES (gen_random_uuid(), 'erp', 'R' || $2::text, $1, '2025-12-01', '2026-01-01', $3, $3, 'CNY', gen_random_uuid(), now())`, c.ID, n, fen)
	return c.Name
}

func daily(report string, to ...uuid.UUID) schedule.Input {
	return schedule.Input{Spec: schedule.Spec{Report: report}, Format: "xlsx", Timing: schedule.Timing{Every: schedule.Daily, Hour: 8}, Recipients: to, Subject: "每日应收"}
}

func (w *world) sheet(m mailsink.Mail) string {
	w.t.Helper()
	if len(m.Files) != 1 || !strings.HasSuffix(m.Files[0].Name, ".xlsx") {
		w.t.Fatalf("attached: %+v", m.Files)
	}
	x, err := excelize.OpenReader(strings.NewReader(string(m.Files[0].Body)))
	w.ok(err)
	var out []string
	for _, name := range x.GetSheetList() {
		rows, err := x.GetRows(name)
		w.ok(err)
		for _, row := range rows {
			out = append(out, strings.Join(row, "|"))
		}
	}
	return strings.Join(out, "\n")
}

func second(_ schedule.Schedule, err error) error { return err }

func TestSentOnceADayWithTheOwnersCustomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	seller, asSeller := w.AddMember(t, w.A, "李业务", access.RoleSalesperson)
	mine, theirs := w.customer(asAdmin, 1, seller.ID, 123_45), w.customer(asAdmin, 2, admin.ID, 999_00)

	_, err := w.own.Create(asAdmin, daily("items", admin.ID))
	w.ok(err)
	x, err := w.own.Create(asSeller, daily("classification", seller.ID))
	w.ok(err)
	x, err = w.own.Update(asSeller, x.ID, x.Version, daily("items", seller.ID))
	w.ok(err)
	if _, err := w.own.Update(asSeller, x.ID, 1, daily("items", seller.ID)); !errors.Is(err, schedule.ErrChanged) {
		t.Errorf("an outdated change: %v", err)
	}
	if !x.NextAt.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("next at %s", x.NextAt)
	}
	if n := w.run(); n != 0 || len(w.mails("")) != 0 {
		t.Fatalf("%d sent before the hour", n)
	}
	w.at("2026-03-02 08:00")
	if n := w.run(); n != 2 {
		t.Fatalf("%d sendings", n)
	}
	for range 3 {
		if n := w.run(); n != 0 {
			t.Errorf("%d sendings again", n)
		}
	}
	all, own := w.mails(admin.Email), w.mails(seller.Email)
	if len(all) != 1 || len(own) != 1 {
		t.Fatalf("%d and %d mails", len(all), len(own))
	}
	if m := own[0]; m.Subject != "每日应收 2026-03-02" || !strings.Contains(m.Text, "未结金额：123.45") || !strings.Contains(m.Text, "应收明细 · 2026-03-02") {
		t.Errorf("%q:\n%s", m.Subject, m.Text)
	}
	if text := w.sheet(own[0]); !strings.Contains(text, mine) || strings.Contains(text, theirs) {
		t.Errorf("the salesperson's file:\n%s", text)
	}
	if text := w.sheet(all[0]); !strings.Contains(text, mine) || !strings.Contains(text, theirs) {
		t.Errorf("the administrator's file:\n%s", text)
	}
	w.at("2026-03-03 08:05")
	if n := w.run(); n != 2 || len(w.mails("")) != 4 {
		t.Errorf("the next day: %d sendings, %d mails", n, len(w.mails("")))
	}
	sends, err := w.own.Sends(asSeller, x.ID)
	if err != nil || len(sends) != 2 || sends[0].State != schedule.Sent || sends[0].On != x.LastOn && sends[0].On.String() != "2026-03-03" || sends[0].Outcomes[0].State != schedule.Sent {
		t.Errorf("%+v, %v", sends, err)
	}
	if n := w.Count(t, asAdmin, `SELECT count(*) FROM audit_log WHERE action = 'receivables.exported' AND actor_id = $1`, seller.ID); n != 2 {
		t.Errorf("%d exports of the salesperson on record", n)
	}
	if _, err := w.own.Sends(asAdmin, x.ID); err != nil {
		t.Errorf("an administrator reads: %v", err)
	}
	_, another := w.AddMember(t, w.A, "王业务", access.RoleSalesperson)
	for name, err := range map[string]error{
		"sends": w.own.SendNow(another, x.ID), "deletes": w.own.Delete(another, x.ID),
		"pauses": second(w.own.Pause(another, x.ID, x.Version, true)), "changes": second(w.own.Update(another, x.ID, x.Version, daily("items", seller.ID))),
	} {
		if !errors.Is(err, schedule.ErrNotFound) {
			t.Errorf("another salesperson %s it: %v", name, err)
		}
	}
	// An administrator changes it, and it stays the salesperson's.
	_, err = w.own.Update(asAdmin, x.ID, x.Version, daily("items", admin.ID, seller.ID))
	w.ok(err)
	w.at("2026-03-04 08:00")
	w.run()
	if text := w.sheet(w.mails(admin.Email)[0]) + w.sheet(w.mails(admin.Email)[1]); strings.Count(text, theirs) != 1 {
		t.Errorf("changed by an administrator, the salesperson's shows others' customers:\n%s", text)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		p, err := store.Tenant.List(ctx, nil)
		return len(p), err
	})
}

func TestWhoLostThePermissionIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	finance, _ := w.AddMember(t, w.A, "钱财务", access.RoleFinance)
	viewer, _ := w.AddMember(t, w.A, "孙查看", access.RoleViewer)
	seller, _ := w.AddMember(t, w.A, "李业务", access.RoleSalesperson)
	foreign, _ := w.AddMember(t, w.B, "别家", access.RoleAdministrator)
	dispatcher, _ := w.AddMember(t, w.A, "周调度", access.RoleDispatcher)
	w.customer(asAdmin, 1, seller.ID, 100)
	for name, id := range map[string]uuid.UUID{"OTHER_CUSTOMERS": seller.ID, "UNKNOWN_PERSON": foreign.ID, "NO_PERMISSION": dispatcher.ID} {
		_, err := w.own.Create(asAdmin, daily("figures", admin.ID, id))
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Reason != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	cut := daily("figures", seller.ID)
	cut.Spec.SalespersonID = seller.ID
	if _, err := w.own.Create(asAdmin, cut); err != nil {
		t.Errorf("a report of his own customers: %v", err)
	}
	x, err := w.own.Create(asAdmin, daily("expected_loss", admin.ID, finance.ID, viewer.ID))
	w.ok(err)
	for person, change := range map[uuid.UUID]string{finance.ID: `roles = '["dispatcher"]'`, viewer.ID: `status = 'disabled'`} {
		_, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET `+change+` WHERE person_id = $1`, person)
		w.ok(err)
	}
	w.at("2026-03-02 08:00")
	w.run()
	if len(w.mails(finance.Email))+len(w.mails(viewer.Email)) != 0 {
		t.Error("who may not read it got it")
	}
	got := w.mails(admin.Email)
	if len(got) != 1 || !strings.Contains(got[0].Text, "钱财务") || !strings.Contains(got[0].Text, "孙查看") {
		t.Fatalf("%+v", got)
	}
	sends, err := w.own.Sends(asAdmin, x.ID)
	w.ok(err)
	why := map[string]string{}
	for _, o := range sends[0].Outcomes {
		why[o.Name] = string(o.State) + o.Why
	}
	if sends[0].State != schedule.Sent || why["赵总"] != "sent" || why["钱财务"] != "nobodyno_permission" || why["孙查看"] != "nobodynot_member" {
		t.Errorf("%s: %v", sends[0].State, why)
	}
	// The owner himself: nothing is made as somebody who may not see it.
	_, err = w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET roles = '["dispatcher"]' WHERE person_id = $1`, admin.ID)
	w.ok(err)
	w.at("2026-03-03 08:00")
	w.run()
	if sends, err = w.own.Sends(asAdmin, x.ID); err != nil || sends[0].State != schedule.Failed || sends[0].Reason != "SCHEDULE_OWNER_LOST" || len(w.mails(admin.Email)) != 1 {
		t.Errorf("%+v, %v", sends[0], err)
	}
}

func TestOnlyTheLatestMissedOneIsMadeUpFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	w.customer(asAdmin, 1, admin.ID, 100)
	x, err := w.own.Create(asAdmin, daily("classification", admin.ID))
	w.ok(err)
	w.at("2026-03-02 08:00")
	w.run()
	w.at("2026-03-06 11:00") // nothing ran on the 3rd, 4th and 5th
	w.run()
	got := w.mails(admin.Email)
	if len(got) != 2 || got[0].Subject != "每日应收 2026-03-06" || !strings.Contains(got[0].Text, "错过 3 次") {
		t.Fatalf("%d mails, %+v", len(got), got[0])
	}
	x, err = w.own.Pause(asAdmin, x.ID, x.Version, true)
	w.ok(err)
	w.at("2026-03-08 11:00")
	w.run()
	if x, err = w.own.Pause(asAdmin, x.ID, x.Version, false); err != nil || len(w.mails("")) != 2 {
		t.Fatalf("%v, %d mails", err, len(w.mails("")))
	}
	w.run()
	if len(w.mails("")) != 2 {
		t.Error("what was due while it was paused is sent")
	}
	w.ok(w.own.SendNow(asAdmin, x.ID))
	if err := w.own.SendNow(asAdmin, x.ID); !errors.Is(err, schedule.ErrTwice) {
		t.Errorf("twice at once: %v", err)
	}
	if w.run(); len(w.mails("")) != 3 {
		t.Errorf("%d mails after sending by hand", len(w.mails("")))
	}
	w.at("2026-03-09 08:00")
	if w.run(); len(w.mails("")) != 4 {
		t.Error("the daily one does not come after one by hand")
	}
	w.ok(w.own.Delete(asAdmin, x.ID))
	w.at("2026-03-10 08:00")
	if w.run(); len(w.mails("")) != 4 {
		t.Error("a deleted one is sent")
	}
	if p, err := w.own.List(asAdmin); err != nil || len(p.Schedules) != 0 {
		t.Errorf("%+v, %v", p.Schedules, err)
	}
}

func TestEmptyReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	for _, kind := range []string{"figures", "items", "classification", "expected_loss", "cash_in"} {
		_, err := w.own.Create(asAdmin, daily(kind, admin.ID))
		w.ok(err)
	}
	also := daily("figures", admin.ID)
	also.SendEmpty, also.Format, also.Lang = true, "pdf", "en"
	_, err := w.own.Create(asAdmin, also)
	w.ok(err)
	w.at("2026-03-02 08:00")
	if n := w.run(); n != 6 {
		t.Fatalf("%d sendings", n)
	}
	got := w.mails("")
	if len(got) != 1 || !strings.Contains(got[0].Text, "nothing in it") || !strings.HasPrefix(string(got[0].Files[0].Body), "%PDF") {
		t.Fatalf("%d mails", len(got))
	}
	if n := w.Count(t, asAdmin, `SELECT count(*) FROM report_sends WHERE state = 'empty'`); n != 5 {
		t.Errorf("%d are empty", n)
	}
}

// A mail server that is away costs time, not a mail, and nobody gets two.
func TestNoMailServerForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	w.customer(asAdmin, 1, admin.ID, 100)
	x, err := w.own.Create(asAdmin, daily("items", admin.ID))
	w.ok(err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	w.ok(err)
	away := ln.Addr().String()
	w.ok(ln.Close())
	w.mailTo(away)
	w.at("2026-03-02 08:00")
	w.run()
	sends, err := w.own.Sends(asAdmin, x.ID)
	if err != nil || sends[0].State != schedule.Waiting || sends[0].Reason != "MAIL_UNAVAILABLE" || sends[0].Attempts != 1 {
		t.Fatalf("%+v, %v", sends[0], err)
	}
	for range 6 { // until it is given up
		w.clock.At = w.clock.At.Add(time.Hour)
		w.run()
	}
	if sends, err = w.own.Sends(asAdmin, x.ID); err != nil || sends[0].State != schedule.Failed || sends[0].Outcomes[0].State != schedule.Failed {
		t.Fatalf("%+v, %v", sends[0], err)
	}
	w.at("2026-03-03 08:00")
	w.run() // fails once more
	s, addr := sink(t)
	w.sink = s
	w.mailTo(addr)
	w.at("2026-03-03 08:30")
	w.run()
	if sends, err = w.own.Sends(asAdmin, x.ID); err != nil || sends[0].State != schedule.Sent || sends[0].Attempts != 2 || len(w.mails("")) != 1 {
		t.Errorf("%+v, %v", sends[0], err)
	}
}

// Two workers at once: each sending has one of them.
func TestTwoWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	w.customer(asAdmin, 1, admin.ID, 100)
	for range 4 {
		_, err := w.own.Create(asAdmin, daily("items", admin.ID))
		w.ok(err)
	}
	w.at("2026-03-02 08:00")
	ctx := access.With(scope.WithTenant(t.Context(), w.A), access.System(w.A.ID, "job"))
	errs := make(chan error, 4)
	for range 4 {
		go func() {
			_, err := w.own.Run(ctx)
			errs <- err
		}()
	}
	for range 4 {
		w.ok(<-errs)
	}
	if n := len(w.mails("")); n != 4 {
		t.Errorf("%d mails of 4 schedules", n)
	}
}

func TestHQ(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	person := uuid.New()
	db := w.Admin(t)
	_, err := db.ExecContext(t.Context(), `INSERT INTO hq.persons (id, email, name, created_at, updated_at) VALUES ($1, 'hq@example.com', '总部', now(), now())`, person)
	w.ok(err)
	_, err = db.ExecContext(t.Context(), `INSERT INTO hq.memberships (id, person_id, roles, status, created_at, updated_at) VALUES ($1, $2, '["hq_viewer"]', 'active', now(), now())`, uuid.New(), person)
	w.ok(err)
	ctx := access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: person, Name: "总部", Roles: []access.Role{access.RoleHQViewer}, RequestID: "test"})
	in := daily("group", person)
	in.Timing, in.SendEmpty = schedule.Timing{Every: schedule.Weekly, Weekday: 1, Hour: 8}, true
	member, _ := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	if _, err := w.hq.Create(ctx, daily("group", member.ID)); err == nil {
		t.Error("a subsidiary's member gets the group's report")
	}
	_, err = w.hq.Create(ctx, in)
	w.ok(err)
	w.at("2026-03-02 08:00")
	if _, err := w.hq.Run(access.With(t.Context(), access.System(uuid.Nil, "job"))); err != nil {
		t.Fatal(err)
	}
	if got := w.mails("hq@example.com"); len(got) != 1 || !strings.Contains(w.sheet(got[0]), "应收总额") {
		t.Errorf("%+v", got)
	}
	p, err := w.hq.List(ctx)
	if err != nil || len(p.Schedules) != 1 || p.Schedules[0].Last == nil || p.Schedules[0].Last.State != schedule.Sent || !slices.Equal(p.Schedules[0].Recipients, []uuid.UUID{person}) {
		t.Errorf("%+v, %v", p, err)
	}
}

// An aging goes out with bounds of one's own, as its owner sees it; what is not due and
// the buckets add up to what is owed.
func TestAgingByMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, asAdmin := w.AddMember(t, w.A, "赵总", access.RoleAdministrator)
	seller, asSeller := w.AddMember(t, w.A, "李业务", access.RoleSalesperson)
	mine, theirs := w.customer(asAdmin, 1, seller.ID, 123_45), w.customer(asAdmin, 2, admin.ID, 999_00)
	w.Exec(t, asAdmin, `UPDATE receivables SET due_date = '2026-03-31' WHERE document_no = 'R2'`)
	in := daily("aging", seller.ID)
	for field, spec := range map[string]schedule.Spec{"bounds": {Report: "aging", Scheme: "custom", Bounds: "45,10"}, "scheme": {Report: "items", Scheme: "days"}} {
		in.Spec = spec
		_, err := w.own.Create(asSeller, in)
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	in.Spec = schedule.Spec{Report: "aging", Scheme: "custom", Bounds: "10,45"}
	_, err := w.own.Create(asSeller, in)
	w.ok(err)
	all := daily("aging", admin.ID)
	all.Spec.Scheme, all.Format, all.Lang = "months", "xlsx", report.EN
	_, err = w.own.Create(asAdmin, all)
	w.ok(err)
	w.at("2026-03-02 08:00")
	if n := w.run(); n != 2 {
		t.Fatalf("%d sendings", n)
	}
	own, whole := w.sheet(w.mails(seller.Email)[0]), w.sheet(w.mails(admin.Email)[0])
	if !strings.Contains(own, "客户|未到期|1–10天|11–45天|46天以上|应收合计") || !strings.Contains(own, mine+"|0.00|0.00|0.00|123.45|123.45") || strings.Contains(own, theirs) {
		t.Errorf("the salesperson's:\n%s", own)
	}
	if !strings.Contains(whole, "Customer|Not due|0–6 months|6–12 months|12–24 months|24+ months|Receivable") || !strings.Contains(whole, "Sum|999.00|123.45|0.00|0.00|0.00|"+"1,122.45") {
		t.Errorf("the administrator's:\n%s", whole)
	}
	in.Spec = schedule.Spec{Report: "aging", Scheme: "own"}
	late, err := w.own.Create(asSeller, in)
	w.ok(err)
	w.Exec(t, asAdmin, `INSERT INTO collection_settings (id, aging_bounds, created_at) VALUES (1, '60', now())`)
	w.ok(w.own.SendNow(asSeller, late.ID))
	if n := w.run(); n != 1 {
		t.Fatalf("%d sendings by own bounds", n)
	}
	if text := w.sheet(w.mails(seller.Email)[0]) + w.sheet(w.mails(seller.Email)[1]); !strings.Contains(text, "客户|未到期|1–60天|61天以上|应收合计") {
		t.Errorf("by the subsidiary's own bounds:\n%s", text)
	}
}
