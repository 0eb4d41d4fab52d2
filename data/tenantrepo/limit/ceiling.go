package limit

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/limit"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// What one of the companies under a cap has paid in advance makes no room for another,
// as in the order check.
var ceilingSQL = `
SELECT coalesce(r.grade, ''), r.max_credit_amount, v.name, v.quota,
  (SELECT coalesce(sum(greatest(` + exposure.Used("a") + `, 0)), 0)::bigint FROM hq.v_group_members o JOIN customers x ON x.uscc = o.uscc
   JOIN credit_accounts a ON a.id = x.id WHERE o.cap_id = v.cap_id)
FROM customers c LEFT JOIN credit_ratings r ON r.customer_id = c.id AND r.status = 'effective'
LEFT JOIN hq.v_group_members m ON m.uscc = c.uscc LEFT JOIN hq.v_group_quotas v ON v.cap_id = m.cap_id
WHERE c.id = $1 LIMIT 1`

// Ceiling implements biz.Repository.
func (Repo) Ceiling(ctx context.Context, customerID uuid.UUID) (c biz.Ceiling, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return c, err
	}
	var (
		most, quota, used sql.Null[money.Amount]
		name              sql.NullString
	)
	err = q.QueryRowContext(ctx, ceilingSQL, customerID).Scan(&c.Grade, &most, &name, &quota, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	if most.Valid {
		c.GradeMax = &most.V
	}
	if quota.Valid {
		c.Quota = &biz.Quota{Name: name.String, Amount: quota.V, Used: used.V}
	}
	return c, postgres.Map(ctx, err, "read the ceiling of a customer")
}
