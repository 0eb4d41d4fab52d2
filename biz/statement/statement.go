// Package statement owns statements of account (对账单, 000-70 to 73): made from the
// deliveries of a customer's period, signed by the customer, reviewed by finance.
//
// The daily run makes one per customer, contract and month as soon as the month is
// over; it ends on the customer's own day, else on the subsidiary's; another period is made by hand. Tickets that come late join the
// statement of their day while it is open, and get one of their own afterwards, so
// that every ticket is on one statement at most. Made twice, nothing changes.
//
// The salesperson uploads what the customer signed or sealed within the
// subsidiary's days, or says why that cannot be done and until when. Before the
// deadline he is reminded; after it finance is told. Finance reviews what another
// one has submitted. With its acceptance the tickets are reconciled, and the
// exposure moves from delivered to reconciled in the same transaction.
//
// Life: open → submitted → reconciled; open ← submitted when it is refused;
// open → cancelled, which frees its tickets.
//
// It does not own deliveries, which a feed brings, nor invoices (biz/receivable),
// which finance puts against a reconciled statement.
//
// Lock order: the customer's credit account first, then the statement.
package statement

import (
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Topics of statements that wait for their signature; the payload is Waiting.
const (
	TopicReminder event.Topic = "statement.reminder" // the deadline is near
	TopicOverdue  event.Topic = "statement.overdue"  // and has passed
)

// Waiting is the payload of the topics.
type Waiting struct {
	StatementIDs []uuid.UUID `json:"statement_ids"`
}

// Status is where a statement stands.
type Status string

// The statuses.
const (
	Open       Status = "open"
	Submitted  Status = "submitted"
	Reconciled Status = "reconciled"
	Cancelled  Status = "cancelled"
)

// Evidence is how strong the proof is.
type Evidence string

// The evidence, rising.
const (
	Unsigned Evidence = "unsigned"
	Signed   Evidence = "signed"
	Sealed   Evidence = "sealed"
)

// Statement is one statement of account. Amounts are fen, volumes thousandths of m³.
type Statement struct {
	ID             uuid.UUID
	Number         string
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	Salesperson    string
	ContractNo     string
	From, To       calendar.Date
	Volume         int64
	Amount         money.Amount
	Invoiced       money.Amount
	Tickets        int
	TicketsAmount  money.Amount // of its tickets as they are now
	Status         Status
	Evidence       Evidence
	DocumentID     *uuid.UUID
	Deadline       calendar.Date
	RemindedOn     calendar.Date
	EscalatedOn    calendar.Date
	Obstacle       string
	ObstacleUntil  calendar.Date
	SubmitterID    *uuid.UUID
	SubmittedBy    string
	SubmittedAt    *time.Time
	ReviewerID     *uuid.UUID
	ReviewedBy     string
	ReviewedAt     *time.Time
	ReviewComment  string
	Version        int64
}

// Ticket is a delivery on a statement.
type Ticket struct {
	ID          uuid.UUID
	Number      string
	OrderNo     string
	DeliveredOn calendar.Date
	Volume      int64
	Amount      money.Amount
}

// Invoice is a receivable that came of a statement, or could.
type Invoice struct {
	ID          uuid.UUID
	DocumentNo  string
	InvoiceDate calendar.Date
	Amount      money.Amount
	Linked      bool
}

// Detail is a statement with its tickets and invoices.
type Detail struct {
	Statement
	Lines    []Ticket  // at most MostLines
	Invoices []Invoice // linked ones; of a reconciled one also those that could be
	History  []Step
	Today    calendar.Date
}

// MostLines bounds what a detail shows of tickets and of invoices.
const MostLines = 500

// Periods are the months in which a customer was delivered to, and the last day of
// his statement months: his own, or nil, and the subsidiary's.
type Periods struct {
	List    []Period
	Day     *int
	Default int
}

// Period is a calendar month of a customer.
type Period struct {
	Month      calendar.Date // its first day
	Tickets    int
	Volume     int64
	Amount     money.Amount
	Free       int          // tickets on no statement yet
	FreeAmount money.Amount // of them
	Reconciled money.Amount
}

// Query selects statements, the nearest deadline first.
type Query struct {
	View       string
	CustomerID uuid.UUID
	Evidence   string        // empty is any
	Month      calendar.Date // the period ends in it; zero is any
	Text       string
	OnlyOf     *uuid.UUID
	Today      calendar.Date
	paging.Window
}

// Views lists them; live is all that is not over, late what is open after its deadline.
var Views = []string{"live", "open", "late", "submitted", "reconciled", "cancelled", "all"}

// Page is a part of the list; Sum is of all rows of the view.
type Page struct {
	Statements []Statement
	Total      int64
	Sum        money.Amount
	Counts     Counts
}

// Counts of statements under the filters of the list, whatever its view.
type Counts struct {
	Open, Late, Escalated, Hindered, Submitted, Reconciled, Cancelled int64
}

// Making says of what statements are made: of a period, or, with a zero From, of
// every month that is over on To.
type Making struct {
	CustomerID uuid.UUID     // zero is all
	OnlyOf     *uuid.UUID    // of this salesperson's customers
	From, To   calendar.Date // both days belong to the period
	On         calendar.Date
	Days       int // from the later of On and the period's end to the deadline
	Day        int // last day of the subsidiary's months, 1 to 28; 0 is the month's last
	At         time.Time
}

// Faults.
var (
	ErrNotFound    = fault.NotFound("STATEMENT_NOT_FOUND", "there is no such statement, or it is not yours to see")
	ErrNothing     = fault.Conflict("STATEMENT_NOTHING_DELIVERED", "nothing was delivered in this period that is on no statement yet")
	ErrState       = fault.Conflict("STATEMENT_STATE", "the statement has gone on meanwhile; load it again")
	ErrVersion     = fault.Conflict("VERSION_CONFLICT", "the statement was changed meanwhile; load it again")
	ErrOwn         = fault.Forbidden("STATEMENT_OWN_SUBMISSION", "nobody reviews what he submitted himself; ask a colleague of finance")
	ErrTickets     = fault.Conflict("STATEMENT_TICKETS_CHANGED", "its tickets were corrected after it was submitted, so that the signed sum is no longer theirs; refuse it, and have it signed anew")
	ErrEvidence    = fault.NotFound("DOCUMENT_NOT_FOUND", "there is no such file of this customer")
	ErrInvoice     = fault.NotFound("RECEIVABLE_NOT_FOUND", "an invoice is not one of this customer's, or stands for another statement")
	ErrTooLong     = fault.Conflict("STATEMENT_TOO_LONG", "it has more than 10,000 tickets, too many for one paper; cancel it and make one per month or contract")
	ErrInvoicedToo = fault.Conflict("STATEMENT_INVOICED_TOO_MUCH", "the invoices add up to more than the statement")
)
