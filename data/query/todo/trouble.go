package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindDispute  biz.Kind = "dispute.resolve"
	KindERPLimit biz.Kind = "erp.limit_failed"
)

const (
	// Items the customer objects to, until somebody says what came of it.
	disputeSQL = `SELECT d.id, d.created_at, NULL::date AS due_on, r.open_amount AS amount, d.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('number', r.document_no, 'cause', d.cause, 'receivable_id', r.id::text) AS parts
		FROM disputes d JOIN receivables r ON r.id = d.receivable_id JOIN customers c ON c.id = d.customer_id WHERE d.status = 'open' AND ` + responsible

	// Limits that an ERP does not have, an entry for each ERP: what is wrong is wrong there.
	erpLimitSQL = `SELECT k.id, x.since AS created_at, NULL::date AS due_on, NULL::bigint AS amount, NULL::uuid AS customer_id, NULL::text AS customer_number, NULL::text AS customer_name,
		jsonb_build_object('connection', k.name, 'limits', x.n::text) AS parts
		FROM erp_connections k JOIN (SELECT connection_id, min(wanted_at) AS since, count(*) AS n FROM limit_pushes WHERE status = 'failed' GROUP BY 1) x ON x.connection_id = k.id
		WHERE k.enabled AND k.push_limits`
)

// Troubles are what somebody else objects to: customers to an item, an ERP to a limit.
func Troubles() []biz.Source {
	return []biz.Source{
		Source{Of: biz.About{Kind: KindDispute, Class: biz.ClassWarning, Permission: access.FollowUpWrite}, SQL: disputeSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "receivable", Params: map[string]string{"id": i.Parts["receivable_id"]}}
			}},
		Source{Of: biz.About{Kind: KindERPLimit, Class: biz.ClassWarning, Permission: access.ERPManage}, SQL: erpLimitSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "erp", Query: map[string]string{"limits": i.ID.String()}}
			}},
	}
}
