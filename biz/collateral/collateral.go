// Package collateral owns what secures a customer's debt: guarantees, mortgages,
// pledges, deposits and bank guarantees, and how much of each one counts as cover
// beside his limit (003-64; rulings, Formulas: headroom).
//
// It does not own what the cover is added to, nor who draws on it (biz/exposure,
// biz/creditcheck): whenever an item begins to count or stops to, the customer's
// account is recomputed in the same transaction, and by its own dates later.
//
// Life: submitted, decided by a second person, active, and released in the end by
// somebody with a reason. What was returned stays as the approver saw it; its
// submitter applies anew. The terms of an item never change; the database holds them.
//
// What counts is decided once: by the rate of the tenant at the time of the
// application, and by who stands for it. A guarantor on the group's negative list,
// or connected with the customer within the steps of HQ's policy, adds nothing; it
// is looked at with the application and once more with the approval, which can take
// the cover away and never gives it. What becomes of the guarantor later is for a
// release to answer, so that an account reads no more than its own item.
//
// A customer who is on the group's negative list himself, or connected with a listed
// company, may give collateral: it takes risk away, and what the list does to his
// orders holds whatever covers them (biz/creditcheck). The approver sees the listings
// beside what is asked for.
//
// Dates: StartsOn and EndsOn are business dates of the tenant, both inclusive.
//
// Lock order: the approval, then the item, then the account (biz/exposure).
package collateral

import (
	"context"
	"math/bits"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// Kind is the sort of security.
type Kind string

// The kinds: 保证, 抵押, 质押, 保证金, 保函.
const (
	Guarantee     Kind = "guarantee"
	Mortgage      Kind = "mortgage"
	Pledge        Kind = "pledge"
	Deposit       Kind = "deposit"
	BankGuarantee Kind = "bank_guarantee"
)

// Kinds are all of them.
var Kinds = []Kind{Guarantee, Mortgage, Pledge, Deposit, BankGuarantee}

// personal says whether somebody's word secures the debt, and not a thing: his own
// word is none, and one who stands or falls with the customer adds nothing.
func (k Kind) personal() bool { return k == Guarantee || k == BankGuarantee }

// appraised says whether the thing has a value that somebody has to estimate.
func (k Kind) appraised() bool { return k == Mortgage || k == Pledge }

// Status is where an item stands.
type Status string

// The statuses. StatusUpcoming and StatusEnded are answered for an active one and
// stored nowhere: no nightly run is needed for a right answer.
const (
	StatusSubmitted Status = "submitted"
	StatusActive    Status = "active"
	StatusRejected  Status = "rejected"
	StatusReturned  Status = "returned" // to who submitted it; he applies anew
	StatusWithdrawn Status = "withdrawn"
	StatusReleased  Status = "released"
	StatusUpcoming  Status = "upcoming"
	StatusEnded     Status = "ended"
)

// Statuses are all that can be asked for.
var Statuses = []Status{StatusSubmitted, StatusActive, StatusUpcoming, StatusEnded, StatusReleased, StatusRejected, StatusReturned, StatusWithdrawn}

// Uncounted says why an item adds nothing.
type Uncounted string

// The reasons.
const (
	Counted     Uncounted = "none"    // it counts
	ByRelation  Uncounted = "related" // the guarantor is connected with the customer
	ByBlacklist Uncounted = "listed"  // the guarantor is on the group's negative list
)

// Terms are what an item says. Amounts are fen of the tenant's currency.
type Terms struct {
	Kind         Kind
	ProviderName string // guarantor, owner or bank
	ProviderUSCC string // empty: not known, or a natural person
	ReferenceNo  string // number of the registration, the guarantee or the receipt
	Description  string
	Guaranteed   money.Amount
	Appraised    *money.Amount // of what is mortgaged or pledged
	AppraisedOn  calendar.Date
	StartsOn     calendar.Date
	EndsOn       calendar.Date // zero for a deposit without an end
	Documents    []uuid.UUID   // the customer's papers that prove it
}

// Collateral is one item.
type Collateral struct {
	ID             uuid.UUID
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Terms
	Rate          int          // basis points
	Cover         money.Amount // fen that it adds while it lasts; 0 where Uncounted says why
	Uncounted     Uncounted
	Status        Status
	CreatedAt     time.Time
	CreatedBy     *party.Person
	EffectiveAt   *time.Time
	ReleasedAt    *time.Time
	ReleasedBy    *party.Person
	ReleaseReason string
	Version       int64
}

// Worth is how much of an item counts: the smaller of what is guaranteed and what it
// was appraised at, times the rate in basis points, rounded down to the fen. It is
// exact for every amount, and 0 where there is nothing to count.
func Worth(guaranteed money.Amount, appraised *money.Amount, rate int) money.Amount {
	base := guaranteed
	if appraised != nil {
		base = min(base, *appraised)
	}
	if base <= 0 || rate <= 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(base), uint64(min(rate, full)))
	q, _ := bits.Div64(high, low, full)
	return money.Amount(q)
}

// full is the whole in basis points.
const full = 10_000

// InForce says whether the item counts on the business date, as far as it counts.
func (c Collateral) InForce(on calendar.Date) bool {
	return c.Status == StatusActive && c.StartsOn <= on && (c.EndsOn.IsZero() || on <= c.EndsOn)
}

// CoverOn is what the item adds on the business date, in fen.
func (c Collateral) CoverOn(on calendar.Date) money.Amount {
	if !c.InForce(on) {
		return 0
	}
	return c.Cover
}

// On gives the item as it is answered on the business date.
func (c Collateral) On(today calendar.Date) Collateral {
	switch {
	case c.Status != StatusActive:
	case c.StartsOn > today:
		c.Status = StatusUpcoming
	case !c.EndsOn.IsZero() && c.EndsOn < today:
		c.Status = StatusEnded
	}
	return c
}

// Faults of collateral.
var (
	ErrNotFound   = fault.NotFound("COLLATERAL_NOT_FOUND", "there is no such collateral")
	ErrState      = fault.Conflict("COLLATERAL_STATE", "the collateral is not in the state for this any more; load it again")
	ErrVersion    = fault.Conflict("VERSION_CONFLICT", "this was changed meanwhile; load it again")
	ErrPending    = fault.Conflict("COLLATERAL_PENDING", "collateral of this kind and number is in approval already; have it decided or withdraw it first")
	ErrTaken      = fault.Conflict("COLLATERAL_TAKEN", "collateral of this kind and number counts in these days already; release it first, or begin after its end")
	ErrSelf       = fault.New(fault.KindInvalid, "COLLATERAL_OWN_GUARANTEE", "the customer cannot stand for his own debt; name somebody else, or enter what he mortgages, pledges or deposits")
	ErrPeriodOver = fault.Conflict("COLLATERAL_PERIOD_OVER", "the period of this collateral is over; reject it and have a new one submitted")
	ErrDocument   = fault.NotFound("DOCUMENT_NOT_FOUND", "one of the files is not a paper of this customer; upload it there first")
)

// Query selects items of all customers. Empty fields do not narrow.
type Query struct {
	Search     string // part of the customer's or the provider's name or number, or of the reference
	Kind       Kind
	Status     Status        // as On answers it
	EndsBefore calendar.Date // the last day is before it
	Today      calendar.Date
	OnlyOf     *uuid.UUID // the salesperson who sees his customers only
	paging.Window
}

// Repository keeps the items; its methods run inside a unit of work.
type Repository interface {
	// OfCustomer lists all items of a customer, the newest first.
	OfCustomer(ctx context.Context, customerID uuid.UUID) ([]Collateral, error)
	// List gives a page, those that end first before the others, with their number and
	// the sum of the cover of those in force.
	List(ctx context.Context, q Query) (items []Collateral, total int64, cover money.Amount, err error)
	// Get reads one; ErrNotFound, also for a customer of another salesperson.
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Collateral, error)
	// Lock is Get and holds it until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Collateral, error)
	// Insert stores a new item; ErrPending.
	Insert(ctx context.Context, c Collateral) error
	// Save stores what counts, status, times and version.
	Save(ctx context.Context, c Collateral) error
	// Taken says whether what the terms name counts already in days of theirs: of this
	// customer, or of any where a thing or a bank's word stands behind it. It holds the
	// number until the end of the transaction.
	Taken(ctx context.Context, customerID, except uuid.UUID, t Terms) (bool, error)
	// Provider says what stands against the provider of a customer's collateral.
	Provider(ctx context.Context, customerID uuid.UUID, name, uscc string, on calendar.Date) (Provider, error)
	// Papers says whether all documents are papers of the customer.
	Papers(ctx context.Context, customerID uuid.UUID, ids []uuid.UUID) (bool, error)
	// Pending gives the submission that waits for a decision on the item; ErrState.
	Pending(ctx context.Context, id uuid.UUID) (approvalID uuid.UUID, version int64, err error)
	// Rates gives the rates in force; ok is false where the tenant has set none.
	Rates(ctx context.Context) (r Rates, ok bool, err error)
	// InsertRates stores a version; ErrVersion when it is there already.
	InsertRates(ctx context.Context, r Rates) error
}

// Provider is what is known of who stands behind an item.
type Provider struct {
	Self    bool // he is the customer himself
	Listed  bool // on the group's negative list
	Related bool // connected with the customer
}
