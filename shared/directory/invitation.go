package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
)

// TopicMemberInvited asks for an invitation's mail. Payload: InvitationPayload.
const TopicMemberInvited event.Topic = "member.invited"

// InvitationPayload names the invitation of an event.
type InvitationPayload struct {
	InvitationID uuid.UUID `json:"invitation_id"`
}

// InvitationDays is how long an invitation can be accepted.
const InvitationDays = 7

// Invitation asks a person by e-mail to join a subsidiary, or HQ when TenantID
// is nil. The link's token is made when the mail is sent, so that it lies in no
// queue; only its hash is kept.
type Invitation struct {
	ID         uuid.UUID
	TenantID   *uuid.UUID
	Email      string
	Name       string
	Roles      []access.Role
	CreatedAt  time.Time
	CreatedBy  *uuid.UUID
	ExpiresAt  time.Time
	SentAt     *time.Time
	AcceptedAt *time.Time
	RevokedAt  *time.Time
}

// The states of an invitation.
const (
	InvitationOpen     = "open"
	InvitationAccepted = "accepted"
	InvitationExpired  = "expired"
	InvitationRevoked  = "revoked"
)

// State is open, accepted, revoked or expired.
func (i Invitation) State(now time.Time) string {
	switch {
	case i.AcceptedAt != nil:
		return InvitationAccepted
	case i.RevokedAt != nil:
		return InvitationRevoked
	case !now.Before(i.ExpiresAt):
		return InvitationExpired
	}
	return InvitationOpen
}

func (i Invitation) summary() map[string]any {
	return map[string]any{"email": MaskEmail(i.Email), "roles": i.Roles, "expires_at": i.ExpiresAt}
}

// InvitationStore keeps invitations. A nil tenant is HQ.
type InvitationStore interface {
	Create(ctx context.Context, i Invitation) error
	// List is newest first, without the accepted ones.
	List(ctx context.Context, tenantID *uuid.UUID) ([]Invitation, error)
	// Lock and LockByToken answer ErrInvitationNotFound, and keep others from
	// changing the invitation until the transaction ends.
	Lock(ctx context.Context, id uuid.UUID) (Invitation, error)
	LockByToken(ctx context.Context, h Hash) (Invitation, error)
	// LockMail keeps a second invitation of the address to the tenant from being
	// made at the same moment, until the transaction ends.
	LockMail(ctx context.Context, tenantID *uuid.UUID, email string) error
	// RevokeOpen revokes what is open for the address in the tenant.
	RevokeOpen(ctx context.Context, tenantID *uuid.UUID, email string, at time.Time) error
	Revoke(ctx context.Context, id uuid.UUID, at time.Time) error
	SetToken(ctx context.Context, id uuid.UUID, h Hash) error
	SetSent(ctx context.Context, id uuid.UUID, at time.Time) error
	Accept(ctx context.Context, id, personID uuid.UUID, at time.Time) error
}

// Faults of invitations.
var (
	ErrInvitationNotFound = fault.NotFound("INVITATION_NOT_FOUND",
		"this invitation does not exist, or its link was replaced; use the newest mail, or ask for a new invitation")
	ErrInvitationRevoked  = fault.Conflict("INVITATION_REVOKED", "this invitation was withdrawn; ask for a new one")
	ErrInvitationExpired  = fault.Conflict("INVITATION_EXPIRED", "this invitation has expired; ask for a new one")
	ErrInvitationAccepted = fault.Conflict("INVITATION_ACCEPTED", "this invitation was accepted already")
	ErrInvitationForOther = fault.Forbidden("INVITATION_FOR_OTHER",
		"this invitation was sent to another e-mail address; log in with that one")
)

func (i Invitation) mustBeOpen(now time.Time) error {
	switch i.State(now) {
	case InvitationAccepted:
		return ErrInvitationAccepted
	case InvitationRevoked:
		return ErrInvitationRevoked
	case InvitationExpired:
		return ErrInvitationExpired
	}
	return nil
}

// InviteInput is whom an administrator invites, as what.
type InviteInput struct {
	Email string
	Name  string
	Roles []access.Role
}

func (in InviteInput) validate(allowed []access.Role) error {
	var c fault.Checks
	_, ok := NormalizeEmail(in.Email)
	c.Require(ok, "email", "INVALID_EMAIL", "write an e-mail address such as name@example.com")
	_, ok = cleanText(in.Name, maxName)
	c.Require(ok, "name", "REQUIRED", fmt.Sprintf("write 1 to %d characters", maxName))
	checkRoles(&c, in.Roles, allowed)
	return c.Err()
}

// InvitationMail is what an invitation's mail says.
type InvitationMail struct {
	Email      string
	Name       string
	TenantName string // empty for HQ
	InvitedBy  string // empty when the system did
	Roles      []access.Role
	Token      string // of the link
	ExpiresAt  time.Time
}

// InvitationMailer sends it; the error is temporary unless the address is refused.
type InvitationMailer interface {
	SendInvitation(ctx context.Context, m InvitationMail) error
}

// Offer is what an invitation's link shows.
type Offer struct {
	Invitation
	TenantName string // empty for HQ
	InvitedBy  string
}
