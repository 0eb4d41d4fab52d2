package provision_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// T2 (reliability): what the database itself lets a tenant's role do, by asking it
// for every privilege and by trying. The connection is an ordinary one of
// zhuxin_app, so none of the guards of tenancy/scope is in the way.

// relation is a table, view or sequence of ours.
type relation struct {
	schema, name, kind, column string
}

func (r relation) quoted() string { return migrate.Quote(r.schema) + "." + migrate.Quote(r.name) }

// allowed are the privileges that the role of home must have on the relation.
func (r relation) allowed(home string) string {
	switch {
	case r.kind == "S":
		return ""
	case r.schema == home:
		return provision.Privileges[r.name]
	case r.schema == migrate.HQSchema && strings.HasPrefix(r.name, "v_") && r.kind == "v":
		return "r"
	case r.schema == migrate.HQSchema && r.name == "sharing_log":
		return "a"
	}
	return ""
}

type isolation struct {
	app   *sql.Conn // as zhuxin_app
	admin *sql.DB
	cases int
	found []string
}

func (i *isolation) unexpected(format string, args ...any) {
	i.found = append(i.found, fmt.Sprintf(format, args...))
}

// audit runs all checks as the roles of the tenants.
func (i *isolation) audit(t *testing.T, tenants []scope.Tenant) {
	t.Helper()
	rels := i.relations(t)
	for _, tenant := range tenants {
		for _, r := range rels {
			i.byAsking(t, tenant, r)
			i.byTrying(t, tenant, r)
		}
		i.functions(t, tenant)
		i.powers(t, tenant)
	}
}

func (i *isolation) relations(t *testing.T) (out []relation) {
	t.Helper()
	rows, err := i.admin.Query(`SELECT n.nspname, c.relname, c.relkind, coalesce((SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1), '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var r relation
		if err := rows.Scan(&r.schema, &r.name, &r.kind, &r.column); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

var byLetter = map[string]string{"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES", "t": "TRIGGER"}

func (i *isolation) byAsking(t *testing.T, tenant scope.Tenant, r relation) {
	t.Helper()
	letters := []string{"r", "a", "w", "d", "D", "x", "t"}
	ask := `SELECT has_table_privilege($1, $2::regclass, $3) OR (has_any_column_privilege($1, $2::regclass, $3) AND $3 IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES'))`
	if r.kind == "S" {
		letters = []string{"r", "w"}
		ask = `SELECT has_sequence_privilege($1, $2::regclass, $3)`
	}
	for _, l := range letters {
		q := ask
		if strings.Contains("dDt", l) {
			q = `SELECT has_table_privilege($1, $2::regclass, $3)`
		}
		var has bool
		if err := i.admin.QueryRow(q, tenant.Role(), r.quoted(), byLetter[l]).Scan(&has); err != nil {
			t.Fatalf("%s on %s: %v", byLetter[l], r.quoted(), err)
		}
		i.cases++
		if want := strings.Contains(r.allowed(tenant.Schema), l); has != want {
			i.unexpected("%s has %s on %s: %v, want %v", tenant.Slug, byLetter[l], r.quoted(), has, want)
		}
	}
}

func (i *isolation) byTrying(t *testing.T, tenant scope.Tenant, r relation) {
	t.Helper()
	tries := map[string]string{
		"r": `SELECT 1 FROM ` + r.quoted() + ` LIMIT 1`,
		"a": `INSERT INTO ` + r.quoted() + ` DEFAULT VALUES`,
		"w": `UPDATE ` + r.quoted() + ` SET ` + migrate.Quote(r.column) + ` = NULL`,
		"d": `DELETE FROM ` + r.quoted(),
		"D": `TRUNCATE ` + r.quoted(),
	}
	if r.name == "sharing_log" { // its policy takes rows of one's own look only
		tries["a"] = insertLook(tenant.ID.String())
	}
	for l, q := range tries {
		i.cases++
		if r.kind == "v" && strings.Contains("awdD", l) || r.kind == "S" && l != "r" {
			continue // the server has other reasons to refuse these
		}
		err := i.try(t, tenant, q)
		if got, want := !denied(err), strings.Contains(r.allowed(tenant.Schema), l); got != want {
			i.unexpected("as %s: %s gave %v, want allowed=%v", tenant.Slug, q, err, want)
		}
	}
}

// insertLook is a row of the sharing log in the name of the viewer.
func insertLook(viewer string) string {
	return `INSERT INTO hq.sharing_log (id, at, viewer_tenant_id, viewer_id, viewer_name, owner_tenant_id, uscc, purpose, request_id)
		VALUES (gen_random_uuid(), now(), '` + viewer + `', gen_random_uuid(), 'n', gen_random_uuid(), 'u', 'p', 'r')`
}

// try runs one statement as the tenant's role and rolls it back.
func (i *isolation) try(t *testing.T, tenant scope.Tenant, q string) error {
	t.Helper()
	tx, err := i.app.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing is kept
	if _, err := tx.Exec(`SET LOCAL ROLE ` + migrate.Quote(tenant.Role())); err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(q)
	return err
}

func denied(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == "42501"
}

// functions: none of ours can be called, none of ours runs with its owner's
// rights, and none of the server's reaches files, other sessions or settings.
func (i *isolation) functions(t *testing.T, tenant scope.Tenant) {
	t.Helper()
	rows, err := i.admin.Query(`SELECT p.oid::regprocedure::text, prosecdef, has_function_privilege($1, p.oid, 'EXECUTE') FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
		WHERE n.nspname !~ '^(pg_|information_schema)'
		OR proname IN ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export', 'lo_create', 'lo_creat', 'lo_put', 'lowrite', 'lo_unlink',
			'set_config', 'pg_advisory_lock', 'pg_reload_conf', 'pg_rotate_logfile', 'pg_switch_wal', 'pg_ls_logdir', 'pg_stat_reset')`, tenant.Role())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var name string
		var definer, can bool
		if err := rows.Scan(&name, &definer, &can); err != nil {
			t.Fatal(err)
		}
		n++
		if can {
			i.unexpected("%s may call %s", tenant.Slug, name)
		}
		if definer {
			i.unexpected("%s runs with its owner's rights", name)
		}
	}
	if i.cases += n; n < 25 {
		t.Fatalf("only %d functions looked at", n)
	}
}

// powers are things that need no relation.
func (i *isolation) powers(t *testing.T, tenant scope.Tenant) {
	t.Helper()
	for _, q := range []string{
		`CREATE TEMP TABLE x (i int)`, `CREATE TABLE x (i int)`, `CREATE TABLE ` + migrate.Quote(tenant.Schema) + `.x (i int)`, `CREATE TABLE public.x (i int)`,
		`CREATE SCHEMA x`, `CREATE ROLE x`, `CREATE DATABASE x`, `CREATE EXTENSION dblink`, `ALTER SYSTEM SET work_mem = '1MB'`,
		`CREATE FUNCTION ` + migrate.Quote(tenant.Schema) + `.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
		`COPY (SELECT 1) TO PROGRAM 'true'`, `COPY (SELECT 1) TO '/dev/null'`, `SELECT pg_read_file('PG_VERSION')`, `SELECT lo_import('/dev/null')`,
		`SELECT set_config('role', 'zhuxin_hq', true)`, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()`,
		`ALTER ROLE ` + migrate.Quote(tenant.Role()) + ` LOGIN`, `GRANT zhuxin_hq TO ` + migrate.Quote(tenant.Role()), `SELECT rolpassword FROM pg_authid`,
		`DROP TRIGGER append_only ON ` + migrate.Quote(tenant.Schema) + `.audit_log`, `SET LOCAL session_replication_role = replica`,
	} {
		i.cases++
		err := i.try(t, tenant, q)
		var e *pq.Error
		refused := denied(err) || errors.As(err, &e) && slices.Contains([]string{"25001", "3F000"}, string(e.Code)) // not in a transaction; no schema to create in
		if !refused {
			i.unexpected("as %s: %s gave %v", tenant.Slug, q, err)
		}
	}
}

func newIsolation(t *testing.T, env *tenancytest.Env) *isolation {
	t.Helper()
	db, err := sql.Open("postgres", env.AppDSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	app, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	return &isolation{app: app, admin: env.Admin(t)}
}

func TestSQLIsolation(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	dropRoles(t, env)
	c, err := env.Provisioner(t).Create(t.Context(), newTenant(1))
	if err != nil {
		t.Fatal(err)
	}
	i := newIsolation(t, env)
	// A table that comes later is closed from the start, to its own tenant too.
	err = env.Migrator(t).Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`CREATE TABLE ` + migrate.Quote(env.B.Schema) + `.later (i int); CREATE FUNCTION ` + migrate.Quote(env.B.Schema) + `.later() RETURNS int LANGUAGE sql AS 'SELECT 1'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	i.audit(t, []scope.Tenant{env.A, env.B, c})
	t.Logf("cases=%d unexpected=%d", i.cases, len(i.found))
	for _, f := range i.found {
		t.Error(f)
	}
	if i.cases < 3000 {
		t.Errorf("only %d cases ran", i.cases)
	}
	// The application's own login has no right without a role.
	for _, q := range []string{`SELECT 1 FROM ` + migrate.Quote(env.A.Schema) + `.customers`, `SELECT 1 FROM hq.tenants`, `CREATE TEMP TABLE x (i int)`} {
		if _, err := i.app.ExecContext(t.Context(), q); !denied(err) {
			t.Errorf("zhuxin_app without a role: %s gave %v", q, err)
		}
	}
}

// The audit must turn red when a control is off.
func TestSQLIsolationTurnsRed(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	a, b := migrate.Quote(env.A.Schema), migrate.Quote(env.B.Role())
	for name, off := range map[string]string{
		"a granted table":           `GRANT USAGE ON SCHEMA ` + a + ` TO ` + b + `; GRANT SELECT ON ` + a + `.customers TO ` + b,
		"a granted column":          `GRANT SELECT (name) ON hq.persons TO zhuxin_tenant`,
		"an hq table":               `GRANT UPDATE ON hq.group_policies TO zhuxin_tenant`,
		"delete of the audit":       `GRANT DELETE ON ` + migrate.Quote(env.B.Schema) + `.audit_log TO ` + b,
		"temporary tables":          `GRANT TEMP ON DATABASE ` + migrate.Quote(databaseOf(t, env)) + ` TO PUBLIC`,
		"set_config":                `GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC`,
		"a definer's function":      `CREATE FUNCTION hq.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM hq.persons'`,
		"a table of its own schema": `GRANT CREATE ON SCHEMA ` + migrate.Quote(env.B.Schema) + ` TO ` + b,
	} {
		i := newIsolation(t, env)
		if _, err := i.admin.Exec(off); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		i.audit(t, []scope.Tenant{env.B})
		if len(i.found) == 0 {
			t.Errorf("%s was not noticed", name)
		}
		undo := strings.NewReplacer("GRANT ", "REVOKE ", " TO ", " FROM ").Replace(off)
		if strings.HasPrefix(off, "CREATE") {
			undo = `DROP FUNCTION hq.peek()`
		}
		if _, err := i.admin.Exec(undo); err != nil {
			t.Fatalf("%s: %v", undo, err)
		}
	}
}

func databaseOf(t *testing.T, env *tenancytest.Env) string {
	t.Helper()
	var name string
	if err := env.Admin(t).QueryRow(`SELECT current_database()`).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}
