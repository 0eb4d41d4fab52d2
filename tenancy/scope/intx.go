package scope

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// TxOptions are wishes of one unit of work.
type TxOptions struct {
	ReadOnly         bool
	Isolation        sql.IsolationLevel // LevelRepeatableRead or LevelSerializable; preset read committed
	StatementTimeout time.Duration      // zero: the pool's
	LockTimeout      time.Duration      // zero: the pool's
}

type optionsKey struct{}

// WithTxOptions gives the next InTx below ctx its options. One that joins a
// running transaction does not change it.
func WithTxOptions(ctx context.Context, o TxOptions) context.Context {
	return context.WithValue(ctx, optionsKey{}, o)
}

// entry is what a connection enters.
type entry struct {
	binding
	options TxOptions
}

type entryKey struct{}

var isolation = map[sql.IsolationLevel]string{
	sql.LevelDefault: "", sql.LevelReadCommitted: "",
	sql.LevelRepeatableRead: " ISOLATION LEVEL REPEATABLE READ", sql.LevelSerializable: " ISOLATION LEVEL SERIALIZABLE",
}

// message opens the scope. It starts by dropping whatever a session-level setting
// left behind, so that what was done on the connection before never matters.
func (e *entry) message() string {
	var b strings.Builder
	b.WriteString("RESET ROLE;RESET ALL;BEGIN")
	b.WriteString(isolation[e.options.Isolation])
	if e.options.ReadOnly {
		b.WriteString(" READ ONLY")
	}
	b.WriteString(";SET LOCAL ROLE ")
	b.WriteString(pq.QuoteIdentifier(e.role))
	b.WriteString(";SET LOCAL search_path TO ")
	b.WriteString(pq.QuoteIdentifier(e.schema))
	b.WriteString(",pg_temp")
	if d := e.options.StatementTimeout; d > 0 {
		b.WriteString(";SET LOCAL statement_timeout=" + millis(d))
	}
	if d := e.options.LockTimeout; d > 0 {
		b.WriteString(";SET LOCAL lock_timeout=" + millis(d))
	}
	return b.String()
}

// running is a transaction in the context.
type running struct {
	pool *Pool
	binding
	tx    *sql.Tx
	over  atomic.Bool
	after []func() // AfterCommit
}

type runningKey struct{}

// current gives the running transaction of ctx; nil when there is none.
func current(ctx context.Context) (*running, error) {
	r, _ := ctx.Value(runningKey{}).(*running)
	if r != nil && r.over.Load() {
		return nil, fmt.Errorf("%w: the transaction is over, its context was kept", ErrNoScope)
	}
	return r, nil
}

type tenantDoor struct{ pool *Pool }

func (d tenantDoor) InTx(ctx context.Context, fn func(context.Context) error) error {
	b, err := bindingOf(ctx)
	if err != nil {
		return err
	}
	return d.pool.inTx(ctx, b, fn)
}

type hqDoor struct{ pool *Pool }

func (d hqDoor) InTx(ctx context.Context, fn func(context.Context) error) error {
	return d.pool.inTx(ctx, hqBinding, fn)
}

// inTx joins the running transaction of the same scope, or opens one. Only the
// outermost call tries again, and only once.
func (p *Pool) inTx(ctx context.Context, b binding, fn func(context.Context) error) error {
	outer, err := current(ctx)
	if err != nil {
		return err
	}
	if outer != nil {
		if outer.pool != p || outer.binding != b {
			return fmt.Errorf("%w: %s inside %s; end the outer one first", ErrNested, b.schema, outer.schema)
		}
		return fn(ctx)
	}
	err = p.once(ctx, b, fn)
	if retryable(err) && pause(ctx, err) {
		err = p.once(ctx, b, fn)
	}
	return translate(ctx, err)
}

func retryable(err error) bool {
	switch state(err) {
	case serializationFailure, deadlockDetected, stalePlan:
		return true
	}
	return false
}

// pause lets the transaction that won finish first: at once, the loser can take
// the row it had just let go before the winner wakes up, and both lock crosswise
// again. A deadlock has cost a second already, so on a busy machine the winner
// gets a tenth more.
func pause(ctx context.Context, err error) bool {
	least := 5 * time.Millisecond
	if state(err) == deadlockDetected {
		least = 100 * time.Millisecond
	}
	t := time.NewTimer(least + rand.N(20*time.Millisecond))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (p *Pool) once(ctx context.Context, b binding, fn func(context.Context) error) error {
	options, _ := ctx.Value(optionsKey{}).(TxOptions)
	e := &entry{binding: b, options: options}
	tx, err := p.group(b).BeginTx(context.WithValue(ctx, entryKey{}, e), nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	r := &running{pool: p, binding: b, tx: tx}
	committed := false
	defer func() { // also on panic and runtime.Goexit
		r.over.Store(true)
		if !committed {
			_ = tx.Rollback()
		}
	}()
	if err := fn(context.WithValue(ctx, runningKey{}, r)); err != nil {
		return err
	}
	r.over.Store(true)
	committed = true // whatever Commit answers, the transaction has ended
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, f := range r.after {
		f()
	}
	return nil
}
