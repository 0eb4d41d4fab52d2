// Package feed answers what other systems push and pull.
package feed

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	feedv1 "zhuxin/app/api/feed/v1"
	"zhuxin/biz/feed"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Service implements FeedServiceHTTPServer.
type Service struct{ feeds *feed.Service }

var _ feedv1.FeedServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *feed.Service) *Service { return &Service{s} }

// PushCustomers takes customers in.
func (s *Service) PushCustomers(ctx context.Context, r *feedv1.PushCustomersRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(c *feedv1.FeedCustomer, _ *dates) feed.Record {
		out := feed.Customer{Number: c.GetNumber(), Name: c.GetName(), USCC: c.GetUscc(), Address: c.GetAddress()}
		if c.CreditTermDays != nil {
			out.CreditTermDays = new(int(c.GetCreditTermDays()))
		}
		return out
	})
}

// PushContracts takes contracts in.
func (s *Service) PushContracts(ctx context.Context, r *feedv1.PushContractsRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(c *feedv1.FeedContract, d *dates) feed.Record {
		return feed.Contract{Number: c.GetNumber(), Buyer: buyer(c), ProjectName: c.GetProjectName(), SignedOn: d.parse("signed_on", c.GetSignedOn()),
			Volume: volume.M3(c.GetVolume()), Amount: money.Amount(c.GetAmount()), CreditTermDays: int(c.GetCreditTermDays())}
	})
}

// PushOrders takes orders in.
func (s *Service) PushOrders(ctx context.Context, r *feedv1.PushOrdersRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(o *feedv1.FeedOrder, d *dates) feed.Record {
		return feed.Order{OrderNo: o.GetOrderNo(), Buyer: buyer(o), ContractNo: o.GetContractNo(), OrderedOn: d.parse("ordered_on", o.GetOrderedOn()), Volume: volume.M3(o.GetVolume()),
			Amount: money.Amount(o.GetAmount()), Open: money.Amount(o.GetOpenAmount()), Currency: money.Currency(o.GetCurrency()), Void: o.GetVoid()}
	})
}

// PushDrafts takes acceptance drafts in.
func (s *Service) PushDrafts(ctx context.Context, r *feedv1.PushDraftsRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(x *feedv1.FeedDraft, d *dates) feed.Record {
		return feed.Draft{DraftNo: x.GetDraftNo(), Buyer: buyer(x), Make: x.GetDraftKind(), Acceptor: x.GetAcceptor(), Amount: money.Amount(x.GetAmount()), Currency: money.Currency(x.GetCurrency()),
			IssuedOn: d.parse("issued_on", x.GetIssuedOn()), DueOn: d.parse("due_on", x.GetDueOn()), ReceivedOn: d.parse("received_on", x.GetReceivedOn()), ContractNo: x.GetContractNo(),
			ApplyHere: x.GetApplyHere(), State: feed.DraftState(x.GetState()), SettledOn: d.parse("settled_on", x.GetSettledOn())}
	})
}

// PushDeliveries takes delivery tickets in.
func (s *Service) PushDeliveries(ctx context.Context, r *feedv1.PushDeliveriesRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(t *feedv1.FeedDelivery, d *dates) feed.Record {
		return feed.Delivery{TicketNo: t.GetTicketNo(), Buyer: buyer(t), ContractNo: t.GetContractNo(), OrderNo: t.GetOrderNo(), InvoiceNo: t.GetInvoiceNo(),
			DeliveredOn: d.parse("delivered_on", t.GetDeliveredOn()), Volume: volume.M3(t.GetVolume()), Amount: money.Amount(t.GetAmount()),
			Currency: money.Currency(t.GetCurrency()), Void: t.GetVoid(),
			Dispatch: feed.Dispatch{PlantCode: t.GetPlantCode(), PlantName: t.GetPlantName(), Dispatcher: t.GetDispatcher()}}
	})
}

// PushReceivables takes receivables in.
func (s *Service) PushReceivables(ctx context.Context, r *feedv1.PushReceivablesRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(i *feedv1.FeedReceivable, d *dates) feed.Record {
		return feed.Receivable{DocumentNo: i.GetDocumentNo(), Buyer: buyer(i), CustomerName: i.GetCustomerName(), ContractNo: i.GetContractNo(),
			InvoiceDate: d.parse("invoice_date", i.GetInvoiceDate()), DueDate: d.parse("due_date", i.GetDueDate()), Amount: money.Amount(i.GetAmount()),
			Open: money.Amount(i.GetOpenAmount()), Currency: money.Currency(i.GetCurrency()), Void: i.GetVoid()}
	})
}

// PushReceipts takes receipts in.
func (s *Service) PushReceipts(ctx context.Context, r *feedv1.PushReceiptsRequest) (*feedv1.PushReply, error) {
	return push(ctx, s, r.GetSource(), r.GetRecords(), func(p *feedv1.FeedReceipt, d *dates) feed.Record {
		return feed.Receipt{DocumentNo: p.GetDocumentNo(), Buyer: buyer(p), ReceivedOn: d.parse("received_on", p.GetReceivedOn()), Amount: money.Amount(p.GetAmount()),
			Currency: money.Currency(p.GetCurrency()), Method: p.GetMethod(), ContractNo: p.GetContractNo(), Payer: p.GetPayer(), ApplyHere: p.GetApplyHere(), Void: p.GetVoid()}
	})
}

func push[T any](ctx context.Context, s *Service, source string, list []T, of func(T, *dates) feed.Record) (*feedv1.PushReply, error) {
	records := make([]feed.Record, len(list))
	for i, one := range list {
		var d dates
		records[i] = of(one, &d)
		if len(d.faults) > 0 {
			records[i] = feed.Unreadable{Record: records[i], Faults: d.faults}
		}
	}
	r, err := s.feeds.Put(ctx, source, records)
	if err != nil {
		return nil, err
	}
	return toReply(r), nil
}

// dates reads dates, and keeps what is none.
type dates struct{ faults []fault.Field }

func (d *dates) parse(field, s string) calendar.Date {
	if s == "" {
		return 0
	}
	v, err := calendar.Parse(s)
	if err != nil {
		d.faults = append(d.faults, fault.Field{Name: field, Reason: "BAD_DATE", Message: err.Error()})
	}
	return v
}

func buyer(r interface {
	GetCustomerNumber() string
	GetUscc() string
}) feed.Buyer {
	return feed.Buyer{CustomerNumber: r.GetCustomerNumber(), USCC: r.GetUscc()}
}

func toReply(r feed.Result) *feedv1.PushReply {
	out := &feedv1.PushReply{Inserted: r.Inserted, Updated: r.Updated, Unchanged: r.Unchanged, Refused: r.Refused}
	for _, o := range r.Outcomes {
		out.Outcomes = append(out.Outcomes, &feedv1.RecordOutcome{RecordId: o.RecordID, Status: string(o.Status), Faults: toFaults(o.Faults)})
	}
	if r.ImportID != nil {
		out.ImportId = r.ImportID.String()
	}
	return out
}

func toFaults(list []fault.Field) (out []*feedv1.RecordFault) {
	for _, f := range list {
		out = append(out, &feedv1.RecordFault{Field: f.Name, Reason: f.Reason, Message: f.Message})
	}
	return out
}

// ListCreditStates gives what changed.
func (s *Service) ListCreditStates(ctx context.Context, r *feedv1.ListCreditStatesRequest) (*feedv1.ListCreditStatesReply, error) {
	list, next, err := s.feeds.CreditStates(ctx, r.GetCursor(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &feedv1.ListCreditStatesReply{NextCursor: next}
	for _, c := range list {
		out.States = append(out.States, &feedv1.CreditState{CustomerId: c.CustomerID.String(), CustomerNumber: c.CustomerNumber, CustomerName: c.CustomerName, Uscc: c.USCC,
			LimitKind: string(c.LimitKind), Limit: int64(c.Limit), Exposure: int64(c.Exposure), Available: int64(c.Available()), Overdue: int64(c.Overdue), Grade: c.Grade,
			Frozen: c.Frozen, ChangedAt: timestamppb.New(c.ChangedAt)})
	}
	return out, nil
}

// ListRejects gives what is refused.
func (s *Service) ListRejects(ctx context.Context, r *feedv1.ListRejectsRequest) (*feedv1.ListRejectsReply, error) {
	list, total, err := s.feeds.Rejects(ctx, r.GetSource(), feed.Kind(r.GetKind()), r.GetPage(), r.GetPageSize())
	if err != nil {
		return nil, err
	}
	out := &feedv1.ListRejectsReply{Total: total}
	for _, x := range list {
		out.Rejects = append(out.Rejects, &feedv1.Reject{Id: x.ID.String(), Source: x.Source, Kind: string(x.Kind), RecordId: x.RecordID, Record: string(x.Record),
			Faults: toFaults(x.Faults), FirstAt: timestamppb.New(x.FirstAt), LastAt: timestamppb.New(x.LastAt), Times: int32(x.Times)})
	}
	return out, nil
}

// ReplayRejects takes them in again.
func (s *Service) ReplayRejects(ctx context.Context, r *feedv1.ReplayRejectsRequest) (*feedv1.PushReply, error) {
	got, err := s.feeds.Replay(ctx, r.GetSource(), feed.Kind(r.GetKind()))
	if err != nil {
		return nil, err
	}
	return toReply(got), nil
}
