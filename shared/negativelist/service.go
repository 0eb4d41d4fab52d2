package negativelist

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Repo keeps entries and policy, inside HQ's unit of work.
type Repo interface {
	// Insert stores an entry; ErrAlreadyListed for a second one of the same kind.
	Insert(ctx context.Context, e Entry) error
	// Lock reads an entry and locks it.
	Lock(ctx context.Context, id uuid.UUID) (Entry, error)
	Remove(ctx context.Context, e Entry, by uuid.UUID) error
	List(ctx context.Context, q Query) ([]Entry, int64, error)
	Policy(ctx context.Context) (Policy, error)
	AddPolicy(ctx context.Context, p Policy, by uuid.UUID) error
}

// Customers knows the asking subsidiary's own customers, in its unit of work.
type Customers interface {
	// Of gives the customer of each code; only codes that the subsidiary has.
	Of(ctx context.Context, codes []string) (map[string]uuid.UUID, error)
	// Hit lists the codes of own customers that are on the list.
	Hit(ctx context.Context) ([]string, error)
}

// Evidence knows the subsidiary's uploaded evidence files, in its unit of work.
type Evidence interface {
	// Name gives the file's name; a fault when it is not the subsidiary's.
	Name(ctx context.Context, documentID uuid.UUID) (string, error)
}

// Service does what subsidiaries and HQ do with the list.
type Service struct {
	tenants   uow.Tenant
	hq        uow.HQ
	repo      Repo
	customers Customers
	evidence  Evidence
	log       audit.Recorder // HQ's
	clock     calendar.Clock
	newID     func() uuid.UUID
}

// NewService makes the service; log is HQ's audit log.
func NewService(tenants uow.Tenant, hq uow.HQ, repo Repo, customers Customers, evidence Evidence, log audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tenants: tenants, hq: hq, repo: repo, customers: customers, evidence: evidence, log: log, clock: clock,
		newID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
}

// List puts a company on the list on behalf of the caller's subsidiary.
func (s *Service) List(ctx context.Context, in ListInput) (Entry, error) {
	actor, err := access.Require(ctx, access.NegativeWrite)
	if err != nil {
		return Entry{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Entry{}, err
	}
	if err := in.Validate(); err != nil {
		return Entry{}, err
	}
	e := Entry{
		ID: s.newID(), USCC: party.USCC(in.USCC), CompanyName: in.CompanyName, Reason: in.Reason, Text: in.Text, Amount: in.Amount,
		TenantID: t.ID, ListedBy: actor.ID, ListedAt: s.clock.Now(), EvidenceID: in.EvidenceID, Status: Listed,
	}
	if in.EvidenceID != uuid.Nil {
		err := s.tenants.InTx(ctx, func(ctx context.Context) (err error) {
			e.EvidenceName, err = s.evidence.Name(ctx, in.EvidenceID)
			return err
		})
		if err != nil {
			return Entry{}, err
		}
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		if err := s.repo.Insert(ctx, e); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "negative_entry.listed", ObjectType: "negative_entry", ObjectID: e.ID.String(), After: facts(e)})
	})
	if err != nil {
		return Entry{}, err
	}
	own, err := s.withCustomers(ctx, []Entry{e})
	return own[0], err
}

// RemoveOwn takes an entry of the caller's own subsidiary back.
func (s *Service) RemoveOwn(ctx context.Context, id uuid.UUID, reason string) (Entry, error) {
	if _, err := access.Require(ctx, access.NegativeWrite); err != nil {
		return Entry{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Entry{}, err
	}
	e, err := s.remove(ctx, id, reason, t.ID)
	if err != nil {
		return Entry{}, err
	}
	own, err := s.withCustomers(ctx, []Entry{e})
	return own[0], err
}

// Remove takes any entry off the list, on behalf of HQ.
func (s *Service) Remove(ctx context.Context, id uuid.UUID, reason string) (Entry, error) {
	if _, err := access.Require(ctx, access.HQNegativeManage); err != nil {
		return Entry{}, err
	}
	return s.remove(ctx, id, reason, uuid.Nil)
}

// remove records the removal; with an owner it finds only that one's entries.
func (s *Service) remove(ctx context.Context, id uuid.UUID, reason string, owner uuid.UUID) (Entry, error) {
	var c fault.Checks
	n := utf8.RuneCountInString(reason)
	c.Require(n >= 2 && n <= 1000, "reason", "LENGTH", "say why the entry is removed, 2 to 1000 characters")
	if err := c.Err(); err != nil {
		return Entry{}, err
	}
	actor, _ := access.From(ctx)
	var after Entry
	err := s.hq.InTx(ctx, func(ctx context.Context) error {
		e, err := s.repo.Lock(ctx, id)
		switch {
		case err != nil:
			return err
		case owner != uuid.Nil && e.TenantID != owner:
			return ErrNotFound
		case e.Status == Removed:
			return ErrAlreadyRemoved
		}
		after = e
		after.Status, after.RemovalReason, after.RemovedAt = Removed, reason, new(s.clock.Now())
		if err := s.repo.Remove(ctx, after, actor.ID); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "negative_entry.removed", ObjectType: "negative_entry", ObjectID: id.String(), Before: facts(e), After: facts(after)})
	})
	return after, err
}

// facts is what the audit keeps of an entry.
func facts(e Entry) map[string]any {
	return map[string]any{"uscc": e.USCC, "company_name": e.CompanyName, "reason": e.Reason, "text": e.Text, "amount": e.Amount,
		"tenant_id": e.TenantID, "status": e.Status, "removal_reason": e.RemovalReason, "evidence": e.EvidenceName}
}

// View selects what a subsidiary looks at.
type View string

// The views of a subsidiary.
const (
	ViewListed  View = "listed"
	ViewRemoved View = "removed"
	ViewOwn     View = "own"  // listed by the subsidiary itself
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
		q.Status = Listed
	case ViewRemoved:
		q.Status = Removed
	case ViewOwn:
		q.TenantID = t.ID
	case ViewMine:
		q.Status = Listed
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
	entries, err = s.withCustomers(ctx, entries)
	return entries, total, err
}

// BrowseGroup lists entries as HQ sees them.
func (s *Service) BrowseGroup(ctx context.Context, q Query) ([]Entry, int64, error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return nil, 0, err
	}
	return s.list(ctx, q)
}

func (s *Service) list(ctx context.Context, q Query) (entries []Entry, total int64, err error) {
	err = s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		entries, total, err = s.repo.List(ctx, q)
		return err
	})
	return entries, total, err
}

// withCustomers adds which entries hit a customer of the subsidiary.
func (s *Service) withCustomers(ctx context.Context, entries []Entry) ([]Entry, error) {
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

// Policy gives HQ's policy in force.
func (s *Service) Policy(ctx context.Context) (p Policy, err error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return p, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		p, err = s.repo.Policy(ctx)
		return err
	})
	return p, err
}

// SetPolicy makes a new version, when seen is still the one in force.
func (s *Service) SetPolicy(ctx context.Context, seen int64, action Action) (Policy, error) {
	actor, err := access.Require(ctx, access.HQPolicyWrite)
	if err != nil {
		return Policy{}, err
	}
	var c fault.Checks
	c.Require(slices.Contains([]Action{Warn, Hold, Block}, action), "negative_action", "UNKNOWN_ACTION", "choose warn, hold or block")
	if err := c.Err(); err != nil {
		return Policy{}, err
	}
	next := Policy{Version: seen + 1, Action: action, CreatedAt: s.clock.Now()}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Policy(ctx)
		if err != nil {
			return err
		}
		if before.Version != seen {
			return ErrPolicyChanged
		}
		if err := s.repo.AddPolicy(ctx, next, actor.ID); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "group_policy.changed", ObjectType: "group_policy", ObjectID: fmt.Sprint(next.Version), Before: before, After: next})
	})
	return next, err
}
