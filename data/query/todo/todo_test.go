package todo_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	biz "zhuxin/biz/todo"
	"zhuxin/data/query/todo"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func service(w *credittest.World) *biz.Service {
	return biz.New(w.Pool.Tenant(), w.Clock, slices.Concat(todo.Approvals(), todo.Customers())...)
}

func kinds(l biz.List) (out []biz.Kind) {
	for _, i := range l.Items {
		out = append(out, i.Kind)
	}
	return out
}

func count(l biz.List, k biz.Kind) int64 {
	for _, c := range l.Counts {
		if c.Kind == k {
			return c.Total
		}
	}
	return -1
}

// An item is there while somebody has to act, for him, and gone afterwards.
func TestItemsComeAndGo(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := service(w)
	admin := w.CtxA(t)
	_, approver := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	list := func(ctx context.Context) biz.List {
		l, err := s.List(ctx, biz.ListInput{})
		ok(t, err)
		return l
	}
	c := w.NewCustomer(t, sales, 1)
	if l := list(sales); !slices.Equal(kinds(l), []biz.Kind{todo.KindUnrated}) || l.Items[0].Link.Route != "rate" || l.Items[0].Customer.Name != c.Name {
		t.Errorf("the salesperson's new customer: %+v", l.Items)
	}
	for name, ctx := range map[string]context.Context{"other salesperson": other, "administrator": admin, "other tenant": w.CtxB(t)} {
		if l := list(ctx); len(l.Items) != 0 {
			t.Errorf("%s has %+v", name, l.Items)
		}
	}
	apply := func() limit.Limit {
		w.Clock.At = w.Clock.At.Add(time.Second)
		l, err := w.Limits.Apply(sales, limit.ApplyInput{CustomerID: c.ID, Amount: 5_000_000, StartsOn: calendar.NewDate(2026, 11, 20),
			EndsOn: calendar.NewDate(2026, 12, 19), Reason: "旺季备货"})
		ok(t, err)
		return l
	}
	first := apply()
	l := list(approver)
	if !slices.Equal(kinds(l), []biz.Kind{todo.KindDecide}) || *l.Items[0].Amount != 5_000_000 || l.Items[0].Parts["by"] != "张三" ||
		l.Items[0].Parts["kind"] != "temporary_limit" || l.Items[0].For.Person == uuid.Nil {
		t.Errorf("the approver: %+v", l.Items)
	}
	if l := list(sales); count(l, todo.KindDecide) > 0 {
		t.Errorf("the submitter is asked to decide: %+v", l.Counts)
	}
	a := w.Pending(t, approver, first.ID)
	_, err := w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Comment: "缺合同", Version: a.Version})
	ok(t, err)
	if l := list(approver); len(l.Items) != 0 {
		t.Errorf("decided and still there: %+v", l.Items)
	}
	l = list(sales)
	if i := slices.IndexFunc(l.Items, func(i biz.Item) bool { return i.Kind == todo.KindRejected }); i < 0 || l.Items[i].Parts["comment"] != "缺合同" ||
		l.Items[i].For.Person == uuid.Nil || count(l, todo.KindRejected) != 1 {
		t.Errorf("rejected: %+v", l.Items)
	}
	apply() // once more, better
	if l := list(sales); count(l, todo.KindRejected) != 0 {
		t.Errorf("handled and still there: %+v", l.Items)
	}
	// a customer that came without a code asks for it, him who is responsible
	w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, c.ID)
	if l := list(sales); count(l, todo.KindIncomplete) != 1 || count(l, todo.KindUnrated) != 0 || l.Items[len(l.Items)-1].Parts["missing"] != "uscc" {
		t.Errorf("without a code: %+v", l.Items)
	}
	// a paper is announced thirty days before, until a newer one is there
	paper := `INSERT INTO documents (id, created_at, customer_id, kind, file_name, content_type, size_bytes, sha256, object_key, revision, expires_on)
		VALUES (gen_random_uuid(), now(), $1, 'business_licence', 'a.pdf', 'application/pdf', 1, '', gen_random_uuid()::text, $2, $3)`
	w.Exec(t, admin, paper, c.ID, 1, calendar.NewDate(2026, 12, 21)) // in 31 days
	if l := list(sales); count(l, todo.KindPaper) != 0 {
		t.Errorf("announced too early: %+v", l.Items)
	}
	w.Exec(t, admin, paper, c.ID, 2, calendar.NewDate(2026, 11, 19))
	l = list(sales)
	if i := slices.IndexFunc(l.Items, func(i biz.Item) bool { return i.Kind == todo.KindPaper }); i < 0 || l.Items[i].Due != calendar.NewDate(2026, 11, 19) ||
		l.Items[i].Link.Query["tab"] != "papers" || count(l, todo.KindPaper) != 1 {
		t.Errorf("expired: %+v", l.Items)
	}
	w.Exec(t, admin, paper, c.ID, 3, calendar.NewDate(2027, 12, 31))
	if l := list(sales); count(l, todo.KindPaper) != 0 {
		t.Errorf("renewed and still there: %+v", l.Items)
	}
	// collateral is announced thirty days before its last day, until there is more
	cover := `INSERT INTO collateral (id, created_at, updated_at, customer_id, kind, provider_name, guaranteed_amount, rate, cover_amount, starts_on, ends_on, document_ids, status)
		VALUES (gen_random_uuid(), now(), now(), $1, 'guarantee', '恒信担保', 5, 10000, 5, '2026-01-01', $2, '[]', $3)`
	w.Exec(t, admin, cover, c.ID, calendar.NewDate(2026, 12, 21), "active") // in 31 days
	if l := list(sales); count(l, todo.KindCollateral) != 0 {
		t.Errorf("announced too early: %+v", l.Items)
	}
	w.Clock.At = w.Clock.At.Add(24 * time.Hour)
	l = list(sales)
	if i := slices.IndexFunc(l.Items, func(i biz.Item) bool { return i.Kind == todo.KindCollateral }); i < 0 || l.Items[i].Parts["provider"] != "恒信担保" ||
		l.Items[i].Due != calendar.NewDate(2026, 12, 21) || l.Items[i].Link.Query["tab"] != "collateral" {
		t.Errorf("ends: %+v", l.Items)
	}
	w.Exec(t, admin, cover, c.ID, calendar.NewDate(2027, 12, 21), "submitted")
	if l := list(sales); count(l, todo.KindCollateral) != 0 {
		t.Errorf("applied for anew and still there: %+v", l.Items)
	}
	w.Exec(t, admin, `UPDATE customers SET salesperson_id = NULL WHERE id = $1`, c.ID)
	if l := list(admin); count(l, todo.KindIncomplete) != 1 {
		t.Errorf("nobody's customer is the administrator's: %+v", l.Counts)
	}
}

// Every source pages by key in both orders, and shows a tenant its own only.
func TestSourcesPageByKey(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	w.Exec(t, admin, `INSERT INTO approvals (id, kind, subject_id, title, facts, submitted_by, submitted_at, status, updated_at, version)
		SELECT gen_random_uuid(), 'rating', gen_random_uuid(), 'n' || n, '{}', gen_random_uuid(), now() - make_interval(hours => n / 3), 'pending', now(), 1 FROM generate_series(1, 1100) n`)
	w.Exec(t, admin, `INSERT INTO approval_steps (id, approval_id, position, kind, mode, status) SELECT gen_random_uuid(), id, 1000, 'approve', 'any', 'active' FROM approvals`)
	w.Exec(t, admin, `INSERT INTO approval_slots (id, approval_id, step_id, role, status) SELECT gen_random_uuid(), approval_id, id, 'approver', 'open' FROM approval_steps`)
	s := service(w)
	actor, approver := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	for _, order := range []biz.Order{biz.OrderNewest, biz.OrderDue} {
		seen, in := map[uuid.UUID]bool{}, biz.ListInput{Order: order, PageSize: 100}
		for {
			l, err := s.List(approver, in)
			ok(t, err)
			for _, i := range l.Items {
				seen[i.ID] = true
			}
			if l.Counts[0].Total != biz.MostCounted || !l.Counts[0].More {
				t.Fatalf("counts %+v", l.Counts)
			}
			if in.Cursor = l.Next; in.Cursor == "" {
				break
			}
		}
		if len(seen) != 1100 {
			t.Errorf("%s: %d of 1100", order, len(seen))
		}
	}
	for _, src := range slices.Concat(todo.Approvals(), todo.Customers()) {
		if src.About().Kind != todo.KindDecide {
			continue
		}
		tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
			items, err := src.List(ctx, biz.Query{Viewer: biz.Viewer{Person: actor.ID, Today: calendar.NewDate(2026, 11, 20)}, Order: biz.OrderNewest, Limit: 10})
			return len(items), err
		})
	}
}

func TestCards(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	mine, theirs := w.NewCustomer(t, sales, 1), w.NewCustomer(t, admin, 2)
	for _, c := range []uuid.UUID{mine.ID, theirs.ID} {
		_, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c, Name: "滨江一号", ContractedVolume: 12_500_000,
			Contract: &customer.ContractInput{ERPContractNo: "HT-" + c.String()[24:], UnitPrice: 42_000, SignedOn: "2026-03-01"}})
		ok(t, err)
	}
	cards, next, err := w.Customers.MyCustomers(sales, "", 0)
	ok(t, err)
	if len(cards) != 1 || cards[0].ID != mine.ID || next != "" || cards[0].Warnings != 0 || cards[0].Worst != "" {
		t.Errorf("a salesperson's cards: %+v %q", cards, next)
	}
	w.Exec(t, admin, `INSERT INTO warnings (id, updated_at, kind, customer_id, subject, severity, facts, status, first_seen_at, last_seen_at, raised_on)
		SELECT gen_random_uuid(), now(), kind, $1, '', severity, '{}', status, now(), now(), '2026-11-20'
		FROM (VALUES ('a', 'serious', 'assigned'), ('b', 'info', 'open'), ('c', 'critical', 'closed')) v (kind, severity, status)`, mine.ID)
	if cards, _, err = w.Customers.MyCustomers(sales, "", 0); err != nil || len(cards) != 1 || cards[0].Warnings != 2 || cards[0].Worst != "serious" {
		t.Errorf("warnings that are not closed: %+v %v", cards, err)
	}
	projects, next, err := w.Customers.MyProjects(sales, "", 0)
	ok(t, err)
	if len(projects) != 1 || next != "" || projects[0].CustomerName != mine.Name || projects[0].ContractNo != "HT-"+mine.ID.String()[24:] ||
		projects[0].Warning != customer.WarningNone || projects[0].ContractedVolume != 12_500_000 || projects[0].Salesperson.Name != "张三" {
		t.Errorf("a salesperson's projects: %+v %q", projects, next)
	}
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, project_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES (gen_random_uuid(), 's', '1', $1, $2, '2026-01-01', '2026-02-01', 'CNY', 100, 100, gen_random_uuid(), now())`, mine.ID, projects[0].ID)
	seen := map[uuid.UUID]customer.Warning{}
	for cursor := ""; ; {
		var part []customer.ProjectCard
		part, cursor, err = w.Customers.MyProjects(admin, cursor, 1)
		ok(t, err)
		for _, p := range part {
			seen[p.CustomerID] = p.Warning
		}
		if cursor == "" {
			break
		}
	}
	if len(seen) != 2 || seen[mine.ID] != customer.WarningOverdue || seen[theirs.ID] != customer.WarningNone {
		t.Errorf("everybody's projects: %v", seen)
	}
	if cards, _, err := w.Customers.MyCustomers(w.CtxB(t), "", 0); err != nil || len(cards) != 0 {
		t.Errorf("another tenant: %v %v", cards, err)
	}
	if _, _, err := w.Customers.MyCustomers(admin, "nonsense", 500); err == nil {
		t.Error("a bad cursor was taken")
	}
}

// A rating is to be renewed from thirty days before it lapses until a new one is
// submitted; by whom the customer is looked after.
func TestRatingIsToBeRenewed(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := service(w)
	w.EffectiveTemplate(t, w.A)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	approver := w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, sales, 1)
	r, err := w.Ratings.Save(sales, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	w.Approve(t, approver, r.ID)
	r, err = w.Ratings.Get(sales, r.ID)
	ok(t, err)
	due := func(ctx context.Context) (biz.List, int64) {
		t.Helper()
		l, err := s.List(ctx, biz.ListInput{})
		ok(t, err)
		return l, count(l, todo.KindRatingDue)
	}
	at := func(on calendar.Date) {
		w.Clock.At = time.Date(on.Time().Year(), on.Time().Month(), on.Time().Day(), 4, 0, 0, 0, time.UTC)
	}
	at(r.DueOn.AddDays(-rating.NoticeDays - 1))
	if _, n := due(sales); n > 0 {
		t.Errorf("asked for before the notice: %d", n)
	}
	at(r.DueOn.AddDays(-rating.NoticeDays))
	l, n := due(sales)
	if n != 1 || l.Items[0].Due != r.DueOn || l.Items[0].Parts["grade"] != string(r.Result.Grade) || l.Items[0].Link.Route != "rate" {
		t.Fatalf("%d to be renewed: %+v", n, l.Items)
	}
	if _, n := due(other); n > 0 {
		t.Errorf("another salesperson is asked to renew: %d", n)
	}
	if _, n := due(w.CtxB(t)); n > 0 {
		t.Errorf("the other subsidiary is asked to renew: %d", n)
	}
	_, err = w.Ratings.Save(sales, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	if _, n := due(sales); n > 0 {
		t.Errorf("still to be renewed while the new one is in approval: %d", n)
	}
}
