// Package figures sums customers' figures, of a subsidiary's own table and of
// HQ's projection alike: the one statement both levels are read by, so that they
// cannot differ.
package figures

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/tenancy/scope"
)

// Table says where figures lie, as f, with the names of what they are of.
type Table struct {
	From       string // FROM clause
	Basis      string // weakest basis of a group, as a number
	Customers  string // how many customers a group has
	Unknown    string // of them, with an unknown state
	Conditions map[Column]string
	Subjects   map[report.Dimension]Subject
}

// Column is what figures can be narrowed by.
type Column string

// The columns.
const (
	Tenant      Column = "tenant"
	Salesperson Column = "salesperson"
	Customer    Column = "customer"
	Currency    Column = "currency"
)

// Subject is how a dimension is grouped and named.
type Subject struct{ ID, Name, Detail string }

const sums = `coalesce(sum(f.sales), 0)::bigint, coalesce(sum(f.collections), 0)::bigint, coalesce(sum(f.fallen_due), 0)::bigint,
  coalesce(sum(f.collected_due), 0)::bigint, coalesce(sum(f.receivable), 0)::bigint, coalesce(sum(f.not_due), 0)::bigint,
  coalesce(sum(f.months_0_6), 0)::bigint, coalesce(sum(f.months_6_12), 0)::bigint, coalesce(sum(f.months_12_24), 0)::bigint,
  coalesce(sum(f.months_24), 0)::bigint, coalesce(sum(f.days_1_30), 0)::bigint, coalesce(sum(f.days_31_60), 0)::bigint,
  coalesce(sum(f.days_61_90), 0)::bigint, coalesce(sum(f.days_91), 0)::bigint,
  coalesce(sum(f.disputed), 0)::bigint, coalesce(sum(f.disputed_overdue), 0)::bigint, min(f.first_sale_on), min(f.oldest_due_on)`

func fields(s *report.Sums) []any {
	return []any{&s.Sales, &s.Collections, &s.FallenDue, &s.CollectedDue, &s.Receivable, &s.NotDue,
		&s.Months0, &s.Months6, &s.Months12, &s.Months24, &s.Days1, &s.Days31, &s.Days61, &s.Days91, &s.Disputed, &s.DisputedOverdue, &s.FirstSale, &s.OldestDue}
}

// narrowed gives the WHERE clause of a filter.
func (t Table) narrowed(f report.Filter) (string, []any) {
	var parts []string
	var args []any
	add := func(c Column, v any) {
		args = append(args, v)
		parts = append(parts, t.Conditions[c]+` = $`+strconv.Itoa(len(args)))
	}
	if f.TenantID != uuid.Nil {
		add(Tenant, f.TenantID)
	}
	if f.Currency != "" {
		add(Currency, f.Currency)
	}
	if f.SalespersonID != nil {
		if *f.SalespersonID == uuid.Nil {
			parts = append(parts, t.Conditions[Salesperson]+` IS NULL`)
		} else {
			add(Salesperson, *f.SalespersonID)
		}
	}
	if f.CustomerID != uuid.Nil {
		add(Customer, f.CustomerID)
	}
	if f.Customers != nil {
		args = append(args, pq.Array(f.Customers))
		parts = append(parts, t.Conditions[Customer]+` = ANY($`+strconv.Itoa(len(args))+`::uuid[])`)
	}
	if len(parts) == 0 {
		return `true`, nil
	}
	return strings.Join(parts, ` AND `), args
}

// Series sums a filter's customers by date.
func (t Table) Series(ctx context.Context, f report.Filter) (report.Series, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	where, args := t.narrowed(f)
	rows, err := q.QueryContext(ctx, `SELECT f.on_date, `+t.Basis+`, `+t.Customers+`, `+t.Unknown+`, `+sums+` FROM `+t.From+` WHERE `+where+` GROUP BY f.on_date`, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "sum figures")
	}
	defer func() { _ = rows.Close() }()
	out := report.Series{}
	for rows.Next() {
		var on calendar.Date
		var s report.Sums
		if err := rows.Scan(append([]any{&on, &s.Basis, &s.Customers, &s.Unknown}, fields(&s)...)...); err != nil {
			return nil, err
		}
		out[on] = s
	}
	return out, postgres.Map(ctx, rows.Err(), "sum figures")
}

// orders sort subjects as report.Figures computes their figures: {end} holds for rows
// of the period's last day, whose state counts, {day} is that day and {first} the
// period's first. Flows are of all rows.
var orders = map[report.ChildOrder]string{
	report.ByReceivable: `sum(f.receivable) FILTER (WHERE {end}) DESC NULLS LAST`,
	report.ByOverdue:    `sum(f.receivable - f.not_due) FILTER (WHERE {end}) DESC NULLS LAST`,
	report.ByOldest:     `min(f.oldest_due_on) FILTER (WHERE {end}) ASC NULLS LAST`,
	report.BySales:      `sum(f.sales) DESC NULLS LAST`,
	report.ByCollected:  `sum(f.collections) DESC NULLS LAST`,
	report.ByRatio: `CASE WHEN sum(f.receivable) FILTER (WHERE {end}) > 0
		THEN sum(f.receivable - f.not_due) FILTER (WHERE {end}) / sum(f.receivable) FILTER (WHERE {end}) END DESC NULLS LAST`,
	report.ByTurnover: `CASE WHEN sum(f.sales) > 0
		THEN sum(f.receivable) FILTER (WHERE {end}) * ({day} - greatest({first}, min(f.first_sale_on) FILTER (WHERE {end})) + 1) / sum(f.sales) END DESC NULLS LAST`,
}

// Children sums a filter's customers by a dimension, in the order of a period's
// figures, and gives each subject's figures of all dates.
func (t Table) Children(ctx context.Context, f report.Filter, q report.ChildQuery) ([]report.Child, int64, error) {
	conn, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	s := t.Subjects[q.By]
	where, args := t.narrowed(f)
	n := len(args)
	at := func(i int) string { return `$` + strconv.Itoa(n+i) }
	days := pq.StringArray{}
	for _, d := range q.Over.Dates() {
		days = append(days, d.String())
	}
	args = append(args, q.Over.End, q.Limit, q.Offset, q.Over.First, days)
	end := `f.on_date = ` + at(1) + `::date`
	order := strings.NewReplacer(`{end}`, end, `{day}`, at(1)+`::date`, `{first}`, at(4)+`::date`).Replace(orders[q.Order])
	top := `WITH top AS (SELECT ` + s.ID + ` AS id, row_number() OVER (ORDER BY ` + order + `, ` + s.ID + `) AS place, count(*) OVER () AS total
		FROM ` + t.From + ` WHERE ` + where + ` AND f.on_date = ANY(` + at(5) + `::date[]) AND ` + at(4) + `::date IS NOT NULL
		GROUP BY ` + s.ID + ` HAVING bool_or(` + end + `) ORDER BY place LIMIT ` + at(2) + ` OFFSET ` + at(3) + `)
	SELECT top.place, top.total, coalesce(top.id, '00000000-0000-0000-0000-000000000000'), max(` + s.Name + `), max(` + s.Detail + `), f.on_date, ` + t.Basis + `, ` + t.Customers + `, ` + t.Unknown + `, ` + sums + `
	FROM ` + t.From + ` JOIN top ON top.id IS NOT DISTINCT FROM ` + s.ID + ` WHERE ` + where + ` GROUP BY top.place, top.total, top.id, f.on_date ORDER BY top.place`
	rows, err := conn.QueryContext(ctx, top, args...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "sum figures by subject")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Child
	var total int64
	for rows.Next() {
		var place int64
		var on calendar.Date
		var name, detail sql.NullString
		var x report.Sums
		c := report.Child{Series: report.Series{}}
		if err := rows.Scan(append([]any{&place, &total, &c.ID, &name, &detail, &on, &x.Basis, &x.Customers, &x.Unknown}, fields(&x)...)...); err != nil {
			return nil, 0, err
		}
		if len(out) == 0 || out[len(out)-1].ID != c.ID {
			c.Name, c.Detail = name.String, detail.String
			out = append(out, c)
		}
		out[len(out)-1].Series[on] = x
	}
	return out, total, postgres.Map(ctx, rows.Err(), "sum figures by subject")
}
