package erp

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/erp"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/tenancy/scope"
)

// want: $1 now, $2 customers or NULL for all. Of a frozen account the ERP is told that
// the limit is zero, which stops its own orders as well; the limit when it is lifted.
var want = `
INSERT INTO limit_pushes AS p (id, connection_id, customer_id, limit_kind, limit_amount, status, version, attempts, next_at, failure, wanted_at)
SELECT gen_random_uuid(), k.id, a.id, CASE WHEN a.frozen THEN 'amount' ELSE a.limit_kind END, CASE WHEN a.frozen THEN 0 ELSE ` + exposure.Bound("a") + ` END,
  'pending', 1, 0, $1::timestamptz, '', $1::timestamptz
FROM erp_connections k CROSS JOIN credit_accounts a
WHERE k.enabled AND k.push_limits AND ($2::uuid[] IS NULL OR a.id = ANY($2::uuid[]))
  AND (a.limit_kind <> 'none' OR EXISTS (SELECT FROM limit_pushes o WHERE o.connection_id = k.id AND o.customer_id = a.id))
ORDER BY k.id, a.id
ON CONFLICT (connection_id, customer_id) DO UPDATE SET limit_kind = excluded.limit_kind, limit_amount = excluded.limit_amount, status = 'pending',
  version = p.version + 1, attempts = 0, next_at = excluded.next_at, failure = '', wanted_at = excluded.wanted_at
WHERE (p.limit_kind, p.limit_amount) IS DISTINCT FROM (excluded.limit_kind, excluded.limit_amount)`

// WantLimits implements biz.Pushes.
func (Repo) WantLimits(ctx context.Context, at time.Time, customers ...uuid.UUID) error {
	var ids any
	if len(customers) > 0 {
		ids = pq.Array(customers)
	}
	_, err := exec(ctx, want, at, ids)
	return postgres.Map(ctx, err, "note limits for ERPs")
}

const pushes = `SELECT p.id, p.connection_id, p.customer_id, c.number, c.name, p.limit_kind, p.limit_amount, p.status, p.version, p.attempts, p.next_at, p.failure,
	p.wanted_at, p.confirmed_at, count(*) OVER () FROM limit_pushes p JOIN customers c ON c.id = p.customer_id `

func listPushes(ctx context.Context, where string, args ...any) (list []biz.Push, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := q.QueryContext(ctx, pushes+where, args...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list limits for ERPs")
	}
	defer rows.Close()
	for rows.Next() {
		var p biz.Push
		err := rows.Scan(&p.ID, &p.ConnectionID, &p.CustomerID, &p.CustomerNumber, &p.CustomerName, &p.Kind, &p.Amount, &p.Status, &p.Version, &p.Attempts, &p.NextAt,
			&p.Failure, &p.WantedAt, &p.ConfirmedAt, &total)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list limits for ERPs")
		}
		list = append(list, p)
	}
	return list, total, postgres.Map(ctx, rows.Err(), "list limits for ERPs")
}

// DuePushes implements biz.Pushes.
func (Repo) DuePushes(ctx context.Context, now time.Time, limit int) ([]biz.Push, error) {
	list, _, err := listPushes(ctx, `JOIN erp_connections k ON k.id = p.connection_id WHERE k.enabled AND k.push_limits AND coalesce(k.breaker->>'state', 'closed') = 'closed'
		AND p.status <> 'confirmed' AND p.next_at <= $1
		ORDER BY p.next_at, p.id LIMIT $2`, now, limit)
	return list, err
}

// Pushes implements biz.Pushes.
func (Repo) Pushes(ctx context.Context, connectionID uuid.UUID, status biz.PushStatus, limit, offset int) ([]biz.Push, int64, error) {
	return listPushes(ctx, `WHERE p.connection_id = $1 AND ($2 = '' OR p.status = $2) ORDER BY p.status = 'confirmed', p.status = 'pending', p.wanted_at DESC, p.id LIMIT $3 OFFSET $4`,
		connectionID, string(status), limit, offset)
}

// Told implements biz.Pushes.
func (Repo) Told(ctx context.Context, p biz.Push) error {
	_, err := exec(ctx, `UPDATE limit_pushes SET status = $3, attempts = $4, next_at = $5, failure = $6, confirmed_at = $7 WHERE id = $1 AND version = $2`,
		p.ID, p.Version, string(p.Status), p.Attempts, p.NextAt, p.Failure, p.ConfirmedAt)
	return postgres.Map(ctx, err, "store what became of a limit")
}

// RetryPushes implements biz.Pushes.
func (Repo) RetryPushes(ctx context.Context, connectionID uuid.UUID, now time.Time) (int64, error) {
	n, err := exec(ctx, `UPDATE limit_pushes SET next_at = $2, attempts = 0 WHERE connection_id = $1 AND status <> 'confirmed'`, connectionID, now)
	return n, postgres.Map(ctx, err, "push limits again")
}

// PushCounts implements biz.Pushes.
func (Repo) PushCounts(ctx context.Context) (map[uuid.UUID]biz.PushCounts, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT connection_id, count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'confirmed'),
		count(*) FILTER (WHERE status = 'failed') FROM limit_pushes GROUP BY 1`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "count limits for ERPs")
	}
	defer rows.Close()
	out := map[uuid.UUID]biz.PushCounts{}
	for rows.Next() {
		var id uuid.UUID
		var n biz.PushCounts
		if err := rows.Scan(&id, &n.Pending, &n.Confirmed, &n.Failed); err != nil {
			return nil, postgres.Map(ctx, err, "count limits for ERPs")
		}
		out[id] = n
	}
	return out, postgres.Map(ctx, rows.Err(), "count limits for ERPs")
}
