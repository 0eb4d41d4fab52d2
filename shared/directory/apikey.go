package directory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// KeyPrefix is how every API key begins, so that scanners recognise a leaked one.
const KeyPrefix = "zx_"

const (
	keyLength = len(KeyPrefix) + 43 // 32 bytes in base64url
	hintShown = len(KeyPrefix) + 6

	maxKeyDays = 730
)

// APIKey lets an ERP in, bound to one subsidiary. Only its hash is kept.
type APIKey struct {
	ID         uuid.UUID
	TenantID   uuid.UUID
	Name       string
	Hint       string // first characters
	Scopes     []access.Permission
	CreatedAt  time.Time
	CreatedBy  *uuid.UUID
	ExpiresAt  time.Time
	RevokedAt  *time.Time
	LastUsedAt *time.Time // to the minute
}

// State is active, expired or revoked.
func (k APIKey) State(now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "revoked"
	case !now.Before(k.ExpiresAt):
		return "expired"
	}
	return "active"
}

func (k APIKey) summary() map[string]any {
	return map[string]any{"name": k.Name, "hint": k.Hint, "scopes": k.Scopes, "expires_at": k.ExpiresAt}
}

// KeyStore keeps API keys.
type KeyStore interface {
	Create(ctx context.Context, k APIKey, h Hash) error
	List(ctx context.Context, tenantID uuid.UUID) ([]APIKey, error)
	// Lock answers ErrKeyNotFound, also for another tenant's key.
	Lock(ctx context.Context, tenantID, id uuid.UUID) (APIKey, error)
	Revoke(ctx context.Context, id uuid.UUID, at time.Time) error
	// ByHash answers ErrKeyInvalid.
	ByHash(ctx context.Context, h Hash) (APIKey, error)
	// Touch moves the instants of the last use forward.
	Touch(ctx context.Context, used map[uuid.UUID]time.Time) error
}

// Faults of API keys.
var (
	ErrKeyNotFound = fault.NotFound("API_KEY_NOT_FOUND", "there is no such API key")
	ErrKeyInvalid  = fault.New(fault.KindUnauthorized, "API_KEY_INVALID", "this API key is not valid; make a new one in the console")
	ErrKeyExpired  = fault.New(fault.KindUnauthorized, "API_KEY_EXPIRED", "this API key has expired; make a new one in the console")
	ErrKeyRevoked  = fault.New(fault.KindUnauthorized, "API_KEY_REVOKED", "this API key was revoked; make a new one in the console")
)

// NewKeyInput is what an administrator says of a new key.
type NewKeyInput struct {
	Name      string
	Scopes    []access.Permission
	ValidDays int
}

// Validate returns all faults of the input with their fields.
func (in NewKeyInput) Validate() error {
	var c fault.Checks
	_, ok := cleanText(in.Name, maxName)
	c.Require(ok, "name", "REQUIRED", fmt.Sprintf("write 1 to %d characters", maxName))
	c.Require(len(in.Scopes) > 0, "scopes", "REQUIRED", "give at least one scope")
	for i, p := range in.Scopes {
		field := fmt.Sprintf("scopes[%d]", i)
		c.Require(slices.Contains(access.KeyScopes, p), field, "UNKNOWN_SCOPE", fmt.Sprintf("one of %v", access.KeyScopes))
		c.Require(slices.Index(in.Scopes, p) == i, field, "DUPLICATE", "each scope once")
	}
	c.Require(in.ValidDays >= 1 && in.ValidDays <= maxKeyDays, "valid_days", "OUT_OF_RANGE", fmt.Sprintf("1 to %d days", maxKeyDays))
	return c.Err()
}
