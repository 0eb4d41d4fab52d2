// Package stepup stores the challenges of second verifications and reads which
// acts ask for one: the implementation of shared/stepup's ports, on the running
// transaction of a tenant or of HQ.
package stepup

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/stepup"
	"zhuxin/tenancy/scope"
)

// Store keeps challenges in the schema of the running transaction.
type Store struct{}

// Rules reads settings and submissions. ActOf gives the act that deciding on a
// submission of a kind is; "" for a kind that never asks (biz/approval).
type Rules struct{ ActOf func(kind string) stepup.Act }

var (
	_ stepup.Store = Store{}
	_ stepup.Rules = Rules{}
)

// Insert implements stepup.Store.
func (Store) Insert(ctx context.Context, c stepup.Challenge) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, `DELETE FROM step_up_challenges WHERE person_id = $1 AND expires_at < $2 AND used_at IS NULL`, c.PersonID, c.CreatedAt); err != nil {
		return postgres.Map(ctx, err, "forget challenges")
	}
	_, err = q.ExecContext(ctx, `INSERT INTO step_up_challenges (id, person_id, act, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.ID, c.PersonID, string(c.Act), c.Digest[:], c.CreatedAt, c.ExpiresAt)
	return postgres.Map(ctx, err, "store challenge")
}

// Find implements stepup.Store.
func (Store) Find(ctx context.Context, id uuid.UUID) (*stepup.Challenge, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c, digest := stepup.Challenge{ID: id}, []byte(nil)
	err = q.QueryRowContext(ctx, `SELECT person_id, act, digest, created_at, expires_at, used_by FROM step_up_challenges WHERE id = $1`, id).
		Scan(&c.PersonID, &c.Act, &digest, &c.CreatedAt, &c.ExpiresAt, &c.UsedBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	copy(c.Digest[:], digest)
	return &c, postgres.Map(ctx, err, "read challenge")
}

// Use implements stepup.Store. Of two attempts the second waits for the first
// one's transaction and then sees that it came too late.
func (Store) Use(ctx context.Context, p stepup.Passed, at time.Time, requestID string) (bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	r, err := q.ExecContext(ctx, `UPDATE step_up_challenges SET used_at = coalesce(used_at, $3), used_by = $2, verified_at = $4, request_id = $5
		WHERE id = $1 AND (used_by IS NULL OR used_by = $2)`, p.Challenge, p.Attempt, at, p.VerifiedAt, requestID)
	if err != nil {
		return false, postgres.Map(ctx, err, "use challenge")
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// Tenant implements stepup.Rules.
func (Rules) Tenant(ctx context.Context) ([]stepup.Act, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var on []string
	err = q.QueryRowContext(ctx, `SELECT ARRAY(SELECT jsonb_array_elements_text(coalesce(settings->'step_up', '[]')))
		FROM approval_policies ORDER BY id DESC LIMIT 1`).Scan(pq.Array(&on))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return acts(on), postgres.Map(ctx, err, "read which acts ask")
}

// HQ implements stepup.Rules.
func (Rules) HQ(ctx context.Context) (on bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT step_up FROM hq.group_policies ORDER BY id DESC LIMIT 1`).Scan(&on)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return on, postgres.Map(ctx, err, "read whether HQ asks")
}

// Decided implements stepup.Rules.
func (r Rules) Decided(ctx context.Context, ids []uuid.UUID) ([]stepup.Act, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var kinds []string
	err = q.QueryRowContext(ctx, `SELECT ARRAY(SELECT DISTINCT kind::text FROM approvals WHERE id = ANY($1))`, pq.Array(ids)).Scan(pq.Array(&kinds))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read the kinds of submissions")
	}
	var out []stepup.Act
	for _, k := range kinds {
		if a := r.ActOf(k); a != "" {
			out = append(out, a)
		}
	}
	return out, nil
}

func acts(names []string) []stepup.Act {
	out := make([]stepup.Act, len(names))
	for i, n := range names {
		out[i] = stepup.Act(n)
	}
	return out
}
