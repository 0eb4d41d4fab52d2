package limit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/limit"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// $1 grades or NULL, $2 and $3 utilization in basis points or NULL, $4 the day
// on which the standing limit was there already or NULL, $5 how many, $6 the
// salesperson or NULL, $7 the customers of a segment or NULL.
var candidatesSQL = `
SELECT c.id, c.number, c.name, a.grade, a.limit_kind, a.standing_amount, ` + exposure.Used("a") + `, r.max_credit_amount,
  (SELECT v.quota FROM hq.v_group_members g JOIN hq.v_group_quotas v ON v.cap_id = g.cap_id WHERE g.uscc = c.uscc LIMIT 1),
  EXISTS (SELECT FROM credit_limits w WHERE w.customer_id = c.id AND w.project_id IS NULL AND w.class = 'standing' AND w.status = 'submitted'),
  a.frozen, EXISTS (SELECT FROM hq.v_negative_listed n WHERE n.uscc = c.uscc),
  coalesce((SELECT w.company_name FROM related_reach w JOIN hq.v_negative_listed n ON n.uscc = w.uscc
    WHERE w.customer_id = c.id AND w.depth <= coalesce((SELECT g.related_depth FROM hq.v_group_policy g), 2) ORDER BY w.depth, w.uscc LIMIT 1), '')
FROM customers c JOIN credit_accounts a ON a.id = c.id
LEFT JOIN credit_ratings r ON r.customer_id = c.id AND r.status = 'effective'
WHERE c.status = 'active' AND ($6::uuid IS NULL OR c.salesperson_id = $6::uuid) AND ($7::uuid[] IS NULL OR c.id = ANY($7::uuid[])) AND ($1::text[] IS NULL OR a.grade = ANY($1::text[]))
  AND ($2::bigint IS NULL OR (a.limit_kind = 'amount' AND (` + exposure.Used("a") + `)::numeric * 10000 >= $2::numeric * (` + exposure.Bound("a") + `)))
  AND ($3::bigint IS NULL OR (a.limit_kind = 'amount' AND (` + exposure.Used("a") + `)::numeric * 10000 <= $3::numeric * (` + exposure.Bound("a") + `)))
  AND ($4::date IS NULL OR EXISTS (SELECT FROM credit_limits l WHERE l.customer_id = c.id AND l.project_id IS NULL AND l.class = 'standing'
    AND l.status = 'effective' AND l.superseded_on IS NULL AND l.starts_on <= $4::date))
ORDER BY c.number LIMIT $5`

const (
	insertBatchSQL = `INSERT INTO limit_batches (id, proposal, customers, created_at, created_by) VALUES ($1, $2, $3, $4, $5)`

	// $1 batch, $2 ids, $3 customers, $4 amounts, then the terms that all share.
	insertLimitsSQL = `
INSERT INTO credit_limits (id, customer_id, class, kind, mode, amount, starts_on, ends_on, reason, status, created_at, created_by, updated_at, version, batch_id)
SELECT u.id, u.customer, 'standing', 'amount', 'add', u.amount, $5::date, $6::date, $7::text, 'submitted', $8::timestamptz, $9::uuid, $8::timestamptz, 1, $1::uuid
FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS u (id, customer, amount)`

	lockBatchSQL = columns + ` WHERE l.batch_id = $1 ORDER BY l.customer_id FOR UPDATE OF l`

	// $1 batch, $2 today, $3 now: as biz/limit supersedes one version by another.
	supersedeSQL = `
UPDATE credit_limits o SET
  superseded_on = least(o.superseded_on, greatest(n.starts_on, $2::date)),
  status = CASE WHEN o.starts_on >= greatest(n.starts_on, $2::date) OR n.starts_on <= $2::date OR o.ends_on < $2::date THEN 'lapsed' ELSE o.status END,
  lapsed_at = CASE WHEN o.starts_on >= greatest(n.starts_on, $2::date) OR n.starts_on <= $2::date OR o.ends_on < $2::date THEN $3::timestamptz END,
  version = o.version + 1, updated_at = $3::timestamptz
FROM credit_limits n
WHERE n.batch_id = $1 AND n.status = 'submitted' AND o.customer_id = n.customer_id AND o.project_id IS NULL AND o.class = 'standing' AND o.status = 'effective'`

	effectSQL = `UPDATE credit_limits SET status = 'effective', effective_at = $2, version = version + 1, updated_at = $2 WHERE batch_id = $1 AND status = 'submitted'`

	closeSQL = `UPDATE credit_limits SET status = $2, version = version + 1, updated_at = $3 WHERE batch_id = $1 AND status = 'submitted'`
)

// Candidates implements biz.Repository.
func (Repo) Candidates(ctx context.Context, f biz.Filter, onlyOf *uuid.UUID, today calendar.Date, most int) ([]biz.Candidate, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var grades, since any
	if len(f.Grades) > 0 {
		grades = pq.Array(f.Grades)
	}
	if f.UnchangedMonths > 0 {
		since = today.AddMonths(-f.UnchangedMonths)
	}
	rows, err := q.QueryContext(ctx, candidatesSQL, grades, f.MinUtilization, f.MaxUtilization, since, most, onlyOf, pq.Array(f.Members))
	if err != nil {
		return nil, postgres.Map(ctx, err, "find candidates")
	}
	defer func() { _ = rows.Close() }()
	var cs []biz.Candidate
	for rows.Next() {
		var c biz.Candidate
		var quota sql.Null[money.Amount]
		if err := rows.Scan(&c.CustomerID, &c.Number, &c.Name, &c.Grade, &c.Kind, &c.Standing, &c.Exposure, &c.GradeMax, &quota, &c.Pending, &c.Frozen, &c.Listed, &c.Related); err != nil {
			return nil, postgres.Map(ctx, err, "find candidates")
		}
		if quota.Valid {
			c.Quota = &biz.Quota{Amount: quota.V}
		}
		cs = append(cs, c)
	}
	return cs, postgres.Map(ctx, rows.Err(), "find candidates")
}

// InsertBatch implements biz.Repository. The limits share everything but
// customer and amount.
func (Repo) InsertBatch(ctx context.Context, b biz.Batch, ls []biz.Limit) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	proposal, err := json.Marshal(b.Proposal)
	if err != nil {
		return fmt.Errorf("encode proposal: %w", err)
	}
	var (
		ids, customers pq.StringArray
		amounts        pq.Int64Array
	)
	for _, l := range ls {
		ids, customers, amounts = append(ids, l.ID.String()), append(customers, l.CustomerID.String()), append(amounts, int64(l.Amount))
	}
	l := ls[0]
	_, err1 := q.ExecContext(ctx, insertBatchSQL, b.ID, string(proposal), b.Customers, b.CreatedAt, roster.ID(b.CreatedBy))
	if err1 != nil {
		return postgres.Map(ctx, err1, "insert batch")
	}
	_, err = q.ExecContext(ctx, insertLimitsSQL, b.ID, ids, customers, amounts, l.StartsOn, l.EndsOn, l.Reason, l.CreatedAt, roster.ID(l.CreatedBy))
	return postgres.Map(ctx, err, "insert limits", insertRules...)
}

// LockBatch implements biz.Repository.
func (Repo) LockBatch(ctx context.Context, id uuid.UUID) ([]biz.Limit, error) {
	return many(ctx, lockBatchSQL, id)
}

// EffectBatch implements biz.Repository.
func (Repo) EffectBatch(ctx context.Context, id uuid.UUID, today calendar.Date, now time.Time) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, supersedeSQL, id, today, now); err != nil {
		return postgres.Map(ctx, err, "supersede limits")
	}
	_, err = q.ExecContext(ctx, effectSQL, id, now)
	return postgres.Map(ctx, err, "put limits into force")
}

// CloseBatch implements biz.Repository.
func (Repo) CloseBatch(ctx context.Context, id uuid.UUID, to biz.Status, now time.Time) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, closeSQL, id, to, now)
	return postgres.Map(ctx, err, "close limits")
}
