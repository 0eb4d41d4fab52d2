// Package registry keeps what biz/registry keeps: accounts at providers, looks,
// snapshots and findings at HQ, and a tenant's settings, budget and schedule.
package registry

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/registry"
	"zhuxin/data/postgres"
	"zhuxin/shared/personal"
	"zhuxin/tenancy/scope"
)

// Accounts keeps accounts in the schema of the running transaction; cipher is of
// the same side.
type Accounts struct{ cipher personal.Cipher }

var _ biz.Accounts = Accounts{}

// NewAccounts makes the repository of one side.
func NewAccounts(cipher personal.Cipher) Accounts { return Accounts{cipher} }

// rowOf binds a sealed credential to its provider.
func rowOf(p biz.ProviderName) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(p)) }

// List implements biz.Accounts.
func (a Accounts) List(ctx context.Context) ([]biz.Account, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, credential, hint, enabled, stopped_reason, stopped_until, version FROM registry_accounts ORDER BY id`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list registry accounts")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Account
	var sealed [][]byte
	for rows.Next() {
		var x biz.Account
		var s []byte
		if err := rows.Scan(&x.Provider, &s, &x.Hint, &x.Enabled, &x.StoppedReason, &x.StoppedUntil, &x.Version); err != nil {
			return nil, err
		}
		out, sealed = append(out, x), append(sealed, s)
	}
	if err := rows.Err(); err != nil {
		return nil, postgres.Map(ctx, err, "list registry accounts")
	}
	for i, s := range sealed {
		text, err := a.cipher.Open(ctx, "registry_accounts", "credential", rowOf(out[i].Provider), s)
		if err != nil {
			return nil, err
		}
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), &out[i].Credential); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Save implements biz.Accounts.
func (a Accounts) Save(ctx context.Context, x biz.Account) error {
	text, err := json.Marshal(x.Credential)
	if err != nil {
		return err
	}
	sealed, err := a.cipher.Seal(ctx, "registry_accounts", "credential", rowOf(x.Provider), string(text))
	if err != nil {
		return err
	}
	return one(ctx, biz.ErrChanged, `INSERT INTO registry_accounts (id, credential, hint, enabled, stopped_reason, stopped_until, updated_at, version)
		SELECT $1::text, $2::bytea, $3::text, $4::boolean, '', NULL, now(), 1 WHERE $5::bigint = 0 OR EXISTS (SELECT 1 FROM registry_accounts WHERE id = $1::text)
		ON CONFLICT (id) DO UPDATE SET credential = EXCLUDED.credential, hint = EXCLUDED.hint, enabled = EXCLUDED.enabled, stopped_reason = '', stopped_until = NULL, updated_at = now(),
		version = registry_accounts.version + 1 WHERE registry_accounts.version = $5::bigint`, string(x.Provider), sealed, x.Hint, x.Enabled, x.Version)
}

// Stop implements biz.Accounts. A credential that was replaced meanwhile has
// another version, but the provider is the same: at worst it rests once too often.
func (a Accounts) Stop(ctx context.Context, p biz.ProviderName, reason biz.Trouble, until time.Time) error {
	return exec(ctx, `UPDATE registry_accounts SET stopped_reason = $2, stopped_until = $3 WHERE id = $1`, string(p), string(reason), until)
}

func exec(ctx context.Context, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, query, args...)
	return postgres.Map(ctx, err, "registry")
}

// one is exec of a statement that touches exactly one row, or none is meant.
func one(ctx context.Context, none error, query string, args ...any) error {
	n, err := touched(ctx, query, args...)
	if err == nil && n == 0 {
		return none
	}
	return err
}

func touched(ctx context.Context, query string, args ...any) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, postgres.Map(ctx, err, "registry")
	}
	return res.RowsAffected()
}

func optional(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}
