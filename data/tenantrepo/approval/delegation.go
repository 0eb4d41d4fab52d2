package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/approval"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

const (
	insertDelegationSQL = `INSERT INTO approval_delegations (id, person_id, delegate_id, starts_on, ends_on, kinds, note, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $2)`

	delegationColumns = `SELECT d.id, d.person_id, coalesce(p.name, ''), d.delegate_id, coalesce(g.name, ''), d.starts_on, d.ends_on, d.kinds, d.note, d.created_at, d.revoked_at
		FROM approval_delegations d LEFT JOIN hq.v_members p ON p.person_id = d.person_id LEFT JOIN hq.v_members g ON g.person_id = d.delegate_id`

	delegationsSQL = delegationColumns + ` WHERE $1 = '00000000-0000-0000-0000-000000000000'::uuid OR d.person_id = $1 OR d.delegate_id = $1
		ORDER BY d.ends_on DESC, d.id DESC LIMIT 200`

	lockDelegationSQL = delegationColumns + ` WHERE d.id = $1 FOR UPDATE OF d`

	principalsSQL = `SELECT DISTINCT m.person_id, m.name, m.roles FROM approval_delegations d JOIN hq.v_members m ON m.person_id = d.person_id AND m.status = 'active'
		WHERE d.delegate_id = $1 AND d.revoked_at IS NULL AND $3::date BETWEEN d.starts_on AND d.ends_on AND (d.kinds = '[]' OR d.kinds ? $2)
		ORDER BY m.name, m.person_id`
)

// InsertDelegation implements biz.Delegations.
func (Repo) InsertDelegation(ctx context.Context, d biz.Delegation) error {
	if d.Kinds == nil {
		d.Kinds = []biz.Kind{}
	}
	kinds, err := json.Marshal(d.Kinds)
	if err != nil {
		return err
	}
	return exec(ctx, "insert delegation", insertDelegationSQL, d.ID, d.Person.ID, d.Delegate.ID, d.StartsOn, d.EndsOn, string(kinds), d.Note, d.CreatedAt)
}

func scanDelegation(row interface{ Scan(...any) error }) (d biz.Delegation, err error) {
	var kinds []byte
	if err := row.Scan(&d.ID, &d.Person.ID, &d.Person.Name, &d.Delegate.ID, &d.Delegate.Name, &d.StartsOn, &d.EndsOn, &kinds, &d.Note, &d.CreatedAt, &d.RevokedAt); err != nil {
		return d, err
	}
	return d, json.Unmarshal(kinds, &d.Kinds)
}

// Delegations implements biz.Delegations.
func (Repo) Delegations(ctx context.Context, person uuid.UUID) ([]biz.Delegation, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, delegationsSQL, person)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list delegations")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Delegation
	for rows.Next() {
		d, err := scanDelegation(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list delegations")
		}
		out = append(out, d)
	}
	return out, postgres.Map(ctx, rows.Err(), "list delegations")
}

// LockDelegation implements biz.Delegations.
func (Repo) LockDelegation(ctx context.Context, id uuid.UUID) (biz.Delegation, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Delegation{}, err
	}
	d, err := scanDelegation(q.QueryRowContext(ctx, lockDelegationSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, biz.ErrDelegationNotFound
	}
	return d, postgres.Map(ctx, err, "lock delegation")
}

// RevokeDelegation implements biz.Delegations.
func (Repo) RevokeDelegation(ctx context.Context, id uuid.UUID, at time.Time) error {
	return exec(ctx, "revoke delegation", `UPDATE approval_delegations SET revoked_at = $2 WHERE id = $1`, id, at)
}

// Principals implements biz.Delegations.
func (Repo) Principals(ctx context.Context, delegate uuid.UUID, k biz.Kind, on calendar.Date) ([]biz.Principal, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, principalsSQL, delegate, k, on)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read delegators")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Principal
	for rows.Next() {
		var (
			p     biz.Principal
			roles []byte
		)
		if err := rows.Scan(&p.ID, &p.Name, &roles); err != nil {
			return nil, postgres.Map(ctx, err, "read delegators")
		}
		if err := json.Unmarshal(roles, &p.Roles); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, postgres.Map(ctx, rows.Err(), "read delegators")
}

const (
	remindSQL = `WITH due AS (
		SELECT t.id FROM approvals a JOIN approval_steps t ON t.approval_id = a.id
		WHERE a.status = 'pending' AND t.status = 'active' AND t.remind_at <= $1 AND t.reminded_at IS NULL AND t.overdue_at IS NULL
		LIMIT $2 FOR UPDATE OF a SKIP LOCKED)
		UPDATE approval_steps t SET reminded_at = $1 FROM due WHERE t.id = due.id RETURNING t.approval_id`

	escalateSQL = `WITH due AS (
		SELECT t.id, t.approval_id, a.submitted_by, a.version, coalesce(t.deadline->>'escalate_to', '') AS escalate_to, coalesce(t.deadline->>'role', '') AS role
		FROM approvals a JOIN approval_steps t ON t.approval_id = a.id
		WHERE a.status = 'pending' AND t.status = 'active' AND t.due_at <= $1 AND t.overdue_at IS NULL
		LIMIT $2 FOR UPDATE OF a SKIP LOCKED),
	late AS (UPDATE approval_steps t SET overdue_at = $1 FROM due WHERE t.id = due.id RETURNING t.id),
	raised AS (
		UPDATE approval_slots s SET escalated_role = CASE due.escalate_to WHEN 'role' THEN due.role ELSE '' END, escalated_to = up.superior_id
		FROM due LEFT JOIN LATERAL (
			SELECT h.person_id, h.superior_id FROM hq.v_members h JOIN hq.v_members x ON x.person_id = h.superior_id AND x.status = 'active'
			WHERE due.escalate_to = 'superior' AND h.superior_id <> due.submitted_by) up ON true
		WHERE s.step_id = due.id AND s.status = 'open' AND (due.escalate_to = 'role' OR up.person_id = s.person_id)
		RETURNING s.id, s.step_id, s.approval_id, s.escalated_to, due.version),
	noted AS (
		INSERT INTO approval_acts (id, approval_id, step_id, slot_id, kind, target_id, at, version)
		SELECT gen_random_uuid(), approval_id, step_id, id, 'escalated', escalated_to, $1, version FROM raised)
	SELECT due.approval_id FROM due JOIN late ON late.id = due.id`
)

// Remind implements biz.Overdues.
func (Repo) Remind(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error) {
	return ids(ctx, "remind of approvals", remindSQL, now, limit)
}

// Escalate implements biz.Overdues, in one statement.
func (Repo) Escalate(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error) {
	return ids(ctx, "escalate approvals", escalateSQL, now, limit)
}

func ids(ctx context.Context, doing, query string, args ...any) ([]uuid.UUID, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, doing)
	}
	defer func() { _ = rows.Close() }()
	var out []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, postgres.Map(ctx, err, doing)
		}
		out = append(out, id)
	}
	return out, postgres.Map(ctx, rows.Err(), doing)
}
