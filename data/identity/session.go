package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	ory "github.com/ory/kratos-client-go"

	"zhuxin/shared/directory"
	"zhuxin/shared/fault"
)

// Faults of a session.
var (
	ErrSession = fault.New(fault.KindUnauthorized, "SESSION_INVALID", "your login has ended; log in again")
	// ErrSecondFactor means that the person has a second factor and has not shown
	// it in this session yet.
	ErrSecondFactor = fault.Forbidden("SECOND_FACTOR_REQUIRED", "enter the code of your authenticator app to go on")
)

var _ directory.IdentityServer = (*Client)(nil)

// Session asks Kratos whose session the credential is.
func (c *Client) Session(ctx context.Context, cred directory.Credential) (directory.Session, error) {
	if cred.Cookie == "" && cred.Token == "" {
		return directory.Session{}, ErrSession
	}
	if c.breaker.open() {
		return directory.Session{}, ErrUnavailable.Wrap(errors.New("kratos has just failed several times"))
	}
	req := c.public.FrontendAPI.ToSession(ctx)
	if cred.Cookie != "" {
		req = req.Cookie(cred.Cookie)
	}
	if cred.Token != "" {
		req = req.XSessionToken(cred.Token)
	}
	s, res, err := req.Execute()
	if away := c.broken(ctx, "whoami", res, err); away != nil {
		return directory.Session{}, away
	}
	switch {
	case err != nil && res.StatusCode == http.StatusForbidden:
		return directory.Session{}, ErrSecondFactor.Wrap(err)
	case err != nil:
		return directory.Session{}, ErrSession.Wrap(err)
	case !s.GetActive() || s.Identity == nil:
		return directory.Session{}, ErrSession
	}
	return session(s)
}

func session(s *ory.Session) (directory.Session, error) {
	p, err := person(s.Identity)
	if err != nil {
		return directory.Session{}, err
	}
	out := directory.Session{Person: p, SessionID: s.Id, AAL: string(s.GetAuthenticatorAssuranceLevel()), AuthenticatedAt: s.GetAuthenticatedAt()}
	for _, m := range s.AuthenticationMethods {
		out.Methods = append(out.Methods, m.GetMethod())
		if at := m.GetCompletedAt(); secondFactor(m) && at.After(out.SecondFactorAt) {
			out.SecondFactorAt = at
		}
	}
	return out, nil
}

// secondFactor says whether the method proves that the person has a device of his
// in hand. A recovery code or an e-mail's code does not: whoever reads his mail has
// those, and Kratos counts them as a second factor all the same.
func secondFactor(m ory.SessionAuthenticationMethod) bool {
	return m.GetMethod() == "totp" || m.GetMethod() == "webauthn" && m.GetAal() == ory.AUTHENTICATORASSURANCELEVEL_AAL2
}

// person reads our traits (deploy/kratos/identity.schema.json) out of an identity.
func person(i *ory.Identity) (directory.Person, error) {
	id, err := uuid.Parse(i.Id)
	if err != nil {
		return directory.Person{}, fmt.Errorf("identity: kratos gave id %q: %w", i.Id, err)
	}
	traits, _ := i.Traits.(map[string]any)
	raw, _ := traits["email"].(string)
	name, _ := traits["name"].(string)
	email, ok := directory.NormalizeEmail(raw)
	if !ok {
		return directory.Person{}, fmt.Errorf("identity: identity %s has no usable e-mail address", id)
	}
	p := directory.Person{ID: id, Email: email, Name: name}
	for _, a := range i.VerifiableAddresses {
		if v, ok := directory.NormalizeEmail(a.Value); ok && v == email && a.Verified {
			p.EmailVerified = true
		}
	}
	return p, nil
}
