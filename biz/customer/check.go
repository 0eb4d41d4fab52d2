package customer

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// IdentityCheck is what is known about a name and a code before saving (000-39 to 41).
type IdentityCheck struct {
	FormOK, CheckDigitOK bool
	USCCFree, NameFree   bool
	Existing             *uuid.UUID // the own customer that has code or name, where the caller may see him
	KnownElsewhere       int
	Negative             *NegativeHit
	Registry             RegistryAnswer // not asked (empty) before both are there
}

// CheckIdentity looks at a name and a code while they are typed; either may be empty.
func (s *Service) CheckIdentity(ctx context.Context, name, uscc string) (IdentityCheck, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return IdentityCheck{}, err
	}
	f := Fields{Name: &name, USCC: &uscc}
	f.normalize()
	out := IdentityCheck{USCCFree: true, NameFree: true}
	code, perr := party.ParseUSCC(uscc)
	out.FormOK, out.CheckDigitOK = !errors.Is(perr, party.ErrForm), perr == nil
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		for _, look := range []struct {
			identity Identity
			free     *bool
		}{{Identity{Name: name, AlsoUncoded: true}, &out.NameFree}, {Identity{USCC: string(code)}, &out.USCCFree}} {
			taken, err := s.repo.FindTaken(ctx, look.identity)
			if err != nil {
				return err
			}
			if taken == nil {
				continue
			}
			*look.free = false
			if visible(actor, taken) {
				out.Existing = &taken.ID
			}
		}
		if code != "" {
			out.Negative, err = s.repo.Negative(ctx, string(code))
		}
		return err
	})
	if err != nil || code == "" {
		return out, err
	}
	if out.CheckDigitOK && name != "" {
		out.Registry = s.registry.Match(ctx, string(code), name)
	}
	out.KnownElsewhere, err = s.elsewhere.Count(ctx, string(code))
	return out, err
}

func visible(a access.Actor, t *Taken) bool {
	return !a.OwnCustomersOnly() || (t.Salesperson != nil && t.Salesperson.ID == a.ID)
}

// exists says who has the name, code or number. The id is told only to those who
// may open that customer.
func exists(a access.Actor, t *Taken) error {
	what := map[string]string{"uscc": "this unified social credit code", "name": "this name", "number": "this number"}[t.Field]
	e := ErrExists.With("field", t.Field).With("existing_number", t.Number).With("existing_name", t.Name)
	e.Message = fmt.Sprintf("there is already a customer with %s: %s %s", what, t.Number, t.Name)
	if t.Salesperson != nil && t.Salesperson.Name != "" {
		e = e.With("existing_salesperson", t.Salesperson.Name)
		e.Message += ", looked after by " + t.Salesperson.Name
	}
	e.Fields = []fault.Field{{Name: t.Field, Reason: "TAKEN", Message: e.Message}}
	if visible(a, t) {
		e = e.With("existing_customer_id", t.ID.String())
	}
	return e
}

func (s *Service) free(ctx context.Context, a access.Actor, i Identity) error {
	taken, err := s.repo.FindTaken(ctx, i)
	if err != nil || taken == nil {
		return err
	}
	return exists(a, taken)
}
