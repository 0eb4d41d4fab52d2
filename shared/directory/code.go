package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// InvitationCode lets applications through without waiting for HQ. Only its hash
// is kept.
type InvitationCode struct {
	ID        uuid.UUID
	Hint      string // last four characters
	Note      string
	MaxUses   int
	Uses      int
	ExpiresAt time.Time
	RevokedAt *time.Time
	CreatedAt time.Time
	CreatedBy *uuid.UUID
}

// State is active, used_up, expired or revoked.
func (c InvitationCode) State(now time.Time) string {
	switch {
	case c.RevokedAt != nil:
		return "revoked"
	case !now.Before(c.ExpiresAt):
		return "expired"
	case c.Uses >= c.MaxUses:
		return "used_up"
	}
	return "active"
}

// CodeStore keeps invitation codes.
type CodeStore interface {
	Create(ctx context.Context, c InvitationCode, h Hash) error
	List(ctx context.Context) ([]InvitationCode, error)
	// Lock answers ErrCodeNotFound.
	Lock(ctx context.Context, id uuid.UUID) (InvitationCode, error)
	Revoke(ctx context.Context, id uuid.UUID, at time.Time) error
	// Use takes one use of an active code and gives its id; ErrCodeInvalid when
	// there is none: unknown, used up, expired and revoked are one answer.
	Use(ctx context.Context, h Hash, now time.Time) (uuid.UUID, error)
}

// Faults of invitation codes.
var (
	ErrCodeNotFound = fault.NotFound("INVITATION_CODE_NOT_FOUND", "there is no such invitation code")
	ErrCodeInvalid  = fault.New(fault.KindInvalid, "INVITATION_CODE_INVALID",
		"this invitation code is not valid, or not any more; check it, or send the application without one and wait for HQ")
)

// Codes is HQ's handling of invitation codes.
type Codes struct{ Deps }

// NewCodes makes Codes.
func NewCodes(d Deps) *Codes { return &Codes{d} }

// NewCodeInput is what HQ says of a new code.
type NewCodeInput struct {
	Note      string
	MaxUses   int
	ValidDays int
}

const (
	maxCodeUses = 1000
	maxCodeDays = 365
)

// Validate returns all faults of the input with their fields.
func (in NewCodeInput) Validate() error {
	var c fault.Checks
	if in.Note != "" {
		_, ok := cleanText(in.Note, maxName)
		c.Require(ok, "note", "INVALID_TEXT", fmt.Sprintf("write at most %d characters", maxName))
	}
	c.Require(in.MaxUses >= 1 && in.MaxUses <= maxCodeUses, "max_uses", "OUT_OF_RANGE", fmt.Sprintf("1 to %d uses", maxCodeUses))
	c.Require(in.ValidDays >= 1 && in.ValidDays <= maxCodeDays, "valid_days", "OUT_OF_RANGE", fmt.Sprintf("1 to %d days", maxCodeDays))
	return c.Err()
}

// Create makes a code; this answer is the only place where it can be read.
func (s *Codes) Create(ctx context.Context, in NewCodeInput) (InvitationCode, string, error) {
	if _, err := access.Require(ctx, access.HQTenantManage); err != nil {
		return InvitationCode{}, "", err
	}
	if err := in.Validate(); err != nil {
		return InvitationCode{}, "", err
	}
	secret := randomCode()
	note, _ := cleanText(in.Note, maxName)
	now := s.Clock.Now()
	code := InvitationCode{
		ID: newID(), Hint: secret[len(secret)-4:], Note: note, MaxUses: in.MaxUses,
		ExpiresAt: now.AddDate(0, 0, in.ValidDays), CreatedAt: now, CreatedBy: actorID(ctx),
	}
	err := s.HQ.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Codes.Create(ctx, code, hashOf(canonicalCode(secret))); err != nil {
			return err
		}
		return s.record(ctx, change{action: "invitation_code.created", objectType: "invitation_code", objectID: code.ID,
			after: map[string]any{"hint": code.Hint, "max_uses": code.MaxUses, "expires_at": code.ExpiresAt}})
	})
	return code, secret, err
}

// List gives all codes, newest first.
func (s *Codes) List(ctx context.Context) ([]InvitationCode, error) {
	if _, err := access.Require(ctx, access.HQTenantManage); err != nil {
		return nil, err
	}
	var out []InvitationCode
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		out, err = s.Store.Codes.List(ctx)
		return err
	})
	return out, err
}

// Revoke ends a code; a second time changes nothing.
func (s *Codes) Revoke(ctx context.Context, id uuid.UUID) (InvitationCode, error) {
	if _, err := access.Require(ctx, access.HQTenantManage); err != nil {
		return InvitationCode{}, err
	}
	var code InvitationCode
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if code, err = s.Store.Codes.Lock(ctx, id); err != nil || code.RevokedAt != nil {
			return err
		}
		now := s.Clock.Now()
		if err := s.Store.Codes.Revoke(ctx, id, now); err != nil {
			return err
		}
		code.RevokedAt = &now
		return s.record(ctx, change{action: "invitation_code.revoked", objectType: "invitation_code", objectID: id,
			before: map[string]any{"revoked": false}, after: map[string]any{"revoked": true}})
	})
	return code, err
}
