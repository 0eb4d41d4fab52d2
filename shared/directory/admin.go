package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// Admin is what the command line does with the register: HQ's first
// administrator, and subsidiaries by the way a signup takes. It is for an
// operator of the server and acts as the system; no route leads here.
type Admin struct {
	Deps
	identities IdentityAdmin
	apply      *Applications
	onboarding *Onboarding
}

// NewAdmin makes Admin.
func NewAdmin(d Deps, identities IdentityAdmin, a *Applications, o *Onboarding) *Admin {
	return &Admin{d, identities, a, o}
}

// runLook is how often await looks.
const runLook = 200 * time.Millisecond

// Login is a person with, when he was made just now without a password, the code
// by which he sets one.
type Login struct {
	Person   Person
	Created  bool
	Recovery *RecoveryCode
}

// InitHQ makes the person of the address an administrator of HQ, with a login
// when he has none. Called again it changes nothing but hands out a new code,
// for an operator whose administrator has locked himself out.
func (s *Admin) InitHQ(ctx context.Context, n NewIdentity) (Login, error) {
	login, err := s.ensureLogin(ctx, n)
	if err != nil {
		return login, err
	}
	err = s.AddMember(ctx, nil, login.Person.ID, []access.Role{access.RoleHQAdministrator})
	if err != nil || n.Password != "" {
		return login, err
	}
	code, err := s.identities.RecoveryCode(ctx, login.Person.ID)
	login.Recovery = &code
	return login, err
}

// ensureLogin finds or makes the login, and writes the person down.
func (s *Admin) ensureLogin(ctx context.Context, n NewIdentity) (Login, error) {
	var c fault.Checks
	email, ok := NormalizeEmail(n.Email)
	c.Require(ok, "email", "INVALID_EMAIL", "write an e-mail address such as name@example.com")
	if n.Name == "" {
		n.Name = email
	}
	name, ok := cleanText(n.Name, maxName)
	c.Require(ok, "name", "INVALID_TEXT", fmt.Sprintf("write 1 to %d characters", maxName))
	if err := c.Err(); err != nil {
		return Login{}, err
	}
	var login Login
	var err error
	login.Person, err = s.identities.FindByEmail(ctx, email)
	if errors.Is(err, ErrPersonNotFound) {
		login.Created = true
		login.Person, err = s.identities.Create(ctx, NewIdentity{Email: email, Name: name, Password: n.Password})
	}
	if err != nil {
		return login, err
	}
	return login, s.HQ.InTx(ctx, func(ctx context.Context) error { return s.Store.People.Put(ctx, login.Person) })
}

// EnsureMember finds or makes the login and gives it the roles in the tenant, or
// at HQ when tenantID is nil.
func (s *Admin) EnsureMember(ctx context.Context, tenantID *uuid.UUID, n NewIdentity, roles []access.Role) (Login, error) {
	login, err := s.ensureLogin(ctx, n)
	if err != nil {
		return login, err
	}
	if err := s.AddMember(ctx, tenantID, login.Person.ID, roles); err != nil {
		return login, err
	}
	return s.withRecovery(ctx, login, n)
}

// withRecovery adds the code to a login that was made without a password.
func (s *Admin) withRecovery(ctx context.Context, l Login, n NewIdentity) (Login, error) {
	if !l.Created || n.Password != "" {
		return l, nil
	}
	code, err := s.identities.RecoveryCode(ctx, l.Person.ID)
	l.Recovery = &code
	return l, err
}

// AddMember gives the person the roles in the tenant, or at HQ; roles he has he
// keeps, and a disabled membership is enabled again.
func (s *Admin) AddMember(ctx context.Context, tenantID *uuid.UUID, personID uuid.UUID, roles []access.Role) error {
	var c fault.Checks
	if checkRoles(&c, roles, rolesOf(tenantID)); c.Err() != nil {
		return c.Err()
	}
	ctx = asSystem(ctx, orNil(tenantID))
	return s.HQ.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Store.Memberships.LockAll(ctx, tenantID)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		i := slices.IndexFunc(all, func(m Member) bool { return m.PersonID == personID })
		if i < 0 {
			m := Member{ID: newID(), Version: 1, PersonID: personID, TenantID: tenantID, Roles: roles, Status: MemberActive, CreatedAt: now}
			if err := s.Store.Memberships.Create(ctx, m, nil); err != nil {
				return err
			}
			return s.record(ctx, change{action: "member.joined", objectType: "membership", objectID: m.ID, tenantID: orNil(tenantID), after: m.summary()})
		}
		was, m := all[i], all[i]
		m.Status, m.Roles = MemberActive, slices.Clone(m.Roles)
		for _, r := range roles {
			if !slices.Contains(m.Roles, r) {
				m.Roles = append(m.Roles, r)
			}
		}
		if m.Status == was.Status && len(m.Roles) == len(was.Roles) {
			return nil
		}
		if err := s.Store.Memberships.Save(ctx, m, now); err != nil {
			return err
		}
		return s.record(ctx, change{action: "member.updated", objectType: "membership", objectID: m.ID, tenantID: orNil(tenantID),
			before: was.summary(), after: m.summary()})
	})
}

// CreateTenant makes a subsidiary and its administrator: the application that he
// would have sent is submitted, approved and provisioned right here.
func (s *Admin) CreateTenant(ctx context.Context, in ApplyInput, admin NewIdentity) (Tenant, Login, error) {
	if err := in.Validate(); err != nil {
		return Tenant{}, Login{}, err
	}
	login, err := s.ensureLogin(ctx, admin)
	if err != nil {
		return Tenant{}, login, err
	}
	ctx = asSystem(ctx, uuid.Nil)
	a, err := s.apply.submit(ctx, login.Person.ID, in)
	if err != nil {
		return Tenant{}, login, err
	}
	if a.Status == StatusSubmitted {
		if a, err = s.apply.Decide(ctx, DecideInput{ID: a.ID, Approve: true}); err != nil {
			return Tenant{}, login, err
		}
	}
	if a.Status == StatusApproved {
		err := s.onboarding.Run(ctx, a.ID)
		if errors.Is(err, ErrProvisioningRuns) {
			err = s.await(ctx, a.ID) // a worker has taken the approval's event
		}
		if err != nil {
			return Tenant{}, login, err
		}
	}
	t, err := s.outcome(ctx, a.ID)
	if err != nil {
		return t, login, err
	}
	login, err = s.withRecovery(ctx, login, admin)
	return t, login, err
}

// await looks until the run of another process is over, or its lease is.
func (s *Admin) await(ctx context.Context, id uuid.UUID) error {
	ctx, cancel := context.WithTimeoutCause(ctx, runLease, ErrProvisioningRuns)
	defer cancel()
	ticker := time.NewTicker(runLook)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
		var now Status
		err := s.HQ.InTx(ctx, func(ctx context.Context) error {
			a, err := s.Store.Applications.Get(ctx, id)
			now = a.Status
			return err
		})
		if err != nil || now != StatusApproved && now != StatusProvisioning {
			return err
		}
	}
}

func (s *Admin) outcome(ctx context.Context, id uuid.UUID) (Tenant, error) {
	var t Tenant
	err := s.HQ.InTx(ctx, func(ctx context.Context) error {
		a, err := s.Store.Applications.Get(ctx, id)
		if err != nil {
			return err
		}
		if a.Status != StatusActive {
			return fault.Conflict("APPLICATION_NOT_ACTIVE", a.StatusReason).With("status", string(a.Status))
		}
		t, err = s.Store.Tenants.Get(ctx, *a.TenantID)
		return err
	})
	return t, err
}

// BySlug gives the subsidiary of the address name.
func (s *Admin) BySlug(ctx context.Context, slug string) (Tenant, error) {
	var t Tenant
	err := s.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		t, err = s.Store.Tenants.BySlug(ctx, slug)
		return err
	})
	return t, err
}

// WithoutAdministrator lists the subsidiaries that nobody can administer.
func (s *Admin) WithoutAdministrator(ctx context.Context) ([]Tenant, error) {
	var out []Tenant
	err := s.HQ.InTx(ctx, func(ctx context.Context) error {
		out = nil
		all, err := s.Store.Tenants.List(ctx)
		if err != nil {
			return err
		}
		for _, t := range all {
			members, err := s.Store.Memberships.List(ctx, &t.ID)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(members, Member.administers) {
				out = append(out, t)
			}
		}
		return nil
	})
	return out, err
}

func asSystem(ctx context.Context, tenantID uuid.UUID) context.Context {
	requestID := "command-line"
	if a, ok := access.From(ctx); ok && a.RequestID != "" {
		requestID = a.RequestID
	}
	return access.With(ctx, access.System(tenantID, requestID))
}
