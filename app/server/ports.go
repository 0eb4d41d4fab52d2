package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"zhuxin/app/api/route"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
)

// Credential is what a person's client presents: the session cookie of a browser
// or the session token of a client without cookies. One of them is set.
type Credential struct {
	Cookie string // name=value of the session cookie only
	Token  string // X-Session-Token
}

// Person is who is logged in, as the identity server knows him.
type Person struct {
	ID              uuid.UUID // the identity's id
	Name            string
	Email           string
	SessionID       string
	AAL             string   // aal1, aal2
	Methods         []string // how he proved himself: password, totp, code …
	AuthenticatedAt time.Time
	SecondFactorAt  time.Time // of an authenticator app or security key; zero for never
}

// Authenticator asks who presents a credential. Both answer a fault of
// KindUnauthorized when it is not, or no longer, good; any other error means that
// the identity server could not be asked and becomes a 503, never a 401.
type Authenticator interface {
	Session(ctx context.Context, c Credential) (Person, error)
	// APIKey gives the actor of a key with ID, Name, TenantID and Scopes.
	APIKey(ctx context.Context, key string) (access.Actor, error)
}

// TenantState is whether a subsidiary can be worked in.
type TenantState string

// The states that a request distinguishes.
const (
	TenantReady     TenantState = "ready"
	TenantSuspended TenantState = "suspended"
	TenantOutdated  TenantState = "outdated" // its schema is behind this program
	TenantPreparing TenantState = "preparing"
)

// Membership is one person's place in one subsidiary.
type Membership struct {
	TenantID uuid.UUID
	Slug     string
	State    TenantState
	Roles    []access.Role
}

// Memberships says who belongs where. An absent subsidiary, one without a
// membership and a disabled membership are the same fault of KindNotFound.
type Memberships interface {
	Resolve(ctx context.Context, personID uuid.UUID, slug string) (Membership, error)
	// Tenant gives slug and state of an API key's subsidiary; Roles stay empty.
	Tenant(ctx context.Context, tenantID uuid.UUID) (Membership, error)
	// HQ gives a person's roles at HQ, none for who is no member.
	HQ(ctx context.Context, personID uuid.UUID) ([]access.Role, error)
}

// Deps is what the server needs from others.
type Deps struct {
	Logger        *slog.Logger
	Clock         calendar.Clock
	Routes        []route.Info // all of them: api.Routes()
	Authenticator Authenticator
	Memberships   Memberships
	// BindTenant binds the context to the subsidiary's schema.
	BindTenant func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
	// TenantLimit answers a fault of KindLimited when the subsidiary sends too
	// much; nil means no limit.
	TenantLimit func(ctx context.Context, tenantID uuid.UUID) error
	// StepUp asks for second verifications; nil only where no route names an act.
	StepUp StepUp
	// Checks are asked by /readyz, by name: postgres, redis, s3, kratos.
	Checks   map[string]func(ctx context.Context) error
	Registry *prometheus.Registry
	OpenAPI  []byte // api.OpenAPI
}

func (d Deps) validate() error {
	var faults []error
	need := func(ok bool, name string) {
		if !ok {
			faults = append(faults, errors.New("server: Deps."+name+" is missing"))
		}
	}
	need(d.Logger != nil, "Logger")
	need(d.Clock != nil, "Clock")
	need(d.Authenticator != nil, "Authenticator")
	need(d.Memberships != nil, "Memberships")
	need(d.BindTenant != nil, "BindTenant")
	need(d.Registry != nil, "Registry")
	asks := func(r route.Info) bool { return r.StepUp != "" }
	need(d.StepUp != nil || !slices.ContainsFunc(d.Routes, asks), "StepUp")
	return errors.Join(faults...)
}
