package directory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/directory"
)

type codes struct{}

const readCode = `SELECT id, hint, note, max_uses, uses, expires_at, revoked_at, created_at, created_by FROM invitation_codes `

func scanCode(r scanner) (c directory.InvitationCode, err error) {
	err = r.Scan(&c.ID, &c.Hint, &c.Note, &c.MaxUses, &c.Uses, &c.ExpiresAt, &c.RevokedAt, &c.CreatedAt, &c.CreatedBy)
	return c, err
}

func (codes) Create(ctx context.Context, c directory.InvitationCode, h directory.Hash) error {
	_, err := run(ctx, "insert invitation code", nil, `
		INSERT INTO invitation_codes (id, code_hash, hint, note, max_uses, uses, expires_at, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)`,
		c.ID, h[:], c.Hint, c.Note, c.MaxUses, c.ExpiresAt, c.CreatedAt, c.CreatedBy)
	return err
}

func (codes) List(ctx context.Context) ([]directory.InvitationCode, error) {
	return all(ctx, "list invitation codes", scanCode, readCode+`ORDER BY created_at DESC, id DESC`)
}

func (codes) Lock(ctx context.Context, id uuid.UUID) (directory.InvitationCode, error) {
	return one(ctx, directory.ErrCodeNotFound, "lock invitation code", scanCode, readCode+`WHERE id = $1 FOR NO KEY UPDATE`, id)
}

func (codes) Revoke(ctx context.Context, id uuid.UUID, at time.Time) error {
	return must(ctx, directory.ErrCodeNotFound, "revoke invitation code",
		`UPDATE invitation_codes SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, at)
}

func (codes) Use(ctx context.Context, h directory.Hash, now time.Time) (uuid.UUID, error) {
	return one(ctx, directory.ErrCodeInvalid, "use invitation code", func(r scanner) (id uuid.UUID, err error) {
		err = r.Scan(&id)
		return id, err
	}, `UPDATE invitation_codes SET uses = uses + 1
		WHERE code_hash = $1 AND uses < max_uses AND revoked_at IS NULL AND expires_at > $2 RETURNING id`, h[:], now)
}
