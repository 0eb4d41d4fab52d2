package migrate

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"zhuxin/tenancy/scope"
)

// Roles of the database.
const (
	RoleApp      = "zhuxin_app"      // the application's login; no right of its own
	RoleMigrator = "zhuxin_migrator" // owns the schemas; migration and provisioning log in as it
	RoleHQ       = "zhuxin_hq"       // HQ screens and the relay
	RoleTenant   = "zhuxin_tenant"   // what every tenant's role may read of the shared schema
)

// Passwords of the two logins. An empty one is left as it is.
type Passwords struct{ App, Migrator string }

// Bootstrap sets up roles and takes PUBLIC's rights in the database that adminDSN
// names, as a superuser. It is idempotent, changes nothing of the schemas, and
// waits for another bootstrap of the same server.
func Bootstrap(ctx context.Context, adminDSN string, passwords Passwords) error {
	db, err := sql.Open("postgres", adminDSN)
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	defer func() { _ = db.Close() }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // a no-op after Commit
	var database string
	var version int
	if err := tx.QueryRowContext(ctx, `SELECT current_database(), current_setting('server_version_num')::int`).Scan(&database, &version); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	if version < scope.MinServer {
		return fmt.Errorf("bootstrap: PostgreSQL %d.%d is too old; 15.18 or newer is needed", version/10000, version%10000)
	}
	for _, q := range bootstrapSQL(database, passwords) {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("bootstrap: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	return nil
}

func bootstrapSQL(database string, passwords Passwords) []string {
	d := pq.QuoteIdentifier(database)
	out := []string{
		// The catalog of roles is one for the whole server, and so is this lock:
		// it serialises bootstraps of different databases.
		`LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE`,
		ensureRole(RoleTenant), ensureRole(RoleHQ), ensureRole(RoleMigrator), ensureRole(RoleApp),
		`ALTER ROLE zhuxin_tenant NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`,
		`ALTER ROLE zhuxin_hq NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`,
		`ALTER ROLE zhuxin_app LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS` + password(passwords.App),
		`ALTER ROLE zhuxin_migrator LOGIN INHERIT NOSUPERUSER NOCREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS` + password(passwords.Migrator),
		`ALTER ROLE zhuxin_app SET search_path = ''`,
		`ALTER ROLE zhuxin_migrator SET search_path = ''`,
		`GRANT zhuxin_hq TO zhuxin_app`,
		`GRANT zhuxin_tenant TO zhuxin_migrator WITH ADMIN OPTION`,
		// What PUBLIC has in a fresh database: TEMP tables that shadow a table of
		// ours, connecting at all, and the schema public.
		`REVOKE ALL ON DATABASE ` + d + ` FROM PUBLIC`,
		`GRANT CONNECT ON DATABASE ` + d + ` TO zhuxin_app, zhuxin_migrator`,
		`GRANT CREATE ON DATABASE ` + d + ` TO zhuxin_migrator`,
		`REVOKE ALL ON SCHEMA public FROM PUBLIC`,
		`ALTER DEFAULT PRIVILEGES FOR ROLE zhuxin_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`,
		`ALTER DEFAULT PRIVILEGES FOR ROLE zhuxin_migrator REVOKE USAGE ON TYPES FROM PUBLIC`,
	}
	for _, f := range closedFunctions {
		out = append(out, `REVOKE EXECUTE ON FUNCTION pg_catalog.`+f+` FROM PUBLIC`)
	}
	return append(out, `GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO zhuxin_migrator`)
}

// closedFunctions are built-in functions that a tenant's role has no use for:
// set_config undoes SET LOCAL ROLE from inside any expression (F3), session-level
// advisory locks stay on a pooled connection, and large objects would be a store
// that belongs to no schema.
var closedFunctions = []string{
	"set_config(text, text, boolean)",
	"pg_advisory_lock(bigint)", "pg_advisory_lock(integer, integer)",
	"pg_advisory_lock_shared(bigint)", "pg_advisory_lock_shared(integer, integer)",
	"pg_try_advisory_lock(bigint)", "pg_try_advisory_lock(integer, integer)",
	"pg_try_advisory_lock_shared(bigint)", "pg_try_advisory_lock_shared(integer, integer)",
	"lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "lo_open(oid, integer)",
	"lo_put(oid, bigint, bytea)", "lo_unlink(oid)", "lowrite(integer, bytea)",
}

func ensureRole(name string) string {
	return fmt.Sprintf(`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s) THEN CREATE ROLE %s; END IF; END $$`,
		pq.QuoteLiteral(name), pq.QuoteIdentifier(name))
}

func password(p string) string {
	if p == "" {
		return ""
	}
	return " PASSWORD " + strings.TrimLeft(pq.QuoteLiteral(p), " ")
}
