package negativelist

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
)

// EventKind is a step in the life of a listing.
type EventKind string

// The steps.
const (
	EventProposed        EventKind = "proposed"
	EventWithdrawn       EventKind = "withdrawn"
	EventRefused         EventKind = "refused"
	EventPublished       EventKind = "published"
	EventReassessed      EventKind = "reassessed"
	EventObjected        EventKind = "objected"
	EventObjectionUpheld EventKind = "objection_upheld"
	EventObjectionDenied EventKind = "objection_denied"
	EventRepairReported  EventKind = "repair_reported"
	EventRepairAccepted  EventKind = "repair_accepted"
	EventRepairRefused   EventKind = "repair_refused"
	EventRemoved         EventKind = "removed"
)

// Event is one line of a listing's history; it is never changed.
type Event struct {
	ID        uuid.UUID
	EntryID   uuid.UUID
	ClaimID   uuid.UUID // Nil when it concerns the listing itself
	At        time.Time
	Kind      EventKind
	TenantID  uuid.UUID // whose person did it; Nil for HQ's
	ActorID   uuid.UUID
	ActorName string
	Note      string
	Facts     EventFacts
}

// EventFacts is what the step set.
type EventFacts struct {
	Severity Severity      `json:"severity,omitempty"`
	ReviewOn calendar.Date `json:"review_on,omitempty"`
	Amount   money.Amount  `json:"amount,omitempty"`
}

// Case is a listing with all that belongs to it.
type Case struct {
	Entry
	Claims  []Claim
	Events  []Event
	Related []Related // the subsidiary's own customers; at HQ those of all
}

// Related is a customer who is connected with the listed company within the steps of
// HQ's policy, and the way from him to it. Persons on it are named by a mask only
// (ruling 12).
type Related struct {
	CustomerID   uuid.UUID
	CustomerName string
	TenantName   string // at HQ only
	Path         reach.Path
}

// GroupCase gives a case as HQ sees it.
func (s *Service) GroupCase(ctx context.Context, id uuid.UUID) (Case, error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return Case{}, err
	}
	c, err := s.load(ctx, id)
	if err != nil {
		return Case{}, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		p, err := s.repo.Policy(ctx)
		if err != nil {
			return err
		}
		near, err := s.ways.FromGroup(ctx, reach.Party{Key: reach.Company(string(c.USCC)), Name: c.CompanyName}, p.RelatedDepth)
		if err != nil || len(near) == 0 {
			return err
		}
		c.Related, err = s.repo.Holders(ctx, near)
		return err
	})
	return c, err
}

// OwnCase gives a case as the caller's subsidiary may see it: its own proposals,
// and what was published; of the latter no word about who proposed or objected.
func (s *Service) OwnCase(ctx context.Context, id uuid.UUID) (Case, error) {
	if _, err := access.Require(ctx, access.NegativeRead); err != nil {
		return Case{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Case{}, err
	}
	c, err := s.load(ctx, id)
	if err != nil {
		return Case{}, err
	}
	if !visible(c.Entry, t.ID) {
		return Case{}, ErrNotFound
	}
	c = c.forTenant(t.ID)
	entries, err := s.WithCustomers(ctx, []Entry{c.Entry})
	if err != nil {
		return Case{}, err
	}
	c.Entry = entries[0]
	err = s.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		c.Related, err = s.customers.Related(ctx, string(c.USCC))
		return err
	})
	if err != nil {
		return Case{}, err
	}
	var paths []reach.Path
	for _, r := range c.Related {
		paths = append(paths, r.Path)
	}
	return c, s.looks.Ways(ctx, string(c.USCC), paths...)
}

func (s *Service) load(ctx context.Context, id uuid.UUID) (c Case, err error) {
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		if c.Entry, err = s.repo.Get(ctx, id); err != nil {
			return err
		}
		c.ReviewDue = reviewDue(c.Entry, s.today())
		if c.Claims, err = s.repo.Claims(ctx, id); err != nil {
			return err
		}
		c.Events, err = s.repo.Events(ctx, id)
		return err
	})
	return c, err
}

// visible says whether a subsidiary may know of the listing.
func visible(e Entry, tenantID uuid.UUID) bool {
	return e.TenantID == tenantID || e.Status == Listed || e.Status == Removed
}

// forTenant leaves what a subsidiary may see: of claims its own; of the history
// what it did itself, what HQ answered it, and what became of the listing. HQ's
// people are not named, nor is HQ's note told to others than the proposer. The
// proposer also sees that somebody objected, and no more of it.
func (c Case) forTenant(id uuid.UUID) Case {
	own := map[uuid.UUID]bool{}
	claims := c.Claims
	c.Claims = nil
	for _, x := range claims {
		if x.TenantID == id {
			own[x.ID] = true
			x.AnsweredBy, x.AnsweredByName = uuid.Nil, ""
			c.Claims = append(c.Claims, x)
		}
	}
	proposer := c.TenantID == id
	events := c.Events
	c.Events = nil
	for _, e := range events {
		switch {
		case e.TenantID == id:
		case own[e.ClaimID]:
			e.ActorID, e.ActorName = uuid.Nil, ""
		case e.ClaimID != uuid.Nil:
			if !proposer {
				continue
			}
			e.ActorID, e.ActorName, e.TenantID, e.ClaimID, e.Note, e.Facts = uuid.Nil, "", uuid.Nil, uuid.Nil, "", EventFacts{}
		case e.TenantID != uuid.Nil: // the proposer's own steps
			continue
		default:
			e.ActorID, e.ActorName = uuid.Nil, ""
			if !proposer && e.Kind != EventRemoved {
				e.Note = ""
			}
		}
		c.Events = append(c.Events, e)
	}
	c.DecidedBy, c.DecidedByName = uuid.Nil, ""
	if !proposer {
		c.Entry = c.Entry.published()
	}
	return c
}

// published leaves what every subsidiary may see of a listing.
func (e Entry) published() Entry {
	e.TenantID, e.TenantName, e.ListedBy, e.ListedByName = uuid.Nil, "", uuid.Nil, ""
	e.ProposedAt, e.Evidence, e.DecisionReason, e.Repaired = time.Time{}, nil, "", 0
	e.DecidedBy, e.DecidedByName, e.Objections, e.Repairs, e.AffectedCount = uuid.Nil, "", 0, 0, 0
	return e
}

// today is HQ's business date.
func (s *Service) today() calendar.Date { return calendar.Of(s.clock.Now(), calendar.Shanghai) }

func reviewDue(e Entry, today calendar.Date) bool {
	return e.Status == Listed && e.ReviewOn <= today
}

// ErrFileNotFound means that a case has no such file.
var ErrFileNotFound = fault.NotFound("DOCUMENT_NOT_FOUND", "there is no such evidence file")

// EvidenceOf says in which subsidiary's store a file of the case is, for HQ, and
// writes the look down.
func (s *Service) EvidenceOf(ctx context.Context, entryID, documentID uuid.UUID) (owner uuid.UUID, err error) {
	c, err := s.GroupCase(ctx, entryID)
	if err != nil {
		return uuid.Nil, err
	}
	has := func(files []File) bool {
		return slices.ContainsFunc(files, func(f File) bool { return f.DocumentID == documentID })
	}
	if has(c.Evidence) {
		owner = c.TenantID
	}
	for _, x := range c.Claims {
		if owner == uuid.Nil && has(x.Evidence) {
			owner = x.TenantID
		}
	}
	if owner == uuid.Nil {
		return uuid.Nil, ErrFileNotFound
	}
	return owner, s.hq.InTx(ctx, func(ctx context.Context) error {
		return s.log.Record(ctx, audit.Entry{Action: "negative_evidence.opened", ObjectType: "negative_entry", ObjectID: entryID.String(),
			After: map[string]any{"document_id": documentID, "tenant_id": owner}})
	})
}
