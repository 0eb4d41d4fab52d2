package project

import (
	"context"
	"database/sql"
	"strings"

	biz "zhuxin/biz/project"
	"zhuxin/data/postgres"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/tenancy/scope"
)

var (
	// selected: $1 scope, $2 pattern or '', $3 status or '', $4 customer, $5 owner.
	selected = ` WHERE ` + inScope + ` AND ($2 = '' OR p.name ILIKE $2 OR p.number ILIKE $2 OR c.name ILIKE $2
			OR EXISTS (SELECT FROM contracts t WHERE t.project_id = p.id AND t.erp_contract_no ILIKE $2))
		AND ($3 = '' OR p.status = $3) AND ($4::uuid IS NULL OR p.customer_id = $4) AND ($5::uuid IS NULL OR p.owner_id = $5)`

	countSQL = `SELECT count(*) FROM projects p JOIN customers c ON c.id = p.customer_id` + selected

	// The page is chosen first; sums are read for its rows only. $6 is today.
	listSQL = `SELECT ` + columns + `,
		` + customerrepo.Against("c.uscc", `r.overdue > 0`) + `,
		coalesce((SELECT t.erp_contract_no FROM contracts t WHERE t.project_id = p.id ORDER BY t.signed_on DESC, t.erp_contract_no LIMIT 1), ''),
		r.open, r.overdue` + joins + `
		JOIN (SELECT p.id FROM projects p JOIN customers c ON c.id = p.customer_id` + selected + ` ORDER BY p.updated_at DESC, p.id DESC LIMIT $7 OFFSET $8) page ON page.id = p.id
		LEFT JOIN credit_accounts a ON a.id = c.id
		CROSS JOIN LATERAL (SELECT coalesce(sum(open_amount), 0) AS open, coalesce(sum(open_amount) FILTER (WHERE due_date < $6::date AND open_amount > 0), 0) AS overdue
			FROM receivable_dues WHERE project_id = p.id) r
		ORDER BY p.updated_at DESC, p.id DESC`
)

// List implements biz.Repository, in two statements.
func (Repo) List(ctx context.Context, q biz.Query) (biz.Page, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return biz.Page{}, err
	}
	args := []any{q.OnlyOf, pattern(q.Text), q.Status, q.CustomerID, q.OwnerID}
	var p biz.Page
	if err := c.QueryRowContext(ctx, countSQL, args...).Scan(&p.Total); err != nil {
		return p, postgres.Map(ctx, err, "count projects")
	}
	p.Projects, err = all(ctx, "list projects", listSQL, append(args, q.Today, q.Limit, q.Offset), func(rows *sql.Rows) (r biz.Row, err error) {
		var f fields
		err = rows.Scan(append(f.into(), &r.Warning, &r.ContractNo, &r.Receivable, &r.Overdue)...)
		r.Project = f.project()
		return r, err
	})
	return p, err
}

// pattern makes a LIKE pattern that finds text anywhere; its own signs are plain.
func pattern(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}
