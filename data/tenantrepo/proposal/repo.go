// Package proposal reads the tenant's proposals for the group's negative list out of
// its approvals: the port of biz/proposal in SQL.
package proposal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	biz "zhuxin/biz/proposal"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const (
	columns = `SELECT a.id, a.facts, a.submitted_by, coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = a.submitted_by LIMIT 1), ''), a.submitted_at, a.status
		FROM approvals a WHERE a.kind = 'negative_listing'`
	pending = ` AND a.status = 'pending' AND ($1::text = '' OR a.facts->>'company_name' ILIKE '%' || $1::text || '%' OR a.facts->>'uscc' LIKE upper($1::text) || '%')`
)

func scan(row interface{ Scan(...any) error }) (h biz.Held, err error) {
	var facts []byte
	if err := row.Scan(&h.ID, &facts, &h.By.ID, &h.By.Name, &h.At, &h.Status); err != nil {
		return h, err
	}
	return h, json.Unmarshal(facts, &h.Facts)
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID) (biz.Held, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Held{}, err
	}
	h, err := scan(q.QueryRowContext(ctx, columns+` AND a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return h, approval.ErrNotFound
	}
	return h, postgres.Map(ctx, err, "read proposal")
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Pending implements biz.Repository.
func (Repo) Pending(ctx context.Context, text string, limit, offset int) ([]biz.Held, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	var total int64
	part := escapeLike.Replace(text)
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM approvals a WHERE a.kind = 'negative_listing'`+pending, part).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count proposals")
	}
	held, err := postgres.Query(ctx, "list proposals", columns+pending+` ORDER BY a.submitted_at DESC, a.id LIMIT $2 OFFSET $3`,
		func(r *sql.Rows) (biz.Held, error) { return scan(r) }, part, limit, offset)
	return held, total, err
}
