package bench

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/tenancy/scope"
)

// RegisterTenant enters a subsidiary without a schema, for measurements of what
// reads HQ's register only. It runs in HQ's scope of a database made for measuring.
func RegisterTenant(ctx context.Context, id uuid.UUID, n int) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO hq.tenants (id, created_at, slug, name, short_name, uscc, schema_name, status, suspended_reason, currency, time_zone)
		VALUES ($1, now(), $2, $3, $3, $4, $5, 'suspended', 'bench', 'CNY', 'Asia/Shanghai')`,
		id, fmt.Sprintf("bench-%s", id), fmt.Sprintf("bench %d", n), fmt.Sprintf("B%017d", n), "t_"+id.String())
	return err
}
