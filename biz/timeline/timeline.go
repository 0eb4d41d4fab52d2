// Package timeline says what can be read about the past of a customer, a project or an
// owner: the parts there are, who may read each, and the kinds of events they give
// (000-38, beyond.md). It does not own what happened: every event is read from the
// tables of the domain it belongs to, as far as they keep it, and nothing here is stored.
//
// Who may see the subject is the concern of the domain that asks (biz/customer,
// biz/project).
package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Subject is whose timeline it is.
type Subject string

// The subjects.
const (
	Customer Subject = "customer"
	Project  Subject = "project"
	Owner    Subject = "owner"
)

// Event is one thing that happened. Kind is stable (Kinds); Parts are what its text
// needs.
type Event struct {
	ID     uuid.UUID
	At     time.Time
	On     calendar.Date // in the tenant's zone
	Clock  string        // 15:04 there; empty where the thing is known by its day alone
	Kind   string
	Actor  string
	Ref    string // id of what it is about: an approval, a rating, a limit, a document
	Amount *money.Amount
	Parts  map[string]string
}

// Source is a part of a timeline; it is read by who holds its permission.
type Source string

// The parts.
const (
	Audit       Source = "audit"
	Approvals   Source = "approvals"
	Ratings     Source = "ratings"
	Limits      Source = "limits"     // and collateral
	Shared      Source = "shared"     // limits shared with others
	Orders      Source = "orders"     // held, released, refused
	Agreements  Source = "agreements" // stages, letters, supply stops
	Account     Source = "account"    // freezes
	Documents   Source = "documents"
	Projects    Source = "projects"
	Contracts   Source = "contracts"
	Relations   Source = "relations"
	Registry    Source = "registry" // findings of a provider of company data
	Negative    Source = "negative"
	Statements  Source = "statements"
	Receipts    Source = "receipts"
	Payments    Source = "payments"    // applications, write-offs, disputes
	Receivables Source = "receivables" // what was overdue
	Dunning     Source = "dunning"
	FollowUps   Source = "follow_ups"
	Warnings    Source = "warnings"
)

var needs = []struct {
	permission access.Permission
	sources    []Source
}{
	{access.CustomerRead, []Source{Audit, Projects, Contracts, Relations, Registry}},
	{access.ApprovalRead, []Source{Approvals}},
	{access.RatingRead, []Source{Ratings}},
	{access.LimitRead, []Source{Limits, Shared, Orders, Agreements, Account}},
	{access.DocumentRead, []Source{Documents}},
	{access.NegativeRead, []Source{Negative}},
	{access.ReceivableRead, []Source{Statements, Receipts, Payments, Receivables, Dunning, FollowUps}},
	{access.WarningRead, []Source{Warnings}},
}

// Query selects a part of a timeline, newest first.
type Query struct {
	Subject Subject
	ID      uuid.UUID
	Sources []Source
	Now     time.Time
	After   *paging.Key
	Limit   int
}

// Reader reads events inside a unit of work: those of the query, and the key of the last
// one, nil at the end. A source that the subject does not have gives nothing.
type Reader interface {
	Events(ctx context.Context, q Query) ([]Event, *paging.Key, error)
}

// Ask makes the query of what the actor may read: INVALID_INPUT for a cursor or size
// that is none.
func Ask(actor access.Actor, s Subject, id uuid.UUID, now time.Time, cursor string, size int32) (Query, error) {
	var c fault.Checks
	q := Query{Subject: s, ID: id, Now: now, After: paging.ParseKey(&c, "cursor", cursor), Limit: paging.Size(&c, size)}
	for _, n := range needs {
		if actor.Can(n.permission) {
			q.Sources = append(q.Sources, n.sources...)
		}
	}
	return q, c.Err()
}

// Page reads the query and gives the cursor of the next part, empty at the end.
func Page(ctx context.Context, r Reader, q Query) ([]Event, string, error) {
	events, key, err := r.Events(ctx, q)
	return events, key.String(), err
}
