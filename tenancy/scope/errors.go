package scope

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/lib/pq"

	"zhuxin/shared/fault"
)

// ErrNoScope means that the database was used outside a transaction of Pool, or
// with the client of the other graph.
var ErrNoScope = errors.New("scope: database used outside its scope")

// ErrNested means that a transaction of one tenant was opened while one of
// another tenant, or of HQ, is running. Holding two at once can deadlock the pool.
var ErrNested = errors.New("scope: a transaction of another scope is running")

// ErrStatement means that a statement is refused because it would change the
// session or hide several statements.
var ErrStatement = errors.New("scope: statement refused")

// ErrRowsOpen means that a query's rows were still being read.
var ErrRowsOpen = errors.New("scope: read or close the rows of the last query first")

// ErrUnavailable means that the database cannot be reached or went away in the
// middle; the command can be sent again with the same key.
var ErrUnavailable = &fault.Error{
	Kind: fault.KindUnavailable, Reason: "DATABASE_UNAVAILABLE",
	Message: "the database is away for the moment; try again", RetryAfter: 1,
}

// SQLSTATEs that the unit of work itself reacts to.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	queryCanceled        = "57014"
	stalePlan            = "0A000" // "cached plan must not change result type", after a migration
)

func state(err error) string {
	var e *pq.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return ""
}

// translate gives the error that leaves the unit of work: a cancelled context
// shows as such whatever the driver made of it, and a lost database as a fault.
func translate(ctx context.Context, err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	code := state(err)
	lost := isLost(err, code)
	if cause := ctx.Err(); cause != nil && (lost || code == queryCanceled || errors.Is(err, sql.ErrTxDone)) && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	if lost {
		return ErrUnavailable.Wrap(err)
	}
	return err
}

func isLost(err error, code string) bool {
	if len(code) == 5 && (code[:2] == "08" || code[:4] == "57P0" || code == "53300") {
		return true
	}
	var n net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		(errors.As(err, &n) && !errors.Is(err, context.DeadlineExceeded))
}
