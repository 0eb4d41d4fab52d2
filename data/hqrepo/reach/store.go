// Package reach keeps the edges that subsidiaries know between parties: the
// implementation of shared/reach.Group on HQ's scope. It owns the table party_edges.
package reach

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{}

var _ reach.Group = Store{}

const (
	putSQL = `INSERT INTO hq.party_edges AS e (id, tenant_id, from_key, from_name, to_key, to_name, kind, valid_from, valid_through, version)
		SELECT x.id, $2, x.from_key, x.from_name, x.to_key, x.to_name, x.kind, x.valid_from, x.valid_through, x.version
		FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, from_key text, from_name text, to_key text, to_name text, kind text, valid_from date, valid_through date, version bigint)
		ORDER BY x.id
		ON CONFLICT (id) DO UPDATE SET (from_key, from_name, to_key, to_name, valid_from, valid_through, version) =
		  (excluded.from_key, excluded.from_name, excluded.to_key, excluded.to_name, excluded.valid_from, excluded.valid_through, excluded.version)
		WHERE e.tenant_id = excluded.tenant_id AND e.version <= excluded.version`
	holds     = `(e.valid_from IS NULL OR e.valid_from <= $2::date) AND (e.valid_through IS NULL OR e.valid_through >= $2::date)`
	columns   = `e.from_key, e.from_name, e.to_key, e.to_name, e.kind`
	aroundSQL = `SELECT ` + columns + ` FROM hq.party_edges e WHERE e.from_key = ANY($1::text[]) AND ` + holds + `
		UNION SELECT ` + columns + ` FROM hq.party_edges e WHERE e.to_key = ANY($1::text[]) AND ` + holds
	holdersSQL = `SELECT DISTINCT tenant_id FROM hq.rollup_customers WHERE uscc = ANY($1::text[]) ORDER BY 1`
)

type edgeJSON struct {
	ID       uuid.UUID     `json:"id"`
	FromKey  reach.Key     `json:"from_key"`
	FromName string        `json:"from_name"`
	ToKey    reach.Key     `json:"to_key"`
	ToName   string        `json:"to_name"`
	Kind     reach.Kind    `json:"kind"`
	Since    calendar.Date `json:"valid_from"`
	Through  calendar.Date `json:"valid_through"`
	Version  int64         `json:"version"`
}

// Put implements reach.Group.
func (Store) Put(ctx context.Context, tenantID uuid.UUID, edges []reach.Shared) error {
	q, err := scope.Conn(ctx)
	if err != nil || len(edges) == 0 {
		return err
	}
	rows := make([]edgeJSON, len(edges))
	for i, e := range edges {
		rows[i] = edgeJSON{e.ID, e.From.Key, e.From.Name, e.To.Key, e.To.Name, e.Kind, e.Since, e.Through, e.Version}
	}
	doc, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, putSQL, string(doc), tenantID)
	return postgres.Map(ctx, err, "store edges between parties")
}

// Around implements reach.Around with what all subsidiaries know.
func (Store) Around(ctx context.Context, keys []reach.Key, on calendar.Date) (out []reach.Edge, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, aroundSQL, pq.Array(keys), on)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read edges between parties")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		e := reach.Edge{Own: true} // HQ is told by each
		if err := rows.Scan(&e.From.Key, &e.From.Name, &e.To.Key, &e.To.Name, &e.Kind); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, postgres.Map(ctx, rows.Err(), "read edges between parties")
}

// Holders implements reach.Group.
func (Store) Holders(ctx context.Context, codes []string) (out []uuid.UUID, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, holdersSQL, pq.Array(codes))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find subsidiaries by their customers")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, postgres.Map(ctx, rows.Err(), "find subsidiaries by their customers")
}
