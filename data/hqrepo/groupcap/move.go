package groupcap

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/groupcap"
	"zhuxin/tenancy/scope"
)

const moveColumns = `SELECT m.id, m.cap_id, g.name, g.currency, m.from_tenant_id, coalesce(f.short_name, ''), coalesce(f.slug, ''), m.to_tenant_id, t.short_name, t.slug, m.amount, m.reason, m.status,
	m.asked_by, coalesce(p.name, ''), m.asked_at, m.lent_by, m.lent_at, m.decided_by, m.decided_at, m.decision_reason, m.version
	FROM hq.quota_moves m JOIN hq.group_caps g ON g.id = m.cap_id JOIN hq.tenants t ON t.id = m.to_tenant_id
	LEFT JOIN hq.tenants f ON f.id = m.from_tenant_id LEFT JOIN hq.persons p ON p.id = m.asked_by`

func scanMove(scan func(...any) error) (m groupcap.Move, err error) {
	var from, lent, decided uuid.NullUUID
	var lentAt, decidedAt sql.NullTime
	err = scan(&m.ID, &m.CapID, &m.CapName, &m.Currency, &from, &m.FromName, &m.FromSlug, &m.To, &m.ToName, &m.ToSlug, &m.Amount, &m.Reason, &m.Status,
		&m.AskedBy, &m.AskedByName, &m.AskedAt, &lent, &lentAt, &decided, &decidedAt, &m.DecisionReason, &m.Version)
	if from.Valid {
		m.From = &from.UUID
	}
	m.LentBy, m.DecidedBy = lent.UUID, decided.UUID
	if lentAt.Valid {
		m.LentAt = &lentAt.Time
	}
	if decidedAt.Valid {
		m.DecidedAt = &decidedAt.Time
	}
	return m, err
}

// AddMove implements groupcap.Repo.
func (Repo) AddMove(ctx context.Context, m groupcap.Move) error {
	return execute(ctx, stmt{`INSERT INTO hq.quota_moves (id, cap_id, from_tenant_id, to_tenant_id, amount, reason, status, asked_by, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, []any{m.ID, m.CapID, m.From, m.To, int64(m.Amount), m.Reason, string(m.Status), m.AskedBy, m.AskedAt}})
}

// LockMove implements groupcap.Repo.
func (Repo) LockMove(ctx context.Context, id uuid.UUID) (m groupcap.Move, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return m, err
	}
	err = groupcap.ErrMoveNotFound
	failed := each(ctx, q, moveColumns+` WHERE m.id = $1 FOR UPDATE OF m`, []any{id}, func(scan func(...any) error) error {
		m, err = scanMove(scan)
		return err
	})
	if failed != nil {
		err = failed
	}
	return m, err
}

// SaveMove implements groupcap.Repo.
func (Repo) SaveMove(ctx context.Context, m groupcap.Move) error {
	return execute(ctx, stmt{`UPDATE hq.quota_moves SET status = $2, lent_by = $3, lent_at = $4, decided_by = $5, decided_at = $6, decision_reason = $7, version = $8 WHERE id = $1`,
		[]any{m.ID, string(m.Status), orNull(m.LentBy), m.LentAt, orNull(m.DecidedBy), m.DecidedAt, m.DecisionReason, m.Version}})
}

// Moves implements groupcap.Repo.
func (Repo) Moves(ctx context.Context, in groupcap.MoveQuery) (out []groupcap.Move, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	const where = ` WHERE ($1::uuid IS NULL OR m.from_tenant_id = $1::uuid OR m.to_tenant_id = $1::uuid) AND ($2::uuid[] IS NULL OR m.cap_id = ANY($2::uuid[]))
		AND (NOT $3::bool OR m.status = 'asked' OR m.status = 'lent')`
	args := []any{orNull(in.TenantID), any(nil), in.Open}
	if in.CapIDs != nil {
		args[1] = pq.Array(in.CapIDs)
	}
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM hq.quota_moves m`+where, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count quota moves")
	}
	err = each(ctx, q, moveColumns+where+` ORDER BY m.asked_at DESC, m.id DESC LIMIT $4 OFFSET $5`, append(args, in.Limit, in.Offset), func(scan func(...any) error) error {
		m, err := scanMove(scan)
		out = append(out, m)
		return err
	})
	return out, total, err
}

func orNull(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }
