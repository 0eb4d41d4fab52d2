package todo

import (
	"strconv"

	"zhuxin/biz/rating"
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindDecide     biz.Kind = "approval.decide"
	KindRejected   biz.Kind = "approval.rejected"
	KindReturned   biz.Kind = "approval.returned"
	KindIncomplete biz.Kind = "customer.incomplete"
	KindUnrated    biz.Kind = "customer.unrated"
	KindPaper      biz.Kind = "paper.expiring"
	KindRatingDue  biz.Kind = "rating.due"
	KindCollateral biz.Kind = "collateral.ending"
)

const (
	// What waits for me: a place in the step that runs is mine, by name, by one of my
	// roles, or because I stand for somebody absent; and I had no hand in it yet. The
	// largest amount is approval.Unbounded, which is none to be shown. LIMIT keeps the place
	// a question that is asked of one approval after the other: as a join it was worked out
	// for all that wait, however few are shown.
	decideSQL = `SELECT a.id, a.submitted_at AS created_at, (SELECT (t.due_at AT TIME ZONE z.time_zone)::date FROM approval_steps t, hq.v_tenant_self z
			WHERE t.approval_id = a.id AND t.status = 'active') AS due_on, nullif(nullif(a.amount, 0), 9223372036854775807) AS amount, a.customer_id,
		c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('kind', a.kind, 'title', a.title, 'by', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = a.submitted_by LIMIT 1), '')) AS parts
		FROM approvals a LEFT JOIN customers c ON c.id = a.customer_id
		WHERE a.status = 'pending' AND NOT EXISTS (SELECT FROM approval_hands h WHERE h.approval_id = a.id AND h.person_id = $1)
		AND (SELECT true FROM approval_slots s WHERE s.approval_id = a.id AND s.status = 'open'
			AND ($1 IN (s.person_id, s.escalated_to) OR s.role = ANY(` + myRoles + `) OR s.escalated_role = ANY(` + myRoles + `) OR EXISTS (
				SELECT FROM approval_delegations d JOIN hq.v_members v ON v.person_id = d.person_id AND v.status = 'active'
				WHERE d.delegate_id = $1 AND d.revoked_at IS NULL AND $3::date BETWEEN d.starts_on AND d.ends_on AND (d.kinds = '[]' OR d.kinds ? a.kind)
				AND (v.person_id IN (s.person_id, s.escalated_to) OR v.roles ? s.role OR v.roles ? s.escalated_role)
				AND NOT EXISTS (SELECT FROM approval_hands h WHERE h.approval_id = a.id AND h.person_id = v.person_id))) LIMIT 1)`
	myRoles = `ARRAY(SELECT jsonb_array_elements_text(v.roles) FROM hq.v_members v WHERE v.person_id = $1)`

	// What I submitted and got back: rejected, or returned to be mended. It is handled
	// when something newer of the same kind was submitted for the same customer, and is
	// let go after thirty days.
	gotBack = `SELECT a.id, a.decided_at AS created_at, NULL::date AS due_on, nullif(nullif(a.amount, 0), 9223372036854775807) AS amount, a.customer_id,
		c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('kind', a.kind, 'title', a.title, 'by', coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = a.decided_by LIMIT 1), ''), 'comment', a.comment) AS parts
		FROM approvals a LEFT JOIN customers c ON c.id = a.customer_id
		WHERE a.submitted_by = $1 AND a.decided_at > $3::date - 30
		AND NOT EXISTS (SELECT FROM approvals n WHERE n.kind = a.kind AND n.customer_id IS NOT DISTINCT FROM a.customer_id AND n.submitted_at > a.submitted_at)`
	rejectedSQL = gotBack + ` AND a.status = 'rejected'`
	returnedSQL = gotBack + ` AND a.status = 'returned'`

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

	// The last revision of a paper, from thirty days before it expires until a newer
	// one is there.
	paperSQL = `SELECT d.id, (d.expires_on - 30)::timestamptz AS created_at, d.expires_on AS due_on, NULL::bigint AS amount, d.customer_id,
		c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('paper', d.kind, 'revision', d.revision::text, 'project_id', coalesce(d.project_id::text, '')) AS parts
		FROM documents d JOIN customers c ON c.id = d.customer_id LEFT JOIN projects p ON p.id = d.project_id
		WHERE d.expires_on <= $3::date + 30 AND c.status = 'active' AND ` + sells + `
		AND NOT EXISTS (SELECT FROM documents n WHERE n.customer_id = d.customer_id AND n.kind = d.kind
			AND n.project_id IS NOT DISTINCT FROM d.project_id AND n.revision > d.revision)`

	// Collateral, from thirty days before its last day until thirty after it, while nothing
	// of the same kind that lasts longer is there or in approval.
	collateralSQL = `SELECT g.id, (g.ends_on - 30)::timestamptz AS created_at, g.ends_on AS due_on, nullif(g.cover_amount, 0) AS amount, g.customer_id,
		c.number AS customer_number, c.name AS customer_name, jsonb_build_object('collateral', g.kind, 'provider', g.provider_name) AS parts
		FROM collateral g JOIN customers c ON c.id = g.customer_id
		WHERE g.status = 'active' AND g.ends_on BETWEEN $3::date - 30 AND $3::date + 30 AND c.status = 'active' AND ` + responsible + `
		AND NOT EXISTS (SELECT FROM collateral n WHERE n.customer_id = g.customer_id AND n.kind = g.kind AND n.status IN ('submitted', 'active')
			AND (n.ends_on IS NULL OR n.ends_on > g.ends_on))`
)

// To be rated again soon: it appears when the notice begins, goes with the submission
// of a new rating, and once the rating has lapsed the customer is unrated.
var ratingDueSQL = `SELECT r.id, (r.due_on - ` + strconv.Itoa(rating.NoticeDays) + `)::timestamptz AS created_at, r.due_on, NULL::bigint AS amount, c.id AS customer_id,
		c.number AS customer_number, c.name AS customer_name, jsonb_build_object('grade', r.grade) AS parts
		FROM credit_ratings r JOIN customers c ON c.id = r.customer_id
		WHERE r.status = 'effective' AND r.due_on <= $3::date + ` + strconv.Itoa(rating.NoticeDays) + ` AND c.status = 'active' AND ` + responsible + `
		AND NOT EXISTS (SELECT FROM approvals p WHERE p.customer_id = c.id AND p.kind = 'rating' AND p.status = 'pending')`

// Approvals are what waits for a decision, and what came back to its submitter.
func Approvals() []biz.Source {
	box := func(name string) func(biz.Item) biz.Link {
		return func(i biz.Item) biz.Link {
			return biz.Link{Route: "approvals", Params: map[string]string{"id": i.ID.String()}, Query: map[string]string{"box": name}}
		}
	}
	return []biz.Source{
		Source{Of: biz.About{Kind: KindDecide, Class: biz.ClassApproval, Permission: access.ApprovalAct}, SQL: decideSQL, Link: box("todo"), Personal: true},
		Source{Of: biz.About{Kind: KindRejected, Class: biz.ClassApproval, Permission: access.ApprovalRead}, SQL: rejectedSQL, Link: box("mine"), Personal: true},
		Source{Of: biz.About{Kind: KindReturned, Class: biz.ClassApproval, Permission: access.ApprovalRead}, SQL: returnedSQL, Link: box("mine"), Personal: true},
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
		Source{Of: biz.About{Kind: KindPaper, Class: biz.ClassWarning, Permission: access.DocumentWrite}, SQL: paperSQL,
			Link: func(i biz.Item) biz.Link {
				if id := i.Parts["project_id"]; id != "" {
					return biz.Link{Route: "project", Params: map[string]string{"id": id}, Query: map[string]string{"tab": "papers"}}
				}
				return biz.Link{Route: "customer", Params: customer(i), Query: map[string]string{"tab": "papers"}}
			}},
		Source{Of: biz.About{Kind: KindCollateral, Class: biz.ClassWarning, Permission: access.LimitApply}, SQL: collateralSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "customer", Params: customer(i), Query: map[string]string{"tab": "collateral"}}
			}},
		Source{Of: biz.About{Kind: KindRatingDue, Class: biz.ClassUpdate, Permission: access.RatingWrite}, SQL: ratingDueSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "rate", Params: customer(i)}
			}},
	}
}
