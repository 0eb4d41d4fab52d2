package supplystop

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/supplystop"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// finished says that the order check let a pour go on that had begun on the day of the
// stop s: its tickets are shown as covered, and are no breach.
const finished = `d.order_no <> '' AND EXISTS (SELECT FROM credit_checks x WHERE x.customer_id = s.customer_id AND x.order_no = d.order_no
    AND x.checkpoint = 'dispatch' AND x.created_at >= s.stopped_on::timestamp AT TIME ZONE $1::text AND x.created_at < (s.stopped_on + 1)::timestamp AT TIME ZONE $1::text
    AND x.reasons @> '[{"code": "SUPPLY_STOPPED", "covered": true}]'::jsonb)`

// breaching are the tickets of a stop s. A ticket belongs to the project of its
// contract, else to that of its order. $1 the subsidiary's time zone.
const breaching = `
  SELECT d.*, coalesce(k.project_id, o.project_id) AS of_project
  FROM deliveries d
  LEFT JOIN contracts k ON k.erp_contract_no = d.contract_no AND d.contract_no <> ''
  LEFT JOIN LATERAL (SELECT r.project_id FROM reservations r WHERE r.order_no = d.order_no AND d.order_no <> '' AND r.customer_id = d.customer_id
    ORDER BY r.created_at DESC LIMIT 1) o ON true
  WHERE d.customer_id = s.customer_id AND (d.delivered_on > s.stopped_on OR (d.delivered_on = s.stopped_on AND ` + finished + `)) AND (d.amount > 0 OR d.volume > 0)
    AND (s.project_id IS NULL OR s.project_id = coalesce(k.project_id, o.project_id))
    AND d.delivered_on < coalesce((SELECT (e.created_at AT TIME ZONE $1::text)::date FROM supply_stop_events e
      WHERE e.stop_id = s.id AND e.state = 'resumed' ORDER BY e.created_at LIMIT 1), date 'infinity')`

// Of two stops that forbid a ticket the earlier one counts.
const breaches = `WITH b AS (
  SELECT DISTINCT ON (d.id) d.id, d.ticket_no, d.source, d.delivered_on, d.order_no, d.contract_no, d.volume, d.amount,
    d.plant_code, d.plant_name, d.dispatcher, coalesce(nullif(d.plant_code, ''), d.plant_name) AS plant, s.id AS stop_id, s.stopped_on, d.delivered_on = s.stopped_on AS covered, s.state = 'acknowledged' AS acknowledged, c.id AS customer_id, c.number, c.name, coalesce(p.name, '') AS project
  FROM supply_stops s JOIN customers c ON c.id = s.customer_id CROSS JOIN LATERAL (` + breaching + `) d LEFT JOIN projects p ON p.id = d.of_project
  WHERE ($2::uuid IS NULL OR c.salesperson_id = $2) AND ($3::uuid IS NULL OR s.id = $3) AND ($4::uuid IS NULL OR s.customer_id = $4)
  ORDER BY d.id, s.stopped_on, s.id
)`

// chosen says of each whether its plant and its person are those asked for: $5 a plant's
// code or name, $6 those without; $7 a person, $8 those without. Whichever plant is
// chosen, all are summed, and all persons likewise.
const (
	chosen = breaches + `, w AS (
  SELECT b.*, ($5::text = '' OR plant = $5) AND (NOT $6::boolean OR plant = '') AS of_plant,
    ($7::text = '' OR dispatcher = $7) AND (NOT $8::boolean OR dispatcher = '') AS of_person
  FROM b
)`
	breachSum = chosen + ` SELECT count(*), coalesce(sum(volume) FILTER (WHERE NOT covered), 0)::bigint, coalesce(sum(amount) FILTER (WHERE NOT covered), 0)::bigint,
  count(*) FILTER (WHERE covered) FROM w WHERE of_plant AND of_person`
	breachPlants = chosen + ` SELECT plant, (array_agg(plant_name ORDER BY delivered_on DESC, id))[1], count(*), sum(volume)::bigint, sum(amount)::bigint
  FROM w WHERE of_person AND NOT covered GROUP BY plant ORDER BY 3 DESC, 1 LIMIT 100`
	breachPersons = chosen + ` SELECT dispatcher, dispatcher, count(*), sum(volume)::bigint, sum(amount)::bigint
  FROM w WHERE of_plant AND NOT covered GROUP BY dispatcher ORDER BY 3 DESC, 1 LIMIT 100`
	breachRows = chosen + ` SELECT id, ticket_no, source, delivered_on, order_no, contract_no, volume, amount, plant_code, plant_name, dispatcher,
  stop_id, stopped_on, covered, acknowledged, customer_id, number, name, project
  FROM w WHERE of_plant AND of_person ORDER BY delivered_on DESC, ticket_no, id LIMIT $9 OFFSET $10`
)

// Breaches implements biz.Repository.
func (Repo) Breaches(ctx context.Context, in biz.BreachQuery) (out biz.Breaches, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return out, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return out, scope.ErrNoScope
	}
	args := []any{t.Zone.String(), in.OnlyOf, in.StopID, in.CustomerID, in.Plant.Key, in.Plant.NotGiven, in.Person.Key, in.Person.NotGiven}
	if err := q.QueryRowContext(ctx, breachSum, args...).Scan(&out.Total, &out.Volume, &out.Amount, &out.Covered); err != nil {
		return out, postgres.Map(ctx, err, "sum breaches of supply stops")
	}
	group := func(rows *sql.Rows) (g biz.BreachGroup, err error) {
		return g, rows.Scan(&g.Key, &g.Name, &g.Tickets, &g.Volume, &g.Amount)
	}
	if out.ByPlant, err = postgres.Query(ctx, "sum breaches by plant", breachPlants, group, args...); err != nil {
		return out, err
	}
	if out.ByPerson, err = postgres.Query(ctx, "sum breaches by person", breachPersons, group, args...); err != nil {
		return out, err
	}
	out.Rows, err = postgres.Query(ctx, "list breaches of supply stops", breachRows, func(rows *sql.Rows) (b biz.Breach, err error) {
		return b, rows.Scan(&b.DeliveryID, &b.TicketNo, &b.Source, &b.DeliveredOn, &b.OrderNo, &b.ContractNo, &b.Volume, &b.Amount, &b.PlantCode, &b.PlantName, &b.Dispatcher,
			&b.StopID, &b.StoppedOn, &b.Covered, &b.Acknowledged, &b.CustomerID, &b.CustomerNumber, &b.CustomerName, &b.ProjectName)
	}, append(args, in.Limit, in.Offset)...)
	return out, err
}

// countBreaches says of each stop how many tickets left in spite of it.
func countBreaches(ctx context.Context, stops []biz.Stop) error {
	at := map[uuid.UUID]*biz.Stop{}
	ids := pq.StringArray{}
	for i := range stops {
		if !stops[i].StoppedOn.IsZero() {
			at[stops[i].ID], ids = &stops[i], append(ids, stops[i].ID.String())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return scope.ErrNoScope
	}
	rows, err := q.QueryContext(ctx, `SELECT s.id, count(*) FROM supply_stops s CROSS JOIN LATERAL (`+breaching+`) d WHERE s.id = ANY($2::uuid[]) AND d.delivered_on > s.stopped_on GROUP BY 1`, t.Zone.String(), ids)
	if err != nil {
		return postgres.Map(ctx, err, "count breaches of supply stops")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return postgres.Map(ctx, err, "count breaches of supply stops")
		}
		at[id].Breaches = n
	}
	return postgres.Map(ctx, rows.Err(), "count breaches of supply stops")
}
