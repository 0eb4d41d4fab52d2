package directory

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Deps is what every service of the package works with: HQ's unit of work, its
// audit and outbox, and the repositories.
type Deps struct {
	HQ     uow.HQ
	Audit  audit.Recorder
	Events event.Publisher
	Clock  calendar.Clock
	Store  Store
}

// Store groups the repositories. Each runs in the transaction of its context.
type Store struct {
	People       People
	Applications ApplicationStore
	Codes        CodeStore
	Memberships  MembershipStore
	Invitations  InvitationStore
	Keys         KeyStore
	Tenants      TenantStore
}

// change is one state change: for HQ's audit, and for the subsidiary's own when
// tenantID names one.
type change struct {
	action     string
	objectType string
	objectID   uuid.UUID
	tenantID   uuid.UUID
	before     any
	after      any
}

// record writes the change into HQ's audit. A subsidiary's administrator reads
// his own audit, which lies in another schema, so the outbox carries a copy
// there (TenantAudit).
func (d Deps) record(ctx context.Context, c change) error {
	e := audit.Entry{Action: c.action, ObjectType: c.objectType, ObjectID: c.objectID.String(), Before: c.before, After: c.after}
	if err := d.Audit.Record(ctx, e); err != nil {
		return err
	}
	if c.tenantID == uuid.Nil {
		return nil
	}
	return d.publishTenantAudit(ctx, c.tenantID, e)
}

// ownTenant gives the actor, when he may do p, and the tenant he works in.
func ownTenant(ctx context.Context, p access.Permission) (access.Actor, tenant.Tenant, error) {
	a, err := access.Require(ctx, p)
	if err != nil {
		return a, tenant.Tenant{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return a, t, err
	}
	if a.Kind != access.KindSystem && a.TenantID != t.ID {
		return a, t, access.ErrForbidden
	}
	return a, t, nil
}

// self gives the logged-in person of an account route; a key or a job has no
// account of its own.
func self(ctx context.Context) (access.Actor, error) {
	a, ok := access.From(ctx)
	if !ok || a.Kind != access.KindPerson || a.ID == uuid.Nil {
		return access.Actor{}, access.ErrUnauthenticated
	}
	return a, nil
}

// actorID is the person behind a row's created_by; nil for the system and keys.
func actorID(ctx context.Context) *uuid.UUID {
	a, ok := access.From(ctx)
	if !ok || a.Kind != access.KindPerson || a.ID == uuid.Nil {
		return nil
	}
	return &a.ID
}

// newID makes a UUID v7, so that keys grow with time.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
