// Package erp brings what a subsidiary's ERP knows in (000-10, 68; 004-31), and takes
// effective limits back to it (000-55). Every ERP is an Adapter that gives records
// in our own terms; they are taken in like everybody else's (biz/feed), receivables
// through the same import as a file, so that records are checked, refused and
// counted alike and nothing comes twice.
//
// A connection has a feed for each kind of record that it reads. A pull reads what
// changed since the last one, less an overlap. A full pull reads everything that is
// open, or delivered in the last months. What was open and is not named any more is
// asked for: it was paid, or it is gone and void; deletions do not announce themselves.
//
// A customer's limit is owed to the ERP as long as the ERP has not confirmed it:
// one row per customer and connection, in which a newer limit replaces an older one
// that was not pushed yet.
//
// It owns connections, their runs, the schedule and the pushing of limits. It does
// not own the protocols (data/erp), nor what becomes of the records.
package erp

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Kind names a make of ERP.
type Kind string

// The kinds. Each but files has an adapter.
const (
	KindTryton  Kind = "tryton"
	KindKingdee Kind = "kingdee_k3cloud"
	KindU8      Kind = "yonyou_u8"
	// KindFiles is no ERP that is asked: somebody uploads what it exported.
	KindFiles Kind = "files"
)

// Kinds lists them.
var Kinds = []Kind{KindTryton, KindKingdee, KindU8, KindFiles}

// Endpoint is where an ERP answers, and as whom.
type Endpoint struct {
	BaseURL  string // https://erp.example, without a path
	Database string // Tryton's database, Kingdee's data centre (acctid), U8's to_account
	Company  string // Tryton's company id, Kingdee's settlement organisation; empty is all. U8's from_account
	Username string // U8's app_key
	Secret   string // password, U8's app_secret; opened only for a run
}

// Connection is one ERP of the subsidiary.
type Connection struct {
	ID   uuid.UUID
	Name string
	Kind Kind
	Endpoint
	SecretSet bool
	// Source is the first part of the identity of what comes from here, and never changes.
	Source       string
	Enabled      bool
	EveryMinutes int
	Feeds        []Feed // in the order of feed.Kinds
	PushLimits   bool   // effective limits are written back
	Breaker      Breaker
	NextAt       time.Time
	Version      int64
}

// Feed is one kind of record that a connection reads.
type Feed struct {
	Kind        feed.Kind     `json:"kind"`
	Cursor      time.Time     `json:"cursor,omitzero"` // the next pull reads what changed since; zero is everything
	FullOn      calendar.Date `json:"full_on,omitempty"`
	SucceededAt *time.Time    `json:"succeeded_at,omitempty"` // how fresh the figures are
	Failure     string        `json:"failure,omitempty"`      // of the last run; empty when it went well
}

// SucceededAt says how fresh the figures are: those of the feed that is furthest back.
// It is nil while one has never succeeded.
func (c Connection) SucceededAt() *time.Time {
	var oldest *time.Time
	for _, f := range c.Feeds {
		if f.SucceededAt == nil {
			return nil
		}
		if oldest == nil || f.SucceededAt.Before(*oldest) {
			oldest = f.SucceededAt
		}
	}
	return oldest
}

// Failure is that of the first feed that failed; empty when all went well.
func (c Connection) Failure() string {
	for _, f := range c.Feeds {
		if f.Failure != "" {
			return f.Failure
		}
	}
	return ""
}

// feed finds the feed of a kind; nil when the connection does not read it.
func (c Connection) feed(k feed.Kind) *Feed {
	for i := range c.Feeds {
		if c.Feeds[i].Kind == k {
			return &c.Feeds[i]
		}
	}
	return nil
}

// RunStatus is where a run stands.
type RunStatus string

// The statuses.
const (
	RunRunning RunStatus = "running"
	RunDone    RunStatus = "done"
	RunFailed  RunStatus = "failed"
)

// Run is one pull.
type Run struct {
	ID           uuid.UUID
	ConnectionID uuid.UUID
	Feed         feed.Kind
	Full         bool
	Status       RunStatus
	StartedAt    time.Time
	FinishedAt   *time.Time
	Read         int64 // records that the ERP gave
	Settled      int64 // records that it no longer has
	Inserted     int64
	Updated      int64
	Unchanged    int64
	Refused      int64
	Open         map[money.Currency]money.Amount // sums as the ERP gave them, of receivables what is open
	Volume       volume.M3                       // as the ERP gave it
	ImportID     *uuid.UUID                      // with the refused rows of receivables
	Failure      string
	wanted       bool // full because somebody asked for it
}

// Info is what an ERP says of itself.
type Info struct {
	Version string
	Company string
}

// Window is what a pull reads: with Since what changed since then; with a zero Since
// all that is open, and of what is never settled what is of From and later.
type Window struct {
	Since time.Time
	From  calendar.Date
}

// Full says that everything is read.
func (w Window) Full() bool { return w.Since.IsZero() }

// Adapter speaks to one make of ERP. Its errors are faults that say what to do.
type Adapter interface {
	// Kinds are the kinds of records that it can read.
	Kinds() []feed.Kind
	// Check logs in and out again.
	Check(ctx context.Context, e Endpoint) (Info, error)
	// Read gives each record of one of its kinds. An error of yield ends it.
	Read(ctx context.Context, e Endpoint, k feed.Kind, w Window, yield func(feed.Record) error) error
	// Standing says which receivables, open here and not named by a full pull of the
	// window, the ERP still has as good documents, which were paid then. The others were
	// cancelled or deleted there.
	Standing(ctx context.Context, e Endpoint, w Window, items []feed.Receivable) (map[string]bool, error)
	// PushLimits writes each limit and reads it back: told hears of each, by its place,
	// nil when the ERP has it now. An error of its own concerns those not told of.
	PushLimits(ctx context.Context, e Endpoint, limits []Limit, told func(i int, err error) error) error
}

// Faults.
var (
	ErrNotFound    = fault.NotFound("ERP_CONNECTION_NOT_FOUND", "there is no such connection")
	ErrVersion     = fault.Conflict("VERSION_CONFLICT", "somebody else has changed this connection; load it again")
	ErrSource      = fault.Conflict("ERP_SOURCE_TAKEN", "another connection uses this source; choose another one")
	ErrRunning     = fault.Conflict("ERP_RUN_UNDER_WAY", "a run of this connection is under way; wait for it")
	ErrUnreachable = fault.Unavailable("ERP_UNREACHABLE", "the ERP does not answer; check its address, and that it can be reached from here")
	ErrBusy        = fault.Unavailable("ERP_BUSY", "the ERP asks to wait; it is asked again later")
	ErrQuota       = fault.Unavailable("ERP_QUOTA", "the calls bought from the ERP's provider are used up; it is asked again tomorrow, or buy more")
	ErrVanished    = fault.Mismatch("ERP_TOO_MUCH_GONE", "more than half of what was open is not named by the ERP any more, so nothing was settled; if that is right, ask for a full comparison by hand")
	ErrLogin       = fault.New(fault.KindInvalid, "ERP_LOGIN_REFUSED", "the ERP does not take this login; check database, user and password")
	ErrAnswer      = fault.New(fault.KindUnavailable, "ERP_ANSWER_UNREADABLE", "the ERP answers in a way that is not understood")
	ErrFeed        = fault.Conflict("ERP_FEED_UNKNOWN", "this connection does not read this kind of record")
	ErrFilesOnly   = fault.Conflict("ERP_FILES_ONLY", "this connection takes files and asks no ERP; upload a file instead")
	ErrNoFiles     = fault.Conflict("ERP_NO_FILES", "this connection asks its ERP and takes no files; make a connection of the kind files")
	ErrOff         = fault.Conflict("ERP_CONNECTION_OFF", "this connection is switched off; switch it on first")
	ErrNoCustomer  = fault.New(fault.KindInvalid, "ERP_CUSTOMER_UNKNOWN", "the ERP has no customer, or no credit file of a customer, with this number; make it there, then push again")
	ErrNotTaken    = fault.New(fault.KindInvalid, "ERP_LIMIT_NOT_TAKEN", "the ERP answered, but its limit is not the one that was sent")
	ErrUnlimited   = fault.New(fault.KindInvalid, "ERP_NO_UNLIMITED", "this ERP cannot keep a customer without a bound; give the customer an amount, or take the control off there")
	ErrAddress     = fault.New(fault.KindInvalid, "ERP_ADDRESS_FORBIDDEN", "this address is not public; ask the operator to allow its network (ZHUXIN_OUTBOUND_PRIVATE)")
)

// TopicStopped says that an ERP does not take our login any more, or may not be
// reached, and is not asked until somebody mends that; its payload is a StoppedEvent.
const TopicStopped event.Topic = "erp.stopped"

// StoppedEvent is the payload of TopicStopped.
type StoppedEvent struct {
	ConnectionID uuid.UUID `json:"connection_id"`
}

func stopped(c Connection) event.Event {
	return event.Event{Topic: TopicStopped, Payload: StoppedEvent{c.ID}}
}

// TopicRunRequested asks a worker for a pull now; its payload is a RunRequested.
const TopicRunRequested event.Topic = "erp.run_requested"

// RunRequested is the payload of TopicRunRequested.
type RunRequested struct {
	ConnectionID uuid.UUID `json:"connection_id"`
	Feed         feed.Kind `json:"feed,omitempty"` // empty: all that the connection reads
	Full         bool      `json:"full"`
}

// Repository keeps connections and runs; its methods run inside a unit of work.
// The secret passes through it sealed.
type Repository interface {
	List(ctx context.Context) ([]Connection, error)
	// Get reads one with its secret; ErrNotFound.
	Get(ctx context.Context, id uuid.UUID) (Connection, error)
	// Insert answers ErrSource when another connection has the source.
	Insert(ctx context.Context, c Connection) error
	// Update writes all but the source; ErrVersion when c.Version is
	// not the stored one. An empty secret keeps the old one.
	Update(ctx context.Context, c Connection) error
	// Due gives the enabled connections that are not stopped and whose next pull is due.
	Due(ctx context.Context, now time.Time) ([]uuid.UUID, error)
	// Begin stores a running run; ErrRunning while another one of the connection
	// runs that started after stale.
	Begin(ctx context.Context, r Run, stale time.Time) error
	// End stores the run's result, and what follows from it for the connection.
	End(ctx context.Context, r Run, c Connection) error
	// SetBreaker stores whether a connection is left alone, and when it is asked next.
	SetBreaker(ctx context.Context, id uuid.UUID, b Breaker, nextAt time.Time) error
	Runs(ctx context.Context, connectionID uuid.UUID, limit int) ([]Run, error)
	// OpenItems gives what the ledger has open from a source.
	OpenItems(ctx context.Context, source string, yield func(feed.Receivable)) error
	// Taken says when receivables of each source were taken in, since an instant.
	Taken(ctx context.Context, since time.Time) ([]Taken, error)
	Pushes
}
