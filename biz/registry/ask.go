package registry

import (
	"context"
	"errors"
	"time"
)

// held is an account with the side that keeps it.
type held struct {
	Account
	own bool
}

// usable lists the accounts that can be asked, the tenant's own first.
func (s *Service) usable(ctx context.Context) ([]*held, error) {
	var own []Account
	err := s.Tenants.InTx(ctx, func(ctx context.Context) (err error) {
		own, err = s.OwnAccounts.List(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	group, err := s.groupAccounts(ctx)
	if err != nil {
		return nil, err
	}
	var out []*held
	for side, as := range [][]Account{own, group} {
		for _, p := range Providers {
			for _, a := range as {
				if a.Provider == p && a.Enabled && a.Credential.Key != "" && s.Adapters[p] != nil {
					out = append(out, &held{a, side == 0})
				}
			}
		}
	}
	return out, nil
}

// errFresh means that somebody else looked while we were about to.
var errFresh = errors.New("registry: fresh meanwhile")

// ask puts one kind to the accounts in turn until one answers.
func (s *Service) ask(ctx context.Context, accounts []*held, a Ask, kind Kind, before Look, since time.Time) (Answer, int, *Error, error) {
	if len(accounts) == 0 {
		return Answer{}, 0, Fail(NotConnected, "", "no account at a provider is set up", nil), nil
	}
	now := s.Clock.Now()
	mine, news := false, false
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		mine, news, err = s.Shelf.Claim(ctx, a.USCC, kind, now, now.Add(claimFor), since)
		return err
	})
	switch {
	case err != nil:
		return Answer{}, 0, nil, err
	case news:
		return Answer{}, 0, nil, errFresh
	}
	if !mine {
		return Answer{}, 0, Fail(Pending, "", "another subsidiary is asking for this company right now", nil), nil
	}
	trouble := Fail(NotOffered, "", "no connected provider offers this", nil)
	for _, acc := range accounts {
		if acc.stopped(s.Clock.Now()) {
			trouble = Fail(acc.StoppedReason, "", "the account is left alone until "+acc.StoppedUntil.UTC().Format(time.RFC3339), nil)
			continue
		}
		if !s.Adapters[acc.Provider].Offers(kind) {
			continue
		}
		a.Credential = acc.Credential
		answer, err := s.Adapters[acc.Provider].Look(ctx, a, kind)
		if err == nil {
			news, err := s.keep(ctx, a, acc.Provider, kind, before, answer)
			return answer, news, nil, err
		}
		trouble = TroubleOf(err)
		if d := trouble.Trouble.stops(); d > 0 {
			if err := s.stop(ctx, acc, trouble.Trouble, s.Clock.Now().Add(d)); err != nil {
				return Answer{}, 0, nil, err
			}
		}
		if trouble.Trouble == BudgetExhausted {
			break
		}
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		return s.Shelf.Failed(ctx, a.USCC, kind, s.Clock.Now(), trouble)
	})
	return Answer{}, 0, trouble, err
}

// stop leaves an account alone, for everybody who shares it.
func (s *Service) stop(ctx context.Context, acc *held, why Trouble, until time.Time) error {
	acc.StoppedReason, acc.StoppedUntil = why, &until
	if acc.own {
		return s.Tenants.InTx(ctx, func(ctx context.Context) error { return s.OwnAccounts.Stop(ctx, acc.Provider, why, until) })
	}
	return s.HQ.InTx(ctx, func(ctx context.Context) error { return s.GroupAccounts.Stop(ctx, acc.Provider, why, until) })
}
