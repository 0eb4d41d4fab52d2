package report

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Filter narrows figures; zero fields narrow nothing.
type Filter struct {
	TenantID      uuid.UUID
	Currency      string
	SalespersonID *uuid.UUID // points to Nil for customers without one
	CustomerID    uuid.UUID
	Customers     []uuid.UUID // nil for all, empty for nobody
}

// Dimension is what figures are broken down by.
type Dimension string

// The dimensions, from the group down to the customer.
const (
	BySubsidiary  Dimension = "subsidiary"
	BySalesperson Dimension = "salesperson"
	ByCustomer    Dimension = "customer"
)

// ChildOrder sorts subjects by their figures on a date.
type ChildOrder string

// The orders, largest (or oldest) first.
const (
	ByReceivable ChildOrder = "receivable"
	ByOverdue    ChildOrder = "overdue"
	ByOldest     ChildOrder = "overdue_days"
	BySales      ChildOrder = "sales"
	ByCollected  ChildOrder = "collections"
	ByRatio      ChildOrder = "overdue_ratio"
	ByTurnover   ChildOrder = "dso"
)

// ChildOrders lists the orders.
var ChildOrders = []ChildOrder{ByReceivable, ByOverdue, ByOldest, BySales, ByCollected, ByRatio, ByTurnover}

const orderNames = "one of receivable, overdue, overdue_days, sales, collections, overdue_ratio, dso"

// CheckOrder adds the fault of an order that is none.
func CheckOrder(c *fault.Checks, o ChildOrder) {
	c.Require(slices.Contains(ChildOrders, o), "order_by", "UNKNOWN", orderNames)
}

// ChildQuery asks for the parts of a whole.
type ChildQuery struct {
	By            Dimension
	Over          Period // the state on its end and the flows of all of it order them
	Order         ChildOrder
	Limit, Offset int
}

// Child is a part of a whole. A salesperson with ID Nil stands for customers
// without one.
type Child struct {
	ID           uuid.UUID
	Name, Detail string
	Series       Series
}

// FigureReader reads figures inside a unit of work, of a tenant or of HQ.
type FigureReader interface {
	Series(ctx context.Context, f Filter) (Series, error)
	Children(ctx context.Context, f Filter, q ChildQuery) ([]Child, int64, error)
	// Name names the filter's customer, or its salesperson; ok is false when there is
	// no such one.
	Name(ctx context.Context, f Filter) (name string, ok bool, err error)
}
