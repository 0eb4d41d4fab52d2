package todo

import (
	"strconv"

	"zhuxin/biz/agreement"
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindLimitEnds       biz.Kind = "limit.ending"
	KindTemporaryEnds   biz.Kind = "limit.temporary_ending"
	KindAgreementReview biz.Kind = "agreement.review"
	KindDraftDue        biz.Kind = "draft.due"
)

// Days before a date on which it becomes somebody's to-do.
const (
	limitNotice     = 30
	temporaryNotice = 7
	draftNotice     = 7
)

// sells: whose task a matter of the project p is, or without one of the customer: like
// responsible, and the project's own salesperson comes before the customer's.
const sells = `(coalesce(p.salesperson_id, c.salesperson_id) = $1 OR (coalesce(p.salesperson_id, c.salesperson_id) IS NULL AND $2::uuid IS NULL))`

// ending gives the limits of a class whose last day is near. One is handled by a new
// one that holds longer, submitted or approved; a temporary one that is simply over is
// nobody's task any more.
func ending(class string, notice int) string {
	return `SELECT l.id, (l.ends_on - ` + strconv.Itoa(notice) + `)::timestamptz AS created_at, l.ends_on AS due_on, CASE WHEN l.kind = 'amount' THEN l.amount END AS amount,
		l.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('project', coalesce(p.name, ''), 'project_id', coalesce(p.id::text, '')) AS parts
		FROM credit_limits l JOIN customers c ON c.id = l.customer_id LEFT JOIN projects p ON p.id = l.project_id
		WHERE l.class = '` + class + `' AND l.status = 'effective' AND l.superseded_on IS NULL AND l.kind <> 'none'
		AND l.ends_on BETWEEN $3::date AND $3::date + ` + strconv.Itoa(notice) + ` AND c.status = 'active' AND ` + sells + `
		AND NOT EXISTS (SELECT FROM credit_limits n WHERE n.customer_id = l.customer_id AND n.project_id IS NOT DISTINCT FROM l.project_id AND n.class = l.class
			AND n.id <> l.id AND (n.status = 'submitted' OR n.status = 'effective') AND n.starts_on <= l.ends_on + 1 AND (n.ends_on IS NULL OR n.ends_on > l.ends_on))`
}

// Drafts not honoured yet; their dates are kept by who books payments.
var draftSQL = `SELECT d.id, (d.due_on - ` + strconv.Itoa(draftNotice) + `)::timestamptz AS created_at, d.due_on, d.amount, d.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('number', d.draft_no, 'acceptor', d.acceptor, 'receipt_id', d.receipt_id::text) AS parts
		FROM acceptance_drafts d JOIN customers c ON c.id = d.customer_id
		WHERE d.status = 'held' AND d.due_on <= $3::date + ` + strconv.Itoa(draftNotice) + ` AND ($2::uuid IS NULL OR c.salesperson_id = $2)`

// Agreements that have held for a year: from the notice on until a version is submitted, which may
// say the same again.
var agreementReviewSQL = `SELECT a.id, (a.review_on - ` + strconv.Itoa(agreement.ReviewNotice) + `)::timestamptz AS created_at, a.review_on AS due_on, NULL::bigint AS amount,
		a.customer_id, c.number AS customer_number, c.name AS customer_name, jsonb_build_object('project', coalesce(p.name, '')) AS parts
		FROM (SELECT e.*, (e.effective_at AT TIME ZONE (SELECT z.time_zone FROM hq.v_tenant_self z))::date + ` + strconv.Itoa(agreement.ReviewDays) + ` AS review_on
			FROM credit_agreements e WHERE e.status = 'effective') a
		JOIN customers c ON c.id = a.customer_id LEFT JOIN projects p ON p.id = a.project_id
		WHERE a.review_on <= $3::date + ` + strconv.Itoa(agreement.ReviewNotice) + ` AND c.status = 'active' AND ` + sells + `
		AND NOT EXISTS (SELECT FROM credit_agreements n WHERE n.customer_id = a.customer_id AND n.project_id IS NOT DISTINCT FROM a.project_id AND n.status = 'submitted')`

// Dues are what has a date: limits and agreements to renew, drafts to cash.
func Dues() []biz.Source {
	limits := func(i biz.Item) biz.Link {
		link := biz.Link{Route: "limit-adjust", Params: map[string]string{"id": i.Customer.ID.String()}}
		if id := i.Parts["project_id"]; id != "" {
			link.Query = map[string]string{"project": id}
		}
		return link
	}
	return []biz.Source{
		Source{Of: biz.About{Kind: KindLimitEnds, Class: biz.ClassUpdate, Permission: access.LimitApply}, SQL: ending("standing", limitNotice), Link: limits},
		Source{Of: biz.About{Kind: KindTemporaryEnds, Class: biz.ClassUpdate, Permission: access.LimitApply}, SQL: ending("temporary", temporaryNotice), Link: limits},
		Source{Of: biz.About{Kind: KindAgreementReview, Class: biz.ClassUpdate, Permission: access.LimitApply}, SQL: agreementReviewSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "agreement", Params: map[string]string{"id": i.ID.String()}}
			}},
		Source{Of: biz.About{Kind: KindDraftDue, Class: biz.ClassWarning, Permission: access.PaymentWrite}, SQL: draftSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "payment", Params: map[string]string{"id": i.Parts["receipt_id"]}}
			}},
	}
}
