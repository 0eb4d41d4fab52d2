package customer

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
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
	ContractedVolume int64          // thousandths of m³
	Contract         *ContractInput // nil when none is known yet
}

// ContractInput is a supply contract, linked by its number in the ERP (000-66).
type ContractInput struct {
	ERPContractNo  string
	Volume         int64 // thousandths of m³
	UnitPrice      int64 // fen per m³
	CreditTermDays int32
	SignedOn       string // yyyy-MM-dd
}

// maxPrice is a million units of the currency per m³, in fen.
const maxPrice = 100_000_000

func (in ContractInput) check(c *fault.Checks) {
	text(c, "contract.erp_contract_no", &in.ERPContractNo, 1, 60)
	c.Require(in.Volume >= 0 && in.Volume <= maxVolume, "contract.volume", "OUT_OF_RANGE", "between 0 and a thousand million m³, in thousandths")
	c.Require(in.UnitPrice >= 0 && in.UnitPrice <= maxPrice, "contract.unit_price", "OUT_OF_RANGE", "between 0 and a million per m³, in fen")
	c.Require(in.CreditTermDays >= 0 && in.CreditTermDays <= maxTerm, "contract.credit_term_days", "OUT_OF_RANGE", fmt.Sprintf("between 0 and %d days", maxTerm))
	if _, err := calendar.Parse(in.SignedOn); err != nil {
		c.Add("contract.signed_on", "BAD_FORM", err.Error())
	}
}

// Validate gives all faults of the input.
func (in ContractInput) Validate() error {
	var c fault.Checks
	in.check(&c)
	return c.Err()
}

// Contract is the input as it is kept.
func (in ContractInput) Contract() Contract {
	return Contract{ERPContractNo: in.ERPContractNo, Volume: volume.M3(in.Volume), UnitPrice: money.Amount(in.UnitPrice),
		CreditTermDays: int(in.CreditTermDays), SignedOn: in.SignedOn}
}

// maxVolume is a thousand million m³, more than any site takes.
const maxVolume = 1_000_000_000_000

func (in *CreateProjectInput) normalize() {
	in.Number = strings.TrimSpace(in.Number)
	for _, s := range []*string{&in.Name, &in.OwnerName, &in.Address} {
		*s = strings.TrimSpace(*s)
	}
	if in.Contract != nil {
		in.Contract.ERPContractNo = strings.TrimSpace(in.Contract.ERPContractNo)
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
	if in.Contract != nil {
		in.Contract.check(&c)
	}
	return c.Err()
}

// Projects lists the projects of a customer with their contracts; for who sells at
// some of them only, those.
func (s *Service) Projects(ctx context.Context, customerID uuid.UUID) ([]Project, error) {
	actor, err := access.Require(ctx, access.CustomerRead)
	if err != nil {
		return nil, err
	}
	var ps []Project
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		_, reduced, err := ForProject(ctx, s.repo, actor, customerID, nil)
		if err != nil {
			return err
		}
		var seller *uuid.UUID
		if reduced {
			seller = &actor.ID
		}
		ps, err = s.repo.Projects(ctx, customerID, seller)
		return err
	})
	return ps, err
}

// CreateProject makes a project, with its contract where one is sent (000-32,
// 66). Faults: INVALID_INPUT, CUSTOMER_NOT_FOUND, PROJECT_EXISTS, CONTRACT_EXISTS.
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
		if in.Contract != nil {
			c := in.Contract.Contract()
			if err := s.repo.InsertContract(ctx, p.ID, c, by); err != nil {
				return err
			}
			p.Contracts = []Contract{c}
			if err := s.accounts.Recompute(ctx, in.CustomerID); err != nil {
				return err
			}
		}
		return s.audit.Record(ctx, audit.Entry{Action: "project.created", ObjectType: "project", ObjectID: p.ID.String(), After: map[string]any{
			"customer_id": p.CustomerID, "number": p.Number, "name": p.Name, "owner_name": p.OwnerName,
			"contracted_volume": p.ContractedVolume.String(), "contracts": p.Contracts}})
	})
	return p, err
}
