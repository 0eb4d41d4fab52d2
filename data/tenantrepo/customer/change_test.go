package customer_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/biz/timeline"
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
	// what was overdue stays so: the one was paid late here, the other by its source, and
	// the snapshots of the days know that there was something
	w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at) VALUES
		($1, 's', '3', $1, '2026-08-10', '2026-09-21', 'CNY', 5000, 0, gen_random_uuid(), now()), (gen_random_uuid(), 's', '4', $1, '2026-08-10', '2026-09-21', 'CNY', 7000, 0, gen_random_uuid(), now())`, c.ID)
	for _, fact := range []string{
		`INSERT INTO payment_applications (id, batch_id, customer_id, receivable_id, kind, receipt_id, amount, rule, applied_on, reason, created_at) VALUES (gen_random_uuid(), gen_random_uuid(), $1, $1, 'receipt', gen_random_uuid(), 5000, 'manual', '2026-10-02', '', now())`,
		`INSERT INTO daily_snapshots (customer_id, business_date, receivable_amount, overdue_amount, exposure_amount, limit_kind, limit_amount, late, taken_at) VALUES
			($1, '2026-09-20', 9, 0, 9, 'none', 0, false, now()), ($1, '2026-09-22', 9, 12000, 9, 'none', 0, false, now()), ($1, '2026-09-23', 9, 11000, 9, 'none', 0, false, now()), ($1, '2026-10-03', 9, 0, 9, 'none', 0, false, now())`,
		`INSERT INTO order_holds (id, customer_id, order_no, amount, check_id, reasons, status, closing_note, held_at, updated_at, closed_at) VALUES ($1, $1, 'SO-1', 800, gen_random_uuid(), '[{"code":"OVER_LIMIT"},{"code":"UNRATED"}]', 'cancelled', '客户取消', now(), now(), now())`,
		`INSERT INTO order_releases (id, hold_id, customer_id, order_no, codes, amount, ends_on, reason, status, asked_by, asked_at, agreed_by, agreed_at) VALUES (gen_random_uuid(), $1, $1, 'SO-1', '[]', 800, now(), '已承诺付款', 'granted', gen_random_uuid(), now(), gen_random_uuid(), now())`,
		`INSERT INTO credit_checks (id, customer_id, order_no, operation, amount, outcome, reasons, facts, binding_limit, policy_version, actor_name, request_id, created_at)
			SELECT gen_random_uuid(), $1, 'SO-2', 'reserve', 900, o, '[{"code":"NEGATIVE_LISTED"}]', '{}', '', 1, 'ERP', 'r', now() FROM unnest(ARRAY['block', 'block', 'allow']) o`,
		`INSERT INTO dunning_letters (id, customer_id, level, written_on, rule, currency, overdue, upcoming, credits, disputed, items, created_at) VALUES (gen_random_uuid(), $1, 7, now(), 1, 'CNY', 600, 0, 0, 0, '[]', now())`,
		`INSERT INTO dunning_pauses (id, customer_id, reason, starts_on, ends_on, ended_at, created_at) VALUES (gen_random_uuid(), $1, '协商', now(), now(), now(), now())`,
		`INSERT INTO disputes (id, customer_id, receivable_id, cause, detail, status, outcome, resolved_at, created_at, updated_at) VALUES (gen_random_uuid(), $1, $1, 'quality', '强度', 'resolved', '认可', now(), now(), now())`,
		`INSERT INTO shared_limits (id, name, amount, members, reason, status, effective_at, ended_at, created_at, updated_at) VALUES (gen_random_uuid(), '集团', 1, jsonb_build_array($1::uuid::text), 'r', 'ended', now(), now(), now(), now())`,
		`INSERT INTO statements (id, number, customer_id, period_from, period_to, currency, volume, amount, deadline, created_at, updated_at) VALUES ($1, 'DZ-1', $1, '2026-10-01', '2026-10-31', 'CNY', 1, 600, now(), now(), now())`,
		`INSERT INTO audit_log (id, at, actor_kind, actor_name, action, object_type, object_id, request_id) SELECT -1, now(), 'system', '', 'statement.made', 'statement', $1::uuid::text, 'r'`,
		`INSERT INTO contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on) SELECT $1, now(), now(), 'HT-1', id, 1, 1, 30, now() FROM projects WHERE customer_id = $1`,
		`INSERT INTO audit_log (id, at, actor_kind, actor_name, action, object_type, object_id, after, request_id) SELECT -2, now(), 'system', '', 'contract.terms_changed', 'contract', $1::uuid::text, '{"reason":"续签"}', 'r'`,
		`INSERT INTO parties (id, kind, name, uscc, created_at) SELECT $1, 'company', name, uscc, now() FROM customers WHERE id = $1 ON CONFLICT (uscc) DO NOTHING`,
		`INSERT INTO parties (id, kind, name, created_at) SELECT '00000000-0000-7000-8000-00000000000a', 'person', '王老板', now() WHERE $1::uuid IS NOT NULL`,
		`INSERT INTO party_relations (id, from_id, to_id, kind, source, valid_through, created_at, updated_at)
			SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000000a', p.id, 'controller', 'manual', '2026-10-01', now(), now() FROM parties p JOIN customers c ON c.uscc = p.uscc WHERE c.id = $1`,
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
	var elsewhere uuid.UUID
	ok(t, w.Admin(t).QueryRowContext(t.Context(), `SELECT id FROM hq.tenants WHERE id <> $1 LIMIT 1`, w.A.ID).Scan(&elsewhere))
	for _, fact := range []string{
		`INSERT INTO hq.registry_findings (id, uscc, kind, key, title, severity, amount, facts, status, baseline, first_seen_at, last_seen_at, ended_at, snapshot_id)
			SELECT gen_random_uuid(), $1, 'litigation', 'k', '买卖合同纠纷', 'serious', 5, '{}', 'ended', false, now(), now(), now(), gen_random_uuid() WHERE $2::uuid IS NOT NULL`,
		`INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, status, listed_at, removed_at) VALUES ('00000000-0000-7000-8000-00000000000b', $1, 'x', 'overdue', '只在列入时可见', $2, gen_random_uuid(), 'removed', now(), now())`,
		`INSERT INTO hq.negative_claims (id, entry_id, kind, tenant_id, raised_by, raised_at, text, status) SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000000b', 'objection', $2, gen_random_uuid(), now(), '别家的异议', 'open' WHERE $1 <> ''`,
		`INSERT INTO hq.negative_exemptions (id, tenant_id, uscc, customer_id, company_name, asked_by, asked_at, reason, asked_until, ends_on, status, decided_at) VALUES (gen_random_uuid(), $2, $1, gen_random_uuid(), 'x', gen_random_uuid(), now(), 'r', now(), now(), 'granted', now())`,
	} {
		_, err := w.Admin(t).ExecContext(t.Context(), fact, c.USCC, elsewhere)
		ok(t, err)
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
				day, known := timeline.Kinds[e.Kind]
				if !known || day != (e.Clock == "") {
					t.Errorf("kind %s: known %t, time %q", e.Kind, known, e.Clock)
				}
				if e.Kind == "receivable.overdue" && e.Parts["document_no"] == "1" && *e.Amount != 1000 {
					t.Errorf("a part payment rewrote what was overdue: %d", *e.Amount)
				}
				if e.Kind == "overdue.began" && (*e.Amount != 12000 || e.On.String() != "2026-09-22") || strings.Contains(fmt.Sprint(e.Parts), "只在列入时可见") {
					t.Errorf("told %+v", e)
				}
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
		got := read(admin, size)
		want := map[string]int{"receivable.overdue": 2, "order.refused": 1}
		for _, kind := range strings.Fields(`customer.created project.created approval.submitted receivable.overdue overdue.began overdue.cleared payment.applied
			order.held order.released order.cancelled order.refused dunning.written dunning.paused dunning.resumed dispute.opened dispute.resolved
			shared_limit.effective shared_limit.ended statement.made contract.linked contract.terms_changed relation.added relation.ended finding.seen finding.ended
			negative.listed negative.removed agreement.stage letter.issued supply_stop.stopped account.frozen follow_up.opened warning.raised collateral.active collateral.ended`) {
			want[kind] = max(want[kind], 1)
		}
		if !maps.Equal(got, want) {
			t.Errorf("pages of %d:\n%v\nnot\n%v", size, got, want)
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
		e, _, err := customerrepo.New().Events(ctx, timeline.Query{Subject: timeline.Customer, ID: c.ID, Sources: []timeline.Source{timeline.Approvals, timeline.Receivables, timeline.Orders, timeline.Payments, timeline.Negative},
			Now: time.Now().Add(48 * time.Hour), Limit: 10})
		return len(e), err
	})
}
