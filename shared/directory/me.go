package directory

import (
	"context"
	"errors"

	"zhuxin/shared/access"
)

// Me is a person's own view: where he belongs and how far his application is.
type Me struct {
	Person      Person
	Places      []Place
	HQRoles     []access.Role // empty for who is no member of HQ
	Application *Application  // open or last
}

// Accounts gives a person what he may know of himself.
type Accounts struct{ Deps }

// NewAccounts makes Accounts.
func NewAccounts(d Deps) *Accounts { return &Accounts{d} }

// Me describes the logged-in person.
func (s *Accounts) Me(ctx context.Context) (Me, error) {
	actor, err := self(ctx)
	if err != nil {
		return Me{}, err
	}
	var me Me
	err = s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		me = Me{}
		if me.Person, err = s.Store.People.Get(ctx, actor.ID); err != nil {
			return err
		}
		if me.Places, err = s.Store.Memberships.Places(ctx, actor.ID); err != nil {
			return err
		}
		m, err := s.Store.Memberships.Find(ctx, nil, actor.ID)
		switch {
		case err == nil && m.Status == MemberActive:
			me.HQRoles = m.Roles
		case err != nil && !errors.Is(err, ErrMemberNotFound):
			return err
		}
		a, err := s.Store.Applications.Latest(ctx, actor.ID)
		if errors.Is(err, ErrApplicationNotFound) {
			return nil
		}
		me.Application = &a
		return err
	})
	return me, err
}
