package account

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/app/server"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// Authenticator tells the server who presents a session or an API key.
type Authenticator struct {
	sessions *directory.Sessions
	keys     *directory.Keys
}

var _ server.Authenticator = (*Authenticator)(nil)

// NewAuthenticator makes an Authenticator.
func NewAuthenticator(s *directory.Sessions, k *directory.Keys) *Authenticator {
	return &Authenticator{s, k}
}

// Session gives the person of a session.
func (a *Authenticator) Session(ctx context.Context, c server.Credential) (server.Person, error) {
	s, err := a.sessions.Session(ctx, directory.Credential{Cookie: c.Cookie, Token: c.Token})
	if err != nil {
		return server.Person{}, err
	}
	return server.Person{ID: s.ID, Name: s.Name, Email: s.Email, SessionID: s.SessionID,
		AAL: s.AAL, Methods: s.Methods, AuthenticatedAt: s.AuthenticatedAt, SecondFactorAt: s.SecondFactorAt}, nil
}

// APIKey gives the actor of a key.
func (a *Authenticator) APIKey(ctx context.Context, key string) (access.Actor, error) {
	return a.keys.Authenticate(ctx, key)
}

// Memberships tells the server who belongs where.
type Memberships struct{ places *directory.Places }

var _ server.Memberships = (*Memberships)(nil)

// NewMemberships makes Memberships.
func NewMemberships(p *directory.Places) *Memberships { return &Memberships{p} }

// Resolve gives the person's place in the subsidiary of the slug.
func (m *Memberships) Resolve(ctx context.Context, personID uuid.UUID, slug string) (server.Membership, error) {
	p, err := m.places.Resolve(ctx, personID, slug)
	if err != nil {
		return server.Membership{}, err
	}
	out := membership(p.Tenant)
	out.Roles = p.Roles
	return out, nil
}

// Tenant gives slug and state of an API key's subsidiary.
func (m *Memberships) Tenant(ctx context.Context, tenantID uuid.UUID) (server.Membership, error) {
	t, err := m.places.Tenant(ctx, tenantID)
	if err != nil {
		return server.Membership{}, err
	}
	return membership(t), nil
}

// HQ gives the person's roles at HQ.
func (m *Memberships) HQ(ctx context.Context, personID uuid.UUID) ([]access.Role, error) {
	return m.places.HQRoles(ctx, personID)
}

func membership(t directory.Tenant) server.Membership {
	out := server.Membership{TenantID: t.ID, Slug: t.Slug, State: server.TenantReady}
	switch {
	case t.Status == directory.TenantSuspended:
		out.State = server.TenantSuspended
	case t.Outdated:
		out.State = server.TenantOutdated
	}
	return out
}
