// Package collection answers a subsidiary's routes about money received and the
// life of an item.
package collection

import (
	"context"

	"github.com/google/uuid"

	collectionv1 "zhuxin/app/api/collection/v1"
	"zhuxin/app/api/route"
	"zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/shared/money"
	"zhuxin/shared/report"
)

// Service implements CollectionServiceHTTPServer.
type Service struct{ biz *collection.Service }

var _ collectionv1.CollectionServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *collection.Service) *Service { return &Service{s} }

// parsed gives the id of a text, or the fault that says there is no such thing.
func parsed(text string, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, missing
	}
	return id, nil
}

// ListReceipts gives a page of receipts.
func (s *Service) ListReceipts(ctx context.Context, r *collectionv1.ListReceiptsRequest) (*collectionv1.ListReceiptsReply, error) {
	in := collection.ListInput{View: r.GetView(), Text: r.GetQ(), Page: r.GetPage(), Size: r.GetPageSize()}
	if r.GetCustomerId() != "" {
		id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
		if err != nil {
			return nil, err
		}
		in.CustomerID = id
	}
	p, err := s.biz.List(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &collectionv1.ListReceiptsReply{Total: p.Total, UnappliedSum: int64(p.Unapplied)}
	for _, x := range p.Receipts {
		out.Receipts = append(out.Receipts, toReceipt(x))
	}
	return out, nil
}

// ExportReceipts gives the rows of a view as a file.
func (s *Service) ExportReceipts(ctx context.Context, r *collectionv1.ExportReceiptsRequest) (*route.File, error) {
	in := collection.ListInput{View: r.GetView(), Text: r.GetQ()}
	if r.GetCustomerId() != "" {
		id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
		if err != nil {
			return nil, err
		}
		in.CustomerID = id
	}
	f, err := s.biz.Export(ctx, in, report.LangOf(r.GetLang()))
	if err != nil {
		return nil, err
	}
	return &route.File{Name: f.Name, ContentType: f.ContentType, Size: f.Size, Body: f.Body}, nil
}

// RecordReceipt books money received.
func (s *Service) RecordReceipt(ctx context.Context, r *collectionv1.RecordReceiptRequest) (*collectionv1.ReceiptDetail, error) {
	in := collection.RecordInput{Number: r.GetNumber(), ReceivedOn: r.GetReceivedOn(), Amount: money.Amount(r.GetAmount()), Method: collection.Method(r.GetMethod()),
		ContractNo: r.GetContractNo(), Payer: r.GetPayer(), Remark: r.GetRemark()}
	id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
	if err != nil {
		return nil, err
	}
	in.CustomerID = id
	if d := r.GetDraft(); d != nil {
		in.Draft = &collection.DraftInput{Number: d.GetNumber(), Kind: d.GetKind(), Acceptor: d.GetAcceptor(), IssuedOn: d.GetIssuedOn(), DueOn: d.GetDueOn()}
	}
	if r.GetApply() != nil {
		in.Apply = new(fromSelection(r.GetApply()))
	}
	d, err := s.biz.Record(ctx, in)
	return toDetail(d, nil), err
}

// GetReceipt gives a receipt.
func (s *Service) GetReceipt(ctx context.Context, r *collectionv1.GetReceiptRequest) (*collectionv1.ReceiptDetail, error) {
	id, err := parsed(r.GetId(), collection.ErrReceiptNotFound)
	if err != nil {
		return nil, err
	}
	d, err := s.biz.Get(ctx, id)
	return toDetail(d, nil), err
}

// ApplyReceipt applies what is left of a receipt.
func (s *Service) ApplyReceipt(ctx context.Context, r *collectionv1.ApplyReceiptRequest) (*collectionv1.ReceiptDetail, error) {
	id, err := parsed(r.GetId(), collection.ErrReceiptNotFound)
	if err != nil {
		return nil, err
	}
	d, made, err := s.biz.Apply(ctx, id, fromSelection(r.GetSelection()), r.GetPreview())
	if !r.GetPreview() {
		made = nil
	}
	return toDetail(d, made), err
}

// ReverseReceipt undoes a receipt.
func (s *Service) ReverseReceipt(ctx context.Context, r *collectionv1.ReverseRequest) (*collectionv1.Empty, error) {
	return done(r.GetId(), collection.ErrReceiptNotFound, func(id uuid.UUID) error { return s.biz.ReverseReceipt(ctx, id, r.GetReason()) })
}

// ReverseApplication undoes one entry.
func (s *Service) ReverseApplication(ctx context.Context, r *collectionv1.ReverseRequest) (*collectionv1.Empty, error) {
	return done(r.GetId(), collection.ErrApplicationMissing, func(id uuid.UUID) error { return s.biz.ReverseEntry(ctx, id, r.GetReason()) })
}

// SettleDraft says what became of a draft.
func (s *Service) SettleDraft(ctx context.Context, r *collectionv1.SettleDraftRequest) (*collectionv1.Empty, error) {
	return done(r.GetId(), collection.ErrDraftNotFound, func(id uuid.UUID) error { return s.biz.SettleDraft(ctx, id, r.GetHonoured(), r.GetReason()) })
}

// ReverseWriteOff brings a debt back.
func (s *Service) ReverseWriteOff(ctx context.Context, r *collectionv1.ReverseRequest) (*collectionv1.Empty, error) {
	return done(r.GetId(), collection.ErrWriteOffNotFound, func(id uuid.UUID) error { return s.biz.ReverseWriteOff(ctx, id, r.GetReason()) })
}

func done(text string, missing error, do func(uuid.UUID) error) (*collectionv1.Empty, error) {
	id, err := parsed(text, missing)
	if err != nil {
		return nil, err
	}
	return &collectionv1.Empty{}, do(id)
}

// GetLife gives an item with everything that happened to it.
func (s *Service) GetLife(ctx context.Context, r *collectionv1.GetLifeRequest) (*collectionv1.Life, error) {
	return s.after(ctx, r.GetId(), func(uuid.UUID) error { return nil })
}

// SetOffCredit sets a credit note off.
func (s *Service) SetOffCredit(ctx context.Context, r *collectionv1.SetOffCreditRequest) (*collectionv1.Life, error) {
	return s.after(ctx, r.GetId(), func(id uuid.UUID) error {
		_, err := s.biz.SetOffCredit(ctx, id, fromSelection(r.GetSelection()))
		return err
	})
}

// SubmitWriteOff asks for a write-off.
func (s *Service) SubmitWriteOff(ctx context.Context, r *collectionv1.SubmitWriteOffRequest) (*collectionv1.Life, error) {
	return s.after(ctx, r.GetId(), func(id uuid.UUID) error {
		_, err := s.biz.SubmitWriteOff(ctx, id, money.Amount(r.GetAmount()), r.GetReason())
		return err
	})
}

// OpenDispute flags an item.
func (s *Service) OpenDispute(ctx context.Context, r *collectionv1.OpenDisputeRequest) (*collectionv1.Life, error) {
	return s.after(ctx, r.GetId(), func(id uuid.UUID) error { return s.biz.OpenDispute(ctx, id, r.GetCause(), r.GetDetail()) })
}

// ResolveDispute ends a dispute.
func (s *Service) ResolveDispute(ctx context.Context, r *collectionv1.ReverseRequest) (*collectionv1.Life, error) {
	return s.after(ctx, r.GetId(), func(id uuid.UUID) error { return s.biz.ResolveDispute(ctx, id, r.GetReason()) })
}

// WaiveLateFee gives up a part of a late fee.
func (s *Service) WaiveLateFee(ctx context.Context, r *collectionv1.WaiveLateFeeRequest) (*collectionv1.Life, error) {
	return s.after(ctx, r.GetId(), func(id uuid.UUID) error {
		return s.biz.WaiveLateFee(ctx, id, money.Amount(r.GetAmount()), r.GetReason())
	})
}

// after acts on an item and gives it as it is then.
func (s *Service) after(ctx context.Context, text string, do func(uuid.UUID) error) (*collectionv1.Life, error) {
	id, err := parsed(text, collection.ErrItemNotFound)
	if err != nil {
		return nil, err
	}
	if err := do(id); err != nil {
		return nil, err
	}
	l, err := s.biz.Life(ctx, id)
	return toLife(l), err
}

// GetStages gives a customer's stages.
func (s *Service) GetStages(ctx context.Context, r *collectionv1.GetStagesRequest) (*collectionv1.GetStagesReply, error) {
	id, err := parsed(r.GetCustomerId(), customer.ErrNotFound)
	if err == nil && id == uuid.Nil {
		err = customer.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return s.stages(ctx, id)
}

// GetAllStages gives the stages of all customers together.
func (s *Service) GetAllStages(ctx context.Context, _ *collectionv1.GetAllStagesRequest) (*collectionv1.GetStagesReply, error) {
	return s.stages(ctx, uuid.Nil)
}

func (s *Service) stages(ctx context.Context, customerID uuid.UUID) (*collectionv1.GetStagesReply, error) {
	stages, fees, err := s.biz.Stages(ctx, customerID)
	out := &collectionv1.GetStagesReply{LateFeeAccrued: int64(fees.Accrued), LateFee: int64(fees.Due()), LateFeeItems: int32(fees.Items)}
	for _, x := range stages {
		out.Stages = append(out.Stages, &collectionv1.Stage{Name: x.Name, Amount: int64(x.Amount), Since: date(x.Since), Days: int32(x.Days), Customers: x.Customers})
	}
	return out, err
}

// GetSettings gives the parameters.
func (s *Service) GetSettings(ctx context.Context, _ *collectionv1.GetSettingsRequest) (*collectionv1.Settings, error) {
	x, err := s.biz.Settings(ctx)
	return toSettings(x), err
}

// SetSettings changes the parameters.
func (s *Service) SetSettings(ctx context.Context, r *collectionv1.Settings) (*collectionv1.Settings, error) {
	var term *int
	if r.StandardTerm != nil {
		days := int(r.GetStandardTerm())
		term = &days
	}
	x, err := s.biz.SetSettings(ctx, collection.Settings{Version: r.GetVersion(), LateFeePPM: int(r.GetLateFeePpm()), LateFeeGraceDays: int(r.GetLateFeeGraceDays()),
		StatementDays: int(r.GetStatementDays()), StatementReminderDays: int(r.GetStatementReminderDays()), FollowUpDays: int(r.GetFollowUpDays()),
		ConfirmReceipts: r.GetConfirmReceipts(), StatementDay: int(r.GetStatementDay()), AgingBounds: r.GetAgingBounds(),
		StandardTerms: r.GetStandardTerms(), StandardTerm: term})
	return toSettings(x), err
}
