package customer

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/customer"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

var (
	// after: $2 and $3 are the key of the last row, or null.
	customerCardsSQL = `SELECT c.id, c.updated_at, c.number, c.name, c.grade, c.tax_no, w.warnings, coalesce((ARRAY['info', 'notice', 'serious', 'critical'])[w.worst], '')
		FROM (SELECT c.id, c.updated_at, c.number, c.name, coalesce(a.grade, '') AS grade, c.tax_no
			FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id
			WHERE ($1::uuid IS NULL OR c.salesperson_id = $1) AND ($2::timestamptz IS NULL OR (c.updated_at, c.id) < ($2, $3::uuid))
			ORDER BY c.updated_at DESC, c.id DESC LIMIT $4) c
		CROSS JOIN LATERAL (SELECT count(*) AS warnings, max(array_position(ARRAY['info', 'notice', 'serious', 'critical'], w.severity::text)) AS worst
			FROM warnings w WHERE w.customer_id = c.id AND w.status <> 'closed') w
		ORDER BY c.updated_at DESC, c.id DESC`

	// The page is chosen first; what costs a look-up is read for its rows only.
	projectCardsSQL = `SELECT p.id, p.updated_at, p.number, p.name,
		` + Against("p.uscc", `EXISTS (SELECT FROM receivable_dues r WHERE r.customer_id = p.customer_id AND r.project_id = p.id AND r.open_amount > 0 AND r.due_date < $5::date)`) + `,
		coalesce((SELECT t.erp_contract_no FROM contracts t WHERE t.project_id = p.id ORDER BY t.signed_on DESC, t.erp_contract_no LIMIT 1), ''),
		p.customer_id, p.customer_name, p.contracted_volume, p.seller, m.name
		FROM (SELECT p.*, c.name AS customer_name, c.uscc, coalesce(p.salesperson_id, c.salesperson_id) AS seller FROM projects p JOIN customers c ON c.id = p.customer_id
			WHERE ($1::uuid IS NULL OR c.salesperson_id = $1 OR p.salesperson_id = $1) AND ($2::timestamptz IS NULL OR (p.updated_at, p.id) < ($2, $3::uuid))
			ORDER BY p.updated_at DESC, p.id DESC LIMIT $4) p
		LEFT JOIN credit_accounts a ON a.id = p.customer_id LEFT JOIN hq.v_members m ON m.person_id = p.seller
		ORDER BY p.updated_at DESC, p.id DESC`
)

// Against is the worst that stands against deliveries to a project p whose customer
// has the credit account a, as biz/customer Warning. uscc is his code and overdue the
// condition that receivables of the project are past due.
func Against(uscc, overdue string) string {
	return `CASE WHEN a.frozen THEN 'frozen'
			WHEN EXISTS (SELECT FROM supply_stops s WHERE s.customer_id = p.customer_id AND (s.project_id IS NULL OR s.project_id = p.id)
				AND (s.state = 'stopped' OR s.state = 'acknowledged')) THEN 'stopped'
			WHEN EXISTS (SELECT FROM hq.v_negative_listed n WHERE n.uscc = ` + uscc + `) THEN 'listed'
			WHEN ` + overdue + ` THEN 'overdue' WHEN ` + isOverLimit + ` THEN 'over_limit' ELSE 'none' END`
}

// CustomerCards implements biz.Repository.
func (Repo) CustomerCards(ctx context.Context, q biz.CardQuery) ([]biz.Card, *paging.Key, error) {
	return cards(ctx, "list customer cards", customerCardsSQL, q, nil, func(rows *sql.Rows) (c biz.Card, key paging.Key, err error) {
		err = rows.Scan(&c.ID, &key.At, &c.Number, &c.Name, &c.Grade, &c.TaxNo, &c.Warnings, &c.Worst)
		key.ID = c.ID
		return c, key, err
	})
}

// ProjectCards implements biz.Repository.
func (Repo) ProjectCards(ctx context.Context, q biz.CardQuery) ([]biz.ProjectCard, *paging.Key, error) {
	return cards(ctx, "list project cards", projectCardsSQL, q, []any{q.Today}, func(rows *sql.Rows) (c biz.ProjectCard, key paging.Key, err error) {
		var person uuid.NullUUID
		var name sql.NullString
		err = rows.Scan(&c.ID, &key.At, &c.Number, &c.Name, &c.Warning, &c.ContractNo, &c.CustomerID, &c.CustomerName, &c.ContractedVolume, &person, &name)
		key.ID, c.Salesperson = c.ID, roster.Ref(person, name)
		return c, key, err
	})
}

// cards reads one row more than asked for: it says whether there is a next part.
func cards[T any](ctx context.Context, doing, query string, q biz.CardQuery, more []any, scan func(*sql.Rows) (T, paging.Key, error)) ([]T, *paging.Key, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	var at *time.Time
	var id uuid.NullUUID
	if q.After != nil {
		at, id = &q.After.At, nullable(&q.After.ID)
	}
	rows, err := c.QueryContext(ctx, query, append([]any{nullable(q.OnlyOf), at, id, q.Limit + 1}, more...)...)
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, doing)
	}
	defer func() { _ = rows.Close() }()
	var (
		out  []T
		last paging.Key
	)
	for rows.Next() {
		if len(out) == q.Limit {
			return out, &last, nil
		}
		card, key, err := scan(rows)
		if err != nil {
			return nil, nil, postgres.Map(ctx, err, doing)
		}
		out, last = append(out, card), key
	}
	return out, nil, postgres.Map(ctx, rows.Err(), doing)
}
