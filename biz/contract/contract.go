// Package contract owns the link between the ERP's contracts and a subsidiary's
// projects (000-66), the payment terms of a contract, and the due dates that
// follow from them.
//
// Documents carry the ERP's contract number as it came. From the moment on that a
// contract with this number is linked to a project, they belong to it, to the
// project and to its reports; nothing is copied.
//
// The rule of what falls due when is biz/paymentnode's. This package feeds it with
// what is known (the contract's items, deliveries, reported nodes) and keeps the
// outcome as instalments of each item, from which exposure, overdue and aging
// read. It does so again whenever one of those changes, in the same transaction.
//
// An item's volume is its statement's, in proportion; without one it is its amount
// at the contract's unit price.
package contract

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/paymentnode"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/volume"
)

// Contract is a supply contract with what is known of it.
type Contract struct {
	ID             uuid.UUID
	ERPContractNo  string
	CustomerID     uuid.UUID
	CustomerName   string
	ProjectID      uuid.UUID
	ProjectName    string
	Volume         volume.M3
	UnitPrice      money.Amount // fen per m³
	CreditTermDays int
	SignedOn       calendar.Date
	TermsVersion   int // 0 without payment terms
	Delivered      volume.M3
	Received       money.Amount // receipts that name the contract
	Settled        money.Amount // of all items
	Open           money.Amount
	Overdue        money.Amount
	LateFeePPM     *int // millionths of the overdue amount per day; nil: the subsidiary's
}

// Unlinked is a contract number that documents carry and no contract has.
type Unlinked struct {
	ERPContractNo string
	CustomerID    uuid.UUID
	CustomerName  string
	Documents     int64
	Amount        money.Amount // fen of its receivables and deliveries
	LastSeenOn    calendar.Date
	// Projects of the customer, the likeliest first: one that has no contract yet.
	Projects []ProjectRef
}

// ProjectRef names a project.
type ProjectRef struct {
	ID   uuid.UUID
	Name string
}

// Node is reported progress.
type Node struct {
	ID uuid.UUID
	paymentnode.Node
	Remark     string
	ReportedAt time.Time
}

// TermsVersion is one version of the terms.
type TermsVersion struct {
	Version   int
	Terms     paymentnode.Terms
	Reason    string
	CreatedAt time.Time
	CreatedBy *uuid.UUID
}

// Item is a receivable of the contract, or a reconciled statement that is not
// invoiced yet.
type Item struct {
	ID        uuid.UUID
	Number    string
	SettledOn calendar.Date
	Amount    money.Amount
	Volume    volume.M3
	Open      money.Amount
	Invoiced  bool
}

// Line is a line of the due table with the item it belongs to. Open is what is
// not paid of it: payments cover an item's earliest lines first.
type Line struct {
	paymentnode.Due
	Item Item
	Open money.Amount
}

// Detail is a contract with its terms, nodes and due table.
type Detail struct {
	Contract
	Terms *TermsVersion // nil without
	Nodes []Node
	Lines []Line
	Today calendar.Date
}

// Ticket is a delivery ticket of a contract. Plant and dispatcher are empty where the
// source does not say.
type Ticket struct {
	ID               uuid.UUID
	TicketNo, Source string
	DeliveredOn      calendar.Date
	Volume           volume.M3
	Amount           money.Amount
	OrderNo          string

	PlantCode, PlantName, Dispatcher string
}

// Query selects contracts.
type Query struct {
	CustomerID uuid.UUID
	OnlyOf     *uuid.UUID
	Text       string
	Today      calendar.Date
	paging.Window
}

// Facts are the input of the engine for one contract.
type Facts struct {
	ContractID uuid.UUID
	Terms      paymentnode.Terms
	Items      []Item
	Deliveries []paymentnode.Delivery
	Nodes      []paymentnode.Node
}

// Table works the due table out.
func (f Facts) Table() []Line {
	in := paymentnode.Input{Deliveries: f.Deliveries, Nodes: f.Nodes}
	items := map[string]Item{}
	for _, i := range f.Items {
		items[i.ID.String()] = i
		in.Settlements = append(in.Settlements, paymentnode.Settlement{ID: i.ID.String(), On: i.SettledOn, Amount: i.Amount, Volume: i.Volume})
	}
	var out []Line
	for _, d := range f.Terms.Table(in) {
		out = append(out, Line{Due: d, Item: items[d.SettlementID]})
	}
	cover(out)
	return out
}

// cover says what is open of each line. Lines of an item stand together, by date;
// what was paid covers the earliest ones.
func cover(lines []Line) {
	for start := 0; start < len(lines); {
		end := start
		for end < len(lines) && lines[end].SettlementID == lines[start].SettlementID {
			end++
		}
		left := lines[start].Item.Open
		for i := end - 1; i >= start; i-- {
			l := &lines[i]
			l.Open = min(l.Amount, max(0, left))
			if l.Amount < 0 {
				l.Open = max(l.Amount, min(0, left))
			}
			left -= l.Open
		}
		start = end
	}
}

// LinkInput links a contract number to a project.
type LinkInput struct {
	ERPContractNo  string
	ProjectID      uuid.UUID
	Volume         int64 // thousandths of m³
	UnitPrice      int64 // fen per m³
	CreditTermDays int
	SignedOn       string
}

// maxPrice is a million units of the currency per m³, in fen.
const maxPrice = 100_000_000

// Faults of contracts.
var (
	ErrNotFound        = fault.NotFound("CONTRACT_NOT_FOUND", "there is no such contract, or it is not yours to see")
	ErrERPNotFound     = fault.NotFound("ERP_CONTRACT_NOT_FOUND", "there is no such contract of an ERP, or its customer is not yours to see")
	ErrNumberInUse     = fault.Conflict("CONTRACT_NUMBER_IN_USE", "documents or an ERP carry this contract's own number; it cannot take another one")
	ErrExists          = fault.Conflict("CONTRACT_EXISTS", "this contract number is linked to a project already")
	ErrProjectNotFound = fault.NotFound("PROJECT_NOT_FOUND", "there is no such project, or it is not yours to see")
	ErrOtherCustomer   = fault.Mismatch("CONTRACT_OTHER_CUSTOMER", "documents with this contract number belong to another customer; choose one of his projects")
	ErrNodeExists      = fault.Conflict("NODE_REPORTED", "this node is reported already; revoke it to report another date")
	ErrNodeNotFound    = fault.NotFound("NODE_NOT_FOUND", "there is no such node, or it was revoked")
	ErrItemNotFound    = fault.NotFound("RECEIVABLE_NOT_FOUND", "the customer has no such receivable without a contract")
	ErrTermsChanged    = fault.Conflict("VERSION_CONFLICT", "the terms were changed meanwhile; load them again")
)

// Repository keeps contracts; its methods run inside a unit of work.
type Repository interface {
	List(ctx context.Context, q Query) ([]Contract, int64, error)
	// Get reads a contract the viewer may see; ErrNotFound.
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (Contract, error)
	// Tickets gives the contract's tickets, the latest first.
	Tickets(ctx context.Context, c Contract, w paging.Window) ([]Ticket, int64, error)
	Unlinked(ctx context.Context, onlyOf *uuid.UUID, w paging.Window) ([]Unlinked, int64, error)
	// CustomerOfProject is whose the project is; ErrProjectNotFound.
	CustomerOfProject(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (uuid.UUID, error)
	// OthersWith says whether customers other than this one have documents with the number.
	OthersWith(ctx context.Context, contractNo string, customerID uuid.UUID) (bool, error)
	Insert(ctx context.Context, c Contract, at time.Time, by *uuid.UUID) error
	// SetProject files the customer's receivables of the contract under its project.
	SetProject(ctx context.Context, c Contract) error
	// FileImported files what an import touched under the projects of the contracts
	// that it names now.
	FileImported(ctx context.Context, importID uuid.UUID) error
	// Holder says which contract has the number, nil for none. The names are empty
	// where its customer is not the viewer's.
	Holder(ctx context.Context, contractNo string, onlyOf *uuid.UUID) (*Holder, error)
	// SetLateFee stores the contract's own rate of late fees.
	SetLateFee(ctx context.Context, id uuid.UUID, ppm *int, at time.Time) error
	// Assign gives the number to a receivable of the customer that has none, or this
	// one; ErrItemNotFound.
	Assign(ctx context.Context, c Contract, receivable uuid.UUID) error

	Terms(ctx context.Context, contractID uuid.UUID) (*TermsVersion, error)
	InsertTerms(ctx context.Context, contractID uuid.UUID, t TermsVersion) error
	Nodes(ctx context.Context, contractID uuid.UUID) ([]Node, error)
	InsertNode(ctx context.Context, contractID uuid.UUID, n Node, by *uuid.UUID) error
	RevokeNode(ctx context.Context, contractID, nodeID uuid.UUID, at time.Time, by *uuid.UUID) error

	// Facts reads what the engine needs, for contracts in one go, whatever their
	// number; those without terms come with empty ones.
	Facts(ctx context.Context, contractIDs []uuid.UUID) ([]Facts, error)
	// Divide stores the lines of items that are invoiced and gives the customers concerned.
	Divide(ctx context.Context, lines []Line) ([]uuid.UUID, error)
	// WithTerms lists contracts that have terms, of the customers, or those whose
	// items an import touched.
	WithTerms(ctx context.Context, customerIDs []uuid.UUID) ([]uuid.UUID, error)
	ImportedWithTerms(ctx context.Context, importID uuid.UUID) ([]uuid.UUID, error)
	// Reopen brings what is open of instalments in line with their items.
	Reopen(ctx context.Context, receivableIDs []uuid.UUID) error
}
