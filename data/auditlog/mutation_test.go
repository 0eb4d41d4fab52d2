package auditlog_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"zhuxin/shared/audit"
	"zhuxin/tenancy/scope"
)

func exec(ctx context.Context, q string, args ...any) error {
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, q, args...)
	return err
}

// superuser changes what nobody of the product may: with triggers off.
func superuser(t *testing.T, b bench, statements ...string) {
	t.Helper()
	tx, err := b.admin.BeginTx(b.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	tamper(t, tx, b.A.Schema, statements)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func tamper(t *testing.T, tx *sql.Tx, schema string, statements []string) {
	t.Helper()
	off := []string{
		`SET LOCAL search_path TO ` + schema,
		`ALTER TABLE audit_log DISABLE TRIGGER append_only`, `ALTER TABLE audit_seals DISABLE TRIGGER append_only`,
	}
	for _, q := range append(off, statements...) {
		if _, err := tx.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

// mutations change a log of n sealed rows, each in one way. Each makes sure that it
// does change something.
var mutations = map[string]func(r *rand.Rand, n int) []string{
	"edit text": func(r *rand.Rand, n int) []string {
		column := []string{"actor_kind", "actor_name", "action", "object_type", "object_id", "request_id"}[r.IntN(6)]
		return []string{fmt.Sprintf(`UPDATE audit_log SET %s = %s || ' ' WHERE id = %s`, column, column, nth(r, n))}
	},
	"edit time": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET at = at + interval '1 microsecond' WHERE id = %s`, nth(r, n))}
	},
	"edit actor": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET actor_id = %s WHERE id = %s`, []string{"NULL", "gen_random_uuid()"}[r.IntN(2)], nth(r, n))}
	},
	"edit state": func(r *rand.Rand, n int) []string {
		column := []string{"before", "after"}[r.IntN(2)]
		value := []string{"NULL", `'{}'`, column + ` || '{"amount": -1}'`, column + ` - 'amount'`}[r.IntN(4)]
		return []string{fmt.Sprintf(`UPDATE audit_log SET %s = %s WHERE id = %s`, column, value, nth(r, n))}
	},
	"swap states": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`UPDATE audit_log SET before = after, after = before WHERE id = %s`, nth(r, n))}
	},
	"edit proof": func(r *rand.Rand, n int) []string {
		value := []string{`''`, `set_byte(mac, 40, get_byte(mac, 40) # 1)`, `substr(mac, 2)`}[r.IntN(3)]
		return []string{fmt.Sprintf(`UPDATE audit_log SET mac = %s WHERE id = %s`, value, nth(r, n))}
	},
	"edit seal": func(r *rand.Rand, n int) []string {
		set := []string{`hash = set_byte(hash, 20, get_byte(hash, 20) # 1)`, `sealed_at = sealed_at + interval '1 second'`, `hash = ''`}[r.IntN(3)]
		return []string{fmt.Sprintf(`UPDATE audit_seals SET %s WHERE id = %d`, set, 1+r.IntN(n))}
	},
	"delete row": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id = %s`, nth(r, n))}
	},
	"delete seal": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`DELETE FROM audit_seals WHERE id = %d`, 1+r.IntN(n))}
	},
	"delete row and seal": func(r *rand.Rand, n int) []string {
		i := 1 + r.IntN(n)
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_seals WHERE id = %d)`, i),
			fmt.Sprintf(`DELETE FROM audit_seals WHERE id = %d`, i)}
	},
	"delete row and seal, close the gap": func(r *rand.Rand, n int) []string {
		i := 1 + r.IntN(n)
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_seals WHERE id = %d)`, i),
			fmt.Sprintf(`DELETE FROM audit_seals WHERE id = %d`, i),
			fmt.Sprintf(`UPDATE audit_seals SET id = -id WHERE id > %d`, i), `UPDATE audit_seals SET id = -id - 1 WHERE id < 0`}
	},
	"cut the tail": func(r *rand.Rand, n int) []string {
		i := 1 + r.IntN(n)
		return []string{fmt.Sprintf(`DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM audit_seals WHERE id >= %d)`, i),
			fmt.Sprintf(`DELETE FROM audit_seals WHERE id >= %d`, i)}
	},
	"insert": func(r *rand.Rand, _ int) []string {
		at := []string{"now()", "now() - interval '1 day'", "(SELECT min(at) FROM audit_log)"}[r.IntN(3)]
		return []string{`INSERT INTO audit_log (at, actor_kind, actor_name, action, object_type, object_id, request_id)
			VALUES (` + at + `, 'person', 'somebody', 'limit.approved', 'credit_limit', 'x', 'r')`}
	},
	"insert between": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`INSERT INTO audit_log SELECT -1 - id, at, actor_kind, actor_id, actor_name, action, object_type, 'x', before, after, request_id, mac
			FROM audit_log WHERE id = %s`, nth(r, n))}
	},
	"copy": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`INSERT INTO audit_log (at, actor_kind, actor_id, actor_name, action, object_type, object_id, before, after, request_id, mac)
			SELECT at, actor_kind, actor_id, actor_name, action, object_type, object_id, before, after, request_id, mac FROM audit_log WHERE id = %s`, nth(r, n))}
	},
	"insert with seal": func(r *rand.Rand, n int) []string {
		return []string{fmt.Sprintf(`INSERT INTO audit_log SELECT 1000000, at, actor_kind, actor_id, actor_name, action, object_type, 'x', before, after, request_id, mac
			FROM audit_log WHERE id = %s`, nth(r, n)),
			`INSERT INTO audit_seals SELECT id + 1, 1000000, hash, sealed_at FROM audit_seals ORDER BY id DESC LIMIT 1`}
	},
	"reorder rows": func(r *rand.Rand, n int) []string {
		a, b := two(r, n)
		return []string{
			fmt.Sprintf(`UPDATE audit_seals SET id = id + 2000000 WHERE id IN (%d, %d)`, a, b),
			`UPDATE audit_log SET id = -id WHERE id IN (SELECT audit_id FROM audit_seals WHERE id > 2000000)`,
			`UPDATE audit_log SET id = (SELECT o.audit_id FROM audit_seals o WHERE o.id > 2000000 AND o.audit_id <> -audit_log.id) WHERE id < 0`,
			`UPDATE audit_seals SET id = id - 2000000 WHERE id > 2000000`,
		}
	},
	"reorder seals": func(r *rand.Rand, n int) []string {
		a, b := two(r, n)
		return []string{fmt.Sprintf(`UPDATE audit_seals SET id = 2000000 WHERE id = %d`, a),
			fmt.Sprintf(`UPDATE audit_seals SET id = %d WHERE id = %d`, a, b),
			fmt.Sprintf(`UPDATE audit_seals SET id = %d WHERE id = 2000000`, b)}
	},
}

func nth(r *rand.Rand, n int) string {
	return fmt.Sprintf(`(SELECT audit_id FROM audit_seals WHERE id = %d)`, 1+r.IntN(n))
}

func two(r *rand.Rand, n int) (a, b int) {
	a = 1 + r.IntN(n)
	return a, 1 + (a+r.IntN(n-1))%n
}

// 1,000 ways of changing the log behind the product's back, by one who may do
// everything in the database, are all found (P29).
func TestEveryMutationIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	const rows = 30
	var entries []audit.Entry
	for i := range rows {
		entries = append(entries, entry(i))
	}
	b.record(t, entries...)
	b.seal(t)
	if v := b.verify(t); !v.Intact() || v.Sealed != rows {
		t.Fatalf("before: %+v", v)
	}
	names := make([]string, 0, len(mutations))
	for name := range mutations {
		names = append(names, name)
	}
	s := b.A.Schema
	save := []string{`CREATE TABLE keep_log AS TABLE audit_log`, `CREATE TABLE keep_seals AS TABLE audit_seals`}
	superuser(t, b, save...)
	restore := []string{`DELETE FROM audit_log`, `DELETE FROM audit_seals`,
		`INSERT INTO audit_log SELECT * FROM keep_log`, `INSERT INTO audit_seals SELECT * FROM keep_seals`}
	const cases = 1000
	missed := 0
	for i := range cases {
		name := names[i%len(names)]
		statements := mutations[name](r, rows)
		superuser(t, b, statements...)
		if v := b.verify(t); v.Intact() {
			missed++
			t.Errorf("%s is not found [seed=%d case=%d]: %s", name, seed, i, strings.Join(statements, "; "))
		}
		superuser(t, b, restore...)
	}
	if v := b.verify(t); !v.Intact() {
		t.Fatalf("after: %+v [schema=%s]", v, s)
	}
	t.Logf("cases=%d kinds=%d missed=%d", cases, len(names), missed)
}
