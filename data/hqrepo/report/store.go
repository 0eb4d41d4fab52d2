// Package report keeps the figures of all subsidiaries' customers at HQ and reads
// them: the implementation of the ports of shared/report on HQ's scope.
package report

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{}

var _ report.Store = Store{}

const columns = `sales, collections, fallen_due, collected_due, receivable, not_due,
  months_0_6, months_6_12, months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, first_sale_on, oldest_due_on`

// replaced sets each of columns to what comes.
var replaced = func() string {
	var set []string
	for c := range strings.SplitSeq(columns, ",") {
		set = append(set, strings.TrimSpace(c)+" = excluded."+strings.TrimSpace(c))
	}
	return strings.Join(set, ", ")
}()

// row is a customer's figures as one JSON document carries them.
type row struct {
	Customer     uuid.UUID     `json:"customer_id"`
	On           calendar.Date `json:"on_date"`
	Basis        string        `json:"basis"`
	Sales        int64         `json:"sales"`
	Collections  int64         `json:"collections"`
	FallenDue    int64         `json:"fallen_due"`
	CollectedDue int64         `json:"collected_due"`
	Receivable   int64         `json:"receivable"`
	NotDue       int64         `json:"not_due"`
	Months0      int64         `json:"months_0_6"`
	Months6      int64         `json:"months_6_12"`
	Months12     int64         `json:"months_12_24"`
	Months24     int64         `json:"months_24"`
	Days1        int64         `json:"days_1_30"`
	Days31       int64         `json:"days_31_60"`
	Days61       int64         `json:"days_61_90"`
	Days91       int64         `json:"days_91"`
	Disputed     int64         `json:"disputed"`
	DisputedLate int64         `json:"disputed_overdue"`
	FirstSale    calendar.Date `json:"first_sale_on"`
	OldestDue    calendar.Date `json:"oldest_due_on"`
}

type mark struct {
	Customer    uuid.UUID  `json:"customer_id"`
	Salesperson *uuid.UUID `json:"salesperson_id"`
	Version     int64      `json:"version"`
	Dates       []string   `json:"dates"`
}

const marks = `WITH m AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(customer_id uuid, salesperson_id uuid, version bigint, dates date[])) `

// What an older version of a customer's figures says changes nothing.
var (
	drop = marks + `DELETE FROM hq.rollup_figures f USING m WHERE f.customer_id = m.customer_id AND f.version <= m.version AND f.on_date <> ALL(m.dates)`
	put  = marks + `INSERT INTO hq.rollup_figures (tenant_id, currency, customer_id, on_date, version, salesperson_id, basis, ` + columns + `)
SELECT $3::uuid, $4::varchar, x.customer_id, x.on_date, m.version, m.salesperson_id, x.basis, ` + columns + `
FROM jsonb_to_recordset($2::jsonb) AS x(customer_id uuid, on_date date, basis text, sales bigint, collections bigint, fallen_due bigint,
  collected_due bigint, receivable bigint, not_due bigint, months_0_6 bigint, months_6_12 bigint, months_12_24 bigint, months_24 bigint,
  days_1_30 bigint, days_31_60 bigint, days_61_90 bigint, days_91 bigint, disputed bigint, disputed_overdue bigint, first_sale_on date, oldest_due_on date)
JOIN m ON m.customer_id = x.customer_id
WHERE NOT EXISTS (SELECT FROM hq.rollup_figures n WHERE n.customer_id = x.customer_id AND n.version > m.version)
ORDER BY x.customer_id, x.on_date
ON CONFLICT (customer_id, on_date) DO UPDATE SET version = excluded.version, salesperson_id = excluded.salesperson_id, basis = excluded.basis, ` + replaced
)

// Put implements report.Store.
func (Store) Put(ctx context.Context, t tenant.Tenant, marked []report.Mark, rows []report.Row) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('figures ' || $1::text, 0))`, t.ID.String()); err != nil {
		return postgres.Map(ctx, err, "lock projected figures")
	}
	ms := make([]mark, len(marked))
	for i, m := range marked {
		ms[i] = mark{Customer: m.CustomerID, Version: m.Version, Dates: []string{}}
		for _, d := range m.Dates {
			ms[i].Dates = append(ms[i].Dates, d.String())
		}
		if m.SalespersonID != uuid.Nil {
			ms[i].Salesperson = &marked[i].SalespersonID
		}
	}
	rs := make([]row, len(rows))
	for i, r := range rows {
		rs[i] = row{r.CustomerID, r.On, r.Basis.String(), r.Sales, r.Collections, r.FallenDue, r.CollectedDue, r.Receivable, r.NotDue,
			r.Months0, r.Months6, r.Months12, r.Months24, r.Days1, r.Days31, r.Days61, r.Days91, r.Disputed, r.DisputedOverdue, r.FirstSale, r.OldestDue}
	}
	md, err := json.Marshal(ms)
	if err != nil {
		return fmt.Errorf("report: encode marks: %w", err)
	}
	rd, err := json.Marshal(rs)
	if err != nil {
		return fmt.Errorf("report: encode figures: %w", err)
	}
	if _, err := q.ExecContext(ctx, drop, string(md)); err != nil {
		return postgres.Map(ctx, err, "drop projected figures")
	}
	_, err = q.ExecContext(ctx, put, string(md), string(rd), t.ID, string(t.Currency))
	return postgres.Map(ctx, err, "store projected figures")
}

const sum = `
INSERT INTO hq.rollup_subsidiary_figures (tenant_id, on_date, currency, customers, unknown, basis, ` + columns + `, as_of)
SELECT tenant_id, on_date, min(currency), count(*), count(*) FILTER (WHERE basis = 'unknown'),
  max(CASE basis WHEN 'books' THEN 0 WHEN 'items' THEN 1 WHEN 'receipts' THEN 2 ELSE 3 END),
  sum(sales), sum(collections), sum(fallen_due), sum(collected_due), sum(receivable), sum(not_due), sum(months_0_6), sum(months_6_12),
  sum(months_12_24), sum(months_24), sum(days_1_30), sum(days_31_60), sum(days_61_90), sum(days_91), sum(disputed), sum(disputed_overdue), min(first_sale_on), min(oldest_due_on), $2::date
FROM hq.rollup_figures WHERE tenant_id = $1 GROUP BY tenant_id, on_date`

// Sum implements report.Store; Put holds the lock of the subsidiary.
func (Store) Sum(ctx context.Context, tenantID uuid.UUID, asOf calendar.Date) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, `DELETE FROM hq.rollup_subsidiary_figures WHERE tenant_id = $1`, tenantID); err != nil {
		return postgres.Map(ctx, err, "drop a subsidiary's figures")
	}
	_, err = q.ExecContext(ctx, sum, tenantID, asOf)
	return postgres.Map(ctx, err, "sum a subsidiary's figures")
}

// PutProjects implements report.Store.
func (Store) PutProjects(ctx context.Context, t tenant.Tenant, asOf calendar.Date, projects []report.Project) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	type doc struct {
		ID         uuid.UUID     `json:"project_id"`
		Customer   uuid.UUID     `json:"customer_id"`
		Number     string        `json:"number"`
		Name       string        `json:"name"`
		Receivable int64         `json:"receivable"`
		Overdue    int64         `json:"overdue"`
		Oldest     calendar.Date `json:"oldest_due_on"`
		Disputed   int64         `json:"disputed"`
	}
	docs := make([]doc, len(projects))
	for i, p := range projects {
		docs[i] = doc{p.ID, p.CustomerID, p.Number, p.Name, p.Receivable, p.Overdue, p.OldestDueOn, p.Disputed}
	}
	b, err := json.Marshal(docs)
	if err != nil {
		return fmt.Errorf("report: encode projects: %w", err)
	}
	if _, err := q.ExecContext(ctx, `DELETE FROM hq.rollup_projects WHERE tenant_id = $1`, t.ID); err != nil {
		return postgres.Map(ctx, err, "drop projected projects")
	}
	_, err = q.ExecContext(ctx, `INSERT INTO hq.rollup_projects (project_id, tenant_id, customer_id, number, name, currency, receivable, overdue, oldest_due_on, disputed, as_of)
		SELECT project_id, $2::uuid, customer_id, number, name, $3::varchar, receivable, overdue, oldest_due_on, disputed, $4::date
		FROM jsonb_to_recordset($1::jsonb) AS x(project_id uuid, customer_id uuid, number text, name text, receivable bigint, overdue bigint, oldest_due_on date, disputed bigint)`,
		string(b), t.ID, string(t.Currency), asOf)
	return postgres.Map(ctx, err, "store projected projects")
}
