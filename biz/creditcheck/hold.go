package creditcheck

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/volume"
)

// HoldStatus is where a held order stands.
type HoldStatus string

// The statuses. A released order can go on within its release; a cleared one has
// gone on because nothing stops it any more.
const (
	HoldWaits     HoldStatus = "held"
	HoldReleased  HoldStatus = "released"
	HoldCleared   HoldStatus = "cleared"
	HoldCancelled HoldStatus = "cancelled"
)

// OrderHold is an order that a check has stopped for a person to look at. Its
// owner is the customer's salesperson.
type OrderHold struct {
	ID             uuid.UUID
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Salesperson    *party.Person
	ProjectID      uuid.UUID // Nil where the order names no project with a limit of its own
	ProjectName    string
	OrderNo        string
	Amount         money.Amount
	Volume         volume.M3
	Checkpoint     Checkpoint
	Reasons        []Reason
	Status         HoldStatus
	HeldAt         time.Time
	ClosedAt       *time.Time
	ClosingNote    string
	Release        *OrderRelease // the last one asked for
}

// Releasable lists the reasons that stop the order, when a release can cover all
// of them; nothing otherwise, for then it has to be lifted elsewhere.
func (h OrderHold) Releasable() (codes []Code) {
	for _, r := range h.Reasons {
		if !r.Action.StricterThan(Warn) {
			continue
		}
		if !releasable(r.Code) {
			return nil
		}
		codes = append(codes, r.Code)
	}
	return codes
}

func releasable(c Code) bool {
	for _, x := range Releasable {
		if x == c {
			return true
		}
	}
	return false
}

// ReleaseStatus is where a release stands.
type ReleaseStatus string

// The statuses.
const (
	ReleaseSubmitted ReleaseStatus = "submitted"
	ReleaseGranted   ReleaseStatus = "granted"
	ReleaseRejected  ReleaseStatus = "rejected"
	ReleaseReturned  ReleaseStatus = "returned" // to who asked for it; he asks anew
	ReleaseWithdrawn ReleaseStatus = "withdrawn"
)

// OrderRelease is a one-time release of a held order: who asked, who agreed, and
// its bounds. It is carried to dispatch by the order's number.
type OrderRelease struct {
	ID         uuid.UUID
	HoldID     uuid.UUID
	CustomerID uuid.UUID
	OrderNo    string
	Codes      []Code
	Amount     money.Amount
	Volume     volume.M3 // 0: not bounded by volume
	EndsOn     calendar.Date
	Reason     string
	Status     ReleaseStatus
	AskedBy    party.Person
	AskedAt    time.Time
	AgreedBy   *party.Person
	AgreedAt   *time.Time
	UsedAmount money.Amount
}

// Faults of held orders.
var (
	ErrNoHold        = fault.NotFound("HOLD_NOT_FOUND", "there is no such held order")
	ErrHoldClosed    = fault.Conflict("HOLD_CLOSED", "the order does not wait any more; load the queue again")
	ErrNotReleasable = fault.Conflict("NOT_RELEASABLE", "what stops the order concerns the customer himself; have the freeze lifted, the listing removed or the customer activated")
	ErrAsked         = fault.Conflict("RELEASE_ALREADY_ASKED", "a release of this order is in approval already")
	ErrNoAuthority   = fault.Forbidden("RELEASE_BEYOND_AUTHORITY", "your authority does not reach this release; ask somebody with a higher one")
	ErrReleaseOver   = fault.Conflict("RELEASE_PERIOD_OVER", "the last day of this release is over; reject it and have a new one asked for")
)

// HoldQuery selects a page of held orders, the oldest first.
type HoldQuery struct {
	Status     HoldStatus // empty for all
	CustomerID uuid.UUID  // Nil for all
	Search     string     // part of the order's number, or of the customer's name or number
	OwnedBy    uuid.UUID  // Nil for all
	paging.Window
}

// HoldStore keeps held orders and releases; its methods work in the transaction
// of ctx.
type HoldStore interface {
	Holds(ctx context.Context, q HoldQuery) ([]OrderHold, int64, error)
	// LockHold reads one and holds it; ErrNoHold, also for one of another
	// salesperson's customer.
	LockHold(ctx context.Context, id, ownedBy uuid.UUID) (OrderHold, error)
	// CancelHold closes one that waits or is released.
	CancelHold(ctx context.Context, id uuid.UUID, note string, at time.Time) error
	// AskRelease stores a release; ErrAsked.
	AskRelease(ctx context.Context, r OrderRelease) error
	// LockRelease reads a release and holds it; ErrNoHold.
	LockRelease(ctx context.Context, id uuid.UUID) (OrderRelease, error)
	// EndRelease stores the decision; a granted release goes to its order.
	EndRelease(ctx context.Context, r OrderRelease, at time.Time) error
	// Waiting lists what waits, the oldest first, at most most: of the customers,
	// or of all when none is named.
	Waiting(ctx context.Context, customers []uuid.UUID, most int) ([]OrderHold, error)
}
