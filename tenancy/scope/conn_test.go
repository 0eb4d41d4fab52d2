package scope_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func inA(t *testing.T, env *tenancytest.Env, fn func(ctx context.Context, q scope.Querier) error) error {
	t.Helper()
	return env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return fn(ctx, q)
	})
}

func TestStatementsThatWouldLeaveTheScope(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	for _, q := range []string{
		"SET ROLE zhuxin_hq", "set local role zhuxin_hq", " /* a /* nested */ comment */ SET search_path TO hq", "-- x\nRESET ROLE", "RESET ALL",
		"DISCARD ALL", "BEGIN", "COMMIT", "END", "ROLLBACK", "ABORT", "START TRANSACTION", ";COMMIT", "DO $$ BEGIN END $$",
		"PREPARE x AS SELECT 1", "EXECUTE x", "DEALLOCATE ALL", "LISTEN x", "COPY customers TO STDOUT", "LOAD 'x'", "SET SESSION AUTHORIZATION zhuxin_hq",
	} {
		if err := inA(t, env, func(ctx context.Context, q2 scope.Querier) error { _, err := q2.ExecContext(ctx, q); return err }); !errors.Is(err, scope.ErrStatement) {
			t.Errorf("%q: got %v, want ErrStatement", q, err)
		}
	}
	// Several statements in one: the server refuses them, with and without parameters.
	for _, args := range [][]any{nil, {1}} {
		err := inA(t, env, func(ctx context.Context, q scope.Querier) error {
			_, err := q.ExecContext(ctx, "SELECT 1; SET ROLE zhuxin_hq", args...)
			return err
		})
		if err == nil {
			t.Errorf("two statements in one ran (args %v)", args)
		}
	}
	for _, q := range []string{"SELECT set_config('role', 'zhuxin_hq', true)", "SELECT set_config('search_path', 'hq', false)", "SELECT pg_advisory_lock(1)", "SELECT lo_create(0)", "CREATE TEMP TABLE x (i int)"} {
		err := inA(t, env, func(ctx context.Context, q2 scope.Querier) error { _, err := q2.ExecContext(ctx, q); return err })
		var e *pq.Error
		if !errors.As(err, &e) || e.Code != "42501" {
			t.Errorf("%q: got %v, want permission denied", q, err)
		}
	}
	// Savepoints stay possible: a unique violation is taken back without the transaction.
	err := inA(t, env, func(ctx context.Context, q scope.Querier) error {
		for _, s := range []string{"SAVEPOINT a", "INSERT INTO handled_events (id, handled_at) VALUES ('x', now())", "ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"} {
			if _, err := q.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What lib/pq and binary_parameters make of our types; golden for driver bumps
// (pitfall 6).
func TestValuesComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	day := calendar.NewDate(2028, 2, 29)
	at := time.Date(2026, 3, 1, 8, 30, 0, 123456000, time.UTC)
	id := uuid.MustParse("0196f0a4-1111-7222-8333-444455556666")
	for _, hot := range []bool{false, true} {
		err := inA(t, env, func(ctx context.Context, q scope.Querier) error {
			query := `SELECT $1::jsonb, $2::jsonb, $3::text[], $4::uuid[], $5::bytea, $6::bytea, $7::date, $8::date, $9::timestamptz, $10::bigint, $11::uuid, $12::boolean, $13::text`
			if hot {
				query = scope.Hot(query)
			}
			var (
				doc         json.RawMessage
				noDoc       *string
				texts       []string
				ids         []string
				raw, noRaw  []byte
				gotDay      calendar.Date
				noDay       calendar.Date
				gotAt       time.Time
				big         int64
				gotID       uuid.UUID
				yes         bool
				none        *string
				wantTexts   = []string{"a,b", `"quoted"`, "", "方量", "NULL"}
				wantRaw     = []byte{0, 1, '\\', 0xff}
				wantBig     = int64(1)<<62 + 1
				rawDocument = json.RawMessage(`{"b": [1, 2.5, "m³"], "a": null}`)
			)
			err := q.QueryRowContext(ctx, query, rawDocument, json.RawMessage(nil), pq.Array(wantTexts), pq.Array([]string{id.String()}),
				wantRaw, []byte(nil), day, calendar.Date(0), at, wantBig, id, true, (*string)(nil)).
				Scan(&doc, &noDoc, pq.Array(&texts), pq.Array(&ids), &raw, &noRaw, &gotDay, &noDay, &gotAt, &big, &gotID, &yes, &none)
			if err != nil {
				return err
			}
			var a, b any
			_ = json.Unmarshal(doc, &a)
			_ = json.Unmarshal(rawDocument, &b)
			if !reflect.DeepEqual(a, b) || noDoc != nil || !reflect.DeepEqual(texts, wantTexts) || len(ids) != 1 || ids[0] != id.String() ||
				!bytes.Equal(raw, wantRaw) || noRaw != nil || gotDay != day || noDay != 0 || !gotAt.Equal(at) || big != wantBig || gotID != id || !yes || none != nil {
				return fmt.Errorf("hot %v: got %s %v %q %v %x %v %v %v %v %v %v %v %v", hot, doc, noDoc, texts, ids, raw, noRaw, gotDay, noDay, gotAt, big, gotID, yes, none)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestRowsLeftOpen(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	for _, query := range []string{`SELECT generate_series(1, 100000)`, `SELECT generate_series(1, $1::int)`} {
		var args []any
		if strings.Contains(query, "$1") {
			args = []any{100000}
		}
		err := inA(t, env, func(ctx context.Context, q scope.Querier) error {
			rows, err := q.QueryContext(ctx, query, args...)
			if err != nil {
				return err
			}
			rows.Next()
			_, err = q.ExecContext(ctx, `SELECT 1`)
			return err // rows are left open on purpose
		})
		if !errors.Is(err, scope.ErrRowsOpen) {
			t.Errorf("%s: got %v, want ErrRowsOpen", query, err)
		}
		if err := inA(t, env, func(ctx context.Context, q scope.Querier) error { _, err := countMappings(ctx); return err }); err != nil {
			t.Errorf("%s: the pool is broken afterwards: %v", query, err)
		}
	}
}

func TestHotStatementsFollowTheTenant(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 1, HotStatements: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	for _, tenant := range []scope.Tenant{env.A, env.B} {
		err := pool.Tenant().InTx(env.Ctx(t, tenant), func(ctx context.Context) error { return exec(ctx, insertMapping, tenant.Slug) })
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(tenant scope.Tenant, query string) (name string, kept int) {
		err := pool.Tenant().InTx(env.Ctx(t, tenant), func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			if err := q.QueryRowContext(ctx, query, "nobody").Scan(&name); err != nil {
				return err
			}
			return q.QueryRowContext(ctx, `SELECT count(*) FROM pg_prepared_statements WHERE $1 = ''`, "").Scan(&kept)
		})
		if err != nil {
			t.Fatal(err)
		}
		return name, kept
	}
	hot := scope.Hot(`SELECT name FROM import_mappings WHERE name <> $1`)
	for range 3 {
		for _, tenant := range []scope.Tenant{env.A, env.B} {
			if name, _ := read(tenant, hot); name != tenant.Slug {
				t.Errorf("%s read %s", tenant.Slug, name)
			}
		}
	}
	kept := 0
	for i := range 6 {
		_, kept = read(env.A, scope.Hot(fmt.Sprintf(`SELECT name FROM import_mappings WHERE name <> $1 AND version > -%d`, i+1)))
	}
	if kept != 3 {
		t.Errorf("%d statements are kept on the connection, want 3", kept)
	}
	// One that is used again and again gets the place of one that is not.
	late := scope.Hot(`SELECT name FROM import_mappings WHERE name <> $1 AND 'late' = 'late'`)
	for range 8*3 + 2 {
		_, kept = read(env.A, late)
	}
	err = pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE $1`, "%late%").Scan(&kept)
	})
	if err != nil || kept != 1 {
		t.Errorf("the statement in use is kept %d times, want once: %v", kept, err)
	}
}

// A migration can change the type behind a prepared statement; the unit of work
// is then tried again on a connection that knows the new one.
func TestStalePlanIsPreparedAnew(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	pool, err := scope.Open(scope.Config{DSN: env.AppDSN, MaxOpen: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	hot := scope.Hot(`SELECT * FROM handled_events WHERE id = $1`)
	read := func() error {
		return pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error { return exec(ctx, hot, "x") })
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	if _, err := env.Admin(t).Exec(`ALTER TABLE ` + env.A.Schema + `.handled_events ADD COLUMN note text`); err != nil {
		t.Fatal(err)
	}
	if err := read(); err != nil {
		t.Errorf("after the migration: %v", err)
	}
}

func TestCopyIn(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	columns := []string{"id", "handled_at"}
	rows := func(n int, bad error) iter.Seq2[[]any, error] {
		return func(yield func([]any, error) bool) {
			for i := range n {
				if !yield([]any{fmt.Sprintf("event-%d\t\\", i), time.Unix(0, 0)}, nil) {
					return
				}
			}
			if bad != nil {
				yield(nil, bad)
			}
		}
	}
	copyIn := func(src iter.Seq2[[]any, error]) (n int64, err error) {
		err = inA(t, env, func(ctx context.Context, _ scope.Querier) (err error) {
			n, err = scope.CopyIn(ctx, "handled_events", columns, src)
			return err
		})
		return n, err
	}
	if n, err := copyIn(rows(5000, nil)); n != 5000 || err != nil {
		t.Errorf("copied %d: %v", n, err)
	}
	if _, err := copyIn(rows(10, nil)); err == nil {
		t.Error("duplicate keys were copied without an error")
	}
	unreadable := errors.New("line 11 is broken")
	if _, err := copyIn(rows(10, unreadable)); !errors.Is(err, unreadable) {
		t.Errorf("got %v, want the reader's error", err)
	}
	var n int
	if err := inA(t, env, func(ctx context.Context, q scope.Querier) error {
		return q.QueryRowContext(ctx, `SELECT count(*) FROM handled_events`).Scan(&n)
	}); err != nil || n != 5000 {
		t.Errorf("%d rows in the end, want 5000: %v", n, err)
	}
}
