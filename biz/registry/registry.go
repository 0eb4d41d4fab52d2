// Package registry owns what public registers say about a customer and about the
// owners of his projects (000-01, 02, 52, 79, 80): company basics, whether name and code belong together, and findings by
// kind, bought from a provider, kept once for the whole group and compared with
// the look before.
//
// A look asks a provider outside of any transaction; each request is taken from
// the tenant's budget of the day first. No data, too fast, quota used up and
// balance used up are four different things and are kept apart (Trouble, Outcome).
//
// It does not own how a provider is spoken to (data/registry), nor what people do
// about a finding (biz/warning). Natural persons never leave the sealed answer.
package registry

import (
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Kind is one thing that is looked up.
type Kind string

// The kinds, in the order in which a look asks: basics first, because the names
// it gives tell in which lawsuit the company is the defendant.
const (
	KindBasics       Kind = "basics"
	KindDishonest    Kind = "dishonest_debtor"
	KindEnforcement  Kind = "enforcement"
	KindConsumption  Kind = "consumption_restriction"
	KindViolation    Kind = "serious_violation"
	KindAbnormality  Kind = "business_abnormality"
	KindLitigation   Kind = "litigation"
	KindEquityChange Kind = "equity_change"
)

// Kinds lists them.
var Kinds = []Kind{KindBasics, KindDishonest, KindEnforcement, KindConsumption, KindViolation, KindAbnormality, KindLitigation, KindEquityChange}

// ProviderName names a provider.
type ProviderName string

// The providers, in the order in which they are asked.
const (
	Tianyancha ProviderName = "tianyancha"
	Qichacha   ProviderName = "qichacha"
)

// Providers lists them.
var Providers = []ProviderName{Tianyancha, Qichacha}

// Severity is how much a finding weighs.
type Severity string

// The severities, rising.
const (
	Info     Severity = "info"
	Notice   Severity = "notice"
	Serious  Severity = "serious"
	Critical Severity = "critical"
)

// Company is what the register says of the company itself.
type Company struct {
	Name        string        `json:"name"`
	FormerNames []string      `json:"former_names,omitempty"`
	USCC        string        `json:"uscc"`
	Status      string        `json:"status"` // as registered: 存续, 注销, 吊销 …
	Capital     string        `json:"capital"`
	Type        string        `json:"type"`
	Industry    string        `json:"industry"`
	Established calendar.Date `json:"established"`
	Address     string        `json:"address"`
}

// Finding is one thing found. Key tells it from others of its kind, the same at
// every provider where they agree on a case number.
type Finding struct {
	Kind       Kind              `json:"kind"`
	Key        string            `json:"key"`
	Title      string            `json:"title"`
	Severity   Severity          `json:"severity"`
	OccurredOn calendar.Date     `json:"occurred_on"`
	Amount     money.Amount      `json:"amount,string"` // fen in question
	Facts      map[string]string `json:"facts,omitempty"`
	Ended      bool              `json:"ended,omitempty"` // the register itself says that it is over
}

// Outcome says whether there was something. No data is an answer.
type Outcome string

// The outcomes of an answered look; never before the first one.
const (
	Never  Outcome = "never"
	Found  Outcome = "found"
	NoData Outcome = "no_data"
)

// Answer is what a provider answered about one kind.
type Answer struct {
	Outcome  Outcome
	Company  *Company // of basics
	Findings []Finding
	Complete bool   // every page was read, so what is missing is gone
	Raw      []byte // the answers as they came, a line for each page
	Requests int
}

// Look is the state of one kind at a company.
type Look struct {
	Kind        Kind
	Provider    ProviderName
	Outcome     Outcome
	LookedAt    *time.Time // last answered
	TriedAt     *time.Time
	Trouble     Trouble // of the last try; empty when it was answered
	TroubleText string
	SnapshotID  uuid.UUID
	Digest      []byte // SHA-256 of the snapshot's raw answer
	Company     *Company
}

// Kept is a finding as it is kept.
type Kept struct {
	ID uuid.UUID
	Finding
	Active      bool
	Baseline    bool // there at the first look, so no change
	FirstSeenAt time.Time
	LastSeenAt  time.Time
	EndedAt     *time.Time
	SnapshotID  uuid.UUID
}

// SubjectKind says what a watched company is to the tenant.
type SubjectKind string

// What is watched. An owner who is a customer himself is watched as the customer.
const (
	Customer SubjectKind = "customer"
	Owner    SubjectKind = "owner" // of a project that is planned or supplied
)

// Subject is the customer or the owner that a look is for.
type Subject struct {
	Kind   SubjectKind
	ID     uuid.UUID
	Number string // of a customer
	Name   string
	USCC   party.USCC
	Grade  string // of a customer
}

// Faults of the registry.
var (
	ErrNoUSCC    = fault.Mismatch("REGISTRY_NEEDS_USCC", "the company has no unified social credit code, by which registers are searched; add it first")
	ErrProvider  = fault.NotFound("REGISTRY_PROVIDER_UNKNOWN", "there is no such provider")
	ErrNoAccount = fault.Conflict("REGISTRY_NOT_CONNECTED", "no account at a provider is set up, here or at headquarters; set one up first")
	ErrChanged   = fault.Conflict("VERSION_CONFLICT", "somebody changed this meanwhile; look at it again")
)
