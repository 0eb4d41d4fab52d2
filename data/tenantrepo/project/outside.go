package project

import (
	"context"
	"database/sql"

	biz "zhuxin/biz/project"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

const (
	stoppedSQL = `SELECT EXISTS (SELECT FROM supply_stops s WHERE s.customer_id = $2 AND (s.project_id IS NULL OR s.project_id = $1) AND (s.state = 'stopped' OR s.state = 'acknowledged'))`

	// A customer who builds for himself is warned of once.
	outsideSQL = `SELECT w.owner, f.kind = 'dishonest_debtor' AS dishonest, count(*), coalesce(sum(f.amount), 0)::bigint
		FROM projects p JOIN customers c ON c.id = p.customer_id LEFT JOIN owners o ON o.id = p.owner_id
		CROSS JOIN LATERAL (VALUES (false, c.uscc), (true, nullif(o.uscc, c.uscc))) w(owner, uscc)
		JOIN hq.v_registry_findings f ON f.uscc = w.uscc AND f.status = 'active'
		WHERE p.id = $1 AND f.kind IN ('dishonest_debtor', 'litigation', 'enforcement', 'consumption_restriction') GROUP BY 1, 2 ORDER BY 2 DESC, 1`
)

// Stopped implements biz.Repository.
func (Repo) Stopped(ctx context.Context, p biz.Project) (stopped bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, stoppedSQL, p.ID, p.Customer.ID).Scan(&stopped)
	return stopped, postgres.Map(ctx, err, "look for a supply stop")
}

// Outside implements biz.Repository.
func (Repo) Outside(ctx context.Context, p biz.Project) ([]biz.Outside, error) {
	return all(ctx, "read findings of customer and owner", outsideSQL, []any{p.ID}, func(rows *sql.Rows) (o biz.Outside, err error) {
		return o, rows.Scan(&o.Owner, &o.Dishonest, &o.Count, &o.Amount)
	})
}
