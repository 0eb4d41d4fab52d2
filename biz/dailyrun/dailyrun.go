// Package dailyrun does once a business date what a calendar day brings: figures
// that age, stages that are reached, reminders that fall due.
//
// It owns when the steps run, in which order, and what is known of each: a row per
// date, run and step. It does not own what a step does; whoever has something to do
// daily registers a Step in the wiring.
//
// Promises. The date is the tenant's business date in his own time zone (ruling 19).
// Dates come in order: what was missed while nothing ran is made up for, oldest
// first, and a later date waits for an earlier one. A step that is done is not done
// again in its run; one that was cut off by a kill is taken over when its claim ends.
// A step that fails does not keep the others from running; it is tried again for
// some hours, then the run is closed as failed and the next date begins. A further
// run of the same date has the next number. So a step is idempotent per date, and
// touches only what crosses a boundary on it.
//
// Claims and retries count by the database's clock, so that processes whose clocks
// differ agree; business dates come from the injected clock.
package dailyrun

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// Step is one job of a run. Run is called with the tenant bound and the system
// acting, outside of a transaction; on is the business date that is worked on,
// which lies in the past when a run is made up for.
type Step struct {
	Name string // stable, snake case: it is stored and names the step's text
	Run  func(ctx context.Context, on calendar.Date) error
}

// State is where a run or a step stands.
type State string

// The states. A run is never pending, and failed only when a step was given up.
const (
	StatePending State = "pending"
	StateRunning State = "running"
	StateDone    State = "done"
	StateFailed  State = "failed"
)

// Trigger says who started a run.
type Trigger string

// The triggers.
const (
	BySchedule Trigger = "schedule"
	ByPerson   Trigger = "person"
)

// Run is one run over a business date.
type Run struct {
	ID          uuid.UUID
	On          calendar.Date
	Number      int // from 1 within the date
	StartedBy   Trigger
	RequestedBy *party.Person
	State       State
	CreatedAt   time.Time
	FinishedAt  *time.Time
	Steps       []Progress
}

// Progress is what is known of one step of a run.
type Progress struct {
	ID         uuid.UUID
	Name       string
	State      State
	Attempts   int
	Touched    int64  // how many things it changed, as it says itself (Touched)
	Error      string // of the last attempt; safe to show
	RetryAt    *time.Time
	StartedAt  *time.Time
	FinishedAt *time.Time
}

// TopicDue asks a worker to go on with the tenant's runs; its payload is a Due.
const TopicDue event.Topic = "daily_run.due"

// Due names a run that somebody asked for; without one, the runs go on in order.
type Due struct {
	RunID uuid.UUID `json:"run_id"`
}

// Faults of the daily run.
var (
	ErrNotFound = fault.NotFound("DAILY_RUN_NOT_FOUND", "there is no such daily run")
	// ErrClock keeps a wrong clock from running dates that have not come yet.
	ErrClock = fault.Unavailable("CLOCK_DISAGREES", "this machine's clock and the database's differ too much; set the clock right")
)

// Claim is a step taken to be worked on.
type Claim struct {
	ID   uuid.UUID // of the claim
	Step uuid.UUID
	Name string
	Try  int // from 1
}

// Next says how a run can go on.
type Next struct {
	Claim *Claim // nil: nothing can be taken now
	// Over: no step is left to be tried. Failed: one of them was given up.
	Over, Failed bool
}

// Repository keeps runs; its methods run inside a unit of work.
type Repository interface {
	// Now is the database's clock.
	Now(ctx context.Context) (time.Time, error)
	// Lock makes the caller the only one who makes runs, until its transaction ends.
	Lock(ctx context.Context) error
	// Open gives the earliest run that is still running; nil without one. ready says
	// whether one of its steps can be taken now, or none is left.
	Open(ctx context.Context) (run *Run, ready bool, err error)
	// Missing lists, in order, the dates through today that no run has covered: those
	// after the last scheduled one, or today alone before the first.
	Missing(ctx context.Context, today calendar.Date, most int) ([]calendar.Date, error)
	// Create stores a run with the next number of its date, and its steps, all
	// pending. When the date has a run that is still running, it stores nothing and
	// gives that one.
	Create(ctx context.Context, r Run, steps []string) (Run, error)
	// Take claims the first step that can be worked on. A step waits while one before
	// it is being worked on, but not for the retry of a failed one.
	Take(ctx context.Context, runID uuid.UUID, lease time.Duration) (Next, error)
	// Renew prolongs a claim; false when somebody else has taken the step over.
	Renew(ctx context.Context, c Claim, lease time.Duration) (bool, error)
	// Finish ends a claim as done.
	Finish(ctx context.Context, c Claim, touched int64, at time.Time) error
	// Fail ends a claim as failed; without retryIn the step is given up.
	Fail(ctx context.Context, c Claim, message string, retryIn *time.Duration, at time.Time) error
	// Close ends a run that is over; closed is false when somebody else did.
	Close(ctx context.Context, runID uuid.UUID, s State, at time.Time) (closed bool, err error)
	Get(ctx context.Context, id uuid.UUID) (Run, error)
	// List gives runs, newest date first, with their steps.
	List(ctx context.Context, w paging.Window) ([]Run, int64, error)
}
