package todo_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/todo"
	"zhuxin/data/query/todo"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
)

// What came back says whether it was rejected or returned; a stage, a stop and a paper
// of a project are its own salesperson's; disputes and limits an ERP refused are there
// until they are settled. Nobody else, and no other tenant, has any of it.
func TestTroublesAreTheirs(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := biz.New(w.Pool.Tenant(), w.Clock, slices.Concat(todo.Agreements(), todo.Approvals(), todo.Customers(), todo.Troubles())...)
	admin := w.CtxA(t)
	seller, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	other, otherCtx := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, third := w.AddMember(t, w.A, "王五", access.RoleSalesperson)
	c := w.NewCustomer(t, sales, 1)
	project, agreement, stop, item, connection := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	w.Exec(t, admin, `INSERT INTO projects (id, number, name, customer_id, salesperson_id, created_at, updated_at) VALUES ($1, 'P1', '滨江', $2, $3, now(), now())`, project, c.ID, other.ID)
	w.Exec(t, admin, `INSERT INTO credit_agreements (id, created_at, updated_at, customer_id, project_id, number, triggers, reason, status, effective_at)
		VALUES ($1, now(), now(), $2, $3, 1, '[]', 'x', 'effective', now())`, agreement, c.ID, project)
	w.Exec(t, admin, `INSERT INTO agreement_events (id, agreement_id, customer_id, from_stage, to_stage, business_date, overdue_days, overdue_amount, cause, created_at)
		VALUES (gen_random_uuid(), $1, $2, 'none', 'dunning_letter', '2026-11-20', 40, 700, 'daily', now())`, agreement, c.ID)
	w.Exec(t, admin, `INSERT INTO supply_stops (id, customer_id, project_id, reason, overdue_days, overdue_amount, created_at, updated_at)
		VALUES ($1, $2, $3, 'x', 40, 700, now(), now())`, stop, c.ID, project)
	w.Exec(t, admin, `INSERT INTO documents (id, created_at, customer_id, project_id, kind, file_name, content_type, size_bytes, sha256, object_key, revision, expires_on)
		VALUES (gen_random_uuid(), now(), $1, $2, 'contract', 'a.pdf', 'application/pdf', 1, '', gen_random_uuid()::text, 1, '2026-11-25')`, c.ID, project)
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES ($1, 'x', 'F1', $2, '2026-10-01', '2026-10-31', 'CNY', 900, 900, gen_random_uuid(), now())`, item, c.ID)
	w.Exec(t, admin, `INSERT INTO disputes (id, created_at, updated_at, customer_id, receivable_id, cause, detail) VALUES (gen_random_uuid(), now(), now(), $1, $2, 'price', 'x')`, c.ID, item)
	w.Exec(t, admin, `INSERT INTO erp_connections (id, created_at, updated_at, name, source, kind, base_url, erp_database, username, secret_enc, enabled, push_limits, every_minutes, next_at)
		VALUES ($1, now(), now(), '总账', 'erp', 'tryton', 'http://127.0.0.1', '', '', '', true, true, 30, now())`, connection)
	w.Exec(t, admin, `INSERT INTO limit_pushes (id, connection_id, customer_id, limit_kind, limit_amount, status, next_at, wanted_at) VALUES (gen_random_uuid(), $1, $2, 'amount', 1, 'failed', now(), now())`, connection, c.ID)
	for _, status := range []string{"rejected", "returned"} {
		id := uuid.New()
		w.Exec(t, admin, `INSERT INTO approvals (id, kind, subject_id, title, facts, submitted_by, submitted_at, status, updated_at, version)
			VALUES ($1, $2, gen_random_uuid(), 'x', '{}', $3, $4, 'pending', now(), 1)`, id, status, seller.ID, w.Clock.At)
		w.Exec(t, admin, `UPDATE approvals SET status = $2, decided_at = $3, decided_by = gen_random_uuid() WHERE id = $1`, id, status, w.Clock.At)
	}
	has := func(name string, ctx context.Context, want ...biz.Kind) biz.List {
		t.Helper()
		l, err := s.List(ctx, biz.ListInput{})
		ok(t, err)
		got := kinds(l)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", name, got, want)
		}
		return l
	}
	mine := has("the customer's salesperson", sales, todo.KindUnrated, todo.KindDispute, todo.KindRejected, todo.KindReturned)
	theirs := has("the project's salesperson", otherCtx, todo.KindStage, todo.KindSupplyStop, todo.KindPaper)
	has("a third", third)
	has("the administrator", admin, todo.KindStage, todo.KindSupplyStop, todo.KindERPLimit)
	has("the other tenant", w.CtxB(t))
	for _, i := range slices.Concat(mine.Items, theirs.Items) {
		switch {
		case i.Kind == todo.KindDispute && (i.Link.Params["id"] != item.String() || i.Parts["cause"] != "price" || *i.Amount != 900),
			i.Kind == todo.KindSupplyStop && i.Link.Query["show"] != stop.String():
			t.Errorf("%+v", i)
		}
	}
	w.Exec(t, admin, `UPDATE supply_stops SET owner_id = $1`, seller.ID)
	w.Exec(t, admin, `UPDATE disputes SET status = 'resolved'`)
	w.Exec(t, admin, `UPDATE limit_pushes SET status = 'confirmed'`)
	has("who looks after the stop", sales, todo.KindUnrated, todo.KindRejected, todo.KindReturned, todo.KindSupplyStop)
	has("the administrator, after", admin, todo.KindStage, todo.KindSupplyStop)
}
