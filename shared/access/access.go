// Package access says who acts and what he may do. The transport puts an Actor
// into the context once; biz and shared read it. Roles map to permissions here,
// in code, because they are part of the product's contract (000-22); which
// person has which role is data.
package access

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Role is a named set of permissions.
type Role string

// Roles of a subsidiary, and of HQ.
const (
	RoleAdministrator  Role = "administrator"
	RoleSalesperson    Role = "salesperson"
	RoleCreditReviewer Role = "credit_reviewer"
	RoleApprover       Role = "approver"
	RoleFinance        Role = "finance"
	RoleDispatcher     Role = "dispatcher"
	RoleViewer         Role = "viewer"

	RoleHQAdministrator    Role = "hq_administrator"
	RoleHQCreditController Role = "hq_credit_controller"
	RoleHQViewer           Role = "hq_viewer"
)

// Kind says what sort of actor it is.
type Kind string

// The kinds of actor.
const (
	KindPerson Kind = "person"  // a logged-in human being
	KindAPIKey Kind = "api_key" // an ERP
	KindSystem Kind = "system"  // a job or the command line
)

// Actor is who acts, on behalf of which tenant. TenantID is uuid.Nil at HQ and
// for a person who has not chosen a tenant yet.
type Actor struct {
	Kind      Kind
	ID        uuid.UUID // person, API key, or uuid.Nil for the system
	Name      string    // for people to read in the audit
	Email     string
	TenantID  uuid.UUID
	Roles     []Role
	Scopes    []Permission // of an API key; empty for people
	RequestID string
}

type key struct{}

// With puts the actor into the context.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// From gives the actor; ok is false when nobody acts.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(key{}).(Actor)
	return a, ok
}

// System is the actor of jobs and of the command line.
func System(tenantID uuid.UUID, requestID string) Actor {
	return Actor{Kind: KindSystem, Name: "system", TenantID: tenantID, RequestID: requestID}
}

// ErrUnauthenticated means that nobody is logged in.
var ErrUnauthenticated = fault.New(fault.KindUnauthorized, "UNAUTHENTICATED", "log in first")

// ErrForbidden means that the actor's roles do not carry the permission.
var ErrForbidden = fault.Forbidden("PERMISSION_DENIED", "your role does not allow this; ask your administrator")

// Can says whether the actor has the permission.
func (a Actor) Can(p Permission) bool {
	switch a.Kind {
	case KindSystem:
		return true
	case KindAPIKey:
		return slices.Contains(a.Scopes, p)
	}
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(grants[r], p) })
}

// Has says whether the actor has the role.
func (a Actor) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// OwnCustomersOnly is the data scope of a person who is a salesperson and
// nothing wider: he sees the customers he is responsible for.
func (a Actor) OwnCustomersOnly() bool {
	return a.Kind == KindPerson && !a.Can(CustomerReadAll)
}

// Require returns the actor when he has the permission, and a fault otherwise.
func Require(ctx context.Context, p Permission) (Actor, error) {
	a, ok := From(ctx)
	if !ok {
		return Actor{}, ErrUnauthenticated
	}
	if !a.Can(p) {
		return a, ErrForbidden.With("permission", string(p))
	}
	return a, nil
}
