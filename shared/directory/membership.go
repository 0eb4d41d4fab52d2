package directory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// MemberStatus is whether a membership lets its person in.
type MemberStatus string

// The states of a membership.
const (
	MemberActive   MemberStatus = "active"
	MemberDisabled MemberStatus = "disabled"
)

// Member is a person's membership in a subsidiary, or at HQ when TenantID is nil.
type Member struct {
	ID        uuid.UUID
	Version   int64
	PersonID  uuid.UUID
	TenantID  *uuid.UUID
	Name      string
	Email     string
	Roles     []access.Role
	Status    MemberStatus
	CreatedAt time.Time
	Superior  *uuid.UUID // person above him in the same subsidiary, for approvals
}

func (m Member) administers() bool {
	return m.Status == MemberActive && slices.Contains(m.Roles, administratorOf(m.TenantID))
}

func (m Member) summary() map[string]any {
	return map[string]any{"roles": m.Roles, "status": m.Status, "person_id": m.PersonID, "superior_id": m.Superior}
}

// Place is where a person belongs: one subsidiary with what he may do there.
type Place struct {
	Tenant Tenant
	Roles  []access.Role
	Status MemberStatus
}

// MembershipStore keeps memberships. A nil tenant is HQ.
type MembershipStore interface {
	List(ctx context.Context, tenantID *uuid.UUID) ([]Member, error)
	// LockAll is List that keeps others from changing any of them until the
	// transaction ends.
	LockAll(ctx context.Context, tenantID *uuid.UUID) ([]Member, error)
	// Find gives the person's membership in the tenant; ErrMemberNotFound when
	// there is none.
	Find(ctx context.Context, tenantID *uuid.UUID, personID uuid.UUID) (Member, error)
	// Create answers ErrAlreadyMember when the person has one.
	Create(ctx context.Context, m Member, createdBy *uuid.UUID) error
	// Save writes roles, status and superior and raises the version.
	Save(ctx context.Context, m Member, now time.Time) error
	// Places lists where the person belongs, disabled and suspended included.
	Places(ctx context.Context, personID uuid.UUID) ([]Place, error)
	// Place is the one of the slug; ErrTenantNotFound when there is none.
	Place(ctx context.Context, personID uuid.UUID, slug string) (Place, error)
}

// Faults of memberships.
var (
	ErrMemberNotFound = fault.NotFound("MEMBER_NOT_FOUND", "there is no such member")
	ErrMemberVersion  = fault.Conflict("VERSION_CONFLICT", "somebody else has changed this member; load him again")
	ErrLastAdmin      = fault.Conflict("LAST_ADMINISTRATOR", "this is the last active administrator; make somebody else administrator first")
	ErrAlreadyMember  = fault.Conflict("ALREADY_MEMBER", "this person is a member already; change his roles instead")
	ErrMemberDisabled = fault.Conflict("MEMBER_DISABLED", "this person's membership is disabled; an administrator can enable it again")
)

func administratorOf(tenantID *uuid.UUID) access.Role {
	if tenantID == nil {
		return access.RoleHQAdministrator
	}
	return access.RoleAdministrator
}

func rolesOf(tenantID *uuid.UUID) []access.Role {
	if tenantID == nil {
		return access.HQRoles
	}
	return access.TenantRoles
}

// checkRoles wants at least one role, each of the side, none twice.
func checkRoles(c *fault.Checks, roles []access.Role, allowed []access.Role) {
	c.Require(len(roles) > 0, "roles", "REQUIRED", "give at least one role")
	for i, r := range roles {
		c.Require(slices.Contains(allowed, r), fmt.Sprintf("roles[%d]", i), "UNKNOWN_ROLE", fmt.Sprintf("one of %v", allowed))
		c.Require(slices.Index(roles, r) == i, fmt.Sprintf("roles[%d]", i), "DUPLICATE", "each role once")
	}
}

// Roster is the members of a subsidiary or of HQ with the invitations to it.
type Roster struct {
	Members     []Member
	Invitations []Invitation
}

// UpdateMemberInput changes a member. Nil roles, an empty status and a nil
// superior stay as they are; uuid.Nil takes the superior away. Version is the one
// that was seen.
type UpdateMemberInput struct {
	ID       uuid.UUID
	Roles    []access.Role
	Status   MemberStatus
	Superior *uuid.UUID
	Version  int64
}

func (in UpdateMemberInput) validate(allowed []access.Role) error {
	var c fault.Checks
	c.Require(in.ID != uuid.Nil, "id", "REQUIRED", "name the member")
	c.Require(in.Version > 0, "version", "REQUIRED", "send the version that was seen")
	c.Require(in.Status == "" || in.Status == MemberActive || in.Status == MemberDisabled, "status", "UNKNOWN_STATUS", "active or disabled")
	c.Require(len(in.Roles) > 0 || in.Status != "" || in.Superior != nil, "roles", "REQUIRED", "change the roles, the status or the superior")
	if len(in.Roles) > 0 {
		checkRoles(&c, in.Roles, allowed)
	}
	return c.Err()
}

// checkSuperior wants an active member of the same side who does not stand below
// the member himself: a circle would have no top.
func checkSuperior(all []Member, m Member) error {
	if m.Superior == nil {
		return nil
	}
	var c fault.Checks
	at := m.Superior
	for step := 0; at != nil && step <= len(all); step++ {
		if *at == m.PersonID {
			c.Add("superior_id", "CIRCLE", "this person stands below the member already; choose somebody else, or change that first")
			return c.Err()
		}
		i := slices.IndexFunc(all, func(o Member) bool { return o.PersonID == *at })
		if step == 0 {
			c.Require(i >= 0 && all[max(i, 0)].Status == MemberActive, "superior_id", "UNKNOWN_PERSON", "an active member of this subsidiary")
		}
		if i < 0 {
			break
		}
		at = all[i].Superior
	}
	return c.Err()
}
