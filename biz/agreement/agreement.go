// Package agreement is the credit agreement with a customer or one of his projects
// (000-56 to 62, ruling 1): at how many overdue days and how much overdue money the
// subsidiary writes a dunning letter, stops supply, has a lawyer write, sues.
//
// It owns versions, stages and the course of an agreement. It does not own the
// letter that a stage brings (biz/letter) or the stop of deliveries
// (biz/supplystop); it asks for them in the transaction of the move.
//
// Life: submitted → effective | rejected | withdrawn, then lapsed when the next
// version becomes effective, in the same transaction; the next one begins at the
// stage the last one had reached. The stage moves forward only, by the daily run and
// by each change of the customer's account; back only by a cure, which is approved.
//
// Overdue days count from the oldest due date that is past and not paid; the amount
// is what is past due, net of credit notes past theirs (biz/exposure).
package agreement

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// Stage is a step of pressure.
type Stage string

// The stages, mildest first.
const (
	StageNone          Stage = "none"
	StageDunningLetter Stage = "dunning_letter"
	StageStopSupply    Stage = "stop_supply"
	StageLawyerLetter  Stage = "lawyer_letter"
	StageLawsuit       Stage = "lawsuit"
)

// Stages lists what an agreement can have, in order.
var Stages = []Stage{StageDunningLetter, StageStopSupply, StageLawyerLetter, StageLawsuit}

func (s Stage) rank() int { return slices.Index(Stages, s) } // -1 for none

// Join says how days and amount of a trigger go together.
type Join string

// The joins; or is the preset (ruling 1).
const (
	JoinOr  Join = "or"
	JoinAnd Join = "and"
)

// Trigger is when a stage is reached. A condition of zero does not count; at least
// one is above zero.
type Trigger struct {
	Stage  Stage        `json:"stage"`
	Days   int          `json:"days"`          // overdue days, reached from this many on
	Amount money.Amount `json:"amount,string"` // fen overdue, reached from this much on
	Join   Join         `json:"join"`
}

// Figures are what triggers are held against.
type Figures struct {
	On     calendar.Date
	Days   int          // overdue, since the oldest due date
	Amount money.Amount // fen overdue
}

// Met says whether the figures reach the trigger. Nothing overdue reaches nothing.
func (t Trigger) Met(f Figures) bool {
	if f.Amount <= 0 {
		return false
	}
	days, amount := t.Days > 0 && f.Days >= t.Days, t.Amount > 0 && f.Amount >= t.Amount
	if t.Join == JoinAnd && t.Days > 0 && t.Amount > 0 {
		return days && amount
	}
	return days || amount
}

// Reached gives the furthest stage that the figures reach; StageNone without one.
func Reached(ts []Trigger, f Figures) Stage {
	for _, t := range slices.Backward(ts) {
		if t.Met(f) {
			return t.Stage
		}
	}
	return StageNone
}

// Next is where an agreement at stage now has to go: forward only.
func Next(now Stage, ts []Trigger, f Figures) (Stage, bool) {
	to := Reached(ts, f)
	return to, to.rank() > now.rank()
}

const (
	maxDays   = 3650
	maxAmount = money.Amount(1_000_000_000_000_000)
	maxReason = 500
)

// CheckTriggers gives the faults of the stages: in order, each at most once, and
// none easier to reach than the one before it.
func CheckTriggers(c *fault.Checks, field string, ts []Trigger) {
	c.Require(len(ts) > 0, field, "REQUIRED", "give at least one stage")
	before, days, amount := -1, 0, money.Amount(0)
	for i, t := range ts {
		at := fmt.Sprintf("%s[%d]", field, i)
		c.Require(t.Stage.rank() >= 0, at+".stage", "UNKNOWN", "the stages are dunning_letter, stop_supply, lawyer_letter and lawsuit")
		c.Require(t.Stage.rank() < 0 || t.Stage.rank() > before, at+".stage", "ORDER", "the stages come in order, each once")
		c.Require(t.Days >= 0 && t.Days <= maxDays, at+".days", "OUT_OF_RANGE", fmt.Sprintf("0 to %d days; 0 does not count", maxDays))
		c.Require(t.Amount >= 0 && t.Amount <= maxAmount, at+".amount", "OUT_OF_RANGE", "an amount of zero or more; 0 does not count")
		c.Require(t.Days > 0 || t.Amount > 0, at+".days", "REQUIRED", "give overdue days, an overdue amount or both")
		c.Require(t.Join == JoinOr || t.Join == JoinAnd, at+".join", "UNKNOWN", "days and amount go together by or, or by and")
		c.Require(t.Days <= 0 || t.Days >= days, at+".days", "NOT_MONOTONIC", fmt.Sprintf("a later stage needs at least the %d days of an earlier one", days))
		c.Require(t.Amount <= 0 || t.Amount >= amount, at+".amount", "NOT_MONOTONIC", "a later stage needs at least the amount of an earlier one")
		before, days, amount = max(before, t.Stage.rank()), max(days, t.Days), max(amount, t.Amount)
	}
}

// Preset is what a new agreement starts with before the tenant has chosen his own.
func Preset() []Trigger {
	return []Trigger{
		{Stage: StageDunningLetter, Days: 15, Join: JoinOr},
		{Stage: StageStopSupply, Days: 30, Join: JoinOr},
		{Stage: StageLawyerLetter, Days: 60, Join: JoinOr},
		{Stage: StageLawsuit, Days: 90, Join: JoinOr},
	}
}

func normal(ts []Trigger) []Trigger {
	out := slices.Clone(ts)
	for i := range out {
		out[i].Join = cmp.Or(out[i].Join, JoinOr)
	}
	return out
}

// Status is where a version stands.
type Status string

// The statuses.
const (
	StatusSubmitted Status = "submitted"
	StatusEffective Status = "effective"
	StatusLapsed    Status = "lapsed"
	StatusRejected  Status = "rejected"
	StatusReturned  Status = "returned" // to who submitted it; he submits anew
	StatusWithdrawn Status = "withdrawn"
)

// Agreement is one version.
type Agreement struct {
	ID          uuid.UUID
	CustomerID  uuid.UUID
	ProjectID   *uuid.UUID // nil: all the customer owes
	Number      int        // version, from 1
	Triggers    []Trigger
	Reason      string
	Status      Status
	Stage       Stage
	StageSince  calendar.Date
	CreatedAt   time.Time
	CreatedBy   *party.Person
	EffectiveAt *time.Time
	LapsedAt    *time.Time
	Version     int64

	// read with it
	CustomerNumber, CustomerName, ProjectName string
	Figures                                   Figures // as of today
}

// Cause says why a stage moved.
type Cause string

// The causes: the numbers; an approved cure; taken over by a new version.
const (
	CauseReached Cause = "reached"
	CauseCured   Cause = "cured"
	CauseCarried Cause = "carried"
)

// Event is one move of an agreement's stage.
type Event struct {
	ID          uuid.UUID
	AgreementID uuid.UUID
	CustomerID  uuid.UUID
	From, To    Stage
	Figures     Figures
	Cause       Cause
	Note        string
	LetterID    *uuid.UUID
	CreatedAt   time.Time
	HandledAt   *time.Time // nil: what the stage asks is still to be done
	HandledBy   *party.Person
}

// Faults of agreements.
var (
	ErrNotFound  = fault.NotFound("AGREEMENT_NOT_FOUND", "there is no such credit agreement")
	ErrEvent     = fault.NotFound("AGREEMENT_EVENT_NOT_FOUND", "there is no such step of an agreement")
	ErrProject   = fault.NotFound("PROJECT_NOT_FOUND", "the customer has no such project")
	ErrSubmitted = fault.Conflict("AGREEMENT_IN_APPROVAL", "a version of this agreement is in approval already; withdraw it first")
	ErrSame      = fault.Conflict("AGREEMENT_UNCHANGED", "this is the agreement in force; change a stage")
	ErrState     = fault.Conflict("AGREEMENT_STATE_CHANGED", "the agreement is no longer in the state that was shown; load it again")
	ErrForward   = fault.Conflict("AGREEMENT_CURE_FORWARD", "a cure leads back to an earlier stage")
	ErrStillMet  = fault.Conflict("AGREEMENT_STILL_MET", "what is overdue still reaches a later stage than the cure leads to; it would move forward again at once")
	ErrVersion   = fault.Conflict("VERSION_CONFLICT", "the agreement was changed meanwhile; load it again")
	ErrHandled   = fault.Conflict("ALREADY_HANDLED", "somebody has seen to this already")
)

// Query selects agreements.
type Query struct {
	OnlyOf     *uuid.UUID // salesperson whose customers alone are seen
	CustomerID *uuid.UUID
	ProjectID  *uuid.UUID
	Status     Status // empty: any
	Stage      Stage  // empty: any
	Q          string // in customer's or project's name or number
	paging.Window
}

// Repository keeps agreements; its methods run inside a unit of work.
type Repository interface {
	// Project says whether the customer has the project, and gives its name.
	Project(ctx context.Context, customerID, projectID uuid.UUID) (name string, err error)
	// Insert stores a submitted version with the next number; ErrSubmitted when one waits.
	Insert(ctx context.Context, a *Agreement) error
	// Lock reads one and holds it; ErrNotFound.
	Lock(ctx context.Context, id uuid.UUID) (Agreement, error)
	// LockEffective reads the version in force and holds it; nil without one.
	LockEffective(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID) (*Agreement, error)
	// SetStatus stores status, stage, times and version.
	SetStatus(ctx context.Context, a Agreement) error
	// Due locks and gives the agreements in force, with their figures on the date;
	// without customers those of the whole tenant.
	Due(ctx context.Context, on calendar.Date, customers []uuid.UUID) ([]Agreement, error)
	// Paused gives the customers whose dunning is paused on the date.
	Paused(ctx context.Context, on calendar.Date, customers []uuid.UUID) ([]uuid.UUID, error)
	// Figures gives the figures of a customer or of one of his projects.
	Figures(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID, on calendar.Date) (Figures, error)
	InsertEvent(ctx context.Context, e Event) error
	// SetHandled closes an event; ErrEvent, ErrHandled.
	SetHandled(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, by uuid.UUID, note string, at time.Time) (Event, error)
	// List and Get read with names and today's figures.
	List(ctx context.Context, q Query, today calendar.Date) ([]Agreement, int64, error)
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (Agreement, error)
	// Course gives the versions of the same customer or project, and the events of all
	// of them, newest first.
	Course(ctx context.Context, a Agreement) ([]Agreement, []Event, error)
	// Presets gives the tenant's own stages; ok is false before he has chosen any.
	Presets(ctx context.Context) (s Settings, ok bool, err error)
	SetPresets(ctx context.Context, s Settings, by *uuid.UUID, at time.Time) (Settings, error)
}

// Settings are the tenant's stages for a new agreement.
type Settings struct {
	Triggers []Trigger `json:"triggers"`
	Version  int64     `json:"-"`
}

func checkReason(c *fault.Checks, reason string) {
	c.Require(strings.TrimSpace(reason) != "", "reason", "REQUIRED", "say why")
	c.Require(utf8.RuneCountInString(reason) <= maxReason, "reason", "TOO_LONG", fmt.Sprintf("at most %d characters", maxReason))
}

// ParseTriggers reads stored stages.
func ParseTriggers(raw json.RawMessage) (ts []Trigger, err error) {
	err = json.Unmarshal(raw, &ts)
	return ts, err
}
