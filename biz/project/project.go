// Package project owns a customer's construction sites after they were opened
// (000-28 to 000-34): their profile, contacts, contracts, status, and the project
// owners (业主) behind them (000-43, 44).
//
// It does not own what is owed (biz/receivable, biz/exposure) or granted
// (biz/limit): the profile shows figures of theirs. Papers are biz/document's.
//
// Data scope: a salesperson sees the projects of the customers he is responsible
// for, and those he sells to himself. Owners are everybody's in the subsidiary; of
// their projects each sees his own.
package project

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/timeline"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/volume"
)

// Status is where a site stands.
type Status string

// The statuses.
const (
	StatusPlanned   Status = "planned"
	StatusSupplying Status = "supplying"
	StatusFinished  Status = "finished"
	StatusStopped   Status = "stopped"
)

// Statuses lists them.
var Statuses = []Status{StatusPlanned, StatusSupplying, StatusFinished, StatusStopped}

// Project is one site as stored.
type Project struct {
	ID               uuid.UUID
	Number           string
	Name             string
	Status           Status
	Address          string
	ContractedVolume volume.M3 // ruling 10
	OwnerName        string    // as written down; the owner's own name where he is linked
	Owner            *OwnerRef
	Customer         customer.Brief
	Salesperson      *party.Person // who sells here; the customer's where nobody is named
	OwnSalesperson   bool          // named at the project itself
	Checkpoints      Checkpoints   // where an order check binds for its orders
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Version          int64
}

// Checkpoints says at which steps of a project's orders a check binds (ruling 16).
type Checkpoints string

// The settings; inherit is the tenant's, and the preset.
const (
	CheckInherit  Checkpoints = "inherit"
	CheckOrder    Checkpoints = "order"
	CheckDispatch Checkpoints = "dispatch"
	CheckBoth     Checkpoints = "both"
)

// OwnerRef names a project owner.
type OwnerRef struct {
	ID   uuid.UUID
	Name string
}

// Contact is a person at the site. The phone is a mask; what is sealed goes
// through the repository.
type Contact struct {
	ID        uuid.UUID
	Name      string
	Role      string
	PhoneMask string
}

// Business is what was sold at a project and is owed for it (000-30), in fen.
type Business struct {
	Billed      money.Amount // all receivables, credit notes taken off
	Receivable  money.Amount // open
	Overdue     money.Amount // open and past due
	OverdueDays int          // of the oldest
	Delivered   volume.M3    // tickets of its contracts
	Received    money.Amount // receipts that name its contracts
	Months      []Month      // the last twelve, oldest first, also those without sales
}

// Month is the sales of a calendar month.
type Month struct {
	First  calendar.Date
	Billed money.Amount
}

// WarningCode says what stands against deliveries (000-31).
type WarningCode string

// The warnings of a project.
const (
	WarnFrozen      WarningCode = "FROZEN"       // the customer's account is frozen
	WarnOverdue     WarningCode = "OVERDUE"      // receivables of the project are past due
	WarnOverLimit   WarningCode = "OVER_LIMIT"   // the customer is over his limit
	WarnNegative    WarningCode = "NEGATIVE"     // the customer is on the group's negative list
	WarnOwnerListed WarningCode = "OWNER_LISTED" // the owner is
	WarnUnrated     WarningCode = "UNRATED"      // the customer has no effective rating

	WarnSupplyStopped   WarningCode = "SUPPLY_STOPPED"   // supply is stopped, to the project or to the customer
	WarnDishonest       WarningCode = "DISHONEST"        // a register has the customer among the dishonest debtors
	WarnLitigation      WarningCode = "LITIGATION"       // lawsuits, enforcement or restrictions against the customer
	WarnOwnerDishonest  WarningCode = "OWNER_DISHONEST"  // the same of the owner
	WarnOwnerLitigation WarningCode = "OWNER_LITIGATION" // the same of the owner
)

// Warning is one warning, with the amount or days that raised it.
type Warning struct {
	Code   WarningCode
	Amount money.Amount // fen, where money raised it
	Days   int
	Count  int64 // of findings
}

// Outside is how many findings of a kind hold against a company, by a provider's word.
type Outside struct {
	Owner     bool // of the project's owner; otherwise of the customer
	Dishonest bool // otherwise of the courts
	Count     int64
	Amount    money.Amount
}

// Profile is everything about a project on a date.
type Profile struct {
	Project
	Currency  money.Currency
	Grade     string
	Account   exposure.Account      // of the customer: a project's deliveries use his limit
	Own       *limit.ProjectFigures // nil for a project without a limit of its own
	Business  Business
	Warnings  []Warning // worst first
	Contracts []customer.Contract
	Contacts  []Contact
	AsOf      calendar.Date
}

// Row is a project in a list.
type Row struct {
	Project
	Warning    customer.Warning
	ContractNo string
	Receivable money.Amount
	Overdue    money.Amount
}

// Query selects a page of projects, the last changed first.
type Query struct {
	Text       string // part of name, number, contract number or customer's name
	Status     Status // empty for all
	CustomerID *uuid.UUID
	OwnerID    *uuid.UUID
	OnlyOf     *uuid.UUID // the data scope
	Today      calendar.Date
	paging.Window
}

// Page is a part of the list.
type Page struct {
	Projects []Row
	Total    int64
}

// OwnerKind says what an owner is.
type OwnerKind string

// The kinds of owner.
const (
	OwnerCompany    OwnerKind = "company"
	OwnerGovernment OwnerKind = "government"
	OwnerOther      OwnerKind = "other"
)

// OwnerKinds lists them.
var OwnerKinds = []OwnerKind{OwnerCompany, OwnerGovernment, OwnerOther}

// Owner is the real client behind the contractor.
type Owner struct {
	ID                  uuid.UUID
	Name                string
	USCC                string // empty until known
	Kind                OwnerKind
	LegalRepresentative string
	ContactName         string
	ContactPhoneMask    string
	Address             string
	Remark              string
	CreatedAt           time.Time
	UpdatedAt           time.Time
	Version             int64
}

// OwnerRow is an owner in a list, with the projects in the viewer's sight.
type OwnerRow struct {
	Owner
	Projects   int64
	Receivable money.Amount
	Overdue    money.Amount
	Listed     bool // on the group's negative list
}

// OwnerProfile is an owner with his risk.
type OwnerProfile struct {
	OwnerRow
	Negative *customer.NegativeHit
	Currency money.Currency
}

// OwnerPage is a part of the list of owners.
type OwnerPage struct {
	Owners []OwnerRow
	Total  int64
}

// OwnerQuery selects a page of owners, the last changed first.
type OwnerQuery struct {
	Text   string
	OnlyOf *uuid.UUID
	Today  calendar.Date
	paging.Window
}

// Faults of projects and owners.
var (
	ErrNotFound        = fault.NotFound("PROJECT_NOT_FOUND", "there is no such project, or it is not one of yours")
	ErrContactNotFound = fault.NotFound("CONTACT_NOT_FOUND", "this project has no such contact")
	ErrOwnerNotFound   = fault.NotFound("OWNER_NOT_FOUND", "there is no such project owner")
	ErrOwnerExists     = fault.Conflict("OWNER_EXISTS", "there is already a project owner with this code, or with this name and no code")
	ErrBound           = fault.Conflict("PROJECT_BOUND", "the project is bound to its customer by a limit of its own, an agreement, a supply stop or an order that is held; end them first")
	ErrVersion         = fault.Conflict("VERSION_CONFLICT", "this was changed meanwhile; load it again and repeat your change")
)

// Repository keeps projects and owners; its methods run inside a unit of work.
type Repository interface {
	List(ctx context.Context, q Query) (Page, error)
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Project, error)
	// Lock is Get and holds the row until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Project, error)
	Update(ctx context.Context, p Project, ownerID, salesperson *uuid.UUID) error
	// Bound says whether something of the project is the customer's too, so that it cannot
	// go to another one.
	Bound(ctx context.Context, id uuid.UUID, today calendar.Date) (bool, error)
	// SetCheckpoints holds the customer's credit account, as an order check does, and then
	// stores the setting.
	SetCheckpoints(ctx context.Context, p Project, c Checkpoints) error
	Business(ctx context.Context, p Project, today calendar.Date) (Business, error)
	// Stopped says whether supply to the project, or to its customer, is stopped.
	Stopped(ctx context.Context, p Project) (bool, error)
	// Outside gives the findings that hold against the project's customer and its owner,
	// dishonesty first, the customer's first.
	Outside(ctx context.Context, p Project) ([]Outside, error)
	Contracts(ctx context.Context, id uuid.UUID) ([]customer.Contract, error)
	timeline.Reader

	Contacts(ctx context.Context, id uuid.UUID) ([]Contact, error)
	AddContact(ctx context.Context, project uuid.UUID, c Contact, phone []byte, by *uuid.UUID) error
	// RemoveContact gives the contact that was removed, or ErrContactNotFound.
	RemoveContact(ctx context.Context, project, id uuid.UUID) (Contact, error)

	// SealedPhone gives a contact's sealed phone; ErrContactNotFound.
	SealedPhone(ctx context.Context, project, contact uuid.UUID) ([]byte, error)
	// SealedOwnerPhone gives an owner's; ErrOwnerNotFound.
	SealedOwnerPhone(ctx context.Context, id uuid.UUID) ([]byte, error)

	Owners(ctx context.Context, q OwnerQuery) (OwnerPage, error)
	Owner(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (OwnerRow, error)
	LockOwner(ctx context.Context, id uuid.UUID) (Owner, error)
	InsertOwner(ctx context.Context, o Owner, phone []byte, by *uuid.UUID) error
	// UpdateOwner stores the owner; phone nil leaves it, empty clears it.
	UpdateOwner(ctx context.Context, o Owner, phone []byte) error
}
