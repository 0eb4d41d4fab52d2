package customer

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/personal"
	"zhuxin/shared/tenant"
)

// Create makes a customer and opens his credit account, with no limit. A
// salesperson becomes responsible himself. Faults: INVALID_INPUT,
// CUSTOMER_EXISTS with who it is.
func (s *Service) Create(ctx context.Context, in CreateInput) (Detail, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Detail{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Detail{}, err
	}
	in.Number = strings.TrimSpace(in.Number)
	for _, required := range []**string{&in.Name, &in.USCC} {
		if *required == nil {
			*required = new(string)
		}
	}
	in.normalize()
	var checks fault.Checks
	form(&checks, "number", &in.Number, numberForm, "letters, digits, dots, dashes, slashes and underscores, 40 at most")
	in.check(&checks)
	if err := checks.Err(); err != nil {
		return Detail{}, err
	}
	now := s.clock.Now()
	c := Customer{ID: uuid.Must(uuid.NewV7()), Number: in.Number, Status: StatusActive, CreatedAt: now, CreatedBy: ByActor(actor), UpdatedAt: now, Version: 1}
	wanted := &Identity{USCC: *in.USCC, Name: *in.Name, Number: in.Number, AlsoUncoded: true}
	var d Detail
	err = s.inTx(ctx, actor, wanted, func(ctx context.Context) error {
		if err := s.free(ctx, actor, *wanted); err != nil {
			return err
		}
		if err := s.term(ctx, &in.Fields); err != nil {
			return err
		}
		fresh := c
		if fresh.Number == "" {
			if fresh.Number, err = s.repo.NextNumber(ctx, today.Time().Year()); err != nil {
				return err
			}
		}
		if err := s.assign(ctx, actor, &fresh, in.SalespersonID, true); err != nil {
			return err
		}
		sealed, err := s.apply(ctx, &fresh, in.Fields)
		if err != nil {
			return err
		}
		if err := s.repo.Insert(ctx, fresh, sealed); err != nil {
			return err
		}
		if err := s.accounts.Open(ctx, fresh.ID); err != nil {
			return err
		}
		if err := s.relations.Follow(ctx, fresh.ID); err != nil {
			return err
		}
		if err := s.audit.Record(ctx, audit.Entry{Action: "customer.created", ObjectType: "customer", ObjectID: fresh.ID.String(), After: trace(fresh)}); err != nil {
			return err
		}
		d, err = s.detail(ctx, fresh.ID, nil)
		return err
	})
	if err != nil {
		return Detail{}, err
	}
	return s.withElsewhere(ctx, d)
}

// Update changes what is sent; what the customer legally is changes through Changes
// once it is known (CUSTOMER_CHANGE_NEEDS_APPROVAL). A changed name or code is brought to the credit
// account's readers. Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND, VERSION_CONFLICT,
// CUSTOMER_EXISTS, CUSTOMER_TRANSFER_FORBIDDEN.
func (s *Service) Update(ctx context.Context, in UpdateInput) (Detail, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Detail{}, err
	}
	in.normalize()
	wanted := &Identity{Except: in.ID}
	var d Detail
	err = s.inTx(ctx, actor, wanted, func(ctx context.Context) error {
		before, err := s.repo.Lock(ctx, in.ID, OnlyOf(actor))
		if err != nil {
			return err
		}
		if in.USCC != nil && *in.USCC == before.USCC {
			in.USCC = nil // a form sends it back as it was, also when it is not known yet
		}
		var checks fault.Checks
		in.check(&checks)
		if err := checks.Err(); err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrVersion.With("current_version", fmt.Sprint(before.Version))
		}
		after := before
		if err := s.assign(ctx, actor, &after, in.SalespersonID, false); err != nil {
			return err
		}
		sealed, err := s.apply(ctx, &after, in.Fields)
		if err != nil {
			return err
		}
		if err := guarded(before, after, sealed); err != nil {
			return err
		}
		after.Version, after.UpdatedAt = before.Version+1, s.clock.Now()
		if err := s.store(ctx, actor, before, after, sealed, wanted); err != nil {
			return err
		}
		d, err = s.detail(ctx, in.ID, nil)
		return err
	})
	if err != nil {
		return Detail{}, err
	}
	return s.withElsewhere(ctx, d)
}

func (s *Service) store(ctx context.Context, actor access.Actor, before, after Customer, sealed Sealed, wanted *Identity) error {
	renamed := after.Name != before.Name || after.USCC != before.USCC
	if renamed {
		wanted.Name, wanted.USCC = "", after.USCC
		if after.USCC != "" {
			wanted.Name = after.Name
		}
		if err := s.free(ctx, actor, *wanted); err != nil {
			return err
		}
	}
	if err := s.repo.Update(ctx, after, sealed); err != nil {
		return err
	}
	if err := s.audit.Record(ctx, audit.Entry{Action: "customer.changed", ObjectType: "customer", ObjectID: after.ID.String(), Before: trace(before), After: trace(after)}); err != nil {
		return err
	}
	if renamed || after.LegalRepresentative != before.LegalRepresentative || sealed.LegalRepresentativeID != nil {
		if before.USCC != "" && before.USCC != after.USCC {
			if err := s.relations.Left(ctx, before.USCC); err != nil {
				return err
			}
		}
		if err := s.relations.Follow(ctx, after.ID); err != nil {
			return err
		}
	}
	if renamed {
		// HQ's projection carries name and code; it follows the account's events.
		return s.accounts.Recompute(ctx, after.ID)
	}
	return nil
}

// assign sets who is responsible. A salesperson creates for himself and hands
// nothing over; others choose among the active members.
func (s *Service) assign(ctx context.Context, actor access.Actor, c *Customer, sent *string, creating bool) error {
	if actor.OwnCustomersOnly() {
		if sent != nil && *sent != "" && *sent != actor.ID.String() {
			return ErrTransfer
		}
		if !creating && sent != nil && *sent == "" {
			return ErrTransfer
		}
		c.Salesperson = ByActor(actor)
		return nil
	}
	if sent == nil {
		return nil
	}
	if *sent == "" {
		c.Salesperson = nil
		return nil
	}
	id, err := uuid.Parse(*sent)
	if err != nil {
		return err
	}
	name, ok, err := s.repo.ActiveMember(ctx, id)
	if err != nil {
		return err
	}
	if !ok {
		var checks fault.Checks
		checks.Add("salesperson_id", "UNKNOWN", "this person is no active member of the subsidiary")
		return checks.Err()
	}
	c.Salesperson = &party.Person{ID: id, Name: name}
	return nil
}

// apply puts the fields into the customer; personal ones sealed, with their mask.
func (s *Service) apply(ctx context.Context, c *Customer, f Fields) (Sealed, error) {
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&c.Name, f.Name)
	set(&c.USCC, f.USCC)
	set(&c.USCCOverrideReason, f.USCCOverrideReason)
	if _, err := party.ParseUSCC(c.USCC); err == nil {
		c.USCCOverrideReason = "" // a sound code needs no excuse
	}
	set(&c.TaxNo, f.TaxNo)
	set(&c.ContactName, f.ContactName)
	set(&c.LegalRepresentative, f.LegalRepresentative)
	set(&c.Address, f.Address)
	if f.CreditTermDays != nil {
		c.CreditTermDays = int(*f.CreditTermDays)
	}
	if f.SettlesAdvance != nil {
		c.SettlesAdvance = *f.SettlesAdvance
	}
	var sealed Sealed
	for _, p := range []struct {
		column string
		plain  *string
		to     *[]byte
		mask   *string
		how    func(string) string
	}{
		{"contact_phone_enc", f.ContactPhone, &sealed.ContactPhone, &c.ContactPhoneMask, personal.MaskPhone},
		{"contact_email_enc", f.ContactEmail, &sealed.ContactEmail, &c.ContactEmailMask, personal.MaskEmail},
		{"legal_representative_id_enc", f.LegalRepresentativeID, &sealed.LegalRepresentativeID, &c.LegalRepresentativeID, personal.MaskID},
		{"bank_account_enc", f.BankAccount, &sealed.BankAccount, &c.BankAccountMask, personal.MaskAccount},
	} {
		if p.plain == nil {
			continue
		}
		b, err := s.cipher.Seal(ctx, "customers", p.column, c.ID, *p.plain)
		if err != nil {
			return Sealed{}, err
		}
		if b == nil {
			b = []byte{}
		}
		*p.to, *p.mask = b, p.how(*p.plain)
	}
	return sealed, nil
}
