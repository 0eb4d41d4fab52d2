package timeline

// Parts that more than one subject has; from names the rows and whose they are.

// The day after d in the tenant's zone, and the day itself.
func dayAfter(d string) string { return `((` + d + ` + 1)::timestamp AT TIME ZONE $6::text)` }
func dayOf(d string) string    { return `(` + d + `::timestamp AT TIME ZONE $6::text)` }

// ratings r, limits l, collateral g, documents d.
func ratings(where string) string {
	return `SELECT r.effective_at, md5('rated' || r.id)::uuid, 'rating.effective', '', r.id::text, r.max_credit_amount,
		jsonb_build_object('grade', r.grade, 'score', r.total_score::text) FROM credit_ratings r WHERE r.effective_at IS NOT NULL AND ` + where + `
		UNION ALL SELECT r.lapsed_at, md5('lapsed' || r.id)::uuid, 'rating.lapsed', '', r.id::text, NULL, jsonb_build_object('grade', r.grade)
		FROM credit_ratings r WHERE r.lapsed_at IS NOT NULL AND ` + where
}

func limits(where string) string {
	return `SELECT l.effective_at, md5('limit' || l.id)::uuid, 'limit.effective', '', l.id::text, l.amount,
		jsonb_build_object('class', l.class, 'limit_kind', l.kind, 'reason', l.reason) FROM credit_limits l WHERE l.effective_at IS NOT NULL AND ` + where + `
		UNION ALL SELECT l.lapsed_at, md5('limit lapsed' || l.id)::uuid, 'limit.lapsed', '', l.id::text, l.amount, jsonb_build_object('class', l.class, 'limit_kind', l.kind)
		FROM credit_limits l WHERE l.lapsed_at IS NOT NULL AND ` + where
}

func documents(where string) string {
	return `SELECT d.created_at, d.id, 'document.uploaded', ` + by("d.created_by") + `,
		d.id::text, NULL::bigint, jsonb_build_object('paper', d.kind, 'revision', d.revision::text) FROM documents d WHERE ` + where
}

// Stages g, letters l, supply stops s: each of a customer, and of one project of his.
func agreements(stages, letters, stops string) string {
	return `SELECT g.created_at, g.id, 'agreement.stage', '', g.agreement_id::text, nullif(g.overdue_amount, 0),
		jsonb_build_object('stage', g.to_stage, 'days', g.overdue_days::text) FROM agreement_events g WHERE ` + stages + `
		UNION ALL SELECT l.created_at, l.id, 'letter.issued', '', l.id::text, l.amount, jsonb_build_object('name', l.subject, 'number', l.year || '-' || lpad(l.serial::text, 4, '0'))
		FROM letters l WHERE ` + letters + `
		UNION ALL SELECT e.created_at, e.id, 'supply_stop.' || e.state, e.actor_name, e.stop_id::text, NULL, jsonb_build_object('comment', e.note)
		FROM supply_stop_events e JOIN supply_stops s ON s.id = e.stop_id WHERE ` + stops
}

// Holds h and their releases r. A refusal is told once for an order and a checkpoint: a
// source may ask again and again.
func orders(where string) string {
	codes := func(reasons string) string {
		return `coalesce((SELECT string_agg(x->>'code', ',') FROM jsonb_array_elements(` + reasons + `) x), '')`
	}
	return `SELECT h.held_at, md5('held' || h.id)::uuid, 'order.held', '', h.id::text, h.amount,
		jsonb_build_object('number', h.order_no, 'codes', ` + codes("h.reasons") + `, 'checkpoint', h.checkpoint) FROM order_holds h WHERE ` + where + `
		UNION ALL SELECT h.closed_at, md5('closed' || h.id)::uuid, 'order.' || h.status, '', h.id::text, h.amount, jsonb_build_object('number', h.order_no, 'comment', h.closing_note)
		FROM order_holds h WHERE h.closed_at IS NOT NULL AND h.status IN ('cleared', 'cancelled') AND ` + where + `
		UNION ALL SELECT r.agreed_at, r.id, 'order.released', ` + by("r.agreed_by") + `, r.hold_id::text, r.amount, jsonb_build_object('number', r.order_no, 'comment', r.reason)
		FROM order_holds h JOIN order_releases r ON r.customer_id = h.customer_id AND r.hold_id = h.id WHERE r.status = 'granted' AND r.agreed_at IS NOT NULL AND ` + where
}

var refusals = `SELECT k.created_at, k.id, 'order.refused', k.actor_name, k.id::text, k.amount,
	jsonb_build_object('number', k.order_no, 'codes', coalesce((SELECT string_agg(x->>'code', ',') FROM jsonb_array_elements(k.reasons) x), ''), 'checkpoint', k.checkpoint, 'times', k.times::text)
	FROM (SELECT DISTINCT ON (order_no, checkpoint) c.*, count(*) OVER (PARTITION BY order_no, checkpoint) AS times
	  FROM credit_checks c WHERE c.customer_id = $1 AND c.outcome = 'block' ORDER BY order_no, checkpoint, created_at, id) k`

// Contracts k of projects j.
func contracts(where string) string {
	return `SELECT k.created_at, k.id, 'contract.linked', ` + by("k.created_by") + `, k.id::text, NULL::bigint, jsonb_build_object('number', k.erp_contract_no, 'name', j.name)
		FROM projects j JOIN contracts k ON k.project_id = j.id WHERE ` + where + `
		UNION ALL SELECT a.at, md5('audit' || a.id)::uuid, a.action, a.actor_name, k.id::text, NULL, jsonb_build_object('number', k.erp_contract_no, 'name', j.name, 'comment', coalesce(a.after->>'reason', ''))
		FROM projects j JOIN contracts k ON k.project_id = j.id JOIN audit_log a ON a.object_type = 'contract' AND a.object_id = k.id::text
		WHERE a.action IN ('contract.terms_changed', 'contract.late_fee_set', 'contract.node_reported', 'contract.node_revoked') AND ` + where
}

// Of a company by its code: c is the row that has it.
func registry(from string) string {
	facts := `jsonb_build_object('finding', f.kind, 'name', f.title, 'severity', f.severity)`
	return `SELECT f.first_seen_at, md5('seen' || f.id)::uuid, 'finding.seen', '', f.id::text, nullif(f.amount, 0), ` + facts + `
		FROM ` + from + ` c JOIN hq.v_registry_findings f ON f.uscc = c.uscc WHERE c.id = $1
		UNION ALL SELECT f.ended_at, md5('gone' || f.id)::uuid, 'finding.ended', '', f.id::text, nullif(f.amount, 0), ` + facts + `
		FROM ` + from + ` c JOIN hq.v_registry_findings f ON f.uscc = c.uscc WHERE c.id = $1 AND f.ended_at IS NOT NULL`
}

// What the subsidiary may know: the group's listings, and its own claims and exemptions.
func negative(from string) string {
	return `SELECT n.at, n.id, n.kind, '', n.ref::text, n.amount, jsonb_build_object('reason_code', n.reason_code, 'severity', n.severity, 'comment', n.comment)
		FROM ` + from + ` c JOIN hq.v_negative_course n ON n.uscc = c.uscc WHERE c.id = $1`
}

func statements(from string) string {
	return `SELECT a.at, md5('audit' || a.id)::uuid, a.action, a.actor_name, s.id::text, s.amount, jsonb_build_object('number', s.number)
		FROM ` + from + ` JOIN audit_log a ON a.object_type = 'statement' AND a.object_id = s.id::text
		WHERE a.action IN ('statement.made', 'statement.submitted', 'statement.refused', 'statement.reconciled', 'statement.cancelled', 'statement.hindered')`
}

func receipts(from string) string {
	return `SELECT ` + dayOf("r.received_on") + `, r.id, 'receipt.received', '', r.id::text, r.amount, jsonb_build_object('document_no', r.document_no) FROM ` + from
}

// overdue is of receivables v: the day after the due date, with the amount of the
// document, which no payment changes. What is open can be seen to be late; what is paid
// is known to have been by an application after its day, or a letter written for it.
func overdue(from string) string {
	return `SELECT ` + dayAfter("v.due_date") + `, v.id, 'receivable.overdue', '', v.id::text, v.amount, jsonb_build_object('document_no', v.document_no)
		FROM ` + from + ` AND ` + dayAfter("v.due_date") + ` <= $2::timestamptz AND (v.open_amount > 0 OR v.amount > 0 AND
		(EXISTS (SELECT FROM payment_applications x WHERE x.receivable_id = v.id AND x.applied_on > v.due_date)
		 OR EXISTS (SELECT FROM dunning_marks m WHERE m.receivable_id = v.id AND m.due_date = v.due_date AND m.level > 0)))`
}
