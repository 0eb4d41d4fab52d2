package creditcheck

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Operation is what was asked.
type Operation string

// The operations: check decides only, reserve holds the amount as well.
const (
	OpCheck   Operation = "check"
	OpReserve Operation = "reserve"
)

// MaxAmount is the largest order taken: a hundred thousand million units. A
// larger number is a slip in somebody's ERP, and sums of it could overflow.
const MaxAmount money.Amount = 1e13

// maxVolume is a million m³, more than any order takes.
const maxVolume volume.M3 = 1_000_000_000

// CheckInput asks about one order. Exactly one of the first three names the customer.
type CheckInput struct {
	CustomerID     uuid.UUID
	CustomerNumber string
	USCC           string
	OrderNo        string
	Amount         money.Amount   // fen, above zero
	Currency       money.Currency // empty means the tenant's

	ProjectID     uuid.UUID  // the project that is supplied, by one of these two; both may be left out
	ProjectNumber string     //
	Volume        volume.M3  // thousandths of m³; 0 where it is not known
	Checkpoint    Checkpoint // order where it is empty
}

// Validate names every field that cannot be.
func (in CheckInput) Validate() error {
	var c fault.Checks
	named := 0
	for _, given := range []bool{in.CustomerID != uuid.Nil, in.CustomerNumber != "", in.USCC != ""} {
		if given {
			named++
		}
	}
	c.Require(named == 1, "customer_id", "REQUIRED", "name the customer by exactly one of customer_id, customer_number and uscc")
	checkText(&c, "customer_number", in.CustomerNumber, false, 64)
	checkText(&c, "uscc", in.USCC, false, 18)
	checkText(&c, "order_no", in.OrderNo, true, 64)
	c.Require(in.Amount > 0 && in.Amount <= MaxAmount, "amount", "OUT_OF_RANGE", "must be above zero and at most 10000000000000 fen")
	c.Require(in.ProjectID == uuid.Nil || in.ProjectNumber == "", "project_id", "AMBIGUOUS", "name the project by project_id or by project_number")
	checkText(&c, "project_number", in.ProjectNumber, false, 64)
	c.Require(in.Volume >= 0 && in.Volume <= maxVolume, "volume", "OUT_OF_RANGE", "must be zero or more, in thousandths of m³")
	c.Require(in.Checkpoint == "" || in.Checkpoint == AtOrder || in.Checkpoint == AtDispatch, "checkpoint", "UNKNOWN", "must be order or dispatch")
	c.Require(in.Currency == "" || in.Currency.Valid(), "currency", "INVALID_VALUE", "must be an ISO 4217 code like CNY")
	return c.Err()
}

// checkText refuses what cannot be stored, shown or found again.
func checkText(c *fault.Checks, field, s string, required bool, most int) {
	switch {
	case s == "":
		c.Require(!required, field, "REQUIRED", "must be given")
	case utf8.RuneCountInString(s) > most:
		c.Add(field, "TOO_LONG", "must be shorter")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.TrimSpace(s) != s:
		c.Add(field, "INVALID_VALUE", "must be printable text without blanks around it")
	}
}

// Selector names a customer in one of three ways. It is comparable.
type Selector struct {
	ID     uuid.UUID
	Number string
	USCC   string
}

// by says in which of the three ways.
func (s Selector) by() string {
	switch {
	case s.ID != uuid.Nil:
		return "id"
	case s.Number != "":
		return "number"
	}
	return "uscc"
}

// Decision is one decision as it was made and stored.
type Decision struct {
	ID            uuid.UUID    `json:"id"`
	Operation     Operation    `json:"operation"`
	OrderNo       string       `json:"order_no"`
	CustomerID    uuid.UUID    `json:"customer_id"`
	CustomerName  string       `json:"customer_name"`
	Amount        money.Amount `json:"amount"`
	Outcome       Outcome      `json:"outcome"`
	Reasons       []Reason     `json:"reasons"`
	Facts         Facts        `json:"facts"`
	Binding       Limit        `json:"binding_limit"`
	PolicyVersion int64        `json:"policy_version"`
	DecidedAt     time.Time    `json:"decided_at"`
	Reservation   *Reservation `json:"reservation,omitempty"`
	HoldID        uuid.UUID    `json:"hold_id,omitzero"` // of the held order in the queue
}

// Status is where a reservation stands in its life.
type Status string

// The states; see the package comment.
const (
	StatusOpen      Status = "open"
	StatusCommitted Status = "committed"
	StatusBilled    Status = "billed"
	StatusReleased  Status = "released"
	StatusExpired   Status = "expired"
)

// Live says whether the reservation still holds its order.
func (s Status) Live() bool { return s == StatusOpen || s == StatusCommitted }

// Reservation is headroom held for an order.
type Reservation struct {
	ID         uuid.UUID    `json:"id"`
	CustomerID uuid.UUID    `json:"customer_id"`
	OrderNo    string       `json:"order_no"`
	Amount     money.Amount `json:"amount"`                     // first reserved
	HeldAmount money.Amount `json:"held_amount"`                // still held; 0 for a customer who pays in advance
	Delivered  money.Amount `json:"delivered_amount,omitempty"` // of it, counted by the order's tickets instead
	Status     Status       `json:"status"`
	Source     string       `json:"source,omitempty"` // with DocumentNo: the receivable that takes over
	DocumentNo string       `json:"document_no,omitempty"`
	CheckID    uuid.UUID    `json:"check_id"`
	ProjectID  uuid.UUID    `json:"project_id,omitzero"`
	ExpiresAt  time.Time    `json:"expires_at"` // of an open one
	CreatedAt  time.Time    `json:"created_at"`
	UpdatedAt  time.Time    `json:"updated_at"`
}

// The faults of this package that a client can act on.
var (
	ErrCurrency = fault.New(fault.KindInvalid, "CURRENCY_NOT_OF_SUBSIDIARY",
		"the order's currency is not the subsidiary's; convert the amount first")
	ErrOrderReserved = fault.Conflict("ORDER_ALREADY_RESERVED",
		"the order already has a live reservation; commit or release that one, or use another order number")
	ErrNoReservation = fault.NotFound("RESERVATION_NOT_FOUND", "there is no such reservation")
	ErrNotOpen       = fault.Conflict("RESERVATION_NOT_OPEN", "only an open reservation can be committed; reserve the order again")
	ErrNotLive       = fault.Conflict("RESERVATION_NOT_LIVE", "the reservation holds nothing any more")
	ErrCommitExceeds = fault.Mismatch("COMMIT_EXCEEDS_RESERVATION",
		"more was delivered than was reserved; commit the reserved amount and reserve the rest as an order of its own")
	ErrDocumentOther = fault.Mismatch("DOCUMENT_OF_ANOTHER_CUSTOMER", "the receivable with this source and document number belongs to another customer")
	ErrNoProject     = fault.NotFound("PROJECT_NOT_FOUND", "the customer has no such project")
	ErrPolicyVersion = fault.Conflict("VERSION_CONFLICT", "somebody has changed the policy meanwhile; read it again")
)
