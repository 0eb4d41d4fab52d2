package collateral

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	collateralv1 "zhuxin/app/api/collateral/v1"
	commonv1 "zhuxin/app/api/common/v1"
	"zhuxin/biz/collateral"
	"zhuxin/biz/customer"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

func fromApply(r *collateralv1.ApplyCollateralRequest) (in collateral.ApplyInput, err error) {
	if in.CustomerID, err = id(r.GetCustomerId(), customer.ErrNotFound); err != nil {
		return in, err
	}
	var c fault.Checks
	in.Terms = collateral.Terms{Kind: collateral.Kind(r.GetKind()), ProviderName: r.GetProviderName(), ProviderUSCC: r.GetProviderUscc(),
		ReferenceNo: r.GetReferenceNo(), Description: r.GetDescription(), Guaranteed: money.Amount(r.GetGuaranteedAmount()),
		AppraisedOn: date(&c, "appraised_on", r.GetAppraisedOn()), StartsOn: date(&c, "starts_on", r.GetStartsOn()), EndsOn: date(&c, "ends_on", r.GetEndsOn())}
	if r.AppraisedAmount != nil {
		in.Appraised = new(money.Amount(r.GetAppraisedAmount()))
	}
	for _, d := range r.GetDocumentIds() {
		document, err := id(d, collateral.ErrDocument)
		if err != nil {
			return in, err
		}
		in.Documents = append(in.Documents, document)
	}
	return in, c.Err()
}

// date reads a business date; an empty one is none, for biz to judge.
func date(c *fault.Checks, field, s string) calendar.Date {
	if s == "" {
		return 0
	}
	d, err := calendar.Parse(s)
	if err != nil {
		c.Add(field, "BAD_FORM", err.Error())
	}
	return d
}

func answer(c collateral.Collateral, err error) (*collateralv1.Collateral, error) {
	if err != nil {
		return nil, err
	}
	return toItem(c), nil
}

func toItems(cs []collateral.Collateral) (out []*collateralv1.Collateral) {
	for _, c := range cs {
		out = append(out, toItem(c))
	}
	return out
}

func toItem(c collateral.Collateral) *collateralv1.Collateral {
	out := &collateralv1.Collateral{Id: c.ID.String(), CustomerId: c.CustomerID.String(), CustomerNumber: c.CustomerNumber, CustomerName: c.CustomerName,
		Kind: string(c.Kind), ProviderName: c.ProviderName, ProviderUscc: c.ProviderUSCC, ReferenceNo: c.ReferenceNo, Description: c.Description,
		GuaranteedAmount: int64(c.Guaranteed), AppraisedOn: c.AppraisedOn.String(), Rate: int32(c.Rate), Cover: int64(c.Cover), Uncounted: string(c.Uncounted),
		StartsOn: c.StartsOn.String(), EndsOn: c.EndsOn.String(), Status: string(c.Status), DocumentIds: texts(c.Documents),
		CreatedAt: timestamppb.New(c.CreatedAt), CreatedBy: person(c.CreatedBy), EffectiveAt: instant(c.EffectiveAt),
		ReleasedAt: instant(c.ReleasedAt), ReleasedBy: person(c.ReleasedBy), ReleaseReason: c.ReleaseReason, Version: c.Version}
	if c.Appraised != nil {
		out.AppraisedAmount = new(int64(*c.Appraised))
	}
	return out
}

func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

func instant(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func person(p *party.Person) *commonv1.PersonRef {
	if p == nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}

// fromRates takes the rates that were given; one that is missing is no zero.
func fromRates(r *collateralv1.SetCollateralRatesRequest) collateral.Rates {
	out := collateral.Rates{Version: r.GetVersion(), Of: map[collateral.Kind]int{}}
	for kind, rate := range map[collateral.Kind]*int32{collateral.Guarantee: r.Guarantee, collateral.Mortgage: r.Mortgage, collateral.Pledge: r.Pledge,
		collateral.Deposit: r.Deposit, collateral.BankGuarantee: r.BankGuarantee} {
		if rate != nil {
			out.Of[kind] = int(*rate)
		}
	}
	return out
}

func rates(r collateral.Rates, err error) (*collateralv1.CollateralRates, error) {
	if err != nil {
		return nil, err
	}
	out := &collateralv1.CollateralRates{Version: r.Version, Guarantee: int32(r.Of[collateral.Guarantee]), Mortgage: int32(r.Of[collateral.Mortgage]),
		Pledge: int32(r.Of[collateral.Pledge]), Deposit: int32(r.Of[collateral.Deposit]), BankGuarantee: int32(r.Of[collateral.BankGuarantee]), CreatedBy: person(r.CreatedBy)}
	if !r.CreatedAt.IsZero() {
		out.CreatedAt = timestamppb.New(r.CreatedAt)
	}
	return out, nil
}
