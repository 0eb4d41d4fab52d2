package directory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/shared/directory"
	"zhuxin/tenancy/scope"
)

type keys struct{}

const keyColumns = `SELECT id, tenant_id, name, hint, scopes, created_at, created_by, expires_at, revoked_at, last_used_at FROM api_keys `

// byHash runs when an ERP calls and the key is not remembered.
var byHash = scope.Hot(keyColumns + `WHERE key_hash = $1`)

func scanKey(r scanner) (k directory.APIKey, err error) {
	err = r.Scan(&k.ID, &k.TenantID, &k.Name, &k.Hint, jsonColumn{&k.Scopes}, &k.CreatedAt, &k.CreatedBy, &k.ExpiresAt, &k.RevokedAt, &k.LastUsedAt)
	return k, err
}

func (keys) Create(ctx context.Context, k directory.APIKey, h directory.Hash) error {
	scopes, err := jsonb(k.Scopes)
	if err != nil {
		return err
	}
	_, err = run(ctx, "insert api key", nil, `
		INSERT INTO api_keys (id, tenant_id, name, key_hash, hint, scopes, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		k.ID, k.TenantID, k.Name, h[:], k.Hint, scopes, k.CreatedAt, k.CreatedBy, k.ExpiresAt)
	return err
}

func (keys) List(ctx context.Context, tenantID uuid.UUID) ([]directory.APIKey, error) {
	return all(ctx, "list api keys", scanKey, keyColumns+`WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC`, tenantID)
}

func (keys) Lock(ctx context.Context, tenantID, id uuid.UUID) (directory.APIKey, error) {
	return one(ctx, directory.ErrKeyNotFound, "lock api key", scanKey, keyColumns+`WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE`, tenantID, id)
}

func (keys) Revoke(ctx context.Context, id uuid.UUID, at time.Time) error {
	return must(ctx, directory.ErrKeyNotFound, "revoke api key", `UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, at)
}

func (keys) ByHash(ctx context.Context, h directory.Hash) (directory.APIKey, error) {
	return one(ctx, directory.ErrKeyInvalid, "find api key", scanKey, byHash, h[:])
}

// Touch goes by the order of ids, so that two processes wait for each other
// instead of deadlocking.
func (keys) Touch(ctx context.Context, used map[uuid.UUID]time.Time) error {
	order := slices.SortedFunc(maps.Keys(used), func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	ids, at := make([]string, len(order)), make([]string, len(order))
	for i, id := range order {
		ids[i], at[i] = id.String(), used[id].UTC().Format(time.RFC3339Nano)
	}
	_, err := run(ctx, "note last use", nil, `
		WITH used AS (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at)),
		locked AS (SELECT k.id FROM api_keys k JOIN used u ON u.id = k.id
			WHERE k.last_used_at IS NULL OR k.last_used_at < u.at ORDER BY k.id FOR NO KEY UPDATE OF k)
		UPDATE api_keys k SET last_used_at = u.at FROM used u, locked l WHERE k.id = l.id AND u.id = l.id`,
		pq.Array(ids), pq.Array(at))
	return err
}
