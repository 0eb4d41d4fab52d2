// Package negativelist stores the group's negative list and HQ's policy: the
// implementation of shared/negativelist.Repo on the transaction of HQ's scope.
package negativelist

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ negativelist.Repo = Repo{}

// Insert implements negativelist.Repo. The insert that meets the unique index
// does nothing, so that the transaction stays usable.
func (Repo) Insert(ctx context.Context, e negativelist.Entry) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	res, err := q.ExecContext(ctx, `INSERT INTO hq.negative_entries
		(id, uscc, company_name, reason_code, reason_text, amount, tenant_id, listed_by, listed_at, evidence_document_id, evidence_name, status, removal_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'listed', '') ON CONFLICT DO NOTHING`,
		e.ID, string(e.USCC), e.CompanyName, string(e.Reason), e.Text, int64(e.Amount), e.TenantID, e.ListedBy, e.ListedAt, optional(e.EvidenceID), e.EvidenceName)
	if err != nil {
		return postgres.Map(ctx, err, "list company")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(negativelist.ErrAlreadyListed, err)
	}
	return nil
}

func optional(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

const entryColumns = `n.id, n.uscc, n.company_name, n.reason_code, n.reason_text, n.amount, n.tenant_id, t.name, n.listed_by,
  coalesce(p.name, ''), n.listed_at, n.evidence_document_id, n.evidence_name, n.status, n.removed_at, n.removal_reason,
  (SELECT count(DISTINCT r.tenant_id) FROM hq.rollup_customers r WHERE r.uscc = n.uscc)
  FROM hq.negative_entries n JOIN hq.tenants t ON t.id = n.tenant_id LEFT JOIN hq.persons p ON p.id = n.listed_by`

func scan(row interface{ Scan(...any) error }) (negativelist.Entry, error) {
	var e negativelist.Entry
	var evidence uuid.NullUUID
	err := row.Scan(&e.ID, &e.USCC, &e.CompanyName, &e.Reason, &e.Text, &e.Amount, &e.TenantID, &e.TenantName, &e.ListedBy,
		&e.ListedByName, &e.ListedAt, &evidence, &e.EvidenceName, &e.Status, &e.RemovedAt, &e.RemovalReason, &e.AffectedCount)
	e.EvidenceID = evidence.UUID
	return e, err
}

// Lock implements negativelist.Repo.
func (Repo) Lock(ctx context.Context, id uuid.UUID) (negativelist.Entry, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return negativelist.Entry{}, err
	}
	e, err := scan(q.QueryRowContext(ctx, `SELECT `+entryColumns+` WHERE n.id = $1 FOR UPDATE OF n`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, negativelist.ErrNotFound
	}
	return e, postgres.Map(ctx, err, "read negative entry")
}

// Remove implements negativelist.Repo.
func (Repo) Remove(ctx context.Context, e negativelist.Entry, by uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `UPDATE hq.negative_entries SET status = 'removed', removed_by = $2, removed_at = $3, removal_reason = $4 WHERE id = $1`,
		e.ID, by, e.RemovedAt, e.RemovalReason)
	return postgres.Map(ctx, err, "remove negative entry")
}

const where = ` WHERE ($1::text = '' OR n.company_name ILIKE '%' || $1::text || '%' OR n.uscc LIKE upper($1::text) || '%')
  AND ($2::text = '' OR n.status = $2::text) AND ($3::uuid IS NULL OR n.tenant_id = $3::uuid) AND ($4::text[] IS NULL OR n.uscc = ANY($4::text[]))`

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// List implements negativelist.Repo.
func (Repo) List(ctx context.Context, in negativelist.Query) ([]negativelist.Entry, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{escapeLike.Replace(strings.TrimSpace(in.Text)), string(in.Status), optional(in.TenantID), any(nil)}
	if in.Codes != nil {
		args[3] = pq.StringArray(in.Codes)
	}
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM hq.negative_entries n`+where, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count negative entries")
	}
	rows, err := q.QueryContext(ctx, `SELECT `+entryColumns+where+` ORDER BY n.listed_at DESC, n.id LIMIT $5 OFFSET $6`, append(args, in.Limit, in.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list negative entries")
	}
	defer func() { _ = rows.Close() }()
	var out []negativelist.Entry
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, e)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list negative entries")
}

// Policy implements negativelist.Repo. Without a row the preset is in force:
// block, version 0.
func (Repo) Policy(ctx context.Context) (negativelist.Policy, error) {
	p := negativelist.Policy{Action: negativelist.Block}
	q, err := scope.Conn(ctx)
	if err != nil {
		return p, err
	}
	err = q.QueryRowContext(ctx, `SELECT id, negative_action, created_at FROM hq.group_policies ORDER BY id DESC LIMIT 1`).
		Scan(&p.Version, &p.Action, &p.CreatedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	return p, postgres.Map(ctx, err, "read group policy")
}

// AddPolicy implements negativelist.Repo; of two at once one gets the version.
func (Repo) AddPolicy(ctx context.Context, p negativelist.Policy, by uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	res, err := q.ExecContext(ctx, `INSERT INTO hq.group_policies (id, negative_action, created_at, created_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		p.Version, string(p.Action), p.CreatedAt, optional(by))
	if err != nil {
		return postgres.Map(ctx, err, "store group policy")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(negativelist.ErrPolicyChanged, err)
	}
	return nil
}
