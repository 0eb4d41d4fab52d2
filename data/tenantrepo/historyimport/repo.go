// Package historyimport keeps imports of history and looks at what they brought: the
// port of biz/historyimport in SQL. It owns the table history_imports.
package historyimport

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/historyimport"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// lock waits for the subsidiary's other imports of history.
const lock = `SELECT pg_advisory_xact_lock(hashtextextended('history imports ' || current_schema(), 0))`

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context) error {
	return exec(ctx, "wait for other imports of history", lock)
}

const insert = `INSERT INTO history_imports (id, created_at, created_by, updated_at, version, as_of, note, limitation_years, status, files, controls, answers, authors)
	VALUES ($1, $2, $3, $2, 1, $4, $5, $6, $7, '[]', $8, '[]', $9)`

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, i biz.Import) error {
	controls, err := encode(i.Controls)
	if err != nil {
		return err
	}
	authors, err := encode(i.Authors)
	if err != nil {
		return err
	}
	return exec(ctx, "insert import of history", insert, i.ID, i.Created.At, i.Created.By.ID, i.AsOf, i.Note, i.LimitationYears, string(i.Status), controls, authors)
}

// encode writes a list; an empty one as [].
func encode[T any](list []T) (json.RawMessage, error) {
	if list == nil {
		list = []T{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("encode a part of an import of history: %w", err)
	}
	return b, nil
}

// columns: the result is the largest part, and a list goes without it.
func columns(result string) string {
	return `i.id, i.as_of, i.note, i.limitation_years, i.status, i.version, i.files, i.controls, ` + result + `, i.answers, i.authors,
	i.progress_kind, i.progress_done, i.progress_total, i.failure, i.created_by, c.name, i.created_at, i.updated_at, i.submitted_by, s.name, i.submitted_at,
	i.decided_by, d.name, i.decided_at, i.decision, i.applied_at, i.protocol_document_id
	FROM history_imports i LEFT JOIN hq.v_members c ON c.person_id = i.created_by LEFT JOIN hq.v_members s ON s.person_id = i.submitted_by
	LEFT JOIN hq.v_members d ON d.person_id = i.decided_by `
}

func read(scan func(...any) error) (i biz.Import, err error) {
	var files, controls, result, answers, authors []byte
	var by, submitted, decided, protocol uuid.NullUUID
	var name, submitter, decider sql.NullString
	var submittedAt, decidedAt, applied sql.Null[time.Time]
	err = scan(&i.ID, &i.AsOf, &i.Note, &i.LimitationYears, &i.Status, &i.Version, &files, &controls, &result, &answers, &authors,
		&i.Progress.Kind, &i.Progress.Done, &i.Progress.Total, &i.Failure, &by, &name, &i.Created.At, &i.UpdatedAt, &submitted, &submitter, &submittedAt,
		&decided, &decider, &decidedAt, &i.Decision, &applied, &protocol)
	if err != nil {
		return i, err
	}
	if m := mark(by, name, i.Created.At); m != nil {
		i.Created = *m
	}
	i.Submitted, i.Decided = mark(submitted, submitter, submittedAt.V), mark(decided, decider, decidedAt.V)
	i.Applied, i.ProtocolID = applied.V, protocol.UUID
	for _, part := range []struct {
		raw  []byte
		into any
	}{{files, &i.Files}, {controls, &i.Controls}, {result, &i.Result}, {answers, &i.Answers}, {authors, &i.Authors}} {
		if part.raw == nil {
			continue
		}
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return i, fmt.Errorf("decode import of history %s: %w", i.ID, err)
		}
	}
	return i, nil
}

func mark(id uuid.NullUUID, name sql.NullString, at time.Time) *biz.Mark {
	p := roster.Ref(id, name)
	if p == nil {
		return nil
	}
	return &biz.Mark{By: *p, At: at}
}

func one(ctx context.Context, id uuid.UUID, hold string) (biz.Import, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Import{}, err
	}
	i, err := read(q.QueryRowContext(ctx, `SELECT `+columns("i.result")+`WHERE i.id = $1`+hold, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return i, biz.ErrNotFound
	}
	return i, postgres.Map(ctx, err, "read import of history")
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID) (biz.Import, error) { return one(ctx, id, "") }

// Hold implements biz.Repository.
func (Repo) Hold(ctx context.Context, id uuid.UUID) (biz.Import, error) {
	return one(ctx, id, " FOR UPDATE OF i")
}

// List implements biz.Repository.
func (Repo) List(ctx context.Context, w paging.Window) (list []biz.Import, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM history_imports`).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count imports of history")
	}
	list, err = postgres.Query(ctx, "list imports of history", `SELECT `+columns("NULL::jsonb")+`ORDER BY i.created_at DESC, i.id DESC LIMIT $1 OFFSET $2`,
		func(rows *sql.Rows) (biz.Import, error) { return read(rows.Scan) }, w.Limit, w.Offset)
	return list, total, err
}

const save = `UPDATE history_imports SET version = version + 1, as_of = $3, note = $4, limitation_years = $5, status = $6, files = $7, controls = $8, result = $9,
	answers = $10, authors = $11, progress_kind = $12, progress_done = $13, progress_total = $14, failure = $15, updated_at = $16,
	submitted_by = $17, submitted_at = $18, decided_by = $19, decided_at = $20, decision = $21, applied_at = $22 WHERE id = $1 AND version = $2`

// Save implements biz.Repository.
func (Repo) Save(ctx context.Context, i biz.Import) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	files, e1 := encode(i.Files)
	controls, e2 := encode(i.Controls)
	answers, e3 := encode(i.Answers)
	authors, e4 := encode(i.Authors)
	var result json.RawMessage
	var e5 error
	if i.Result != nil {
		result, e5 = json.Marshal(i.Result)
	}
	if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
		return err
	}
	submitted, submittedAt := unmark(i.Submitted)
	decided, decidedAt := unmark(i.Decided)
	res, err := q.ExecContext(ctx, save, i.ID, i.Version, i.AsOf, i.Note, i.LimitationYears, string(i.Status), files, controls, result, answers, authors,
		string(i.Progress.Kind), i.Progress.Done, i.Progress.Total, i.Failure, i.UpdatedAt, submitted, submittedAt, decided, decidedAt, i.Decision,
		sql.Null[time.Time]{V: i.Applied, Valid: !i.Applied.IsZero()})
	if err != nil {
		return postgres.Map(ctx, err, "save import of history")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, biz.ErrVersion)
	}
	return nil
}

func unmark(m *biz.Mark) (id uuid.NullUUID, at sql.Null[time.Time]) {
	if m == nil {
		return id, at
	}
	return uuid.NullUUID{UUID: m.By.ID, Valid: true}, sql.Null[time.Time]{V: m.At, Valid: true}
}

// Tell implements biz.Repository.
func (Repo) Tell(ctx context.Context, id uuid.UUID, p biz.Progress) error {
	return exec(ctx, "tell progress of an import of history", `UPDATE history_imports SET progress_kind = $2, progress_done = $3
		WHERE id = $1 AND (status = 'checking' OR status = 'applying')`, id, string(p.Kind), p.Done)
}

// SetProtocol implements biz.Repository.
func (Repo) SetProtocol(ctx context.Context, id, documentID uuid.UUID) error {
	return exec(ctx, "note the protocol of an import of history", `UPDATE history_imports SET protocol_document_id = $2 WHERE id = $1 AND protocol_document_id IS NULL`, id, documentID)
}

func exec(ctx context.Context, doing, statement string, args ...any) error {
	_, err := postgres.Exec(ctx, doing, statement, args...)
	return err
}
