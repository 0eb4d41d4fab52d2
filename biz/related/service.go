package related

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/personal"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Fingerprinter makes a tenant's keyed fingerprint of an ID number: the same number
// gives the same bytes, and nobody without the key can try numbers.
type Fingerprinter interface {
	Fingerprint(ctx context.Context, plain string) ([]byte, error)
}

// Service keeps the relations of a subsidiary.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	customers customer.Finder
	prints    Fingerprinter
	audit     audit.Recorder
	clock     calendar.Clock
}

// New wires the service.
func New(tx uow.Tenant, repo Repository, customers customer.Finder, prints Fingerprinter, recorder audit.Recorder, clock calendar.Clock) *Service {
	return &Service{tx, repo, customers, prints, recorder, clock}
}

// PathsTo gives the shortest path from a company to each other one within depth
// steps (1 to MaxDepth) that holds today. It runs inside the caller's unit of work
// and asks nobody for permission: check and negative list use it.
func (s *Service) PathsTo(ctx context.Context, uscc string, depth int) ([]Path, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, err
	}
	g, err := s.repo.Reach(ctx, uscc, min(max(depth, 1), MaxDepth), today, nil)
	if err != nil {
		return nil, err
	}
	return g.Paths(func(p Party) bool { return p.Kind == Company }), nil
}

// View is what surrounds a customer, and the paths that lead to companies on the
// group's negative list.
type View struct {
	Graph
	Hits []Path
}

// Of gives what surrounds a customer.
func (s *Service) Of(ctx context.Context, customerID uuid.UUID, depth int32) (View, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return View{}, err
	}
	var c fault.Checks
	c.Require(depth >= 0 && depth <= MaxDepth, "depth", "OUT_OF_RANGE", fmt.Sprintf("1 to %d steps", MaxDepth))
	if err := c.Err(); err != nil {
		return View{}, err
	}
	if depth == 0 {
		depth = 2
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		b, err := s.customers.Brief(ctx, customerID, customer.OnlyOf(actor))
		if err != nil || b.USCC == "" {
			return err
		}
		v.Graph, err = s.repo.Reach(ctx, b.USCC, int(depth), today, customer.OnlyOf(actor))
		return err
	})
	if err != nil {
		return View{}, err
	}
	v.Hits = v.Paths(func(p Party) bool { return p.Listed })
	return v, nil
}

// PartyInput names a party: a company by code and name, or a person by name and,
// where it is known, ID number, which is plain here and never kept.
type PartyInput struct {
	Kind     PartyKind
	Name     string
	USCC     string
	IDNumber string
}

// AddInput is a relation as entered for a customer: other is the … of the customer,
// or with Of the customer is the … of other.
type AddInput struct {
	CustomerID   uuid.UUID
	Other        PartyInput
	Of           bool
	Kind         Kind
	Share        int32
	SourceNote   string
	ValidFrom    string
	ValidThrough string
}

func (in *AddInput) normalize() {
	in.Other.Name, in.SourceNote = strings.TrimSpace(in.Other.Name), strings.TrimSpace(in.SourceNote)
	for _, s := range []*string{&in.Other.USCC, &in.Other.IDNumber} {
		*s = strings.ToUpper(strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || r == '-' {
				return -1
			}
			return r
		}, *s))
	}
}

// Validate gives all faults of the input.
func (in AddInput) Validate() error {
	var c fault.Checks
	n := utf8.RuneCountInString(in.Other.Name)
	c.Require(n >= 2 && n <= 120, "other.name", "BAD_LENGTH", "2 to 120 characters")
	c.Require(slices.Contains(Kinds, in.Kind), "kind", "UNKNOWN", "legal_representative, shareholder, controller, same_owner or parent")
	switch in.Other.Kind {
	case Company:
		if _, err := party.ParseUSCC(in.Other.USCC); err != nil {
			c.Add("other.uscc", "BAD_CODE", err.Error())
		}
		c.Require(in.Kind != LegalRepresentative, "kind", "NOT_A_COMPANY", "a legal representative is a person")
	case Person:
		c.Require(len(in.Other.IDNumber) <= 20, "other.id_number", "TOO_LONG", "at most 20 characters")
		c.Require(!in.Of && in.Kind != Parent && in.Kind != SameOwner, "kind", "NOT_A_PERSON", "a person is legal representative, shareholder or controller of a company")
	default:
		c.Add("other.kind", "UNKNOWN", "company or person")
	}
	c.Require(in.Share >= 0 && in.Share <= 10_000, "share", "OUT_OF_RANGE", "0 to 10,000 basis points")
	c.Require(in.Kind == Shareholder || in.Share == 0, "share", "NOT_A_SHARE", "only a shareholder has a share")
	c.Require(utf8.RuneCountInString(in.SourceNote) <= 200, "source_note", "TOO_LONG", "at most 200 characters")
	from, through := date(&c, "valid_from", in.ValidFrom), date(&c, "valid_through", in.ValidThrough)
	c.Require(from.IsZero() || through.IsZero() || from <= through, "valid_through", "BEFORE_START", "a relation cannot end before it begins")
	return c.Err()
}

func date(c *fault.Checks, field, s string) calendar.Date {
	if s == "" {
		return 0
	}
	d, err := calendar.Parse(s)
	if err != nil {
		c.Add(field, "BAD_FORM", err.Error())
	}
	return d
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
	var print []byte
	if in.IDNumber != "" {
		var err error
		if print, err = s.prints.Fingerprint(ctx, in.IDNumber); err != nil {
			return Party{}, err
		}
	}
	return s.repo.Person(ctx, in.Name, print, personal.MaskID(in.IDNumber), by)
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
		case on < r.ValidFrom:
			return ErrBeforeStart.With("valid_from", r.ValidFrom.String())
		}
		if err := s.repo.End(ctx, id, on, s.clock.Now(), r.Version+1); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "relation.ended", ObjectType: "relation", ObjectID: id.String(), After: map[string]any{"valid_through": on.String()}})
	})
}

// HashPrints makes fingerprints with a secret of the program and the tenant's id,
// so that equal numbers of two tenants differ.
type HashPrints struct{ Secret []byte }

// Fingerprint implements Fingerprinter.
func (h HashPrints) Fingerprint(ctx context.Context, plain string) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, h.Secret)
	mac.Write(t.ID[:])
	mac.Write([]byte(plain))
	return mac.Sum(nil), nil
}
