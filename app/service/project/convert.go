package project

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	projectv1 "zhuxin/app/api/project/v1"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/project"
	"zhuxin/shared/party"
)

func toRow(r project.Row) *projectv1.ProjectRow {
	out := &projectv1.ProjectRow{Id: r.ID.String(), Number: r.Number, Name: r.Name, Status: string(r.Status), Warning: string(r.Warning), ContractNo: r.ContractNo,
		CustomerId: r.Customer.ID.String(), CustomerName: r.Customer.Name, ContractedVolume: int64(r.ContractedVolume), Receivable: int64(r.Receivable),
		Overdue: int64(r.Overdue), OwnerName: r.OwnerName, Salesperson: person(r.Salesperson)}
	if r.Owner != nil {
		out.OwnerId = r.Owner.ID.String()
	}
	return out
}

func toProfile(p project.Profile) *projectv1.ProjectProfile {
	out := &projectv1.ProjectProfile{Id: p.ID.String(), Number: p.Number, Name: p.Name, Status: string(p.Status), Address: p.Address,
		ContractedVolume: int64(p.ContractedVolume), CustomerId: p.Customer.ID.String(), CustomerNumber: p.Customer.Number, CustomerName: p.Customer.Name,
		OwnerName: p.OwnerName, Salesperson: person(p.Salesperson), OwnSalesperson: p.OwnSalesperson, Grade: p.Grade, LimitUse: toLimitUse(p.Account), OwnLimit: toOwnLimit(p.Own),
		Business: &projectv1.ProjectBusiness{Billed: int64(p.Business.Billed), Receivable: int64(p.Business.Receivable), Overdue: int64(p.Business.Overdue),
			OverdueDays: int32(p.Business.OverdueDays), Delivered: int64(p.Business.Delivered), Received: int64(p.Business.Received)},
		CreatedAt: timestamppb.New(p.CreatedAt), UpdatedAt: timestamppb.New(p.UpdatedAt), Version: p.Version, Currency: string(p.Currency), AsOf: p.AsOf.String(),
		Checkpoints: string(p.Checkpoints)}
	if p.Owner != nil {
		out.OwnerId = p.Owner.ID.String()
	}
	for _, m := range p.Business.Months {
		out.Business.Months = append(out.Business.Months, &projectv1.ProjectMonth{Month: m.First.String(), Billed: int64(m.Billed)})
	}
	for _, w := range p.Warnings {
		out.Warnings = append(out.Warnings, &projectv1.ProjectWarning{Code: string(w.Code), Amount: int64(w.Amount), Days: int32(w.Days), Count: w.Count})
	}
	for _, c := range p.Contracts {
		out.Contracts = append(out.Contracts, &customerv1.Contract{ErpContractNo: c.ERPContractNo, Volume: int64(c.Volume), UnitPrice: int64(c.UnitPrice),
			CreditTermDays: int32(c.CreditTermDays), SignedOn: c.SignedOn})
	}
	for _, c := range p.Contacts {
		out.Contacts = append(out.Contacts, &projectv1.ProjectContact{Id: c.ID.String(), Name: c.Name, Role: c.Role, PhoneMask: c.PhoneMask})
	}
	return out
}

func toOwnLimit(l *limit.ProjectFigures) *projectv1.ProjectOwnLimit {
	if l == nil {
		return nil
	}
	out := &projectv1.ProjectOwnLimit{LimitKind: string(l.Kind), LimitAmount: int64(l.Limit), Receivable: int64(l.Receivable), Reserved: int64(l.Reserved)}
	if l.Kind != exposure.LimitUnlimited {
		out.Headroom = int64(l.Headroom())
	}
	return out
}

func toLimitUse(a exposure.Account) *projectv1.ProjectLimitUse {
	out := &projectv1.ProjectLimitUse{LimitKind: string(a.LimitKind), Exposure: int64(a.Exposure()), Frozen: a.Frozen}
	if a.LimitKind == exposure.LimitAmount {
		out.LimitAmount = int64(a.Bound())
	}
	if a.LimitKind != exposure.LimitUnlimited {
		out.Headroom = int64(a.Headroom())
	}
	return out
}

func toOwner(r project.OwnerRow) *projectv1.Owner {
	return &projectv1.Owner{Id: r.ID.String(), Name: r.Name, Uscc: r.USCC, Kind: string(r.Kind), LegalRepresentative: r.LegalRepresentative,
		ContactName: r.ContactName, ContactPhoneMask: r.ContactPhoneMask, Address: r.Address, Remark: r.Remark, Projects: r.Projects,
		Receivable: int64(r.Receivable), Overdue: int64(r.Overdue), Listed: r.Listed,
		CreatedAt: timestamppb.New(r.CreatedAt), UpdatedAt: timestamppb.New(r.UpdatedAt), Version: r.Version}
}

func toOwnerProfile(p project.OwnerProfile) *projectv1.Owner {
	out := toOwner(p.OwnerRow)
	out.Currency = string(p.Currency)
	if h := p.Negative; h != nil {
		out.NegativeHit = &customerv1.NegativeHit{ReasonCode: h.ReasonCode, ReasonText: h.ReasonText, ListedAt: timestamppb.New(h.ListedAt)}
	}
	return out
}

func person(p *party.Person) *commonv1.PersonRef {
	if p == nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}
