// Package contract answers a subsidiary's routes about contracts and payment terms.
package contract

import (
	"context"

	"github.com/google/uuid"

	contractv1 "zhuxin/app/api/contract/v1"
	"zhuxin/biz/contract"
	"zhuxin/biz/customer"
	"zhuxin/biz/paymentnode"
)

// Service implements ContractServiceHTTPServer.
type Service struct {
	contracts *contract.Service
	matching  *contract.Matching
}

var _ contractv1.ContractServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(m *contract.Matching) *Service { return &Service{contracts: m.Service, matching: m} }

// ListContracts gives a page of contracts.
func (s *Service) ListContracts(ctx context.Context, r *contractv1.ListContractsRequest) (*contractv1.ListContractsReply, error) {
	in := contract.ListInput{Text: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()}
	if r.GetCustomerId() != "" {
		id, err := uuid.Parse(r.GetCustomerId())
		if err != nil {
			return nil, customer.ErrNotFound
		}
		in.CustomerID = id
	}
	list, total, err := s.contracts.List(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &contractv1.ListContractsReply{Total: total}
	for _, c := range list {
		out.Contracts = append(out.Contracts, toContract(c))
	}
	return out, nil
}

// ListUnlinked gives the contract numbers of documents that have no contract.
func (s *Service) ListUnlinked(ctx context.Context, r *contractv1.ListUnlinkedRequest) (*contractv1.ListUnlinkedReply, error) {
	list, total, err := s.contracts.Unlinked(ctx, r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &contractv1.ListUnlinkedReply{Total: total}
	for _, u := range list {
		out.Unlinked = append(out.Unlinked, toUnlinked(u))
	}
	return out, nil
}

// LinkContract links a number to a project.
func (s *Service) LinkContract(ctx context.Context, r *contractv1.LinkContractRequest) (*contractv1.ContractFigures, error) {
	project, _ := uuid.Parse(r.GetProjectId())
	c, err := s.contracts.Link(ctx, contract.LinkInput{ERPContractNo: r.GetErpContractNo(), ProjectID: project, Volume: r.GetVolume(),
		UnitPrice: r.GetUnitPrice(), CreditTermDays: int(r.GetCreditTermDays()), SignedOn: r.GetSignedOn()})
	if err != nil {
		return nil, err
	}
	return toContract(c), nil
}

// GetContract gives a contract with its due table.
func (s *Service) GetContract(ctx context.Context, r *contractv1.GetContractRequest) (*contractv1.ContractDetail, error) {
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) { return s.contracts.Get(ctx, id) })
}

// ListContractDeliveries gives a page of its tickets.
func (s *Service) ListContractDeliveries(ctx context.Context, r *contractv1.ListContractDeliveriesRequest) (*contractv1.ListContractDeliveriesReply, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, contract.ErrNotFound
	}
	list, total, err := s.contracts.Tickets(ctx, id, r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &contractv1.ListContractDeliveriesReply{Total: total}
	for _, t := range list {
		out.Deliveries = append(out.Deliveries, &contractv1.ContractDelivery{Id: t.ID.String(), TicketNo: t.TicketNo, Source: t.Source, DeliveredOn: t.DeliveredOn.String(),
			Volume: int64(t.Volume), Amount: int64(t.Amount), OrderNo: t.OrderNo, PlantCode: t.PlantCode, PlantName: t.PlantName, Dispatcher: t.Dispatcher})
	}
	return out, nil
}

// PreviewTerms tries terms.
func (s *Service) PreviewTerms(ctx context.Context, r *contractv1.PreviewTermsRequest) (*contractv1.ContractDetail, error) {
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) {
		return s.contracts.Preview(ctx, id, fromTerms(r.GetTerms()))
	})
}

// PutTerms stores terms.
func (s *Service) PutTerms(ctx context.Context, r *contractv1.PutTermsRequest) (*contractv1.ContractDetail, error) {
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) {
		return s.contracts.PutTerms(ctx, id, fromTerms(r.GetTerms()), r.GetReason(), int(r.GetVersion()))
	})
}

// ReportNode reports progress of the site.
func (s *Service) ReportNode(ctx context.Context, r *contractv1.ReportNodeRequest) (*contractv1.ContractDetail, error) {
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) {
		return s.contracts.ReportNode(ctx, id, contract.NodeInput{Kind: paymentnode.NodeKind(r.GetKind()), Floor: int(r.GetFloor()), ReachedOn: r.GetReachedOn(), Remark: r.GetRemark()})
	})
}

// RevokeNode takes a report back.
func (s *Service) RevokeNode(ctx context.Context, r *contractv1.RevokeNodeRequest) (*contractv1.ContractDetail, error) {
	node, err := uuid.Parse(r.GetNodeId())
	if err != nil {
		return nil, contract.ErrNodeNotFound
	}
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) { return s.contracts.RevokeNode(ctx, id, node) })
}

// AssignReceivable files a receivable under the contract.
func (s *Service) AssignReceivable(ctx context.Context, r *contractv1.AssignReceivableRequest) (*contractv1.ContractDetail, error) {
	item, err := uuid.Parse(r.GetReceivableId())
	if err != nil {
		return nil, contract.ErrItemNotFound
	}
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) { return s.contracts.Assign(ctx, id, item) })
}

func with(text string, do func(uuid.UUID) (contract.Detail, error)) (*contractv1.ContractDetail, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, contract.ErrNotFound
	}
	d, err := do(id)
	if err != nil {
		return nil, err
	}
	return toDetail(d), nil
}

// SetLateFee sets the contract's own rate of late fees.
func (s *Service) SetLateFee(ctx context.Context, r *contractv1.SetLateFeeRequest) (*contractv1.ContractDetail, error) {
	whole := func(v *int32) *int {
		if v == nil {
			return nil
		}
		return new(int(*v))
	}
	return with(r.GetId(), func(id uuid.UUID) (contract.Detail, error) {
		return s.contracts.SetLateFee(ctx, id, whole(r.LateFeePpm), whole(r.SeenPpm))
	})
}
