// Package company finds a tenant's customers by their company code, for what is
// shared across the group: the implementation of the tenant-side ports of
// shared/negativelist and shared/history.
package company

import (
	"context"
	"database/sql"
	"errors"
	"strings"

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

// related finds customers whose legal representative is the same person: by name
// and by what the mask leaves of the number, for a name alone is many people's.
const related = `SELECT c.id, c.name, c.legal_representative FROM customers l JOIN customers c ON c.id <> l.id
	AND c.legal_representative = l.legal_representative AND c.legal_representative_id_mask = l.legal_representative_id_mask
	WHERE l.id = $1 AND l.legal_representative <> '' AND l.legal_representative_id_mask <> '' AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)
	ORDER BY c.name, c.id LIMIT 50`

// Related implements negativelist.Customers.
func (Query) Related(ctx context.Context, customerID uuid.UUID) (out []negativelist.Related, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, related, customerID, owner(ctx))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find related customers")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r := negativelist.Related{Via: "legal_representative"}
		if err := rows.Scan(&r.CustomerID, &r.CustomerName, &r.Person); err != nil {
			return nil, err
		}
		r.Person = maskName(r.Person)
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "find related customers")
}

// maskName leaves the family name: 张**.
func maskName(name string) string {
	letters := []rune(name)
	return string(letters[:1]) + strings.Repeat("*", len(letters)-1)
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
