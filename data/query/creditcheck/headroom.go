package creditcheck

import (
	"context"
	"database/sql"
	"strings"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

var _ biz.HeadroomStore = (*Store)(nil)

// supplied are the projects under way. $1 part of a name or number, escaped for
// LIKE, $2 salesperson or NULL.
const supplied = `
FROM projects j JOIN customers c ON c.id = j.customer_id
WHERE j.status = 'supplying' AND c.status = 'active' AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)
  AND ($1::text = '' OR j.name ILIKE $1::text OR j.number ILIKE $1::text OR c.name ILIKE $1::text OR c.number ILIKE $1::text)`

// listSupplied reads the facts of a check, without a lock, for a page of projects.
// The price is that of the newest contract.
var listSupplied = strings.ReplaceAll(`
SELECT j.id, j.number, j.name, coalesce(t.unit_price, 0),
  pa.checkpoints, pa.limit_kind, pa.standing_amount, pa.temporary_amount, pa.receivable_amount, pa.reserved_amount, ss.reason,`+facts+`
FROM (SELECT j.*`+supplied+` ORDER BY c.name, j.number LIMIT $3 OFFSET $4) j
JOIN customers c ON c.id = j.customer_id
JOIN credit_accounts a ON a.id = c.id
LEFT JOIN project_accounts pa ON pa.id = j.id
LEFT JOIN LATERAL (SELECT t.unit_price FROM contracts t WHERE t.project_id = j.id ORDER BY t.signed_on DESC, t.id DESC LIMIT 1) t ON true`+rulesOf+stopped+`
ORDER BY c.name, j.number`, "{stopped project}", "(s.project_id IS NULL OR s.project_id = j.id)")

// SuppliedProjects implements biz/creditcheck.HeadroomStore.
func (s *Store) SuppliedProjects(ctx context.Context, query biz.HeadroomQuery) ([]biz.ProjectRow, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	search := query.Search
	if search != "" {
		search = "%" + escapeLike.Replace(search) + "%"
	}
	args := []any{search, orNull(query.OwnedBy)}
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*)`+supplied, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count supplied projects")
	}
	rs, err := q.QueryContext(ctx, listSupplied, append(args, query.Limit, query.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list supplied projects")
	}
	defer func() { _ = rs.Close() }()
	var out []biz.ProjectRow
	for rs.Next() {
		var (
			p                                     biz.ProjectRow
			r                                     factRow
			points, kind, stop                    sql.NullString
			standing, temporary, receivable, held sql.Null[int64]
		)
		err := rs.Scan(append([]any{&p.ID, &p.Number, &p.Name, &p.UnitPrice, &points, &kind, &standing, &temporary, &receivable, &held, &stop}, r.targets()...)...)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list supplied projects")
		}
		if p.Loaded, err = r.loaded(); err != nil {
			return nil, 0, err
		}
		p.Found.Stopped, p.Found.StopReason = stop.Valid, stop.String
		p.Found.Project = &biz.FoundProject{ID: p.ID, Checkpoints: points.String}
		if kind.Valid {
			p.Found.Project.Facts = &biz.ProjectFacts{ID: p.ID, Number: p.Number, Name: p.Name, LimitKind: exposure.LimitKind(kind.String),
				StandingLimit: money.Amount(standing.V), TemporaryLimit: money.Amount(temporary.V), Receivable: money.Amount(receivable.V), Reserved: money.Amount(held.V)}
		}
		out = append(out, p)
	}
	return out, total, postgres.Map(ctx, rs.Err(), "list supplied projects")
}
