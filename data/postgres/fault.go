// Package postgres turns what PostgreSQL says into faults. It recognises errors
// by SQLSTATE and constraint name, never by their text, and it is the only place
// below tenancy that does (style.md 8).
//
// It owns the mapping, and the two forms in which repositories run hand-written SQL
// with it; connections, transactions and retries are tenancy/scope's.
package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/lib/pq"

	"zhuxin/shared/fault"
)

// SQLSTATEs that the rest of the code names.
const (
	UniqueViolation      = "23505"
	ForeignKeyViolation  = "23503"
	CheckViolation       = "23514"
	ExclusionViolation   = "23P01"
	SerializationFailure = "40001"
	DeadlockDetected     = "40P01"
	LockNotAvailable     = "55P03"
	QueryCanceled        = "57014"
	AppendOnly           = "ZX001" // our trigger: the table takes no change
	NotADraft            = "ZX002" // our trigger: only a draft can be changed
)

// Faults of the database itself.
var (
	// ErrTryAgain means that two commands got in each other's way; the unit of
	// work tries again once, after that it is the client's turn.
	ErrTryAgain = &fault.Error{Kind: fault.KindUnavailable, Reason: "TRY_AGAIN",
		Message: "somebody else changed the same record at the same moment; try again", RetryAfter: 1}
	// ErrBusy means that a lock was not to be had in time.
	ErrBusy = &fault.Error{Kind: fault.KindUnavailable, Reason: "RECORD_BUSY",
		Message: "somebody else is changing the same record; try again", RetryAfter: 1}
	// ErrTimeout means that the database stopped a statement that ran too long.
	ErrTimeout = &fault.Error{Kind: fault.KindUnavailable, Reason: "DATABASE_TIMEOUT",
		Message: "the database took too long; try again or ask for less", RetryAfter: 2}
	// ErrUnavailable means that the database is away.
	ErrUnavailable = &fault.Error{Kind: fault.KindUnavailable, Reason: "DATABASE_UNAVAILABLE",
		Message: "the database is away for the moment; try again", RetryAfter: 1}
)

// Rule says which fault a violated constraint is to the caller.
type Rule struct {
	constraint, state string
	fault             *fault.Error
}

// On maps the violation of a constraint or unique index, by its name.
func On(constraint string, f *fault.Error) Rule { return Rule{constraint: constraint, fault: f} }

// OnState maps a SQLSTATE, for what has no constraint: NotADraft.
func OnState(state string, f *fault.Error) Rule { return Rule{state: state, fault: f} }

// Map gives the fault for err. doing says what was tried ("insert customer") and
// ends up in the log only. A fault stays as it is; an unknown error is wrapped
// and therefore internal. The cause stays reachable, so that the unit of work
// still sees a serialization failure.
func Map(ctx context.Context, err error, doing string, rules ...Rule) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	wrapped := fmt.Errorf("%s: %w", doing, err)
	var e *pq.Error
	if !errors.As(err, &e) {
		if lost(err) {
			return gone(ctx, ErrUnavailable, wrapped)
		}
		return wrapped
	}
	for _, r := range rules {
		if (r.constraint != "" && r.constraint == e.Constraint) || (r.state != "" && r.state == string(e.Code)) {
			return r.fault.Wrap(wrapped)
		}
	}
	switch code := string(e.Code); {
	case code == SerializationFailure || code == DeadlockDetected:
		return ErrTryAgain.Wrap(wrapped)
	case code == LockNotAvailable:
		return ErrBusy.Wrap(wrapped)
	case code == QueryCanceled:
		return gone(ctx, ErrTimeout, wrapped)
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P0"), code == "53300":
		return gone(ctx, ErrUnavailable, wrapped)
	}
	return wrapped
}

// gone prefers the context's own end: a cancelled statement and a broken
// connection both look alike to the driver (reliability, pitfall 3).
func gone(ctx context.Context, f *fault.Error, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return f.Wrap(err)
}

func lost(err error) bool {
	var n net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.As(err, &n)
}

// State gives the SQLSTATE of err, or nothing.
func State(err error) string {
	var e *pq.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return ""
}

// Violates says whether err is the violation of the named constraint or unique index.
func Violates(err error, constraint string) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Constraint == constraint
}
