package exposure

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// FreezeSource says who froze an account.
type FreezeSource string

// The sources: somebody, or the tenant's rule on overdue days (ruling 8).
const (
	FreezeByPerson  FreezeSource = "person"
	FreezeByOverdue FreezeSource = "overdue"
)

// Freeze is one freeze of an account and, later, its lifting.
type Freeze struct {
	ID          uuid.UUID
	CustomerID  uuid.UUID
	Source      FreezeSource
	Reason      string
	OldestDueOn calendar.Date // what was overdue then; zero for nothing
	FrozenAt    time.Time
	FrozenBy    *party.Person // nil: the daily run
	LiftedAt    *time.Time    // nil while it lasts
	LiftedBy    *party.Person
	LiftReason  string
}

// Faults of freezing.
var (
	ErrFrozen    = fault.Conflict("ACCOUNT_ALREADY_FROZEN", "the customer's credit is frozen already")
	ErrNotFrozen = fault.Conflict("ACCOUNT_NOT_FROZEN", "the customer's credit is not frozen")
)

// Freezer freezes and unfreezes credit accounts, in the transaction of ctx, and
// keeps the record of it. TopicAccountChanged is published.
type Freezer interface {
	// Freeze begins a freeze; ErrFrozen, ErrNoAccount.
	Freeze(ctx context.Context, f Freeze) error
	// Unfreeze lifts the freeze that lasts and gives it back; ErrNotFrozen.
	Unfreeze(ctx context.Context, customerID uuid.UUID, by *party.Person, reason string, at time.Time) (Freeze, error)
	// FreezeOverdue freezes every account that is overdue for days or longer on the
	// business date, by more than tolerance. One that somebody has unfrozen stays so
	// until something else is the oldest overdue.
	FreezeOverdue(ctx context.Context, on calendar.Date, days int, tolerance money.Amount, at time.Time) ([]Freeze, error)
	// Freezes lists the freezes of a customer, newest first.
	Freezes(ctx context.Context, customerID uuid.UUID) ([]Freeze, error)
}
