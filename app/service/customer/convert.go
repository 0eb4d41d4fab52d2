package customer

import (
	"context"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	"zhuxin/app/service/asked"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

func toSummary(c customer.Summary) *customerv1.CustomerSummary {
	return &customerv1.CustomerSummary{Id: c.ID.String(), Number: c.Number, Name: c.Name, Uscc: c.USCC, Grade: c.Grade, LimitKind: string(c.LimitKind),
		LimitAmount: int64(c.LimitAmount), Exposure: int64(c.Exposure), Receivable: int64(c.Receivable), Overdue: int64(c.Overdue),
		OverdueDays: int32(c.OverdueDays), OnNegativeList: c.OnNegativeList, Salesperson: person(c.Salesperson), UpdatedAt: timestamppb.New(c.UpdatedAt)}
}

func toCustomer(ctx context.Context, d customer.Detail) *customerv1.Customer {
	if d.Reduced {
		return &customerv1.Customer{Id: d.ID.String(), Number: d.Number, Name: d.Name, Uscc: d.USCC, Salesperson: person(d.Salesperson), Status: string(d.Status),
			CreatedAt: timestamppb.New(d.CreatedAt), UpdatedAt: timestamppb.New(d.UpdatedAt), Version: d.Version, Reduced: true,
			Standing: &customerv1.Standing{Grade: d.Account.Grade}}
	}
	out := &customerv1.Customer{Id: d.ID.String(), Number: d.Number, Name: d.Name, Uscc: d.USCC, UsccOverrideReason: d.USCCOverrideReason, TaxNo: d.TaxNo,
		Salesperson: person(d.Salesperson), ContactName: d.ContactName, ContactPhoneMask: d.ContactPhoneMask, ContactEmailMask: d.ContactEmailMask, LegalRepresentative: d.LegalRepresentative,
		LegalRepresentativeIdMask: d.LegalRepresentativeID, BankAccountMask: d.BankAccountMask, Address: d.Address, CreditTermDays: int32(d.CreditTermDays),
		Status: string(d.Status), SettlesAdvance: d.SettlesAdvance, Standing: toStanding(ctx, d), KnownElsewhere: int32(d.KnownElsewhere),
		NegativeHit: toHit(d.Negative), CreatedAt: timestamppb.New(d.CreatedAt), UpdatedAt: timestamppb.New(d.UpdatedAt), Version: d.Version}
	if d.RatingID != nil {
		out.RatingId = d.RatingID.String()
	}
	return out
}

func toStanding(ctx context.Context, d customer.Detail) *customerv1.Standing {
	why, code := asked.Reason(ctx, d.Account.FrozenReason)
	a := d.Account
	out := &customerv1.Standing{Currency: string(d.Currency), Grade: a.Grade, LimitKind: string(a.LimitKind), StandingLimit: int64(a.Standing),
		TemporaryLimit: int64(a.Temporary), Cover: int64(a.Cover), Receivable: int64(a.Receivable), Reserved: int64(a.Reserved), Exposure: int64(a.Exposure()),
		Delivered: int64(a.Delivered), Reconciled: int64(a.Reconciled), Drafts: int64(a.Drafts), Advances: int64(a.Advances),
		Overdue: int64(a.Overdue), OverdueDays: int32(a.OverdueDays(d.Aging.AsOf)), Frozen: a.Frozen, FrozenReason: why, FrozenReasonCode: code,
		Aging: toAging(d.Aging, d.Currency), AsOf: d.Aging.AsOf.String(), Disputed: int64(a.Disputed)}
	if a.LimitKind != exposure.LimitUnlimited {
		out.Headroom = int64(a.Headroom())
	}
	if a.MaxOverdueAmount != nil {
		out.MaxOverdueAmount = int64(*a.MaxOverdueAmount)
	}
	if a.MaxOverdueDays != nil {
		out.MaxOverdueDays = int32(*a.MaxOverdueDays)
	}
	return out
}

func toAging(a exposure.Aging, currency money.Currency) *commonv1.Aging {
	return &commonv1.Aging{Currency: string(currency), Receivable: int64(a.Receivable), Overdue: int64(a.PastDue()), NotDue: int64(a.NotDue),
		Months_0_6: int64(a.Months0To6), Months_6_12: int64(a.Months6To12), Months_12_24: int64(a.Months12To24), Months_24: int64(a.Months24),
		Days_1_30: int64(a.Days1To30), Days_31_60: int64(a.Days31To60), Days_61_90: int64(a.Days61To90), Days_91: int64(a.Days91), AsOf: a.AsOf.String()}
}

func toHit(h *customer.NegativeHit) *customerv1.NegativeHit {
	if h == nil {
		return nil
	}
	return &customerv1.NegativeHit{ReasonCode: h.ReasonCode, ReasonText: h.ReasonText, ListedAt: timestamppb.New(h.ListedAt)}
}

func toIdentity(c customer.IdentityCheck) *customerv1.IdentityCheck {
	out := &customerv1.IdentityCheck{FormOk: c.FormOK, CheckDigitOk: c.CheckDigitOK, UsccFree: c.USCCFree, NameFree: c.NameFree,
		KnownElsewhere: int32(c.KnownElsewhere), NegativeHit: toHit(c.Negative),
		Registry: string(c.Registry.State), RegisteredName: c.Registry.Name}
	if c.Existing != nil {
		out.ExistingCustomerId = c.Existing.String()
	}
	return out
}

func toProject(p customer.Project) *customerv1.Project {
	out := &customerv1.Project{Id: p.ID.String(), Number: p.Number, Name: p.Name, OwnerName: p.OwnerName, Address: p.Address,
		ContractedVolume: int64(p.ContractedVolume), Status: p.Status}
	for _, c := range p.Contracts {
		out.Contracts = append(out.Contracts, &customerv1.Contract{ErpContractNo: c.ERPContractNo, Volume: int64(c.Volume), UnitPrice: int64(c.UnitPrice),
			CreditTermDays: int32(c.CreditTermDays), SignedOn: c.SignedOn})
	}
	return out
}

func fromCreate(r *customerv1.CreateCustomerRequest) customer.CreateInput {
	return customer.CreateInput{Number: r.GetNumber(), Fields: customer.Fields{Name: &r.Name, USCC: &r.Uscc, USCCOverrideReason: &r.UsccOverrideReason,
		TaxNo: &r.TaxNo, SalespersonID: &r.SalespersonId, ContactName: &r.ContactName, ContactPhone: &r.ContactPhone, ContactEmail: &r.ContactEmail,
		LegalRepresentative: &r.LegalRepresentative, LegalRepresentativeID: &r.LegalRepresentativeId, BankAccount: &r.BankAccount, Address: &r.Address,
		CreditTermDays: r.CreditTermDays, SettlesAdvance: &r.SettlesAdvance}}
}

func fromUpdate(id uuid.UUID, r *customerv1.UpdateCustomerRequest) customer.UpdateInput {
	return customer.UpdateInput{ID: id, Version: r.GetVersion(), Fields: customer.Fields{Name: r.Name, USCC: r.Uscc, USCCOverrideReason: r.UsccOverrideReason,
		TaxNo: r.TaxNo, SalespersonID: r.SalespersonId, ContactName: r.ContactName, ContactPhone: r.ContactPhone, ContactEmail: r.ContactEmail,
		LegalRepresentative: r.LegalRepresentative, LegalRepresentativeID: r.LegalRepresentativeId, BankAccount: r.BankAccount, Address: r.Address,
		CreditTermDays: r.CreditTermDays, SettlesAdvance: r.SettlesAdvance}}
}

func fromProject(id uuid.UUID, r *customerv1.CreateProjectRequest) customer.CreateProjectInput {
	in := customer.CreateProjectInput{CustomerID: id, Number: r.GetNumber(), Name: r.GetName(), OwnerName: r.GetOwnerName(), Address: r.GetAddress(),
		ContractedVolume: r.GetContractedVolume()}
	if c := r.GetContract(); c != nil {
		in.Contract = &customer.ContractInput{ERPContractNo: c.GetErpContractNo(), Volume: c.GetVolume(), UnitPrice: c.GetUnitPrice(),
			CreditTermDays: c.GetCreditTermDays(), SignedOn: c.GetSignedOn()}
	}
	return in
}

func person(p *party.Person) *commonv1.PersonRef {
	if p == nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}
