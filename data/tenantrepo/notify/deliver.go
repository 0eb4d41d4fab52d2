package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/notify"
	"zhuxin/biz/todo"
)

// Enqueue implements biz.Repository.
func (Repo) Enqueue(ctx context.Context, list []biz.Delivery) error {
	for _, d := range list {
		if d.Params == nil {
			d.Params = []biz.Param{}
		}
		link, params, err := both(d.Link, d.Params)
		if err != nil {
			return err
		}
		if _, err := exec(ctx, "queue delivery", `INSERT INTO notify_deliveries (id, event_key, audience, recipient, channel, kind, title, body, link, template, params, digest,
			state, next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', $13, $14)
			ON CONFLICT (event_key, audience, recipient, channel) DO NOTHING`, d.ID, d.EventKey, string(d.Audience), d.Recipient, string(d.Channel), string(d.Kind),
			d.Title, d.Text, link, d.Template, params, d.Digest, d.NextAt, d.CreatedAt); err != nil {
			return err
		}
	}
	return nil
}

const columns = `d.id, d.event_key, d.audience, d.recipient, d.channel, d.kind, d.title, d.body, d.link, d.template, d.params, d.digest, d.state, d.attempts, d.next_at,
	d.trouble, d.trouble_code, d.trouble_text, d.receipt, d.created_at, d.sent_at`

// Claim implements biz.Repository. Two workers never get the same delivery: the
// rows of the other are skipped, and a claim lasts longer than its sending.
func (Repo) Claim(ctx context.Context, now, until time.Time, limit int) ([]biz.Delivery, error) {
	return query(ctx, "claim deliveries", `WITH due AS (
			SELECT id, claimed_until IS NOT NULL AS lost FROM notify_deliveries
			WHERE state IN ('queued', 'failed') AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
			ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE notify_deliveries d SET claimed_until = $2, attempts = d.attempts + 1 FROM due WHERE d.id = due.id RETURNING due.lost, `+columns,
		func(r *sql.Rows) (biz.Delivery, error) {
			var lost bool
			d, err := scan(r, &lost)
			d.Lost = lost
			return d, err
		}, now, until, limit)
}

func scan(r *sql.Rows, before ...any) (d biz.Delivery, err error) {
	var link, params []byte
	err = r.Scan(append(before, &d.ID, &d.EventKey, &d.Audience, &d.Recipient, &d.Channel, &d.Kind, &d.Title, &d.Text, &link, &d.Template, &params, &d.Digest,
		&d.State, &d.Attempts, &d.NextAt, &d.Trouble, &d.Code, &d.Reason, &d.Receipt, &d.CreatedAt, &d.SentAt)...)
	if err == nil {
		err = errors.Join(json.Unmarshal(link, &d.Link), json.Unmarshal(params, &d.Params))
	}
	return d, err
}

// Finish implements biz.Repository.
func (Repo) Finish(ctx context.Context, list []biz.Delivery) error {
	for _, d := range list {
		if _, err := exec(ctx, "end delivery", `UPDATE notify_deliveries SET state = $2, next_at = $3, claimed_until = NULL, trouble = $4, trouble_code = $5, trouble_text = $6,
			receipt = $7, sent_at = $8 WHERE id = $1 AND state IN ('queued', 'failed')`,
			d.ID, string(d.State), d.NextAt, string(d.Trouble), d.Code, d.Reason, d.Receipt, d.SentAt); err != nil {
			return err
		}
	}
	return nil
}

// Deliveries implements biz.Repository.
func (Repo) Deliveries(ctx context.Context, q biz.DeliveryQuery) ([]biz.Delivery, error) {
	return query(ctx, "list deliveries", `SELECT `+columns+` FROM notify_deliveries d WHERE ($1::text = '' OR d.state = $1::text) AND ($2::uuid = $3::uuid OR d.recipient = $2::uuid)
		ORDER BY d.created_at DESC, d.id DESC LIMIT $4`, func(r *sql.Rows) (biz.Delivery, error) { return scan(r) }, string(q.State), q.Recipient, uuid.Nil, q.Limit)
}

// Contact implements biz.Repository. A member who left, or a customer without a
// phone, has none.
func (r Repo) Contact(ctx context.Context, to biz.Audience, id uuid.UUID) (c biz.Recipient, err error) {
	switch to {
	case biz.ToPerson:
		err = one(ctx, "read member", `SELECT name, email FROM hq.v_members WHERE person_id = $1 AND status = 'active' LIMIT 1`, []any{id}, &c.Name, &c.Email)
	case biz.ToCustomer:
		var sealed []byte
		if err = one(ctx, "read contact", `SELECT contact_name, contact_phone_enc FROM customers WHERE id = $1`, []any{id}, &c.Name, &sealed); err == nil {
			c.Phone, err = r.cipher.Open(ctx, "customers", "contact_phone_enc", id, sealed)
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Recipient{}, nil
	}
	return c, err
}

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

// warningsSQL gives whom a warning concerns: the customer's salesperson, the
// reviewers, and who it was assigned to.
const warningsSQL = `SELECT DISTINCT w.id, w.kind, w.severity || ' ' || c.name, v.person_id FROM warnings w JOIN customers c ON c.id = w.customer_id
	JOIN hq.v_members v ON v.status = 'active' AND (v.person_id = c.salesperson_id OR v.person_id = w.assigned_to OR v.roles ? 'credit_reviewer')
	WHERE w.id = ANY($1::uuid[]) AND w.status <> 'closed' ORDER BY w.id, v.person_id`

// Warnings implements biz.Repository.
func (Repo) Warnings(ctx context.Context, ids []uuid.UUID) ([]biz.Item, error) {
	return items(ctx, "read whom warnings concern", warningsSQL, ids, func(id uuid.UUID, kind, rest string) biz.Item {
		severity, customer, _ := strings.Cut(rest, " ")
		return biz.Item{Subject: id, Parts: map[string]string{"kind": kind, "severity": severity, "customer": customer}, Line: biz.WarningLine(kind, severity, customer),
			Link: todo.Link{Route: "warnings", Query: map[string]string{"id": id.String()}}}
	})
}

// items reads one row for each reader of a subject, in the order of the subjects.
func items(ctx context.Context, what, text string, ids []uuid.UUID, item func(id uuid.UUID, kind, rest string) biz.Item) ([]biz.Item, error) {
	type row struct {
		id, reader uuid.UUID
		kind, text string
	}
	rows, err := query(ctx, what, text, func(r *sql.Rows) (x row, err error) { return x, r.Scan(&x.id, &x.kind, &x.text, &x.reader) }, texts(ids))
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
