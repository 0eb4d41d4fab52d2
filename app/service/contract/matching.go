package contract

import (
	"context"

	"github.com/google/uuid"

	contractv1 "zhuxin/app/api/contract/v1"
	"zhuxin/biz/contract"
	"zhuxin/biz/customer"
	"zhuxin/shared/fault"
)

// ListERPContracts gives what ERPs fed and nobody linked.
func (s *Service) ListERPContracts(ctx context.Context, r *contractv1.ListERPContractsRequest) (*contractv1.ListERPContractsReply, error) {
	of, err := optional(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	list, total, err := s.matching.Unlinked(ctx, contract.MatchInput{CustomerID: of, Text: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &contractv1.ListERPContractsReply{Total: total}
	for _, m := range list {
		out.Contracts = append(out.Contracts, toMatch(m))
	}
	return out, nil
}

// LinkERPContract links one.
func (s *Service) LinkERPContract(ctx context.Context, r *contractv1.LinkERPContractRequest) (*contractv1.ContractFigures, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, contract.ErrERPNotFound
	}
	in := contract.LinkERPInput{ID: id, NewProject: r.GetNewProject(), SignedOn: r.GetSignedOn()}
	if in.ContractID, err = optional(r.GetContractId(), contract.ErrNotFound); err != nil {
		return nil, err
	}
	if in.ProjectID, err = optional(r.GetProjectId(), contract.ErrProjectNotFound); err != nil {
		return nil, err
	}
	if r.CreditTermDays != nil {
		in.CreditTermDays = new(int(r.GetCreditTermDays()))
	}
	c, err := s.matching.LinkERP(ctx, in)
	if err != nil {
		return nil, err
	}
	return toContract(c), nil
}

// optional reads an id that may be left out.
func optional(text string, unknown *fault.Error) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, unknown
	}
	return id, nil
}

func toMatch(m contract.Match) *contractv1.ERPContract {
	out := &contractv1.ERPContract{Id: m.ID.String(), Source: m.Source, ErpContractNo: m.Number, CustomerId: m.Customer.ID.String(), CustomerNumber: m.Customer.Number,
		CustomerName: m.Customer.Name, ProjectName: m.ProjectName, SignedOn: m.SignedOn.String(), Volume: int64(m.Volume), Amount: int64(m.Amount),
		UnitPrice: int64(m.UnitPrice()), CreditTermDays: int32(m.CreditTermDays), Documents: m.Documents, DocumentsAmount: int64(m.DocumentsAmount)} //nolint:gosec // at most 3650
	for _, g := range m.Suggestions {
		one := &contractv1.LinkSuggestion{Target: string(g.Target), ContractNo: g.ContractNo, ProjectName: g.ProjectName, Score: int32(g.Score)} //nolint:gosec // at most 100
		if g.ContractID != uuid.Nil {
			one.ContractId = g.ContractID.String()
		}
		if g.ProjectID != uuid.Nil {
			one.ProjectId = g.ProjectID.String()
		}
		for _, r := range g.Reasons {
			one.Reasons = append(one.Reasons, string(r))
		}
		out.Suggestions = append(out.Suggestions, one)
	}
	if h := m.LinkedTo; h != nil {
		out.LinkedTo = &contractv1.NumberHolder{ContractId: h.ContractID.String(), ProjectName: h.ProjectName, CustomerName: h.CustomerName}
	}
	return out
}
