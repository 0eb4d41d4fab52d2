package provision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/scope"
)

// Report is what Verify looked at and what was not as it must be.
type Report struct {
	Checked  int      // facts compared
	Findings []string // each says what is wrong; empty is good
}

func (r *Report) hold(ok bool, format string, args ...any) {
	if r.Checked++; !ok {
		r.Findings = append(r.Findings, fmt.Sprintf(format, args...))
	}
}

// Verify compares the tenant's schema, role, grants and triggers with what
// provisioning and migrations make, and looks through the whole catalog for rights
// of its role outside its schema. It changes nothing.
func (p *Provisioner) Verify(ctx context.Context, t scope.Tenant) (Report, error) {
	var r Report
	err := p.m.Tx(ctx, func(tx *sql.Tx) error {
		for _, look := range []func(context.Context, *sql.Tx, scope.Tenant, *Report) error{
			p.verifyState, verifySchema, verifyRole, verifyTables, verifyFunctions, verifyTriggers, verifyForeign,
		} {
			if err := look(ctx, tx, t, &r); err != nil {
				return fmt.Errorf("verify [tenant=%s schema=%s]: %w", t.ID, t.Schema, err)
			}
		}
		return nil
	})
	return r, err
}

func (p *Provisioner) verifyState(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	var version, status, cause string
	var pooled bool
	var tenants int
	err := tx.QueryRowContext(ctx, `SELECT version, status, error, pooled, (SELECT count(*) FROM hq.tenants WHERE schema_name = $1 AND id = $2)
		FROM hq.schema_states WHERE id = $1`, t.Schema, t.ID).Scan(&version, &status, &cause, &pooled, &tenants)
	if errors.Is(err, sql.ErrNoRows) {
		r.hold(false, "hq.schema_states does not know the schema %s", t.Schema)
		return nil
	}
	if err != nil {
		return err
	}
	r.hold(version == p.m.LatestTenant(), "the schema is at version %s, the newest is %s: run `zhuxin migrate`", version, p.m.LatestTenant())
	r.hold(status == "current", "the last migration failed: %s", cause)
	r.hold(!pooled && tenants == 1, "the registry does not hold the schema as this tenant's")
	return nil
}

func verifySchema(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	var owner, acl sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT pg_get_userbyid(nspowner),
		(SELECT string_agg(coalesce(nullif(pg_get_userbyid(a.grantee), 'unknown (OID=0)'), 'PUBLIC') || ':' || a.privilege_type, ' ' ORDER BY 1)
		 FROM aclexplode(nspacl) a WHERE a.grantee <> nspowner)
		FROM pg_namespace WHERE nspname = $1`, t.Schema).Scan(&owner, &acl)
	if errors.Is(err, sql.ErrNoRows) {
		r.hold(false, "the schema %s does not exist", t.Schema)
		return nil
	}
	if err != nil {
		return err
	}
	r.hold(owner.String == migrate.RoleMigrator, "the schema belongs to %s", owner.String)
	r.hold(acl.String == t.Role()+":USAGE", "rights on the schema are %q, want USAGE of %s alone", acl.String, t.Role())
	return nil
}

func verifyRole(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	var attributes bool
	var in, members string
	err := tx.QueryRowContext(ctx, `SELECT rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication,
		coalesce((SELECT string_agg(pg_get_userbyid(roleid), ' ' ORDER BY 1) FROM pg_auth_members WHERE member = r.oid), ''),
		coalesce((SELECT string_agg(pg_get_userbyid(member), ' ' ORDER BY 1) FROM pg_auth_members WHERE roleid = r.oid), '')
		FROM pg_roles r WHERE rolname = $1`, t.Role()).Scan(&attributes, &in, &members)
	if errors.Is(err, sql.ErrNoRows) {
		r.hold(false, "the role %s does not exist", t.Role())
		return nil
	}
	if err != nil {
		return err
	}
	r.hold(!attributes, "the role has an attribute such as LOGIN or SUPERUSER")
	r.hold(in == migrate.RoleTenant, "the role is a member of %q, want %s alone", in, migrate.RoleTenant)
	r.hold(members == migrate.RoleApp, "members of the role are %q, want %s alone", members, migrate.RoleApp)
	return nil
}

// grantLetters maps privilege types to the letters of privileges.
var grantLetters = map[string]string{"SELECT": "r", "INSERT": "a", "UPDATE": "w", "DELETE": "d", "TRUNCATE": "D", "REFERENCES": "x", "TRIGGER": "t"}

func verifyTables(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	rows, err := tx.QueryContext(ctx, `SELECT c.relname, pg_get_userbyid(c.relowner), coalesce(pg_get_userbyid(a.grantee), ''), coalesce(a.grantee = 0, false), coalesce(a.privilege_type, '')
		FROM pg_class c LEFT JOIN LATERAL aclexplode(c.relacl) a ON a.grantee <> c.relowner
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
		UNION ALL SELECT c.relname, pg_get_userbyid(c.relowner), pg_get_userbyid(a.grantee), a.grantee = 0, 'column ' || attname || ' ' || a.privilege_type
		FROM pg_attribute JOIN pg_class c ON c.oid = attrelid, aclexplode(attacl) a
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)`, t.Schema)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var table, owner, grantee, privilege string
		var public bool
		if err := rows.Scan(&table, &owner, &grantee, &public, &privilege); err != nil {
			return err
		}
		found[table] += ""
		r.hold(owner == migrate.RoleMigrator, "the table %s belongs to %s", table, owner)
		letter, known := grantLetters[privilege]
		switch {
		case privilege == "":
		case public:
			r.hold(false, "PUBLIC has %s on %s", privilege, table)
		case grantee != t.Role():
			r.hold(false, "%s has %s on %s", grantee, privilege, table)
		case !known:
			r.hold(false, "the role has %s on %s", privilege, table)
		default:
			found[table] += letter
		}
	}
	for _, table := range slices.Sorted(maps.Keys(privileges)) {
		got, there := found[table]
		r.hold(there, "the table %s is missing", table)
		r.hold(sorted(got) == sorted(privileges[table]), "the role's rights on %s are %q, want %q", table, sorted(got), sorted(privileges[table]))
		delete(found, table)
	}
	r.hold(len(found) == 0, "tables that are not expected here: %s", strings.Join(slices.Sorted(maps.Keys(found)), ", "))
	return rows.Err()
}

func sorted(s string) string {
	b := strings.Split(s, "")
	sort.Strings(b)
	return strings.Join(b, "")
}

func verifyFunctions(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	return each(ctx, tx, r, `SELECT 'function ' || proname || CASE WHEN prosecdef THEN ' is SECURITY DEFINER' WHEN has_function_privilege('public', p.oid, 'EXECUTE') THEN ' may be called by PUBLIC' ELSE ' belongs to ' || pg_get_userbyid(proowner) END
		FROM pg_proc p WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)
		AND (prosecdef OR has_function_privilege('public', p.oid, 'EXECUTE') OR pg_get_userbyid(proowner) <> 'zhuxin_migrator')`, t.Schema)
}

func verifyTriggers(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	for _, table := range slices.Sorted(maps.Keys(guarded)) {
		var on bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = $1 AND c.relname = $2 AND g.tgname = $3 AND g.tgenabled = 'A')`, t.Schema, table, guarded[table]).Scan(&on)
		if err != nil {
			return err
		}
		r.hold(on, "the trigger %s of %s is off or missing", guarded[table], table)
	}
	return nil
}

// verifyForeign looks for rights of the role outside its schema. What it has
// through zhuxin_tenant is not its own and not listed.
func verifyForeign(ctx context.Context, tx *sql.Tx, t scope.Tenant, r *Report) error {
	return each(ctx, tx, r, `
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = $1 || '_rw'), home AS (SELECT oid FROM pg_namespace WHERE nspname = $1)
SELECT 'the role has ' || a.privilege_type || ' on ' || c.oid::regclass FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = (SELECT oid FROM me) AND c.relnamespace <> (SELECT oid FROM home)
UNION ALL SELECT 'the role has ' || a.privilege_type || ' on the schema ' || n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = (SELECT oid FROM me) AND n.oid <> (SELECT oid FROM home)
UNION ALL SELECT 'the role may call ' || p.oid::regprocedure FROM pg_proc p, aclexplode(p.proacl) a WHERE a.grantee = (SELECT oid FROM me)
UNION ALL SELECT 'the role has ' || a.privilege_type || ' on the database ' || d.datname FROM pg_database d, aclexplode(d.datacl) a WHERE a.grantee = (SELECT oid FROM me)
UNION ALL SELECT 'the role gets rights on objects to come' FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE a.grantee = (SELECT oid FROM me)
UNION ALL SELECT 'the role owns ' || c.oid::regclass FROM pg_class c WHERE c.relowner = (SELECT oid FROM me)`, t.Schema)
}

// each makes every row of a query a finding.
func each(ctx context.Context, tx *sql.Tx, r *Report, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	r.Checked++
	for rows.Next() {
		var finding string
		if err := rows.Scan(&finding); err != nil {
			return err
		}
		r.hold(false, "%s", finding)
	}
	return rows.Err()
}
