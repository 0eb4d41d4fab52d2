package feed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// KnownCustomer is a customer as he is stored.
type KnownCustomer struct {
	ID             uuid.UUID
	Number         string
	Name           string
	USCC           string
	Address        string
	CreditTermDays int
}

// CustomerRow is a customer to write.
type CustomerRow struct {
	KnownCustomer
	New bool
}

// ContractRow is a contract of a source, as stored or to write.
type ContractRow struct {
	ID             uuid.UUID     `json:"id"`
	Number         string        `json:"number"`
	CustomerID     uuid.UUID     `json:"customer_id"`
	CustomerNumber string        `json:"customer_number"` // as the source names the customer
	USCC           string        `json:"uscc"`
	ProjectName    string        `json:"project_name"`
	SignedOn       calendar.Date `json:"signed_on"`
	Volume         volume.M3     `json:"volume"`
	Amount         money.Amount  `json:"amount"`
	CreditTermDays int           `json:"credit_term_days"`
}

// DeliveryRow is a ticket, as stored or to write.
type DeliveryRow struct {
	ID          uuid.UUID     `json:"id"`
	TicketNo    string        `json:"ticket_no"`
	CustomerID  uuid.UUID     `json:"customer_id"`
	ContractNo  string        `json:"contract_no"`
	OrderNo     string        `json:"order_no"`
	InvoiceNo   string        `json:"invoice_no"`
	DeliveredOn calendar.Date `json:"delivered_on"`
	Volume      volume.M3     `json:"volume"`
	Amount      money.Amount  `json:"amount"`
	Dispatch
}

// KnownDelivery is a stored ticket. Signed says that its statement was submitted or
// reconciled: what it says of goods and money is agreed with the customer.
type KnownDelivery struct {
	DeliveryRow
	CustomerNumber string
	Currency       money.Currency
	Signed         bool
}

// ReceiptRow is a receipt, as stored or to write.
type ReceiptRow struct {
	ID         uuid.UUID     `json:"id"`
	DocumentNo string        `json:"document_no"`
	CustomerID uuid.UUID     `json:"customer_id"`
	ReceivedOn calendar.Date `json:"received_on"`
	Amount     money.Amount  `json:"amount"`
	Method     string        `json:"method"`
	ContractNo string        `json:"contract_no"`
	Payer      string        `json:"payer"`
	ApplyHere  bool          `json:"apply_here"`
	Reverses   *uuid.UUID    `json:"reverses"`
}

// KnownReceipt is a stored receipt.
type KnownReceipt struct {
	ReceiptRow
	Currency money.Currency
	Reversed bool // a counter-entry is there
	Used     bool // something of it is applied here
}

// Totals is what is stored of some records.
type Totals struct {
	Rows   int64
	Amount money.Amount
	Volume volume.M3
}

// Repository keeps records; its methods run inside a unit of work and take any
// number of records in a constant number of statements.
type Repository interface {
	// Lock lets one batch of the subsidiary in at a time.
	Lock(ctx context.Context) error
	// Customers finds customers by number or by code, and those with a code by name.
	Customers(ctx context.Context, numbers, codes, names []string) ([]KnownCustomer, error)
	// PutCustomers answers CUSTOMER_EXISTS when another one took number, code or name.
	PutCustomers(ctx context.Context, rows []CustomerRow, at time.Time) error

	Contracts(ctx context.Context, source string, numbers []string) ([]ContractRow, error)
	PutContracts(ctx context.Context, source string, rows []ContractRow, at time.Time) error

	Deliveries(ctx context.Context, source string, tickets []string) ([]KnownDelivery, error)
	// PutDeliveries writes tickets. One whose customer, contract or day changed leaves its
	// open statement; one whose invoice changed is not billed until that is there.
	PutDeliveries(ctx context.Context, source string, c money.Currency, rows []DeliveryRow, at time.Time) error
	// DeliveryTotals sums what is stored of the tickets.
	DeliveryTotals(ctx context.Context, source string, tickets []string) (Totals, error)
	// StandingTickets gives the numbers of the source's tickets from a day on that still
	// say something and are not signed.
	StandingTickets(ctx context.Context, source string, from calendar.Date) ([]KnownDelivery, error)

	Orders(ctx context.Context, source string, numbers []string) ([]KnownOrder, error)
	PutOrders(ctx context.Context, source string, c money.Currency, rows []OrderRow, at time.Time) error
	// OrderTotals sums what is open of the orders.
	OrderTotals(ctx context.Context, source string, numbers []string) (Totals, error)
	// StandingOrders gives the source's orders from a day on of which something is open.
	StandingOrders(ctx context.Context, source string, from calendar.Date) ([]KnownOrder, error)

	// Drafts finds drafts of any source: a draft's number is one and the same everywhere.
	Drafts(ctx context.Context, numbers []string) ([]KnownDraft, error)
	// PutDrafts writes new drafts, and of known ones what became of them.
	PutDrafts(ctx context.Context, rows []DraftRow, at time.Time) error
	DraftTotals(ctx context.Context, source string, numbers []string) (Totals, error)

	Receipts(ctx context.Context, source string, documents []string) ([]KnownReceipt, error)
	AddReceipts(ctx context.Context, source string, c money.Currency, rows []ReceiptRow, at time.Time) error
	ReceiptTotals(ctx context.Context, source string, documents []string) (Totals, error)

	// Receivables says of each document of the source that is there which import
	// changed it last.
	Receivables(ctx context.Context, source string, documents []string) (map[string]uuid.UUID, error)

	// Reject keeps the refused ones and forgets those that were accepted.
	Reject(ctx context.Context, source string, k Kind, refused []Reject, accepted []string, at time.Time) error
	// Rejects lists what is refused, the latest first; an empty source or kind is all.
	Rejects(ctx context.Context, source string, k Kind, limit, offset int) ([]Reject, int64, error)

	// Refresh brings the states up to date with the credit accounts: of some customers,
	// or without ids of all. A changed one gets the next number.
	Refresh(ctx context.Context, at time.Time, customers ...uuid.UUID) error
	// States gives the states that changed after a number, in that order; with a
	// salesperson those of his customers.
	States(ctx context.Context, after int64, onlyOf *uuid.UUID, limit int) ([]CreditState, error)
}

// Statements follow their tickets (biz/statement).
type Statements interface {
	// Sum adds up the open statements anew.
	Sum(ctx context.Context, at time.Time) (int64, error)
}

// Relations follow the customers' master data (biz/related).
type Relations interface {
	Follow(ctx context.Context, customerIDs ...uuid.UUID) error
}

// Terms brings due dates in line with what was delivered (biz/contract).
type Terms interface {
	OfCustomers(ctx context.Context, customerIDs ...uuid.UUID) error
}
