package auditlog_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

type bench struct {
	*tenancytest.Env
	keys  *crypto.Keys
	log   *auditlog.Log
	chain *auditlog.Chain
	ctx   context.Context
	admin *sql.DB
}

func setup(t *testing.T) bench { t.Helper(); return setupFor(t) }

func setupFor(t testing.TB) bench {
	t.Helper()
	env := tenancytest.New(t)
	m := master(t)
	keys := crypto.Tenant(env.Pool, m, calendar.System{})
	if err := keys.Prepare(env.CtxA(t)); err != nil {
		t.Fatal(err)
	}
	return bench{
		Env: env, keys: keys, log: auditlog.Tenant(env.Pool, auditlog.WithKeys(keys)),
		chain: auditlog.TenantChain(env.Pool, keys, calendar.System{}), ctx: env.CtxA(t), admin: env.Admin(t),
	}
}

func master(t testing.TB) *crypto.Master {
	t.Helper()
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i * 7)
	}
	m, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (b bench) record(t *testing.T, entries ...audit.Entry) {
	t.Helper()
	err := b.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
		for _, e := range entries {
			if err := b.log.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func entry(i int) audit.Entry {
	return audit.Entry{
		Action: "limit.changed", ObjectType: "credit_limit", ObjectID: fmt.Sprint("limit-", i),
		Before: map[string]any{"amount": i, "note": "<旧 & 新>"}, After: map[string]any{"amount": i + 1, "ratio": 0.25, "tags": []string{"a", "b"}},
	}
}

func (b bench) seal(t *testing.T) int {
	t.Helper()
	n, err := b.chain.Seal(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (b bench) verify(t *testing.T) audit.Verification {
	t.Helper()
	v, err := b.chain.Verify(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRecordKeepsWhoWhatAndBothStates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	type odd struct {
		Text  string          `json:"text"`
		Large int64           `json:"large"`
		Float float64         `json:"float"`
		Raw   json.RawMessage `json:"raw"`
	}
	b.record(t, entry(1),
		audit.Entry{Action: "customer.created", ObjectType: "customer", ObjectID: "c\x00", After: odd{
			Text: "nul \x00, bad \xff, 例", Large: 9007199254740993, Float: 1e21, Raw: json.RawMessage(`{"b":1.50,"a":-0,"e":1E-7,"b":2.50}`)}},
		audit.Entry{Action: "customer.seen", ObjectType: "customer", Before: (*odd)(nil)})
	b.seal(t)

	var rows []audit.Row
	book := audit.NewBook(b.Pool.Tenant(), b.log, b.chain, access.AuditRead)
	rows, err := book.List(b.ctx, audit.Query{})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	actor := b.Actor(b.A)
	first := rows[2]
	if first.ActorID != actor.ID || first.ActorName != actor.Name || first.ActorKind != "person" || first.RequestID != "test" || !first.Sealed || first.At.IsZero() {
		t.Errorf("who and when: %+v", first)
	}
	var after map[string]any
	if err := json.Unmarshal(first.After, &after); err != nil || after["ratio"] != 0.25 || string(first.Before) == "" {
		t.Errorf("states: %s, %s, %v", first.Before, first.After, err)
	}
	if rows[0].Before != nil || rows[0].After != nil {
		t.Errorf("nothing must stay nothing: %s, %s", rows[0].Before, rows[0].After)
	}
	if v := b.verify(t); !v.Intact() || v.Rows != 3 || v.Sealed != 3 {
		t.Errorf("untouched log: %+v", v)
	}
	page, err := book.List(b.ctx, audit.Query{ObjectType: "customer", BeforeID: rows[0].ID, Limit: 1})
	if err != nil || len(page) != 1 || page[0].ID != rows[1].ID {
		t.Errorf("page behind the newest row: %+v, %v", page, err)
	}
	if _, err := book.List(b.ctx, audit.Query{Limit: 201, BeforeID: -1}); err == nil {
		t.Error("a page of 201 rows must be refused")
	}
	if _, err := book.List(b.CtxA(t, access.RoleSalesperson), audit.Query{}); err == nil {
		t.Error("a salesperson must not read the log")
	}
	tenancytest.OtherSeesNothing(t, b.Env, func(ctx context.Context) (int, error) {
		rows, err := b.log.List(ctx, audit.Query{Limit: 50})
		return len(rows), err
	})
}

func TestRecordNeedsAnActorAndAName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
		if err := b.log.Record(ctx, audit.Entry{ObjectType: "customer"}); err == nil {
			t.Error("an entry without an action was taken")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A transaction that took its id early and commits late is sealed all the same,
// and positions have no gap.
func TestLateCommitIsSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	started, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- b.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
			if err := b.log.Record(ctx, entry(1)); err != nil {
				return err
			}
			close(started)
			<-release
			return nil
		})
	}()
	<-started
	b.record(t, entry(2), entry(3))
	if n := b.seal(t); n != 2 {
		t.Fatalf("sealed %d of 2 committed rows", n)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := b.seal(t); n != 1 {
		t.Fatalf("the late row: sealed %d", n)
	}
	if n := b.seal(t); n != 0 {
		t.Fatalf("nothing new: sealed %d", n)
	}
	if v := b.verify(t); !v.Intact() || v.Sealed != 3 {
		t.Errorf("%+v", v)
	}
}

// Several sealers at once make one chain.
func TestManySealers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 3 {
		b.record(t, entry(i), entry(i+10))
	}
	errs := make(chan error)
	for range 4 {
		go func() {
			_, err := auditlog.TenantChain(b.Pool, b.keys, calendar.System{}).Seal(b.ctx)
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if v := b.verify(t); !v.Intact() || v.Sealed != 6 {
		t.Errorf("%+v", v)
	}
}

func TestHQHasItsOwnChain(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	keys := crypto.HQ(env.Pool, master(t), calendar.System{})
	log, chain := auditlog.HQ(env.Pool, auditlog.WithKeys(keys)), auditlog.HQChain(env.Pool, keys, calendar.System{})
	ctx := env.HQCtx(t)
	if err := env.Pool.HQ().InTx(ctx, func(ctx context.Context) error { return log.Record(ctx, entry(1)) }); err != nil {
		t.Fatal(err)
	}
	if n, err := chain.Seal(ctx); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if v, err := chain.Verify(ctx); err != nil || !v.Intact() || v.Sealed != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := env.Admin(t).ExecContext(ctx, `ALTER TABLE hq.audit_log DISABLE TRIGGER ALL; UPDATE hq.audit_log SET action = 'x'`); err != nil {
		t.Fatal(err)
	}
	if v, err := chain.Verify(ctx); err != nil || len(v.Findings) != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
}

// Rows of a writer without keys are found, so forgetting them in the wiring shows.
func TestRowsWithoutProofAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.log = auditlog.Tenant(b.Pool)
	b.record(t, entry(1))
	b.seal(t)
	if v := b.verify(t); len(v.Findings) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestApplicationCannotChangeTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, entry(1))
	b.seal(t)
	for _, q := range []string{
		`UPDATE audit_log SET action = $1`, `DELETE FROM audit_log WHERE action <> $1`,
		`UPDATE audit_seals SET audit_id = 9 WHERE $1 <> ''`, `DELETE FROM audit_seals WHERE $1 <> ''`,
	} {
		err := b.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error { return exec(ctx, q, "x") })
		if err == nil {
			t.Errorf("the tenant's role may: %s", q)
		}
	}
}

// A cut tail stops the sealing, so that nothing covers the traces.
func TestSealingStopsBehindACutTail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, entry(1), entry(2), entry(3))
	b.seal(t)
	s := b.A.Schema
	superuser(t, b, `DELETE FROM `+s+`.audit_seals WHERE id = 3`, `DELETE FROM `+s+`.audit_log WHERE object_id = 'limit-3'`)
	b.record(t, entry(4))
	if _, err := b.chain.Seal(b.ctx); err == nil {
		t.Error("sealing went on over a cut tail")
	}
	// also in a process that knows nothing yet
	if _, err := auditlog.TenantChain(b.Pool, b.keys, calendar.System{}).Seal(b.ctx); err == nil {
		t.Error("sealing went on over a cut tail, in another process")
	}
	if v := b.verify(t); v.Intact() || !slices.ContainsFunc(v.Findings, func(f string) bool { return f == "seals 3 to 3, recorded at HQ, are missing: the tail was cut" }) {
		t.Errorf("%+v", v)
	}
}
