package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindHold         biz.Kind = "order.held"
	KindQuotaAnswer  biz.Kind = "quota.answer"
	KindQuotaRefused biz.Kind = "quota.refused"
	KindERPContract  biz.Kind = "contract.link"
)

const (
	// Orders that wait with nobody asked to release them: the release itself, once asked
	// for, waits in the inbox.
	holdSQL = `SELECT h.id, h.held_at AS created_at, NULL::date AS due_on, h.amount, h.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('order', h.order_no, 'project', coalesce(p.name, '')) AS parts
		FROM order_holds h JOIN customers c ON c.id = h.customer_id LEFT JOIN projects p ON p.id = h.project_id
		WHERE h.status = 'held' AND ` + sells + `
		AND NOT EXISTS (SELECT FROM order_releases r WHERE r.hold_id = h.id AND r.status = 'submitted')`

	// Another subsidiary asks for quota of this one; who asked cannot answer himself.
	quotaAnswerSQL = `SELECT q.id, q.asked_at AS created_at, NULL::date AS due_on, q.amount, NULL::uuid AS customer_id, NULL::text AS customer_number, NULL::text AS customer_name,
		jsonb_build_object('cap', q.cap_name, 'by', q.other_name, 'reason', q.reason) AS parts
		FROM hq.v_quota_moves q WHERE q.status = 'asked' AND q.lends AND q.asked_by <> $1`

	// What I asked for and was refused. It is handled by asking anew, and is let go after
	// thirty days.
	quotaRefusedSQL = `SELECT q.id, q.decided_at AS created_at, NULL::date AS due_on, q.amount, NULL::uuid AS customer_id, NULL::text AS customer_number, NULL::text AS customer_name,
		jsonb_build_object('cap', q.cap_name, 'by', q.other_name, 'reason', q.decision_reason) AS parts
		FROM hq.v_quota_moves q WHERE q.status = 'refused' AND NOT q.lends AND q.asked_by = $1 AND q.decided_at > $3::date - 30
		AND NOT EXISTS (SELECT FROM hq.v_quota_moves n WHERE n.cap_id = q.cap_id AND NOT n.lends AND n.asked_at > q.asked_at)`

	// Contracts that a feed brought and no contract here has the number of.
	erpContractSQL = `SELECT e.id, e.created_at, NULL::date AS due_on, nullif(e.amount, 0) AS amount, e.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('contract', e.contract_no, 'project', e.project_name) AS parts
		FROM erp_contracts e JOIN customers c ON c.id = e.customer_id
		WHERE c.status = 'active' AND ` + responsible + ` AND NOT EXISTS (SELECT FROM contracts t WHERE t.erp_contract_no = e.contract_no)`
)

// Orders are held orders, the quota they may lack, and contracts that no order can be
// told apart by yet.
func Orders() []biz.Source {
	quotas := func(biz.Item) biz.Link { return biz.Link{Route: "group-quotas"} }
	return []biz.Source{
		Source{Of: biz.About{Kind: KindHold, Class: biz.ClassWarning, Permission: access.CreditCheck}, SQL: holdSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "order-holds", Query: map[string]string{"q": i.Parts["order"]}}
			}},
		Source{Of: biz.About{Kind: KindQuotaAnswer, Class: biz.ClassApproval, Permission: access.CreditRelease}, SQL: quotaAnswerSQL, Link: quotas},
		Source{Of: biz.About{Kind: KindQuotaRefused, Class: biz.ClassApproval, Permission: access.LimitApply}, SQL: quotaRefusedSQL, Link: quotas, Personal: true},
		Source{Of: biz.About{Kind: KindERPContract, Class: biz.ClassUpdate, Permission: access.ContractWrite}, SQL: erpContractSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "contracts", Query: map[string]string{"view": "erp", "q": i.Parts["contract"]}}
			}},
	}
}
