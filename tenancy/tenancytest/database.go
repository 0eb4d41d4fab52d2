package tenancytest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
)

// Passwords of the test logins. Roles belong to the whole server, so they are the
// ones that its environment hands out, as for everybody else who works on it.
var (
	appPassword      = orElse(os.Getenv("ZHUXIN_PG_APP_PASSWORD"), "zhuxin-test-app")
	migratorPassword = orElse(os.Getenv("ZHUXIN_PG_MIGRATOR_PASSWORD"), "zhuxin-test-migrator")
)

func orElse(s, preset string) string {
	if s == "" {
		return preset
	}
	return s
}

// HowToRun says how a test gets its servers.
const HowToRun = "run it by `make test`, or `go run ./deploy/dev/cmd/with-servers --fast -- go test ./…`"

func adminURL(t testing.TB) *url.URL {
	t.Helper()
	dsn := os.Getenv("ZHUXIN_PG_ADMIN_DSN")
	if dsn == "" {
		t.Fatalf("ZHUXIN_PG_ADMIN_DSN is not set: this test needs a real PostgreSQL; %s", HowToRun)
	}
	u, err := url.Parse(dsn)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		t.Fatalf("ZHUXIN_PG_ADMIN_DSN must be a URL like postgres://user@host:port/zhuxin?sslmode=disable")
	}
	return u
}

// at gives the address of another database or login on the same server.
func at(server *url.URL, database, user, password string) string {
	u := *server
	u.Path = "/" + database
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

func openAdmin(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatalf("tenancytest: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

type template struct {
	name string
	a, b scope.Tenant
}

// prepareTemplate makes the migrated database that all tests of this state of the
// migrations clone, once per server. Its tenants' schemas and roles are the same
// in every clone.
func prepareTemplate(t testing.TB, server *url.URL) template {
	t.Helper()
	hash, err := stateHash()
	if err != nil {
		t.Fatalf("tenancytest: %v", err)
	}
	tpl := template{name: "zhuxin_tpl_" + hash}
	admin := openAdmin(t, server.String())
	conn, err := admin.Conn(t.Context())
	if err != nil {
		t.Fatalf("tenancytest: the server of ZHUXIN_PG_ADMIN_DSN does not answer: %v; %s", err, HowToRun)
	}
	defer conn.Close()
	ctx := t.Context()
	// One process at a time; the lock ends with the connection.
	mustExec(t, conn, `SELECT pg_advisory_lock(hashtextextended('zhuxin/test-template', 0))`)
	defer mustExec(t, conn, `SELECT pg_advisory_unlock_all()`)
	var there bool
	if err := conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, tpl.name).Scan(&there); err != nil {
		t.Fatalf("tenancytest: %v", err)
	}
	if !there {
		building := tpl.name + "_building"
		mustExec(t, conn, `DROP DATABASE IF EXISTS `+pq.QuoteIdentifier(building)+` WITH (FORCE)`)
		mustExec(t, conn, `CREATE DATABASE `+pq.QuoteIdentifier(building))
		if err := fill(ctx, server, building); err != nil {
			t.Fatalf("tenancytest: preparing the template: %v", err)
		}
		mustExec(t, conn, `ALTER DATABASE `+pq.QuoteIdentifier(building)+` RENAME TO `+pq.QuoteIdentifier(tpl.name))
	}
	tpl.a, tpl.b = readTenants(t, conn, tpl.name)
	return tpl
}

// fill bootstraps, migrates and provisions A and B. What a clone must know about
// them is kept as the database's comment, because a template with a connection
// open cannot be cloned.
func fill(ctx context.Context, server *url.URL, name string) error {
	err := migrate.Bootstrap(ctx, at(server, name, "", ""), migrate.Passwords{App: appPassword, Migrator: migratorPassword})
	if err != nil {
		return err
	}
	m, err := migrate.Open(at(server, name, migrate.RoleMigrator, migratorPassword))
	if err != nil {
		return err
	}
	defer m.Close()
	if _, err := m.Up(ctx, migrate.Options{}); err != nil {
		return err
	}
	var note []string
	for i, slug := range []string{"subsidiary-a", "subsidiary-b"} {
		t, err := provision.New(m).Create(ctx, provision.NewTenant{
			ID: uuid.Must(uuid.NewV7()), Slug: slug, Name: "测试子企业" + strings.ToUpper(slug[len(slug)-1:]), ShortName: slug,
			USCC: fmt.Sprintf("9111000000000000%02d", i+1),
		})
		if err != nil {
			return err
		}
		note = append(note, t.ID.String()+"/"+t.Schema)
	}
	admin, err := sql.Open("postgres", server.String())
	if err != nil {
		return err
	}
	defer admin.Close()
	_, err = admin.ExecContext(ctx, `COMMENT ON DATABASE `+pq.QuoteIdentifier(name)+` IS `+pq.QuoteLiteral(strings.Join(note, " ")))
	return err
}

func cloneDatabase(t testing.TB, server *url.URL, template string) string {
	t.Helper()
	name := "zhuxin_test_" + strings.ToLower(rand.Text()[:16])
	admin := openAdmin(t, server.String())
	mustExec(t, admin, `CREATE DATABASE `+pq.QuoteIdentifier(name)+` TEMPLATE `+pq.QuoteIdentifier(template))
	// A clone takes no rights on the database itself along.
	mustExec(t, admin, `REVOKE ALL ON DATABASE `+pq.QuoteIdentifier(name)+` FROM PUBLIC`)
	mustExec(t, admin, `GRANT CONNECT ON DATABASE `+pq.QuoteIdentifier(name)+` TO zhuxin_app, zhuxin_migrator`)
	mustExec(t, admin, `GRANT CREATE ON DATABASE `+pq.QuoteIdentifier(name)+` TO zhuxin_migrator`)
	t.Cleanup(func() {
		db, err := sql.Open("postgres", server.String())
		if err != nil {
			return
		}
		defer db.Close()
		if _, err := db.Exec(`DROP DATABASE IF EXISTS ` + pq.QuoteIdentifier(name) + ` WITH (FORCE)`); err != nil {
			t.Logf("tenancytest: dropping %s: %v", name, err)
		}
	})
	return name
}

type execer interface {
	ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
}

func mustExec(t testing.TB, db execer, q string) {
	t.Helper()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), q); err != nil {
		t.Fatalf("tenancytest: %s: %v", q, err)
	}
}

// stateHash names the state of all migration files.
func stateHash() (string, error) {
	hq, err := migrate.HQFiles()
	if err != nil {
		return "", err
	}
	tenant, err := migrate.TenantFiles()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range append(hq, tenant...) {
		fmt.Fprintln(h, f.Version, f.Name, f.Sum)
	}
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
}
