package migrate

import (
	"context"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"zhuxin/ent/migrations"
	"zhuxin/tenancy/scope"
)

// CheckStart refuses to start on schemas that this binary does not fit: nothing
// migrated yet, the shared schema below the minimum, or any schema ahead. It reads
// as the application and needs no right to migrate. A tenant below the minimum
// does not stop the others: registry.Bind refuses that one.
func CheckStart(ctx context.Context, pool *scope.Pool) error {
	hq, err := HQFiles()
	if err != nil {
		return err
	}
	tenant, err := TenantFiles()
	if err != nil {
		return err
	}
	return pool.HQ().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var at string
		var ahead int
		var example string
		err = q.QueryRowContext(ctx, `SELECT coalesce(max(version) FILTER (WHERE id = $1), ''),
			count(*) FILTER (WHERE id <> $1 AND version > $2), coalesce(min(id) FILTER (WHERE id <> $1 AND version > $2), '')
			FROM hq.schema_states`, HQSchema, tenant.Latest()).Scan(&at, &ahead, &example)
		var e *pq.Error
		switch {
		case errors.As(err, &e) && (e.Code == "42P01" || e.Code == "3F000" || e.Code == "22023" || e.Code == "42501"):
			return fmt.Errorf("the database is not set up yet; run `zhuxin migrate` first: %w", err)
		case err != nil:
			return err
		case at > hq.Latest():
			return fmt.Errorf("%w: hq has version %s, the newest known here is %s; start the newer binary", ErrAhead, at, hq.Latest())
		case ahead > 0:
			return fmt.Errorf("%w: %d tenant schemas, such as %s, have a version after %s; start the newer binary", ErrAhead, ahead, example, tenant.Latest())
		case at < migrations.MinHQ:
			return fmt.Errorf("the shared schema is at version %q and this binary needs %s; run `zhuxin migrate`", at, migrations.MinHQ)
		}
		return nil
	})
}
