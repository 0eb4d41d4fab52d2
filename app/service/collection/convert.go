package collection

import (
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	collectionv1 "zhuxin/app/api/collection/v1"
	"zhuxin/biz/collection"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

func date(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func optional(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func toReceipt(r collection.Receipt) *collectionv1.Receipt {
	out := &collectionv1.Receipt{Id: r.ID.String(), Number: r.Number, CustomerId: r.CustomerID.String(), CustomerName: r.CustomerName, ReceivedOn: date(r.ReceivedOn),
		Amount: int64(r.Amount), Method: string(r.Method), ContractNo: r.ContractNo, Payer: r.Payer, Remark: r.Remark, Reverses: optional(r.Reverses), Reversed: r.Reversed,
		AppliedBySource: r.AppliedBySource, Unapplied: int64(r.Unapplied)}
	if d := r.Draft; d != nil {
		out.Draft = &collectionv1.Draft{Id: d.ID.String(), Number: d.Number, Kind: d.Kind, Acceptor: d.Acceptor, IssuedOn: date(d.IssuedOn), DueOn: date(d.DueOn),
			Status: d.Status, SettledOn: date(d.SettledOn)}
	}
	return out
}

func toDetail(d collection.Detail, planned []collection.Entry) *collectionv1.ReceiptDetail {
	out := &collectionv1.ReceiptDetail{Receipt: toReceipt(d.Receipt), Entries: toEntries(d.Entries), Planned: toEntries(planned)}
	out.CustomerHasEmail = d.To.HasEmail
	if d.To.Written != nil {
		out.ConfirmedAt = timestamppb.New(*d.To.Written)
	}
	if out.ConfirmationState = d.To.State; d.To.Sent != nil {
		out.ConfirmationSentAt = timestamppb.New(*d.To.Sent)
	}
	for _, i := range d.Open {
		out.OpenItems = append(out.OpenItems, toItem(i))
	}
	return out
}

func toItem(i collection.Item) *collectionv1.OpenItem {
	return &collectionv1.OpenItem{Id: i.ID.String(), DocumentNo: i.DocumentNo, ContractNo: i.ContractNo, ProjectId: optional(i.ProjectID), ProjectName: i.Project, DueDate: date(i.DueDate),
		Amount: int64(i.Amount), Open: int64(i.Open), Disputed: i.Disputed}
}

func toEntries(entries []collection.Entry) (out []*collectionv1.ApplicationEntry) {
	for _, e := range entries {
		out = append(out, &collectionv1.ApplicationEntry{Id: e.ID.String(), ReceivableId: e.ReceivableID.String(), DocumentNo: e.DocumentNo, Kind: string(e.Kind), FromId: e.From.String(),
			FromNumber: e.FromNumber, Amount: int64(e.Amount), Reverses: optional(e.Reverses), Reversed: e.Reversed, Rule: string(e.Rule), AppliedOn: date(e.AppliedOn),
			Reason: e.Reason, CreatedAt: timestamppb.New(e.CreatedAt)})
	}
	return out
}

func fromSelection(s *collectionv1.Selection) collection.Selection {
	out := collection.Selection{Rule: collection.Rule(s.GetRule()), ContractNo: s.GetContractNo(), Amounts: map[uuid.UUID]money.Amount{}}
	if text := s.GetProjectId(); text != "" {
		var err error
		if out.ProjectID, err = uuid.Parse(text); err != nil {
			out.ProjectID = uuid.Max // one that is none has no items
		}
	}
	for _, text := range s.GetReceivableIds() {
		id, _ := uuid.Parse(text) // one that is none is not found
		out.Items = append(out.Items, id)
	}
	for _, a := range s.GetAmounts() {
		id, _ := uuid.Parse(a.GetReceivableId())
		out.Amounts[id] += money.Amount(a.GetAmount())
	}
	return out
}

func toLife(l collection.Life) *collectionv1.Life {
	out := &collectionv1.Life{Item: toItem(l.Item), Source: l.Source, CustomerId: l.CustomerID.String(), CustomerName: l.CustomerName, InvoiceDate: date(l.InvoiceDate),
		State: string(l.State), Applied: int64(l.Applied), StatementId: optional(l.StatementID), StatementNo: l.StatementNo, ReconciledOn: date(l.ReconciledOn),
		Entries: toEntries(l.Entries), LateFee: int64(l.LateFee), LateFeePpm: int32(l.Terms.PPM), LateFeeOfContract: l.ContractPPM != nil, Today: date(l.Today),
		LateFeeGraceDays: int32(l.Terms.GraceDays), LateFeeAccrued: int64(l.Accrued), CollectedOn: date(l.CollectedOn)}
	for _, t := range l.Tickets {
		out.Tickets = append(out.Tickets, &collectionv1.Ticket{Number: t.Number, OrderNo: t.OrderNo, DeliveredOn: date(t.DeliveredOn), Volume: t.Volume, Amount: int64(t.Amount)})
	}
	for _, i := range l.Instalments {
		part := &collectionv1.Instalment{Clause: i.Clause, DueDate: date(i.DueDate), Amount: int64(i.Amount), Open: int64(i.Open),
			OverdueDays: int32(i.Days), LateFee: int64(i.LateFee)}
		for _, p := range i.Late {
			part.Late = append(part.Late, &collectionv1.LatePart{Amount: int64(p.Amount), Until: date(p.Until), Days: int32(p.Days), Paid: p.Paid})
		}
		out.Instalments = append(out.Instalments, part)
	}
	for _, w := range l.WriteOffs {
		out.WriteOffs = append(out.WriteOffs, &collectionv1.WriteOff{Id: w.ID.String(), Amount: int64(w.Amount), Reason: w.Reason, Status: w.Status, CreatedAt: timestamppb.New(w.CreatedAt)})
	}
	for _, d := range l.Disputes {
		out.Disputes = append(out.Disputes, &collectionv1.Dispute{Id: d.ID.String(), Cause: d.Cause, Detail: d.Detail, Status: d.Status, Outcome: d.Outcome, CreatedAt: timestamppb.New(d.CreatedAt)})
	}
	for _, w := range l.Waivers {
		out.Waivers = append(out.Waivers, &collectionv1.Waiver{Amount: int64(w.Amount), Reason: w.Reason, CreatedAt: timestamppb.New(w.CreatedAt)})
	}
	return out
}

func toSettings(s collection.Settings) *collectionv1.Settings {
	out := &collectionv1.Settings{Version: s.Version, LateFeePpm: int32(s.LateFeePPM), LateFeeGraceDays: int32(s.LateFeeGraceDays), StatementDays: int32(s.StatementDays),
		StatementReminderDays: int32(s.StatementReminderDays), FollowUpDays: int32(s.FollowUpDays),
		ConfirmReceipts: s.ConfirmReceipts, StatementDay: int32(s.StatementDay), AgingBounds: s.AgingBounds, StandardTerms: s.StandardTerms}
	if s.StandardTerm != nil {
		days := int32(*s.StandardTerm)
		out.StandardTerm = &days
	}
	return out
}
