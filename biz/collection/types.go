package collection

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Method is how money came in (004-05).
type Method string

// The methods.
const (
	Cash     Method = "cash"
	Transfer Method = "transfer"
	SetOff   Method = "set_off" // 抵账: goods or property instead of money
	ByDraft  Method = "draft"
)

// Receipt is money received. Unapplied is what is left of it to apply.
type Receipt struct {
	ID              uuid.UUID
	Source          string
	Number          string
	CustomerID      uuid.UUID
	CustomerName    string
	ReceivedOn      calendar.Date
	Amount          money.Amount
	Method          Method
	ContractNo      string
	Payer           string
	Remark          string
	Reverses        uuid.UUID // Nil but for a counter-entry
	Reversed        bool
	AppliedBySource bool
	Unapplied       money.Amount
	Draft           *Draft
}

// Draft is an acceptance draft taken in payment.
type Draft struct {
	ID        uuid.UUID
	Number    string
	Kind      string // bank, commercial
	Acceptor  string
	IssuedOn  calendar.Date
	DueOn     calendar.Date
	Status    string // held, honoured, dishonoured; void: entered by mistake
	SettledOn calendar.Date
	ReceiptID uuid.UUID
	Amount    money.Amount
}

// EntryKind says what an entry of the book is.
type EntryKind string

// The kinds.
const (
	EntryReceipt  EntryKind = "receipt"
	EntryCredit   EntryKind = "credit"
	EntryWriteOff EntryKind = "write_off"
)

// Entry is one line of the book of applications.
type Entry struct {
	ID           uuid.UUID
	BatchID      uuid.UUID
	CustomerID   uuid.UUID
	ReceivableID uuid.UUID
	DocumentNo   string
	Kind         EntryKind
	From         uuid.UUID // the receipt, credit note or write-off
	FromNumber   string
	Amount       money.Amount
	Reverses     uuid.UUID
	Reversed     bool
	Rule         Rule
	AppliedOn    calendar.Date
	PaidOn       calendar.Date // when the money of a receipt came in; of another entry AppliedOn
	Reason       string
	CreatedAt    time.Time
	CreatedBy    *uuid.UUID
}

// WriteOff is a bad debt to be given up.
type WriteOff struct {
	ID           uuid.UUID
	CustomerID   uuid.UUID
	ReceivableID uuid.UUID
	Amount       money.Amount
	Reason       string
	Status       string
	CreatedAt    time.Time
}

// Dispute is why a customer does not agree with an item.
type Dispute struct {
	ID         uuid.UUID
	Cause      string
	Detail     string
	Status     string
	Outcome    string
	CreatedAt  time.Time
	ResolvedAt *time.Time
}

// Causes of disputes.
var Causes = []string{"quantity", "quality", "price", "delivery", "documents", "other"}

// Waiver is a part of an item's late fee that was given up.
type Waiver struct {
	Amount    money.Amount
	Reason    string
	CreatedAt time.Time
}

// Instalment is a part of an item with a due date of its own.
type Instalment struct {
	Clause  string
	DueDate calendar.Date
	Amount  money.Amount
	Open    money.Amount
	LateFee money.Amount // of what is open and of what was paid late
	Late    []Late
	Days    int // of what is open
}

// Ticket is a delivery that an item goes back to.
type Ticket struct {
	Number      string
	OrderNo     string
	DeliveredOn calendar.Date
	Volume      int64
	Amount      money.Amount
}

// Life is an item with everything that happened to it.
type Life struct {
	Item
	Source       string
	CustomerName string
	InvoiceDate  calendar.Date
	State        receivable.State
	Applied      money.Amount
	StatementID  uuid.UUID
	StatementNo  string
	ReconciledOn calendar.Date // zero without a statement
	Tickets      []Ticket
	Instalments  []Instalment // one, for the item itself, where no terms divide it
	Entries      []Entry
	WriteOffs    []WriteOff
	Disputes     []Dispute
	Waivers      []Waiver
	Accrued      money.Amount  // late fee until today
	LateFee      money.Amount  // of it, what was not waived
	CollectedOn  calendar.Date // the last payment of a paid item; zero when its source settled it
	Settings     Settings
	ContractPPM  *int     // the contract's rate of late fees, where it has one
	Terms        FeeTerms // in force for the item
	Today        calendar.Date
}

// Stage is how much a customer has in a stage of the life, and since when.
type Stage struct {
	Name      string // ordered, delivered, reconciled, invoiced, drafts, advances
	Amount    money.Amount
	Since     calendar.Date // of the oldest in it; zero when nothing is
	Days      int
	Customers int64 // with something in it
}

// Settings are the subsidiary's parameters (004-34).
type Settings struct {
	Version               int64
	LateFeePPM            int
	LateFeeGraceDays      int
	StatementDays         int
	StatementReminderDays int
	FollowUpDays          int
	AgingBounds           string    // last days of the subsidiary's own aging buckets, rising, like 15,45,90; empty: none (ruling 6)
	Since                 time.Time // of the version in force
	// ConfirmReceipts has customers told by themselves that their money came in.
	ConfirmReceipts bool
	// StatementDay is the last day of a statement's month, 1 to 28; 0 is the month's last.
	StatementDay int
	// StandardTerms are the credit terms that are offered, in days, rising, like 30,60,90;
	// empty: the usual ones. StandardTerm is a new customer's; nil: it must be said (004-03).
	StandardTerms string
	StandardTerm  *int
}

// PresetSettings hold until somebody sets others: 0.05 % a day.
func PresetSettings() Settings {
	terms := customer.StandardTerms()
	return Settings{LateFeePPM: 500, StatementDays: 10, StatementReminderDays: 3, FollowUpDays: 3, StandardTerm: terms.Term}
}

// ReceiptQuery selects receipts, latest first.
type ReceiptQuery struct {
	CustomerID uuid.UUID
	OnlyOf     *uuid.UUID
	View       string // unapplied, drafts, all
	Text       string
	paging.Window
}

// ReceiptPage is a part of the list; Unapplied is of all rows of the view.
type ReceiptPage struct {
	Receipts  []Receipt
	Total     int64
	Unapplied money.Amount
}

// Recipient is the customer as a confirmation addresses him.
type Recipient struct {
	Number   string
	Name     string
	HasEmail bool
	Written  *time.Time // when a confirmation of the receipt was queued
	Sent     *time.Time // when it went out
	State    string     // of its message: queued, sent, failed (is tried again) or gave_up; empty without one
}

// Repository keeps the book; its methods run inside a unit of work.
type Repository interface {
	// Overdue gives what is past due of a customer and what was paid after it was due, by
	// due date, with the payments of each item, and his credit notes.
	Overdue(ctx context.Context, customerID uuid.UUID, on calendar.Date) ([]FeeLine, error)
	// Unconfirmed gives receipts that came in on the date or after it, were booked after the
	// instant, stand, and of which a customer with an address was not written to yet.
	Unconfirmed(ctx context.Context, from calendar.Date, since time.Time, limit int) ([]uuid.UUID, error)
	// LockCustomer holds the customer's credit account until the transaction's end.
	LockCustomer(ctx context.Context, id uuid.UUID) error
	Receipts(ctx context.Context, q ReceiptQuery) (ReceiptPage, error)
	// EachReceipt gives all receipts of a query in its order, whatever its window.
	EachReceipt(ctx context.Context, q ReceiptQuery, do func(Receipt) error) error
	Receipt(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Receipt, error)
	// Recipient says whom a confirmation of the receipt goes to, and whether it went;
	// key names the confirmation.
	Recipient(ctx context.Context, customerID uuid.UUID, key string) (Recipient, error)
	InsertReceipt(ctx context.Context, r Receipt, at time.Time, by *uuid.UUID) error
	InsertDraft(ctx context.Context, d Draft, customerID uuid.UUID, at time.Time, by *uuid.UUID) error
	Draft(ctx context.Context, id uuid.UUID) (Draft, uuid.UUID, error)
	SettleDraft(ctx context.Context, id uuid.UUID, status string, on calendar.Date, at time.Time) error

	// OpenItems gives what is open of a customer with the sign of a debt.
	OpenItems(ctx context.Context, customerID uuid.UUID) ([]Item, error)
	Item(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Item, error)
	// Write stores entries and moves what is open of their items; ErrTooMuch when an
	// item or a credit note would be overpaid.
	Write(ctx context.Context, entries []Entry) error
	Entries(ctx context.Context, by EntriesBy, id uuid.UUID) ([]Entry, error)

	Life(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Life, error)
	// Changes gives what changed of an item, the latest first.
	Changes(ctx context.Context, id uuid.UUID, most int) ([]Change, error)
	// Stages sums the accounts of one customer, or of all that a person is responsible
	// for (nil: everybody's) where the id is Nil.
	Stages(ctx context.Context, customerID uuid.UUID, onlyOf *uuid.UUID) ([]Stage, error)
	InsertWriteOff(ctx context.Context, w WriteOff, by *uuid.UUID) error
	WriteOff(ctx context.Context, id uuid.UUID) (WriteOff, error)
	SetWriteOff(ctx context.Context, id uuid.UUID, status string, at time.Time) error
	InsertDispute(ctx context.Context, receivable Item, d Dispute, by *uuid.UUID) error
	ResolveDispute(ctx context.Context, receivable uuid.UUID, outcome string, at time.Time, by *uuid.UUID) error
	InsertWaiver(ctx context.Context, receivable Item, w Waiver, by *uuid.UUID) error
	Settings(ctx context.Context) (Settings, error)
	InsertSettings(ctx context.Context, s Settings, at time.Time, by *uuid.UUID) error
}

// EntriesBy says by which column entries are looked for.
type EntriesBy string

// The ways.
const (
	ByID         EntriesBy = "id"
	ByBatch      EntriesBy = "batch_id"
	ByReceipt    EntriesBy = "receipt_id"
	ByReceivable EntriesBy = "receivable_id"
	ByWriteOff   EntriesBy = "write_off_id"
)
