package provision_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func newTenant(n int) provision.NewTenant {
	return provision.NewTenant{
		ID: uuid.Must(uuid.NewV7()), Slug: fmt.Sprintf("north-%d", n), Name: "北方建材", ShortName: "北方",
		USCC: fmt.Sprintf("92110000000000%04d", n),
	}
}

// schemas counts everything that a half-made tenant would leave.
func leftovers(t *testing.T, env *tenancytest.Env) (out [4]int) {
	t.Helper()
	err := env.Admin(t).QueryRow(`SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\_%'),
		(SELECT count(*) FROM pg_namespace n JOIN pg_roles r ON r.rolname = n.nspname || '_rw'),
		(SELECT count(*) FROM hq.schema_states), (SELECT count(*) FROM hq.tenants)`).Scan(&out[0], &out[1], &out[2], &out[3])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCreateFromPoolAndWithout(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	p := env.Provisioner(t)
	dropRoles(t, env)
	if made, err := p.Refill(t.Context(), 2); made != 2 || err != nil {
		t.Fatalf("refilled %d: %v", made, err)
	}
	if made, err := p.Refill(t.Context(), 2); made != 0 || err != nil {
		t.Errorf("refilled %d although 2 waited: %v", made, err)
	}
	for n, wantPooled := range []int{1, 0, 0} {
		var steps []string
		in := newTenant(n)
		in.OnStep = func(s provision.Step) { steps = append(steps, string(s)) }
		tenant, err := p.Create(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(steps, " "); got != "schema registry done" {
			t.Errorf("steps %q", got)
		}
		if pooled, err := p.Pooled(t.Context()); err != nil || pooled != wantPooled {
			t.Errorf("%d schemas wait, want %d: %v", pooled, wantPooled, err)
		}
		if tenant.ID != in.ID || tenant.Currency != "CNY" || len(tenant.Role()) >= 50 || strings.Contains(tenant.Schema, "north") {
			t.Errorf("tenant %+v", tenant)
		}
		report, err := p.Verify(t.Context(), tenant)
		if err != nil || len(report.Findings) > 0 || report.Checked < 60 {
			t.Errorf("verify: %+v, %v", report, err)
		}
		var policies int
		err = env.Pool.Tenant().InTx(env.Ctx(t, tenant), func(ctx context.Context) (err error) {
			policies, err = env.Pool.TenantClient().CreditPolicy.Query().Count(ctx)
			return err
		})
		if err != nil || policies != 1 {
			t.Errorf("%d credit policies, want the first one: %v", policies, err)
		}
	}
}

// dropRoles removes at the end the roles that this test made: they belong to the
// server, not to the database.
func dropRoles(t *testing.T, env *tenancytest.Env) {
	t.Cleanup(func() {
		m, err := migrate.Open(env.MigratorDSN)
		if err != nil {
			return
		}
		defer m.Close()
		_ = m.Tx(context.WithoutCancel(t.Context()), func(tx *sql.Tx) error {
			rows, err := tx.Query(`SELECT id FROM hq.schema_states WHERE id <> 'hq' AND NOT (id = $1 OR id = $2)`, env.A.Schema, env.B.Schema)
			if err != nil {
				return err
			}
			var all []string
			for rows.Next() {
				var s string
				if rows.Scan(&s) == nil {
					all = append(all, s)
				}
			}
			rows.Close()
			for _, s := range all {
				if _, err := tx.Exec(`DROP SCHEMA ` + migrate.Quote(s) + ` CASCADE; DROP ROLE ` + migrate.Quote(s+"_rw")); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func TestCreateTwice(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	p := env.Provisioner(t)
	dropRoles(t, env)
	in := newTenant(1)
	first, err := p.Create(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Create(t.Context(), in)
	if err != nil || again.Schema != first.Schema || again.ID != first.ID {
		t.Errorf("the repeated call gave %+v, %v", again, err)
	}
	other := newTenant(2)
	other.USCC = in.USCC
	if _, err := p.Create(t.Context(), other); !errors.Is(err, provision.ErrUSCCTaken) {
		t.Errorf("same code: %v", err)
	}
	other = newTenant(3)
	other.Slug = in.Slug
	if _, err := p.Create(t.Context(), other); !errors.Is(err, provision.ErrSlugTaken) {
		t.Errorf("same slug: %v", err)
	}
	_, err = p.Create(t.Context(), provision.NewTenant{Slug: "北方", USCC: "x", Currency: "yuan", TimeZone: "Mars"})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 7 {
		t.Errorf("all faults at once: %v", err)
	}
}

func TestCreateByManyAtOnce(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	p := env.Provisioner(t)
	dropRoles(t, env)
	if _, err := p.Refill(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	schemas, refused := map[string]int{}, 0
	for n := range 8 {
		wg.Go(func() {
			in := newTenant(n % 4) // each code twice, under two ids
			in.Slug = fmt.Sprintf("race-%d", n)
			tenant, err := p.Create(t.Context(), in)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				schemas[tenant.Schema]++
			case errors.Is(err, provision.ErrUSCCTaken):
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(schemas) != 4 || refused != 4 {
		t.Errorf("%d schemas and %d refused, want 4 and 4", len(schemas), refused)
	}
}

// Whatever fails in the middle, nothing of the tenant stays: no schema, no role,
// no registry row.
func TestFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	before := leftovers(t, env)
	hq, err := migrate.HQFiles()
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := migrate.TenantFiles()
	if err != nil {
		t.Fatal(err)
	}
	broken := append(tenant[:len(tenant):len(tenant)], migrate.File{Version: "29990101000000", Name: "broken", SQL: "CREATE TABLE half (i int); SELECT 1/0;", Sum: "x"})
	m, err := migrate.OpenSets(env.MigratorDSN, hq, broken)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	if _, err := provision.New(m).Create(t.Context(), newTenant(1)); err == nil {
		t.Fatal("a broken migration went through")
	}
	for _, at := range []provision.Step{provision.StepSchema, provision.StepRegistry} {
		ctx, cancel := context.WithCancel(t.Context())
		in := newTenant(2)
		in.OnStep = func(s provision.Step) {
			if s == at {
				cancel()
			}
		}
		if _, err := env.Provisioner(t).Create(ctx, in); err == nil {
			t.Errorf("cancelled at %s and yet created", at)
		}
		cancel()
	}
	if after := leftovers(t, env); after != before {
		t.Errorf("schemas, roles, states, tenants: %v before, %v after", before, after)
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	p := env.Provisioner(t)
	admin := env.Admin(t)
	a, b := migrate.Quote(env.A.Schema), migrate.Quote(env.B.Role())
	for spoil, want := range map[string]string{
		`GRANT SELECT ON ` + a + `.customers TO ` + b:                                 "has SELECT on customers",
		`GRANT SELECT ON ` + a + `.outbox TO PUBLIC`:                                  "PUBLIC has SELECT on outbox",
		`GRANT UPDATE ON ` + a + `.audit_log TO ` + migrate.Quote(env.A.Role()):       `rights on audit_log are "arw", want "ar"`,
		`GRANT SELECT ON hq.persons TO ` + migrate.Quote(env.A.Role()):                "the role has SELECT on hq.persons",
		`GRANT UPDATE (name) ON ` + a + `.receipts TO ` + migrate.Quote(env.A.Role()): "column",
		`ALTER TABLE ` + a + `.credit_checks DISABLE TRIGGER append_only`:             "the trigger append_only of credit_checks",
		`CREATE TABLE ` + a + `.extra (i int)`:                                        "not expected here: extra",
		`GRANT EXECUTE ON FUNCTION ` + a + `.refuse_change() TO PUBLIC`:               "may be called by PUBLIC",
		`UPDATE hq.schema_states SET version = '1' WHERE id = '` + env.A.Schema + `'`: "at version 1",
	} {
		tx, err := admin.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(spoil, "receipts") {
			spoil = strings.Replace(spoil, "(name)", "(amount)", 1)
		}
		if _, err := tx.Exec(spoil); err != nil {
			t.Fatalf("%s: %v", spoil, err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		report, err := p.Verify(t.Context(), env.A)
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(report.Findings, "\n"); !strings.Contains(all, want) {
			t.Errorf("after %s: findings %q, want %q", spoil, all, want)
		}
	}
	if report, err := p.Verify(t.Context(), scope.Tenant{ID: uuid.New(), Schema: "t_absent00"}); err != nil || len(report.Findings) < 3 {
		t.Errorf("an absent tenant: %+v, %v", report, err)
	}
}
