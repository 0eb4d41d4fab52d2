package directory

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/event"
)

// Invite asks somebody by e-mail to join the subsidiary. An open invitation of
// the same address is withdrawn: the newest one counts.
func (s *Members) Invite(ctx context.Context, in InviteInput) (Invitation, error) {
	_, t, err := ownTenant(ctx, access.MemberManage)
	if err != nil {
		return Invitation{}, err
	}
	return s.invite(ctx, &t.ID, in)
}

// InviteHQ asks somebody by e-mail to join HQ.
func (s *Members) InviteHQ(ctx context.Context, in InviteInput) (Invitation, error) {
	if _, err := access.Require(ctx, access.HQMemberManage); err != nil {
		return Invitation{}, err
	}
	return s.invite(ctx, nil, in)
}

func (s *Members) invite(ctx context.Context, tenantID *uuid.UUID, in InviteInput) (Invitation, error) {
	if err := in.validate(rolesOf(tenantID)); err != nil {
		return Invitation{}, err
	}
	email, _ := NormalizeEmail(in.Email)
	name, _ := cleanText(in.Name, maxName)
	now := s.Clock.Now()
	i := Invitation{ID: newID(), TenantID: tenantID, Email: email, Name: name, Roles: in.Roles,
		CreatedAt: now, CreatedBy: actorID(ctx), ExpiresAt: now.AddDate(0, 0, InvitationDays)}
	err := s.HQ.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Invitations.LockMail(ctx, tenantID, email); err != nil {
			return err
		}
		if err := s.notYetMember(ctx, tenantID, email); err != nil {
			return err
		}
		if err := s.Store.Invitations.RevokeOpen(ctx, tenantID, email, now); err != nil {
			return err
		}
		if err := s.Store.Invitations.Create(ctx, i); err != nil {
			return err
		}
		if err := s.Events.Publish(ctx, event.Event{Topic: TopicMemberInvited, Payload: InvitationPayload{i.ID}}); err != nil {
			return err
		}
		return s.record(ctx, change{action: "member.invited", objectType: "invitation", objectID: i.ID,
			tenantID: orNil(tenantID), after: i.summary()})
	})
	return i, err
}

func (s *Members) notYetMember(ctx context.Context, tenantID *uuid.UUID, email string) error {
	all, err := s.Store.Memberships.List(ctx, tenantID)
	if err != nil {
		return err
	}
	for _, m := range all {
		switch {
		case m.Email != email:
		case m.Status == MemberDisabled:
			return ErrMemberDisabled
		default:
			return ErrAlreadyMember
		}
	}
	return nil
}

// Revoke withdraws an open invitation of the subsidiary; a second time changes
// nothing.
func (s *Members) Revoke(ctx context.Context, id uuid.UUID) error {
	_, t, err := ownTenant(ctx, access.MemberManage)
	if err != nil {
		return err
	}
	return s.revoke(ctx, &t.ID, id)
}

// RevokeHQ withdraws an open invitation to HQ.
func (s *Members) RevokeHQ(ctx context.Context, id uuid.UUID) error {
	if _, err := access.Require(ctx, access.HQMemberManage); err != nil {
		return err
	}
	return s.revoke(ctx, nil, id)
}

func (s *Members) revoke(ctx context.Context, tenantID *uuid.UUID, id uuid.UUID) error {
	return s.HQ.InTx(ctx, func(ctx context.Context) error {
		i, err := s.Store.Invitations.Lock(ctx, id)
		if err != nil {
			return err
		}
		if orNil(i.TenantID) != orNil(tenantID) {
			return ErrInvitationNotFound
		}
		now := s.Clock.Now()
		switch i.State(now) {
		case InvitationRevoked:
			return nil
		case InvitationAccepted:
			return ErrInvitationAccepted
		}
		if err := s.Store.Invitations.Revoke(ctx, id, now); err != nil {
			return err
		}
		return s.record(ctx, change{action: "invitation.revoked", objectType: "invitation", objectID: id,
			tenantID: orNil(tenantID), before: i.summary()})
	})
}

// Offer shows what the link's invitation offers. An unknown token, and an
// invitation sent to somebody else, are ErrInvitationNotFound and
// ErrInvitationForOther: only its addressee reads it.
func (s *Members) Offer(ctx context.Context, token string) (Offer, error) {
	actor, err := self(ctx)
	if err != nil {
		return Offer{}, err
	}
	var o Offer
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		i, _, err := s.addressed(ctx, token, actor.ID)
		if err != nil {
			return err
		}
		o, err = s.offer(ctx, i)
		return err
	})
	return o, err
}

// addressed gives the token's invitation, locked, when it is for the person.
func (s *Members) addressed(ctx context.Context, token string, personID uuid.UUID) (Invitation, Person, error) {
	i, err := s.Store.Invitations.LockByToken(ctx, hashOf(token))
	if err != nil {
		return i, Person{}, err
	}
	p, err := s.Store.People.Get(ctx, personID)
	switch {
	case err != nil:
		return i, p, err
	case p.Email != i.Email:
		return i, p, ErrInvitationForOther.With("email", MaskEmail(i.Email))
	case !p.EmailVerified:
		return i, p, ErrEmailUnverified
	}
	return i, p, nil
}

func (s *Members) offer(ctx context.Context, i Invitation) (Offer, error) {
	o := Offer{Invitation: i}
	if i.TenantID != nil {
		t, err := s.Store.Tenants.Get(ctx, *i.TenantID)
		if err != nil {
			return o, err
		}
		o.TenantName = t.Name
	}
	if i.CreatedBy != nil {
		p, err := s.Store.People.Get(ctx, *i.CreatedBy)
		if err != nil && !errors.Is(err, ErrPersonNotFound) {
			return o, err
		}
		o.InvitedBy = p.Name
	}
	return o, nil
}

// Accept makes the logged-in person a member. His verified address must be the
// invitation's.
func (s *Members) Accept(ctx context.Context, token string) error {
	actor, err := self(ctx)
	if err != nil {
		return err
	}
	return s.HQ.InTx(ctx, func(ctx context.Context) error {
		i, p, err := s.addressed(ctx, token, actor.ID)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if err := i.mustBeOpen(now); err != nil {
			return err
		}
		m := Member{ID: newID(), Version: 1, PersonID: p.ID, TenantID: i.TenantID, Roles: i.Roles, Status: MemberActive, CreatedAt: now}
		if err := s.Store.Memberships.Create(ctx, m, i.CreatedBy); err != nil {
			return err
		}
		if err := s.Store.Invitations.Accept(ctx, i.ID, p.ID, now); err != nil {
			return err
		}
		return s.record(ctx, change{action: "member.joined", objectType: "membership", objectID: m.ID, tenantID: orNil(i.TenantID), after: m.summary()})
	})
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
