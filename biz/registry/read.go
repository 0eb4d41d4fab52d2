package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// Picture is what the registers say of a company: its basics, the state of each
// kind, and what was found. A kind that was never answered stands there with
// outcome never, one without entries with no_data: they are not the same.
type Picture struct {
	USCC     party.USCC
	Company  *Company
	Looks    []Look // one for each kind
	Findings []Kept // newest first
}

// Findings is the port for ratings: the picture of a company from the shelf, in
// the running unit of work. Each look names the snapshot that a rating refers to.
func (s *Service) Findings(ctx context.Context, uscc party.USCC) (Picture, error) {
	looks, err := s.Shelf.Looks(ctx, uscc)
	if err != nil {
		return Picture{}, err
	}
	out := Picture{USCC: uscc, Company: looks[KindBasics].Company}
	for _, k := range Kinds {
		l, ok := looks[k]
		if !ok {
			l = Look{Outcome: Never}
		}
		l.Kind = k
		out.Looks = append(out.Looks, l)
	}
	out.Findings, err = s.Shelf.Findings(ctx, uscc)
	return out, err
}

// OfCustomer gives the picture of a customer.
func (s *Service) OfCustomer(ctx context.Context, customerID uuid.UUID) (p Picture, w Watch, err error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return p, w, err
	}
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		sub, err := s.Watches.Subject(ctx, customerID, only(actor))
		if err != nil {
			return err
		}
		today, err := tenant.Today(ctx, s.Clock)
		if err != nil {
			return err
		}
		p, w, err = s.picture(ctx, sub, today)
		return err
	})
	return p, w, err
}

// OfOwner gives the picture of a project owner.
func (s *Service) OfOwner(ctx context.Context, ownerID uuid.UUID) (p Picture, w Watch, err error) {
	if _, err := access.Require(ctx, access.CustomerRead); err != nil {
		return p, w, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return p, w, err
	}
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		sub, err := s.Watches.Owner(ctx, ownerID)
		if err != nil {
			return err
		}
		p, w, err = s.picture(ctx, sub, today)
		return err
	})
	return p, w, err
}

// picture gives what is on the shelf of a company and when it is looked at, as
// whatever it is watched.
func (s *Service) picture(ctx context.Context, sub Subject, today calendar.Date) (p Picture, w Watch, err error) {
	w = Watch{Subject: sub}
	if sub.USCC == "" {
		return p, w, nil
	}
	ws, _, err := s.Watches.List(ctx, WatchQuery{USCC: sub.USCC, Today: today, Limit: 1})
	if err != nil {
		return p, w, err
	}
	if len(ws) == 1 {
		w = ws[0]
		w.Subject = sub
	}
	if p, err = s.Findings(ctx, sub.USCC); err != nil || w.LookedAt != nil {
		return p, w, err
	}
	// Who is not watched may have been looked at on demand.
	for _, l := range p.Looks {
		if l.LookedAt != nil && (w.LookedAt == nil || w.LookedAt.Before(*l.LookedAt)) {
			w.LookedAt = l.LookedAt
		}
	}
	return p, w, nil
}

// Watched lists who is watched: customers and owners, or one kind. A salesperson sees
// his customers, and the owners of live projects that are his or his customers'.
func (s *Service) Watched(ctx context.Context, q WatchQuery) (ws []Watch, total int64, err error) {
	actor, err := access.Require(ctx, access.WarningRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	c.Require(q.Kind == "" || q.Kind == Customer || q.Kind == Owner, "kind", "UNKNOWN", "customer, owner or empty")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	q.Only = only(actor)
	if q.Today, err = tenant.Today(ctx, s.Clock); err != nil {
		return nil, 0, err
	}
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		ws, total, err = s.Watches.List(ctx, q)
		return err
	})
	return ws, total, err
}

// MatchOutcome says whether name and code belong together.
type MatchOutcome string

// The outcomes of a match.
const (
	Matches      MatchOutcome = "match"
	Differs      MatchOutcome = "differs" // RegisteredName is the right one
	MatchUnknown MatchOutcome = "unknown" // the register does not know the code, or did not answer
	Unconnected  MatchOutcome = "not_connected"
)

// Matched is the answer to Match.
type Matched struct {
	Outcome        MatchOutcome
	RegisteredName string  // when it differs, or the name matches a former one
	Former         bool    // the given name is a former one
	Trouble        Trouble // why it is unknown; empty when the code is not registered
}

// Match says whether the company is registered under this name (000-52). It asks
// the shelf first, then a provider, and never fails for the provider's sake. Call
// it outside of a unit of work.
func (s *Service) Match(ctx context.Context, uscc, name string) (Matched, error) {
	code, err := party.ParseUSCC(uscc)
	if code == "" {
		return Matched{Outcome: MatchUnknown}, nil
	}
	_ = err // an accepted code with a wrong check character is looked up all the same
	sub := Subject{Name: name, USCC: code}
	looks, err := s.looks(ctx, sub)
	if err != nil {
		return Matched{}, err
	}
	l := looks[KindBasics]
	if c := l.Company; c != nil {
		return matchCompany(c, name), nil
	}
	accounts, err := s.usable(ctx)
	if err != nil {
		return Matched{}, err
	}
	if len(accounts) == 0 {
		return Matched{Outcome: Unconnected}, nil
	}
	spend, err := s.purse(ctx)
	if err != nil {
		return Matched{}, err
	}
	ask := Ask{USCC: code, Names: []string{name}, Spend: spend}
	i := slices.IndexFunc(accounts, func(a *held) bool { return !a.stopped(s.Clock.Now()) })
	if i >= 0 {
		ask.Credential = accounts[i].Credential
		if yes, err := s.Adapters[accounts[i].Provider].Belongs(ctx, ask, name); err == nil && yes {
			return Matched{Outcome: Matches}, nil
		}
	}
	answer, _, trouble, err := s.ask(ctx, accounts, ask, KindBasics, l, s.Clock.Now().Add(-fresh))
	switch {
	case errors.Is(err, errFresh): // somebody else asked at the same moment
		looks, err := s.looks(ctx, sub)
		if c := looks[KindBasics].Company; err == nil && c != nil {
			return matchCompany(c, name), nil
		}
		return Matched{Outcome: MatchUnknown}, err
	case err != nil:
		return Matched{}, err
	case trouble != nil:
		return Matched{Outcome: MatchUnknown, Trouble: trouble.Trouble}, nil
	case answer.Company == nil:
		return Matched{Outcome: MatchUnknown}, nil
	}
	return matchCompany(answer.Company, name), nil
}

func matchCompany(c *Company, name string) Matched {
	if sameName(c.Name, name) {
		return Matched{Outcome: Matches}
	}
	former := slices.ContainsFunc(c.FormerNames, func(n string) bool { return sameName(n, name) })
	return Matched{Outcome: Differs, RegisteredName: c.Name, Former: former}
}
