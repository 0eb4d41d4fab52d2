package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/data/tenantrepo/warning"
	"zhuxin/shared/access"
)

// KindWarning is a warning to be handled.
const KindWarning biz.Kind = "warning.handle"

// warningSQL gives what is assigned to me, and the serious ones that nobody has
// taken yet and that concern me or, for a reviewer, anybody.
var warningSQL = `SELECT w.id, w.first_seen_at AS created_at, w.due_on, NULL::bigint AS amount, w.customer_id, c.number AS customer_number, c.name AS customer_name,
	jsonb_build_object('kind', w.kind, 'severity', w.severity) AS parts
	FROM warnings w JOIN customers c ON c.id = w.customer_id
	WHERE w.status = 'assigned' AND w.assigned_to = $1
	OR w.status = 'open' AND w.severity IN ('serious', 'critical') AND ($2::uuid IS NULL OR ` + warning.Concerns("$2::uuid") + `)`

// Warnings are the warnings to be handled.
func Warnings() []biz.Source {
	return []biz.Source{Source{Of: biz.About{Kind: KindWarning, Class: biz.ClassWarning, Permission: access.WarningHandle}, SQL: warningSQL,
		Link: func(i biz.Item) biz.Link {
			return biz.Link{Route: "warnings", Query: map[string]string{"id": i.ID.String()}}
		}}}
}
