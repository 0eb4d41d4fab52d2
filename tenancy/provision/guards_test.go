package provision_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// Rows that say what was decided stay as they were written, for the owner of the
// tables and for a superuser too.
func TestAppendOnlyHoldsForTheOwnerToo(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	admin := env.Admin(t)
	if _, err := admin.Exec(`SET session_replication_role = replica`); err != nil { // would switch ordinary triggers off
		t.Fatal(err)
	}
	admin.SetMaxOpenConns(1)
	tables := []string{"hq.audit_log", "hq.audit_seals", "hq.group_policies", "hq.sharing_log"}
	for _, name := range []string{"audit_log", "audit_seals", "credit_checks", "credit_policies", "receipts"} {
		tables = append(tables, migrate.Quote(env.A.Schema)+"."+name)
	}
	for _, table := range tables {
		for _, q := range []string{`UPDATE ` + table + ` SET id = id`, `DELETE FROM ` + table, `TRUNCATE ` + table} {
			_, err := admin.Exec(q)
			var e *pq.Error
			if !errors.As(err, &e) || e.Code != "ZX001" {
				t.Errorf("%s: got %v, want ZX001", q, err)
			}
		}
	}
}

func TestSubmittedTemplateAndRatingAreKept(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	run := func(q string, args ...any) error {
		return env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
			c, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			_, err = c.ExecContext(ctx, q, args...)
			return err
		})
	}
	must := func(q string, args ...any) {
		t.Helper()
		if err := run(q, args...); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	refused := func(q string, args ...any) {
		t.Helper()
		err := run(q, args...)
		var e *pq.Error
		if !errors.As(err, &e) || e.Code != "ZX002" {
			t.Errorf("%s: got %v, want ZX002", q, err)
		}
	}
	template, customer, rating := uuid.New(), uuid.New(), uuid.New()
	must(`INSERT INTO customers (id, created_at, updated_at, number, name) VALUES ($1, now(), now(), '1', 'c')`, customer)
	must(`INSERT INTO rating_templates (id, created_at, updated_at, number, name, definition) VALUES ($1, now(), now(), 1, 'n', '{}')`, template)
	must(`INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, "values", total_score, grade, max_credit_amount, max_overdue_amount, max_overdue_days)
		VALUES ($1, now(), now(), $2, $3, '[]', 0, 'D', 0, 0, 0)`, rating, customer, template)

	// A draft is the author's.
	must(`UPDATE rating_templates SET definition = '{"a": 1}', name = 'm' WHERE id = $1`, template)
	must(`UPDATE credit_ratings SET "values" = '[1]', grade = 'A' WHERE id = $1`, rating)
	for _, status := range []string{"submitted", "effective"} {
		must(`UPDATE rating_templates SET status = $2 WHERE id = $1`, template, status)
		must(`UPDATE credit_ratings SET status = $2 WHERE id = $1`, rating, status)
		for _, set := range []string{`definition = '{}'`, `name = 'x'`, `number = 2`, `status = 'draft'`} {
			refused(`UPDATE rating_templates SET `+set+` WHERE id = $1`, template)
		}
		for _, set := range []string{`"values" = '[]'`, `grade = 'B'`, `total_score = 1`, `max_credit_amount = 1`, `max_overdue_amount = 1`, `max_overdue_days = 1`, `status = 'draft'`} {
			refused(`UPDATE credit_ratings SET `+set+` WHERE id = $1`, rating)
		}
		refused(`DELETE FROM credit_ratings WHERE id = $1`, rating)
		refused(`DELETE FROM rating_templates WHERE id = $1`, template)
	}
	must(`UPDATE credit_ratings SET status = 'lapsed', lapsed_at = now() WHERE id = $1`, rating)
	must(`UPDATE rating_templates SET status = 'retired', retired_at = now() WHERE id = $1`, template)
}

// What a tenant reads of the shared schema is its own, or says nothing of others.
func TestTenantViews(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	admin := env.Admin(t)
	for i, tenant := range []scope.Tenant{env.A, env.B} {
		person := uuid.New()
		_, err := admin.Exec(fmt.Sprintf(`
INSERT INTO hq.persons (id, email, name, created_at, updated_at) VALUES ('%[1]s', 'p%[2]d@example.com', 'Person %[2]d', now(), now());
INSERT INTO hq.memberships (id, created_at, updated_at, person_id, tenant_id, roles) VALUES (gen_random_uuid(), now(), now(), '%[1]s', '%[3]s', '["viewer"]');
INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at, status, removal_reason) VALUES
 (gen_random_uuid(), 'U%[2]d', 'C', 'malicious_arrears', 'r', '%[3]s', '%[1]s', now(), 'listed', ''),
 (gen_random_uuid(), 'U%[2]d', 'C', 'fraud', 'r', '%[3]s', '%[1]s', now(), 'removed', 'paid')`, person, i, tenant.ID))
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, tenant := range []scope.Tenant{env.A, env.B} {
		err := env.Pool.Tenant().InTx(env.Ctx(t, tenant), func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			var members, listed, policies int
			var email, self, action string
			err = q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM hq.v_members), (SELECT min(email) FROM hq.v_members), (SELECT string_agg(id::text, ' ') FROM hq.v_tenant_self),
				(SELECT count(*) FROM hq.v_negative_listed), (SELECT count(*) FROM hq.v_group_policy), (SELECT min(negative_action) FROM hq.v_group_policy)`).
				Scan(&members, &email, &self, &listed, &policies, &action)
			if err != nil {
				return err
			}
			if members != 1 || email != fmt.Sprintf("p%d@example.com", i) || self != tenant.ID.String() || listed != 2 || policies != 1 || action != "block" {
				t.Errorf("%s sees %d members (%s), itself as %s, %d listed, %d policies (%s)", tenant.Slug, members, email, self, listed, policies, action)
			}
			_, err = q.ExecContext(ctx, insertLook(tenant.ID.String()))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, insertLook(env.B.ID.String()))
		return err
	})
	if !denied(err) {
		t.Errorf("A left a look in B's name: %v", err)
	}
	var columns string
	if err := admin.QueryRow(`SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'hq.v_negative_listed'::regclass AND attnum > 0`).Scan(&columns); err != nil || columns != "uscc reason_code reason_text company_name listed_at severity exempt_until rating_exempt_until limits_exempt_until" {
		t.Errorf("the negative list shows tenants %q: %v", columns, err)
	}
}
