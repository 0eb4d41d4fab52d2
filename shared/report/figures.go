package report

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// Filter narrows figures; zero fields narrow nothing.
type Filter struct {
	TenantID      uuid.UUID
	Currency      string
	SalespersonID *uuid.UUID // points to Nil for customers without one
	CustomerID    uuid.UUID
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
)

// ChildOrders lists the orders.
var ChildOrders = []ChildOrder{ByReceivable, ByOverdue, ByOldest, BySales}

// ChildQuery asks for the parts of a whole.
type ChildQuery struct {
	By            Dimension
	On            calendar.Date // whose figures order them
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
