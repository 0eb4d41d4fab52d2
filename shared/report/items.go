package report

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/history"
	"zhuxin/shared/uow"
)

// ItemsQuery asks for a page of one customer's items at a subsidiary.
type ItemsQuery struct {
	TenantID, CustomerID uuid.UUID
	View                 string // open, overdue, settled, all; empty is open
	Page, Size           int32
}

// Item is one item as HQ sees it, in fen.
type Item struct {
	DocumentNo           string
	InvoiceDate, DueDate calendar.Date
	Currency             string
	Amount, Open         int64
	OverdueDays          int
	// Who sells there, and what it is for; empty where there is none.
	Salesperson, ContractNo, Project string
	Disputed                         bool
}

// Items is a page of items; Total and OpenSum are of all rows of the view.
type Items struct {
	Items          []Item
	Total, OpenSum int64
}

// Books reads a subsidiary's items on HQ's behalf: the last step of the drill-down.
type Books interface {
	Items(ctx context.Context, q ItemsQuery) (Items, error)
	// Export writes all items of the view to a file.
	Export(ctx context.Context, q ItemsQuery, lang Lang) (File, error)
}

// LookLog keeps the sharing log, inside HQ's unit
// of work.
type LookLog interface {
	Log(ctx context.Context, looks []history.Look) error
}

// Companies finds a projected customer's code, inside HQ's unit of work.
type Companies interface {
	// Code gives the customer's code, which may be empty; ok is false when the
	// subsidiary has no such customer.
	Code(ctx context.Context, tenantID, customerID uuid.UUID) (uscc string, ok bool, err error)
}

// PurposeReport is why HQ looks at items.
const PurposeReport = "report"

// GroupItems shows HQ the items behind a figure. HQ is the group: it may see its
// subsidiaries' items, and each look is written down where the subsidiary reads it.
type GroupItems struct {
	hq        uow.HQ
	log       LookLog
	companies Companies
	books     Books
	clock     calendar.Clock
}

// NewGroupItems makes the service.
func NewGroupItems(hq uow.HQ, log LookLog, companies Companies, books Books, clock calendar.Clock) *GroupItems {
	return &GroupItems{hq: hq, log: log, companies: companies, books: books, clock: clock}
}

// List gives a page of items. The look is logged before: nothing is seen unlogged.
func (g *GroupItems) List(ctx context.Context, q ItemsQuery) (Items, error) {
	if err := g.look(ctx, q); err != nil {
		return Items{}, err
	}
	return g.books.Items(ctx, q)
}

// Export writes all items of the view to a file, logged likewise.
func (g *GroupItems) Export(ctx context.Context, q ItemsQuery, lang Lang) (File, error) {
	if err := g.look(ctx, q); err != nil {
		return File{}, err
	}
	return g.books.Export(ctx, q, lang)
}

// look checks that there is such a customer, and logs who looks at his items.
func (g *GroupItems) look(ctx context.Context, q ItemsQuery) error {
	actor, err := access.Require(ctx, access.HQOverviewRead)
	if err != nil {
		return err
	}
	var c fault.Checks
	c.Require(q.TenantID != uuid.Nil, "tenant_id", "REQUIRED", "name the subsidiary")
	c.Require(q.CustomerID != uuid.Nil, "customer_id", "REQUIRED", "name the customer")
	if err := c.Err(); err != nil {
		return err
	}
	return g.hq.InTx(ctx, func(ctx context.Context) error {
		code, ok, err := g.companies.Code(ctx, q.TenantID, q.CustomerID)
		if err != nil {
			return err
		}
		if !ok {
			return ErrNoCustomer
		}
		return g.log.Log(ctx, []history.Look{{At: g.clock.Now(), ViewerID: actor.ID, ViewerName: actor.Name, OwnerTenantID: q.TenantID,
			USCC: code, Purpose: PurposeReport, RequestID: actor.RequestID}})
	})
}
