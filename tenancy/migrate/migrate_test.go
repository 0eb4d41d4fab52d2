package migrate_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/tenancytest"
)

// next is the set of the binary with one more file.
func next(t *testing.T, version, body string) (hq, tenant migrate.Set) {
	t.Helper()
	hq, err := migrate.HQFiles()
	if err != nil {
		t.Fatal(err)
	}
	tenant, err = migrate.TenantFiles()
	if err != nil {
		t.Fatal(err)
	}
	return hq, append(tenant, migrate.File{Version: version, Name: "next", SQL: body + ";", Sum: version})
}

func openSets(t *testing.T, env *tenancytest.Env, hq, tenant migrate.Set) *migrate.Migrator {
	t.Helper()
	m, err := migrate.OpenSets(env.MigratorDSN, hq, tenant)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

type state struct{ version, status, inSchema string }

func states(t *testing.T, env *tenancytest.Env) map[string]state {
	t.Helper()
	admin, out := env.Admin(t), map[string]state{}
	for _, schema := range []string{"hq", env.A.Schema, env.B.Schema} {
		var s state
		if err := admin.QueryRow(`SELECT version, status, (SELECT max(version) FROM `+migrate.Quote(schema)+`.schema_migrations) FROM hq.schema_states WHERE id = $1`, schema).
			Scan(&s.version, &s.status, &s.inSchema); err != nil {
			t.Fatal(err)
		}
		out[schema] = s
	}
	return out
}

func TestUpTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	results, err := env.Migrator(t).Up(t.Context(), migrate.Options{})
	if err != nil || len(results) != 3 {
		t.Fatalf("%d results: %v", len(results), err)
	}
	for _, r := range results {
		if r.Applied != 0 || r.Err != nil {
			t.Errorf("%s: %d files applied to a current schema: %v", r.Schema, r.Applied, r.Err)
		}
	}
	if results[0].Schema != "hq" {
		t.Errorf("%s came before hq", results[0].Schema)
	}
}

// One schema that fails keeps its version, is noted, and stops nobody else; the
// next run resumes there.
func TestOneFailingSchemaStopsNoOther(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	const version = "29990101000000"
	// Only in A is the name taken.
	if _, err := env.Admin(t).Exec(`CREATE TABLE ` + migrate.Quote(env.A.Schema) + `.notes (i int)`); err != nil {
		t.Fatal(err)
	}
	hq, tenant := next(t, version, `CREATE TABLE before_notes (i int); CREATE TABLE notes (i int)`)
	m := openSets(t, env, hq, tenant)
	_, err := m.Up(t.Context(), migrate.Options{})
	if err == nil || !strings.Contains(err.Error(), "1 of 2 schemas failed") || !strings.Contains(err.Error(), env.A.Schema) {
		t.Fatalf("got %v", err)
	}
	got := states(t, env)
	if b := got[env.B.Schema]; b.version != version || b.status != "current" || b.inSchema != version {
		t.Errorf("B: %+v", b)
	}
	if a := got[env.A.Schema]; a.version == version || a.status != "failed" || a.inSchema != a.version {
		t.Errorf("A: %+v", a)
	}
	var half bool
	if err := env.Admin(t).QueryRow(`SELECT to_regclass($1) IS NOT NULL`, env.A.Schema+".before_notes").Scan(&half); err != nil || half {
		t.Errorf("half of the file stayed in A: %v", err)
	}
	if _, err := env.Admin(t).Exec(`DROP TABLE ` + migrate.Quote(env.A.Schema) + `.notes`); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Up(t.Context(), migrate.Options{Schemas: []string{env.A.Schema}}); err != nil {
		t.Fatal(err)
	}
	if a := states(t, env)[env.A.Schema]; a.version != version || a.status != "current" {
		t.Errorf("A after the second run: %+v", a)
	}
}

// The process is killed in the middle of a file, as the server sees it: its
// backend ends. Nothing is half there, and the next run resumes.
func TestKilledInTheMiddleResumes(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	admin := env.Admin(t)
	const version = "29990101000000"
	body := `CREATE TABLE killed (i int); SELECT pg_sleep(30)`
	hq, tenant := next(t, version, body)
	m := openSets(t, env, hq, tenant)
	done := make(chan error, 1)
	go func() {
		_, err := m.Up(t.Context(), migrate.Options{})
		done <- err
	}()
	for killed := map[int]bool{}; len(killed) < 2; { // one backend per schema; a dying one is still listed
		rows, err := admin.Query(`SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var pid int
			var sent bool
			if err := rows.Scan(&pid, &sent); err != nil {
				t.Fatal(err)
			}
			killed[pid] = killed[pid] || sent
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err == nil {
		t.Fatal("killed and yet no error")
	}
	for schema, s := range states(t, env) {
		if s.inSchema == version || s.version != s.inSchema {
			t.Errorf("%s: %+v", schema, s)
		}
	}
	hq, tenant = next(t, version, `CREATE TABLE killed (i int)`)
	if _, err := openSets(t, env, hq, tenant).Up(t.Context(), migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	if s := states(t, env)[env.A.Schema]; s.version != version || s.inSchema != version || s.status != "current" {
		t.Errorf("after the second run: %+v", s)
	}
}

func TestManyMigratorsAtOnce(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	const version = "29990101000000"
	hq, tenant := next(t, version, `CREATE TABLE once (i int)`)
	var wg sync.WaitGroup
	var mu sync.Mutex
	applied := map[string]int{}
	for range 4 {
		m := openSets(t, env, hq, tenant)
		wg.Go(func() {
			results, err := m.Up(t.Context(), migrate.Options{})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, r := range results {
				applied[r.Schema] += r.Applied
			}
		})
	}
	wg.Wait()
	if applied[env.A.Schema] != 1 || applied[env.B.Schema] != 1 || applied["hq"] != 0 {
		t.Errorf("files applied: %v", applied)
	}
}

// A long reader keeps the table; the migration gives way after two seconds each
// time, so that nobody waits behind it for longer, and comes back.
func TestWaitsBrieflyForALongReader(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	reader, err := env.Admin(t).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback() //nolint:errcheck // released below
	if _, err := reader.Exec(`LOCK TABLE ` + migrate.Quote(env.A.Schema) + `.customers IN ACCESS SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	hq, tenant := next(t, "29990101000000", `ALTER TABLE customers ADD COLUMN nickname text`)
	m := openSets(t, env, hq, tenant)
	done := make(chan error, 1)
	go func() {
		_, err := m.Up(t.Context(), migrate.Options{})
		done <- err
	}()
	// The first attempt has met the lock when the server has counted a timeout.
	waitFor(t, env, `SELECT xact_rollback > 0 AND EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
		FROM pg_stat_database WHERE datname = current_database()`)
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("after the reader had gone: %v", err)
	}
}

func waitFor(t *testing.T, env *tenancytest.Env, question string) {
	t.Helper()
	admin := env.Admin(t)
	for {
		var yes bool
		if err := admin.QueryRowContext(t.Context(), question).Scan(&yes); err != nil {
			t.Fatal(err)
		}
		if yes {
			return
		}
	}
}

func TestOlderBinaryRefuses(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	if err := migrate.CheckStart(t.Context(), env.Pool); err != nil {
		t.Fatalf("fitting schemas: %v", err)
	}
	hq, tenant := next(t, "29990101000000", `CREATE TABLE newer (i int)`)
	if _, err := openSets(t, env, hq, tenant).Up(t.Context(), migrate.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := migrate.CheckStart(t.Context(), env.Pool); !errors.Is(err, migrate.ErrAhead) {
		t.Errorf("start: got %v, want ErrAhead", err)
	}
	if _, err := env.Migrator(t).Up(t.Context(), migrate.Options{}); !errors.Is(err, migrate.ErrAhead) {
		t.Errorf("migrate: got %v, want ErrAhead", err)
	}
}

func TestEditedFileIsNoticed(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	hq, err := migrate.HQFiles()
	if err != nil {
		t.Fatal(err)
	}
	hq[0].Sum = "edited"
	_, tenant := next(t, "29990101000000", `SELECT 1`)
	if _, err := openSets(t, env, hq, tenant).Up(t.Context(), migrate.Options{}); !errors.Is(err, migrate.ErrEdited) {
		t.Errorf("got %v, want ErrEdited", err)
	}
}

func TestStartOnAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	if _, err := env.Admin(t).Exec(`DROP SCHEMA hq CASCADE`); err != nil {
		t.Fatal(err)
	}
	err := migrate.CheckStart(t.Context(), env.Pool)
	if err == nil || !strings.Contains(err.Error(), "zhuxin migrate") {
		t.Errorf("got %v, want the advice to migrate", err)
	}
}

// Several processes set up several databases of one server at the same time.
func TestBootstrapManyAtOnce(t *testing.T) {
	t.Parallel()
	envs := []*tenancytest.Env{tenancytest.New(t), tenancytest.New(t)}
	errs := make(chan error)
	for i := range 8 {
		go func() { errs <- migrate.Bootstrap(t.Context(), envs[i%2].AdminDSN, migrate.Passwords{}) }()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	err := envs[0].Pool.HQ().InTx(t.Context(), func(context.Context) error { return nil })
	if err != nil {
		t.Errorf("the roles do not work afterwards: %v", err)
	}
}

func TestBootstrapNeedsASuperuser(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	if err := migrate.Bootstrap(t.Context(), env.MigratorDSN, migrate.Passwords{}); err == nil {
		t.Error("set up by a login that is no superuser")
	}
	// The schemas belong to the migrator, which is nobody's superuser.
	var owners string
	err := env.Admin(t).QueryRow(`SELECT string_agg(DISTINCT pg_get_userbyid(relowner) || '/' || rolsuper, ' ') FROM pg_class JOIN pg_roles r ON r.oid = relowner
		JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'hq' OR nspname LIKE 't\_%'`).Scan(&owners)
	if err != nil || owners != "zhuxin_migrator/false" {
		t.Errorf("owners %q: %v", owners, err)
	}
}
