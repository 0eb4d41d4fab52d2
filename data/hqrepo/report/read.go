package report

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/data/query/figures"
	"zhuxin/shared/report"
	"zhuxin/tenancy/scope"
)

var table = figures.Table{
	From:      `hq.rollup_figures f LEFT JOIN hq.rollup_customers c ON c.id = f.customer_id LEFT JOIN hq.persons p ON p.id = f.salesperson_id`,
	Basis:     `max(CASE f.basis WHEN 'books' THEN 0 WHEN 'items' THEN 1 WHEN 'receipts' THEN 2 ELSE 3 END)`,
	Customers: `count(*)`, Unknown: `count(*) FILTER (WHERE f.basis = 'unknown')`,
	Conditions: map[figures.Column]string{figures.Tenant: `f.tenant_id`, figures.Currency: `f.currency`, figures.Salesperson: `f.salesperson_id`, figures.Customer: `f.customer_id`},
	Subjects: map[report.Dimension]figures.Subject{
		report.BySalesperson: {ID: `f.salesperson_id`, Name: `p.name`, Detail: `''::text`},
		report.ByCustomer:    {ID: `f.customer_id`, Name: `c.customer_name`, Detail: `c.uscc`},
	},
}

var _ report.GroupReader = Store{}

// Series implements report.FigureReader, for one subsidiary: the group's days
// need not be the same everywhere.
func (Store) Series(ctx context.Context, f report.Filter) (report.Series, error) {
	if f.TenantID == uuid.Nil {
		return nil, fmt.Errorf("report: name a subsidiary")
	}
	return table.Series(ctx, f)
}

// Children implements report.FigureReader, for one subsidiary.
func (Store) Children(ctx context.Context, f report.Filter, q report.ChildQuery) ([]report.Child, int64, error) {
	if f.TenantID == uuid.Nil {
		return nil, 0, fmt.Errorf("report: name a subsidiary")
	}
	return table.Children(ctx, f, q)
}

// Name implements report.FigureReader.
func (Store) Name(ctx context.Context, f report.Filter) (name string, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", false, err
	}
	query, args := `SELECT coalesce((SELECT name FROM hq.persons WHERE id = $2::uuid), '')
		WHERE EXISTS (SELECT FROM hq.memberships WHERE tenant_id = $1 AND person_id = $2::uuid)
		   OR EXISTS (SELECT FROM hq.rollup_figures WHERE tenant_id = $1 AND salesperson_id = $2::uuid)`, []any{f.TenantID, f.SalespersonID}
	switch {
	case f.CustomerID != uuid.Nil:
		query, args = `SELECT customer_name FROM hq.rollup_customers WHERE tenant_id = $1 AND id = $2`, []any{f.TenantID, f.CustomerID}
	case f.SalespersonID == nil || *f.SalespersonID == uuid.Nil:
		return "", true, nil
	}
	err = q.QueryRowContext(ctx, query, args...).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return name, err == nil, postgres.Map(ctx, err, "name the subject of a report")
}

const subsidiaries = `SELECT t.id, t.slug, t.name, t.currency, coalesce(f.as_of, t.created_at::date), f.on_date, coalesce(f.customers, 0), coalesce(f.unknown, 0), coalesce(f.basis, 0),
  coalesce(f.sales, 0), coalesce(f.collections, 0), coalesce(f.fallen_due, 0), coalesce(f.collected_due, 0), coalesce(f.receivable, 0), coalesce(f.not_due, 0),
  coalesce(f.months_0_6, 0), coalesce(f.months_6_12, 0), coalesce(f.months_12_24, 0), coalesce(f.months_24, 0),
  coalesce(f.days_1_30, 0), coalesce(f.days_31_60, 0), coalesce(f.days_61_90, 0), coalesce(f.days_91, 0), coalesce(f.disputed, 0), coalesce(f.disputed_overdue, 0), f.first_sale_on, f.oldest_due_on
FROM hq.tenants t LEFT JOIN hq.rollup_subsidiary_figures f ON f.tenant_id = t.id
WHERE ($1::uuid IS NULL OR t.id = $1::uuid) ORDER BY t.id`

// Subsidiaries implements report.GroupReader.
func (Store) Subsidiaries(ctx context.Context, only uuid.UUID) ([]report.Subsidiary, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, subsidiaries, uuid.NullUUID{UUID: only, Valid: only != uuid.Nil})
	if err != nil {
		return nil, postgres.Map(ctx, err, "read subsidiaries' figures")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Subsidiary
	for rows.Next() {
		x := report.Subsidiary{Child: report.Child{Series: report.Series{}}}
		var r report.Row
		err := rows.Scan(append([]any{&x.ID, &x.Detail, &x.Name, &x.Currency, &x.AsOf, &r.On, &r.Customers, &r.Unknown, &r.Basis}, fields(&r.Sums)...)...)
		if err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].ID != x.ID {
			out = append(out, x)
		}
		if !r.On.IsZero() {
			out[len(out)-1].Series[r.On] = r.Sums
			out[len(out)-1].Projected = true
		}
	}
	return out, postgres.Map(ctx, rows.Err(), "read subsidiaries' figures")
}

func fields(s *report.Sums) []any {
	return []any{&s.Sales, &s.Collections, &s.FallenDue, &s.CollectedDue, &s.Receivable, &s.NotDue,
		&s.Months0, &s.Months6, &s.Months12, &s.Months24, &s.Days1, &s.Days31, &s.Days61, &s.Days91, &s.Disputed, &s.DisputedOverdue, &s.FirstSale, &s.OldestDue}
}

// Of implements report.Store.
func (Store) Of(ctx context.Context, tenantID uuid.UUID) ([]report.Row, report.Series, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT customer_id, on_date, basis, `+columns+` FROM hq.rollup_figures WHERE tenant_id = $1 ORDER BY customer_id, on_date`, tenantID)
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, "read projected figures")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Row
	for rows.Next() {
		var r report.Row
		var basis string
		if err := rows.Scan(append([]any{&r.CustomerID, &r.On, &basis}, fields(&r.Sums)...)...); err != nil {
			return nil, nil, err
		}
		r.Basis, r.Customers = report.ParseBasis(basis), 1
		if r.Basis == report.BasisUnknown {
			r.Unknown = 1
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, postgres.Map(ctx, err, "read projected figures")
	}
	s, err := Store{}.Subsidiaries(ctx, tenantID)
	if err != nil || len(s) == 0 {
		return nil, nil, err
	}
	return out, s[0].Series, nil
}

// rankCustomers takes the oldest due date of the newest figures: they may be of the day
// before while the customers' rows are of today already.
const rankCustomers = `
SELECT coalesce(nullif(r.uscc, ''), r.id::text), min(r.customer_name), min(r.uscc), count(DISTINCT r.tenant_id), string_agg(DISTINCT t.name, '、'),
  sum(r.receivable)::bigint, sum(r.overdue)::bigint, min(f.oldest_due_on), min(r.as_of), sum(r.disputed)::bigint, count(*) OVER ()
FROM hq.rollup_customers r JOIN hq.tenants t ON t.id = r.tenant_id
LEFT JOIN LATERAL (SELECT f.oldest_due_on FROM hq.rollup_figures f WHERE f.customer_id = r.id AND f.on_date <= r.as_of ORDER BY f.on_date DESC LIMIT 1) f ON true
WHERE r.currency = $1::varchar AND ($2::uuid IS NULL OR r.tenant_id = $2::uuid) AND (r.receivable <> 0 OR r.overdue <> 0)
GROUP BY 1`

const rankProjects = `
SELECT r.project_id::text, r.name, r.number, 1, t.name || ' · ' || coalesce(c.customer_name, ''), r.receivable, r.overdue, r.oldest_due_on, r.as_of, r.disputed, count(*) OVER ()
FROM hq.rollup_projects r JOIN hq.tenants t ON t.id = r.tenant_id LEFT JOIN hq.rollup_customers c ON c.id = r.customer_id
WHERE r.currency = $1::varchar AND ($2::uuid IS NULL OR r.tenant_id = $2::uuid)`

var rankOrders = map[report.ChildOrder]string{report.ByReceivable: `6 DESC, 1`, report.ByOverdue: `7 DESC, 1`, report.ByOldest: `8 ASC NULLS LAST, 1`}

// Rank implements report.GroupReader.
func (Store) Rank(ctx context.Context, k report.RankQuery) ([]report.Ranked, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	query := rankCustomers
	if k.Of == report.RankProjects {
		query = rankProjects
	}
	rows, err := q.QueryContext(ctx, query+` ORDER BY `+rankOrders[k.Order]+` LIMIT $3 OFFSET $4`, k.Currency,
		uuid.NullUUID{UUID: k.TenantID, Valid: k.TenantID != uuid.Nil}, k.Limit, k.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "rank")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Ranked
	var total int64
	for rows.Next() {
		var r report.Ranked
		if err := rows.Scan(&r.ID, &r.Name, &r.Detail, &r.Subsidiaries, &r.Where, &r.Receivable, &r.Overdue, &r.OldestDue, &r.AsOf, &r.Disputed, &total); err != nil {
			return nil, 0, err
		}
		out = append(out, r)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "rank")
}

// Code implements report.Companies.
func (Store) Code(ctx context.Context, tenantID, customerID uuid.UUID) (uscc string, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", false, err
	}
	err = q.QueryRowContext(ctx, `SELECT uscc FROM hq.rollup_customers WHERE id = $1 AND tenant_id = $2`, customerID, tenantID).Scan(&uscc)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return uscc, err == nil, postgres.Map(ctx, err, "find a projected customer")
}
