// Package limit owns what a customer, or one of his projects, is granted: versions
// of the standing limit and temporary limits (000-63, 64; rulings 2, 3, 4 and 14),
// and the freezing of a customer's credit (ruling 8).
//
// It does not own what he uses of it, nor what an order check makes of both
// (biz/exposure, biz/creditcheck); whenever a limit changes here, the credit
// account is recomputed in the same transaction.
//
// Life: a standing limit comes with a rating, or by an adjustment that a second
// person has approved. From its first day on, the version approved last is the
// only one: versions that would begin later never do, the one in force ends the
// day before. A standing limit past its own last day leaves the customer with
// none. A temporary limit is submitted, decided by a second person, effective,
// and ends by itself after its last day; a renewal is a new application. Rows are
// only ever added, decided or lapsed; the database holds their terms.
//
// A project is bound by its own limit beside the customer's (ruling 4). Its first
// limit starts that; from then on a missing one is none. Kind unlimited leaves a
// project to the customer's limit alone.
//
// Dates: StartsOn and EndsOn are business dates of the tenant, both inclusive;
// SupersededOn is the first day of the version that took over.
//
// Lock order: the limits of a customer, then his account (biz/exposure).
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
	StatusReturned  Status = "returned" // to who asked for it; he asks anew
	StatusWithdrawn Status = "withdrawn"
)

// Limit is one version of a standing limit, or one temporary limit. Amount is in
// fen and counts only for kind amount.
type Limit struct {
	ID           uuid.UUID
	CustomerID   uuid.UUID
	Project      *Project // nil: of the customer himself
	BatchID      *uuid.UUID
	Class        Class
	Kind         exposure.LimitKind
	Mode         Mode
	Amount       money.Amount
	StartsOn     calendar.Date
	EndsOn       calendar.Date // zero for a standing limit that goes on until the next version
	SupersededOn calendar.Date // zero while no later version has taken over
	Reason       string
	RatingID     *uuid.UUID // the rating that gave a standing limit
	Status       Status
	CreatedAt    time.Time
	CreatedBy    *party.Person
	EffectiveAt  *time.Time
	LapsedAt     *time.Time
	Version      int64
	Upcoming     bool // set by On: approved, and begins later
}

// Project names a project in a limit.
type Project struct {
	ID           uuid.UUID
	Number, Name string
}

// LastDay is the last business date on which the limit counts; zero without one.
func (l Limit) LastDay() calendar.Date {
	switch {
	case l.SupersededOn.IsZero():
		return l.EndsOn
	case l.EndsOn.IsZero():
		return l.SupersededOn - 1
	}
	return min(l.EndsOn, l.SupersededOn-1)
}

// On gives the limit as it is on the business date.
func (l Limit) On(today calendar.Date) Limit {
	if last := l.LastDay(); l.Status == StatusEffective && !last.IsZero() && last < today {
		l.Status = StatusLapsed
	}
	l.Upcoming = l.Status == StatusEffective && l.StartsOn > today
	return l
}

func (l Limit) projectID() *uuid.UUID {
	if l.Project == nil {
		return nil
	}
	return &l.Project.ID
}

// Faults of limits.
var (
	ErrNotFound   = fault.NotFound("LIMIT_NOT_FOUND", "there is no such limit")
	ErrPeriodOver = fault.Conflict("LIMIT_PERIOD_OVER", "the period of this temporary limit is over; reject it and have a new one applied for")
	ErrState      = fault.Conflict("LIMIT_STATE_CHANGED", "the limit is no longer in approval; load it again")
	ErrPending    = fault.Conflict("LIMIT_ADJUSTMENT_PENDING", "an adjustment of this limit is in approval already; have it decided or withdraw it first")
	ErrNoProject  = fault.NotFound("PROJECT_NOT_FOUND", "the customer has no such project")
	ErrNoBase     = fault.Conflict("PROJECT_WITHOUT_LIMIT", "the project has no limit of its own that a temporary one could change; apply for the customer's, or give the project a limit first")
	ErrEnded      = fault.Conflict("LIMIT_NOT_IN_FORCE", "this temporary limit is not in force any more, or not yet approved; load the limits again")
	ErrTooMany    = fault.New(fault.KindInvalid, "TOO_MANY_CUSTOMERS", "the filter finds too many customers for one proposal; narrow it")
	ErrNobody     = fault.New(fault.KindInvalid, "NOBODY_TO_CHANGE", "the proposal changes no customer's limit; look at the reasons in the preview")
	ErrMoved      = fault.Conflict("PROPOSAL_CHANGED", "customers have changed since the preview; look at it again and submit then")
)

// Repository keeps limits; its methods run inside a unit of work.
type Repository interface {
	// OfCustomer lists all limits of a customer, newest first.
	OfCustomer(ctx context.Context, customerID uuid.UUID) ([]Limit, error)
	// Lock reads one and holds it; ErrNotFound.
	Lock(ctx context.Context, id uuid.UUID) (Limit, error)
	// LockStanding reads the effective standing versions of a customer, or of his
	// project, the oldest first, and holds them.
	LockStanding(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID) ([]Limit, error)
	// Insert stores one; ErrPending when an adjustment of the same limit waits.
	Insert(ctx context.Context, l Limit) error
	// SetStatus stores status, the day of the successor, both times and the version.
	SetStatus(ctx context.Context, l Limit) error
	// Project gives a project of the customer; ErrNoProject.
	Project(ctx context.Context, customerID, projectID uuid.UUID) (Project, error)
	// ProjectAccount gives the figures of a project with a limit of its own.
	ProjectAccount(ctx context.Context, projectID uuid.UUID) (ProjectFigures, bool, error)
	// Ceiling gives how much the customer may be granted at all.
	Ceiling(ctx context.Context, customerID uuid.UUID) (Ceiling, error)
	// Temporaries counts the temporary limits applied for since, rejected and
	// withdrawn ones left out.
	Temporaries(ctx context.Context, customerID uuid.UUID, since time.Time) (int, error)
	// Candidates gives the customers of a filter, by number, at most most of them;
	// onlyOf, unless nil, leaves out those of other salespeople.
	Candidates(ctx context.Context, f Filter, onlyOf *uuid.UUID, today calendar.Date, most int) ([]Candidate, error)
	// InsertBatch stores a batch with its limits.
	InsertBatch(ctx context.Context, b Batch, ls []Limit) error
	// LockBatch reads the limits of a batch and holds them.
	LockBatch(ctx context.Context, id uuid.UUID) ([]Limit, error)
	// EffectBatch puts the submitted limits of a batch into force from today on, in
	// place of those before; CloseBatch ends them otherwise.
	EffectBatch(ctx context.Context, id uuid.UUID, today calendar.Date, now time.Time) error
	CloseBatch(ctx context.Context, id uuid.UUID, to Status, now time.Time) error
}

// ProjectFigures are the account of a project with a limit of its own, in fen.
type ProjectFigures struct {
	Kind       exposure.LimitKind
	Limit      money.Amount // standing with active temporary limits
	Receivable money.Amount
	Reserved   money.Amount
}

// Headroom is what the project's own limit still leaves; negative when over, and
// without meaning for kind unlimited.
func (f ProjectFigures) Headroom() money.Amount { return f.Limit - f.Receivable - f.Reserved }
