package report

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/report"
	"zhuxin/data/postgres"
	"zhuxin/data/query/figures"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
)

const numbered = `CASE f.basis WHEN 'books' THEN 0 WHEN 'items' THEN 1 WHEN 'receipts' THEN 2 ELSE 3 END`

var table = figures.Table{
	From:       `customer_figures f JOIN customers c ON c.id = f.customer_id LEFT JOIN hq.v_members p ON p.person_id = c.salesperson_id`,
	Basis:      `max(` + numbered + `)`,
	Customers:  `count(*)`,
	Unknown:    `count(*) FILTER (WHERE f.basis = 'unknown')`,
	Conditions: map[figures.Column]string{figures.Salesperson: `c.salesperson_id`, figures.Customer: `f.customer_id`},
	Subjects: map[report.Dimension]figures.Subject{
		report.BySalesperson: {ID: `c.salesperson_id`, Name: `p.name`, Detail: `''::text`},
		report.ByCustomer:    {ID: `f.customer_id`, Name: `c.name`, Detail: `c.number`},
	},
}

// own leaves out what names a tenant: in his schema there is only his.
func own(f report.Filter) report.Filter {
	return report.Filter{SalespersonID: f.SalespersonID, CustomerID: f.CustomerID, Customers: f.Customers}
}

// Name implements report.FigureReader. Nobody has no name: customers without a
// salesperson are his.
func (Repo) Name(ctx context.Context, f report.Filter) (name string, ok bool, err error) {
	w, err := begin(ctx)
	if err != nil {
		return "", false, err
	}
	query, args := `SELECT coalesce((SELECT max(name) FROM hq.v_members WHERE person_id = $1::uuid), '')
		WHERE EXISTS (SELECT FROM hq.v_members WHERE person_id = $1::uuid) OR EXISTS (SELECT FROM customers WHERE salesperson_id = $1::uuid)`, []any{f.SalespersonID}
	switch {
	case f.CustomerID != uuid.Nil:
		query, args = `SELECT name FROM customers WHERE ($1::uuid IS NULL OR coalesce(salesperson_id, '00000000-0000-0000-0000-000000000000') = $1::uuid) AND id = $2`,
			[]any{f.SalespersonID, f.CustomerID}
	case f.SalespersonID == nil || *f.SalespersonID == uuid.Nil:
		return "", true, nil
	}
	err = w.QueryRowContext(ctx, query, args...).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return name, err == nil, postgres.Map(ctx, err, "name the subject of a report")
}

// Current implements biz.Reader.
func (Repo) Current(ctx context.Context, today calendar.Date) (ok bool, err error) {
	w, err := begin(ctx)
	if err != nil {
		return false, err
	}
	err = w.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT FROM customer_figure_marks WHERE as_of <> $1::date)
		AND ((SELECT count(*) FROM customers) = (SELECT count(*) FROM customer_figure_marks))`, today).Scan(&ok)
	return ok, postgres.Map(ctx, err, "look at the day of figures")
}

// Series implements report.FigureReader.
func (Repo) Series(ctx context.Context, f report.Filter) (report.Series, error) {
	return table.Series(ctx, own(f))
}

// Children implements report.FigureReader.
func (Repo) Children(ctx context.Context, f report.Filter, q report.ChildQuery) ([]report.Child, int64, error) {
	return table.Children(ctx, own(f), q)
}

const projects = `
SELECT p.id, p.customer_id, p.number, p.name, sum(r.open_amount)::bigint,
  coalesce(sum(r.open_amount) FILTER (WHERE r.due_date < $2::date), 0)::bigint,
  min(r.due_date) FILTER (WHERE r.due_date < $2::date AND r.open_amount > 0), coalesce(sum(r.open_amount) FILTER (WHERE r.disputed), 0)::bigint
FROM receivable_dues r JOIN projects p ON p.id = r.project_id
WHERE r.currency = $1::varchar GROUP BY p.id ORDER BY p.id`

// Projects implements report.Source.
func (Repo) Projects(ctx context.Context, today calendar.Date) ([]report.Project, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := w.QueryContext(ctx, projects, string(w.tenant.Currency), today)
	if err != nil {
		return nil, postgres.Map(ctx, err, "sum projects")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Project
	for rows.Next() {
		var p report.Project
		if err := rows.Scan(&p.ID, &p.CustomerID, &p.Number, &p.Name, &p.Receivable, &p.Overdue, &p.OldestDueOn, &p.Disputed); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, postgres.Map(ctx, rows.Err(), "sum projects")
}

// byBucket cuts the open items of one date; $5 says whether by months, $6 the bounds.
const byBucket = opened + `
SELECT ID_, NAME_, DETAIL_, bucket, coalesce(sum(o) FILTER (WHERE t.ties OR NOT t.anything OR x.on_date = $2::date), 0)::bigint,
  count(DISTINCT x.customer_id) FILTER (WHERE NOT (t.ties OR NOT t.anything OR x.on_date = $2::date)),
  max(CASE WHEN x.on_date = $2::date THEN 0 WHEN NOT t.anything THEN 1 WHEN t.ties THEN 2 ELSE 3 END),
  coalesce(sum(o) FILTER (WHERE contested AND (t.ties OR NOT t.anything OR x.on_date = $2::date)), 0)::bigint
FROM (SELECT *, CASE WHEN months < 0 THEN 0 WHEN $5::bool THEN 1 + (SELECT count(*) FROM unnest($6::int[]) b WHERE due_date + make_interval(months => b) <= on_date)
    ELSE 1 + (SELECT count(*) FROM unnest($6::int[]) b WHERE days > b) END AS bucket FROM opened) x
JOIN tie t ON t.customer_id = x.customer_id JOIN customers c ON c.id = x.customer_id LEFT JOIN hq.v_members p ON p.person_id = c.salesperson_id
GROUP BY 1, bucket ORDER BY 1, bucket`

// OwnBounds implements biz.Reader.
func (Repo) OwnBounds(ctx context.Context) (string, error) {
	all, err := postgres.Query(ctx, "read aging bounds", `SELECT aging_bounds FROM collection_settings ORDER BY id DESC LIMIT 1`,
		func(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) })
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

// Aging implements biz.Reader.
func (Repo) Aging(ctx context.Context, q biz.AgingQuery) ([]biz.AgingRow, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := w.customers(ctx, q.Filter)
	if err != nil {
		return nil, err
	}
	id, name, detail := `'00000000-0000-0000-0000-000000000000'::uuid`, `''`, `''`
	switch q.By {
	case report.ByCustomer:
		id, name, detail = `c.id`, `max(c.name)`, `max(c.number)`
	case report.BySalesperson:
		id, name = `coalesce(c.salesperson_id, '00000000-0000-0000-0000-000000000000')`, `coalesce(max(p.name), '')`
	}
	query := strings.NewReplacer("ID_", id, "NAME_", name, "DETAIL_", detail).Replace(w.zoned(byBucket))
	bounds := make(pq.Int64Array, len(q.Bounds))
	for i, b := range q.Bounds {
		bounds[i] = int64(b)
	}
	rows, err := w.QueryContext(ctx, query, dates([]calendar.Date{q.On}), q.Today, string(w.tenant.Currency), ids, q.Scheme == biz.SchemeMonths, bounds)
	if err != nil {
		return nil, postgres.Map(ctx, err, "age items")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.AgingRow
	for rows.Next() {
		r := biz.AgingRow{Buckets: make([]int64, len(q.Bounds)+2)}
		var bucket int
		var sum, unknown, disputed int64
		var basis report.Basis
		if err := rows.Scan(&r.ID, &r.Name, &r.Detail, &bucket, &sum, &unknown, &basis, &disputed); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[len(out)-1].ID != r.ID {
			out = append(out, r)
		}
		last := &out[len(out)-1]
		last.Buckets[bucket] = sum
		last.Disputed += disputed
		last.Unknown = max(last.Unknown, unknown)
		last.Basis = max(last.Basis, basis)
	}
	return out, postgres.Map(ctx, rows.Err(), "age items")
}

// customers lists those of a filter; nil is all.
func (w work) customers(ctx context.Context, f report.Filter) (any, error) {
	if f.CustomerID == uuid.Nil && f.SalespersonID == nil {
		return array(f.Customers), nil
	}
	person := uuid.NullUUID{}
	if f.SalespersonID != nil {
		person = uuid.NullUUID{UUID: *f.SalespersonID, Valid: true}
	}
	var ids pq.StringArray
	err := w.QueryRowContext(ctx, `SELECT coalesce(array_agg(id::text), '{}') FROM customers
		WHERE ($1::uuid IS NULL OR coalesce(salesperson_id, '00000000-0000-0000-0000-000000000000') = $1::uuid) AND ($2::uuid IS NULL OR id = $2::uuid)
		AND ($3::uuid[] IS NULL OR id = ANY($3::uuid[]))`,
		person, uuid.NullUUID{UUID: f.CustomerID, Valid: f.CustomerID != uuid.Nil}, array(f.Customers)).Scan(&ids)
	return ids, postgres.Map(ctx, err, "list a salesperson's customers")
}

const rankCustomers = `
SELECT c.id::text, c.name, c.number, 1, coalesce(p.name, ''), f.receivable, f.receivable - f.not_due, f.oldest_due_on, f.on_date, f.disputed, count(*) OVER ()
FROM customer_figures f JOIN customers c ON c.id = f.customer_id LEFT JOIN hq.v_members p ON p.person_id = c.salesperson_id
WHERE f.on_date = $1::date AND f.receivable <> 0 AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid) AND ($5::uuid[] IS NULL OR c.id = ANY($5::uuid[]))`

const rankProjects = `
SELECT j.id::text, j.name, j.number, 1, max(c.name), sum(r.open_amount)::bigint, coalesce(sum(r.open_amount) FILTER (WHERE r.due_date < $1::date), 0)::bigint,
  min(r.due_date) FILTER (WHERE r.due_date < $1::date AND r.open_amount > 0), $1::date, coalesce(sum(r.open_amount) FILTER (WHERE r.disputed), 0)::bigint, count(*) OVER ()
FROM receivable_dues r JOIN projects j ON j.id = r.project_id JOIN customers c ON c.id = r.customer_id
WHERE ($2::uuid IS NULL OR c.salesperson_id = $2::uuid) AND ($5::uuid[] IS NULL OR c.id = ANY($5::uuid[])) AND r.currency = $6::varchar
GROUP BY j.id`

var rankOrders = map[report.ChildOrder]string{report.ByReceivable: `6 DESC, 1`, report.ByOverdue: `7 DESC, 1`, report.ByOldest: `8 ASC NULLS LAST, 1`}

// Rank implements biz.Reader.
func (Repo) Rank(ctx context.Context, k biz.RankQuery) ([]report.Ranked, int64, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	person := uuid.NullUUID{}
	if k.SalespersonID != nil {
		person = uuid.NullUUID{UUID: *k.SalespersonID, Valid: true}
	}
	query, args := rankCustomers, []any{k.Today, person, k.Limit, k.Offset, array(k.Customers)}
	if k.Of == report.RankProjects {
		query, args = rankProjects, append(args, string(w.tenant.Currency))
	}
	rows, err := w.QueryContext(ctx, query+` ORDER BY `+rankOrders[k.Order]+` LIMIT $3 OFFSET $4`, args...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "rank debts")
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
	return out, total, postgres.Map(ctx, rows.Err(), "rank debts")
}
