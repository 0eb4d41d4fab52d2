package related

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/personal"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Keeper keeps what the customers reach up to date (shared/reach), inside the
// transaction of the change.
type Keeper interface {
	// Touched follows a change of relations at the parties.
	Touched(ctx context.Context, keys []reach.Key, parties ...uuid.UUID) error
	// Rebuild finds anew what the customers reach; without any, all of them.
	Rebuild(ctx context.Context, customerIDs ...uuid.UUID) (int64, error)
}

// Deps is what the service works with.
type Deps struct {
	Tx        uow.Tenant
	Repo      Repository
	Customers customer.Finder
	Prints    Fingerprinter
	Cipher    personal.Cipher
	Keeper    Keeper
	Looks     reach.Looks
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service keeps the relations of a subsidiary.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	customers customer.Finder
	prints    Fingerprinter
	cipher    personal.Cipher
	keeper    Keeper
	looks     reach.Looks
	audit     audit.Recorder
	clock     calendar.Clock
}

// New wires the service.
func New(d Deps) *Service {
	return &Service{d.Tx, d.Repo, d.Customers, d.Prints, d.Cipher, d.Keeper, d.Looks, d.Audit, d.Clock}
}

// Of gives what surrounds a customer as the subsidiary knows it itself.
func (s *Service) Of(ctx context.Context, customerID uuid.UUID, depth int32) (g Graph, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return g, err
	}
	var c fault.Checks
	c.Require(depth >= 0 && depth <= reach.MaxDepth, "depth", "OUT_OF_RANGE", fmt.Sprintf("1 to %d steps", reach.MaxDepth))
	if err := c.Err(); err != nil {
		return g, err
	}
	if depth == 0 {
		depth = 2
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return g, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.customers.Brief(ctx, customerID, customer.OnlyOf(actor))
		if err != nil || b.USCC == "" {
			return err
		}
		g, err = s.repo.Reach(ctx, b.USCC, int(depth), today, customer.OnlyOf(actor))
		return err
	})
	return g, err
}

// Listed gives the companies on the group's negative list that a customer is
// connected with, and the way to each, also where another subsidiary knows it; that one
// sees the look.
func (s *Service) Listed(ctx context.Context, customerID uuid.UUID) (hits []Hit, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, err
	}
	var who customer.Brief
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if who, err = s.customers.Brief(ctx, customerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		hits, err = s.repo.Hits(ctx, customerID)
		return err
	})
	if err != nil {
		return nil, err
	}
	paths := make([]reach.Path, len(hits))
	for i, h := range hits {
		paths[i] = h.Path
	}
	return hits, s.looks.Ways(ctx, who.USCC, paths...)
}

// Add enters a relation of a customer. Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND,
// RELATION_EXISTS, RELATED_NO_CODE.
func (s *Service) Add(ctx context.Context, in AddInput) (Relation, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Relation{}, err
	}
	in.normalize()
	if err := in.Validate(); err != nil {
		return Relation{}, err
	}
	var by *uuid.UUID
	if p := customer.ByActor(actor); p != nil {
		by = &p.ID
	}
	var none fault.Checks
	r := Relation{ID: uuid.Must(uuid.NewV7()), Kind: in.Kind, Share: int(in.Share), Source: SourceManual, SourceNote: in.SourceNote,
		ValidFrom: date(&none, "", in.ValidFrom), ValidThrough: date(&none, "", in.ValidThrough), CreatedAt: s.clock.Now(), Version: 1}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Relation{}, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		if b.USCC == "" {
			return ErrNoCode
		}
		self, err := s.repo.Company(ctx, b.USCC, b.Name, by)
		if err != nil {
			return err
		}
		other, err := s.party(ctx, in.Other, by)
		if err != nil {
			return err
		}
		if r.From, r.To = other.ID, self.ID; in.Of {
			r.From, r.To = self.ID, other.ID
		}
		if r.From == r.To {
			var c fault.Checks
			c.Add("other.uscc", "SAME_COMPANY", "this is the customer himself")
			return c.Err()
		}
		same, err := s.repo.Same(ctx, r, today)
		if err != nil {
			return err
		}
		if same {
			return ErrExists
		}
		if err := s.repo.Insert(ctx, r, by); err != nil {
			return err
		}
		if err := s.keeper.Touched(ctx, []reach.Key{self.Key, other.Key}, self.ID, other.ID); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "relation.added", ObjectType: "relation", ObjectID: r.ID.String(), After: map[string]any{
			"customer_id": in.CustomerID, "kind": r.Kind, "share": r.Share, "other": other.Name, "other_uscc": other.USCC, "other_id": other.IDMask,
			"valid_from": r.ValidFrom.String(), "valid_through": r.ValidThrough.String(), "source_note": r.SourceNote}})
	})
	return r, err
}

// ErrNoCode says that a customer cannot be connected before his code is known.
var ErrNoCode = fault.Conflict("RELATED_NO_CODE", "complete the customer's unified social credit code first; relations are kept by it")

func (s *Service) party(ctx context.Context, in PartyInput, by *uuid.UUID) (Party, error) {
	if in.Kind == Company {
		return s.repo.Company(ctx, in.USCC, in.Name, by)
	}
	return s.person(ctx, in.Name, in.IDNumber, by)
}

// End lets a relation hold through a date, today where none is given.
func (s *Service) End(ctx context.Context, customerID, id uuid.UUID, through string, version int64) error {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return err
	}
	var c fault.Checks
	on := date(&c, "through", through)
	if err := c.Err(); err != nil {
		return err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	if on.IsZero() {
		on = today
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.customers.Brief(ctx, customerID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		r, err := s.repo.Lock(ctx, id)
		if err != nil {
			return err
		}
		self, err := s.repo.Company(ctx, b.USCC, b.Name, nil)
		switch {
		case err != nil:
			return err
		case r.From != self.ID && r.To != self.ID:
			return ErrNotFound
		case r.Version != version:
			return ErrVersion.With("current_version", fmt.Sprint(r.Version))
		case !r.ValidThrough.IsZero() && r.ValidThrough < today:
			return ErrEnded
		case r.Source == SourceCustomer:
			return ErrFromMaster
		case on < r.ValidFrom:
			return ErrBeforeStart.With("valid_from", r.ValidFrom.String())
		}
		return s.end(ctx, r, on)
	})
}
