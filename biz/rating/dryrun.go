package rating

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// DryRunParameters say how a template is tried on the subsidiary's own customers.
//
// A customer went badly overdue when, on any day of the window that ends today, an
// item of his was more than BadDays past due, or (if BadAmount is above zero) more
// than BadAmount was overdue at once. The template catches him when it would have
// graded him Cutoff or worse on the window's first day, with what the books said
// then.
type DryRunParameters struct {
	WindowMonths int          `json:"window_months"`
	BadDays      int          `json:"bad_days"`
	BadAmount    money.Amount `json:"bad_amount,string"` // fen; 0 looks at days only
	Cutoff       Grade        `json:"cutoff"`
}

// Presets fills what was not said: 12 months, 60 days, grade D.
func (p DryRunParameters) Presets() DryRunParameters {
	if p.WindowMonths == 0 {
		p.WindowMonths = 12
	}
	if p.BadDays == 0 {
		p.BadDays = 60
	}
	if p.Cutoff == "" {
		p.Cutoff = GradeD
	}
	return p
}

// Validate gives all faults.
func (p DryRunParameters) Validate() error {
	var c fault.Checks
	c.Require(p.WindowMonths >= 1 && p.WindowMonths <= 60, "window_months", "OUT_OF_RANGE", "between 1 and 60 months")
	c.Require(p.BadDays >= 1 && p.BadDays <= maxDays, "bad_days", "OUT_OF_RANGE", fmt.Sprintf("between 1 and %d days", maxDays))
	c.Require(p.BadAmount >= 0 && p.BadAmount <= maxAmount, "bad_amount", "OUT_OF_RANGE", "between 0 (days only) and ten million million")
	c.Require(slices.Contains(Grades, p.Cutoff), "cutoff", "UNKNOWN", "the grades are A, B, C and D")
	return c.Err()
}

// Standing is what the books say of one customer, for a dry run.
type Standing struct {
	CustomerID   uuid.UUID
	Grade        Grade        // of the effective rating; empty without one
	Limit        money.Amount // standing, fen
	Unlimited    bool
	LastRatingID *uuid.UUID // effective, or lapsed without a successor
	Last         []Input    // what that rating had by hand
	Now          Measurements
	Then         Measurements // on the window's first day; nil for a customer without business before it
	WorstDays    int          // past due on any day of the window
	PeakOverdue  money.Amount // overdue at once in the window; 0 when it was not asked for
}

// Population reads the standing of all active customers, in one statement and one more
// for each source that goes beyond it, whatever their number. What is measured for
// today is what a rating made now would measure.
type Population interface {
	Standings(ctx context.Context, from, today calendar.Date, peak bool, sources []indicator.DataSource) ([]Standing, error)
}

// Trial is one customer in a dry run. Grades are empty where there is none: From
// without an effective rating, To when values are missing.
type Trial struct {
	CustomerID  uuid.UUID
	From, To    Grade
	FromLimit   money.Amount
	ToLimit     money.Amount
	Unlimited   bool
	Score       indicator.Points
	Missing     []string
	RatingID    *uuid.UUID
	Inputs      []Input
	Now, Then   map[indicator.DataSource]indicator.Number
	Judged      bool // had business before the window and all values
	ThenScore   indicator.Points
	ThenGrade   Grade
	Bad, Caught bool
	WorstDays   int
	PeakOverdue money.Amount
}

// Move counts the customers who go from one grade to another; From is empty for
// those without a rating.
type Move struct {
	From      Grade        `json:"from"`
	To        Grade        `json:"to"`
	Customers int          `json:"customers"`
	FromLimit money.Amount `json:"from_limit,string"`
	ToLimit   money.Amount `json:"to_limit,string"`
}

// Lacking counts the customers who have no value for an indicator.
type Lacking struct {
	IndicatorCode string `json:"indicator_code"`
	Customers     int    `json:"customers"`
}

// DryRunSummary is what a dry run comes to. Limits sum over the scored customers;
// those of customers with an unlimited limit stand beside.
type DryRunSummary struct {
	Customers int       `json:"customers"`
	Scored    int       `json:"scored"`
	Unscored  int       `json:"unscored"` // lack values; in none of the other figures
	Lacking   []Lacking `json:"lacking"`
	Matrix    []Move    `json:"matrix"`
	Better    int       `json:"better"`
	Same      int       `json:"same"`
	Worse     int       `json:"worse"`
	First     int       `json:"first"` // graded for the first time

	FromTotal money.Amount `json:"from_total,string"`
	ToTotal   money.Amount `json:"to_total,string"`
	Unlimited int          `json:"unlimited"`

	Judged      int       `json:"judged"` // with business before the window and all values
	Bad         int       `json:"bad"`    // of the judged
	Caught      int       `json:"caught"`
	FalseAlarms int       `json:"false_alarms"` // good, and yet graded Cutoff or worse
	BadUnjudged int       `json:"bad_unjudged"` // went bad, but were no customers before or lack values
	KS          *Fraction `json:"ks"`           // null unless there are bad ones and good ones
	AUC         *Fraction `json:"auc"`
}

// DryRun is one try of a template, kept so that its approver sees it.
type DryRun struct {
	ID              uuid.UUID
	TemplateID      uuid.UUID
	TemplateVersion int64
	Definition      Definition
	Parameters      DryRunParameters
	From, AsOf      calendar.Date // the window
	Summary         DryRunSummary
	CreatedAt       time.Time
	CreatedBy       *party.Person
}

// TrialRow is a customer of a stored dry run with his name.
type TrialRow struct {
	Trial
	Number, Name string
}

// TrialFilter picks customers of a dry run. Group is all, better, worse, first,
// caught, missed, false_alarm or unscored.
type TrialFilter struct {
	DryRunID uuid.UUID
	From, To *Grade
	Group    string
	OnlyOf   *uuid.UUID
	paging.Window
}

// TrialGroups lists them.
var TrialGroups = []string{"", "better", "worse", "first", "caught", "missed", "false_alarm", "unscored"}

// DryRunRepository keeps dry runs; its methods run inside a unit of work.
type DryRunRepository interface {
	// Insert stores one with its customers; earlier ones of a template that is
	// still a draft go away when clear is set.
	Insert(ctx context.Context, d DryRun, trials []Trial, clear bool) error
	// Latest reads the newest of a template; nil without one.
	Latest(ctx context.Context, templateID uuid.UUID) (*DryRun, error)
	Get(ctx context.Context, id uuid.UUID) (DryRun, error)
	Trials(ctx context.Context, f TrialFilter) ([]TrialRow, int64, error)
	Trial(ctx context.Context, dryRunID, customerID uuid.UUID, onlyOf *uuid.UUID) (TrialRow, error)
}

// Faults of dry runs.
var (
	ErrDryRunNotFound = fault.NotFound("DRY_RUN_NOT_FOUND", "there is no such dry run, or the customer is not in it; run it again")
	ErrDryRunState    = fault.Conflict("DRY_RUN_NOT_POSSIBLE", "only a draft or a template in approval is tried; copy this one into a new draft")
)
