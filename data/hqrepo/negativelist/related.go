package negativelist

import (
	"context"

	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/scope"
)

const holdersSQL = `SELECT r.id, r.customer_name, t.name, r.uscc FROM hq.rollup_customers r JOIN hq.tenants t ON t.id = r.tenant_id
	WHERE r.uscc = ANY($1::text[]) ORDER BY array_position($1::text[], r.uscc::text), t.name, r.customer_name LIMIT 200`

// Holders implements negativelist.Repo, the nearest first.
func (Repo) Holders(ctx context.Context, companies []reach.Reached) (out []negativelist.Related, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	codes, way := make([]string, len(companies)), make(map[string]reach.Path, len(companies))
	for i, c := range companies {
		codes[i], way[c.USCC] = c.USCC, c.Path.Reversed()
	}
	rows, err := q.QueryContext(ctx, holdersSQL, pq.Array(codes))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find customers related to a listed company")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r negativelist.Related
		var code string
		if err := rows.Scan(&r.CustomerID, &r.CustomerName, &r.TenantName, &code); err != nil {
			return nil, err
		}
		r.Path = way[code]
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "find customers related to a listed company")
}
