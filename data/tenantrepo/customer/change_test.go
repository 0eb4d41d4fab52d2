package customer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/shared/access"
	"zhuxin/tenancy/tenancytest"
)

// What a known customer legally is changes by a second person only, all of it or
// nothing, and as it was when it was submitted.
func TestLegalDataChangesByApproval(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	c := w.NewCustomer(t, sales, 1)
	taken := w.NewCustomer(t, admin, 2)

	for field, f := range map[string]customer.Fields{"name": {Name: ptr("新名建设有限公司")}, "uscc": {USCC: ptr(credittest.USCC(9))}} {
		_, err := w.Customers.Update(sales, customer.UpdateInput{ID: c.ID, Version: 1, Fields: f})
		if e := faultOf(err); e.Reason != "CUSTOMER_CHANGE_NEEDS_APPROVAL" || e.Meta["field"] != field {
			t.Errorf("%s went without approval: %v", field, err)
		}
	}
	// a gap is filled without one, and is known from then on
	u, err := w.Customers.Update(sales, customer.UpdateInput{ID: c.ID, Version: 1, Fields: customer.Fields{LegalRepresentative: ptr("王老板"), LegalRepresentativeID: ptr("11010519491231002X")}})
	ok(t, err)
	_, err = w.Customers.Update(sales, customer.UpdateInput{ID: c.ID, Version: u.Version, Fields: customer.Fields{LegalRepresentativeID: ptr("440524188001010014")}})
	if faultOf(err).Reason != "CUSTOMER_CHANGE_NEEDS_APPROVAL" {
		t.Errorf("the ID number went without approval: %v", err)
	}

	in := customer.ChangeInput{ID: c.ID, Version: u.Version, Name: ptr(" 新名建设有限公司 "), LegalRepresentativeID: ptr("440524188001010014"), Reason: "公司更名"}
	for name, bad := range map[string]struct {
		change func(*customer.ChangeInput)
		reason string
	}{
		"no reason":   {func(i *customer.ChangeInput) { i.Reason = " " }, "INVALID_INPUT"},
		"stale":       {func(i *customer.ChangeInput) { i.Version = 1 }, "VERSION_CONFLICT"},
		"taken":       {func(i *customer.ChangeInput) { i.USCC = ptr(taken.USCC) }, "CUSTOMER_EXISTS"},
		"check digit": {func(i *customer.ChangeInput) { i.USCC = ptr(c.USCC[:17] + "Y") }, "INVALID_INPUT"},
		"nothing new": {func(i *customer.ChangeInput) { i.Name, i.LegalRepresentativeID = ptr(c.Name), nil }, "NOTHING_CHANGED"},
		"not his":     {func(i *customer.ChangeInput) { i.ID = taken.ID }, "CUSTOMER_NOT_FOUND"},
	} {
		i := in
		bad.change(&i)
		if _, err := w.Changes.Submit(sales, i); faultOf(err).Reason != bad.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	first, err := w.Changes.Submit(sales, in)
	ok(t, err)
	if first.Before.Name != c.Name || first.After.Name != "新名建设有限公司" || first.After.LegalRepresentativeID != "440524********0014" {
		t.Errorf("frozen %+v", first)
	}
	if _, err := w.Changes.Submit(admin, in); faultOf(err).Reason != "CUSTOMER_CHANGE_PENDING" {
		t.Errorf("two at once: %v", err)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM approvals WHERE facts::text LIKE '%18800101%'`); n != 0 {
		t.Error("the approver's facts hold an ID number in plain")
	}
	a := w.Pending(t, approver, first.ID)
	if string(a.Kind) != "customer_change" || !strings.Contains(string(a.Facts), "新名建设有限公司") {
		t.Errorf("submission %+v", a)
	}
	if d, err := w.Customers.Get(sales, c.ID); err != nil || d.Name != c.Name {
		t.Errorf("changed before the decision: %+v %v", d.Customer, err)
	}
	w.Approve(t, approver, first.ID)
	d, err := w.Customers.Get(sales, c.ID)
	ok(t, err)
	if d.Name != "新名建设有限公司" || d.LegalRepresentativeID != "440524********0014" || d.Version != u.Version+1 {
		t.Errorf("not applied: %+v", d.Customer)
	}
	plain, err := w.Customers.Reveal(admin, customer.RevealInput{ID: c.ID, Field: "legal_representative_id", Reason: "核对证件"})
	if err != nil || plain != "440524188001010014" {
		t.Errorf("revealed %q, %v", plain, err)
	}

	// rejected leaves everything; approved after another change meanwhile is refused
	in.Version, in.Name, in.LegalRepresentativeID = d.Version, ptr("第三个名字有限公司"), nil
	second, err := w.Changes.Submit(sales, in)
	ok(t, err)
	a = w.Pending(t, approver, second.ID)
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Comment: "没有证明", Version: a.Version})
	ok(t, err)
	third, err := w.Changes.Submit(sales, in)
	ok(t, err)
	w.Exec(t, admin, `UPDATE customers SET legal_representative = '李老板' WHERE id = $1`, c.ID)
	a = w.Pending(t, approver, third.ID)
	if _, err = w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version}); faultOf(err).Reason != "CUSTOMER_CHANGE_STALE" {
		t.Errorf("approved what nobody saw: %v", err)
	}
	list, err := w.Changes.List(sales, c.ID)
	ok(t, err)
	if len(list) != 3 || list[0].Status != customer.ChangeSubmitted || list[1].Status != customer.ChangeRejected || list[2].Status != customer.ChangeApplied || list[0].CreatedBy.Name != "张三" {
		t.Errorf("history %+v", list)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		cs, err := customerrepo.New().ListChanges(ctx, c.ID)
		return len(cs), err
	})
}

func TestRevealIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	_, err := w.Customers.Update(admin, customer.UpdateInput{ID: c.ID, Version: 1, Fields: customer.Fields{ContactPhone: ptr("13812341234")}})
	ok(t, err)
	in := customer.RevealInput{ID: c.ID, Field: "contact_phone", Reason: "催收联系"}
	if plain, err := w.Customers.Reveal(admin, in); err != nil || plain != "13812341234" {
		t.Errorf("revealed %q, %v", plain, err)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action = 'customer.revealed' AND after->>'reason' = '催收联系' AND after::text NOT LIKE '%13812341234%'`); n != 1 {
		t.Errorf("%d looks are written down", n)
	}
	if _, err := w.Customers.Reveal(w.CtxA(t, access.RoleViewer, access.RoleSalesperson), in); faultOf(err).Reason != "PERMISSION_DENIED" {
		t.Errorf("without the right: %v", err)
	}
	if _, err := w.Customers.Reveal(w.CtxB(t), in); faultOf(err).Reason != "CUSTOMER_NOT_FOUND" {
		t.Errorf("another tenant: %v", err)
	}
	if _, err := w.Customers.Reveal(admin, customer.RevealInput{ID: c.ID, Field: "uscc", Reason: ""}); len(faultOf(err).Fields) != 2 {
		t.Errorf("bad input: %v", err)
	}
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	w.Clock.At = w.Clock.At.Add(time.Hour)
	_, err := w.Customers.CreateProject(admin, customer.CreateProjectInput{CustomerID: c.ID, Name: "滨江一号"})
	ok(t, err)
	_, err = w.Changes.Submit(admin, customer.ChangeInput{ID: c.ID, Version: 1, Name: ptr("新名建设有限公司"), Reason: "公司更名"})
	ok(t, err)
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at) VALUES
		(gen_random_uuid(), 's', '1', $1, '2026-09-10', '2026-10-21', 'CNY', 1000, 600, gen_random_uuid(), now()), (gen_random_uuid(), 's', '2', $1, '2026-09-10', '2099-10-21', 'CNY', 1, 1, gen_random_uuid(), now())`, c.ID)
	for _, fact := range []string{
		`INSERT INTO agreement_events (id, agreement_id, customer_id, from_stage, to_stage, business_date, overdue_days, overdue_amount, cause, note, created_at) VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'none', 'stop_supply', now(), 30, 600, 'reached', '', now())`,
		`INSERT INTO letters (id, year, serial, kind, customer_id, subject, body, lines, amount, business_date, created_at) VALUES (gen_random_uuid(), 2026, 1, 'supply_stop_notice', $1, '停供通知', 'b', '[]', 600, now(), now())`,
		`INSERT INTO supply_stops (id, created_at, updated_at, customer_id, state, reason, overdue_days, overdue_amount) VALUES ($1, now(), now(), $1, 'stopped', 'r', 1, 1)`,
		`INSERT INTO supply_stop_events (id, stop_id, state, note, actor_name, created_at) VALUES (gen_random_uuid(), $1, 'stopped', '', '王', now())`,
		`INSERT INTO follow_ups (id, customer_id, trigger, amount, status, opened_on, deadline, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'overdue', 600, 'open', now(), now(), now(), now())`,
		`INSERT INTO collateral (id, created_at, updated_at, customer_id, kind, provider_name, guaranteed_amount, rate, cover_amount, starts_on, ends_on, document_ids, status, effective_at)
			VALUES (gen_random_uuid(), now(), now(), $1, 'guarantee', '担保', 5, 10000, 5, '2026-01-01', '2026-10-31', '[]', 'active', now())`,
		`INSERT INTO warnings (id, kind, customer_id, subject, severity, facts, raised_on, first_seen_at, last_seen_at, updated_at) VALUES (gen_random_uuid(), 'utilization', $1, '', 'notice', '{}', now(), now(), now(), now())`,
	} {
		w.Exec(t, admin, fact, c.ID)
	}
	_, err = w.Limits.Freeze(admin, limit.FreezeInput{CustomerID: c.ID, Reason: "核实中"})
	ok(t, err)
	// what the database wrote by its own clock is not in the frozen clock's future
	w.Clock.At = time.Now().Add(48 * time.Hour)
	read := func(ctx context.Context, size int32) map[string]int {
		t.Helper()
		kinds, last := map[string]int{}, time.Now().Add(1000*time.Hour)
		for cursor := ""; ; {
			events, next, err := w.Customers.Timeline(ctx, c.ID, cursor, size)
			ok(t, err)
			for _, e := range events {
				kinds[e.Kind]++
				if e.At.After(last) {
					t.Error("out of order")
				}
				last = e.At
			}
			if cursor = next; cursor == "" {
				return kinds
			}
		}
	}
	for _, size := range []int32{1, 2, 50} {
		if k := read(admin, size); k["customer.created"] != 1 || k["project.created"] != 1 || k["approval.submitted"] != 1 || k["receivable.overdue"] != 1 ||
			k["agreement.stage"] != 1 || k["letter.issued"] != 1 || k["supply_stop.stopped"] != 1 || k["account.frozen"] != 1 || k["follow_up.opened"] != 1 || k["warning.raised"] != 1 || k["collateral.active"] != 1 || k["collateral.ended"] != 1 || len(k) != 12 {
			t.Errorf("pages of %d: %v", size, k)
		}
	}
	// who may not read approvals and receivables does not learn of them here
	if k := read(w.CtxA(t, access.RoleDispatcher), 50); k["approval.submitted"] != 0 || k["receivable.overdue"] != 0 || k["customer.created"] != 1 {
		t.Errorf("a dispatcher reads %v", k)
	}
	if _, _, err := w.Customers.Timeline(w.CtxB(t), c.ID, "", 0); faultOf(err).Reason != "CUSTOMER_NOT_FOUND" {
		t.Errorf("another tenant: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		e, _, err := customerrepo.New().Events(ctx, customer.EventQuery{CustomerID: c.ID, Sources: []customer.EventSource{customer.EventsApprovals, customer.EventsReceivable},
			Now: time.Now().Add(48 * time.Hour), Limit: 10})
		return len(e), err
	})
}
