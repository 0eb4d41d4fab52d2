package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindStatement       biz.Kind = "statement.submit"
	KindStatementReview biz.Kind = "statement.review"
	KindStatementLate   biz.Kind = "statement.late"
)

const (
	statementColumns = `SELECT s.id, coalesce(s.submitted_at, s.created_at) AS created_at, s.deadline AS due_on, s.amount, s.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('number', s.number, 'from', s.period_from::text, 'to', s.period_to::text, 'comment', s.review_comment, 'obstacle', s.obstacle) AS parts
		FROM statements s JOIN customers c ON c.id = s.customer_id WHERE `

	// To be signed by the customer, by him who looks after the customer.
	statementSQL = statementColumns + `s.status = 'open' AND ` + responsible

	// To be reviewed, by anybody of finance but him who submitted it.
	reviewSQL = statementColumns + `s.status = 'submitted' AND s.submitted_by <> $1`

	// Past the deadline with no reason that still holds.
	lateSQL = statementColumns + `s.status = 'open' AND s.escalated_on IS NOT NULL`
)

// Statements are statements of account to be signed, to be reviewed, and those that
// finance has to chase.
func Statements() []biz.Source {
	link := func(i biz.Item) biz.Link {
		return biz.Link{Route: "statement", Params: map[string]string{"id": i.ID.String()}}
	}
	return []biz.Source{
		Source{Of: biz.About{Kind: KindStatement, Class: biz.ClassUpdate, Permission: access.StatementWrite}, SQL: statementSQL, Link: link},
		Source{Of: biz.About{Kind: KindStatementReview, Class: biz.ClassApproval, Permission: access.StatementReview}, SQL: reviewSQL, Link: link},
		Source{Of: biz.About{Kind: KindStatementLate, Class: biz.ClassWarning, Permission: access.StatementReview}, SQL: lateSQL, Link: link},
	}
}
