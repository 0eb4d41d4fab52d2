// Package negativelist is the group's negative list (000-77, 000-78): a
// subsidiary lists a company by its code with reason and evidence; from that
// commit on every subsidiary's order check knows it. Only HQ sees who listed.
// It holds companies, never natural persons (ruling 12).
//
// It owns the entries, their removal and HQ's policy of what a hit does. What a
// check makes of a hit is biz/creditcheck's.
package negativelist

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

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

// Status is whether an entry is in force.
type Status string

// The states of an entry. A removed one stays to be read.
const (
	Listed  Status = "listed"
	Removed Status = "removed"
)

// Entry is one listing.
type Entry struct {
	ID            uuid.UUID
	USCC          party.USCC
	CompanyName   string
	Reason        Reason
	Text          string
	Amount        money.Amount // in question, fen
	TenantID      uuid.UUID    // who listed; never leaves HQ and that subsidiary
	TenantName    string
	ListedBy      uuid.UUID
	ListedByName  string
	ListedAt      time.Time
	EvidenceID    uuid.UUID // document in the listing subsidiary's store; Nil without one
	EvidenceName  string
	Status        Status
	RemovedAt     *time.Time
	RemovalReason string
	AffectedCount int       // subsidiaries that have the company as a customer
	OwnCustomerID uuid.UUID // the asking subsidiary's customer; Nil when it has none
}

// ListInput lists a company.
type ListInput struct {
	USCC        string
	CompanyName string
	Reason      Reason
	Text        string
	Amount      money.Amount
	EvidenceID  uuid.UUID
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
	n := utf8.RuneCountInString(in.CompanyName)
	c.Require(n >= 2 && n <= 100, "company_name", "LENGTH", "give the company's name, 2 to 100 characters")
	c.Require(slices.Contains(Reasons, in.Reason), "reason_code", "UNKNOWN_REASON", "choose one of the reasons")
	n = utf8.RuneCountInString(in.Text)
	c.Require(n >= 5 && n <= 1000, "reason_text", "LENGTH", "say what happened, 5 to 1000 characters")
	c.Require(in.Amount >= 0, "amount", "NEGATIVE", "the amount in question cannot be below zero")
	return c.Err()
}

// Query selects entries.
type Query struct {
	Text     string    // part of a name, or the begin of a code
	Status   Status    // empty for both
	TenantID uuid.UUID // listed by it; Nil for all
	Codes    []string  // only these companies; nil for all
	Limit    int
	Offset   int
}

// Action is what a hit does to an order.
type Action string

// The actions that HQ can choose (ruling: warn, hold or block, never ignore).
const (
	Warn  Action = "warn"
	Hold  Action = "hold"
	Block Action = "block"
)

// Policy is one version of HQ's policy.
type Policy struct {
	Version   int64
	Action    Action
	CreatedAt time.Time
}

// Faults of the list.
var (
	ErrNotFound       = fault.NotFound("NEGATIVE_ENTRY_NOT_FOUND", "there is no such entry")
	ErrAlreadyListed  = fault.Conflict("NEGATIVE_ALREADY_LISTED", "your subsidiary has listed this company for this reason already")
	ErrAlreadyRemoved = fault.Conflict("NEGATIVE_ALREADY_REMOVED", "this entry was removed already")
	ErrPolicyChanged  = fault.Conflict("VERSION_CONFLICT", "somebody changed the policy meanwhile; look at it again")
)
