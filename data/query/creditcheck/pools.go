package creditcheck

import (
	"context"
	"database/sql"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	accounts "zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/groupcap"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Customers are held together in two ways: by a shared limit of the subsidiary,
// and by its quota of HQ's cap on their companies. Either is a pool here, with its
// id. What a pool's customers use is the sum of their accounts, nowhere kept a
// second time; an order check that is to add to it takes the pool's advisory lock
// first, and reads the sum in a statement of its own after that, which then sees
// what every check before has left. Who only takes away (a release, a payment)
// needs no lock.
//
// Lock order: the customers' accounts, then their pools in the order of the lock's
// number.

// poolOf are the pools of a customer, the last columns of facts.
const poolOf = `, a.shared_limit_id, (SELECT m.cap_id FROM hq.v_group_members m WHERE m.uscc = c.uscc)`

// readPools sums what each pool's customers use. What one of them has paid in
// advance does not make room for another. $1 shared limits, $2 caps.
var readPools = `
SELECT s.id, s.name, s.amount, coalesce(sum(greatest(` + accounts.Used("a") + `, 0)), 0)::bigint
FROM shared_limits s LEFT JOIN credit_accounts a ON a.shared_limit_id = s.id
WHERE s.id = ANY($1::uuid[]) GROUP BY s.id
UNION ALL
SELECT v.cap_id, v.name, v.quota, coalesce(sum(greatest(` + accounts.Used("a") + `, 0)), 0)::bigint
FROM hq.v_group_quotas v
LEFT JOIN hq.v_group_members m ON m.cap_id = v.cap_id
LEFT JOIN customers c ON c.uscc = m.uscc
LEFT JOIN credit_accounts a ON a.id = c.id
WHERE v.cap_id = ANY($2::uuid[]) GROUP BY v.cap_id, v.name, v.quota`

// Pools implements biz/creditcheck.Store.
func (s *Store) Pools(ctx context.Context, ids biz.PoolIDs, lock biz.Locking) (map[uuid.UUID]biz.PoolFacts, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if lock != biz.Unlocked {
		if ids, err = lockPools(ctx, q, ids, lock == biz.LockWaiting); err != nil {
			return nil, postgres.Map(ctx, err, "lock shared limits")
		}
	}
	return pools(ctx, q, ids)
}

// lockPools takes the locks; without waiting it gives those it got.
func lockPools(ctx context.Context, q scope.Querier, ids biz.PoolIDs, wait bool) (got biz.PoolIDs, err error) {
	type one struct {
		key   int64
		id    uuid.UUID
		group bool
	}
	var all []one
	for _, id := range ids.Shared {
		all = append(all, one{lockOf(ctx, "shared limit "+id.String()), id, false})
	}
	for _, id := range ids.Caps {
		all = append(all, one{lockOf(ctx, "group cap "+id.String()), id, true})
	}
	slices.SortFunc(all, func(a, b one) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	for _, o := range all {
		locked := true
		if wait {
			_, err = q.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1::bigint)`, o.key)
		} else {
			err = q.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1::bigint)`, o.key).Scan(&locked)
		}
		switch {
		case err != nil:
			return got, err
		case locked && o.group:
			got.Caps = append(got.Caps, o.id)
		case locked:
			got.Shared = append(got.Shared, o.id)
		}
	}
	return got, nil
}

func pools(ctx context.Context, q scope.Querier, ids biz.PoolIDs) (map[uuid.UUID]biz.PoolFacts, error) {
	rs, err := q.QueryContext(ctx, readPools, pq.Array(ids.Shared), pq.Array(ids.Caps))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read shared limits")
	}
	defer func() { _ = rs.Close() }()
	out := map[uuid.UUID]biz.PoolFacts{}
	for rs.Next() {
		var p biz.PoolFacts
		if err := rs.Scan(&p.ID, &p.Name, &p.Limit, &p.Used); err != nil {
			return nil, postgres.Map(ctx, err, "read shared limits")
		}
		out[p.ID] = p
	}
	return out, postgres.Map(ctx, rs.Err(), "read shared limits")
}

// Books implements shared/groupcap.Books.
type Books struct{}

var _ groupcap.Books = Books{}

// Used implements groupcap.Books.
func (Books) Used(ctx context.Context, capID uuid.UUID) (money.Amount, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	ids := biz.PoolIDs{Caps: []uuid.UUID{capID}}
	if ids, err = lockPools(ctx, q, ids, true); err != nil {
		return 0, postgres.Map(ctx, err, "lock group cap")
	}
	all, err := pools(ctx, q, ids)
	return all[capID].Used, err
}

// Concerned implements groupcap.Books.
func (Books) Concerned(ctx context.Context) (out []uuid.UUID, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var only uuid.NullUUID
	if a, ok := access.From(ctx); ok && a.OwnCustomersOnly() {
		only = uuid.NullUUID{UUID: a.ID, Valid: true}
	}
	rs, err := q.QueryContext(ctx, `SELECT DISTINCT m.cap_id FROM hq.v_group_members m JOIN customers c ON c.uscc = m.uscc
		WHERE $1::uuid IS NULL OR c.salesperson_id = $1::uuid`, only)
	if err != nil {
		return nil, postgres.Map(ctx, err, "find group caps")
	}
	defer func(rs *sql.Rows) { _ = rs.Close() }(rs)
	for rs.Next() {
		var id uuid.UUID
		if err := rs.Scan(&id); err != nil {
			return nil, postgres.Map(ctx, err, "find group caps")
		}
		out = append(out, id)
	}
	return out, postgres.Map(ctx, rs.Err(), "find group caps")
}
