package negativelist

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

// AddEvent implements negativelist.Repo.
func (Repo) AddEvent(ctx context.Context, e negativelist.Event) error {
	facts, err := json.Marshal(e.Facts)
	if err != nil {
		return err
	}
	return execute(ctx, "write history of negative entry", `INSERT INTO hq.negative_events (id, entry_id, claim_id, at, kind, tenant_id, actor_id, note, facts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, e.EntryID, optional(e.ClaimID), e.At, string(e.Kind), optional(e.TenantID), e.ActorID, e.Note, string(facts))
}

// Events implements negativelist.Repo, the oldest first.
func (Repo) Events(ctx context.Context, entryID uuid.UUID) (out []negativelist.Event, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT e.id, e.entry_id, e.claim_id, e.at, e.kind, e.tenant_id, e.actor_id, coalesce(p.name, ''), e.note, e.facts
		FROM hq.negative_events e LEFT JOIN hq.persons p ON p.id = e.actor_id WHERE e.entry_id = $1 ORDER BY e.at, e.id`, entryID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read history of negative entry")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e negativelist.Event
		var claim, tenant uuid.NullUUID
		var facts []byte
		if err := rows.Scan(&e.ID, &e.EntryID, &claim, &e.At, &e.Kind, &tenant, &e.ActorID, &e.ActorName, &e.Note, &facts); err != nil {
			return nil, err
		}
		e.ClaimID, e.TenantID = claim.UUID, tenant.UUID
		if err := json.Unmarshal(facts, &e.Facts); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, postgres.Map(ctx, rows.Err(), "read history of negative entry")
}

// AddClaim implements negativelist.Repo.
func (Repo) AddClaim(ctx context.Context, c negativelist.Claim) error {
	evidence, err := asJSON(c.Evidence)
	if err != nil {
		return err
	}
	return insert(ctx, "store claim on negative entry", negativelist.ErrClaimOpen, `INSERT INTO hq.negative_claims
		(id, entry_id, kind, tenant_id, raised_by, raised_at, text, amount, paid_on, evidence, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open') ON CONFLICT DO NOTHING`,
		c.ID, c.EntryID, string(c.Kind), c.TenantID, c.RaisedBy, c.RaisedAt, c.Text, int64(c.Amount), c.PaidOn, evidence)
}

const claimColumns = `SELECT c.id, c.entry_id, c.kind, c.tenant_id, t.name, c.raised_by, coalesce(p.name, ''), c.raised_at, c.text, c.amount, c.paid_on,
		c.evidence, c.status, c.answer, c.answered_by, coalesce(a.name, ''), c.answered_at
		FROM hq.negative_claims c JOIN hq.tenants t ON t.id = c.tenant_id LEFT JOIN hq.persons p ON p.id = c.raised_by LEFT JOIN hq.persons a ON a.id = c.answered_by`

func scanClaim(row interface{ Scan(...any) error }) (c negativelist.Claim, err error) {
	var answered uuid.NullUUID
	var evidence []byte
	err = row.Scan(&c.ID, &c.EntryID, &c.Kind, &c.TenantID, &c.TenantName, &c.RaisedBy, &c.RaisedByName, &c.RaisedAt, &c.Text, &c.Amount, &c.PaidOn,
		&evidence, &c.Status, &c.Answer, &answered, &c.AnsweredByName, &c.AnsweredAt)
	if err != nil {
		return c, err
	}
	c.AnsweredBy = answered.UUID
	return c, json.Unmarshal(evidence, &c.Evidence)
}

// Claim reads one claim; ErrClaimNotFound.
func (Repo) Claim(ctx context.Context, id uuid.UUID) (c negativelist.Claim, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return c, err
	}
	c, err = scanClaim(q.QueryRowContext(ctx, claimColumns+` WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, negativelist.ErrClaimNotFound
	}
	return c, postgres.Map(ctx, err, "read claim on negative entry")
}

// Claims implements negativelist.Repo, the newest first.
func (Repo) Claims(ctx context.Context, entryID uuid.UUID) (out []negativelist.Claim, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, claimColumns+` WHERE c.entry_id = $1 ORDER BY c.raised_at DESC, c.id DESC`, entryID)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read claims on negative entry")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		c, err := scanClaim(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, postgres.Map(ctx, rows.Err(), "read claims on negative entry")
}

// AnswerClaim implements negativelist.Repo.
func (Repo) AnswerClaim(ctx context.Context, c negativelist.Claim) error {
	return execute(ctx, "answer claim on negative entry", `UPDATE hq.negative_claims SET status = $2, answer = $3, answered_by = $4, answered_at = $5 WHERE id = $1`,
		c.ID, string(c.Status), c.Answer, optional(c.AnsweredBy), c.AnsweredAt)
}
