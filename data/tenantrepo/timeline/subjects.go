package timeline

import biz "zhuxin/biz/timeline"

var ofCustomer = map[biz.Source]string{
	biz.Audit: `SELECT a.at, md5('audit' || a.id)::uuid, a.action, a.actor_name, coalesce(a.after->>'project_id', a.object_id), NULL::bigint,
		jsonb_build_object('field', coalesce(a.after->>'field', ''), 'name', coalesce(a.after->>'project', ''), 'other', coalesce(a.after->>'other_customer', ''),
		  'comment', CASE WHEN a.action IN ('customer.deactivated', 'customer.reactivated') THEN coalesce(a.after->>'reason', '') ELSE '' END)
		FROM audit_log a WHERE a.object_type = 'customer' AND a.object_id = $1::uuid::text`,
	biz.Approvals: `SELECT p.submitted_at, md5('submitted' || p.id)::uuid, 'approval.submitted', ` + by("p.submitted_by") + `,
		p.id::text, nullif(nullif(p.amount, 0), 9223372036854775807), jsonb_build_object('kind', p.kind, 'title', p.title) FROM approvals p WHERE p.customer_id = $1
		UNION ALL SELECT p.decided_at, md5('decided' || p.id)::uuid, 'approval.' || p.status, ` + by("p.decided_by") + `,
		p.id::text, nullif(nullif(p.amount, 0), 9223372036854775807), jsonb_build_object('kind', p.kind, 'title', p.title, 'comment', p.comment) FROM approvals p WHERE p.customer_id = $1 AND p.decided_at IS NOT NULL`,
	biz.Ratings: ratings(`r.customer_id = $1`),
	biz.Limits: limits(`l.customer_id = $1`) + `
		UNION ALL SELECT g.effective_at, md5('collateral' || g.id)::uuid, 'collateral.active', '', g.id::text, g.cover_amount,
		jsonb_build_object('collateral', g.kind, 'name', g.provider_name) FROM collateral g WHERE g.customer_id = $1 AND g.effective_at IS NOT NULL
		UNION ALL SELECT g.released_at, md5('collateral released' || g.id)::uuid, 'collateral.released', ` + by("g.released_by") + `,
		g.id::text, g.cover_amount, jsonb_build_object('collateral', g.kind, 'name', g.provider_name, 'comment', g.release_reason)
		FROM collateral g WHERE g.customer_id = $1 AND g.released_at IS NOT NULL
		UNION ALL SELECT ` + dayAfter("g.ends_on") + `, md5('collateral ended' || g.id)::uuid, 'collateral.ended', '', g.id::text, g.cover_amount,
		jsonb_build_object('collateral', g.kind, 'name', g.provider_name)
		FROM collateral g WHERE g.customer_id = $1 AND g.status = 'active' AND ` + dayAfter("g.ends_on") + ` <= $2::timestamptz`,
	biz.Shared: `SELECT s.effective_at, md5('shared' || s.id)::uuid, 'shared_limit.effective', ` + by("s.created_by") + `, s.id::text, s.amount, jsonb_build_object('name', s.name, 'comment', s.reason)
		FROM shared_limits s WHERE s.members @> jsonb_build_array($1::uuid::text) AND s.effective_at IS NOT NULL
		UNION ALL SELECT s.ended_at, md5('shared ended' || s.id)::uuid, 'shared_limit.ended', '', s.id::text, s.amount, jsonb_build_object('name', s.name)
		FROM shared_limits s WHERE s.members @> jsonb_build_array($1::uuid::text) AND s.ended_at IS NOT NULL`,
	biz.Orders:     orders(`h.customer_id = $1`) + "\n UNION ALL " + refusals,
	biz.Agreements: agreements(`g.customer_id = $1`, `l.customer_id = $1`, `s.customer_id = $1`),
	biz.Account: `SELECT a.at, md5('account' || a.id)::uuid, a.action, a.actor_name, a.object_id, NULL::bigint, jsonb_build_object('comment', coalesce(a.after->>'reason', ''))
		FROM audit_log a WHERE a.object_type = 'credit_account' AND a.object_id = $1::uuid::text AND a.action IN ('account.frozen', 'account.unfrozen')`,
	biz.Documents: documents(`d.customer_id = $1`),
	biz.Projects: `SELECT j.created_at, j.id, 'project.created', ` + by("j.created_by") + `, j.id::text, NULL::bigint, jsonb_build_object('name', j.name, 'number', j.number)
		FROM projects j WHERE j.customer_id = $1`,
	biz.Contracts: contracts(`j.customer_id = $1`),
	biz.Relations: relations,
	biz.Registry:  registry(`customers`),
	biz.Negative:  negative(`customers`),

	biz.Statements: statements(`(SELECT * FROM statements WHERE customer_id = $1) s`),
	biz.Receipts:   receipts(`receipts r WHERE r.customer_id = $1`),
	biz.Payments:   payments,
	// Each item that was late, and when the customer came to be and ceased to be, as the
	// snapshot of each business date has it.
	biz.Receivables: overdue(`receivables v WHERE v.id IN (SELECT o.id FROM receivables o WHERE o.customer_id = $1 AND o.open_amount <> 0
		  UNION SELECT x.receivable_id FROM payment_applications x WHERE x.customer_id = $1
		  UNION SELECT m.receivable_id FROM dunning_letters w JOIN dunning_marks m ON m.letter_id = w.id WHERE w.customer_id = $1)`) + `
		UNION ALL SELECT ` + dayOf("x.business_date") + `, md5('overdue' || x.id)::uuid, CASE WHEN x.overdue_amount > 0 THEN 'overdue.began' ELSE 'overdue.cleared' END, '', '',
		greatest(x.overdue_amount, x.was), '{}'::jsonb
		FROM (SELECT s.id, s.business_date, s.overdue_amount, lag(s.overdue_amount, 1, 0::bigint) OVER (ORDER BY s.business_date) AS was FROM daily_snapshots s WHERE s.customer_id = $1) x
		WHERE (x.overdue_amount > 0) <> (x.was > 0)`,
	biz.Dunning: `SELECT w.created_at, w.id, 'dunning.written', '', w.id::text, nullif(w.overdue + w.upcoming, 0), jsonb_build_object('level', w.level::text) FROM dunning_letters w WHERE w.customer_id = $1
		UNION ALL SELECT a.at, md5('audit' || a.id)::uuid, a.action, a.actor_name, w.id::text, nullif(w.overdue + w.upcoming, 0), jsonb_build_object('level', w.level::text)
		FROM dunning_letters w JOIN audit_log a ON a.object_type = 'dunning_letter' AND a.object_id = w.id::text AND a.action = 'dunning_letter.sent' WHERE w.customer_id = $1
		UNION ALL SELECT p.created_at, md5('paused' || p.id)::uuid, 'dunning.paused', ` + by("p.created_by") + `, p.id::text, NULL, jsonb_build_object('comment', p.reason) FROM dunning_pauses p WHERE p.customer_id = $1
		UNION ALL SELECT p.ended_at, md5('resumed' || p.id)::uuid, 'dunning.resumed', ` + by("p.ended_by") + `, p.id::text, NULL, '{}'::jsonb FROM dunning_pauses p WHERE p.customer_id = $1 AND p.ended_at IS NOT NULL`,
	biz.FollowUps: `SELECT f.created_at, f.id, 'follow_up.opened', '', f.id::text, f.amount, jsonb_build_object('trigger', f.trigger) FROM follow_ups f WHERE f.customer_id = $1
		UNION ALL SELECT f.submitted_at, md5('answered' || f.id)::uuid, 'follow_up.answered', ` + by("f.submitted_by") + `, f.id::text, nullif(f.promised_amount, 0), jsonb_build_object('comment', f.reason)
		FROM follow_ups f WHERE f.customer_id = $1 AND f.submitted_at IS NOT NULL
		UNION ALL SELECT ` + dayOf("f.closed_on") + `, md5('closed' || f.id)::uuid, 'follow_up.closed', '', f.id::text, NULL, '{}'::jsonb FROM follow_ups f WHERE f.customer_id = $1 AND f.closed_on IS NOT NULL`,
	biz.Warnings: `SELECT w.first_seen_at, w.id, 'warning.raised', '', w.id::text, NULL::bigint, jsonb_build_object('warning', w.kind, 'severity', w.severity) FROM warnings w WHERE w.customer_id = $1
		UNION ALL SELECT w.closed_at, md5('closed' || w.id)::uuid, 'warning.closed', ` + by("w.closed_by") + `, w.id::text, NULL, jsonb_build_object('warning', w.kind, 'comment', w.note)
		FROM warnings w WHERE w.customer_id = $1 AND w.closed_at IS NOT NULL`,
}

const other = ` FROM customers c JOIN parties p ON p.uscc = c.uscc JOIN party_relations r ON r.from_id = p.id OR r.to_id = p.id
	JOIN parties o ON o.id = CASE WHEN r.from_id = p.id THEN r.to_id ELSE r.from_id END WHERE c.id = $1`

var relations = `SELECT r.created_at, md5('related' || r.id)::uuid, 'relation.added', ` + by("r.created_by") + `, r.id::text, NULL::bigint,
	jsonb_build_object('relation', r.kind, 'name', o.name)` + other + `
	UNION ALL SELECT ` + dayAfter("r.valid_through") + `, md5('unrelated' || r.id)::uuid, 'relation.ended', '', r.id::text, NULL, jsonb_build_object('relation', r.kind, 'name', o.name)` + other + `
	AND r.valid_through IS NOT NULL`

// One act may apply to many items. A dispute's words are in the item's own life.
var payments = `SELECT min(x.created_at), md5('applied' || x.batch_id || x.kind || (x.amount < 0))::uuid,
	CASE WHEN x.amount < 0 THEN 'payment.reversed' WHEN x.kind = 'receipt' THEN 'payment.applied' WHEN x.kind = 'credit' THEN 'payment.set_off' ELSE 'payment.written_off' END,
	` + by("x.created_by") + `, min(x.receivable_id::text), abs(sum(x.amount))::bigint, jsonb_build_object('items', count(DISTINCT x.receivable_id)::text, 'comment', max(x.reason))
	FROM payment_applications x WHERE x.customer_id = $1 GROUP BY x.batch_id, x.kind, x.amount < 0, x.created_by
	UNION ALL SELECT d.created_at, md5('disputed' || d.id)::uuid, 'dispute.opened', ` + by("d.created_by") + `, d.receivable_id::text, NULL, jsonb_build_object('cause', d.cause, 'comment', d.detail) FROM disputes d WHERE d.customer_id = $1
	UNION ALL SELECT d.resolved_at, md5('resolved' || d.id)::uuid, 'dispute.resolved', ` + by("d.resolved_by") + `, d.receivable_id::text, NULL, jsonb_build_object('cause', d.cause, 'comment', d.outcome)
	FROM disputes d WHERE d.customer_id = $1 AND d.resolved_at IS NOT NULL`

// What a project has is found by its customer, under whom the indexes keep it.
var ofProject = map[biz.Source]string{
	biz.Audit: `SELECT a.at, md5('audit' || a.id)::uuid, CASE WHEN a.before->>'customer_id' <> a.after->>'customer_id' THEN 'project.moved' ELSE a.action END, a.actor_name, a.object_id, NULL::bigint, '{}'::jsonb
		FROM audit_log a WHERE a.object_type = 'project' AND a.object_id = $1::uuid::text AND a.action <> 'contract.linked'`,
	biz.Limits:    limits(`(l.customer_id, l.project_id) = (SELECT j.customer_id, j.id FROM projects j WHERE j.id = $1)`),
	biz.Orders:    orders(`(h.customer_id, h.project_id) = (SELECT j.customer_id, j.id FROM projects j WHERE j.id = $1)`),
	biz.Documents: documents(`(d.customer_id, d.project_id) = (SELECT j.customer_id, j.id FROM projects j WHERE j.id = $1)`),
	biz.Contracts: contracts(`j.id = $1`),
	biz.Agreements: agreements(`g.agreement_id IN (SELECT a.id FROM credit_agreements a JOIN projects j ON j.customer_id = a.customer_id WHERE j.id = $1 AND a.project_id = j.id)`,
		`(l.customer_id, l.project_id) = (SELECT j.customer_id, j.id FROM projects j WHERE j.id = $1)`,
		`(s.customer_id, s.project_id) = (SELECT j.customer_id, j.id FROM projects j WHERE j.id = $1)`),
	biz.Statements: statements(`contracts k JOIN statements s ON k.project_id = $1 AND s.contract_no = k.erp_contract_no`),
	biz.Receipts: receipts(`projects j JOIN contracts k ON k.project_id = j.id JOIN receipts r ON r.customer_id = j.customer_id AND r.contract_no = k.erp_contract_no
		WHERE j.id = $1`),
	biz.Receivables: overdue(`contracts k JOIN receivables v ON v.contract_no = k.erp_contract_no AND v.contract_no <> '' WHERE k.project_id = $1`),
}

var ofOwner = map[biz.Source]string{
	biz.Audit: `SELECT a.at, md5('audit' || a.id)::uuid, a.action, a.actor_name, a.object_id, NULL::bigint, jsonb_build_object('field', coalesce(a.after->>'field', ''))
		FROM audit_log a WHERE a.object_type = 'owner' AND a.object_id = $1::uuid::text`,
	biz.Projects: `SELECT j.created_at, j.id, 'project.created', ` + by("j.created_by") + `, j.id::text, NULL::bigint, jsonb_build_object('name', j.name, 'number', j.number)
		FROM projects j WHERE j.owner_id = $1`,
	biz.Registry: registry(`owners`),
	biz.Negative: negative(`owners`),
}
