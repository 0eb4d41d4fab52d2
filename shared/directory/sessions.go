package directory

import (
	"context"
	"errors"
)

// Sessions says who is logged in, and keeps the register of persons as the
// identity server has them.
type Sessions struct {
	Deps
	server IdentityServer
}

// NewSessions makes Sessions.
func NewSessions(d Deps, server IdentityServer) *Sessions { return &Sessions{d, server} }

// Session gives the login behind the credential. A person seen for the first
// time, or with a changed address or name, is written down before it returns.
func (s *Sessions) Session(ctx context.Context, c Credential) (Session, error) {
	login, err := s.server.Session(ctx, c)
	if err != nil {
		return Session{}, err
	}
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		known, err := s.Store.People.Get(ctx, login.ID)
		if err == nil && known == login.Person {
			return nil
		}
		if err != nil && !errors.Is(err, ErrPersonNotFound) {
			return err
		}
		return s.Store.People.Put(ctx, login.Person)
	})
	return login, err
}
