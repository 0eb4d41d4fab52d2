package related

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/related"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

const (
	mastersSQL = `SELECT id, coalesce(uscc, ''), name, legal_representative, legal_representative_id_enc FROM customers WHERE id = ANY($1::uuid[]) ORDER BY id`

	fromMaster = `FROM party_relations r JOIN parties p ON p.id = r.to_id
		WHERE r.kind = 'legal_representative' AND r.source = 'customer' AND r.valid_through IS NULL AND p.uscc = `
	fromMasterSQL = `SELECT ` + columns + ` ` + fromMaster + `$1 ORDER BY r.id LIMIT 1 FOR UPDATE OF r`
	unfollowedSQL = `SELECT c.id FROM customers c WHERE c.uscc IS NOT NULL AND c.legal_representative <> '' AND c.legal_representative_id_enc IS NOT NULL
		AND NOT EXISTS (SELECT ` + fromMaster + `c.uscc) ORDER BY c.id LIMIT $1`

	// What counts for an order check comes first: see data/query/creditcheck.
	hitsSQL = `SELECT r.uscc, r.company_name, r.path, l.severity, l.reason_code, l.reason_text, coalesce(g.related_action, 'warn'), r.depth <= coalesce(g.related_depth, 2),
		greatest(l.exempt_until, (SELECT x.ends_on FROM hq.v_exemptions x WHERE x.uscc = c.uscc))
		FROM related_reach r JOIN customers c ON c.id = r.customer_id JOIN LATERAL (SELECT * FROM hq.v_negative_listed n WHERE n.uscc = r.uscc
		  ORDER BY CASE n.severity WHEN 'critical' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END, n.listed_at LIMIT 1) l ON true
		LEFT JOIN hq.v_group_policy g ON true
		WHERE r.customer_id = $1
		ORDER BY r.depth <= coalesce(g.related_depth, 2) DESC, CASE l.severity WHEN 'critical' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END, r.depth, r.uscc LIMIT 50`
)

// Masters implements biz.Repository.
func (Repo) Masters(ctx context.Context, customerIDs []uuid.UUID) ([]biz.Master, error) {
	return postgres.Query(ctx, "read related parties", mastersSQL, func(rows *sql.Rows) (m biz.Master, err error) {
		return m, rows.Scan(&m.CustomerID, &m.USCC, &m.Name, &m.Representative, &m.SealedID)
	}, pq.Array(customerIDs))
}

// FromMaster implements biz.Repository.
func (Repo) FromMaster(ctx context.Context, uscc string) (r biz.Relation, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return r, false, err
	}
	r, err = scanRelation(q.QueryRowContext(ctx, fromMasterSQL, uscc))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, postgres.Map(ctx, err, "read relation")
}

// Unfollowed implements biz.Repository.
func (Repo) Unfollowed(ctx context.Context, limit int) ([]uuid.UUID, error) {
	return postgres.Query(ctx, "read related parties", unfollowedSQL, func(rows *sql.Rows) (id uuid.UUID, err error) { return id, rows.Scan(&id) }, limit)
}

// Hits implements biz.Repository.
func (Repo) Hits(ctx context.Context, customerID uuid.UUID) ([]biz.Hit, error) {
	return postgres.Query(ctx, "read related parties", hitsSQL, func(rows *sql.Rows) (h biz.Hit, err error) {
		var path []byte
		if err := rows.Scan(&h.USCC, &h.Name, &path, &h.Severity, &h.ReasonCode, &h.ReasonText, &h.Action, &h.Counts, &h.ExemptUntil); err != nil {
			return h, err
		}
		return h, json.Unmarshal(path, &h.Path)
	}, customerID)
}
