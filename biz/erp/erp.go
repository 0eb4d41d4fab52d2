// Package erp brings what customers owe in from a subsidiary's ERP (000-10, 68;
// 004-31). Every ERP is an Adapter that gives open items in our own terms; they go
// through the same import as a file, so that rows are checked, refused and counted
// alike, nothing comes twice, and each run leaves the file it worked on.
//
// A pull reads what changed since the last one, less an overlap. A full pull reads
// everything that is open and settles what the ERP no longer has: deletions do not
// announce themselves.
//
// It owns connections, their runs and the schedule. It does not own the protocols
// (data/erp) or the ledger (biz/receivable).
package erp

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Kind names a make of ERP.
type Kind string

// The kinds that have an adapter.
const (
	KindTryton  Kind = "tryton"
	KindKingdee Kind = "kingdee_k3cloud"
)

// Kinds lists them.
var Kinds = []Kind{KindTryton, KindKingdee}

// Endpoint is where an ERP answers, and as whom.
type Endpoint struct {
	BaseURL  string // https://erp.example, without a path
	Database string // Tryton's database, Kingdee's data centre (acctid)
	Company  string // Tryton's company id, Kingdee's settlement organisation; empty is all
	Username string
	Secret   string // password; opened only for a run
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
	Cursor       time.Time // the next pull reads what changed since; zero is everything
	FullOn       calendar.Date
	NextAt       time.Time
	SucceededAt  *time.Time // how fresh the figures are
	Failure      string     // of the last run; empty when it went well
	Version      int64
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
	Full         bool
	Status       RunStatus
	StartedAt    time.Time
	FinishedAt   *time.Time
	Read         int64 // items that the ERP gave
	Settled      int64 // items that it no longer has
	Inserted     int64
	Updated      int64
	Unchanged    int64
	Refused      int64
	Open         map[money.Currency]money.Amount // open sums as the ERP gave them
	ImportID     *uuid.UUID                      // with the refused rows
	Failure      string
}

// Item is one open or just settled receivable, as an ERP has it.
type Item struct {
	CustomerNumber string
	CustomerName   string
	USCC           string // empty where the ERP has none
	DocumentNo     string
	InvoiceDate    calendar.Date
	DueDate        calendar.Date // zero: by the customer's credit term
	Currency       money.Currency
	Amount         money.Amount // negative for a credit note
	Open           money.Amount
}

// Info is what an ERP says of itself.
type Info struct {
	Version string
	Company string
}

// Adapter speaks to one make of ERP. Its errors are faults that say what to do.
type Adapter interface {
	// Check logs in and out again.
	Check(ctx context.Context, e Endpoint) (Info, error)
	// Items gives each item that changed since, or with a zero time every open one.
	// An error of yield ends it.
	Items(ctx context.Context, e Endpoint, since time.Time, yield func(Item) error) error
}

// Faults.
var (
	ErrNotFound    = fault.NotFound("ERP_CONNECTION_NOT_FOUND", "there is no such connection")
	ErrVersion     = fault.Conflict("VERSION_CONFLICT", "somebody else has changed this connection; load it again")
	ErrSource      = fault.Conflict("ERP_SOURCE_TAKEN", "another connection uses this source; choose another one")
	ErrRunning     = fault.Conflict("ERP_RUN_UNDER_WAY", "a run of this connection is under way; wait for it")
	ErrUnreachable = fault.Unavailable("ERP_UNREACHABLE", "the ERP does not answer; check its address, and that it can be reached from here")
	ErrLogin       = fault.New(fault.KindInvalid, "ERP_LOGIN_REFUSED", "the ERP does not take this login; check database, user and password")
	ErrAnswer      = fault.New(fault.KindUnavailable, "ERP_ANSWER_UNREADABLE", "the ERP answers in a way that is not understood")
	ErrAddress     = fault.New(fault.KindInvalid, "ERP_ADDRESS_FORBIDDEN", "this address is not public; ask the operator to allow its network (ZHUXIN_OUTBOUND_PRIVATE)")
)

// SaveInput makes a connection, or changes one when ID is set. An empty Secret
// keeps the stored one.
type SaveInput struct {
	ID      uuid.UUID
	Version int64
	Name    string
	Kind    Kind
	Endpoint
	Source       string
	Enabled      bool
	EveryMinutes int
}

var sourceForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// Validate gives all faults of the input.
func (in SaveInput) Validate() error {
	var c fault.Checks
	short := func(s string) bool { return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= 100 }
	c.Require(short(in.Name), "name", "REQUIRED", "give the connection a name of at most 100 characters")
	c.Require(slices.Contains(Kinds, in.Kind), "kind", "UNKNOWN", fmt.Sprintf("one of %v", Kinds))
	u, err := url.Parse(in.BaseURL)
	c.Require(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "",
		"base_url", "INVALID_URL", "write the address without a path, such as https://erp.example")
	c.Require(short(in.Database), "database", "REQUIRED", "name the database (Kingdee: the data centre's id)")
	c.Require(utf8.RuneCountInString(in.Company) <= 100, "company", "TOO_LONG", "at most 100 characters")
	c.Require(short(in.Username), "username", "REQUIRED", "name the user that Zhuxin logs in as")
	c.Require(in.Secret != "" || in.ID != uuid.Nil, "secret", "REQUIRED", "write the user's password; it is stored encrypted and never shown")
	c.Require(len(in.Secret) <= 500, "secret", "TOO_LONG", "at most 500 characters")
	c.Require(in.ID != uuid.Nil || sourceForm.MatchString(in.Source), "source", "INVALID", "1 to 40 small letters, digits, dots, dashes; it cannot be changed later")
	c.Require(in.EveryMinutes >= 5 && in.EveryMinutes <= 24*60, "every_minutes", "OUT_OF_RANGE", "between 5 minutes and a day")
	c.Require(in.ID == uuid.Nil || in.Version > 0, "version", "REQUIRED", "send the version that was shown")
	return c.Err()
}

// TopicRunRequested asks a worker for a pull now; its payload is a RunRequested.
const TopicRunRequested event.Topic = "erp.run_requested"

// RunRequested is the payload of TopicRunRequested.
type RunRequested struct {
	ConnectionID uuid.UUID `json:"connection_id"`
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
	// Update writes all but source, cursor and results; ErrVersion when c.Version is
	// not the stored one. An empty secret keeps the old one.
	Update(ctx context.Context, c Connection) error
	// Due gives the enabled connections whose next pull is due.
	Due(ctx context.Context, now time.Time) ([]uuid.UUID, error)
	// Begin stores a running run; ErrRunning while another one of the connection
	// runs that started after stale.
	Begin(ctx context.Context, r Run, stale time.Time) error
	// End stores the run's result, and what follows from it for the connection.
	End(ctx context.Context, r Run, c Connection) error
	Runs(ctx context.Context, connectionID uuid.UUID, limit int) ([]Run, error)
	// OpenItems gives what the ledger has open from a source.
	OpenItems(ctx context.Context, source string, yield func(Item)) error
}
