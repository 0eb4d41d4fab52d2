package customer

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
	"zhuxin/shared/volume"
)

// CreateProjectInput makes a project of a customer. Number is given by the
// system where it is empty.
type CreateProjectInput struct {
	CustomerID       uuid.UUID
	Number           string
	Name             string
	OwnerName        string
	Address          string
	ContractedVolume int64 // thousandths of m³
}

// maxVolume is a thousand million m³, more than any site takes.
const maxVolume = 1_000_000_000_000

func (in *CreateProjectInput) normalize() {
	in.Number = strings.TrimSpace(in.Number)
	for _, s := range []*string{&in.Name, &in.OwnerName, &in.Address} {
		*s = strings.TrimSpace(*s)
	}
}

// Validate gives all faults of the input.
func (in CreateProjectInput) Validate() error {
	var c fault.Checks
	form(&c, "number", &in.Number, numberForm, "letters, digits, dots, dashes, slashes and underscores, 40 at most")
	text(&c, "name", &in.Name, 2, 120)
	text(&c, "owner_name", &in.OwnerName, 0, 120)
	text(&c, "address", &in.Address, 0, 200)
	c.Require(in.ContractedVolume >= 0 && in.ContractedVolume <= maxVolume, "contracted_volume", "OUT_OF_RANGE", "between 0 and a thousand million m³, in thousandths")
	return c.Err()
}

// Projects lists the projects of a customer with their contracts.
func (s *Service) Projects(ctx context.Context, customerID uuid.UUID) ([]Project, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, err
	}
	var ps []Project
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Brief(ctx, customerID, OnlyOf(actor)); err != nil {
			return err
		}
		ps, err = s.repo.Projects(ctx, customerID)
		return err
	})
	return ps, err
}

// CreateProject makes a project (000-32). Faults: INVALID_INPUT,
// CUSTOMER_NOT_FOUND, PROJECT_EXISTS.
func (s *Service) CreateProject(ctx context.Context, in CreateProjectInput) (Project, error) {
	actor, err := access.Require(ctx, access.CustomerWrite)
	if err != nil {
		return Project{}, err
	}
	in.normalize()
	if err := in.Validate(); err != nil {
		return Project{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Project{}, err
	}
	var by *uuid.UUID
	if p := ByActor(actor); p != nil {
		by = &p.ID
	}
	var p Project
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.repo.Brief(ctx, in.CustomerID, OnlyOf(actor)); err != nil {
			return err
		}
		p = Project{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Number: in.Number, Name: in.Name, OwnerName: in.OwnerName,
			Address: in.Address, ContractedVolume: volume.M3(in.ContractedVolume), Status: "supplying"}
		if p.Number == "" {
			if p.Number, err = s.repo.NextProjectNumber(ctx, today.Time().Year()); err != nil {
				return err
			}
		}
		if err := s.repo.InsertProject(ctx, p, by); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "project.created", ObjectType: "project", ObjectID: p.ID.String(), After: map[string]any{
			"customer_id": p.CustomerID, "number": p.Number, "name": p.Name, "owner_name": p.OwnerName, "contracted_volume": p.ContractedVolume.String()}})
	})
	return p, err
}
