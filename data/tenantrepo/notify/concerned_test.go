package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/notify"
	"zhuxin/data/outbox"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/news"
	"zhuxin/tenancy/tenancytest"
)

// deliver hands what was published as news to the service, each twice, and empties
// the outbox.
func (w *world) deliver(t *testing.T) {
	t.Helper()
	ok(t, w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error {
		for _, d := range w.pending(t) {
			if err := w.service.Handle(ctx, d); err != nil {
				return err
			}
			if err := w.service.Handle(ctx, d); err != nil {
				return err
			}
		}
		return nil
	}))
	w.Exec(t, w.ctx, `UPDATE outbox SET status = 'done' WHERE topic = $1`, string(news.Topic))
}

func (w *world) pending(t *testing.T) (out []event.Delivered) {
	t.Helper()
	rows, err := w.Admin(t).QueryContext(t.Context(), `SELECT id, topic, payload FROM "`+w.A.Schema+`".outbox WHERE topic = $1 AND status = 'pending' ORDER BY created_at, id`, string(news.Topic))
	ok(t, err)
	defer func() { ok(t, rows.Close()) }()
	for rows.Next() {
		var d event.Delivered
		var p []byte
		ok(t, rows.Scan(&d.ID, &d.Topic, &p))
		d.TenantID, d.Payload = w.A.ID, json.RawMessage(p)
		out = append(out, d)
	}
	ok(t, rows.Err())
	return out
}

// heard gives who has news of the kind on his page, and what it says.
func (w *world) heard(t *testing.T, k news.Kind, names map[uuid.UUID]string) (who []string, parts map[string]string) {
	t.Helper()
	rows, err := w.Admin(t).QueryContext(t.Context(), `SELECT person_id, parts FROM "`+w.A.Schema+`".notifications WHERE kind = $1`, string(k))
	ok(t, err)
	defer func() { ok(t, rows.Close()) }()
	for rows.Next() {
		var id uuid.UUID
		var p []byte
		ok(t, rows.Scan(&id, &p))
		ok(t, json.Unmarshal(p, &parts))
		if name := names[id]; name != "" {
			who = append(who, name)
		}
	}
	ok(t, rows.Err())
	slices.Sort(who)
	return who, parts
}

// Each kind reaches those whom it concerns and nobody else, once: a salesperson hears
// of his own customers alone, his superior of what is late when he may see it.
func TestWhomNewsConcern(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales, sctx := w.AddMember(t, w.A, "业务员", access.RoleSalesperson)
	peer, _ := w.AddMember(t, w.A, "同事", access.RoleSalesperson)
	boss, _ := w.AddMember(t, w.A, "主管", access.RoleSalesperson, access.RoleApprover)
	approver, actx := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	dispatcher, _ := w.AddMember(t, w.A, "调度", access.RoleDispatcher)
	admin, _ := w.AddMember(t, w.A, "管理员", access.RoleAdministrator)
	names := map[uuid.UUID]string{admin.ID: "管理员", sales.ID: "业务员", peer.ID: "同事", boss.ID: "主管", approver.ID: "审批人", dispatcher.ID: "调度", w.reviewer.ID: "复核员"}
	_, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET superior_id = $1 WHERE person_id = $2`, boss.ID, sales.ID)
	ok(t, err)
	c, today := w.NewCustomer(t, sctx, 1), calendar.NewDate(2026, 11, 20)

	follow := func(trigger, status, opened, deadline, promise, promised string) uuid.UUID {
		id := uuid.New()
		w.Exec(t, w.ctx, `INSERT INTO follow_ups (id, customer_id, trigger, amount, opened_on, deadline, status, promise, promised_on, promised_amount, created_at, updated_at)
			VALUES ($1, $2, $3, 123456789, $4, $5, $6, $7, $8, 100, now(), now())`, id, c.ID, trigger, opened, deadline, status, promise, promised)
		return id
	}
	follow("overdue", "open", "2026-11-20", "2026-11-23", "none", "2026-01-01")
	late := follow("over_limit", "open", "2026-11-10", "2026-11-19", "none", "2026-01-01")
	follow("overdue", "closed", "2026-11-01", "2026-11-05", "broken", "2026-11-19")
	// A temporary limit is asked for and agreed to; it ends seven days later.
	l, err := w.Limits.Apply(sctx, limit.ApplyInput{CustomerID: c.ID, Amount: 30_000, StartsOn: today, EndsOn: today + 7, Reason: "旺季"})
	ok(t, err)
	w.deliver(t)
	w.Approve(t, actx, l.ID)
	ok(t, w.service.Daily(w.ctx, today))
	w.InA(t, func(ctx context.Context) error {
		return w.Accounts.Freeze(ctx, exposure.Freeze{ID: uuid.New(), CustomerID: c.ID, Source: exposure.FreezeByPerson, Reason: "核查", FrozenAt: w.Clock.At})
	})
	hold := uuid.New()
	w.Exec(t, w.ctx, `INSERT INTO order_holds (id, customer_id, order_no, amount, check_id, reasons, status, held_at, updated_at) VALUES ($1, $2, 'SO-9', 500000, $1, '[]', 'held', now(), now())`, hold, c.ID)
	w.Exec(t, w.ctx, `INSERT INTO erp_connections (id, name, kind, base_url, erp_database, username, secret_enc, source, every_minutes, next_at, breaker, created_at, updated_at)
		VALUES ($1, '金蝶', 'tryton', '', '', '', '', 's', 30, now(), '{"state": "open", "failures": 3}', now(), now())`, hold)
	tell := func(k news.Kind, id uuid.UUID) {
		ok(t, w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error { return news.Tell(ctx, outbox.Tenant(w.Pool), k, "", id) }))
	}
	tell(news.OrderHeld, hold)
	tell(news.ERPFailing, hold)
	w.deliver(t)
	w.InA(t, func(ctx context.Context) error {
		_, err := w.Accounts.Unfreeze(ctx, c.ID, nil, "查清", w.Clock.At)
		return err
	})
	w.Exec(t, w.ctx, `UPDATE order_holds SET status = 'cleared' WHERE id = $1`, hold)
	tell(news.OrderReleased, hold)
	tell(news.OrderHeld, hold) // overtaken: it does not wait any more
	w.deliver(t)
	finance, _ := w.AddMember(t, w.A, "财务", access.RoleFinance)
	names[finance.ID] = "财务"
	st := uuid.New()
	w.Exec(t, w.ctx, `INSERT INTO statements (id, created_at, updated_at, number, customer_id, period_from, period_to, currency, volume, amount, deadline, status, submitted_by, reviewed_at, review_comment)
		VALUES ($1, now(), now(), 'DZ-9', $2, '2026-10-01', '2026-10-31', 'CNY', 1, 1, '2026-11-20', 'submitted', $3, now(), '金额不符')`, st, c.ID, sales.ID)
	tell(news.StatementSubmitted, st)
	tell(news.StatementReconciled, st) // not yet so
	w.deliver(t)
	w.Exec(t, w.ctx, `UPDATE statements SET status = 'open' WHERE id = $1`, st)
	tell(news.StatementRefused, st)
	wid := uuid.New()
	w.Exec(t, w.ctx, `INSERT INTO warnings (id, kind, customer_id, subject, severity, facts, status, first_seen_at, last_seen_at, raised_on, updated_at, version, assigned_to, due_on)
		VALUES ($1, 'overdue', $2, 's', 'serious', '{}', 'assigned', now(), now(), '2026-11-10', now(), 1, $3, '2026-11-19')`, wid, c.ID, peer.ID)
	tell(news.WarningAssigned, wid)
	ok(t, w.service.Daily(w.ctx, today)) // a second run of the date
	w.deliver(t)

	for _, x := range []struct {
		kind news.Kind
		who  string
		part string
	}{
		{news.FollowUpOpened, "[业务员]", "amount=1,234,567.89"},
		{news.FollowUpReminder, "[]", ""},
		{news.FollowUpOverdue, "[业务员 主管]", "salesperson=业务员"},
		{news.PromiseBroken, "[业务员 主管]", "amount=1.00"},
		{news.ApprovalArrived, "[主管 审批人]", "submitter=业务员"},
		{news.ApprovalDecided, "[业务员]", "status=approved"},
		{news.CustomerFrozen, "[业务员 复核员 调度]", "reason=核查"},
		{news.CustomerUnfrozen, "[业务员 复核员 调度]", "customer=" + c.Name},
		{news.LimitEnding, "[业务员 复核员]", "date=2026-11-27"},
		{news.OrderHeld, "[业务员 复核员]", "order=SO-9"},
		{news.OrderReleased, "[业务员 调度]", "amount=5,000.00"},
		{news.ERPFailing, "[管理员]", "failures=3"},
		{news.StatementSubmitted, "[财务]", "number=DZ-9"},
		{news.StatementReconciled, "[]", ""},
		{news.StatementRefused, "[业务员]", "comment=金额不符"},
		{news.WarningAssigned, "[同事]", "date=2026-11-19"},
		{news.WarningLate, "[同事 复核员]", "assignee=同事"},
	} {
		who, parts := w.heard(t, x.kind, names)
		if slices.Sort(who); fmt.Sprint(who) != x.who {
			t.Errorf("%s reached %v, want %s", x.kind, who, x.who)
		}
		if name, want, _ := strings.Cut(x.part, "="); parts[name] != want {
			t.Errorf("%s says %v, want %s", x.kind, parts, x.part)
		}
	}
	// A superior who sees only customers of his own is not told of another's.
	_, err = w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET superior_id = $1 WHERE person_id = $2`, peer.ID, sales.ID)
	ok(t, err)
	list, err := concerned(w, news.FollowUpOverdue, late)
	if err != nil || len(list) != 1 || slices.Contains(list[0].People, peer.ID) || !slices.Contains(list[0].People, w.reviewer.ID) {
		t.Errorf("%+v, %v", list, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := notifyrepo.New(w.Keys).Concerned(ctx, news.FollowUpOverdue, []uuid.UUID{late})
		return len(list), err
	})
}

func concerned(w *world, k news.Kind, id uuid.UUID) (list []notify.Subject, err error) {
	err = w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error {
		list, err = notifyrepo.New(w.Keys).Concerned(ctx, k, []uuid.UUID{id})
		return err
	})
	return list, err
}
