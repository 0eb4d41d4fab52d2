package project

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/personal"
	"zhuxin/shared/tenant"
)

// AddContact adds a person at the site (000-33). The phone is sealed; only its
// mask is ever given out.
func (s *Service) AddContact(ctx context.Context, in ContactInput) (Profile, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Profile{}, err
	}
	in.Phone = compact(in.Phone)
	if err := in.Validate(); err != nil {
		return Profile{}, err
	}
	c := Contact{ID: uuid.Must(uuid.NewV7()), Name: in.Name, Role: in.Role, PhoneMask: personal.MaskPhone(in.Phone)}
	var out Profile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Lock(ctx, in.ProjectID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		phone, err := s.cipher.Seal(ctx, "project_contacts", "phone_enc", c.ID, in.Phone)
		if err != nil {
			return err
		}
		if err := s.repo.AddContact(ctx, in.ProjectID, c, phone, by(actor)); err != nil {
			return err
		}
		if err := s.audit.Record(ctx, audit.Entry{Action: "project.contact_added", ObjectType: "project", ObjectID: in.ProjectID.String(), After: c}); err != nil {
			return err
		}
		out, err = s.profile(ctx, in.ProjectID, nil)
		return err
	})
	return out, err
}

// RemoveContact takes a person off the site.
func (s *Service) RemoveContact(ctx context.Context, project, id uuid.UUID) error {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Lock(ctx, project, customer.OnlyOf(actor)); err != nil {
			return err
		}
		c, err := s.repo.RemoveContact(ctx, project, id)
		if err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "project.contact_removed", ObjectType: "project", ObjectID: project.String(), Before: c})
	})
}

// Owners gives a page of the project owners.
func (s *Service) Owners(ctx context.Context, q string, page, size int32) (OwnerPage, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return OwnerPage{}, err
	}
	var c fault.Checks
	query := OwnerQuery{Text: q, OnlyOf: customer.OnlyOf(actor), Window: paging.Of(&c, page, size)}
	c.Require(utf8.RuneCountInString(q) <= 100, "q", "TOO_LONG", "at most 100 characters")
	if err := c.Err(); err != nil {
		return OwnerPage{}, err
	}
	if query.Today, err = tenant.Today(ctx, s.clock); err != nil {
		return OwnerPage{}, err
	}
	var p OwnerPage
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.repo.Owners(ctx, query)
		return err
	})
	return p, err
}

// Owner gives the profile of an owner (000-43); his projects come from List.
func (s *Service) Owner(ctx context.Context, id uuid.UUID) (OwnerProfile, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return OwnerProfile{}, err
	}
	var p OwnerProfile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.ownerProfile(ctx, id, customer.OnlyOf(actor))
		return err
	})
	return p, err
}

func (s *Service) ownerProfile(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (OwnerProfile, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return OwnerProfile{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return OwnerProfile{}, err
	}
	p := OwnerProfile{Currency: t.Currency}
	if p.OwnerRow, err = s.repo.Owner(ctx, id, onlyOf, today); err != nil {
		return p, err
	}
	if p.USCC != "" {
		p.Negative, err = s.customers.Negative(ctx, p.USCC)
	}
	return p, err
}

// CreateOwner makes an owner (000-44). Faults: INVALID_INPUT, OWNER_EXISTS.
func (s *Service) CreateOwner(ctx context.Context, in OwnerInput) (OwnerProfile, error) {
	if in.Name == nil {
		in.Name = new(string)
	}
	o := Owner{ID: uuid.Must(uuid.NewV7()), Kind: OwnerCompany, Version: 1}
	return s.saveOwner(ctx, in, func(context.Context) (Owner, error) { return o, nil }, "owner.created")
}

// UpdateOwner changes what is sent (000-44). Faults as CreateOwner, and
// OWNER_NOT_FOUND, VERSION_CONFLICT.
func (s *Service) UpdateOwner(ctx context.Context, in OwnerInput) (OwnerProfile, error) {
	return s.saveOwner(ctx, in, func(ctx context.Context) (Owner, error) {
		o, err := s.repo.LockOwner(ctx, in.ID)
		if err == nil && o.Version != in.Version {
			err = ErrVersion.With("current_version", fmt.Sprint(o.Version))
		}
		return o, err
	}, "owner.changed")
}

func (s *Service) saveOwner(ctx context.Context, in OwnerInput, load func(context.Context) (Owner, error), action string) (OwnerProfile, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return OwnerProfile{}, err
	}
	in.normalize()
	if err := in.Validate(); err != nil {
		return OwnerProfile{}, err
	}
	var out OwnerProfile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := load(ctx)
		if err != nil {
			return err
		}
		after, phone, err := s.applyOwner(ctx, before, in)
		if err != nil {
			return err
		}
		entry := audit.Entry{Action: action, ObjectType: "owner", ObjectID: after.ID.String(), After: traceOwner(after)}
		after.UpdatedAt = s.clock.Now()
		if before.CreatedAt.IsZero() {
			after.CreatedAt = after.UpdatedAt
			err = s.repo.InsertOwner(ctx, after, phone, by(actor))
		} else {
			after.Version++
			entry.Before = traceOwner(before)
			err = s.repo.UpdateOwner(ctx, after, phone)
		}
		if err != nil {
			return err
		}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		out, err = s.ownerProfile(ctx, after.ID, customer.OnlyOf(actor))
		return err
	})
	return out, err
}

func (s *Service) applyOwner(ctx context.Context, o Owner, in OwnerInput) (Owner, []byte, error) {
	set(&o.Name, in.Name)
	set(&o.USCC, in.USCC)
	set(&o.LegalRepresentative, in.LegalRepresentative)
	set(&o.ContactName, in.ContactName)
	set(&o.Address, in.Address)
	set(&o.Remark, in.Remark)
	if in.Kind != nil {
		o.Kind = OwnerKind(*in.Kind)
	}
	if in.ContactPhone == nil {
		return o, nil, nil
	}
	phone, err := s.cipher.Seal(ctx, "owners", "contact_phone_enc", o.ID, *in.ContactPhone)
	if phone == nil {
		phone = []byte{}
	}
	o.ContactPhoneMask = personal.MaskPhone(*in.ContactPhone)
	return o, phone, err
}

func traceOwner(o Owner) map[string]any {
	return map[string]any{"name": o.Name, "uscc": o.USCC, "kind": o.Kind, "legal_representative": o.LegalRepresentative,
		"contact_name": o.ContactName, "contact_phone": o.ContactPhoneMask, "address": o.Address, "remark": o.Remark}
}
