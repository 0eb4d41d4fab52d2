// Package negativelist is the group's negative list (000-77, 78, 91): a
// subsidiary proposes a company by its code with reason and evidence, HQ reviews,
// and from the publication on every subsidiary's order check knows it. Only HQ
// sees who proposed. A listing is objected to, looked at again by a date, repaired
// by payment and removed; nothing of it is ever deleted. It holds companies, never
// natural persons (ruling 12).
//
// It owns the listings with their claims and history, the exemptions of single
// subsidiaries, and HQ's policy of what a hit does. What a check makes of a hit is
// biz/creditcheck's.
package negativelist

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Reason is why a company is listed.
type Reason string

// The reasons that can be given.
const (
	MaliciousArrears  Reason = "malicious_arrears"
	SeriousDishonesty Reason = "serious_dishonesty"
	Fraud             Reason = "fraud"
	Absconded         Reason = "absconded"
	LitigationLost    Reason = "litigation_lost"
	Other             Reason = "other"
)

// Reasons lists them.
var Reasons = []Reason{MaliciousArrears, SeriousDishonesty, Fraud, Absconded, LitigationLost, Other}

// Status is where a listing stands. Only a listed one has effect.
type Status string

// The states of a listing. All but the first and listed are final.
const (
	Proposed  Status = "proposed"  // waits for HQ
	Refused   Status = "refused"   // by HQ
	Withdrawn Status = "withdrawn" // by the subsidiary that proposed
	Listed    Status = "listed"    // published, in force
	Removed   Status = "removed"   // was listed; stays to be read
)

// Statuses lists them.
var Statuses = []Status{Proposed, Refused, Withdrawn, Listed, Removed}

// Severity is how HQ judges a listing; the policy has an action for each.
type Severity string

// The severities, the mildest first.
const (
	Notice   Severity = "notice"
	Serious  Severity = "serious"
	Critical Severity = "critical"
)

// Severities lists them.
var Severities = []Severity{Notice, Serious, Critical}

// File is an evidence file in the store of the subsidiary that brought it.
type File struct {
	DocumentID uuid.UUID `json:"document_id"`
	Name       string    `json:"name"`
}

// MaxFiles bounds the evidence of one step.
const MaxFiles = 10

// Entry is one listing.
type Entry struct {
	ID             uuid.UUID
	USCC           party.USCC
	CompanyName    string
	Reason         Reason
	Text           string
	Amount         money.Amount // in question, fen
	TenantID       uuid.UUID    // who proposed; never leaves HQ and that subsidiary
	TenantName     string
	ListedBy       uuid.UUID // the person who proposed
	ListedByName   string
	ProposedAt     time.Time
	ListedAt       time.Time // when published; until then when proposed
	Evidence       []File
	Status         Status
	Severity       Severity
	DecidedBy      uuid.UUID
	DecidedByName  string
	DecidedAt      *time.Time
	DecisionReason string
	ReviewOn       calendar.Date // zero for one from before HQ reviewed: due at once
	ReviewDue      bool
	Repaired       money.Amount // fen that HQ accepted as paid
	RemovedAt      *time.Time
	RemovalReason  string
	Version        int64
	AffectedCount  int       // subsidiaries that have the company as a customer
	Objections     int       // that wait for HQ's answer
	Repairs        int       // likewise
	OwnCustomerID  uuid.UUID // the asking subsidiary's customer; Nil when it has none
}

// Open says whether the listing still takes part in something.
func (e Entry) Open() bool { return e.Status == Proposed || e.Status == Listed }

// ListInput proposes a company.
type ListInput struct {
	USCC        string
	CompanyName string
	Reason      Reason
	Text        string
	Amount      money.Amount
	EvidenceIDs []uuid.UUID
}

// Validate gives all faults of the input. The check character of the code must
// match: a mistyped code would blacken another company.
func (in *ListInput) Validate() error {
	var c fault.Checks
	uscc, err := party.ParseUSCC(in.USCC)
	if err != nil {
		c.Add("uscc", "INVALID_USCC", err.Error())
	}
	in.USCC = string(uscc)
	length(&c, "company_name", in.CompanyName, 2, 100, "give the company's name, 2 to 100 characters")
	c.Require(slices.Contains(Reasons, in.Reason), "reason_code", "UNKNOWN_REASON", "choose one of the reasons")
	length(&c, "reason_text", in.Text, 5, 1000, "say what happened, 5 to 1000 characters")
	c.Require(in.Amount >= 0, "amount", "NEGATIVE", "the amount in question cannot be below zero")
	fewFiles(&c, in.EvidenceIDs)
	return c.Err()
}

func length(c *fault.Checks, field, text string, least, most int, message string) {
	n := utf8.RuneCountInString(text)
	c.Require(n >= least && n <= most, field, "LENGTH", message)
}

func fewFiles(c *fault.Checks, ids []uuid.UUID) {
	c.Require(len(ids) <= MaxFiles, "evidence", "TOO_MANY", fmt.Sprintf("at most %d files", MaxFiles))
}

// Query selects entries.
type Query struct {
	Text        string        // part of a name, or the begin of a code
	Statuses    []Status      // nil for all
	TenantID    uuid.UUID     // proposed by it; Nil for all
	Codes       []string      // only these companies; nil for all
	Objected    bool          // only with an objection that waits
	Repaired    bool          // only with a repair that waits
	ReviewDueOn calendar.Date // only listed ones to be looked at by then; zero for all
	Limit       int
	Offset      int
}

// Faults of the list.
var (
	ErrNotFound       = fault.NotFound("NEGATIVE_ENTRY_NOT_FOUND", "there is no such entry")
	ErrAlreadyListed  = fault.Conflict("NEGATIVE_ALREADY_LISTED", "your subsidiary has proposed or listed this company for this reason already")
	ErrAlreadyRemoved = fault.Conflict("NEGATIVE_ALREADY_REMOVED", "this entry was removed already")
	ErrPolicyChanged  = fault.Conflict("VERSION_CONFLICT", "somebody changed the policy meanwhile; look at it again")
	ErrChanged        = fault.Conflict("VERSION_CONFLICT", "somebody changed it meanwhile; look at it again")
	ErrState          = fault.Conflict("NEGATIVE_STATE", "the listing is not in the state for this; look at it again")
	ErrOwn            = fault.Forbidden("NEGATIVE_OWN_DECISION", "you brought this yourself; another person at headquarters decides")
)
