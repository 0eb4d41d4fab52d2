package receivable

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

const insertRun = `
INSERT INTO receivable_imports (id, created_at, created_by, updated_at, version, file_name, source, file_sha256, file_id, mapping, dry_run, status)
VALUES ($1, $2, $3, $2, 1, $4, $5, $6, $7, $8, $9, 'queued')`

// Insert implements biz.Runs.
func (Runs) Insert(ctx context.Context, i biz.Import, by *uuid.UUID) error {
	mapping, err := json.Marshal(i.Mapping)
	if err != nil {
		return fmt.Errorf("encode mapping: %w", err)
	}
	return exec(ctx, "insert import", insertRun, i.ID, i.CreatedAt, by, i.FileName, i.Mapping.Source, i.FileSHA256, i.FileID, json.RawMessage(mapping), i.DryRun)
}

const runColumns = `i.id, i.file_id, i.file_name, i.file_sha256, i.mapping, i.dry_run, i.status, i.failure,
  i.rows_read, i.rows_inserted, i.rows_updated, i.rows_unchanged, i.rows_refused, i.rows_total, i.totals, i.errors,
  i.error_document_id, i.created_at, i.finished_at, i.created_by, m.name`

const fromRuns = ` FROM receivable_imports i LEFT JOIN hq.v_members m ON m.person_id = i.created_by `

func scanRun(scan func(...any) error) (i biz.Import, err error) {
	var (
		file, errorFile, by     uuid.NullUUID
		mapping, totals, errors []byte
		finished                sql.Null[time.Time]
		name                    sql.NullString
	)
	err = scan(&i.ID, &file, &i.FileName, &i.FileSHA256, &mapping, &i.DryRun, &i.Status, &i.Failure,
		&i.Counts.Read, &i.Counts.Inserted, &i.Counts.Updated, &i.Counts.Unchanged, &i.Counts.Refused, &i.RowsTotal, &totals, &errors,
		&errorFile, &i.CreatedAt, &finished, &by, &name)
	if err != nil {
		return i, err
	}
	i.FileID, i.ErrorFileID, i.FinishedAt, i.CreatedBy = file.UUID, errorFile.UUID, finished.V, roster.Ref(by, name)
	for _, j := range []struct {
		raw  []byte
		into any
	}{{mapping, &i.Mapping}, {totals, &i.Totals}, {errors, &i.Errors}} {
		if j.raw == nil {
			continue
		}
		if err := json.Unmarshal(j.raw, j.into); err != nil {
			return i, fmt.Errorf("decode import %s: %w", i.ID, err)
		}
	}
	return i, nil
}

// Get implements biz.Runs.
func (Runs) Get(ctx context.Context, id uuid.UUID) (biz.Import, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Import{}, err
	}
	i, err := scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+fromRuns+`WHERE i.id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Import{}, biz.ErrImportNotFound
	}
	return i, postgres.Map(ctx, err, "read import")
}

// List implements biz.Runs.
func (Runs) List(ctx context.Context, w paging.Window) ([]biz.Import, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM receivable_imports`).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count imports")
	}
	rows, err := q.QueryContext(ctx, `SELECT `+runColumns+fromRuns+`ORDER BY i.created_at DESC, i.id DESC LIMIT $1 OFFSET $2`, w.Limit, w.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list imports")
	}
	defer rows.Close()
	var out []biz.Import
	for rows.Next() {
		i, err := scanRun(rows.Scan)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list imports")
		}
		out = append(out, i)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list imports")
}

// Begin implements biz.Runs.
func (Runs) Begin(ctx context.Context, id uuid.UUID, now time.Time) error {
	return exec(ctx, "begin import", `UPDATE receivable_imports SET status = 'running', rows_read = 0, updated_at = $2, version = version + 1
		WHERE id = $1 AND status IN ('queued', 'running')`, id, now)
}

// Progress implements biz.Runs.
func (Runs) Progress(ctx context.Context, id uuid.UUID, read int64, now time.Time) error {
	return exec(ctx, "tell progress", `UPDATE receivable_imports SET rows_read = $2, updated_at = $3
		WHERE id = $1 AND status = 'running' AND totals IS NULL`, id, read, now)
}

// Settle implements biz.Runs.
func (Runs) Settle(ctx context.Context, i biz.Import, now time.Time) error {
	totals, err := json.Marshal(i.Totals)
	if err != nil {
		return fmt.Errorf("encode totals: %w", err)
	}
	list, err := json.Marshal(i.Errors)
	if err != nil {
		return fmt.Errorf("encode errors: %w", err)
	}
	return exec(ctx, "settle import", `UPDATE receivable_imports SET rows_read = $2, rows_inserted = $3, rows_updated = $4, rows_unchanged = $5,
		rows_refused = $6, rows_total = $7, totals = $8, errors = $9, failure = '', updated_at = $10, version = version + 1 WHERE id = $1`,
		i.ID, i.Counts.Read, i.Counts.Inserted, i.Counts.Updated, i.Counts.Unchanged, i.Counts.Refused, i.RowsTotal,
		json.RawMessage(totals), json.RawMessage(list), now)
}

// Finish implements biz.Runs.
func (Runs) Finish(ctx context.Context, id uuid.UUID, failure string, errorFile uuid.UUID, now time.Time) error {
	return exec(ctx, "finish import", `UPDATE receivable_imports SET status = CASE WHEN $2 = '' THEN 'done' ELSE 'failed' END, failure = $2,
		error_document_id = $3, finished_at = $4, updated_at = $4, version = version + 1 WHERE id = $1`,
		id, failure, uuid.NullUUID{UUID: errorFile, Valid: errorFile != uuid.Nil}, now)
}

// Retry implements biz.Runs.
func (Runs) Retry(ctx context.Context, id uuid.UUID, failure string, now time.Time) error {
	return exec(ctx, "note a failed attempt", `UPDATE receivable_imports SET status = 'queued', failure = $2, updated_at = $3, version = version + 1
		WHERE id = $1 AND status IN ('queued', 'running')`, id, failure, now)
}

// Abandoned implements biz.Runs.
func (Runs) Abandoned(ctx context.Context, silentSince time.Time, failure string, now time.Time) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, `UPDATE receivable_imports i SET status = 'failed', failure = $3, finished_at = $4, updated_at = $4, version = version + 1
		WHERE status IN ('queued', 'running') AND updated_at < $1
		AND NOT EXISTS (SELECT FROM outbox o WHERE o.topic = $2 AND o.status IN ('pending', 'sent') AND o.payload ->> 'import_id' = i.id::text)`,
		silentSince, string(biz.TopicImportRequested), failure, now)
	if err != nil {
		return 0, postgres.Map(ctx, err, "end abandoned imports")
	}
	return res.RowsAffected()
}

// Mappings implements biz.Runs.
func (Runs) Mappings(ctx context.Context) ([]biz.NamedMapping, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT name, mapping FROM import_mappings ORDER BY name`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list mappings")
	}
	defer rows.Close()
	var out []biz.NamedMapping
	for rows.Next() {
		var n biz.NamedMapping
		var raw []byte
		if err := rows.Scan(&n.Name, &raw); err != nil {
			return nil, postgres.Map(ctx, err, "list mappings")
		}
		if err := json.Unmarshal(raw, &n.Mapping); err != nil {
			return nil, fmt.Errorf("decode mapping %s: %w", n.Name, err)
		}
		out = append(out, n)
	}
	return out, postgres.Map(ctx, rows.Err(), "list mappings")
}

// SaveMapping implements biz.Runs.
func (Runs) SaveMapping(ctx context.Context, n biz.NamedMapping, now time.Time, by *uuid.UUID) (*biz.Mapping, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	mapping, err := json.Marshal(n.Mapping)
	if err != nil {
		return nil, fmt.Errorf("encode mapping: %w", err)
	}
	var raw []byte
	err = q.QueryRowContext(ctx, `SELECT mapping FROM import_mappings WHERE name = $1 FOR UPDATE`, n.Name).Scan(&raw)
	var before *biz.Mapping
	switch {
	case err == nil:
		before = &biz.Mapping{}
		if err := json.Unmarshal(raw, before); err != nil {
			return nil, fmt.Errorf("decode mapping %s: %w", n.Name, err)
		}
	case !errors.Is(err, sql.ErrNoRows):
		return nil, postgres.Map(ctx, err, "read mapping")
	}
	return before, exec(ctx, "save mapping", `INSERT INTO import_mappings AS m (id, created_at, created_by, updated_at, version, name, mapping)
		VALUES ($1, $2, $3, $2, 1, $4, $5)
		ON CONFLICT (name) DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at, version = m.version + 1`,
		uuid.Must(uuid.NewV7()), now, by, n.Name, json.RawMessage(mapping))
}
