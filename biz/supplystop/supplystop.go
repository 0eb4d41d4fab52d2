// Package supplystop stops deliveries to a customer who does not pay, in steps that
// are proved (beyond.md 5): prepared → notified → stopped → acknowledged by the plant
// → resumed. Before it is stopped it can be cancelled; resuming is approved.
//
// It owns the steps, who may take them, their deadline and evidence. While a stop is
// in force the order check (biz/creditcheck) blocks every order of the customer, or of
// the project that it is for, whatever his credit.
package supplystop

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// State of a stop.
type State string

// The states.
const (
	StatePrepared     State = "prepared"
	StateNotified     State = "notified"
	StateStopped      State = "stopped"
	StateAcknowledged State = "acknowledged"
	StateResumed      State = "resumed"
	StateCancelled    State = "cancelled"
)

// InForce says whether deliveries are stopped.
func (s State) InForce() bool { return s == StateStopped || s == StateAcknowledged }

// steps says which states follow; resumed is reached by approval alone.
var steps = map[State][]State{
	StatePrepared:     {StateNotified, StateCancelled},
	StateNotified:     {StateStopped, StateCancelled},
	StateStopped:      {StateAcknowledged, StateResumed},
	StateAcknowledged: {StateResumed},
}

// Deadlines are how many days the next step may take: until the customer is notified,
// until deliveries stop, until the plant has acknowledged.
type Deadlines struct{ Prepared, Notified, Stopped int }

// PresetDeadlines hold until the tenant sets its own.
var PresetDeadlines = Deadlines{Prepared: 2, Notified: 3, Stopped: 1}

// after is how many days the step after a state may take; 0 for no deadline.
func (d Deadlines) after(s State) int {
	return map[State]int{StatePrepared: d.Prepared, StateNotified: d.Notified, StateStopped: d.Stopped}[s]
}

// Stop is one stop of deliveries.
type Stop struct {
	ID            uuid.UUID
	CustomerID    uuid.UUID
	ProjectID     *uuid.UUID // nil: all deliveries to the customer
	AgreementID   *uuid.UUID // that reached its stage; nil when somebody prepared it
	State         State
	Reason        string
	OverdueDays   int // when it was prepared
	OverdueAmount money.Amount
	Owner         *party.Person // who sees to the next step
	DueOn         calendar.Date // of the next step
	StoppedOn     calendar.Date
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Version       int64

	CustomerNumber, CustomerName, ProjectName string
	Breaches                                  int64 // tickets in spite of it
	Events                                    []Event
}

// Event is one step of a stop.
type Event struct {
	ID                 uuid.UUID
	StopID             uuid.UUID
	State              State
	Note               string
	EvidenceDocumentID *uuid.UUID
	EvidenceFileName   string
	PersonID           *uuid.UUID
	ActorName          string
	CreatedAt          time.Time
}

// Proves says whether a step of the stop names the file.
func (s Stop) Proves(documentID uuid.UUID) bool {
	return slices.ContainsFunc(s.Events, func(e Event) bool { return e.EvidenceDocumentID != nil && *e.EvidenceDocumentID == documentID })
}

// Faults of supply stops.
var (
	ErrNotFound = fault.NotFound("SUPPLY_STOP_NOT_FOUND", "there is no such supply stop")
	ErrProject  = fault.NotFound("PROJECT_NOT_FOUND", "the customer has no such project")
	ErrOpen     = fault.Conflict("SUPPLY_STOP_OPEN", "a supply stop of this customer or project is under way already")
	ErrStep     = fault.Conflict("SUPPLY_STOP_STEP", "this step does not follow the state the stop is in; load it again")
	ErrVersion  = fault.Conflict("VERSION_CONFLICT", "the supply stop was changed meanwhile; load it again")
	ErrEvidence = fault.NotFound("DOCUMENT_NOT_FOUND", "there is no such file of this customer")
)

// Query selects stops.
type Query struct {
	OnlyOf     *uuid.UUID
	CustomerID *uuid.UUID
	Open       bool // only those under way
	State      State
	paging.Window
}

// Repository keeps stops; its methods run inside a unit of work.
type Repository interface {
	// Insert stores a stop; ErrOpen when one is under way. With quiet it says so by
	// inserted and leaves the transaction usable.
	Insert(ctx context.Context, s Stop) (inserted bool, err error)
	// Project says whether the customer has the project.
	Project(ctx context.Context, customerID, projectID uuid.UUID) error
	// Lock reads one and holds it; ErrNotFound also for a customer out of sight.
	Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Stop, error)
	Save(ctx context.Context, s Stop) error
	AddEvent(ctx context.Context, e Event) error
	// Owner gives who is responsible for a customer; nil for nobody.
	Owner(ctx context.Context, customerID uuid.UUID) (*party.Person, error)
	// Evidence says whether the document is one of the customer's; ErrEvidence.
	Evidence(ctx context.Context, customerID, documentID uuid.UUID) error
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Stop, error)
	List(ctx context.Context, q Query) ([]Stop, int64, error)
	// Late gives the stops under way whose deadline was before the day, by its date.
	Late(ctx context.Context, on calendar.Date) (map[calendar.Date][]uuid.UUID, error)
	// Breaches gives a page of tickets that left in spite of a stop, latest first.
	Breaches(ctx context.Context, q BreachQuery) (Breaches, error)
}
