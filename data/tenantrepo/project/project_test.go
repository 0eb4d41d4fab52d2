package project_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/project"
	"zhuxin/biz/rating"
	"zhuxin/biz/timeline"
	"zhuxin/data/auditlog"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	limitrepo "zhuxin/data/tenantrepo/limit"
	projectrepo "zhuxin/data/tenantrepo/project"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	return ""
}

func ptr[T any](v T) *T { return &v }

type world struct {
	*credittest.World
	projects *project.Service
}

func newWorld(t *testing.T) *world {
	w := &world{World: credittest.New(t)}
	w.projects = project.New(w.Pool.Tenant(), projectrepo.New(), customerrepo.New(), w.Accounts, limitrepo.New(), w.Keys, auditlog.Tenant(w.Pool), w.Clock)
	return w
}

func (w *world) open(t *testing.T, ctx context.Context, of uuid.UUID) customer.Project {
	t.Helper()
	p, err := w.Customers.CreateProject(ctx, customer.CreateProjectInput{CustomerID: of, Name: "滨江一号", OwnerName: "滨江置业", ContractedVolume: 12_500_000,
		Contract: &customer.ContractInput{ERPContractNo: "HT-" + of.String()[24:], UnitPrice: 42_000, SignedOn: "2026-03-01"}})
	ok(t, err)
	return p
}

func TestProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	seller, sells := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, stranger := w.AddMember(t, w.A, "王五", access.RoleSalesperson)
	c := w.NewCustomer(t, sales, 1)
	p := w.open(t, sales, c.ID)

	got, err := w.projects.Get(sales, p.ID)
	ok(t, err)
	if got.Customer.ID != c.ID || got.Salesperson.Name != "张三" || got.OwnSalesperson || got.ContractedVolume != 12_500_000 || len(got.Contracts) != 1 ||
		len(got.Business.Months) != 12 || !slices.ContainsFunc(got.Warnings, func(w project.Warning) bool { return w.Code == project.WarnUnrated }) {
		t.Errorf("%+v", got)
	}
	// what is owed at this site, and the month it was sold in
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, project_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at) VALUES
		(gen_random_uuid(), 's', '1', $1, $2, '2026-09-10', '2026-10-21', 'CNY', 1000, 600, gen_random_uuid(), now()),
		(gen_random_uuid(), 's', '2', $1, $2, '2026-11-02', '2026-12-02', 'CNY', 300, 300, gen_random_uuid(), now()),
		(gen_random_uuid(), 's', '3', $1, $2, '2026-11-03', '2026-11-03', 'CNY', -50, -50, gen_random_uuid(), now()),
		(gen_random_uuid(), 's', '4', $1, NULL, '2026-11-03', '2026-11-03', 'CNY', 7777, 7777, gen_random_uuid(), now())`, c.ID, p.ID)
	got, err = w.projects.Get(sales, p.ID)
	ok(t, err)
	b := got.Business
	if b.Billed != 1250 || b.Receivable != 850 || b.Overdue != 600 || b.OverdueDays != 30 || b.Months[11].Billed != 250 || b.Months[9].Billed != 1000 || b.Months[10].Billed != 0 {
		t.Errorf("business %+v", b)
	}
	if got.Warnings[0] != (project.Warning{Code: project.WarnOverdue, Amount: 600, Days: 30}) {
		t.Errorf("warnings %+v", got.Warnings)
	}
	// a stop, and what registers have on customer and owner, stand there too
	for _, fact := range []string{
		`INSERT INTO supply_stops (id, created_at, updated_at, customer_id, project_id, state, reason, overdue_days, overdue_amount) VALUES ($1, now(), now(), $2, $1, 'stopped', 'r', 1, 1)`,
		`INSERT INTO owners (id, created_at, updated_at, name, uscc) SELECT $1, now(), now(), '业主', 'OWNERCODE' WHERE $2::uuid IS NOT NULL`,
		`UPDATE projects SET owner_id = $1 WHERE id = $1 AND customer_id = $2`,
	} {
		w.Exec(t, admin, fact, p.ID, c.ID)
	}
	_, err = w.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.registry_findings (id, uscc, kind, key, title, severity, amount, facts, status, baseline, first_seen_at, last_seen_at, snapshot_id)
		SELECT gen_random_uuid(), f.uscc, f.kind, f.key, 't', 'serious', 5, '{}', f.status, false, now(), now(), gen_random_uuid() FROM (VALUES
			($1, 'litigation', 'a', 'active'), ($1, 'enforcement', 'b', 'active'), ($1, 'dishonest_debtor', 'c', 'ended'), ($1, 'equity_change', 'd', 'active'), ('OWNERCODE', 'dishonest_debtor', 'e', 'active')) f(uscc, kind, key, status)`, c.USCC)
	ok(t, err)
	got, err = w.projects.Get(sales, p.ID)
	ok(t, err)
	for _, want := range []project.Warning{{Code: project.WarnSupplyStopped}, {Code: project.WarnLitigation, Count: 2, Amount: 10}, {Code: project.WarnOwnerDishonest, Count: 1, Amount: 5}} {
		if !slices.Contains(got.Warnings, want) {
			t.Errorf("%+v is not among %+v", want, got.Warnings)
		}
	}
	if len(got.Warnings) != 5 {
		t.Errorf("warnings %+v", got.Warnings)
	}
	// what happened to project and owner, and to nobody else's
	frozen := w.Clock.At
	w.Clock.At = time.Now().Add(48 * time.Hour) // what the database wrote by its own clock is past
	for size, subject := range map[int32]func(context.Context, uuid.UUID, string, int32) ([]timeline.Event, string, error){1: w.projects.Timeline, 50: w.projects.OwnerTimeline} {
		events, _, err := subject(sales, p.ID, "", size)
		ok(t, err)
		if len(events) == 0 || timeline.Kinds[events[0].Kind] != (events[0].Clock == "") {
			t.Errorf("events %+v", events)
		}
		if _, _, err := subject(w.CtxB(t), p.ID, "", size); err == nil {
			t.Error("another tenant reads a timeline")
		}
	}
	if _, _, err := w.projects.Timeline(stranger, p.ID, "", 1); !errors.Is(err, project.ErrNotFound) {
		t.Errorf("a stranger reads a timeline: %v", err)
	}
	w.Clock.At = frozen
	w.Exec(t, admin, `UPDATE projects SET owner_id = NULL WHERE id = $1`, p.ID)
	w.Exec(t, admin, `UPDATE supply_stops SET state = 'resumed' WHERE id = $1`, p.ID)
	// contacts are masked and sealed
	got, err = w.projects.AddContact(sales, project.ContactInput{ProjectID: p.ID, Name: "王工", Role: "项目经理", Phone: "138 1234 1234"})
	ok(t, err)
	if len(got.Contacts) != 1 || got.Contacts[0].PhoneMask != "138****1234" {
		t.Errorf("contacts %+v", got.Contacts)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE (before::text || after::text) LIKE '%13812341234%'`); n != 0 {
		t.Error("the audit holds a phone number in plain")
	}
	// who sells here sees it, and nobody else of the salespeople
	if _, err := w.projects.Get(sells, p.ID); reason(err) != "PROJECT_NOT_FOUND" {
		t.Errorf("not his yet: %v", err)
	}
	if _, err = w.projects.Update(sales, project.UpdateInput{ID: p.ID, Version: got.Version, SalespersonID: ptr(seller.ID.String())}); reason(err) != "CUSTOMER_TRANSFER_FORBIDDEN" {
		t.Errorf("a salesperson handed it over: %v", err)
	}
	o, err := w.projects.CreateOwner(sales, project.OwnerInput{Name: ptr("滨江置业有限公司"), USCC: ptr(credittest.USCC(77)), ContactPhone: ptr("13900001111")})
	ok(t, err)
	if o.ContactPhoneMask != "139****1111" || o.Kind != project.OwnerCompany || o.Projects != 0 {
		t.Errorf("owner %+v", o)
	}
	got, err = w.projects.Update(admin, project.UpdateInput{ID: p.ID, Version: got.Version, SalespersonID: ptr(seller.ID.String()), OwnerID: ptr(o.ID.String()), Status: ptr("finished")})
	ok(t, err)
	if got.Owner == nil || got.OwnerName != "滨江置业有限公司" || got.Salesperson.Name != "李四" || !got.OwnSalesperson || got.Status != project.StatusFinished {
		t.Errorf("updated %+v", got.Project)
	}
	for name, c := range map[string]struct {
		ctx context.Context
		n   int64
	}{"administrator": {admin, 1}, "customer's salesperson": {sales, 1}, "project's salesperson": {sells, 1}, "another": {stranger, 0}, "another tenant": {w.CtxB(t), 0}} {
		l, err := w.projects.List(c.ctx, project.ListInput{Text: "滨江"})
		ok(t, err)
		if l.Total != c.n || int64(len(l.Projects)) != c.n || c.n == 1 && (l.Projects[0].Overdue != 600 || l.Projects[0].Warning != customer.WarningOverdue) {
			t.Errorf("%s sees %+v", name, l)
		}
	}
	po, err := w.projects.Owner(sells, o.ID)
	ok(t, err)
	if po.Projects != 1 || po.Receivable != 850 || po.Overdue != 600 {
		t.Errorf("owner's sums %+v", po.OwnerRow)
	}
	if po, err = w.projects.Owner(stranger, o.ID); err != nil || po.Projects != 0 || po.Overdue != 0 {
		t.Errorf("another's projects count: %+v %v", po.OwnerRow, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		l, err := projectrepo.New().List(ctx, project.Query{Today: 1, Window: paging.Window{Limit: 10}})
		o, oerr := projectrepo.New().Owners(ctx, project.OwnerQuery{Today: 1, Window: paging.Window{Limit: 10}})
		if err == nil {
			err = oerr
		}
		return len(l.Projects) + len(o.Owners), err
	})
	ok(t, w.projects.RemoveContact(sales, p.ID, got.Contacts[0].ID))
	if err := w.projects.RemoveContact(sales, p.ID, got.Contacts[0].ID); reason(err) != "CONTACT_NOT_FOUND" {
		t.Errorf("removed twice: %v", err)
	}
}

// A project's own limit is shown with its own use, beside the customer's.
func TestOwnLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	p := w.open(t, admin, c.ID)
	if got, err := w.projects.Get(admin, p.ID); err != nil || got.Own != nil {
		t.Fatalf("without one of its own: %+v, %v", got.Own, err)
	}
	w.Exec(t, admin, `INSERT INTO credit_limits (id, customer_id, project_id, class, kind, mode, amount, starts_on, reason, status, created_at, updated_at)
		VALUES ($1, $2, $3, 'standing', 'amount', 'add', 1000, '2026-01-01', 'test', 'effective', now(), now())`, uuid.New(), c.ID, p.ID)
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, project_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at) VALUES
		(gen_random_uuid(), 's', '1', $1, $2, '2026-09-10', '2026-12-21', 'CNY', 1300, 1300, gen_random_uuid(), now())`, c.ID, p.ID)
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })
	got, err := w.projects.Get(admin, p.ID)
	ok(t, err)
	if got.Own == nil || got.Own.Limit != 1000 || got.Own.Receivable != 1300 || got.Own.Headroom() != -300 {
		t.Errorf("own limit %+v", got.Own)
	}
}

// A stop of supply and the negative list stand above what is overdue.
func TestWarningsOfTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	p, other := w.open(t, admin, c.ID), w.NewCustomer(t, admin, 2)
	warning := func() customer.Warning {
		t.Helper()
		l, err := w.projects.List(admin, project.ListInput{CustomerID: c.ID.String()})
		ok(t, err)
		cards, _, err := w.Customers.MyProjects(admin, "", 10)
		ok(t, err)
		if len(l.Projects) != 1 || len(cards) != 1 || l.Projects[0].Warning != cards[0].Warning {
			t.Fatalf("list %+v, cards %+v", l.Projects, cards)
		}
		return cards[0].Warning
	}
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, project_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at) VALUES
		(gen_random_uuid(), 's', '1', $1, $2, '2026-09-10', '2026-10-21', 'CNY', 600, 600, gen_random_uuid(), now())`, c.ID, p.ID)
	if got := warning(); got != customer.WarningOverdue {
		t.Errorf("overdue: %s", got)
	}
	_, err := w.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at)
		VALUES ($1, $2, 'x', 'malicious_arrears', '恶意拖欠', $3, $1, now())`, uuid.New(), c.USCC, w.B.ID)
	ok(t, err)
	if got := warning(); got != customer.WarningListed {
		t.Errorf("listed: %s", got)
	}
	stop := func(of uuid.UUID, project *uuid.UUID, state string) {
		w.Exec(t, admin, `INSERT INTO supply_stops (id, customer_id, project_id, state, reason, overdue_days, overdue_amount, created_at, updated_at, version)
			VALUES ($1, $2, $3, $4, 'r', 0, 0, now(), now(), 1)`, uuid.New(), of, project, state)
	}
	stop(other.ID, nil, "stopped")
	stop(c.ID, nil, "notified")
	if got := warning(); got != customer.WarningListed {
		t.Errorf("another's stop, and one that is only announced: %s", got)
	}
	stop(c.ID, &p.ID, "stopped")
	if got := warning(); got != customer.WarningStopped {
		t.Errorf("stopped: %s", got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	p := w.open(t, admin, w.NewCustomer(t, admin, 1).ID)
	_, err := w.projects.Update(admin, project.UpdateInput{ID: p.ID, Version: 0, Name: ptr(" "), Status: ptr("gone"), ContractedVolume: ptr(int64(-1)), OwnerID: ptr("x"), CustomerID: ptr("")})
	if f, _ := fault.As(err); f == nil || len(f.Fields) != 6 {
		t.Errorf("%v", err)
	}
	_, err = w.projects.Update(admin, project.UpdateInput{ID: p.ID, Version: 9, Name: ptr("新名")})
	if reason(err) != "VERSION_CONFLICT" {
		t.Errorf("%v", err)
	}
	_, err = w.projects.Update(admin, project.UpdateInput{ID: p.ID, Version: 1, OwnerID: ptr(uuid.NewString())})
	if reason(err) != "OWNER_NOT_FOUND" {
		t.Errorf("%v", err)
	}
	_, err = w.projects.Update(w.CtxB(t), project.UpdateInput{ID: p.ID, Version: 1, Name: ptr("别家")})
	if reason(err) != "PROJECT_NOT_FOUND" {
		t.Errorf("another tenant: %v", err)
	}
	_, err = w.projects.AddContract(admin, p.ID, customer.ContractInput{ERPContractNo: p.Contracts[0].ERPContractNo, SignedOn: "2026-01-01"})
	if reason(err) != "CONTRACT_EXISTS" {
		t.Errorf("%v", err)
	}
	_, err = w.projects.CreateOwner(admin, project.OwnerInput{USCC: ptr("91110000600037341X"), Kind: ptr("king"), ContactPhone: ptr("call me")})
	if f, _ := fault.As(err); f == nil || len(f.Fields) != 4 {
		t.Errorf("%v", err)
	}
	_, err = w.projects.CreateOwner(admin, project.OwnerInput{Name: ptr("某局")})
	ok(t, err)
	if _, err = w.projects.CreateOwner(admin, project.OwnerInput{Name: ptr("某局")}); reason(err) != "OWNER_EXISTS" {
		t.Errorf("%v", err)
	}
	if _, err := w.projects.Get(w.CtxA(t, access.RoleDispatcher), p.ID); err != nil {
		t.Errorf("a dispatcher reads: %v", err)
	}
	if _, err := w.projects.AddContact(w.CtxA(t, access.RoleViewer), project.ContactInput{ProjectID: p.ID, Name: "x"}); reason(err) != "PERMISSION_DENIED" {
		t.Errorf("a viewer writes: %v", err)
	}
}

// A project goes to another customer only when nothing of its own is the customer's too:
// a limit that stayed behind would not bind any more.
func TestMovedProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t, access.RoleAdministrator)
	from, to := w.NewCustomer(t, admin, 21), w.NewCustomer(t, admin, 22)
	p, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: from.ID, Name: "滨江二号", OwnerName: "滨江置业"})
	if err != nil {
		t.Fatal(err)
	}
	move := func() (project.Profile, error) {
		now, err := w.projects.Get(admin, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return w.projects.Update(admin, project.UpdateInput{ID: p.ID, Version: now.Version, CustomerID: ptr(to.ID.String())})
	}
	for what, bind := range map[string][2]string{
		"a limit": {`INSERT INTO credit_limits (id, created_at, updated_at, customer_id, project_id, class, kind, amount, starts_on, status, reason, effective_at)
			VALUES (gen_random_uuid(), now(), now(), $2, $1, 'standing', 'amount', 900, '2026-01-01', 'effective', 'test', now())`, `UPDATE credit_limits SET superseded_on = '2026-02-01' WHERE project_id = $1`},
		"a stop": {`INSERT INTO supply_stops (id, created_at, updated_at, customer_id, project_id, state, reason, overdue_days, overdue_amount)
			VALUES (gen_random_uuid(), now(), now(), $2, $1, 'stopped', 'r', 1, 1)`, `UPDATE supply_stops SET state = 'resumed' WHERE project_id = $1`},
	} {
		w.Exec(t, admin, bind[0], p.ID, from.ID)
		if _, err := move(); !errors.Is(err, project.ErrBound) {
			t.Errorf("with %s: %v", what, err)
		}
		w.Exec(t, admin, bind[1], p.ID)
	}
	if _, err := w.projects.SetCheckpoints(admin, p.ID, project.CheckDispatch); err != nil {
		t.Fatal(err)
	}
	got, err := move()
	if err != nil || got.Customer.ID != to.ID || w.Count(t, admin, `SELECT count(*) FROM project_accounts WHERE id = $1 AND customer_id = $2`, p.ID, to.ID) != 1 {
		t.Errorf("moved: %+v, %v", got.Customer, err)
	}
}

// Where a check binds is the policy's to say, is written down, and found by the check.
func TestCheckpointsOfAProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	p := w.open(t, admin, c.ID)
	if got, err := w.projects.Get(admin, p.ID); err != nil || got.Checkpoints != project.CheckInherit {
		t.Errorf("the preset: %s, %v", got.Checkpoints, err)
	}
	w.Exec(t, admin, `INSERT INTO reservations (id, customer_id, order_no, amount, held_amount, check_id, project_id, expires_at, created_at, updated_at)
		VALUES (gen_random_uuid(), $1, 'O-1', 700, 700, gen_random_uuid(), $2, now(), now(), now())`, c.ID, p.ID)
	for range 2 { // the second time changes nothing
		if got, err := w.projects.SetCheckpoints(admin, p.ID, project.CheckDispatch); err != nil || got.Checkpoints != project.CheckDispatch {
			t.Errorf("set: %s, %v", got.Checkpoints, err)
		}
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action = 'project.checkpoints_changed'`); n != 1 {
		t.Errorf("%d changes written down", n)
	}
	if n := w.Count(t, admin, `SELECT reserved_amount FROM project_accounts WHERE id = $1 AND limit_kind = ''`, p.ID); n != 700 {
		t.Errorf("the new account holds %d", n)
	}
	for want, err := range map[string]error{
		"PERMISSION_DENIED": second(w.projects.SetCheckpoints(w.CtxA(t, access.RoleCreditReviewer), p.ID, project.CheckBoth)),
		"INVALID_INPUT":     second(w.projects.SetCheckpoints(admin, p.ID, "never")),
		"PROJECT_NOT_FOUND": second(w.projects.SetCheckpoints(w.CtxB(t), p.ID, project.CheckBoth)),
	} {
		if reason(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A phone is shown to who may see it and says why; the look is written down, the phone
// is not.
func TestPhonesAreRevealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	p := w.open(t, admin, w.NewCustomer(t, admin, 1).ID)
	profile, err := w.projects.AddContact(admin, project.ContactInput{ProjectID: p.ID, Name: "王工", Phone: "13812341234"})
	ok(t, err)
	contact := profile.Contacts[0].ID
	owner, err := w.projects.CreateOwner(admin, project.OwnerInput{Name: ptr("某局"), ContactPhone: ptr("13900001111")})
	ok(t, err)
	if plain, err := w.projects.RevealContact(admin, p.ID, contact, " 催收联系 "); err != nil || plain != "13812341234" {
		t.Errorf("%q, %v", plain, err)
	}
	if plain, err := w.projects.RevealOwner(admin, owner.ID, "核对"); err != nil || plain != "13900001111" {
		t.Errorf("%q, %v", plain, err)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE (action = 'project.contact_revealed' AND after->>'reason' = '催收联系' OR action = 'owner.revealed' AND after->>'reason' = '核对')
		AND after::text NOT LIKE '%13812341234%' AND after::text NOT LIKE '%13900001111%'`); n != 2 {
		t.Errorf("%d looks written down", n)
	}
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	for want, errs := range map[string][]error{
		"PERMISSION_DENIED": {second(w.projects.RevealContact(sales, p.ID, contact, "催收联系")), second(w.projects.RevealOwner(sales, owner.ID, "催收联系"))},
		"INVALID_INPUT":     {second(w.projects.RevealContact(admin, p.ID, contact, " ")), second(w.projects.RevealOwner(admin, owner.ID, "x"))},
		"PROJECT_NOT_FOUND": {second(w.projects.RevealContact(w.CtxB(t), p.ID, contact, "催收联系"))},
		"OWNER_NOT_FOUND":   {second(w.projects.RevealOwner(w.CtxB(t), owner.ID, "催收联系"))},
		"CONTACT_NOT_FOUND": {second(w.projects.RevealContact(admin, p.ID, owner.ID, "催收联系"))},
	} {
		for _, err := range errs {
			if reason(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
	}
}

// Who sells at a project acts for it though the customer is another one's: he rates the
// customer and asks for the project's limits, and sees who the customer is and no more.
// Another salesperson sees nothing.
func TestTheProjectsOwnSalespersonActsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	w.EffectiveTemplate(t, w.A)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	seller, sells := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, stranger := w.AddMember(t, w.A, "王五", access.RoleSalesperson)
	c := w.NewCustomer(t, sales, 1)
	p, other := w.open(t, admin, c.ID), w.openPlain(t, admin, c.ID)
	w.Exec(t, admin, `UPDATE projects SET salesperson_id = $2 WHERE id = $1`, p.ID, seller.ID)
	theirs, err := w.Ratings.Save(sales, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues()})
	ok(t, err)

	got, err := w.Customers.Get(sells, c.ID)
	ok(t, err)
	if !got.Reduced || got.Name != c.Name || got.Salesperson.Name != "张三" || got.ContactPhoneMask != "" || got.LegalRepresentative != "" || got.Account.Exposure() != 0 || got.Aging.AsOf != 0 {
		t.Errorf("in reduced form: %+v", got)
	}
	if ps, err := w.Customers.Projects(sells, c.ID); err != nil || len(ps) != 1 || ps[0].ID != p.ID {
		t.Errorf("his projects: %+v, %v", ps, err)
	}
	ask := func(ctx context.Context, of uuid.UUID) error {
		_, err := w.Limits.Adjust(ctx, limit.AdjustInput{CustomerID: c.ID, ProjectID: of, Kind: exposure.LimitAmount, Amount: 500, Reason: "旺季"})
		return err
	}
	for name, of := range map[string]uuid.UUID{"the customer's own limit": uuid.Nil, "another project's": other.ID} {
		if err := ask(sells, of); reason(err) != "CUSTOMER_NOT_FOUND" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := ask(sells, p.ID); err != nil {
		t.Errorf("his project's limit: %v", err)
	}
	temporary := limit.ApplyInput{CustomerID: c.ID, ProjectID: p.ID, Amount: 5, StartsOn: calendar.NewDate(2026, 11, 20), EndsOn: calendar.NewDate(2026, 12, 19), Reason: "旺季"}
	if _, err := w.Limits.Apply(sells, temporary); !errors.Is(err, limit.ErrNoBase) { // he may; the project has no limit yet
		t.Errorf("a temporary one: %v", err)
	}
	form, err := w.Ratings.Prepare(sells, c.ID)
	if err != nil || form.Draft != nil || form.Previous != nil {
		t.Errorf("another one's draft is shown: %+v, %v", form.Draft, err)
	}
	if _, err := w.Ratings.Get(sells, theirs.ID); reason(err) != "RATING_NOT_FOUND" {
		t.Errorf("another one's rating: %v", err)
	}
	mine, err := w.Ratings.Save(sells, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	if r, err := w.Ratings.Get(sells, mine.ID); err != nil || r.Status != rating.StatusSubmitted {
		t.Errorf("his own: %+v, %v", r.Status, err)
	}
	for name, ctx := range map[string]context.Context{"another salesperson": stranger, "the other subsidiary's": w.CtxB(t, access.RoleSalesperson)} {
		for doing, err := range map[string]error{"see": second(w.Customers.Get(ctx, c.ID)), "list": second(w.Customers.Projects(ctx, c.ID)), "rate": second(w.Ratings.Prepare(ctx, c.ID)),
			"adjust": ask(ctx, p.ID), "apply": second(w.Limits.Apply(ctx, temporary)), "read": second(w.Ratings.Get(ctx, mine.ID))} {
			if !strings.HasSuffix(reason(err), "NOT_FOUND") {
				t.Errorf("%s may %s: %v", name, doing, err)
			}
		}
	}
	// He sells there no more.
	w.Exec(t, admin, `UPDATE projects SET salesperson_id = NULL WHERE id = $1`, p.ID)
	for doing, err := range map[string]error{"see": second(w.Customers.Get(sells, c.ID)), "adjust": ask(sells, p.ID), "read": second(w.Ratings.Get(sells, mine.ID))} {
		if !strings.HasSuffix(reason(err), "NOT_FOUND") {
			t.Errorf("afterwards he may %s: %v", doing, err)
		}
	}
}

func (w *world) openPlain(t *testing.T, ctx context.Context, of uuid.UUID) customer.Project {
	t.Helper()
	p, err := w.Customers.CreateProject(ctx, customer.CreateProjectInput{CustomerID: of, Name: "滨江三号"})
	ok(t, err)
	return p
}

func second[T any](_ T, err error) error { return err }
