package directory

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
)

// Keys handles the API keys of the tenant of the context, and recognises a key
// that is presented.
type Keys struct {
	Deps
	cache keyCache
	uses  keyUses
}

// NewKeys makes Keys. Run keeps the instants of the last use.
func NewKeys(d Deps) *Keys { return &Keys{Deps: d} }

// List gives the subsidiary's keys, newest first.
func (s *Keys) List(ctx context.Context) ([]APIKey, error) {
	_, t, err := ownTenant(ctx, access.APIKeyManage)
	if err != nil {
		return nil, err
	}
	var out []APIKey
	err = s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		out, err = s.Store.Keys.List(ctx, t.ID)
		return err
	})
	return out, err
}

// Create makes a key; this answer is the only place where it can be read.
func (s *Keys) Create(ctx context.Context, in NewKeyInput) (APIKey, string, error) {
	_, t, err := ownTenant(ctx, access.APIKeyManage)
	if err != nil {
		return APIKey{}, "", err
	}
	if err := in.Validate(); err != nil {
		return APIKey{}, "", err
	}
	secret := KeyPrefix + randomToken()
	name, _ := cleanText(in.Name, maxName)
	now := s.Clock.Now()
	k := APIKey{ID: newID(), TenantID: t.ID, Name: name, Hint: secret[:hintShown], Scopes: in.Scopes,
		CreatedAt: now, CreatedBy: actorID(ctx), ExpiresAt: now.AddDate(0, 0, in.ValidDays)}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Keys.Create(ctx, k, hashOf(secret)); err != nil {
			return err
		}
		return s.record(ctx, change{action: "api_key.created", objectType: "api_key", objectID: k.ID, tenantID: t.ID, after: k.summary()})
	})
	if err != nil {
		return APIKey{}, "", err
	}
	return k, secret, nil
}

// Revoke ends a key, in this process at once and in others within the life of
// their caches; a second time changes nothing.
func (s *Keys) Revoke(ctx context.Context, id uuid.UUID) (APIKey, error) {
	_, t, err := ownTenant(ctx, access.APIKeyManage)
	if err != nil {
		return APIKey{}, err
	}
	var k APIKey
	err = s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if k, err = s.Store.Keys.Lock(ctx, t.ID, id); err != nil || k.RevokedAt != nil {
			return err
		}
		now := s.Clock.Now()
		if err := s.Store.Keys.Revoke(ctx, id, now); err != nil {
			return err
		}
		k.RevokedAt = &now
		return s.record(ctx, change{action: "api_key.revoked", objectType: "api_key", objectID: id, tenantID: t.ID, before: k.summary()})
	})
	if err == nil {
		s.cache.drop(id)
	}
	return k, err
}
