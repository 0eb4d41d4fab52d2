package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/customer"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Each part gives at, id, kind, actor, ref, amount and parts; $1 is the customer,
// $2 the present instant, $6 the tenant's time zone. Ids are derived where one row gives two events, so that
// the order has no ties. What is done by persons is named in the audit; where a
// part has its own events for the same thing, the audit's is left out. The largest
// amount is approval.Unbounded, which is none to be shown.
var eventParts = map[biz.EventSource]string{
	biz.EventsAudit: `SELECT a.at, md5('audit' || a.id)::uuid AS id, a.action AS kind, a.actor_name AS actor, a.object_id AS ref, NULL::bigint AS amount,
		CASE WHEN a.action = 'customer.revealed' THEN jsonb_build_object('field', coalesce(a.after->>'field', '')) ELSE '{}'::jsonb END AS parts
		FROM audit_log a WHERE a.object_type = 'customer' AND a.object_id = $1::uuid::text`,
	biz.EventsApprovals: `SELECT p.submitted_at, md5('submitted' || p.id)::uuid, 'approval.submitted', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = p.submitted_by LIMIT 1), ''),
		p.id::text, nullif(nullif(p.amount, 0), 9223372036854775807), jsonb_build_object('kind', p.kind, 'title', p.title) FROM approvals p WHERE p.customer_id = $1
		UNION ALL SELECT p.decided_at, md5('decided' || p.id)::uuid, 'approval.' || p.status, coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = p.decided_by LIMIT 1), ''),
		p.id::text, nullif(nullif(p.amount, 0), 9223372036854775807), jsonb_build_object('kind', p.kind, 'title', p.title, 'comment', p.comment) FROM approvals p WHERE p.customer_id = $1 AND p.decided_at IS NOT NULL`,
	biz.EventsRatings: `SELECT r.effective_at, md5('rated' || r.id)::uuid, 'rating.effective', '', r.id::text, r.max_credit_amount,
		jsonb_build_object('grade', r.grade, 'score', r.total_score::text) FROM credit_ratings r WHERE r.customer_id = $1 AND r.effective_at IS NOT NULL
		UNION ALL SELECT r.lapsed_at, md5('lapsed' || r.id)::uuid, 'rating.lapsed', '', r.id::text, NULL, jsonb_build_object('grade', r.grade)
		FROM credit_ratings r WHERE r.customer_id = $1 AND r.lapsed_at IS NOT NULL`,
	biz.EventsLimits: `SELECT l.effective_at, md5('limit' || l.id)::uuid, 'limit.effective', '', l.id::text, l.amount,
		jsonb_build_object('class', l.class, 'limit_kind', l.kind, 'reason', l.reason) FROM credit_limits l WHERE l.customer_id = $1 AND l.effective_at IS NOT NULL
		UNION ALL SELECT l.lapsed_at, md5('limit lapsed' || l.id)::uuid, 'limit.lapsed', '', l.id::text, l.amount, jsonb_build_object('class', l.class, 'limit_kind', l.kind)
		FROM credit_limits l WHERE l.customer_id = $1 AND l.lapsed_at IS NOT NULL
		UNION ALL SELECT g.effective_at, md5('collateral' || g.id)::uuid, 'collateral.active', '', g.id::text, g.cover_amount,
		jsonb_build_object('collateral', g.kind, 'name', g.provider_name) FROM collateral g WHERE g.customer_id = $1 AND g.effective_at IS NOT NULL
		UNION ALL SELECT g.released_at, md5('collateral released' || g.id)::uuid, 'collateral.released', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = g.released_by LIMIT 1), ''),
		g.id::text, g.cover_amount, jsonb_build_object('collateral', g.kind, 'name', g.provider_name, 'comment', g.release_reason)
		FROM collateral g WHERE g.customer_id = $1 AND g.released_at IS NOT NULL
		UNION ALL SELECT ((g.ends_on + 1)::timestamp AT TIME ZONE $6::text), md5('collateral ended' || g.id)::uuid, 'collateral.ended', '', g.id::text, g.cover_amount,
		jsonb_build_object('collateral', g.kind, 'name', g.provider_name)
		FROM collateral g WHERE g.customer_id = $1 AND g.status = 'active' AND ((g.ends_on + 1)::timestamp AT TIME ZONE $6::text) <= $2::timestamptz`,
	biz.EventsDocuments: `SELECT d.created_at, d.id, 'document.uploaded', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = d.created_by LIMIT 1), ''),
		d.id::text, NULL, jsonb_build_object('paper', d.kind, 'revision', d.revision::text) FROM documents d WHERE d.customer_id = $1`,
	biz.EventsProjects: `SELECT j.created_at, j.id, 'project.created', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = j.created_by LIMIT 1), ''),
		j.id::text, NULL, jsonb_build_object('name', j.name, 'number', j.number) FROM projects j WHERE j.customer_id = $1`,
	biz.EventsReceipts: `SELECT (r.received_on::timestamp AT TIME ZONE $6::text), r.id, 'receipt.received', '', r.id::text, r.amount, jsonb_build_object('document_no', r.document_no)
		FROM receipts r WHERE r.customer_id = $1`,
	// The day after the due date, while something is still open.
	biz.EventsReceivable: `SELECT ((v.due_date + 1)::timestamp AT TIME ZONE $6::text), v.id, 'receivable.overdue', '', v.id::text, v.open_amount, jsonb_build_object('document_no', v.document_no)
		FROM receivables v WHERE v.customer_id = $1 AND v.open_amount > 0 AND ((v.due_date + 1)::timestamp AT TIME ZONE $6::text) <= $2::timestamptz`,
	biz.EventsAgreements: `SELECT g.created_at, g.id, 'agreement.stage', '', g.agreement_id::text, nullif(g.overdue_amount, 0),
		jsonb_build_object('stage', g.to_stage, 'days', g.overdue_days::text) FROM agreement_events g WHERE g.customer_id = $1
		UNION ALL SELECT l.created_at, l.id, 'letter.issued', '', l.id::text, l.amount, jsonb_build_object('name', l.subject, 'number', l.year || '-' || lpad(l.serial::text, 4, '0'))
		FROM letters l WHERE l.customer_id = $1
		UNION ALL SELECT e.created_at, e.id, 'supply_stop.' || e.state, e.actor_name, e.stop_id::text, NULL, jsonb_build_object('comment', e.note)
		FROM supply_stop_events e JOIN supply_stops s ON s.id = e.stop_id WHERE s.customer_id = $1`,
	biz.EventsAccount: `SELECT a.at, md5('account' || a.id)::uuid, a.action, a.actor_name, a.object_id, NULL, jsonb_build_object('comment', coalesce(a.after->>'reason', ''))
		FROM audit_log a WHERE a.object_type = 'credit_account' AND a.object_id = $1::uuid::text AND a.action IN ('account.frozen', 'account.unfrozen')`,
	biz.EventsFollowUps: `SELECT f.created_at, f.id, 'follow_up.opened', '', f.id::text, f.amount, jsonb_build_object('trigger', f.trigger) FROM follow_ups f WHERE f.customer_id = $1`,
	biz.EventsWarnings: `SELECT w.first_seen_at, w.id, 'warning.raised', '', w.id::text, NULL, jsonb_build_object('warning', w.kind, 'severity', w.severity)
		FROM warnings w WHERE w.customer_id = $1`,
}

const eventsTail = `) e WHERE e.at <= $2::timestamptz AND $6::text <> '' AND ($3::timestamptz IS NULL OR (e.at, e.id) < ($3, $4::uuid)) ORDER BY e.at DESC, e.id DESC LIMIT $5`

// Events implements biz.Repository, in one statement.
func (Repo) Events(ctx context.Context, q biz.EventQuery) ([]biz.Event, *paging.Key, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, nil, scope.ErrNoScope
	}
	// The first part names the columns.
	parts := []string{eventParts[biz.EventsAudit]}
	for _, s := range q.Sources {
		if s != biz.EventsAudit {
			parts = append(parts, eventParts[s])
		}
	}
	var at *time.Time
	var id uuid.NullUUID
	if q.After != nil {
		at, id = &q.After.At, nullable(&q.After.ID)
	}
	rows, err := c.QueryContext(ctx, `SELECT e.at, e.id, e.kind, e.actor, e.ref, e.amount, e.parts FROM (`+strings.Join(parts, "\n UNION ALL ")+eventsTail,
		q.CustomerID, q.Now, at, id, q.Limit+1, t.Zone.String())
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, "read timeline")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Event
	for rows.Next() {
		if len(out) == q.Limit {
			last := out[q.Limit-1]
			return out, &paging.Key{At: last.At, ID: last.ID}, nil
		}
		e, err := scanEvent(rows)
		if err != nil {
			return nil, nil, postgres.Map(ctx, err, "read timeline")
		}
		out = append(out, e)
	}
	return out, nil, postgres.Map(ctx, rows.Err(), "read timeline")
}

func scanEvent(rows *sql.Rows) (e biz.Event, err error) {
	var amount sql.NullInt64
	var parts []byte
	if err := rows.Scan(&e.At, &e.ID, &e.Kind, &e.Actor, &e.Ref, &amount, &parts); err != nil {
		return e, err
	}
	if amount.Valid {
		a := money.Amount(amount.Int64)
		e.Amount = &a
	}
	return e, json.Unmarshal(parts, &e.Parts)
}
