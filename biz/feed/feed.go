// Package feed takes in what other systems know: customers, contracts, orders, delivery
// tickets, receivables, receipts and acceptance drafts (000-10, 11, 68; 004-31), record
// by record, each under the number that its source gave it. An ERP's adapter (biz/erp) and whoever
// pushes with an API key come by the same way.
//
// A batch is one transaction. A record that cannot be taken is refused with every
// reason, kept as a reject, and holds no other one up; it leaves the rejects when
// its source sends it right or it is replayed. A record that says nothing new
// changes nothing, so a batch may come twice. What was accepted is read back and held
// against what was sent; the credit accounts follow in the same transaction.
//
// Statements are not fed: what one says is reconciled only after a second person has
// seen the customer's signature (000-71, ruling 11), and a source's word for that would
// move exposure without it. Their tickets are fed, and the statement is made of them.
//
// It owns deliveries' contents, the registers of contracts and orders of other systems, rejects,
// and what others are told of a customer's credit (CreditStates). It does not own
// the ledger of receivables, to which it passes a batch as a file (biz/receivable),
// nor statements, nor when an ERP is asked (biz/erp).
package feed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Kind is a kind of record.
type Kind string

// The kinds, in the order in which they build on each other.
const (
	Customers   Kind = "customers"
	Contracts   Kind = "contracts"
	Orders      Kind = "orders"
	Deliveries  Kind = "deliveries"
	Receivables Kind = "receivables"
	Receipts    Kind = "receipts"
	Drafts      Kind = "drafts"
)

// Kinds lists them.
var Kinds = []Kind{Customers, Contracts, Orders, Deliveries, Receivables, Receipts, Drafts}

// MaxBatch is how many records come at once.
const MaxBatch = 500

// Record is one record of a source, in our terms.
type Record interface {
	Kind() Kind
	// RecordID is the number that the source knows it by.
	RecordID() string
	// Sums are what control totals count: fen in the record's currency, and volume.
	Sums() (money.Currency, money.Amount, volume.M3)
	check(c *fault.Checks)
}

// Unreadable is a record of which the transport could not read something; it is
// refused with that and kept like others.
type Unreadable struct {
	Record
	Faults []fault.Field
}

// Status is what became of a record.
type Status string

// The statuses.
const (
	Inserted  Status = "inserted"
	Updated   Status = "updated"
	Unchanged Status = "unchanged"
	Refused   Status = "refused"
)

// Outcome is what became of one record of a batch.
type Outcome struct {
	RecordID string
	Status   Status
	Faults   []fault.Field // why it was refused; names are those of the record's fields
}

// Result is what became of a batch, its outcomes in the order of the records.
type Result struct {
	Outcomes                              []Outcome
	Inserted, Updated, Unchanged, Refused int64
	ImportID                              *uuid.UUID // of receivables: the run that took them in
}

func (r *Result) count() {
	r.Inserted, r.Updated, r.Unchanged, r.Refused = 0, 0, 0, 0
	for _, o := range r.Outcomes {
		switch o.Status {
		case Inserted:
			r.Inserted++
		case Updated:
			r.Updated++
		case Unchanged:
			r.Unchanged++
		case Refused:
			r.Refused++
		}
	}
}

// Reject is a record that was refused and not sent right since.
type Reject struct {
	ID       uuid.UUID
	Source   string
	Kind     Kind
	RecordID string
	Record   json.RawMessage
	Faults   []fault.Field
	FirstAt  time.Time
	LastAt   time.Time
	Times    int
}

// Faults.
var (
	// ErrTie means that what was stored is not what was sent; everything was undone.
	ErrTie     = fault.Conflict("TOTALS_DO_NOT_TIE", "what was stored is not what was sent, so nothing was kept; send the batch again")
	ErrRejects = fault.NotFound("NO_REJECTS", "no record of this source and kind is refused any more")
)

var sourceForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// checkBatch gives the faults of a batch as a whole.
func checkBatch(source string, records []Record) error {
	var c fault.Checks
	c.Require(sourceForm.MatchString(source), "source", "INVALID", "1 to 40 small letters, digits, dots, dashes: which system the records come from")
	c.Require(len(records) > 0, "records", "REQUIRED", "send at least one record")
	c.Require(len(records) <= MaxBatch, "records", "TOO_MANY", fmt.Sprintf("at most %d records at once", MaxBatch))
	return c.Err()
}

// faultsOf gives the faults of a record by itself.
func faultsOf(r Record) []fault.Field {
	if u, ok := r.(Unreadable); ok {
		return u.Faults
	}
	var c fault.Checks
	r.check(&c)
	if f, ok := fault.As(c.Err()); ok {
		return f.Fields
	}
	return nil
}

// text holds a value to a length and to characters that can be shown.
func text(c *fault.Checks, field, s string, required bool, most int) {
	switch {
	case required && strings.TrimSpace(s) == "":
		c.Add(field, "REQUIRED", "the value is missing")
	case utf8.RuneCountInString(s) > most:
		c.Add(field, "TOO_LONG", fmt.Sprintf("at most %d characters", most))
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		c.Add(field, "BAD_FORM", "no line breaks or control characters")
	case s != strings.TrimSpace(s):
		c.Add(field, "BAD_FORM", "no blanks at the beginning or the end")
	}
}

// Decode reads a record as a reject keeps it.
func Decode(k Kind, raw json.RawMessage) (r Record, err error) {
	switch k {
	case Customers:
		return decode[Customer](raw)
	case Contracts:
		return decode[Contract](raw)
	case Orders:
		return decode[Order](raw)
	case Deliveries:
		return decode[Delivery](raw)
	case Receivables:
		return decode[Receivable](raw)
	case Receipts:
		return decode[Receipt](raw)
	case Drafts:
		return decode[Draft](raw)
	}
	return nil, fmt.Errorf("feed: no kind %q", k)
}

func decode[R Record](raw json.RawMessage) (Record, error) {
	var r R
	err := json.Unmarshal(raw, &r)
	return r, err
}

// Known says whether k is a kind.
func Known(k Kind) bool { return slices.Contains(Kinds, k) }
