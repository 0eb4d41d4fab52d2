package bench

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"zhuxin/tenancy/migrate"
)

// MigrationEnv is a database with many tenants and nobody else in it.
type MigrationEnv struct {
	DSN    string // of zhuxin_migrator, postgres://…
	PSQL   string // the program
	Rounds int
}

// changeSQL is a migration as they are: a table, two indexes, two columns. %s makes
// its names its own.
const changeSQL = `CREATE TABLE bench_%[1]s (id uuid PRIMARY KEY, customer_id uuid NOT NULL, noted_on date NOT NULL, remark text NOT NULL DEFAULT '');
CREATE INDEX bench_%[1]s_customer ON bench_%[1]s (customer_id, noted_on);
CREATE INDEX bench_%[1]s_noted ON bench_%[1]s (noted_on);
ALTER TABLE customers ADD COLUMN bench_%[1]s_a text NOT NULL DEFAULT '', ADD COLUMN bench_%[1]s_b bigint;
`

// Migration times, in each round, a new file through the migrator over all tenants,
// and the same SQL sent by psql with a transaction for each of them. What it made is
// gone afterwards.
func Migration(ctx context.Context, e MigrationEnv) (rounds []Round, tenants int, err error) {
	hq, err := migrate.HQFiles()
	if err != nil {
		return nil, 0, err
	}
	files, err := migrate.TenantFiles()
	if err != nil {
		return nil, 0, err
	}
	db, err := sql.Open("postgres", e.DSN)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = db.Close() }()
	schemas, err := schemasOf(ctx, db)
	if err != nil {
		return nil, 0, err
	}
	for i := range e.Rounds + 1 {
		name := fmt.Sprintf("m%d", i)
		set := append(append(migrate.Set{}, files...), migrate.File{Version: fmt.Sprintf("29991231%06d", i), Name: "bench", SQL: fmt.Sprintf(changeSQL, name), Sum: name})
		var r Round
		if r.Subject, err = up(ctx, e.DSN, hq, set); err != nil {
			return nil, 0, err
		}
		if r.Reference, err = e.script(ctx, schemas, fmt.Sprintf(changeSQL, fmt.Sprintf("p%d", i))); err != nil {
			return nil, 0, err
		}
		undo := `DELETE FROM schema_migrations WHERE name = 'bench';` + undone(name) + undone(fmt.Sprintf("p%d", i))
		if _, err := e.script(ctx, schemas, undo); err != nil {
			return nil, 0, err
		}
		if i > 0 { // the first round warms up
			rounds = append(rounds, r)
		}
	}
	_, err = db.ExecContext(ctx, `UPDATE hq.schema_states SET version = $1 WHERE version LIKE '2999%'`, files.Latest())
	return rounds, len(schemas), err
}

func undone(name string) string {
	return fmt.Sprintf(`DROP TABLE bench_%[1]s; ALTER TABLE customers DROP COLUMN bench_%[1]s_a, DROP COLUMN bench_%[1]s_b;`, name)
}

func up(ctx context.Context, dsn string, hq, tenant migrate.Set) (time.Duration, error) {
	start := time.Now()
	m, err := migrate.OpenSets(dsn, hq, tenant)
	if err != nil {
		return 0, err
	}
	defer func() { _ = m.Close() }()
	_, err = m.Up(ctx, migrate.Options{})
	return time.Since(start), err
}

// schemasOf lists the tenants' schemas and the prepared ones.
func schemasOf(ctx context.Context, db *sql.DB) (out []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT id FROM hq.schema_states WHERE id <> $1 ORDER BY id`, migrate.HQSchema)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// script sends the SQL by psql, a transaction for each schema.
func (e MigrationEnv) script(ctx context.Context, schemas []string, change string) (time.Duration, error) {
	f, err := os.CreateTemp("", "zhuxin-bench-*.sql")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	var b strings.Builder
	for _, s := range schemas {
		fmt.Fprintf(&b, "BEGIN;\nSET LOCAL search_path TO %s;\n%s\nCOMMIT;\n", migrate.Quote(s), change)
	}
	if _, err := f.WriteString(b.String()); err != nil {
		_ = f.Close()
		return 0, err
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	start := time.Now()
	out, err := exec.CommandContext(ctx, e.PSQL, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", f.Name(), "-d", e.DSN).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("bench: psql: %w: %s", err, bytes.TrimSpace(out))
	}
	return time.Since(start), nil
}
