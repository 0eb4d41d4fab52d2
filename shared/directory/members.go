package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
)

// Members handles who belongs to a subsidiary, and to HQ. The methods without HQ
// in their name work on the tenant of the context.
type Members struct{ Deps }

// NewMembers makes Members.
func NewMembers(d Deps) *Members { return &Members{d} }

// List gives the members and invitations of the subsidiary.
func (s *Members) List(ctx context.Context) (Roster, error) {
	_, t, err := ownTenant(ctx, access.MemberRead)
	if err != nil {
		return Roster{}, err
	}
	return s.list(ctx, &t.ID)
}

// ListHQ gives the members of HQ.
func (s *Members) ListHQ(ctx context.Context) (Roster, error) {
	if _, err := access.Require(ctx, access.HQMemberManage); err != nil {
		return Roster{}, err
	}
	return s.list(ctx, nil)
}

func (s *Members) list(ctx context.Context, tenantID *uuid.UUID) (Roster, error) {
	var r Roster
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if r.Members, err = s.Store.Memberships.List(ctx, tenantID); err != nil {
			return err
		}
		r.Invitations, err = s.Store.Invitations.List(ctx, tenantID)
		return err
	})
	return r, err
}

// Update changes roles or status of a member of the subsidiary. It takes effect
// on his next request.
func (s *Members) Update(ctx context.Context, in UpdateMemberInput) (Member, error) {
	_, t, err := ownTenant(ctx, access.MemberManage)
	if err != nil {
		return Member{}, err
	}
	return s.update(ctx, &t.ID, in)
}

// UpdateHQ changes roles or status of a member of HQ.
func (s *Members) UpdateHQ(ctx context.Context, in UpdateMemberInput) (Member, error) {
	if _, err := access.Require(ctx, access.HQMemberManage); err != nil {
		return Member{}, err
	}
	return s.update(ctx, nil, in)
}

func (s *Members) update(ctx context.Context, tenantID *uuid.UUID, in UpdateMemberInput) (Member, error) {
	if err := in.validate(rolesOf(tenantID)); err != nil {
		return Member{}, err
	}
	var m Member
	err := s.HQ.InTx(ctx, func(ctx context.Context) error {
		// All of them are locked: two administrators who take each other's role at
		// the same moment would leave none.
		all, err := s.Store.Memberships.LockAll(ctx, tenantID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(m Member) bool { return m.ID == in.ID })
		if i < 0 {
			return ErrMemberNotFound
		}
		m, err = s.change(ctx, all, i, in)
		return err
	})
	return m, err
}

func (s *Members) change(ctx context.Context, all []Member, i int, in UpdateMemberInput) (Member, error) {
	was, m := all[i], all[i]
	if was.Version != in.Version {
		return was, ErrMemberVersion
	}
	if len(in.Roles) > 0 {
		m.Roles = in.Roles
	}
	if in.Status != "" {
		m.Status = in.Status
	}
	if in.Superior != nil {
		m.Superior = in.Superior
		if *in.Superior == uuid.Nil {
			m.Superior = nil
		}
	}
	all[i] = m
	if in.Superior != nil {
		if err := checkSuperior(all, m); err != nil {
			return was, err
		}
	}
	if was.administers() && !slices.ContainsFunc(all, Member.administers) {
		return was, ErrLastAdmin
	}
	if err := s.Store.Memberships.Save(ctx, m, s.Clock.Now()); err != nil {
		return was, err
	}
	m.Version++
	tenantID := uuid.Nil
	if m.TenantID != nil {
		tenantID = *m.TenantID
	}
	return m, s.record(ctx, change{action: "member.updated", objectType: "membership", objectID: m.ID, tenantID: tenantID,
		before: was.summary(), after: m.summary()})
}

// Places says for the transport what a person may enter.
type Places struct{ Deps }

// NewPlaces makes Places.
func NewPlaces(d Deps) *Places { return &Places{d} }

// Resolve gives the person's place in the subsidiary of the slug. Absent, not a
// member and disabled are one answer: ErrTenantNotFound.
func (s *Places) Resolve(ctx context.Context, personID uuid.UUID, slug string) (Place, error) {
	var p Place
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		if p, err = s.Store.Memberships.Place(ctx, personID, slug); err == nil && p.Status != MemberActive {
			err = ErrTenantNotFound
		}
		return err
	})
	return p, err
}

// Tenant gives an API key's subsidiary.
func (s *Places) Tenant(ctx context.Context, tenantID uuid.UUID) (Tenant, error) {
	var t Tenant
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		t, err = s.Store.Tenants.Get(ctx, tenantID)
		return err
	})
	return t, err
}

// HQRoles gives the person's roles at HQ, none for who is no active member.
func (s *Places) HQRoles(ctx context.Context, personID uuid.UUID) ([]access.Role, error) {
	var roles []access.Role
	err := s.HQ.InTx(ctx, func(ctx context.Context) error {
		m, err := s.Store.Memberships.Find(ctx, nil, personID)
		if errors.Is(err, ErrMemberNotFound) || err == nil && m.Status != MemberActive {
			roles = nil
			return nil
		}
		roles = m.Roles
		return err
	})
	return roles, err
}
