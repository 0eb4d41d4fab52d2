package historyimport

import (
	"context"
	"database/sql"

	"github.com/lib/pq"

	biz "zhuxin/biz/historyimport"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Names implements biz.Repository.
func (Repo) Names(ctx context.Context, names []string) (map[string]string, error) {
	type holder struct{ name, number string }
	list, err := postgres.Query(ctx, "find companies by name", `SELECT name, number FROM customers WHERE uscc IS NOT NULL AND name = ANY($1::text[])`,
		func(rows *sql.Rows) (h holder, err error) { return h, rows.Scan(&h.name, &h.number) }, pq.StringArray(names))
	out := make(map[string]string, len(list))
	for _, h := range list {
		out[h.name] = h.number
	}
	return out, err
}

// The parts of what is open of a source: $1 the source, $2 the currency.
const dues = ` FROM receivable_dues d JOIN receivables r ON r.id = d.receivable_id WHERE r.source = $1 AND d.currency = $2 `

const openByDueDate = `SELECT d.due_date, sum(d.open_amount)::bigint` + dues + `GROUP BY d.due_date`

// byCustomer: $3 the cut-over date. Overdue is net of credit notes past theirs, not
// below zero, as in the accounts.
const byCustomer = `SELECT d.customer_id, sum(d.open_amount)::bigint AS open,
	greatest(0, coalesce(sum(d.open_amount) FILTER (WHERE d.due_date < $3::date), 0))::bigint AS overdue, min(d.due_date) AS oldest` + dues + `GROUP BY d.customer_id`

const owing = `SELECT count(*) FILTER (WHERE open <> 0), count(*) FILTER (WHERE overdue > 0) FROM (` + byCustomer + `) x`

const largest = `SELECT c.number, c.name, x.open, x.overdue, x.oldest FROM (` + byCustomer + `) x JOIN customers c ON c.id = x.customer_id
	ORDER BY x.open DESC, c.number LIMIT $4`

// Survey implements biz.Repository.
func (Repo) Survey(ctx context.Context, in biz.Look) (s biz.Survey, err error) {
	type due struct {
		on   calendar.Date
		open money.Amount
	}
	list, err := postgres.Query(ctx, "sum what history left open", openByDueDate, func(rows *sql.Rows) (d due, err error) { return d, rows.Scan(&d.on, &d.open) }, in.Source, string(in.Currency))
	if err != nil {
		return s, err
	}
	s.Dues = make(map[calendar.Date]money.Amount, len(list))
	for _, d := range list {
		s.Dues[d.on] = d.open
	}
	if _, err = postgres.Query(ctx, "count who owes by history", owing, func(rows *sql.Rows) (struct{}, error) {
		return struct{}{}, rows.Scan(&s.Owing, &s.OwingLate)
	}, in.Source, string(in.Currency), in.AsOf); err != nil {
		return s, err
	}
	s.Debtors, err = postgres.Query(ctx, "list the largest debtors of history", largest, func(rows *sql.Rows) (d biz.Debtor, err error) {
		return d, rows.Scan(&d.Number, &d.Name, &d.Open, &d.Overdue, &d.OldestOn)
	}, in.Source, string(in.Currency), in.AsOf, in.Debtors)
	if err != nil {
		return s, err
	}
	for _, f := range findings {
		found, err := postgres.Query(ctx, "look for "+string(f.Code), f.sql(in.Samples), func(rows *sql.Rows) (x biz.Finding, err error) {
			x.Key = f.Key
			return x, rows.Scan(&x.Count, &x.Amount, (*pq.StringArray)(&x.Samples))
		}, in.Source, string(in.Currency), in.AsOf, in.Limitation)
		if err != nil {
			return s, err
		}
		s.Findings = append(s.Findings, found...)
	}
	return s, nil
}
