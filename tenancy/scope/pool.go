package scope

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"

	"zhuxin/ent/hqdb"
	"zhuxin/ent/tenantdb"
	"zhuxin/shared/uow"
)

// Pool lends connections to units of work. It holds one or more groups of
// connections; a tenant always uses the same group, so that one database backend
// meets a share of the tenants only: its caches grow with each one it meets
// (performance.md B13).
type Pool struct {
	groups []*sql.DB
	tenant *tenantdb.Client
	hq     *hqdb.Client
}

// Open opens the pool. It connects with the first unit of work; Check tries it.
func Open(c Config) (*Pool, error) {
	c = c.withPresets()
	groups := make([]*sql.DB, c.Groups)
	for i := range groups {
		db, err := OpenDB(c)
		if err != nil {
			return nil, err
		}
		groups[i] = db
	}
	return NewPool(groups...)
}

// NewPool makes a pool of groups that OpenDB opened; any other *sql.DB is refused,
// because its connections would run statements outside a scope.
func NewPool(groups ...*sql.DB) (*Pool, error) {
	if len(groups) == 0 {
		return nil, errors.New("scope: a pool needs at least one group of connections")
	}
	for _, db := range groups {
		if _, ok := db.Driver().(guarded); !ok {
			return nil, errors.New("scope: open the group by scope.OpenDB")
		}
	}
	return &Pool{
		groups: groups,
		tenant: tenantdb.NewClient(tenantdb.Driver(entDriver{kindTenant})),
		hq:     hqdb.NewClient(hqdb.Driver(entDriver{kindHQ})),
	}, nil
}

// Tenant is the unit of work in the schema of the tenant that ctx is bound to.
func (p *Pool) Tenant() uow.Tenant { return tenantDoor{p} }

// HQ is the unit of work in the shared schema.
func (p *Pool) HQ() uow.HQ { return hqDoor{p} }

// TenantClient is the ent client of the tenant graph; it works inside Tenant().InTx.
func (p *Pool) TenantClient() *tenantdb.Client { return p.tenant }

// HQClient is the ent client of the HQ graph; it works inside HQ().InTx.
func (p *Pool) HQClient() *hqdb.Client { return p.hq }

// Close closes all connections.
func (p *Pool) Close() error {
	var errs []error
	for _, db := range p.groups {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// Stats gives the figures of each group, for metrics.
func (p *Pool) Stats() []sql.DBStats {
	out := make([]sql.DBStats, len(p.groups))
	for i, db := range p.groups {
		out[i] = db.Stats()
	}
	return out
}

// Ping says whether the database answers, for readiness.
func (p *Pool) Ping(ctx context.Context) error {
	for _, db := range p.groups {
		if err := db.PingContext(ctx); err != nil {
			return translate(ctx, err)
		}
	}
	return nil
}

// MinServer is the oldest PostgreSQL that is served: older ones have known holes
// in SET ROLE and row security (reliability, pitfall 11).
const MinServer = 150018

// Check looks at the server and the login once at the start.
func (p *Pool) Check(ctx context.Context) error {
	return p.HQ().InTx(ctx, func(ctx context.Context) error {
		q, err := Conn(ctx)
		if err != nil {
			return err
		}
		var (
			version        int
			user           string
			super, inherit bool
		)
		err = q.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, session_user, rolsuper, rolinherit
			FROM pg_catalog.pg_roles WHERE rolname = session_user`).Scan(&version, &user, &super, &inherit)
		switch {
		case err != nil:
			return err
		case version < MinServer:
			return fmt.Errorf("scope: PostgreSQL %d is too old; 15.18 or newer is needed", version)
		case super || inherit:
			return fmt.Errorf("scope: the login %s must be NOSUPERUSER and NOINHERIT; use zhuxin_app, which `zhuxin migrate` sets up", user)
		}
		return nil
	})
}

func (p *Pool) group(b binding) *sql.DB {
	if len(p.groups) == 1 {
		return p.groups[0]
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(b.schema))
	return p.groups[h.Sum32()%uint32(len(p.groups))]
}
