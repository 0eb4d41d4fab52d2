package creditcheck

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// ErrStale means that what was loaded is no longer so: another transaction was
// faster. The unit of work is done again from the start.
var ErrStale = &fault.Error{Kind: fault.KindUnavailable, Reason: "TRY_AGAIN",
	Message: "somebody else changed the same record at the same moment; try again", RetryAfter: 1}

// Store is the check's own way to the tenant's tables: one statement to lock and
// read, one to write. All methods work in the transaction of ctx.
type Store interface {
	// Load locks the customers' account rows and gives all that decisions about
	// them need, one Loaded for each Group in their order. With wait it waits for a
	// row that another transaction holds, and OK is false only when there is no such
	// customer; it takes one group then, for who waits for a second lock while he
	// holds one can wait for ever. Without wait OK is false for a held row too.
	Load(ctx context.Context, groups []Group, wait bool) ([]Loaded, error)
	// Pools gives what the customers held together use, after it has locked the pools
	// in the way asked for: without waiting it leaves out those that are locked.
	Pools(ctx context.Context, ids PoolIDs, lock Locking) (map[uuid.UUID]PoolFacts, error)
	// Save writes decisions with everything that goes with them, and moves the
	// accounts' reserved sums under their guard; ErrStale when the guard, a repeated
	// key or a repeated order number stopped it.
	Save(ctx context.Context, b Batch) error

	// LoadReservation locks the account and the reservation.
	LoadReservation(ctx context.Context, id uuid.UUID, key string) (l LoadedReservation, ok bool, err error)
	// ReceivableOf gives the customer of a receivable by its identity.
	ReceivableOf(ctx context.Context, source, documentNo string) (customerID uuid.UUID, ok bool, err error)
	// SaveReservation moves a reservation and the account's reserved sum; ErrStale
	// when either is no longer as loaded.
	SaveReservation(ctx context.Context, c Change) error
	// Expire ends open reservations whose time is over at now, at most limit of
	// them, and says how many and whose.
	Expire(ctx context.Context, now time.Time, limit int, actor access.Actor) (n int, customers []uuid.UUID, err error)

	// ForgetKeys drops remembered commands by id; SweepKeys the ones from at or before a
	// time, at most limit of them.
	ForgetKeys(ctx context.Context, ids []string) error
	SweepKeys(ctx context.Context, before time.Time, limit int) (int, error)
}

// Archive reads what was decided, and keeps the policy's versions.
type Archive interface {
	// Reservation gives a reservation; ownedBy, unless Nil, hides those of
	// customers of another salesperson.
	Reservation(ctx context.Context, id, ownedBy uuid.UUID) (r Reservation, ok bool, err error)
	// Decisions gives a page, newest first, and the number of all.
	Decisions(ctx context.Context, f DecisionFilter) (page []Decision, total int64, err error)
	// Policy gives the version in force; ok is false while there is none.
	Policy(ctx context.Context) (p Policy, ok bool, err error)
	// AddPolicy stores the version after p.Version, or ErrPolicyVersion when there
	// is a later one.
	AddPolicy(ctx context.Context, p Policy, by uuid.UUID) error
}

// Group is the commands about one customer.
type Group struct {
	Customer Selector
	Asks     []Ask
}

// Ask is what one command needs to know besides the customer.
type Ask struct {
	Key     string // row id of its idempotency key, empty without one
	OrderNo string
	Project ProjectSelector
}

// ProjectSelector names a project of the customer in one of two ways, or none.
type ProjectSelector struct {
	ID     uuid.UUID
	Number string
}

// Named says whether there is one.
func (p ProjectSelector) Named() bool { return p != ProjectSelector{} }

// Found is the answer to an Ask.
type Found struct {
	Remembered *Remembered
	InFlight   bool      // another transaction works on the same key
	LiveID     uuid.UUID // live reservation of the order
	LiveHeld   money.Amount
	LiveOf     uuid.UUID     // whose it is
	Counted    money.Amount  // of the order in the customer's account, as a source told of it before anybody reserved
	HoldID     uuid.UUID     // of the order, while it waits or is released
	HoldOf     uuid.UUID     // whose it is
	Waits      bool          // the order waits in the queue
	Release    *ReleaseFacts // granted for the order
	Stopped    bool          // the customer's deliveries are stopped, or those to the project of the Ask
	StopReason string
	StoppedOn  calendar.Date // first day of the earliest of those stops
	PouredOn   calendar.Date // latest day on which something of the reserved order was delivered
	Project    *FoundProject // nil when there is no such project
}

// FoundProject is the project of an Ask. Facts are nil while it has no account.
type FoundProject struct {
	ID          uuid.UUID
	Checkpoints string // inherit, order, dispatch, both
	Facts       *ProjectFacts
	Counted     money.Amount // of the order in the project's account
}

// Remembered is the stored answer to a command.
type Remembered struct {
	Hash []byte
	Body []byte
	At   time.Time
}

// Loaded is what Load gives of one customer.
type Loaded struct {
	OK             bool
	Account        exposure.Account
	Name           string
	Active         bool
	SettlesAdvance bool
	SalespersonID  uuid.UUID
	FrozenAt       time.Time // zero where his credit is not frozen
	Policy         Policy
	Negative       *Negative // nil when not on the list
	GroupPolicy    int64     // version, 0 for the preset
	NegativeAction Outcome   // for a listing of that severity
	Related        *RelatedFacts
	SharedLimit    uuid.UUID // that holds him together with others; Nil for none
	GroupCap       uuid.UUID // of HQ, that his company is under; Nil for none
	Found          []Found   // one for each Ask
}

// Negative is the listing of a company that counts: of those in force the most
// severe, and of such the earliest.
type Negative struct {
	ReasonCode, ReasonText string
	Severity               string
	Limits                 LimitEffect   // what HQ's policy makes of his limits
	ExemptUntil            calendar.Date // HQ lets this tenant supply it to that day; zero for no exemption
}

// PoolIDs names pools of both kinds.
type PoolIDs struct{ Shared, Caps []uuid.UUID }

// Locking is how pools are read.
type Locking int

// The ways: only to tell, to decide without waiting, and to decide.
const (
	Unlocked Locking = iota
	LockAtOnce
	LockWaiting
)

// Key is a command's row id and hash.
type Key struct {
	ID   string
	Hash [32]byte
}

// Record is one decision to be stored.
type Record struct {
	Decision
	Facts   json.RawMessage // of the decision, as JSON
	Reasons json.RawMessage
	Actor   access.Actor
	Key     *Key   // nil without an idempotency key
	Body    []byte // what a repeat is answered with: the decision as JSON
}

// Move is what the new reservations of a batch do to one account.
type Move struct {
	CustomerID uuid.UUID
	Version    int64        // of the account, as loaded
	Held       money.Amount // by the new reservations together
	Overrun    bool         // policy let an order go over the limit, so the guard must
}

// ProjectMove is what the new reservations of a batch do to a project's account.
type ProjectMove struct {
	ProjectID uuid.UUID
	Held      money.Amount
	Overrun   bool
}

// Taken is an order that a source told of and that counts by its reservation now.
type Taken struct {
	CustomerID uuid.UUID
	OrderNo    string
	Amount     money.Amount // that counted until now
}

// Queued is an order that is to wait for a person.
type Queued struct {
	HoldID uuid.UUID // of a new row; an order that waits already keeps its own
	Record int       // in Batch.Records
}

// Passed is a held order that goes on: cleared, or under its release.
type Passed struct {
	HoldID    uuid.UUID
	ReleaseID uuid.UUID // Nil for one that is cleared
	Amount    money.Amount
	Volume    volume.M3
}

// Batch is the decisions of one transaction.
type Batch struct {
	At       time.Time
	Moves    []Move // one for each customer with a new reservation
	Projects []ProjectMove
	Records  []Record
	Queued   []Queued
	Passed   []Passed
	Taken    []Taken
}

// LoadedReservation is what LoadReservation gives.
type LoadedReservation struct {
	Reservation
	SalespersonID  uuid.UUID
	AccountVersion int64
	Found          Found
}

// Change moves one reservation.
type Change struct {
	Before, After  Reservation
	AccountVersion int64
	Action         string // of the audit row: reservation.committed
	Note           string // why, from the client; empty without
	Actor          access.Actor
	Key            *Key
	Body           []byte
}

// DecisionFilter narrows a list of decisions.
type DecisionFilter struct {
	CustomerID uuid.UUID // Nil for all
	OwnedBy    uuid.UUID // Nil for all: the salesperson who sees his customers only
	Outcome    Outcome   // empty for all
	Limit      int
	Offset     int
}
