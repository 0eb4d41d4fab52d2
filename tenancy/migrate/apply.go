package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/lib/pq"
)

// ErrAhead means that a schema was migrated by a newer binary. An older one could
// misread it, so it does not touch it.
var ErrAhead = errors.New("the schema is ahead of this binary")

// ErrEdited means that a file was changed after it had been applied.
var ErrEdited = errors.New("a migration was edited after it was applied")

// lockTimeout bounds how long a migration makes others wait: whoever waits for its
// lock is behind everything that came first.
const lockTimeout = "2s"

// enter opens the schema for change: its name comes first in the path, and no
// second migration of it runs at the same time.
func enter(ctx context.Context, tx *sql.Tx, schema string) error {
	q := fmt.Sprintf(`SET LOCAL lock_timeout = '%s'; SET LOCAL search_path TO %s, pg_temp;
SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))`,
		lockTimeout, pq.QuoteIdentifier(schema), pq.QuoteLiteral("zhuxin/migrate/"+schema))
	_, err := tx.ExecContext(ctx, q)
	return err
}

// versions reads what the schema has seen, by version.
func versions(ctx context.Context, tx *sql.Tx, schema string) (map[string]string, error) {
	var table sql.NullString
	if err := tx.QueryRowContext(ctx, `SELECT to_regclass($1)::text`, pq.QuoteIdentifier(schema)+".schema_migrations").Scan(&table); err != nil {
		return nil, err
	}
	if !table.Valid {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT version, sum FROM schema_migrations`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	seen := map[string]string{}
	for rows.Next() {
		var version, sum string
		if err := rows.Scan(&version, &sum); err != nil {
			return nil, err
		}
		seen[version] = sum
	}
	return seen, rows.Err()
}

// apply brings the schema of tx up to the set and says how many files it took.
func apply(ctx context.Context, tx *sql.Tx, schema string, set Set) (int, error) {
	seen, err := versions(ctx, tx, schema)
	if err != nil {
		return 0, err
	}
	if err := compare(seen, set); err != nil {
		return 0, fmt.Errorf("[schema=%s] %w", schema, err)
	}
	if seen == nil {
		_, err := tx.ExecContext(ctx, `CREATE TABLE schema_migrations (version text PRIMARY KEY, name text NOT NULL, sum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`)
		if err != nil {
			return 0, err
		}
	}
	n := 0
	for _, f := range set {
		if _, done := seen[f.Version]; done {
			continue
		}
		record := fmt.Sprintf("\nINSERT INTO schema_migrations (version, name, sum) VALUES (%s, %s, %s)",
			pq.QuoteLiteral(f.Version), pq.QuoteLiteral(f.Name), pq.QuoteLiteral(f.Sum))
		if _, err := tx.ExecContext(ctx, f.SQL+record); err != nil {
			return n, fmt.Errorf("[schema=%s file=%s_%s] %w", schema, f.Version, f.Name, err)
		}
		n++
	}
	return n, nil
}

// compare refuses what the set does not know or knows otherwise.
func compare(seen map[string]string, set Set) error {
	known := make(map[string]string, len(set))
	for _, f := range set {
		known[f.Version] = f.Sum
	}
	var ahead, edited []string
	for version, sum := range seen {
		switch want, ok := known[version]; {
		case !ok:
			ahead = append(ahead, version)
		case want != sum:
			edited = append(edited, version)
		}
	}
	switch {
	case len(ahead) > 0:
		return fmt.Errorf("%w: it has version %s, the newest known here is %s; start the newer binary", ErrAhead, strings.Join(ahead, ", "), set.Latest())
	case len(edited) > 0:
		return fmt.Errorf("%w: %s; restore the file and write the change as a new one (of a demo: `make demo-reset`)", ErrEdited, strings.Join(edited, ", "))
	}
	return nil
}

// Quote quotes an identifier for the statements of migration and provisioning,
// whose names cannot be parameters.
func Quote(identifier string) string { return pq.QuoteIdentifier(identifier) }

// note writes what was reached into hq.schema_states.
func note(ctx context.Context, tx *sql.Tx, schema, version string, pooled bool) error {
	_, err := tx.ExecContext(ctx, `
INSERT INTO hq.schema_states (id, pooled, version, status, error, updated_at) VALUES ($1, $2, $3, 'current', '', now())
ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = 'current', error = '', updated_at = now()
WHERE (schema_states.version, schema_states.status) IS DISTINCT FROM (excluded.version, 'current')`, schema, pooled, version)
	return err
}
