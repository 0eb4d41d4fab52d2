// Package customer owns the customers of a subsidiary, who is responsible for
// them, and their projects (000-35 to 000-42; 000-28 to 000-33 as far as kept).
//
// It does not own what they owe (biz/exposure), are granted (biz/limit) or are
// rated (biz/rating); it shows figures of theirs. Documents are biz/document's.
//
// A customer is one legal entity: its unified social credit code is unique in
// the subsidiary, and so is its name among those whose code is known. An imported
// customer may lack the code; it cannot be rated until it has one.
//
// Data scope: a salesperson sees and changes only the customers he is
// responsible for; another's is "not found", except in the check that a name or
// code is taken, which says by whom, because that is what it is for (000-41).
package customer

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/volume"
)

// Status says whether business is still done.
type Status string

// The statuses.
const (
	StatusActive   Status = "active"
	StatusInactive Status = "inactive"
)

// Customer is one customer as stored. Personal fields are here only as masks;
// what is sealed goes through Sealed.
type Customer struct {
	ID                    uuid.UUID
	Number                string
	Name                  string
	USCC                  string // empty until known
	USCCOverrideReason    string // why a code whose check character fails was accepted
	TaxNo                 string
	Salesperson           *party.Person // nil: nobody is responsible yet
	ContactName           string
	ContactPhoneMask      string
	ContactEmailMask      string // where dunning letters go
	LegalRepresentative   string
	LegalRepresentativeID string // mask
	BankAccountMask       string
	Address               string
	CreditTermDays        int // days from invoice to due date where no payment node says (ruling 5)
	Status                Status
	SettlesAdvance        bool // pays cash in advance
	CreatedAt             time.Time
	CreatedBy             *party.Person // written once; not read back
	UpdatedAt             time.Time
	Version               int64
}

// Sealed are encrypted personal fields to store; nil leaves one as it is, an
// empty slice clears it.
type Sealed struct{ ContactPhone, ContactEmail, LegalRepresentativeID, BankAccount []byte }

// Brief is who a customer is, for other domains.
type Brief struct {
	ID     uuid.UUID
	Number string
	Name   string
	USCC   string // empty until known
}

// Finder looks a customer up, for other domains.
type Finder interface {
	// Brief gives the customer; with onlyOf only when that person is responsible
	// for it. ErrNotFound otherwise.
	Brief(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Brief, error)
	// BriefOfSeller gives the customer when the person is named as the salesperson of the
	// project, or of any project of the customer where none is named. ErrNotFound otherwise.
	BriefOfSeller(ctx context.Context, id, person uuid.UUID, project *uuid.UUID) (Brief, error)
}

// ForProject gives a customer to whom it may concern: who may see him, and the
// salesperson of a project of his, who acts for that project and sees of the customer no
// more than this (reduced). A nil project is any of the customer's. ErrNotFound otherwise.
func ForProject(ctx context.Context, f Finder, a access.Actor, id uuid.UUID, project *uuid.UUID) (b Brief, reduced bool, err error) {
	b, err = f.Brief(ctx, id, OnlyOf(a))
	if !errors.Is(err, ErrNotFound) || !a.OwnCustomersOnly() {
		return b, false, err
	}
	b, err = f.BriefOfSeller(ctx, id, a.ID, project)
	return b, err == nil, err
}

// OnlyOf gives whose customers the actor is confined to; nil for everybody's.
func OnlyOf(a access.Actor) *uuid.UUID {
	if !a.OwnCustomersOnly() {
		return nil
	}
	return &a.ID
}

// ByActor refers to the actor as the author of something; nil for the system and
// API keys, which are no persons.
func ByActor(a access.Actor) *party.Person {
	if a.Kind != access.KindPerson {
		return nil
	}
	return &party.Person{ID: a.ID, Name: a.Name}
}

// Faults of customers.
var (
	ErrNotFound = fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer, or it is not one of yours")
	ErrExists   = fault.Conflict("CUSTOMER_EXISTS", "there is already a customer with this code, name or number")
	ErrVersion  = fault.Conflict("VERSION_CONFLICT", "the customer was changed meanwhile; load it again and repeat your change")
	ErrTransfer = fault.Forbidden("CUSTOMER_TRANSFER_FORBIDDEN", "a salesperson cannot hand a customer over; ask your administrator")

	ErrProjectExists  = fault.Conflict("PROJECT_EXISTS", "there is already a project with this number")
	ErrContractExists = fault.Conflict("CONTRACT_EXISTS", "this contract number is linked to a project already")
)

// View is a tab of the list.
type View string

// The views: everything; those I am responsible for; more used than granted;
// with overdue receivables; without an effective rating; on the negative list.
const (
	ViewAll       View = "all"
	ViewMine      View = "mine"
	ViewOverLimit View = "over_limit"
	ViewOverdue   View = "overdue"
	ViewUnrated   View = "unrated"
	ViewNegative  View = "negative"
)

// Views lists them.
var Views = []View{ViewAll, ViewMine, ViewOverLimit, ViewOverdue, ViewUnrated, ViewNegative}

// Order sorts the list; the zero value is by last change, newest first.
type Order string

// The orders.
const (
	OrderName        Order = "name"
	OrderReceivable  Order = "receivable"
	OrderOverdue     Order = "overdue"
	OrderUtilization Order = "utilization" // exposure ÷ limit; without a limit at the end
)

// Query selects a page of the list.
type Query struct {
	Text   string // part of name, number or code; empty for all
	View   View
	Order  Order
	Desc   bool
	Viewer uuid.UUID   // whose "mine" are
	In     []uuid.UUID // those of a segment; nil for all
	OnlyOf *uuid.UUID  // the data scope
	Today  calendar.Date
	paging.Window
}

// Summary is a row of the list, with figures for today. Amounts are fen.
type Summary struct {
	ID             uuid.UUID
	Number         string
	Name           string
	USCC           string
	Grade          string
	LimitKind      exposure.LimitKind
	LimitAmount    money.Amount // standing with active temporary limits; 0 for kind none
	Exposure       money.Amount
	Receivable     money.Amount
	Overdue        money.Amount
	OverdueDays    int
	OnNegativeList bool
	Salesperson    *party.Person
	UpdatedAt      time.Time
}

// Page is a part of the list. Counts are of each view without the search text,
// Total is of the chosen view with it.
type Page struct {
	Customers []Summary
	Total     int64
	Counts    map[View]int64
}

// NegativeHit is an effective entry on the group's negative list.
type NegativeHit struct {
	ReasonCode string
	ReasonText string
	ListedAt   time.Time
}

// Detail is a customer with what is known about him on a date.
type Detail struct {
	Customer
	Currency       money.Currency
	Account        exposure.Account
	Aging          exposure.Aging
	RatingID       *uuid.UUID // the effective one
	KnownElsewhere int        // other subsidiaries that know the company
	Negative       *NegativeHit
	Reduced        bool // the viewer sells at a project of his: who he is and his grade, nothing else
}

// Taken says who has a name, code or number already.
type Taken struct {
	ID          uuid.UUID
	Number      string
	Name        string
	Field       string // uscc, name or number
	Salesperson *party.Person
}

// Identity is what is to be unique.
type Identity struct {
	Except             uuid.UUID // the customer that is being changed
	USCC, Name, Number string    // empty ones are not looked for
	// AlsoUncoded finds the name among customers without a code as well: who
	// enters a company anew shall rather complete the imported one.
	AlsoUncoded bool
}

// Project is a construction site that is supplied.
type Project struct {
	ID               uuid.UUID
	CustomerID       uuid.UUID
	Number           string
	Name             string
	OwnerName        string // project owner (业主): the real client behind the contractor
	Address          string
	ContractedVolume volume.M3
	Status           string
	Contracts        []Contract
}

// Contract is a supply contract of a project, as linked from the ERP.
type Contract struct {
	ERPContractNo  string
	Volume         volume.M3
	UnitPrice      money.Amount // fen per m³
	CreditTermDays int
	SignedOn       string // yyyy-MM-dd
}
