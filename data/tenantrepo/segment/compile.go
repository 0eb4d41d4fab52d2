package segment

import (
	"fmt"
	"strings"

	"github.com/lib/pq"

	biz "zhuxin/biz/segment"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// statement is SQL that grows with its arguments. No value ever stands in the text.
type statement struct {
	args  []any
	joins map[string]bool
	today string // the placeholders that many terms use
	from  string
	money string
}

func newStatement(today calendar.Date, currency money.Currency) *statement {
	s := &statement{joins: map[string]bool{}}
	s.today, s.from, s.money = s.arg(today)+"::date", s.arg(today.AddMonths(-12).AddDays(1))+"::date", s.arg(string(currency))+"::text"
	return s
}

func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d", len(s.args))
}

// The joins that terms need; a statement has only those that its conditions ask for.
var joins = []struct{ name, sql string }{
	{"book", ` LEFT JOIN (SELECT b.*, ((extract(year FROM {today}) - extract(year FROM first_on)) * 12 + extract(month FROM {today}) - extract(month FROM first_on))::int AS months
		FROM (SELECT customer_id, min(invoice_date) AS first_on, coalesce(sum(amount) FILTER (WHERE invoice_date BETWEEN {from} AND {today}), 0)::bigint AS invoiced,
			coalesce(sum(amount - open_amount) FILTER (WHERE invoice_date BETWEEN {from} AND {today}), 0)::bigint AS settled
			FROM receivables WHERE currency = {money} GROUP BY customer_id) b) book ON book.customer_id = c.id`},
	{"cash", ` LEFT JOIN (SELECT customer_id, coalesce(sum(amount) FILTER (WHERE currency = {money} AND received_on BETWEEN {from} AND {today}), 0)::bigint AS collected
		FROM receipts GROUP BY customer_id) cash ON cash.customer_id = c.id`},
	{"sent", ` LEFT JOIN (SELECT customer_id, coalesce(sum(volume) FILTER (WHERE delivered_on BETWEEN {from} AND {today}), 0)::bigint AS volume
		FROM deliveries GROUP BY customer_id) sent ON sent.customer_id = c.id`},
}

// term is a number or a choice of a customer as SQL; a number that is not there is
// NULL, a choice ”.
type term struct {
	sql   string
	joins []string
}

// The terms of the dimensions. A month is over as biz/rating counts it: the months
// between the two, less one while the day of the month is not reached.
var terms = map[biz.Code]term{
	biz.Grade:       {sql: `coalesce(a.grade, '')`},
	biz.Region:      {sql: `coalesce(substr(c.uscc, 3, 2), '')`},
	biz.Salesperson: {sql: `coalesce(c.salesperson_id::text, '')`},
	biz.CooperationMonths: {joins: []string{"book"}, sql: `CASE WHEN book.first_on IS NOT NULL THEN greatest(0, book.months
		- CASE WHEN (book.first_on + make_interval(months => book.months))::date > {today} THEN 1 ELSE 0 END) END::bigint`},
	biz.Sales:       {joins: []string{"book"}, sql: `coalesce(book.invoiced, 0)`},
	biz.Volume:      {joins: []string{"sent"}, sql: `coalesce(sent.volume, 0)`},
	biz.OverdueDays: {sql: `CASE WHEN a.oldest_due_on IS NULL THEN 0 ELSE greatest(0, {today} - a.oldest_due_on) END::bigint`},
	biz.Utilization: {sql: `CASE WHEN a.limit_kind = 'amount' AND ` + exposure.Bound("a") + ` > 0
		THEN div(greatest(` + exposure.Used("a") + `, 0)::numeric * 10000, ` + exposure.Bound("a") + `)::bigint END`},
	biz.CollectionRatio: {joins: []string{"book", "cash"}, sql: `CASE WHEN book.invoiced > 0
		THEN div(greatest(CASE WHEN cash.customer_id IS NULL THEN book.settled ELSE cash.collected END, 0)::numeric * 10000, book.invoiced)::bigint END`},
}

// numbers are the dimensions whose terms are numbers, in the order of Facts.
var numbers = []biz.Code{biz.CooperationMonths, biz.Sales, biz.Volume, biz.OverdueDays, biz.Utilization, biz.CollectionRatio}

// term gives the SQL of a dimension and notes its joins; a label is read out of the
// customer by its code.
func (s *statement) term(code biz.Code) string {
	t, ok := terms[code]
	if !ok {
		return `coalesce(c.labels->>` + s.arg(string(code)) + `, '')`
	}
	for _, j := range t.joins {
		s.joins[j] = true
	}
	return s.fill(t.sql)
}

func (s *statement) fill(sql string) string {
	return strings.NewReplacer("{today}", s.today, "{from}", s.from, "{money}", s.money).Replace(sql)
}

// where compiles conditions: what biz.Conditions.Matches says, in SQL.
func (s *statement) where(cs biz.Conditions) string {
	all := []string{`c.status = 'active'`}
	for _, c := range cs {
		all = append(all, s.condition(c))
	}
	return strings.Join(all, " AND ")
}

func (s *statement) condition(c biz.Condition) string {
	sql := s.term(c.Dimension)
	none, values := false, make([]string, 0, len(c.Values))
	for _, v := range c.Values {
		if v == biz.None {
			none = true
			v = ""
		}
		values = append(values, v)
	}
	if !isNumber(c.Dimension) {
		return sql + ` = ANY(` + s.arg(pq.Array(values)) + `::text[])`
	}
	any := []string{`false`}
	if none {
		any = append(any, `(`+sql+`) IS NULL`)
	}
	for _, r := range c.Ranges {
		in := []string{`(` + sql + `) IS NOT NULL`}
		if r.From != nil {
			in = append(in, `(`+sql+`) >= `+s.arg(*r.From))
		}
		if r.To != nil {
			in = append(in, `(`+sql+`) < `+s.arg(*r.To))
		}
		any = append(any, `(`+strings.Join(in, " AND ")+`)`)
	}
	return `(` + strings.Join(any, " OR ") + `)`
}

func isNumber(code biz.Code) bool {
	for _, n := range numbers {
		if n == code {
			return true
		}
	}
	return false
}

// source is the FROM clause with the joins that were asked for.
func (s *statement) source() string {
	out := ` FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id`
	for _, j := range joins {
		if s.joins[j.name] {
			out += s.fill(j.sql)
		}
	}
	// The placeholders that every statement has are used in every statement.
	return out + fmt.Sprintf(` CROSS JOIN (SELECT %s, %s, %s) about`, s.today, s.from, s.money)
}
