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
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// MaxExemptionDays bounds how long an exemption can last.
const MaxExemptionDays = 180

// ExemptionStatus is what became of a request.
type ExemptionStatus string

// The states of an exemption. One that is granted ends by its date.
const (
	ExemptionAsked     ExemptionStatus = "asked"
	ExemptionGranted   ExemptionStatus = "granted"
	ExemptionRefused   ExemptionStatus = "refused"
	ExemptionWithdrawn ExemptionStatus = "withdrawn"
	ExemptionRevoked   ExemptionStatus = "revoked"
)

// ExemptionStatuses lists them.
var ExemptionStatuses = []ExemptionStatus{ExemptionAsked, ExemptionGranted, ExemptionRefused, ExemptionWithdrawn, ExemptionRevoked}

// Exemption lets one subsidiary go on with one customer until a date, who is listed or
// is connected with a listed company, within its scopes: what would stop him warns.
type Exemption struct {
	ID             uuid.UUID
	TenantID       uuid.UUID
	TenantName     string
	USCC           string
	CustomerID     uuid.UUID // in the subsidiary's own books
	CompanyName    string
	AskedBy        uuid.UUID
	AskedByName    string
	AskedAt        time.Time
	Reason         string
	Scopes         []Scope       // asked for, then granted
	AskedUntil     calendar.Date // last day asked for
	EndsOn         calendar.Date // last day granted; as asked until HQ says otherwise
	Status         ExemptionStatus
	Expired        bool // granted, and over
	DecidedBy      uuid.UUID
	DecidedByName  string
	DecidedAt      *time.Time
	DecisionReason string
	Version        int64
}

// ExemptionQuery selects exemptions.
type ExemptionQuery struct {
	TenantID uuid.UUID       // Nil for all
	Status   ExemptionStatus // empty for all
	Codes    []string        // of these companies; nil for all
	Limit    int
	Offset   int
}

// ExemptionInput asks for one.
type ExemptionInput struct {
	CustomerID uuid.UUID
	Reason     string
	EndsOn     calendar.Date
	Scopes     []Scope // none: orders
}

// Faults of exemptions.
var (
	ErrExemptionNotFound = fault.NotFound("NEGATIVE_EXEMPTION_NOT_FOUND", "there is no such exemption")
	ErrExemptionAsked    = fault.Conflict("NEGATIVE_EXEMPTION_ASKED", "a request for this customer waits for headquarters already")
	ErrExemptionState    = fault.Conflict("NEGATIVE_EXEMPTION_STATE", "the exemption is not in the state for this; look at it again")
	ErrNotListed         = fault.Conflict("NEGATIVE_NOT_LISTED", "neither the customer nor a company that he is connected with is on the negative list; nothing stops him for that")
)

// AskExemption asks HQ to let the caller's subsidiary supply a listed customer.
func (s *Service) AskExemption(ctx context.Context, in ExemptionInput) (Exemption, error) {
	actor, t, err := s.subsidiary(ctx, access.NegativeWrite)
	if err != nil {
		return Exemption{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Exemption{}, err
	}
	var c fault.Checks
	length(&c, "reason", in.Reason, 5, 1000, "say why the customer has to be supplied, 5 to 1000 characters")
	until(&c, in.EndsOn, today)
	knownScopes(&c, in.Scopes)
	if err := c.Err(); err != nil {
		return Exemption{}, err
	}
	x := Exemption{ID: s.newID(), TenantID: t.ID, CustomerID: in.CustomerID, AskedBy: actor.ID, AskedByName: actor.Name, AskedAt: s.clock.Now(),
		Reason: in.Reason, AskedUntil: in.EndsOn, EndsOn: in.EndsOn, Scopes: inOrder(in.Scopes), Status: ExemptionAsked, Version: 1}
	if len(x.Scopes) == 0 {
		x.Scopes = []Scope{ForOrders}
	}
	var connected bool
	err = s.tenants.InTx(ctx, func(ctx context.Context) error {
		if x.USCC, x.CompanyName, err = s.customers.Identity(ctx, in.CustomerID); err != nil {
			return err
		}
		connected, err = s.customers.Connected(ctx, in.CustomerID)
		return err
	})
	if err != nil {
		return Exemption{}, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		listed, _, err := s.repo.List(ctx, Query{Statuses: []Status{Listed}, Codes: []string{x.USCC}, Limit: 1})
		if err != nil {
			return err
		}
		if len(listed) == 0 && !connected {
			return ErrNotListed
		}
		if err := s.repo.AddExemption(ctx, x); err != nil {
			return err
		}
		return s.logExemption(ctx, "asked", nil, x)
	})
	return x, err
}

func until(c *fault.Checks, day, today calendar.Date) {
	c.Require(day >= today && day <= today.AddDays(MaxExemptionDays), "ends_on", "OUT_OF_RANGE", "give the last day, from today to 180 days ahead")
}

// WithdrawExemption takes a request of the caller's subsidiary back.
func (s *Service) WithdrawExemption(ctx context.Context, id uuid.UUID) (Exemption, error) {
	_, t, err := s.subsidiary(ctx, access.NegativeWrite)
	if err != nil {
		return Exemption{}, err
	}
	return s.changeExemption(ctx, id, "withdrawn", func(x *Exemption) error {
		switch {
		case x.TenantID != t.ID:
			return ErrExemptionNotFound
		case x.Status != ExemptionAsked:
			return ErrExemptionState
		}
		x.Status = ExemptionWithdrawn
		return nil
	})
}

// ExemptionDecision is HQ's word on a request.
type ExemptionDecision struct {
	ID      uuid.UUID
	Version int64 // that HQ saw
	Grant   bool
	EndsOn  calendar.Date // last day; zero for the day asked for. Never later than that
	Reason  string        // needed to refuse
	Scopes  []Scope       // granted; none: as asked. Never more than that
}

// DecideExemption grants or refuses. Nobody decides on his own request.
func (s *Service) DecideExemption(ctx context.Context, in ExemptionDecision) (Exemption, error) {
	actor, err := access.Require(ctx, access.HQNegativeManage)
	if err != nil {
		return Exemption{}, err
	}
	var c fault.Checks
	least := 2
	if in.Grant {
		least = 0
	}
	length(&c, "reason", in.Reason, least, 1000, "say why, 2 to 1000 characters")
	if in.Grant && !in.EndsOn.IsZero() {
		until(&c, in.EndsOn, s.today())
	}
	knownScopes(&c, in.Scopes)
	if err := c.Err(); err != nil {
		return Exemption{}, err
	}
	action := map[bool]string{true: "granted", false: "refused"}[in.Grant]
	return s.changeExemption(ctx, in.ID, action, func(x *Exemption) error {
		switch {
		case x.Status != ExemptionAsked:
			return ErrExemptionState
		case x.AskedBy == actor.ID:
			return ErrOwn
		case x.Version != in.Version:
			return ErrChanged
		}
		x.Status = ExemptionStatus(action)
		if in.Grant && !in.EndsOn.IsZero() {
			var c fault.Checks
			c.Require(in.EndsOn <= x.AskedUntil, "ends_on", "LATER_THAN_ASKED", "an exemption cannot last longer than was asked for")
			if err := c.Err(); err != nil {
				return err
			}
			x.EndsOn = in.EndsOn
		}
		if in.Grant && len(in.Scopes) > 0 {
			var c fault.Checks
			for _, scope := range in.Scopes {
				c.Require(slices.Contains(x.Scopes, scope), "scopes", "MORE_THAN_ASKED", "an exemption cannot cover more than was asked for")
			}
			if err := c.Err(); err != nil {
				return err
			}
			x.Scopes = inOrder(in.Scopes)
		}
		s.decided(x, actor, in.Reason)
		return nil
	})
}

// RevokeExemption ends a granted exemption before its date.
func (s *Service) RevokeExemption(ctx context.Context, id uuid.UUID, reason string) (Exemption, error) {
	actor, err := access.Require(ctx, access.HQNegativeManage)
	if err != nil {
		return Exemption{}, err
	}
	if err := why(reason, "say why the exemption ends, 2 to 1000 characters"); err != nil {
		return Exemption{}, err
	}
	return s.changeExemption(ctx, id, "revoked", func(x *Exemption) error {
		switch {
		case x.Status != ExemptionGranted || x.EndsOn < s.today():
			return ErrExemptionState
		case x.AskedBy == actor.ID:
			return ErrOwn
		}
		x.Status = ExemptionRevoked
		s.decided(x, actor, reason)
		return nil
	})
}

func (s *Service) decided(x *Exemption, actor access.Actor, reason string) {
	x.DecidedBy, x.DecidedByName, x.DecidedAt, x.DecisionReason = actor.ID, actor.Name, new(s.clock.Now()), reason
}

func (s *Service) changeExemption(ctx context.Context, id uuid.UUID, action string, by func(x *Exemption) error) (after Exemption, err error) {
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.LockExemption(ctx, id)
		if err != nil {
			return err
		}
		after = before
		if err := by(&after); err != nil {
			return err
		}
		after.Version++
		if err := s.repo.SaveExemption(ctx, after); err != nil {
			return err
		}
		return s.logExemption(ctx, action, &before, after)
	})
	return after, err
}

func (s *Service) logExemption(ctx context.Context, action string, before *Exemption, after Exemption) error {
	kind := news.ExemptionDecided
	if after.Status == ExemptionAsked {
		kind = news.ExemptionAsked
	}
	if after.Status != ExemptionWithdrawn {
		if err := news.TellGroup(ctx, s.events, kind, "", after.ID); err != nil {
			return err
		}
	}
	row := audit.Entry{Action: "negative_exemption." + action, ObjectType: "negative_exemption", ObjectID: after.ID.String(), After: exemptionFacts(after)}
	if before != nil {
		row.Before = exemptionFacts(*before)
	}
	return s.log.Record(ctx, row)
}

func exemptionFacts(x Exemption) map[string]any {
	return map[string]any{"uscc": x.USCC, "company_name": x.CompanyName, "tenant_id": x.TenantID, "customer_id": x.CustomerID,
		"reason": x.Reason, "ends_on": x.EndsOn, "scopes": x.Scopes, "status": x.Status, "decision_reason": x.DecisionReason}
}

// Exemptions lists the requests of the caller's subsidiary, without who at HQ
// decided. A salesperson sees those of his own customers.
func (s *Service) Exemptions(ctx context.Context, q ExemptionQuery) ([]Exemption, int64, error) {
	actor, t, err := s.subsidiary(ctx, access.NegativeRead)
	if err != nil {
		return nil, 0, err
	}
	q.TenantID = t.ID
	if actor.OwnCustomersOnly() {
		err := s.tenants.InTx(ctx, func(ctx context.Context) (err error) {
			q.Codes, err = s.customers.Hit(ctx)
			return err
		})
		if err != nil || len(q.Codes) == 0 {
			return nil, 0, err
		}
	}
	rows, total, err := s.exemptions(ctx, q)
	for i := range rows {
		rows[i].DecidedBy, rows[i].DecidedByName = uuid.Nil, ""
	}
	return rows, total, err
}

// GroupExemptions lists the requests of all subsidiaries: every override of the
// list, with who asked, who agreed and until when.
func (s *Service) GroupExemptions(ctx context.Context, q ExemptionQuery) ([]Exemption, int64, error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return nil, 0, err
	}
	return s.exemptions(ctx, q)
}

func (s *Service) exemptions(ctx context.Context, q ExemptionQuery) (rows []Exemption, total int64, err error) {
	if q.Status != "" && !slices.Contains(ExemptionStatuses, q.Status) {
		var c fault.Checks
		c.Add("status", "UNKNOWN_STATUS", "choose asked, granted, refused, withdrawn or revoked")
		return nil, 0, c.Err()
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		rows, total, err = s.repo.Exemptions(ctx, q)
		return err
	})
	for i := range rows {
		rows[i].Expired = rows[i].Status == ExemptionGranted && rows[i].EndsOn < s.today()
	}
	return rows, total, err
}
