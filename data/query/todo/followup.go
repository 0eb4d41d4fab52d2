package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// KindFollowUp is a follow-up that waits for its answer.
const KindFollowUp biz.Kind = "follow_up.answer"

// followUpSQL gives what nobody has answered yet, of the customers that are mine;
// of those that are nobody's, to everybody who may answer.
const followUpSQL = `SELECT f.id, f.created_at, f.deadline AS due_on, f.amount, f.customer_id, c.number AS customer_number, c.name AS customer_name,
	jsonb_build_object('trigger', f.trigger, 'comment', f.comment) AS parts
	FROM follow_ups f JOIN customers c ON c.id = f.customer_id WHERE f.status = 'open' AND ` + responsible

// FollowUps are the follow-ups to be answered.
func FollowUps() []biz.Source {
	return []biz.Source{Source{Of: biz.About{Kind: KindFollowUp, Class: biz.ClassWarning, Permission: access.FollowUpWrite}, SQL: followUpSQL,
		Link: func(i biz.Item) biz.Link {
			return biz.Link{Route: "follow-up", Params: map[string]string{"id": i.ID.String()}}
		}}}
}
