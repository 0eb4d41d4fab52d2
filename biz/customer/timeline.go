package customer

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Event is one thing that happened to a customer. Kind is stable; Parts are what
// its text needs.
type Event struct {
	ID     uuid.UUID
	At     time.Time
	Kind   string
	Actor  string
	Ref    string // id of what it is about: an approval, a rating, a limit, a document
	Amount *money.Amount
	Parts  map[string]string
}

// EventSource is a part of the timeline; it is read by who holds its permission.
type EventSource string

// The parts of the timeline and what each needs.
const (
	EventsAudit      EventSource = "audit"
	EventsApprovals  EventSource = "approvals"
	EventsRatings    EventSource = "ratings"
	EventsLimits     EventSource = "limits" // and collateral
	EventsDocuments  EventSource = "documents"
	EventsProjects   EventSource = "projects"
	EventsReceipts   EventSource = "receipts"
	EventsReceivable EventSource = "receivables"
	EventsAgreements EventSource = "agreements" // stages, letters, supply stops
	EventsAccount    EventSource = "account"    // freezes
	EventsFollowUps  EventSource = "follow_ups"
	EventsWarnings   EventSource = "warnings"
)

var eventPermissions = []struct {
	source EventSource
	needs  access.Permission
}{
	{EventsAudit, access.CustomerRead}, {EventsProjects, access.CustomerRead}, {EventsApprovals, access.ApprovalRead}, {EventsRatings, access.RatingRead},
	{EventsLimits, access.LimitRead}, {EventsDocuments, access.DocumentRead}, {EventsReceipts, access.ReceivableRead}, {EventsReceivable, access.ReceivableRead},
	{EventsAgreements, access.LimitRead}, {EventsAccount, access.LimitRead}, {EventsFollowUps, access.ReceivableRead}, {EventsWarnings, access.WarningRead},
}

// EventQuery selects a part of a timeline, newest first.
type EventQuery struct {
	CustomerID uuid.UUID
	Sources    []EventSource
	Now        time.Time
	After      *paging.Key
	Limit      int
}

// Timeline gives a part of everything that happened to a customer, as far as the
// caller may see it, and the cursor of the next part, empty at the end.
func (s *Service) Timeline(ctx context.Context, id uuid.UUID, cursor string, size int32) (events []Event, next string, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, "", err
	}
	var c fault.Checks
	q := EventQuery{CustomerID: id, Now: s.clock.Now(), After: paging.ParseKey(&c, "cursor", cursor), Limit: paging.Size(&c, size)}
	if err := c.Err(); err != nil {
		return nil, "", err
	}
	for _, p := range eventPermissions {
		if actor.Can(p.needs) {
			q.Sources = append(q.Sources, p.source)
		}
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Brief(ctx, id, OnlyOf(actor)); err != nil {
			return err
		}
		var key *paging.Key
		events, key, err = s.repo.Events(ctx, q)
		next = key.String()
		return err
	})
	return events, next, err
}
