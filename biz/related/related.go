// Package related owns who stands behind whom: companies and natural persons as
// parties, and relations between them with source and validity (beyond.md 1 and 5).
//
// Each change is told to shared/reach, which keeps for every customer the companies
// that he is connected with, and by which way: order check, negative list and
// profile go by that.
//
// It does not own the customers (biz/customer), nor what follows from a way. A
// natural person is a name, a mask and fingerprints of his ID number and never
// more (ruling 12). Relations are never deleted: they end. Who a customer's legal
// representative is follows his master data (Follow).
package related

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/reach"
)

// PartyKind says what a party is.
type PartyKind string

// The kinds of party.
const (
	Company PartyKind = "company"
	Person  PartyKind = "person"
)

// Party is a node of the graph.
type Party struct {
	ID         uuid.UUID
	Kind       PartyKind
	Name       string
	USCC       string     // of a company
	IDMask     string     // of a person
	Key        reach.Key  // by which the group knows it
	CustomerID *uuid.UUID // the subsidiary's own customer with that code, where he is in sight
	Listed     bool       // on the group's negative list
}

// Kind says what one party is of another: from is the … of to.
type Kind = reach.Kind

// Source says where a relation is known from.
type Source string

// The sources: entered by a person; a customer's own master data; a registry.
const (
	SourceManual   Source = "manual"
	SourceCustomer Source = "customer"
	SourceRegistry Source = "registry"
)

// Relation is an edge of the graph.
type Relation struct {
	ID           uuid.UUID
	From, To     uuid.UUID
	Kind         Kind
	Share        int // basis points, of a shareholder
	Source       Source
	SourceNote   string
	ValidFrom    calendar.Date // zero: since ever
	ValidThrough calendar.Date // zero: until further notice
	CreatedAt    time.Time
	Version      int64
}

// Hit is a listed company that a customer is connected with.
type Hit struct {
	reach.Reached
	Severity    string
	ReasonCode  string
	ReasonText  string
	Action      string        // that HQ's policy sets for related companies
	Counts      bool          // within the steps of HQ's policy: the order check goes by it
	ExemptUntil calendar.Date // HQ lets the subsidiary supply to that day; zero for no exemption
}

// Master is what a customer's master data say of who represents him.
type Master struct {
	CustomerID     uuid.UUID
	USCC, Name     string
	Representative string
	SealedID       []byte // his ID number, sealed for the customer's column
}

// Graph is a part of the whole: what can be reached from a party.
type Graph struct {
	Start     uuid.UUID // uuid.Nil when the company is no party yet
	Parties   []Party
	Relations []Relation
}

// Faults of relations.
var (
	ErrNotFound    = fault.NotFound("RELATION_NOT_FOUND", "there is no such relation")
	ErrEnded       = fault.Conflict("RELATION_ENDED", "this relation has ended already")
	ErrExists      = fault.Conflict("RELATION_EXISTS", "this relation is known already; end it before you enter it anew")
	ErrFromMaster  = fault.Conflict("RELATION_FROM_MASTER_DATA", "this relation follows the customer's master data; change the legal representative there")
	ErrBeforeStart = fault.New(fault.KindInvalid, "RELATION_ENDS_BEFORE_START", "a relation cannot end before its first day; choose a day from then on")
	ErrVersion     = fault.Conflict("VERSION_CONFLICT", "the relation was changed meanwhile; load it again")
)

// Repository keeps the graph, inside a unit of work.
type Repository interface {
	// Company gives the party with the code, made when it is new; a later name wins.
	Company(ctx context.Context, uscc, name string, by *uuid.UUID) (Party, error)
	// Person gives the party with the fingerprint, made when it is new. Without a
	// fingerprint the person is another one each time: a name says nothing.
	Person(ctx context.Context, name string, prints Prints, mask string, by *uuid.UUID) (Party, error)
	Insert(ctx context.Context, r Relation, by *uuid.UUID) error
	// Same finds a relation of the same kind between the two that holds on a date or later.
	Same(ctx context.Context, r Relation, on calendar.Date) (bool, error)
	Lock(ctx context.Context, id uuid.UUID) (Relation, error)
	End(ctx context.Context, id uuid.UUID, through calendar.Date, at time.Time, version int64) error
	// Parties gives those with the ids.
	Parties(ctx context.Context, ids ...uuid.UUID) ([]Party, error)
	// Reach gives what is within depth steps of the company on a date.
	Reach(ctx context.Context, uscc string, depth int, on calendar.Date, onlyOf *uuid.UUID) (Graph, error)
	// Hits gives the listed companies that the customer is connected with, those that
	// count for an order first, then the nearest.
	Hits(ctx context.Context, customerID uuid.UUID) ([]Hit, error)
	// Masters gives what the customers' master data say of their legal representatives.
	Masters(ctx context.Context, customerIDs []uuid.UUID) ([]Master, error)
	// Unfollowed lists customers whose legal representative is not among the relations
	// as their master data say, at most limit of them.
	Unfollowed(ctx context.Context, limit int) ([]uuid.UUID, error)
	// FromMaster gives the open relation that was made from master data of the company
	// with the code; ok is false without one.
	FromMaster(ctx context.Context, uscc string) (r Relation, ok bool, err error)
}
