package negativelist

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/news"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repo keeps the listings and all about them, inside HQ's unit of work.
type Repo interface {
	// Insert stores a proposal; ErrAlreadyListed for a second one of the same kind.
	Insert(ctx context.Context, e Entry) error
	// Get reads an entry, Lock reads and locks it; ErrNotFound without one.
	Get(ctx context.Context, id uuid.UUID) (Entry, error)
	Lock(ctx context.Context, id uuid.UUID) (Entry, error)
	// Save stores what can change of a locked entry; by is who removed it.
	Save(ctx context.Context, e Entry, by uuid.UUID) error
	List(ctx context.Context, q Query) ([]Entry, int64, error)
	Counts(ctx context.Context, today calendar.Date) (Counts, error)

	AddEvent(ctx context.Context, e Event) error
	Events(ctx context.Context, entryID uuid.UUID) ([]Event, error)

	// AddClaim stores a claim; ErrClaimOpen when one of the subsidiary waits already.
	AddClaim(ctx context.Context, c Claim) error
	Claims(ctx context.Context, entryID uuid.UUID) ([]Claim, error)
	// AnswerClaim stores status and answer.
	AnswerClaim(ctx context.Context, c Claim) error

	// AddExemption stores a request; ErrExemptionAsked when one waits already.
	AddExemption(ctx context.Context, x Exemption) error
	LockExemption(ctx context.Context, id uuid.UUID) (Exemption, error)
	SaveExemption(ctx context.Context, x Exemption) error
	Exemptions(ctx context.Context, q ExemptionQuery) ([]Exemption, int64, error)

	// Holders gives the customers of all subsidiaries among the companies, each with
	// the way to it turned round.
	Holders(ctx context.Context, companies []reach.Reached) ([]Related, error)

	Policy(ctx context.Context) (Policy, error)
	AddPolicy(ctx context.Context, p Policy, by uuid.UUID) error
}

// Customers knows the asking subsidiary's own customers, in its unit of work.
type Customers interface {
	// Of gives the customer of each code; only codes that the subsidiary has.
	Of(ctx context.Context, codes []string) (map[string]uuid.UUID, error)
	// Hit lists the codes of own customers that are on the list.
	Hit(ctx context.Context) ([]string, error)
	// Related lists the customers connected with the company, the nearest first.
	Related(ctx context.Context, uscc string) ([]Related, error)
	// Connected says whether the customer is connected with a listed company.
	Connected(ctx context.Context, customerID uuid.UUID) (bool, error)
	// Identity gives code and name of a customer that the caller may see.
	Identity(ctx context.Context, customerID uuid.UUID) (uscc, name string, err error)
}

// Evidence knows the subsidiary's uploaded evidence files, in its unit of work.
type Evidence interface {
	// Name gives the file's name; a fault when it is not the subsidiary's.
	Name(ctx context.Context, documentID uuid.UUID) (string, error)
}

// Ways finds companies by the relations that the group knows, in HQ's unit of work.
type Ways interface {
	FromGroup(ctx context.Context, of reach.Party, depth int) ([]reach.Reached, error)
}

// Service does what subsidiaries and HQ do with the list.
type Service struct {
	tenants   uow.Tenant
	hq        uow.HQ
	repo      Repo
	customers Customers
	evidence  Evidence
	ways      Ways
	looks     reach.Looks
	log       audit.Recorder // HQ's
	clock     calendar.Clock
	events    event.Publisher // HQ's; nil tells nobody
	newID     func() uuid.UUID
}

// NewService makes the service; log is HQ's audit log.
func NewService(tenants uow.Tenant, hq uow.HQ, repo Repo, customers Customers, evidence Evidence, ways Ways, looks reach.Looks, log audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tenants: tenants, hq: hq, repo: repo, customers: customers, evidence: evidence, ways: ways, looks: looks, log: log, clock: clock,
		newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
}

// Telling has proposals, publications and removals told to whom they concern.
func (s *Service) Telling(p event.Publisher) *Service {
	s.events = p
	return s
}

// Withdraw takes a proposal of the caller's own subsidiary back, while HQ has not
// decided. What is published only HQ removes.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID, reason string) (Entry, error) {
	actor, t, err := s.subsidiary(ctx, access.NegativeWrite)
	if err != nil {
		return Entry{}, err
	}
	if err := why(reason, "say why the proposal is withdrawn, 2 to 1000 characters"); err != nil {
		return Entry{}, err
	}
	e, err := s.change(ctx, id, func(e *Entry) (Event, error) {
		switch {
		case e.TenantID != t.ID:
			return Event{}, ErrNotFound
		case e.Status != Proposed:
			return Event{}, ErrState
		}
		e.Status = Withdrawn
		return Event{Kind: EventWithdrawn, TenantID: t.ID, ActorID: actor.ID, Note: reason}, nil
	})
	if err != nil {
		return Entry{}, err
	}
	own, err := s.WithCustomers(ctx, []Entry{e})
	return own[0], err
}

// subsidiary gives who acts, and for which subsidiary.
func (s *Service) subsidiary(ctx context.Context, p access.Permission) (access.Actor, tenant.Tenant, error) {
	actor, err := access.Require(ctx, p)
	if err != nil {
		return actor, tenant.Tenant{}, err
	}
	t, err := tenant.From(ctx)
	return actor, t, err
}

// files finds the evidence in the subsidiary's store.
func (s *Service) files(ctx context.Context, ids []uuid.UUID) (out []File, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.tenants.InTx(ctx, func(ctx context.Context) error {
		out = make([]File, len(ids))
		for i, id := range ids {
			name, err := s.evidence.Name(ctx, id)
			if err != nil {
				return err
			}
			out[i] = File{DocumentID: id, Name: name}
		}
		return nil
	})
	return out, err
}

// change takes one step of a listing: what by makes of it, its event and its
// audit row are stored together.
func (s *Service) change(ctx context.Context, id uuid.UUID, by func(e *Entry) (Event, error)) (Entry, error) {
	return s.changeWith(ctx, id, func(_ context.Context, e *Entry) (Event, error) { return by(e) })
}

// changeWith is change for a step that writes more than the listing.
func (s *Service) changeWith(ctx context.Context, id uuid.UUID, by func(ctx context.Context, e *Entry) (Event, error)) (Entry, error) {
	var after Entry
	err := s.hq.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Lock(ctx, id)
		if err != nil {
			return err
		}
		after = before
		ev, err := by(ctx, &after)
		if err != nil {
			return err
		}
		return s.store(ctx, before, &after, ev)
	})
	return after, err
}

// store saves a locked entry with its event.
func (s *Service) store(ctx context.Context, before Entry, after *Entry, ev Event) error {
	after.Version++
	if err := s.repo.Save(ctx, *after, ev.ActorID); err != nil {
		return err
	}
	return s.note(ctx, &before, *after, ev)
}

// note writes a step into the history and the audit log.
func (s *Service) note(ctx context.Context, before *Entry, after Entry, ev Event) error {
	ev.ID, ev.EntryID, ev.At = s.newID(), after.ID, s.clock.Now()
	if err := s.repo.AddEvent(ctx, ev); err != nil {
		return err
	}
	if err := s.tell(ctx, before, after); err != nil {
		return err
	}
	row := audit.Entry{Action: "negative_entry." + string(ev.Kind), ObjectType: "negative_entry", ObjectID: after.ID.String(), After: facts(after, ev)}
	if before != nil {
		row.Before = facts(*before, Event{})
	}
	return s.log.Record(ctx, row)
}

// tell has those told whom a change of the listing's status concerns.
func (s *Service) tell(ctx context.Context, before *Entry, after Entry) error {
	switch {
	case before == nil:
		return news.TellGroup(ctx, s.events, news.NegativeProposed, "", after.ID)
	case before.Status != Listed && after.Status == Listed:
		return news.TellGroup(ctx, s.events, news.NegativePublished, "", after.ID)
	case before.Status == Listed && after.Status == Removed:
		return news.TellGroup(ctx, s.events, news.NegativeRemoved, "", after.ID)
	case before.Status == Proposed && after.Status == Refused:
		return news.TellGroup(ctx, s.events, news.NegativeRefused, "", after.ID)
	case before.Status == Listed && after.Status == Listed && before.Severity != after.Severity:
		return news.TellGroup(ctx, s.events, news.NegativeChanged, "", after.ID)
	}
	return nil
}

func why(text, message string) error {
	var c fault.Checks
	length(&c, "reason", text, 2, 1000, message)
	return c.Err()
}

// facts is what the audit keeps of an entry and a step.
func facts(e Entry, ev Event) map[string]any {
	f := map[string]any{"uscc": e.USCC, "company_name": e.CompanyName, "reason": e.Reason, "text": e.Text, "amount": e.Amount,
		"tenant_id": e.TenantID, "status": e.Status, "severity": e.Severity, "review_on": e.ReviewOn, "repaired": e.Repaired,
		"removal_reason": e.RemovalReason, "evidence": e.Evidence}
	if ev.Kind != "" {
		f["note"] = ev.Note
	}
	if ev.ClaimID != uuid.Nil {
		f["claim_id"] = ev.ClaimID
	}
	return f
}

// View selects what a subsidiary looks at.
type View string

// The views of a subsidiary.
const (
	ViewListed  View = "listed"
	ViewRemoved View = "removed"
	ViewOwn     View = "own"  // proposed by the subsidiary itself, whatever became of it
	ViewMine    View = "mine" // companies that are its customers
)

// Browse lists entries as the caller's subsidiary may see them.
func (s *Service) Browse(ctx context.Context, view View, q Query) ([]Entry, int64, error) {
	if _, err := access.Require(ctx, access.NegativeRead); err != nil {
		return nil, 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	switch view {
	case "", ViewListed:
		q.Statuses = []Status{Listed}
	case ViewRemoved:
		q.Statuses = []Status{Removed}
	case ViewOwn:
		q.TenantID = t.ID
	case ViewMine:
		q.Statuses = []Status{Listed}
		err := s.tenants.InTx(ctx, func(ctx context.Context) (err error) {
			q.Codes, err = s.customers.Hit(ctx)
			return err
		})
		if err != nil || len(q.Codes) == 0 {
			return nil, 0, err
		}
	default:
		var c fault.Checks
		c.Add("view", "UNKNOWN_VIEW", fmt.Sprintf("%q is none of listed, removed, own, mine", view))
		return nil, 0, c.Err()
	}
	entries, total, err := s.list(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	for i, e := range entries {
		if e.TenantID != t.ID {
			entries[i] = e.published()
		}
	}
	entries, err = s.WithCustomers(ctx, entries)
	return entries, total, err
}

// BrowseGroup lists entries as HQ sees them.
func (s *Service) BrowseGroup(ctx context.Context, view GroupView, q Query) ([]Entry, int64, error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return nil, 0, err
	}
	if err := view.into(&q, s.today()); err != nil {
		return nil, 0, err
	}
	return s.list(ctx, q)
}

func (s *Service) list(ctx context.Context, q Query) (entries []Entry, total int64, err error) {
	err = s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		entries, total, err = s.repo.List(ctx, q)
		return err
	})
	for i := range entries {
		entries[i].ReviewDue = reviewDue(entries[i], s.today())
	}
	return entries, total, err
}

// WithCustomers adds which entries hit a customer of the subsidiary.
func (s *Service) WithCustomers(ctx context.Context, entries []Entry) ([]Entry, error) {
	codes := make([]string, len(entries))
	for i, e := range entries {
		codes[i] = string(e.USCC)
	}
	if len(codes) == 0 {
		return entries, nil
	}
	var own map[string]uuid.UUID
	err := s.tenants.InTx(ctx, func(ctx context.Context) (err error) {
		own, err = s.customers.Of(ctx, codes)
		return err
	})
	for i := range entries {
		entries[i].OwnCustomerID = own[string(entries[i].USCC)]
	}
	return entries, err
}
