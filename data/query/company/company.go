// Package company finds a tenant's customers by their company code, for what is
// shared across the group: the implementation of the tenant-side ports of
// shared/negativelist and shared/history.
package company

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/biz/document"
	"zhuxin/data/postgres"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/history"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

// Query works in the transaction of the context.
type Query struct{}

var (
	_ negativelist.Customers = Query{}
	_ negativelist.Evidence  = Query{}
	_ history.Customers      = Query{}

	_ document.CustomerAccess = Query{}
)

// owner is the salesperson to whom the caller is confined, NULL for nobody.
func owner(ctx context.Context) any {
	if a, ok := access.From(ctx); ok && a.OwnCustomersOnly() {
		return a.ID
	}
	return nil
}

// Of implements negativelist.Customers.
func (Query) Of(ctx context.Context, codes []string) (map[string]uuid.UUID, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT uscc, id FROM customers WHERE uscc = ANY($1::text[]) AND ($2::uuid IS NULL OR salesperson_id = $2::uuid)`,
		pq.StringArray(codes), owner(ctx))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find customers by code")
	}
	defer func() { _ = rows.Close() }()
	out := map[string]uuid.UUID{}
	for rows.Next() {
		var code string
		var id uuid.UUID
		if err := rows.Scan(&code, &id); err != nil {
			return nil, err
		}
		out[code] = id
	}
	return out, postgres.Map(ctx, rows.Err(), "find customers by code")
}

// Hit implements negativelist.Customers.
func (Query) Hit(ctx context.Context) ([]string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT c.uscc FROM customers c JOIN hq.v_negative_listed n ON n.uscc = c.uscc
		WHERE $1::uuid IS NULL OR c.salesperson_id = $1::uuid`, owner(ctx))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find listed customers")
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, err
		}
		out = append(out, code)
	}
	return out, postgres.Map(ctx, rows.Err(), "find listed customers")
}

const (
	related = `SELECT c.id, c.name, r.path FROM related_reach r JOIN customers c ON c.id = r.customer_id LEFT JOIN hq.v_group_policy g ON true
		WHERE r.uscc = $1 AND r.depth <= coalesce(g.related_depth, 2) AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)
		ORDER BY r.depth, c.name, c.id LIMIT 50`
	connected = `SELECT EXISTS (SELECT FROM related_reach r JOIN hq.v_negative_listed n ON n.uscc = r.uscc LEFT JOIN hq.v_group_policy g ON true
		WHERE r.customer_id = $1 AND r.depth <= coalesce(g.related_depth, 2))`
)

// Connected implements negativelist.Customers.
func (Query) Connected(ctx context.Context, customerID uuid.UUID) (found bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, connected, customerID).Scan(&found)
	return found, postgres.Map(ctx, err, "find related listed companies")
}

// Related implements negativelist.Customers.
func (Query) Related(ctx context.Context, uscc string) (out []negativelist.Related, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, related, uscc, owner(ctx))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find related customers")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r negativelist.Related
		var path []byte
		if err := rows.Scan(&r.CustomerID, &r.CustomerName, &path); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(path, &r.Path); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "find related customers")
}

// Identity implements negativelist.Customers. Another salesperson's customer is not
// found; one without a code is on no list.
func (Query) Identity(ctx context.Context, customerID uuid.UUID) (uscc, name string, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", "", err
	}
	err = q.QueryRowContext(ctx, `SELECT coalesce(uscc, ''), name FROM customers WHERE id = $1 AND ($2::uuid IS NULL OR salesperson_id = $2::uuid)`,
		customerID, owner(ctx)).Scan(&uscc, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	}
	return uscc, name, postgres.Map(ctx, err, "read customer's code and name")
}

// USCC implements history.Customers. Another salesperson's customer is not found.
func (Query) USCC(ctx context.Context, customerID uuid.UUID) (string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", err
	}
	var code string
	err = q.QueryRowContext(ctx, `SELECT coalesce(uscc, '') FROM customers WHERE id = $1 AND ($2::uuid IS NULL OR salesperson_id = $2::uuid)`,
		customerID, owner(ctx)).Scan(&code)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")
	}
	return code, postgres.Map(ctx, err, "read customer's code")
}

// CanSee implements document.CustomerAccess.
func (q Query) CanSee(ctx context.Context, customerID uuid.UUID) error {
	_, err := q.USCC(ctx, customerID)
	return err
}

// HasProject implements document.CustomerAccess.
func (Query) HasProject(ctx context.Context, customerID, projectID uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	var id uuid.UUID
	err = q.QueryRowContext(ctx, `SELECT id FROM projects WHERE id = $1 AND customer_id = $2`, projectID, customerID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.NotFound("PROJECT_NOT_FOUND", "this customer has no such project")
	}
	return postgres.Map(ctx, err, "read project")
}

// Name implements negativelist.Evidence.
func (Query) Name(ctx context.Context, documentID uuid.UUID) (string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", err
	}
	var name string
	err = q.QueryRowContext(ctx, `SELECT file_name FROM documents WHERE id = $1 AND kind = 'negative_evidence'`, documentID).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.NotFound("DOCUMENT_NOT_FOUND", "there is no such evidence file; upload it first")
	}
	return name, postgres.Map(ctx, err, "read evidence file's name")
}
