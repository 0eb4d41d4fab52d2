package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/notify"
	"zhuxin/biz/todo"
	"zhuxin/data/mailbox"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
)

// readers joins the members whom a customer's news concern: his salesperson, and
// whoever of the others the condition names. What is said of a customer goes only to
// who may see him.
func readers(others string) string {
	return ` JOIN hq.v_members v ON v.status = 'active' AND (v.person_id = c.salesperson_id` + others + `)`
}

// boss is the salesperson's superior where he sees more than customers of his own,
// the reviewers where there is none such.
const boss = ` OR CASE WHEN EXISTS (SELECT FROM hq.v_members s JOIN hq.v_members b ON b.person_id = s.superior_id AND b.status = 'active' AND b.roles <> '["salesperson"]'
	WHERE s.person_id = c.salesperson_id) THEN v.person_id = (SELECT s.superior_id FROM hq.v_members s WHERE s.person_id = c.salesperson_id LIMIT 1) ELSE v.roles ? 'credit_reviewer' END`

const followUpParts = `SELECT f.id, f.id AS page, jsonb_build_object('customer', c.name, 'trigger', f.trigger, 'amount', f.amount::text, 'date', f.deadline::text,
	'salesperson', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = c.salesperson_id LIMIT 1), '')) AS parts, v.person_id
	FROM follow_ups f JOIN customers c ON c.id = f.customer_id`

const approvalParts = `SELECT DISTINCT a.id, a.id AS page, jsonb_build_object('title', a.title, 'status', a.status, 'comment', coalesce(a.comment, '')) AS parts, v.person_id
	FROM approvals a JOIN hq.v_members v ON v.status = 'active' AND `

const freezeParts = `SELECT c.id, c.id AS page, jsonb_build_object('customer', c.name, 'reason', a.frozen_reason) AS parts, v.person_id
	FROM credit_accounts a JOIN customers c ON c.id = a.id`

const holdParts = `SELECT h.id, h.id AS page, jsonb_build_object('customer', c.name, 'order', h.order_no, 'amount', h.amount::text) AS parts, v.person_id
	FROM order_holds h JOIN customers c ON c.id = h.customer_id LEFT JOIN order_releases r ON r.id = h.release_id`

// What a customer signed waits for finance; its answer goes to who submitted it and to
// the salesperson.
const (
	statementParts = `SELECT s.id, s.id AS page, jsonb_build_object('customer', c.name, 'number', s.number, 'comment', s.review_comment) AS parts, v.person_id
	FROM statements s JOIN customers c ON c.id = s.customer_id`
	submitters = ` OR v.person_id = s.submitted_by AND v.roles <> '["salesperson"]'`
)

const assignedParts = `SELECT w.id, w.id AS page, jsonb_build_object('customer', c.name, 'kind', w.kind, 'severity', w.severity, 'date', coalesce(w.due_on::text, ''),
	'assignee', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = w.assigned_to LIMIT 1), '')) AS parts, v.person_id
	FROM warnings w JOIN customers c ON c.id = w.customer_id JOIN hq.v_members v ON v.status = 'active' AND (v.person_id = w.assigned_to`

// concerned gives subject, page, parts and reader, of what is still so when it is told.
var concerned = map[news.Kind]string{
	news.FollowUpOpened:   followUpParts + readers("") + ` WHERE f.id = ANY($1::uuid[]) AND f.status = 'open'`,
	news.FollowUpReminder: followUpParts + readers("") + ` WHERE f.id = ANY($1::uuid[]) AND f.status = 'open'`,
	news.FollowUpOverdue:  followUpParts + readers(boss) + ` WHERE f.id = ANY($1::uuid[]) AND f.status = 'open'`,
	news.PromiseBroken: `SELECT f.id, f.id AS page, jsonb_build_object('customer', c.name, 'amount', f.promised_amount::text, 'date', f.promised_on::text) AS parts, v.person_id
	FROM follow_ups f JOIN customers c ON c.id = f.customer_id` + readers(boss) + ` WHERE f.id = ANY($1::uuid[]) AND f.promise = 'broken'`,

	// Who decided knows; the others who had a hand in it are told with its submitter.
	news.ApprovalDecided: approvalParts + `(v.person_id = a.submitted_by OR EXISTS (SELECT FROM approval_hands h WHERE h.approval_id = a.id AND h.person_id = v.person_id))
	WHERE a.id = ANY($1::uuid[]) AND (a.status = 'approved' OR a.status = 'rejected' OR a.status = 'withdrawn') AND v.person_id IS DISTINCT FROM a.decided_by`,
	news.ApprovalReturned: approvalParts + `v.person_id = a.submitted_by WHERE a.id = ANY($1::uuid[]) AND a.status = 'returned'`,
	news.NegativeRepeated: approvalParts + `v.person_id = a.submitted_by WHERE a.id = ANY($1::uuid[])`,
	news.ApprovalLate:     approvalParts + `v.person_id = a.submitted_by WHERE a.id = ANY($1::uuid[]) AND a.status = 'pending'`,

	news.StatementSubmitted: statementParts + ` JOIN hq.v_members v ON v.status = 'active' AND v.roles ? 'finance' AND v.person_id IS DISTINCT FROM s.submitted_by
	WHERE s.id = ANY($1::uuid[]) AND s.status = 'submitted'`,
	news.StatementRefused:    statementParts + readers(submitters) + ` WHERE s.id = ANY($1::uuid[]) AND s.status = 'open' AND s.reviewed_at IS NOT NULL`,
	news.StatementReconciled: statementParts + readers(submitters) + ` WHERE s.id = ANY($1::uuid[]) AND s.status = 'reconciled'`,
	news.WarningAssigned:     assignedParts + `) WHERE w.id = ANY($1::uuid[]) AND w.status = 'assigned'`,
	news.WarningLate:         assignedParts + ` OR v.roles ? 'credit_reviewer') WHERE w.id = ANY($1::uuid[]) AND w.status = 'assigned'`,

	news.CustomerFrozen:   freezeParts + readers(` OR v.roles ? 'credit_reviewer' OR v.roles ? 'dispatcher'`) + ` WHERE c.id = ANY($1::uuid[]) AND a.frozen`,
	news.CustomerUnfrozen: freezeParts + readers(` OR v.roles ? 'credit_reviewer' OR v.roles ? 'dispatcher'`) + ` WHERE c.id = ANY($1::uuid[]) AND NOT a.frozen`,
	news.LimitEnding: `SELECT l.id, c.id AS page, jsonb_build_object('customer', c.name, 'class', l.class, 'date', l.ends_on::text,
	'amount', CASE l.kind WHEN 'unlimited' THEN '∞' ELSE l.amount::text END) AS parts, v.person_id
	FROM credit_limits l JOIN customers c ON c.id = l.customer_id` + readers(` OR v.roles ? 'credit_reviewer'`) + ` WHERE l.id = ANY($1::uuid[]) AND l.status = 'effective' AND l.superseded_on IS NULL`,
	news.OrderHeld:     holdParts + readers(` OR v.roles ? 'credit_reviewer'`) + ` WHERE h.id = ANY($1::uuid[]) AND h.status = 'held'`,
	news.OrderReleased: holdParts + readers(` OR v.roles ? 'dispatcher' OR v.person_id = r.asked_by AND v.roles <> '["salesperson"]'`) + ` WHERE h.id = ANY($1::uuid[]) AND (h.status = 'released' OR h.status = 'cleared')`,
	// The next above who is responsible; what the plant has not acknowledged concerns the
	// dispatchers and reviewers too.
	news.SupplyStopLate: `SELECT s.id, s.id AS page, jsonb_build_object('customer', c.name, 'state', s.state, 'date', s.due_on::text) AS parts, v.person_id
	FROM supply_stops s JOIN customers c ON c.id = s.customer_id` + readers(boss+` OR s.state = 'stopped' AND (v.roles ? 'dispatcher' OR v.roles ? 'credit_reviewer')`) +
		` WHERE s.id = ANY($1::uuid[]) AND s.state <> 'resumed' AND s.state <> 'cancelled' AND s.due_on IS NOT NULL`,
	news.ERPFailing: `SELECT k.id, k.id AS page, jsonb_build_object('name', k.name, 'failures', coalesce(k.breaker->>'failures', '0')) AS parts, v.person_id
	FROM erp_connections k JOIN hq.v_members v ON v.status = 'active' AND v.roles ? 'administrator' WHERE k.id = ANY($1::uuid[]) AND k.enabled AND k.breaker->>'state' = 'open'`,
}

// Concerned implements biz.Repository.
func (Repo) Concerned(ctx context.Context, k news.Kind, ids []uuid.UUID) ([]biz.Subject, error) {
	text, ok := concerned[k]
	if !ok {
		return nil, fmt.Errorf("notify: nobody is known to be concerned by %s", k)
	}
	return subjects(ctx, "read whom "+string(k)+" concerns", text+` ORDER BY 1, 4`, mailbox.Texts(ids))
}

// Listed implements biz.Repository.
func (Repo) Listed(ctx context.Context, uscc string) ([]biz.Subject, error) {
	return subjects(ctx, "read whom a listing concerns", `SELECT c.id, c.id AS page, jsonb_build_object('customer', c.name) AS parts, v.person_id FROM customers c`+
		readers(` OR v.roles ? 'credit_reviewer'`)+` WHERE c.uscc = $1 ORDER BY 1, 4`, uscc)
}

// Members implements biz.Repository.
func (Repo) Members(ctx context.Context, role string, person uuid.UUID) ([]uuid.UUID, error) {
	return postgres.Query(ctx, "read members", `SELECT person_id FROM hq.v_members WHERE status = 'active' AND (roles ? $1::text OR person_id = $2::uuid) ORDER BY person_id`,
		func(r *sql.Rows) (id uuid.UUID, err error) { return id, r.Scan(&id) }, role, person)
}

func subjects(ctx context.Context, what, text string, args ...any) ([]biz.Subject, error) {
	type row struct {
		biz.Subject
		reader uuid.UUID
	}
	rows, err := postgres.Query(ctx, what, text, func(r *sql.Rows) (x row, err error) {
		var parts []byte
		if err = r.Scan(&x.ID, &x.Page, &parts, &x.reader); err == nil {
			err = json.Unmarshal(parts, &x.Parts)
		}
		return x, err
	}, args...)
	if err != nil {
		return nil, err
	}
	var out []biz.Subject
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].ID != r.ID {
			if err := readable(r.Parts); err != nil {
				return nil, err
			}
			out = append(out, r.Subject)
		}
		last := &out[len(out)-1]
		last.People = append(last.People, r.reader)
	}
	return out, nil
}

// readable writes the amount, fen in SQL, as it is read.
func readable(parts map[string]string) error {
	fen, ok := parts["amount"]
	if !ok || fen == "∞" {
		return nil
	}
	var a money.Amount
	if _, err := fmt.Sscan(fen, (*int64)(&a)); err != nil {
		return fmt.Errorf("amount of news: %w", err)
	}
	parts["amount"] = a.Grouped()
	return nil
}

// Arrived implements biz.Repository.
func (Repo) Arrived(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	const with = `SELECT x.id, x.kind, x.title || E'\n' || coalesce(m.name, ''), x.reader FROM (` + waitingSQL + `) x JOIN approvals a ON a.id = x.id
		LEFT JOIN LATERAL (SELECT name FROM hq.v_members v WHERE v.person_id = a.submitted_by LIMIT 1) m ON true ORDER BY x.id, x.reader`
	return items(ctx, "read whom approvals came to", with, ids, func(id uuid.UUID, kind, rest string) biz.Item {
		return biz.Arrived(id, kind, rest, todo.Link{Route: "approvals", Params: map[string]string{"id": id.String()}, Query: map[string]string{"box": "todo"}})
	})
}

// Told implements biz.Repository.
func (Repo) Told(ctx context.Context, keys []string) (map[biz.Hearing]bool, error) {
	list, err := postgres.Query(ctx, "read who was told", `SELECT event_key, person_id FROM notifications WHERE event_key = ANY($1::text[])`, func(r *sql.Rows) (h biz.Hearing, err error) {
		return h, r.Scan(&h.Key, &h.Person)
	}, pq.Array(keys))
	out := map[biz.Hearing]bool{}
	for _, h := range list {
		out[h] = true
	}
	return out, err
}

// datedSQL: $1 the date, $2 days after which limits end. A promise is judged on the
// day after it.
const datedSQL = `SELECT 'follow_up.opened', id FROM follow_ups WHERE opened_on = $1::date AND status = 'open'
	UNION ALL SELECT 'follow_up.reminder', id FROM follow_ups WHERE deadline = $1::date + 1 AND status = 'open' AND opened_on < $1::date
	UNION ALL SELECT 'follow_up.overdue', id FROM follow_ups WHERE deadline = $1::date - 1 AND status = 'open'
	UNION ALL SELECT 'promise.broken', id FROM follow_ups WHERE promised_on = $1::date - 1 AND promise = 'broken'
	UNION ALL SELECT 'warning.late', id FROM warnings WHERE due_on = $1::date - 1 AND status = 'assigned'
	UNION ALL SELECT 'limit.ending', l.id FROM credit_limits l WHERE l.status = 'effective' AND l.superseded_on IS NULL AND l.kind <> 'none'
		AND l.ends_on - $1::date = ANY($2::int[]) AND l.starts_on <= $1::date
		AND NOT EXISTS (SELECT FROM credit_limits n WHERE n.customer_id = l.customer_id AND n.project_id IS NOT DISTINCT FROM l.project_id AND n.class = l.class
			AND n.status = 'effective' AND n.starts_on > l.starts_on AND n.starts_on <= l.ends_on + 1)
	ORDER BY 1, 2`

// Dated implements biz.Repository.
func (Repo) Dated(ctx context.Context, on calendar.Date, limitDays []int) (map[news.Kind][]uuid.UUID, error) {
	type row struct {
		kind news.Kind
		id   uuid.UUID
	}
	rows, err := postgres.Query(ctx, "read what the date brings", datedSQL, func(r *sql.Rows) (x row, err error) { return x, r.Scan(&x.kind, &x.id) }, on, pq.Array(limitDays))
	out := map[news.Kind][]uuid.UUID{}
	for _, r := range rows {
		out[r.kind] = append(out[r.kind], r.id)
	}
	return out, err
}
