package customer

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/customer"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// The list joins each customer with his credit account; the view's condition and
// the sums of all views come from the same terms, so that tab and list agree.
var (
	limitAmount = exposure.Bound("a")
	owed        = exposure.Used("a")

	isMine      = `c.salesperson_id = $1`
	isOverLimit = exposure.Over("a")
	isOverdue   = `coalesce(a.overdue_amount, 0) > 0`
	isUnrated   = `coalesce(a.grade, '') = ''`
	isNegative  = `EXISTS (SELECT FROM hq.v_negative_listed n WHERE n.uscc = c.uscc)`

	inView = `CASE $3 WHEN 'mine' THEN ` + isMine + ` WHEN 'over_limit' THEN ` + isOverLimit + ` WHEN 'overdue' THEN ` + isOverdue +
		` WHEN 'unrated' THEN ` + isUnrated + ` WHEN 'negative' THEN ` + isNegative + ` ELSE true END`

	// matches: $4 is a LIKE pattern, or nothing for everything.
	matches = `($4 = '' OR c.name ILIKE $4 OR c.number ILIKE $4 OR c.uscc ILIKE $4)`

	// inScope: $2 is the person whose customers alone are shown, $5 the customers of a
	// segment; null for all.
	inScope = `($2::uuid IS NULL OR c.salesperson_id = $2) AND ($5::uuid[] IS NULL OR c.id = ANY($5))`

	countSQL = `SELECT count(*), count(*) FILTER (WHERE ` + isMine + `), count(*) FILTER (WHERE ` + isOverLimit + `),
		count(*) FILTER (WHERE ` + isOverdue + `), count(*) FILTER (WHERE ` + isUnrated + `), count(*) FILTER (WHERE ` + isNegative + `),
		count(*) FILTER (WHERE ` + inView + ` AND ` + matches + `)
		FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id WHERE ` + inScope

	pageSQL = `SELECT c.id, c.number, c.name, coalesce(c.uscc, ''), coalesce(a.grade, ''), coalesce(a.limit_kind, 'none'), coalesce(` + limitAmount + `, 0),
		` + owed + `, coalesce(a.receivable_amount, 0), coalesce(a.overdue_amount, 0),
		CASE WHEN a.oldest_due_on IS NULL THEN 0 ELSE greatest(0, $6::date - a.oldest_due_on) END, ` + isNegative + `,
		c.salesperson_id, m.name, c.updated_at
		FROM customers c LEFT JOIN credit_accounts a ON a.id = c.id LEFT JOIN hq.v_members m ON m.person_id = c.salesperson_id
		WHERE ` + inScope + ` AND ` + inView + ` AND ` + matches
)

// orders are the sort keys; the direction and the id follow.
var orders = map[biz.Order]string{
	"":                   `c.updated_at`,
	biz.OrderName:        `c.name`,
	biz.OrderReceivable:  `coalesce(a.receivable_amount, 0)`,
	biz.OrderOverdue:     `coalesce(a.overdue_amount, 0)`,
	biz.OrderUtilization: owed + `::numeric / nullif(` + limitAmount + `, 0)`,
}

func pageOf(q biz.Query) string {
	direction := " ASC"
	if q.Desc || q.Order == "" {
		direction = " DESC"
	}
	return pageSQL + ` ORDER BY ` + orders[q.Order] + direction + ` NULLS LAST, c.id LIMIT $7 OFFSET $8`
}

// pattern makes a LIKE pattern that finds text anywhere; its own signs are plain.
func pattern(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// List implements biz.Repository, in two statements.
func (Repo) List(ctx context.Context, q biz.Query) (biz.Page, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return biz.Page{}, err
	}
	only, like := nullable(q.OnlyOf), pattern(q.Text)
	var all, mine, over, overdue, unrated, negative int64
	p := biz.Page{}
	if err := c.QueryRowContext(ctx, countSQL, q.Viewer, only, q.View, like, pq.Array(q.In)).
		Scan(&all, &mine, &over, &overdue, &unrated, &negative, &p.Total); err != nil {
		return biz.Page{}, postgres.Map(ctx, err, "count customers")
	}
	p.Counts = map[biz.View]int64{biz.ViewAll: all, biz.ViewMine: mine, biz.ViewOverLimit: over, biz.ViewOverdue: overdue,
		biz.ViewUnrated: unrated, biz.ViewNegative: negative}
	rows, err := c.QueryContext(ctx, pageOf(q), q.Viewer, only, q.View, like, pq.Array(q.In), q.Today, q.Limit, q.Offset)
	if err != nil {
		return biz.Page{}, postgres.Map(ctx, err, "list customers")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			s      biz.Summary
			person uuid.NullUUID
			name   sql.NullString
		)
		if err := rows.Scan(&s.ID, &s.Number, &s.Name, &s.USCC, &s.Grade, &s.LimitKind, &s.LimitAmount, &s.Exposure, &s.Receivable, &s.Overdue,
			&s.OverdueDays, &s.OnNegativeList, &person, &name, &s.UpdatedAt); err != nil {
			return biz.Page{}, postgres.Map(ctx, err, "list customers")
		}
		s.Salesperson = roster.Ref(person, name)
		p.Customers = append(p.Customers, s)
	}
	return p, postgres.Map(ctx, rows.Err(), "list customers")
}

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}
