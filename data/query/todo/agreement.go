package todo

import (
	biz "zhuxin/biz/todo"
	"zhuxin/shared/access"
)

// The kinds of this file.
const (
	KindStage      biz.Kind = "agreement.stage"
	KindSupplyStop biz.Kind = "supply_stop.step"
	KindPlantStop  biz.Kind = "supply_stop.acknowledge"
)

const (
	// A stage was reached, and nobody has said that what it asks was done.
	stageSQL = `SELECT e.id, e.created_at, e.business_date AS due_on, e.overdue_amount AS amount, e.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('stage', e.to_stage, 'days', e.overdue_days::text, 'agreement_id', e.agreement_id::text, 'letter', coalesce(l.year || '-' || lpad(l.serial::text, 4, '0'), '')) AS parts
		FROM agreement_events e JOIN customers c ON c.id = e.customer_id JOIN credit_agreements a ON a.id = e.agreement_id
		LEFT JOIN projects p ON p.id = a.project_id LEFT JOIN letters l ON l.id = e.letter_id
		WHERE e.handled_at IS NULL AND ($2::uuid IS NULL OR coalesce(p.salesperson_id, c.salesperson_id) = $2)`

	stopColumns = `SELECT s.id, s.created_at, s.due_on, nullif(s.overdue_amount, 0) AS amount, s.customer_id, c.number AS customer_number, c.name AS customer_name,
		jsonb_build_object('state', s.state) AS parts
		FROM supply_stops s JOIN customers c ON c.id = s.customer_id LEFT JOIN projects p ON p.id = s.project_id
		WHERE ($2::uuid IS NULL OR s.owner_id = $1 OR coalesce(p.salesperson_id, c.salesperson_id) = $2) AND `
	stopSQL  = stopColumns + `s.state IN ('prepared', 'notified')`
	plantSQL = stopColumns + `s.state = 'stopped'`
)

// Agreements are stages whose letter or step somebody has to see to, and supply stops
// that wait for their next step.
func Agreements() []biz.Source {
	stops := func(i biz.Item) biz.Link {
		return biz.Link{Route: "supply-stops", Query: map[string]string{"show": i.ID.String()}}
	}
	return []biz.Source{
		Source{Of: biz.About{Kind: KindStage, Class: biz.ClassWarning, Permission: access.LimitApply}, SQL: stageSQL,
			Link: func(i biz.Item) biz.Link {
				return biz.Link{Route: "agreement", Params: map[string]string{"id": i.Parts["agreement_id"]}}
			}},
		Source{Of: biz.About{Kind: KindSupplyStop, Class: biz.ClassWarning, Permission: access.LimitApply}, SQL: stopSQL, Link: stops},
		Source{Of: biz.About{Kind: KindPlantStop, Class: biz.ClassWarning, Permission: access.CreditReserve}, SQL: plantSQL, Link: stops},
	}
}
