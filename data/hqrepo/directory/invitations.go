package directory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/directory"
)

type invitations struct{}

const readInvitation = `SELECT id, tenant_id, email, name, roles, created_at, created_by, expires_at, sent_at, accepted_at, revoked_at FROM invitations `

func scanInvitation(r scanner) (i directory.Invitation, err error) {
	err = r.Scan(&i.ID, &i.TenantID, &i.Email, &i.Name, jsonColumn{&i.Roles}, &i.CreatedAt, &i.CreatedBy, &i.ExpiresAt, &i.SentAt, &i.AcceptedAt, &i.RevokedAt)
	return i, err
}

func (invitations) Create(ctx context.Context, i directory.Invitation) error {
	roles, err := jsonb(i.Roles)
	if err != nil {
		return err
	}
	_, err = run(ctx, "insert invitation", nil, `
		INSERT INTO invitations (id, tenant_id, email, name, roles, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		i.ID, nullable(i.TenantID), i.Email, i.Name, roles, i.CreatedAt, i.CreatedBy, i.ExpiresAt)
	return err
}

func (invitations) List(ctx context.Context, tenantID *uuid.UUID) ([]directory.Invitation, error) {
	return all(ctx, "list invitations", scanInvitation, readInvitation+`WHERE `+ofTenant+` AND accepted_at IS NULL ORDER BY created_at DESC, id DESC`, nullable(tenantID))
}

func (invitations) Lock(ctx context.Context, id uuid.UUID) (directory.Invitation, error) {
	return one(ctx, directory.ErrInvitationNotFound, "lock invitation", scanInvitation, readInvitation+`WHERE id = $1 FOR NO KEY UPDATE`, id)
}

func (invitations) LockByToken(ctx context.Context, h directory.Hash) (directory.Invitation, error) {
	return one(ctx, directory.ErrInvitationNotFound, "lock invitation by token", scanInvitation, readInvitation+`WHERE token_hash = $1 FOR NO KEY UPDATE`, h[:])
}

func (invitations) LockMail(ctx context.Context, tenantID *uuid.UUID, email string) error {
	_, err := run(ctx, "lock address", nil, `SELECT pg_advisory_xact_lock(hashtextextended('invitation:' || coalesce($1::text, 'hq') || ':' || $2, 0))`,
		nullable(tenantID), email)
	return err
}

func (invitations) RevokeOpen(ctx context.Context, tenantID *uuid.UUID, email string, at time.Time) error {
	_, err := run(ctx, "revoke open invitations", nil, `
		UPDATE invitations SET revoked_at = $3 WHERE `+ofTenant+` AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL`, nullable(tenantID), email, at)
	return err
}

func (invitations) Revoke(ctx context.Context, id uuid.UUID, at time.Time) error {
	return must(ctx, directory.ErrInvitationNotFound, "revoke invitation", `UPDATE invitations SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, at)
}

func (invitations) SetToken(ctx context.Context, id uuid.UUID, h directory.Hash) error {
	return must(ctx, directory.ErrInvitationNotFound, "store token", `UPDATE invitations SET token_hash = $2 WHERE id = $1`, id, h[:])
}

func (invitations) SetSent(ctx context.Context, id uuid.UUID, at time.Time) error {
	return must(ctx, directory.ErrInvitationNotFound, "store sending", `UPDATE invitations SET sent_at = $2 WHERE id = $1`, id, at)
}

func (invitations) Accept(ctx context.Context, id, personID uuid.UUID, at time.Time) error {
	return must(ctx, directory.ErrInvitationAccepted, "accept invitation",
		`UPDATE invitations SET accepted_at = $2, accepted_by = $3 WHERE id = $1 AND accepted_at IS NULL`, id, at, personID)
}
