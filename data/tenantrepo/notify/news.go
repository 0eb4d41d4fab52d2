package notify

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/notify"
	"zhuxin/biz/todo"
	"zhuxin/data/mailbox"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/warning"
)

// waitingSQL gives for whom an approval waits: who holds an open place by name, by
// role or since it was escalated, or stands for somebody who does; not who had a
// hand in it already.
const waitingSQL = `SELECT DISTINCT a.id, a.kind, a.title, p.reader FROM approvals a JOIN approval_slots s ON s.approval_id = a.id AND s.status = 'open'
	JOIN (SELECT v.person_id, v.roles, v.person_id AS reader, '[]'::jsonb AS kinds FROM hq.v_members v WHERE v.status = 'active'
		UNION ALL SELECT v.person_id, v.roles, d.delegate_id, d.kinds FROM approval_delegations d
		JOIN hq.v_members v ON v.person_id = d.person_id AND v.status = 'active' JOIN hq.v_members e ON e.person_id = d.delegate_id AND e.status = 'active'
		CROSS JOIN hq.v_tenant_self z
		WHERE d.revoked_at IS NULL AND (now() AT TIME ZONE z.time_zone)::date BETWEEN d.starts_on AND d.ends_on) p
	ON s.person_id = p.person_id OR s.escalated_to = p.person_id OR p.roles ? s.role OR p.roles ? s.escalated_role
	WHERE a.id = ANY($1::uuid[]) AND a.status = 'pending' AND (p.kinds = '[]' OR p.kinds ? a.kind) AND p.reader IS DISTINCT FROM a.submitted_by
	AND NOT EXISTS (SELECT FROM approval_hands h WHERE h.approval_id = a.id AND h.person_id IN (p.person_id, p.reader))
	ORDER BY a.id, p.reader`

// Waiting implements biz.Repository.
func (Repo) Waiting(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	return items(ctx, "read whom approvals wait for", waitingSQL, ids, func(id uuid.UUID, kind, title string) biz.Item {
		return biz.Item{Subject: id, Parts: map[string]string{"kind": kind, "title": title}, Line: title,
			Link: todo.Link{Route: "approvals", Params: map[string]string{"id": id.String()}, Query: map[string]string{"box": "todo"}}}
	})
}

// warningsSQL gives whom a warning concerns: the customer's salesperson, those of the
// projects whose owner it is about, the reviewers, and who it was assigned to.
var warningsSQL = `SELECT DISTINCT w.id, w.kind, w.severity || ' ' || coalesce(w.facts->>'owner_id', '') || ' ' || coalesce((w.facts->>'owner') || ' · ', '') || c.name, v.person_id FROM warnings w JOIN customers c ON c.id = w.customer_id
	JOIN hq.v_members v ON v.status = 'active' AND (` + warning.Concerns("v.person_id") + ` OR v.person_id = w.assigned_to OR v.roles ? 'credit_reviewer')
	WHERE w.id = ANY($1::uuid[]) AND w.status <> 'closed' ORDER BY w.id, v.person_id`

// Warnings implements biz.Repository.
func (Repo) Warnings(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	return items(ctx, "read whom warnings concern", warningsSQL, ids, func(id uuid.UUID, kind, rest string) biz.Item {
		severity, rest, _ := strings.Cut(rest, " ")
		owner, about, _ := strings.Cut(rest, " ")
		link := todo.Link{Route: "warnings", Query: map[string]string{"id": id.String()}}
		if owner != "" {
			link = todo.Link{Route: "owner", Params: map[string]string{"id": owner}}
		}
		return biz.Item{Subject: id, Parts: map[string]string{"kind": kind, "severity": severity, "customer": about}, Line: biz.WarningLine(kind, severity, about), Link: link}
	})
}

// statementsSQL gives whom an open statement concerns: the customer's salesperson,
// and when it is late his superior as well.
const statementsSQL = `SELECT DISTINCT s.id, s.number, c.name, v.person_id FROM statements s JOIN customers c ON c.id = s.customer_id
	LEFT JOIN hq.v_members w ON w.person_id = c.salesperson_id
	JOIN hq.v_members v ON v.status = 'active' AND (v.person_id = c.salesperson_id OR $2::boolean AND v.person_id = w.superior_id AND v.roles <> '["salesperson"]')
	WHERE s.id = ANY($1::uuid[]) AND s.status = 'open' ORDER BY s.id, v.person_id`

// Statements implements biz.Repository.
func (Repo) Statements(ctx context.Context, ids []uuid.UUID, late bool) ([]biz.Item, error) {
	return items(ctx, "read whom statements concern", statementsSQL, ids, func(id uuid.UUID, number, customer string) biz.Item {
		return biz.Item{Subject: id, Parts: map[string]string{"number": number, "customer": customer}, Line: customer + "（" + number + "）",
			Link: todo.Link{Route: "statement", Params: map[string]string{"id": id.String()}}}
	}, late)
}

// ratingsSQL gives whom a lapsed rating concerns: the salesperson and the reviewers.
const ratingsSQL = `SELECT DISTINCT r.id, c.id::text, c.name, v.person_id FROM credit_ratings r JOIN customers c ON c.id = r.customer_id
	JOIN hq.v_members v ON v.status = 'active' AND (v.person_id = c.salesperson_id OR v.roles ? 'credit_reviewer')
	WHERE r.id = ANY($1::uuid[]) AND r.status = 'lapsed'
	AND NOT EXISTS (SELECT FROM credit_ratings e WHERE e.customer_id = r.customer_id AND e.status = 'effective') ORDER BY r.id, v.person_id`

// Ratings implements biz.Repository.
func (Repo) Ratings(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	return items(ctx, "read whom ratings concern", ratingsSQL, ids, func(id uuid.UUID, customer, name string) biz.Item {
		return biz.Item{Subject: id, Parts: map[string]string{"customer": name}, Line: name, Link: todo.Link{Route: "customer", Params: map[string]string{"id": customer}}}
	})
}

// erpSQL gives whom a connection that is still stopped concerns: who can mend it.
const erpSQL = `SELECT k.id, k.name, '', v.person_id FROM erp_connections k
	JOIN hq.v_members v ON v.status = 'active' AND v.roles ? 'administrator'
	WHERE k.id = ANY($1::uuid[]) AND k.enabled AND k.breaker->>'state' = 'stopped' ORDER BY k.id, v.person_id`

// ERPConnections implements biz.Repository.
func (Repo) ERPConnections(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	return items(ctx, "read whom stopped ERPs concern", erpSQL, ids, func(id uuid.UUID, name, _ string) biz.Item {
		return biz.Item{Subject: id, Parts: map[string]string{"name": name}, Line: name + "：ERP 拒绝登录或地址不可访问，请检查连接设置", Link: todo.Link{Route: "erp"}}
	})
}

// lettersSQL gives whom a letter concerns: the salesperson, who sees to it that the
// customer gets it.
const lettersSQL = `SELECT l.id, c.id::text, l.kind || ' ' || c.name, v.person_id FROM letters l JOIN customers c ON c.id = l.customer_id
	JOIN hq.v_members v ON v.status = 'active' AND v.person_id = c.salesperson_id WHERE l.id = ANY($1::uuid[]) ORDER BY l.id, v.person_id`

// Letters implements biz.Repository.
func (Repo) Letters(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	return items(ctx, "read whom letters concern", lettersSQL, ids, func(id uuid.UUID, customer, rest string) biz.Item {
		kind, name, _ := strings.Cut(rest, " ")
		return biz.Item{Subject: id, Parts: map[string]string{"kind": kind, "customer": name}, Line: biz.LetterLine(kind, name),
			Link: todo.Link{Route: "customer", Params: map[string]string{"id": customer}}}
	})
}

// items reads one row for each reader of a subject, in the order of the subjects.
func items(ctx context.Context, what, text string, ids []uuid.UUID, item func(id uuid.UUID, kind, rest string) biz.Item, more ...any) ([]biz.Item, error) {
	type row struct {
		id, reader uuid.UUID
		kind, text string
	}
	rows, err := postgres.Query(ctx, what, text, func(r *sql.Rows) (x row, err error) { return x, r.Scan(&x.id, &x.kind, &x.text, &x.reader) }, append([]any{mailbox.Texts(ids)}, more...)...)
	var out []biz.Item
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].Subject != r.id {
			out = append(out, item(r.id, r.kind, r.text))
		}
		last := &out[len(out)-1]
		last.People = append(last.People, r.reader)
	}
	return out, err
}
