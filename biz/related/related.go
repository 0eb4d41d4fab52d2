// Package related owns who stands behind whom: companies and natural persons as
// parties, and relations between them with source and validity (beyond.md 1 and 5).
//
// Its graph answers one question for check, negative list and profile: by which
// path is a company connected with another one. Paths are bounded in length, visit
// no party twice, so that cycles end, and are the shortest ones.
//
// It does not own the customers (biz/customer), nor what follows from a path. A
// natural person is a name, a mask and a fingerprint of his ID number and never
// more (ruling 12). Relations are never deleted: they end.
package related

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
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
	CustomerID *uuid.UUID // the subsidiary's own customer with that code, where he is in sight
	Listed     bool       // on the group's negative list
}

// Kind says what one party is of another: from is the … of to.
type Kind string

// The kinds of relation.
const (
	LegalRepresentative Kind = "legal_representative"
	Shareholder         Kind = "shareholder"
	Controller          Kind = "controller"
	SameOwner           Kind = "same_owner"
	Parent              Kind = "parent"
)

// Kinds lists them.
var Kinds = []Kind{LegalRepresentative, Shareholder, Controller, SameOwner, Parent}

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

// On says whether the relation holds on a date.
func (r Relation) On(d calendar.Date) bool {
	return (r.ValidFrom.IsZero() || r.ValidFrom <= d) && (r.ValidThrough.IsZero() || d <= r.ValidThrough)
}

// Graph is a part of the whole: what can be reached from a party.
type Graph struct {
	Start     uuid.UUID // uuid.Nil when the company is no party yet
	Parties   []Party
	Relations []Relation
}

// Path leads from one party to another over relations that hold, in either
// direction: a company is as near to its shareholder's other company as the other way.
type Path struct {
	Parties   []Party    // from the start to the end, one more than relations
	Relations []Relation // between each and the next
}

// End is the party that the path leads to.
func (p Path) End() Party { return p.Parties[len(p.Parties)-1] }

// MaxDepth bounds a path; beyond four steps everybody knows everybody.
const MaxDepth = 4

// Paths gives the shortest path to each party in reach that want chooses, nearest
// first, then by name. A tie goes to the older relation.
func (g Graph) Paths(want func(Party) bool) []Path {
	if g.Start == uuid.Nil {
		return nil
	}
	parties := map[uuid.UUID]Party{}
	for _, p := range g.Parties {
		parties[p.ID] = p
	}
	edges := slices.SortedFunc(slices.Values(g.Relations), func(a, b Relation) int { return slices.Compare(a.ID[:], b.ID[:]) })
	next := map[uuid.UUID][]Relation{}
	for _, r := range edges {
		next[r.From], next[r.To] = append(next[r.From], r), append(next[r.To], r)
	}
	reached := map[uuid.UUID]Path{g.Start: {Parties: []Party{parties[g.Start]}}}
	queue := []uuid.UUID{g.Start}
	var out []Path
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, r := range next[at] {
			to := r.To
			if to == at {
				to = r.From
			}
			if _, seen := reached[to]; seen {
				continue
			}
			party, known := parties[to]
			if !known {
				continue
			}
			before := reached[at]
			p := Path{Parties: append(slices.Clone(before.Parties), party), Relations: append(slices.Clone(before.Relations), r)}
			reached[to] = p
			queue = append(queue, to)
			if want(party) {
				out = append(out, p)
			}
		}
	}
	return out
}

// Faults of relations.
var (
	ErrNotFound    = fault.NotFound("RELATION_NOT_FOUND", "there is no such relation")
	ErrEnded       = fault.Conflict("RELATION_ENDED", "this relation has ended already")
	ErrExists      = fault.Conflict("RELATION_EXISTS", "this relation is known already; end it before you enter it anew")
	ErrBeforeStart = fault.New(fault.KindInvalid, "RELATION_ENDS_BEFORE_START", "a relation cannot end before its first day; choose a day from then on")
	ErrVersion     = fault.Conflict("VERSION_CONFLICT", "the relation was changed meanwhile; load it again")
)

// Repository keeps the graph, inside a unit of work.
type Repository interface {
	// Company gives the party with the code, made when it is new; a later name wins.
	Company(ctx context.Context, uscc, name string, by *uuid.UUID) (Party, error)
	// Person gives the party with the fingerprint, made when it is new. Without a
	// fingerprint the person is another one each time: a name says nothing.
	Person(ctx context.Context, name string, fingerprint []byte, mask string, by *uuid.UUID) (Party, error)
	Insert(ctx context.Context, r Relation, by *uuid.UUID) error
	// Same finds a relation of the same kind between the two that holds on a date or later.
	Same(ctx context.Context, r Relation, on calendar.Date) (bool, error)
	Lock(ctx context.Context, id uuid.UUID) (Relation, error)
	End(ctx context.Context, id uuid.UUID, through calendar.Date, at time.Time, version int64) error
	// Reach gives what is within depth steps of the company on a date.
	Reach(ctx context.Context, uscc string, depth int, on calendar.Date, onlyOf *uuid.UUID) (Graph, error)
}
