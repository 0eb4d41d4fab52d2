package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/uow"
)

// Row is one entry as it is stored.
type Row struct {
	ID         int64
	At         time.Time
	ActorKind  string
	ActorID    uuid.UUID // uuid.Nil for the system
	ActorName  string
	Action     string
	ObjectType string
	ObjectID   string
	Before     json.RawMessage // nil when there was nothing
	After      json.RawMessage
	RequestID  string
	Sealed     bool // part of the hash chain; a row is sealed within seconds
}

// Query asks for rows, newest first. Empty fields do not narrow.
type Query struct {
	Action     string
	ObjectType string
	ObjectID   string
	BeforeID   int64 // rows with a smaller id; 0 starts at the newest
	Limit      int   // 1 to MaxRows; 0 means 50
}

// MaxRows bounds one page.
const MaxRows = 200

// Validate gives all faults of the query.
func (q Query) Validate() error {
	var c fault.Checks
	c.Require(q.BeforeID >= 0, "before_id", "OUT_OF_RANGE", "give the id of the last row you have, or 0 for the newest rows")
	c.Require(q.Limit >= 0 && q.Limit <= MaxRows, "page_size", "OUT_OF_RANGE", "give 1 to 200, or 0 for 50")
	c.Require(q.ObjectID == "" || q.ObjectType != "", "object_type", "REQUIRED", "name the type together with object_id")
	for _, f := range []struct{ name, value string }{{"action", q.Action}, {"object_type", q.ObjectType}, {"object_id", q.ObjectID}} {
		c.Require(len(f.value) <= 100, f.name, "TOO_LONG", "give at most 100 characters")
	}
	return c.Err()
}

// Verification is the outcome of recomputing the chain.
type Verification struct {
	Rows     int64    // in the log
	Sealed   int64    // of them in the chain
	Findings []string // what is wrong with which row; at most 100; empty when intact
}

// Intact says that nothing was found.
func (v Verification) Intact() bool { return len(v.Findings) == 0 }

// Log is the stored log; it is read inside a unit of work.
type Log interface {
	List(ctx context.Context, q Query) ([]Row, error)
}

// Verifier recomputes the chain; it opens the units of work it needs, because the
// end of the chain is kept outside the log's own schema.
type Verifier interface {
	Verify(ctx context.Context) (Verification, error)
}

// Book is the audit log as people read it: one subsidiary's, or HQ's.
type Book struct {
	tx         uow.Tx
	log        Log
	verifier   Verifier
	permission access.Permission
}

// NewBook makes the book of one side; permission is what reading it takes.
func NewBook(tx uow.Tx, log Log, verifier Verifier, permission access.Permission) *Book {
	return &Book{tx: tx, log: log, verifier: verifier, permission: permission}
}

// List gives a page of rows, newest first.
func (b *Book) List(ctx context.Context, q Query) (rows []Row, err error) {
	if _, err := access.Require(ctx, b.permission); err != nil {
		return nil, err
	}
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	err = b.tx.InTx(ctx, func(ctx context.Context) error {
		rows, err = b.log.List(ctx, q)
		return err
	})
	return rows, err
}

// Verify recomputes the chain and says where it breaks.
func (b *Book) Verify(ctx context.Context) (Verification, error) {
	if _, err := access.Require(ctx, b.permission); err != nil {
		return Verification{}, err
	}
	return b.verifier.Verify(ctx)
}
