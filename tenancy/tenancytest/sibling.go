package tenancytest

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// OtherSeesNothing is the sibling check of a repository test: what A wrote, A
// finds and B does not. count reads through the code under test and says how many
// of A's rows it found; it runs in a transaction of each tenant.
func OtherSeesNothing(t *testing.T, env *Env, count func(ctx context.Context) (int, error)) {
	t.Helper()
	t.Run("other tenant sees nothing", func(t *testing.T) {
		t.Helper()
		read := func(tenant scope.Tenant) int {
			n := 0
			err := env.Pool.Tenant().InTx(env.Ctx(t, tenant), func(ctx context.Context) (err error) {
				n, err = count(ctx)
				return err
			})
			if err != nil {
				t.Fatalf("reading as %s: %v", tenant.Slug, err)
			}
			return n
		}
		// Without this, a reader that never finds anything would pass.
		if n := read(env.A); n == 0 {
			t.Error("the owner finds nothing of its own: write as A before the check, and count what was written")
		}
		if n := read(env.B); n != 0 {
			t.Errorf("the other tenant sees %d rows of A", n)
		}
	})
}

// readTenants reads what fill noted about A and B.
func readTenants(t testing.TB, conn *sql.Conn, database string) (a, b scope.Tenant) {
	t.Helper()
	var note string
	err := conn.QueryRowContext(t.Context(), `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1`, database).Scan(&note)
	if err != nil {
		t.Fatalf("tenancytest: the template %s has no note of its tenants; drop it: %v", database, err)
	}
	var out []scope.Tenant
	for i, part := range strings.Fields(note) {
		id, schema, _ := strings.Cut(part, "/")
		letter := string(rune('a' + i))
		out = append(out, scope.Tenant{
			ID: uuid.MustParse(id), Slug: "subsidiary-" + letter, Name: "测试子企业" + strings.ToUpper(letter),
			Schema: schema, Currency: money.CNY, Zone: calendar.Shanghai,
		})
	}
	if len(out) != 2 {
		t.Fatalf("tenancytest: the template %s has a broken note %q; drop it", database, note)
	}
	return out[0], out[1]
}
