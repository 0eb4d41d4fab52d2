package receivable

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Receivable is one item of the ledger. Amounts are fen of Currency; OpenAmount
// has the sign of Amount, or is 0.
type Receivable struct {
	ID             uuid.UUID
	Source         string
	DocumentNo     string
	CustomerID     uuid.UUID
	CustomerName   string
	InvoiceDate    calendar.Date
	DueDate        calendar.Date
	Currency       money.Currency
	Amount         money.Amount
	OpenAmount     money.Amount
	Disputed       bool
	ContractNo     string // empty without a contract
	CustomerNumber string
	Project        string // empty without one
	Salesperson    string // empty without one
}

// State says how much of an item came in (004-06).
type State string

// The states.
const (
	StatePending State = "pending"
	StatePartial State = "partial"
	StatePaid    State = "paid"
	StateVoid    State = "void" // its source declared it void
)

// StateOf is the state of an item of an amount with so much of it open.
func StateOf(amount, open money.Amount) State {
	if amount == 0 {
		return StateVoid
	}
	switch open {
	case 0:
		return StatePaid
	case amount:
		return StatePending
	}
	return StatePartial
}

// State is the item's.
func (r Receivable) State() State { return StateOf(r.Amount, r.OpenAmount) }

// OverdueDays counts the days past due; 0 when not due yet or settled.
func (r Receivable) OverdueDays(today calendar.Date) int {
	if r.OpenAmount == 0 {
		return 0
	}
	return max(0, today.DaysSince(r.DueDate))
}

// View is a tab of the list.
type View string

// The views: still open; open and past due; open as a whole; open in part; in
// dispute; settled; everything.
const (
	ViewOpen     View = "open"
	ViewOverdue  View = "overdue"
	ViewPending  View = "pending"
	ViewPartial  View = "partial"
	ViewDisputed View = "disputed"
	ViewSettled  View = "settled"
	ViewAll      View = "all"
)

// Order sorts the list.
type Order string

// The orders.
const (
	OrderDueDate    Order = "due_date"
	OrderOpenAmount Order = "open_amount"
)

// Scope narrows what is read: to one customer, and to those one person is
// responsible for.
type Scope struct {
	CustomerID uuid.UUID  // Nil for all
	OnlyOf     *uuid.UUID // the data scope; nil for everybody's
}

// Query selects a page of receivables.
type Query struct {
	Scope
	View  View
	Text  string // part of document number, customer's name or number
	Order Order
	Desc  bool
	Today calendar.Date
	paging.Window
}

// Page is a part of a list. Total and OpenSum are of all rows of the view.
type Page struct {
	Receivables []Receivable
	Total       int64
	OpenSum     money.Amount
	Today       calendar.Date // the business date that overdue is counted on
}

// Reader reads the ledger inside a unit of work.
type Reader interface {
	List(ctx context.Context, q Query) (Page, error)
	// Each gives all rows of a view in its order, whatever its window.
	Each(ctx context.Context, q Query, do func(Receivable) error) error
	// OpenByDueDate sums what is open, by due date.
	OpenByDueDate(ctx context.Context, s Scope) (map[calendar.Date]money.Amount, error)
	// Months sums what was invoiced and what was collected since the first day of a
	// month, by the first day of each month that has any.
	Months(ctx context.Context, s Scope, since calendar.Date) (invoiced, collected map[calendar.Date]money.Amount, err error)
	// Standing counts customers and sums their accounts.
	Standing(ctx context.Context, s Scope) (Standing, error)
}

// Customers looks a customer up (biz/customer).
type Customers interface {
	Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (customer.Brief, error)
}

// Ledger answers what customers owe.
type Ledger struct {
	tx        uow.Tenant
	reader    Reader
	customers Customers
	accounts  exposure.Refresher
	clock     calendar.Clock
}

// NewLedger makes the service.
func NewLedger(tx uow.Tenant, r Reader, customers Customers, accounts exposure.Refresher, clock calendar.Clock) *Ledger {
	return &Ledger{tx: tx, reader: r, customers: customers, accounts: accounts, clock: clock}
}

// ListInput asks for a page of receivables. OrderBy is due_date or open_amount, a
// leading minus turns it around; empty is due_date.
type ListInput struct {
	CustomerID uuid.UUID
	View       View
	Text       string
	OrderBy    string
	Page, Size int32
}

func (in ListInput) query(a access.Actor, today calendar.Date) (Query, error) {
	var c fault.Checks
	q := Query{Scope: Scope{in.CustomerID, customer.OnlyOf(a)}, View: in.View, Text: in.Text, Today: today, Window: paging.Of(&c, in.Page, in.Size)}
	switch q.View {
	case "":
		q.View = ViewOpen
	case ViewOpen, ViewOverdue, ViewPending, ViewPartial, ViewDisputed, ViewSettled, ViewAll:
	default:
		c.Add("view", "UNKNOWN", "one of open, overdue, pending, partial, disputed, settled, all")
	}
	order := in.OrderBy
	if len(order) > 0 && order[0] == '-' {
		q.Desc, order = true, order[1:]
	}
	switch q.Order = Order(order); q.Order {
	case "":
		q.Order = OrderDueDate
	case OrderDueDate, OrderOpenAmount:
	default:
		c.Add("order_by", "UNKNOWN", "due_date or open_amount, with a leading minus to turn it around")
	}
	c.Require(len(q.Text) <= 200, "q", "TOO_LONG", "at most 200 characters")
	return q, c.Err()
}

// List gives a page of receivables. A salesperson gets those of his customers.
func (l *Ledger) List(ctx context.Context, in ListInput) (Page, error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return Page{}, err
	}
	today, err := tenant.Today(ctx, l.clock)
	if err != nil {
		return Page{}, err
	}
	q, err := in.query(actor, today)
	if err != nil {
		return Page{}, err
	}
	var p Page
	err = l.tx.InTx(ctx, func(ctx context.Context) error {
		if err := l.visible(ctx, q.Scope); err != nil {
			return err
		}
		p, err = l.reader.List(ctx, q)
		return err
	})
	p.Today = today
	return p, err
}

// visible is ErrNotFound of biz/customer for a customer that is not there or not his.
func (l *Ledger) visible(ctx context.Context, s Scope) error {
	if s.CustomerID == uuid.Nil {
		return nil
	}
	_, err := l.customers.Brief(ctx, s.CustomerID, s.OnlyOf)
	return err
}
