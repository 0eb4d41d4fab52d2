// Package followup owns the question why a customer is over his limit or overdue,
// and what happens next (000-74 to 76), and the pauses of dunning.
//
// The daily run asks: one follow-up is open per customer and trigger. The
// salesperson answers within the subsidiary's days with a reason and one of the six
// next actions; the answer goes through the approval engine. What was not agreed
// comes back to him. An agreed answer holds until its day: when what it was about
// has not ended by then, it is asked anew, and the earlier answers stay to be seen.
//
// A promise (the action collection) is kept when the customer's receipts from the
// day of the answer through the promised day reach the promised amount, and broken
// when they have not reached it after that day. Nobody types that in. A receipt that
// is booked late, of a day within, still makes it kept.
//
// Life: open → submitted → agreed → closed; open ← submitted when it is rejected,
// returned or withdrawn.
//
// It does not own limits, stops of supply or receipts: an agreed action says what
// is to be done, and is done there.
package followup

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Trigger is what a follow-up is about.
type Trigger string

// The triggers.
const (
	OverLimit Trigger = "over_limit" // the exposure exceeds the limit
	Overdue   Trigger = "overdue"    // beyond the subsidiary's tolerance
)

// Status is where a follow-up stands.
type Status string

// The statuses.
const (
	Open      Status = "open"      // waits for the salesperson
	Submitted Status = "submitted" // in approval
	Agreed    Status = "agreed"    // holds until the day of its action
	Closed    Status = "closed"
)

// Action is what happens next (000-75).
type Action string

// The actions.
const (
	NoAction        Action = "none" // not answered yet
	Collection      Action = "collection"
	LimitAdjustment Action = "limit_adjustment"
	TemporaryLimit  Action = "temporary_limit"
	StopPreparation Action = "stop_preparation"
	FormalStop      Action = "formal_stop"
	Other           Action = "other"
)

// Promise is what became of a promise.
type Promise string

// The promises.
const (
	NoPromise Promise = "none"
	Waiting   Promise = "waiting"
	Kept      Promise = "kept"
	Broken    Promise = "broken"
)

// Why a follow-up is closed.
const (
	OutcomeCleared = "cleared"        // what it was about has ended
	OutcomeKept    = "promise_kept"   // and yet something is left to ask about
	OutcomeBroken  = "promise_broken" // asked anew
	OutcomeDone    = "action_done"    // the action was taken, and yet something is left to ask about
	OutcomeLapsed  = "plan_lapsed"    // the action's day has passed, and nothing has ended
)

// Act is what became of an agreed action other than a promise.
type Act string

// The acts. What is agreed leads to the page where it is done; that it was is seen
// from what was submitted there since the answer.
const (
	NoAct   Act = ""
	ToDo    Act = "waiting"
	ActDone Act = "done"
	Missed  Act = "missed" // its day has passed
)

// tracked are the actions of which the system sees that they were taken.
var tracked = []Action{LimitAdjustment, TemporaryLimit, StopPreparation, FormalStop}

// Act says what became of the action.
func (f FollowUp) Act(today calendar.Date) Act {
	agreed := f.Status == Agreed || f.Status == Closed && (f.Outcome == OutcomeDone || f.Outcome == OutcomeLapsed)
	switch {
	case !slices.Contains(tracked, f.Action) || !agreed:
		return NoAct
	case f.Acted || f.Outcome == OutcomeDone:
		return ActDone
	case f.Status == Closed || f.Plan.DueOn < today:
		return Missed
	}
	return ToDo
}

// Plan is the fields of an action. What an action does not use is zero.
type Plan struct {
	Amount   money.Amount  `json:"amount,string"`       // promised, or of the limit that is asked for; fen
	StartsOn calendar.Date `json:"starts_on,omitempty"` // of a temporary limit
	DueOn    calendar.Date `json:"due_on"`              // the day by which it has happened
	Note     string        `json:"note,omitempty"`      // what will be done
}

// FollowUp is one follow-up. Amounts are fen.
type FollowUp struct {
	ID             uuid.UUID
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Salesperson    string
	Trigger        Trigger
	Amount         money.Amount // over the limit, or overdue, as last seen: the value at risk
	OpenedOn       calendar.Date
	Deadline       calendar.Date
	Status         Status
	Reason         string
	Action         Action
	Plan           Plan
	PromiseFrom    calendar.Date // receipts count from this day on
	Promise        Promise
	Received       money.Amount // of a promise, so far
	Acted          bool         // the limit was asked for, the stop prepared or made, since the answer
	SubmittedBy    string
	SubmitterID    *uuid.UUID
	SubmittedAt    *time.Time
	Comment        string // of him who did not agree
	ClosedOn       calendar.Date
	Outcome        string
	PausedUntil    calendar.Date // dunning of the customer is paused; zero when it is not
	Version        int64
}

// Item is an overdue item of the customer.
type Item struct {
	ID         uuid.UUID
	DocumentNo string
	DueDate    calendar.Date
	Open       money.Amount
	Disputed   bool
}

// Detail is a follow-up with what it is about and what was said before.
type Detail struct {
	FollowUp
	Items   []Item     // overdue, the oldest first, at most MostItems
	Earlier []FollowUp // answered ones of the same customer, newest first
	Today   calendar.Date
}

// MostItems and MostEarlier bound a detail.
const (
	MostItems   = 100
	MostEarlier = 20
)

// Query selects follow-ups, the highest value at risk first.
type Query struct {
	View       string // open, late, submitted, agreed, closed; live for all but closed; all
	Trigger    Trigger
	CustomerID uuid.UUID
	Text       string
	OnlyOf     *uuid.UUID
	Today      calendar.Date
	paging.Window
}

// Views lists them.
var Views = []string{"live", "open", "late", "submitted", "agreed", "closed", "all"}

// Page is a part of the worklist; AtRisk is of all rows of the view, each customer
// with his highest amount once.
type Page struct {
	FollowUps []FollowUp
	Total     int64
	AtRisk    money.Amount
}

// Pause suspends dunning of a customer, from its first through its last day.
type Pause struct {
	ID             uuid.UUID
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Reason         string
	StartsOn       calendar.Date
	EndsOn         calendar.Date
	CreatedBy      string
	CreatedAt      time.Time
	EndedBy        string
	EndedAt        *time.Time // when it was ended before its time
}

// Faults.
var (
	ErrNotFound      = fault.NotFound("FOLLOW_UP_NOT_FOUND", "there is no such follow-up, or it is not yours to see")
	ErrNotOpen       = fault.Conflict("FOLLOW_UP_NOT_OPEN", "this follow-up does not wait for an answer; load it again")
	ErrVersion       = fault.Conflict("VERSION_CONFLICT", "the follow-up was changed meanwhile; load it again")
	ErrPauseNotFound = fault.NotFound("DUNNING_PAUSE_NOT_FOUND", "there is no such pause of dunning")
	ErrPaused        = fault.Conflict("DUNNING_PAUSED", "dunning of this customer is paused in that time already; end that pause first")
	ErrPauseOver     = fault.Conflict("DUNNING_PAUSE_OVER", "this pause is over already")
)
