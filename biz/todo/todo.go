// Package todo puts together what a person has to do (000-25): approvals, things
// to update, warnings. An item is derived from the state of the domain it comes
// from and stored nowhere, so it vanishes by itself when it is handled.
//
// It owns the item's form, the order of a list across domains, its cursor and the
// counts. It does not own the items: each domain registers Sources, one for each
// kind of item, and reads them from its own tables.
//
// A list costs one statement for each kind that the person can have, whatever the
// number of items: sources page by key, and counts stop at MostCounted.
package todo

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Class groups the kinds on the workbench.
type Class string

// The classes: somebody waits for a decision or an answer; data are to be brought
// up to date; something may go wrong.
const (
	ClassApproval Class = "approval"
	ClassUpdate   Class = "update"
	ClassWarning  Class = "warning"
)

// Kind names what is to be done, such as "approval.decide". The console has its
// text under workbench.item.<kind>.
type Kind string

// Link is the page where an item is handled, by the console's route name.
type Link struct {
	Route  string            `json:"route"`
	Params map[string]string `json:"params,omitempty"`
	Query  map[string]string `json:"query,omitempty"`
}

// Company is the customer an item is about.
type Company struct {
	ID     uuid.UUID
	Number string
	Name   string
}

// Item is one thing to do. ID is unique among the items of its kind.
type Item struct {
	Kind     Kind
	Class    Class
	ID       uuid.UUID
	Parts    map[string]string // what the kind's text needs: names, numbers, reason codes
	Customer *Company
	Amount   *money.Amount // fen in the tenant's currency
	Created  time.Time     // since when it is to be done
	Due      calendar.Date // zero: no date
	Link     Link
	For      For
}

// For says whose item it is: one person's, or everybody's with a permission.
type For struct {
	Person     uuid.UUID
	Permission access.Permission
}

// Order of a list.
type Order string

// The orders: by creation, newest first; by due date, the longest overdue first
// and those without a date at the end.
const (
	OrderNewest Order = "newest"
	OrderDue    Order = "due"
)

// Mark is where a source left off: the item it gave last. With OrderNewest a
// source goes on below (Created, ID), with OrderDue above (Due, ID).
type Mark struct {
	Created time.Time     `json:"c"`
	Due     calendar.Date `json:"d"`
	ID      uuid.UUID     `json:"i"`
}

// Viewer is whose list it is.
type Viewer struct {
	Actor  access.Actor
	Person uuid.UUID
	OnlyOf *uuid.UUID // the data scope: only customers this person is responsible for
	Today  calendar.Date
}

// Query asks a source for its next items.
type Query struct {
	Viewer
	Order Order
	After *Mark // nil from the beginning
	Limit int
}

// MostCounted bounds what a source counts: beyond it the answer is "more". So a
// list of ten thousand costs what one of a hundred does; nobody plans his day by
// whether it is 4,000 or 5,000.
const MostCounted = 100

// Count is how many items a source has, up to MostCounted; Overdue are those of
// them whose date is past.
type Count struct{ Total, Overdue int64 }

// About describes a source.
type About struct {
	Kind  Kind
	Class Class
	// Permission is needed to have such items at all; others are spared the query.
	Permission access.Permission
}

// Source gives the items of one kind. Its methods run inside a unit of work of
// the tenant and change nothing.
type Source interface {
	About() About
	// List gives up to q.Limit items after q.After in q.Order, ties by id.
	List(ctx context.Context, q Query) ([]Item, error)
	// Count counts up to MostCounted items.
	Count(ctx context.Context, v Viewer) (Count, error)
}

// ErrCursor answers a cursor that no list has given.
var ErrCursor = fault.New(fault.KindInvalid, "BAD_CURSOR", "this is not a place in the list; load the list from its beginning")
