// Package auditlog keeps the audit log of a tenant or of HQ: rows written in the
// transaction of the change, sealed into a hash chain shortly after, and proved
// on demand (reliability P29).
//
// A row carries the writer's HMAC under the owner's audit key, so that one put in
// by somebody with rights on the database but without the key is found. The chain
// makes an edited, removed or moved row show, and the end of the chain, kept in
// hq.audit_heads, a cut tail. Whoever can write the owner's schema *and* the heads
// can cut a tail to an older head: against him the heads belong on write-once
// storage.
//
// It owns the rows, seals and heads; what is worth a row is its callers'.
package auditlog

import (
	"context"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/tink"

	"zhuxin/data/postgres"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// Keys gives the audit key of the owner that ctx is bound to (data/crypto).
type Keys interface {
	Audit(ctx context.Context) (tink.MAC, error)
}

// Poker is told after the commit that an owner has rows to seal; uuid.Nil is HQ.
type Poker interface{ Poke(tenantID uuid.UUID) }

// Log writes and lists the rows of one side. It implements audit.Recorder and
// audit.Log; both work inside a unit of work.
type Log struct {
	tx     uow.Tx
	keys   Keys
	poker  Poker
	clock  calendar.Clock
	using  func(ctx context.Context, hq bool) error
	tenant bool
}

var (
	_ audit.Recorder = (*Log)(nil)
	_ audit.Log      = (*Log)(nil)
)

// Option completes a Log.
type Option func(*Log)

// WithKeys lets each row carry its writer's HMAC. A Log without keys is for tests
// that do not look at the log: Verify finds the rows it writes.
func WithKeys(k Keys) Option { return func(l *Log) { l.keys = k } }

// WithPoker has p told of each commit with new rows.
func WithPoker(p Poker) Option { return func(l *Log) { l.poker = p } }

// Using has fn called before each row, in its transaction. Every change writes a
// row, so what must come with a change in its own transaction hangs here: the use
// of its second verification (shared/stepup).
func Using(fn func(ctx context.Context, hq bool) error) Option {
	return func(l *Log) { l.using = fn }
}

// WithClock replaces the wall clock.
func WithClock(c calendar.Clock) Option { return func(l *Log) { l.clock = c } }

// Tenant is the log of the tenant that the context is bound to.
func Tenant(pool *scope.Pool, options ...Option) *Log {
	return newLog(&Log{tx: pool.Tenant(), tenant: true}, options)
}

// HQ is HQ's own log.
func HQ(pool *scope.Pool, options ...Option) *Log {
	return newLog(&Log{tx: pool.HQ()}, options)
}

func newLog(l *Log, options []Option) *Log {
	l.clock = calendar.System{}
	for _, o := range options {
		o(l)
	}
	return l
}

// Record writes the entry in the running transaction.
func (l *Log) Record(ctx context.Context, e audit.Entry) error {
	if l.using != nil {
		if err := l.using(ctx, !l.tenant); err != nil {
			return err
		}
	}
	r, err := l.Row(ctx, e)
	if err != nil {
		return err
	}
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO audit_log
		(at, actor_kind, actor_id, actor_name, action, object_type, object_id, before, after, request_id, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, r.Args()...)
	if err != nil {
		return postgres.Map(ctx, err, "write audit row")
	}
	return l.Written(ctx)
}

// Written has the owner's new rows sealed soon after the commit. Record does it
// by itself; a statement that writes the values of Row on its own calls it.
func (l *Log) Written(ctx context.Context) error {
	if l.poker == nil {
		return nil
	}
	owner := uuid.Nil
	if l.tenant {
		t, _ := scope.TenantFrom(ctx)
		owner = t.ID
	}
	return scope.AfterCommit(ctx, func() { l.poker.Poke(owner) })
}
