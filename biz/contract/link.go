package contract

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Link links a contract number to a project by hand. Faults: INVALID_INPUT,
// PROJECT_NOT_FOUND, CONTRACT_EXISTS, CONTRACT_OTHER_CUSTOMER.
func (s *Service) Link(ctx context.Context, in LinkInput) (Contract, error) {
	actor, err := access.Require(ctx, access.ContractWrite)
	if err != nil {
		return Contract{}, err
	}
	c, err := in.contract()
	if err != nil {
		return Contract{}, err
	}
	err = s.change(ctx, func(ctx context.Context, today calendar.Date) error {
		if c.CustomerID, err = s.repo.CustomerOfProject(ctx, c.ProjectID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if err := s.link(ctx, actor, c); err != nil {
			return err
		}
		c, err = s.repo.Get(ctx, c.ID, nil, today)
		return err
	})
	return c, err
}

// link makes the contract in its project, with all that follows. CustomerID is the
// project's.
func (s *Service) link(ctx context.Context, actor access.Actor, c Contract) error {
	if err := s.free(ctx, actor, c); err != nil {
		return err
	}
	if err := s.repo.Insert(ctx, c, s.clock.Now(), personID(actor)); err != nil {
		return err
	}
	if err := s.file(ctx, c); err != nil {
		return err
	}
	return s.record(ctx, "contract.linked", c.ID, nil, map[string]any{"erp_contract_no": c.ERPContractNo, "project_id": c.ProjectID})
}

// free says whether the number can be linked to the customer: to no contract yet, and
// on nobody else's documents.
func (s *Service) free(ctx context.Context, actor access.Actor, c Contract) error {
	held, err := s.repo.Holder(ctx, c.ERPContractNo, customer.OnlyOf(actor))
	if err != nil {
		return err
	}
	if held != nil {
		return held.taken()
	}
	others, err := s.repo.OthersWith(ctx, c.ERPContractNo, c.CustomerID)
	if err == nil && others {
		err = ErrOtherCustomer
	}
	return err
}

// taken names the contract that has the number, where it may be named.
func (h Holder) taken() error {
	if h.ProjectName == "" {
		return ErrExists
	}
	return ErrExists.With("project", h.ProjectName).With("customer", h.CustomerName)
}

// file brings what came with the number under the project, and the accounts with it.
// Tickets, orders, statements and receipts are found by their number; a receivable
// keeps its project.
func (s *Service) file(ctx context.Context, c Contract) error {
	if err := s.repo.SetProject(ctx, c); err != nil {
		return err
	}
	if _, err := s.divide(ctx, []uuid.UUID{c.ID}); err != nil {
		return err
	}
	return s.accounts.Recompute(ctx, c.CustomerID)
}

func (in LinkInput) contract() (Contract, error) {
	var c fault.Checks
	out := Contract{ID: uuid.Must(uuid.NewV7()), ERPContractNo: strings.TrimSpace(in.ERPContractNo), ProjectID: in.ProjectID,
		Volume: volume.M3(in.Volume), UnitPrice: money.Amount(in.UnitPrice), CreditTermDays: in.CreditTermDays}
	c.Require(out.ERPContractNo != "" && utf8.RuneCountInString(out.ERPContractNo) <= 60, "erp_contract_no", "REQUIRED", "1 to 60 characters")
	c.Require(in.ProjectID != uuid.Nil, "project_id", "REQUIRED", "choose the project that the contract supplies")
	c.Require(in.Volume >= 0 && in.Volume <= 1_000_000_000_000, "volume", "OUT_OF_RANGE", "between 0 and a thousand million m³, in thousandths")
	c.Require(in.UnitPrice >= 0 && in.UnitPrice <= maxPrice, "unit_price", "OUT_OF_RANGE", "between 0 and a million per m³, in fen")
	c.Require(in.CreditTermDays >= 0 && in.CreditTermDays <= 3650, "credit_term_days", "OUT_OF_RANGE", "between 0 and 3650 days")
	var err error
	if out.SignedOn, err = calendar.Parse(in.SignedOn); err != nil {
		c.Add("signed_on", "BAD_FORM", "a date like 2026-05-31")
	}
	return out, c.Err()
}
