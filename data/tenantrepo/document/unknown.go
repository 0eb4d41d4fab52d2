package document

import (
	"context"

	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Unknown gives the keys that no document names.
func (r *Repo) Unknown(ctx context.Context, keys []string) (unknown []string, err error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.QueryContext(ctx, `SELECT k FROM unnest($1::text[]) AS k WHERE NOT EXISTS (SELECT FROM documents WHERE object_key = k)`, pq.Array(keys))
	if err != nil {
		return nil, postgres.Map(ctx, err, "look for documents of objects")
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		unknown = append(unknown, key)
	}
	return unknown, postgres.Map(ctx, rows.Err(), "look for documents of objects")
}
