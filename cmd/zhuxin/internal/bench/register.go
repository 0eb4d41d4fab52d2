package bench

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// RegisterTenants enters n subsidiaries without a schema, for measurements of what
// reads HQ's register only. The database's administrator does it: no role of the
// program may write a subsidiary by hand.
func (d Database) RegisterTenants(ctx context.Context, first, n int) ([]uuid.UUID, error) {
	db, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.close()
	ids := make([]uuid.UUID, max(0, n))
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
		_, err := db.conn.ExecContext(ctx, `INSERT INTO hq.tenants (id, created_at, slug, name, short_name, uscc, schema_name, status, suspended_reason, currency, time_zone)
			VALUES ($1, now(), $2, $3, $3, $4, $5, 'suspended', 'bench', 'CNY', 'Asia/Shanghai')`,
			ids[i], fmt.Sprintf("bench-%s", ids[i]), fmt.Sprintf("bench %d", first+i), fmt.Sprintf("B%017d", first+i), "t_"+ids[i].String())
		if err != nil {
			return nil, fmt.Errorf("bench: register a subsidiary: %w", err)
		}
	}
	return ids, nil
}
