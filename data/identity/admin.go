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

var _ directory.IdentityAdmin = (*Client)(nil)

// schema is the id of our identity schema in Kratos's configuration.
const schema = "person"

// ErrRefused means that Kratos did not take what an administrator sent.
var ErrRefused = fault.New(fault.KindInvalid, "IDENTITY_REFUSED", "the identity server did not accept this login")

var errNoAdmin = errors.New("identity: no AdminURL is configured; set the address of Kratos's admin API")

// FindByEmail gives the identity that logs in with the address.
func (c *Client) FindByEmail(ctx context.Context, email string) (directory.Person, error) {
	if c.admin == nil {
		return directory.Person{}, errNoAdmin
	}
	found, res, err := c.admin.IdentityAPI.ListIdentities(ctx).CredentialsIdentifier(email).Execute()
	if away := c.broken(ctx, "list identities", res, err); away != nil {
		return directory.Person{}, away
	}
	if err != nil {
		return directory.Person{}, rejected("list identities", err)
	}
	for i := range found {
		p, err := person(&found[i])
		if err != nil {
			return p, err
		}
		if p.Email == email {
			return p, nil
		}
	}
	return directory.Person{}, directory.ErrPersonNotFound
}

// Create makes a login whose address counts as verified: an operator vouches for it.
func (c *Client) Create(ctx context.Context, n directory.NewIdentity) (directory.Person, error) {
	if c.admin == nil {
		return directory.Person{}, errNoAdmin
	}
	body := ory.NewCreateIdentityBody(schema, map[string]any{"email": n.Email, "name": n.Name})
	body.VerifiableAddresses = []ory.VerifiableIdentityAddress{*ory.NewVerifiableIdentityAddress("completed", n.Email, true, "email")}
	if n.Password != "" {
		body.Credentials = &ory.IdentityWithCredentials{Password: &ory.IdentityWithCredentialsPassword{
			Config: &ory.IdentityWithCredentialsPasswordConfig{Password: &n.Password},
		}}
	}
	i, res, err := c.admin.IdentityAPI.CreateIdentity(ctx).CreateIdentityBody(*body).Execute()
	if away := c.broken(ctx, "create identity", res, err); away != nil {
		return directory.Person{}, away
	}
	if err != nil {
		return directory.Person{}, rejected("create identity", err)
	}
	return person(i)
}

// RecoveryCode makes a code by which the person sets a password.
func (c *Client) RecoveryCode(ctx context.Context, personID uuid.UUID) (directory.RecoveryCode, error) {
	if c.admin == nil {
		return directory.RecoveryCode{}, errNoAdmin
	}
	body := ory.NewCreateRecoveryCodeForIdentityBody(personID.String())
	code, res, err := c.admin.IdentityAPI.CreateRecoveryCodeForIdentity(ctx).CreateRecoveryCodeForIdentityBody(*body).Execute()
	if away := c.broken(ctx, "recovery code", res, err); away != nil {
		return directory.RecoveryCode{}, away
	}
	if err != nil {
		return directory.RecoveryCode{}, notFound(res, rejected("recovery code", err))
	}
	return directory.RecoveryCode{Link: code.RecoveryLink, Code: code.RecoveryCode, ExpiresAt: code.GetExpiresAt()}, nil
}

// RevokeSessions ends all sessions of the person; without one it does nothing.
func (c *Client) RevokeSessions(ctx context.Context, personID uuid.UUID) error {
	if c.admin == nil {
		return errNoAdmin
	}
	res, err := c.admin.IdentityAPI.DeleteIdentitySessions(ctx, personID.String()).Execute()
	if away := c.broken(ctx, "revoke sessions", res, err); away != nil {
		return away
	}
	if err != nil && res.StatusCode == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return rejected("revoke sessions", err)
	}
	return nil
}

// rejected keeps what Kratos said: it is for an operator at the command line and
// for the log, no route leads here.
func rejected(what string, err error) error {
	var e *ory.GenericOpenAPIError
	if errors.As(err, &e) && len(e.Body()) > 0 {
		err = fmt.Errorf("%w: %.500s", err, e.Body())
	}
	return ErrRefused.Wrap(fmt.Errorf("kratos %s: %w", what, err))
}

func notFound(res *http.Response, err error) error {
	if res != nil && res.StatusCode == http.StatusNotFound {
		return directory.ErrPersonNotFound.Wrap(err)
	}
	return err
}
