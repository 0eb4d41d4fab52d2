// Package limit owns what a customer is granted: versions of his standing limit
// and temporary limits (000-63, 64; rulings 2, 3 and 14).
//
// It does not own what he uses of it, nor what an order check makes of both
// (biz/exposure, biz/creditcheck); whenever a limit changes here, the credit
// account is recomputed in the same transaction.
//
// Life: a standing limit is effective from the moment the rating behind it is,
// and lapses when the next one comes. A temporary limit is submitted, decided by
// a second person, effective, and ends by itself after its last day. Rows are
// only ever added, decided or lapsed.
//
// Dates: StartsOn and EndsOn are business dates of the tenant, both inclusive.
package limit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Class tells standing from temporary limits.
type Class string

// The classes.
const (
	ClassStanding  Class = "standing"
	ClassTemporary Class = "temporary"
)

// Mode says how a temporary limit acts on the standing one (ruling 3).
type Mode string

// The modes; add is the preset.
const (
	ModeAdd     Mode = "add"
	ModeReplace Mode = "replace"
)

// Status is where a limit stands.
type Status string

// The statuses. A temporary limit past its last day is answered as lapsed,
// whatever is stored: no nightly run is needed for a right answer.
const (
	StatusSubmitted Status = "submitted"
	StatusEffective Status = "effective"
	StatusLapsed    Status = "lapsed"
	StatusRejected  Status = "rejected"
	StatusWithdrawn Status = "withdrawn"
)

// Limit is one version of a standing limit, or one temporary limit. Amount is in
// fen and counts only for kind amount.
type Limit struct {
	ID          uuid.UUID
	CustomerID  uuid.UUID
	Class       Class
	Kind        exposure.LimitKind
	Mode        Mode
	Amount      money.Amount
	StartsOn    calendar.Date
	EndsOn      calendar.Date // zero for a standing limit: until the next version
	Reason      string
	RatingID    *uuid.UUID // the rating that gave a standing limit
	Status      Status
	CreatedAt   time.Time
	CreatedBy   *party.Person
	EffectiveAt *time.Time
	LapsedAt    *time.Time
	Version     int64
}

// On gives the limit as it is on the business date.
func (l Limit) On(today calendar.Date) Limit {
	if l.Status == StatusEffective && !l.EndsOn.IsZero() && l.EndsOn < today {
		l.Status = StatusLapsed
	}
	return l
}

// Faults of limits.
var (
	ErrNotFound   = fault.NotFound("LIMIT_NOT_FOUND", "there is no such limit")
	ErrPeriodOver = fault.Conflict("LIMIT_PERIOD_OVER", "the period of this temporary limit is over; reject it and have a new one applied for")
	ErrState      = fault.Conflict("LIMIT_STATE_CHANGED", "the limit is no longer in approval; load it again")
)

// Repository keeps limits; its methods run inside a unit of work.
type Repository interface {
	// OfCustomer lists all limits of a customer, newest first.
	OfCustomer(ctx context.Context, customerID uuid.UUID) ([]Limit, error)
	// Lock reads one and holds it; ErrNotFound.
	Lock(ctx context.Context, id uuid.UUID) (Limit, error)
	// LockStanding reads the effective standing limit and holds it; nil without one.
	LockStanding(ctx context.Context, customerID uuid.UUID) (*Limit, error)
	Insert(ctx context.Context, l Limit) error
	// SetStatus stores status, both times and the version.
	SetStatus(ctx context.Context, l Limit) error
}
