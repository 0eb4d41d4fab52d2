// Package creditcheck is the order check's way to the tenant's tables: one
// statement that locks the customer's account row and returns every fact, one that
// writes decisions, reservations, the account under its guard, outbox, audit and
// idempotency rows (performance.md, "What follows from the trials").
//
// It owns the reservations and the stored decisions, and moves the reserved sum
// of credit accounts; the rest of an account is data/tenantrepo/exposure's. It
// decides nothing: biz/creditcheck does, between the two statements.
//
// Lock order: the account row, then reservations, which nobody changes without
// it. Several orders of a batch go in sorted by number, so that two batches that
// share numbers meet at the first one.
package creditcheck

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/postgres"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/tenancy/scope"
)

// AuditLog makes and announces audit rows; *auditlog.Log of the tenant does.
type AuditLog interface {
	Row(ctx context.Context, e audit.Entry) (auditlog.Row, error)
	Written(ctx context.Context) error
}

// Outbox makes and announces outbox rows; *outbox.Outbox of the tenant does.
type Outbox interface {
	Row(e event.Event) (outbox.Row, error)
	Written(ctx context.Context) error
}

// Store implements biz/creditcheck.Store and Archive on the transaction of the
// context.
type Store struct {
	log    AuditLog
	outbox Outbox
}

var (
	_ biz.Store   = (*Store)(nil)
	_ biz.Archive = (*Store)(nil)
)

// New makes the store.
func New(log AuditLog, outbox Outbox) *Store { return &Store{log: log, outbox: outbox} }

// written lets the sealer and the relay know after the commit.
func (s *Store) written(ctx context.Context) error {
	if err := s.log.Written(ctx); err != nil {
		return err
	}
	return s.outbox.Written(ctx)
}

// lockOf is the advisory lock of an idempotency key: database-wide, hence with
// the tenant in it.
func lockOf(ctx context.Context, key string) int64 {
	t, _ := scope.TenantFrom(ctx)
	sum := sha256.Sum256(append(t.ID[:], key...))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// rules turn what another transaction did first into ErrStale: the unit of work
// is done again and then sees it.
var rules = []postgres.Rule{
	postgres.On("idempotency_keys_pkey", biz.ErrStale),
	postgres.On("reservation_one_live_per_order", biz.ErrStale),
}

func orNull(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }
