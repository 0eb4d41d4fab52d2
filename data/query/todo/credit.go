package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindDecide     biz.Kind = "approval.decide"
	KindRejected   biz.Kind = "approval.rejected"
	KindIncomplete biz.Kind = "customer.incomplete"
	KindUnrated    biz.Kind = "customer.unrated"
)

const (
	// What others submitted and nobody has decided yet.
	decideSQL = `SELECT a.id, a.submitted_at AS created_at, NULL::date AS due_on, nullif(a.amount, 0) AS amount, a.customer_id,
		c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('kind', a.kind, 'title', a.title, 'by', coalesce(m.name, '')) AS parts
		FROM approvals a LEFT JOIN customers c ON c.id = a.customer_id LEFT JOIN hq.v_members m ON m.person_id = a.submitted_by
		WHERE a.status = 'pending' AND a.submitted_by <> $1`

	// What I submitted and got back. It is handled when something newer of the same
	// kind was submitted for the same customer, and is let go after thirty days.
	rejectedSQL = `SELECT a.id, a.decided_at AS created_at, NULL::date AS due_on, nullif(a.amount, 0) AS amount, a.customer_id,
		c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('kind', a.kind, 'title', a.title, 'by', coalesce(m.name, ''), 'comment', a.comment) AS parts
		FROM approvals a LEFT JOIN customers c ON c.id = a.customer_id LEFT JOIN hq.v_members m ON m.person_id = a.decided_by
		WHERE a.status = 'rejected' AND a.submitted_by = $1 AND a.decided_at > $3::date - 30
		AND NOT EXISTS (SELECT FROM approvals n WHERE n.kind = a.kind AND n.customer_id IS NOT DISTINCT FROM a.customer_id AND n.submitted_at > a.submitted_at)`

	// responsible: whose task a customer is. Without a salesperson it is that of
	// everybody who may see all customers.
	responsible = `(c.salesperson_id = $1 OR (c.salesperson_id IS NULL AND $2::uuid IS NULL))`

	// Imported without a code: such a customer is neither rated nor matched.
	incompleteSQL = `SELECT c.id, c.created_at, NULL::date AS due_on, NULL::bigint AS amount, c.id AS customer_id, c.number AS customer_number,
		c.name AS customer_name, '{"missing": "uscc"}'::jsonb AS parts
		FROM customers c WHERE c.status = 'active' AND c.uscc IS NULL AND ` + responsible

	// Known, and never rated or not any more.
	unratedSQL = `SELECT c.id, c.created_at, NULL::date AS due_on, NULL::bigint AS amount, c.id AS customer_id, c.number AS customer_number,
		c.name AS customer_name, '{}'::jsonb AS parts
		FROM customers c JOIN credit_accounts a ON a.id = c.id
		WHERE c.status = 'active' AND c.uscc IS NOT NULL AND a.grade = '' AND ` + responsible + `
		AND NOT EXISTS (SELECT FROM approvals p WHERE p.customer_id = c.id AND p.kind = 'rating' AND p.status = 'pending')`
)

// Approvals are what waits for a decision, and what came back to its submitter.
func Approvals() []biz.Source {
	box := func(name string) func(biz.Item) biz.Link {
		return func(i biz.Item) biz.Link {
			return biz.Link{Route: "approvals", Params: map[string]string{"id": i.ID.String()}, Query: map[string]string{"box": name}}
		}
	}
	return []biz.Source{
		Source{Of: biz.About{Kind: KindDecide, Class: biz.ClassApproval, Permission: access.ApprovalDecide}, SQL: decideSQL, Link: box("todo")},
		Source{Of: biz.About{Kind: KindRejected, Class: biz.ClassApproval, Permission: access.ApprovalRead}, SQL: rejectedSQL, Link: box("mine"), Personal: true},
	}
}

// Customers are those that lack what the rest of the work needs.
func Customers() []biz.Source {
	customer := func(i biz.Item) map[string]string { return map[string]string{"id": i.Customer.ID.String()} }
	return []biz.Source{
		Source{Of: biz.About{Kind: KindIncomplete, Class: biz.ClassUpdate, Permission: access.CustomerWrite}, SQL: incompleteSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "customer", Params: customer(i), Query: map[string]string{"edit": "1"}}
			}},
		Source{Of: biz.About{Kind: KindUnrated, Class: biz.ClassUpdate, Permission: access.RatingWrite}, SQL: unratedSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "rate", Params: customer(i)}
			}},
	}
}
