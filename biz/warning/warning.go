// Package warning owns early warnings about customers (000-80 to 82, 003-49): what
// was found outside, and what the rules of internal monitoring find in the
// tenant's own books. A warning freezes the facts of the day it was raised, is
// acknowledged, assigned and closed with an outcome, and the same thing is not
// raised again while it is open or quiet.
//
// A rule is data: on or off, a severity, thresholds, days of quiet. What it looks
// for is one set-based query of the repository; the same query tries it out on
// past dates before it is switched on.
//
// It does not own where facts come from (biz/registry, credit, receivables).
package warning

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
)

// TopicRaised tells of new warnings: Raised.
const TopicRaised event.Topic = "warning.raised"

// Raised is the payload of TopicRaised.
type Raised struct {
	WarningIDs []uuid.UUID `json:"warning_ids"`
}

// Kind says what the warning is about: a rule's kind, or registry. and the kind of
// a finding, with owner. between them when it is one of a project's owner. Such a
// warning is the customer's who supplies there through us, since it is he who waits
// for the owner's money; its facts name the owner and the projects.
type Kind string

// OwnerKinds begins the kinds of what was found about an owner of projects.
const OwnerKinds = "registry.owner."

// Severity is how much it weighs.
type Severity string

// The severities, rising.
const (
	Info     Severity = "info"
	Notice   Severity = "notice"
	Serious  Severity = "serious"
	Critical Severity = "critical"
)

// Severities lists them.
var Severities = []Severity{Info, Notice, Serious, Critical}

// Status is where a warning stands.
type Status string

// Life: open → acknowledged → assigned → closed; each step may be left out.
const (
	Open         Status = "open"
	Acknowledged Status = "acknowledged"
	Assigned     Status = "assigned"
	Closed       Status = "closed"
)

// Outcomes are how a warning can end.
var Outcomes = []string{"handled", "no_risk", "paid", "limit_reduced", "supply_stopped", "listed_negative", "other"}

// Warning is one warning. Facts are JSON of the day it was raised; amounts in fen,
// as text.
type Warning struct {
	ID             uuid.UUID
	Kind           Kind
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Salesperson    string
	Severity       Severity
	Facts          json.RawMessage
	Status         Status
	FirstSeenAt    time.Time
	LastSeenAt     time.Time
	RaisedOn       calendar.Date
	Times          int // days on which it was seen
	AcknowledgedBy string
	AcknowledgedAt *time.Time
	AssignedTo     *uuid.UUID
	AssignedName   string
	AssignedAt     *time.Time
	DueOn          calendar.Date
	ClosedBy       string
	ClosedAt       *time.Time
	Outcome        string
	Note           string
	QuietUntil     calendar.Date
	Version        int64
}

// Query selects warnings.
type Query struct {
	Status     string // open, acknowledged, assigned, closed; live for all but closed; empty for all
	Severity   Severity
	Kind       Kind
	Source     string // internal, registry; empty for both
	CustomerID uuid.UUID
	Text       string
	Mine       *uuid.UUID // assigned to
	Only       *uuid.UUID // salesperson to whom it is confined
	Limit      int
	Offset     int
}

// Faults of warnings.
var (
	ErrNotFound = fault.NotFound("WARNING_NOT_FOUND", "there is no such warning")
	ErrClosed   = fault.Conflict("WARNING_CLOSED", "the warning is closed already")
	ErrChanged  = fault.Conflict("VERSION_CONFLICT", "somebody changed this meanwhile; look at it again")
	ErrNoRule   = fault.NotFound("WARNING_RULE_NOT_FOUND", "there is no such rule")
	ErrNobody   = fault.Mismatch("WARNING_ASSIGNEE", "that person is no active member of your subsidiary")
)
