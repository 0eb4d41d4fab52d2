package project

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/volume"
)

// Update changes what is sent. Moving a project to another customer takes its
// coming deliveries there; what was billed stays with whom it was billed to. One that
// has a limit, an agreement, a stop or held orders of its own stays. A salesperson hands
// nothing over. Faults: INVALID_INPUT, PROJECT_NOT_FOUND, PROJECT_BOUND, CUSTOMER_NOT_FOUND, OWNER_NOT_FOUND, VERSION_CONFLICT, CUSTOMER_TRANSFER_FORBIDDEN.
func (s *Service) Update(ctx context.Context, in UpdateInput) (Profile, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Profile{}, err
	}
	in.normalize()
	if err := in.Validate(); err != nil {
		return Profile{}, err
	}
	var out Profile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Lock(ctx, in.ID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrVersion.With("current_version", fmt.Sprint(before.Version))
		}
		after := before
		set(&after.Name, in.Name)
		set(&after.Address, in.Address)
		if in.Status != nil {
			after.Status = Status(*in.Status)
		}
		if in.ContractedVolume != nil {
			after.ContractedVolume = volume.M3(*in.ContractedVolume)
		}
		if err := s.link(ctx, actor, &after, in); err != nil {
			return err
		}
		after.Version, after.UpdatedAt = before.Version+1, s.clock.Now()
		if err := s.repo.Update(ctx, after, ownerID(after), sellerID(after)); err != nil {
			return err
		}
		if err := s.audit.Record(ctx, audit.Entry{Action: "project.changed", ObjectType: "project", ObjectID: after.ID.String(), Before: trace(before), After: trace(after)}); err != nil {
			return err
		}
		if err := s.moved(ctx, before, after); err != nil {
			return err
		}
		out, err = s.profile(ctx, in.ID, nil)
		return err
	})
	return out, err
}

// moved tells in the record of either customer that a project went from one to the other.
func (s *Service) moved(ctx context.Context, before, after Project) error {
	if before.Customer.ID == after.Customer.ID {
		return nil
	}
	for _, e := range []struct {
		action   string
		of, with customer.Brief
	}{{"project.left", before.Customer, after.Customer}, {"project.joined", after.Customer, before.Customer}} {
		err := s.audit.Record(ctx, audit.Entry{Action: e.action, ObjectType: "customer", ObjectID: e.of.ID.String(),
			After: map[string]any{"project_id": after.ID, "project": after.Name, "other_customer": e.with.Name}})
		if err != nil {
			return err
		}
	}
	return nil
}

// link sets owner, salesperson and customer.
func (s *Service) link(ctx context.Context, actor access.Actor, p *Project, in UpdateInput) error {
	if in.OwnerID != nil {
		p.Owner = nil
		if *in.OwnerID != "" {
			o, err := s.repo.LockOwner(ctx, uuid.MustParse(*in.OwnerID))
			if err != nil {
				return err
			}
			p.Owner, p.OwnerName = &OwnerRef{ID: o.ID, Name: o.Name}, o.Name
		}
	}
	if in.CustomerID != nil && *in.CustomerID != p.Customer.ID.String() {
		b, err := s.customers.Brief(ctx, uuid.MustParse(*in.CustomerID), customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		today, err := tenant.Today(ctx, s.clock)
		if err != nil {
			return err
		}
		bound, err := s.repo.Bound(ctx, p.ID, today)
		if err != nil {
			return err
		}
		if bound {
			return ErrBound
		}
		p.Customer = b
	}
	if in.SalespersonID == nil {
		return nil
	}
	stays := *in.SalespersonID == actor.ID.String() || *in.SalespersonID == "" && !p.OwnSalesperson
	if actor.OwnCustomersOnly() && !stays {
		return customer.ErrTransfer
	}
	if *in.SalespersonID == "" {
		p.OwnSalesperson = false
		return nil
	}
	person := uuid.MustParse(*in.SalespersonID)
	name, ok, err := s.customers.ActiveMember(ctx, person)
	if err != nil {
		return err
	}
	if !ok {
		var c fault.Checks
		c.Add("salesperson_id", "UNKNOWN", "this person is no active member of the subsidiary")
		return c.Err()
	}
	p.Salesperson, p.OwnSalesperson = &party.Person{ID: person, Name: name}, true
	return nil
}

// AddContract links a further supply contract by its number in the ERP (000-66).
func (s *Service) AddContract(ctx context.Context, id uuid.UUID, in customer.ContractInput) (Profile, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Profile{}, err
	}
	in.ERPContractNo = strings.TrimSpace(in.ERPContractNo)
	if err := in.Validate(); err != nil {
		return Profile{}, err
	}
	var out Profile
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err := s.repo.Lock(ctx, id, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		c := in.Contract()
		if err := s.customers.InsertContract(ctx, id, c, by(actor)); err != nil {
			return err
		}
		if err := s.accounts.Recompute(ctx, p.Customer.ID); err != nil {
			return err
		}
		if err := s.audit.Record(ctx, audit.Entry{Action: "contract.linked", ObjectType: "project", ObjectID: id.String(), After: c}); err != nil {
			return err
		}
		out, err = s.profile(ctx, id, nil)
		return err
	})
	return out, err
}

func set(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}

// trace is what the audit keeps of a project.
func trace(p Project) map[string]any {
	t := map[string]any{"name": p.Name, "status": p.Status, "address": p.Address, "contracted_volume": p.ContractedVolume.String(), "customer_id": p.Customer.ID, "owner_name": p.OwnerName}
	if p.Owner != nil {
		t["owner_id"] = p.Owner.ID
	}
	if id := sellerID(p); id != nil {
		t["salesperson_id"] = *id
	}
	return t
}
