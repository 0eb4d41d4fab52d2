package receivable

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// views are the conditions of the tabs; $1 today.
var views = map[biz.View]string{
	biz.ViewOpen:     `r.open_amount <> 0`,
	biz.ViewOverdue:  `r.open_amount <> 0 AND r.due_date < $1::date`,
	biz.ViewPending:  `r.open_amount <> 0 AND r.open_amount = r.amount`,
	biz.ViewPartial:  `r.open_amount <> 0 AND r.open_amount <> r.amount`,
	biz.ViewDisputed: `r.open_amount <> 0 AND r.disputed`,
	biz.ViewSettled:  `r.open_amount = 0`,
	biz.ViewAll:      `true`,
}

var orders = map[biz.Order]string{biz.OrderDueDate: `r.due_date`, biz.OrderOpenAmount: `r.open_amount`}

// narrowed gives the condition of the scope on a column of customers' ids, with
// its parameters from $2 on; every statement has a $1 of its own.
func narrowed(s biz.Scope, column string) (condition string, args []any) {
	condition = `true`
	if s.CustomerID != uuid.Nil {
		condition, args = column+` = $2`, append(args, s.CustomerID)
	}
	if s.OnlyOf != nil {
		n := `$2`
		if len(args) > 0 {
			n = `$3`
		}
		condition += ` AND ` + column + ` IN (SELECT id FROM customers WHERE salesperson_id = ` + n + `)`
		args = append(args, *s.OnlyOf)
	}
	return condition, args
}

// selected gives the condition of a query with its parameters. Only what was asked
// for is in it, so that the plan uses the index on open items where it can.
func selected(in biz.Query) (where string, args []any) {
	condition, more := narrowed(in.Scope, `r.customer_id`)
	args = append([]any{in.Today}, more...)
	where = ` FROM receivables r WHERE $1::date IS NOT NULL AND ` + views[in.View] + ` AND ` + condition
	if text := strings.TrimSpace(in.Text); text != "" {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)+"%")
		like := placeholder(len(args))
		where += ` AND (r.document_no ILIKE ` + like + ` OR r.customer_id IN (SELECT id FROM customers WHERE name ILIKE ` + like + ` OR number ILIKE ` + like + `))`
	}
	return where, args
}

func ordered(in biz.Query) string {
	direction := ` ASC`
	if in.Desc {
		direction = ` DESC`
	}
	return ` ORDER BY ` + orders[in.Order] + direction + `, r.id`
}

const listed = `
SELECT r.id, r.source, r.document_no, r.customer_id, c.name, r.invoice_date, r.due_date, r.currency, r.amount, r.open_amount, r.disputed, r.contract_no,
  c.number, coalesce(p.name, ''), coalesce(v.name, '')
FROM (SELECT r.*{from}) AS r JOIN customers c ON c.id = r.customer_id LEFT JOIN projects p ON p.id = r.project_id
LEFT JOIN hq.v_members v ON v.person_id = c.salesperson_id`

func each(ctx context.Context, from, order string, args []any, do func(biz.Receivable) error) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, strings.Replace(listed, `{from}`, from, 1)+order, args...)
	if err != nil {
		return postgres.Map(ctx, err, "list receivables")
	}
	defer rows.Close()
	for rows.Next() {
		var r biz.Receivable
		if err := rows.Scan(&r.ID, &r.Source, &r.DocumentNo, &r.CustomerID, &r.CustomerName, &r.InvoiceDate, &r.DueDate, &r.Currency, &r.Amount, &r.OpenAmount,
			&r.Disputed, &r.ContractNo, &r.CustomerNumber, &r.Project, &r.Salesperson); err != nil {
			return postgres.Map(ctx, err, "list receivables")
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return postgres.Map(ctx, rows.Err(), "list receivables")
}

// Each implements biz.Reader.
func (Repo) Each(ctx context.Context, in biz.Query, do func(biz.Receivable) error) error {
	from, args := selected(in)
	return each(ctx, from, ordered(in), args, do)
}

// List implements biz.Reader.
func (Repo) List(ctx context.Context, in biz.Query) (p biz.Page, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return p, err
	}
	from, args := selected(in)
	if err := q.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(r.open_amount), 0)::bigint`+from, args...).Scan(&p.Total, &p.OpenSum); err != nil {
		return p, postgres.Map(ctx, err, "count receivables")
	}
	args = append(args, in.Limit, in.Offset)
	from += ordered(in) + ` LIMIT ` + placeholder(len(args)-1) + ` OFFSET ` + placeholder(len(args))
	err = each(ctx, from, ordered(in), args, func(r biz.Receivable) error {
		p.Receivables = append(p.Receivables, r)
		return nil
	})
	return p, err
}

func placeholder(n int) string { return "$" + strconv.Itoa(n) }

// sums reads amounts by date.
func sums(ctx context.Context, doing, query string, args ...any) (map[calendar.Date]money.Amount, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, doing)
	}
	defer rows.Close()
	out := map[calendar.Date]money.Amount{}
	for rows.Next() {
		var d calendar.Date
		var a money.Amount
		if err := rows.Scan(&d, &a); err != nil {
			return nil, postgres.Map(ctx, err, doing)
		}
		out[d] = a
	}
	return out, postgres.Map(ctx, rows.Err(), doing)
}

// ownCurrency leaves out what is not in the tenant's currency; imports refuse it,
// so there is none, and a sum over two currencies would be wrong.
func ownCurrency(ctx context.Context) (money.Currency, error) {
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return "", scope.ErrNoScope
	}
	return t.Currency, nil
}

// OpenByDueDate implements biz.Reader.
func (Repo) OpenByDueDate(ctx context.Context, s biz.Scope) (map[calendar.Date]money.Amount, error) {
	currency, err := ownCurrency(ctx)
	if err != nil {
		return nil, err
	}
	condition, more := narrowed(s, `r.customer_id`)
	return sums(ctx, "sum open receivables", `SELECT r.due_date, sum(r.open_amount)::bigint FROM receivable_dues r
		WHERE r.currency = $1 AND `+condition+` GROUP BY r.due_date`, append([]any{currency}, more...)...)
}

// Months implements biz.Reader.
func (Repo) Months(ctx context.Context, s biz.Scope, since calendar.Date) (invoiced, collected map[calendar.Date]money.Amount, err error) {
	currency, err := ownCurrency(ctx)
	if err != nil {
		return nil, nil, err
	}
	condition, more := narrowed(s, `r.customer_id`)
	args := append([]any{currency}, more...)
	args = append(args, since)
	from := placeholder(len(args))
	byMonth := func(table, date string) string {
		return `SELECT date_trunc('month', r.` + date + `)::date, sum(r.amount)::bigint FROM ` + table + ` r
			WHERE r.currency = $1 AND r.` + date + ` >= ` + from + `::date AND ` + condition + ` GROUP BY 1`
	}
	if invoiced, err = sums(ctx, "sum invoices by month", byMonth("receivables", "invoice_date"), args...); err != nil {
		return nil, nil, err
	}
	collected, err = sums(ctx, "sum receipts by month", byMonth("receipts", "received_on"), args...)
	return invoiced, collected, err
}

// Standing implements biz.Reader. Accounts are as the caller has brought them up to date.
func (Repo) Standing(ctx context.Context, s biz.Scope) (biz.Standing, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Standing{}, err
	}
	condition, more := narrowed(s, `c.id`)
	var out biz.Standing
	err = q.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE a.overdue_amount > 0), count(*) FILTER (WHERE `+exposure.Over("a")+`),
		coalesce(sum(`+exposure.Bound("a")+`), 0)::bigint, coalesce(sum(a.reserved_amount), 0)::bigint,
		coalesce(sum(`+exposure.Used("a")+`), 0)::bigint, coalesce(sum(a.disputed_amount), 0)::bigint
		FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id WHERE $1::text <> '' AND `+condition, append([]any{"customers"}, more...)...).
		Scan(&out.Customers, &out.CustomersOverdue, &out.CustomersOverLimit, &out.LimitAmount, &out.Reserved, &out.Used, &out.Disputed)
	if err != nil {
		return out, postgres.Map(ctx, err, "count customers")
	}
	condition, more = narrowed(s, `p.customer_id`)
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM approvals p WHERE p.status = $1::text AND `+condition, append([]any{"pending"}, more...)...).Scan(&out.PendingApprovals)
	return out, postgres.Map(ctx, err, "count approvals")
}
