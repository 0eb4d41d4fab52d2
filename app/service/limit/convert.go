package limit

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	limitv1 "zhuxin/app/api/limit/v1"
	"zhuxin/app/service/asked"
	ratingservice "zhuxin/app/service/rating"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/segment"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// customerID reads an id; what is none is nobody's.
func customerID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, customer.ErrNotFound
	}
	return id, nil
}

// place reads the customer, and his project where one is named.
func place(customer, project string) (id, of uuid.UUID, err error) {
	if id, err = customerID(customer); err != nil || project == "" {
		return id, of, err
	}
	if of, err = uuid.Parse(project); err != nil || of == uuid.Nil {
		return id, of, limit.ErrNoProject
	}
	return id, of, nil
}

func toPosition(ctx context.Context, p limit.Position) *limitv1.LimitPosition {
	out := &limitv1.LimitPosition{Kind: string(p.Kind), Standing: int64(p.Standing), Temporary: int64(p.Temporary), Used: int64(p.Used),
		Grade: p.Ceiling.Grade, Refuses: p.Refuses, Reduced: p.Reduced}
	if most := p.Ceiling.GradeMax; most != nil {
		fen := int64(*most)
		out.GradeMaximum = &fen
	}
	if q := p.Ceiling.Quota; q != nil {
		out.Quota = &limitv1.GroupQuota{Name: q.Name, Amount: int64(q.Amount), Used: int64(q.Used)}
	}
	for _, l := range p.Pending {
		out.Pending = append(out.Pending, ratingservice.ToLimit(ctx, l))
	}
	return out
}

func fromAdjust(r *limitv1.AdjustLimitRequest) (in limit.AdjustInput, err error) {
	in = limit.AdjustInput{Kind: exposure.LimitKind(r.GetKind()), Amount: money.Amount(r.GetAmount()), Reason: r.GetReason()}
	if in.CustomerID, in.ProjectID, err = place(r.GetCustomerId(), r.GetProjectId()); err != nil {
		return in, err
	}
	var c fault.Checks
	in.StartsOn, in.EndsOn = date(&c, "starts_on", r.GetStartsOn()), date(&c, "ends_on", r.GetEndsOn())
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

func fromProposal(f *limitv1.ProposalFilter, r *limitv1.ProposalRule) (limit.Proposal, error) {
	of, err := segment.ParseID(f.GetSegmentId())
	return limit.Proposal{
		Filter: limit.Filter{Grades: f.GetGrades(), SegmentID: of, UnchangedMonths: int(f.GetUnchangedMonths()),
			MinUtilization: number(f != nil && f.MinUtilization != nil, f.GetMinUtilization()),
			MaxUtilization: number(f != nil && f.MaxUtilization != nil, f.GetMaxUtilization())},
		Rule: limit.Rule{Kind: limit.RuleKind(r.GetKind()), Percent: int(r.GetPercent()), Amount: money.Amount(r.GetAmount())},
	}, err
}

func number(given bool, n int32) *int {
	if !given {
		return nil
	}
	return new(int(n))
}

func fromSubmit(r *limitv1.SubmitProposalRequest) (limit.ProposeInput, error) {
	var c fault.Checks
	meant, err := fromProposal(r.GetFilter(), r.GetRule())
	if err != nil {
		return limit.ProposeInput{}, err
	}
	in := limit.ProposeInput{Proposal: meant, Reason: r.GetReason(), OneByOne: r.GetOneByOne(),
		StartsOn: date(&c, "starts_on", r.GetStartsOn()), EndsOn: date(&c, "ends_on", r.GetEndsOn()),
		Changes: int(r.GetChanges()), After: money.Amount(r.GetAfter())}
	return in, c.Err()
}

func toPreview(p limit.Preview) *limitv1.ProposalPreview {
	out := &limitv1.ProposalPreview{Changes: int32(p.Changes), Before: int64(p.Before), After: int64(p.After)}
	for _, l := range p.Lines {
		out.Lines = append(out.Lines, &limitv1.ProposalLine{CustomerId: l.CustomerID.String(), CustomerNumber: l.Number, CustomerName: l.Name,
			Grade: l.Grade, LimitKind: string(l.Kind), Before: int64(l.Standing), After: int64(l.After), Exposure: int64(l.Exposure), LeftOut: string(l.LeftOut), RelatedListed: l.Related})
	}
	return out
}

func freeze(ctx context.Context, f exposure.Freeze, err error) (*limitv1.Freeze, error) {
	if err != nil {
		return nil, err
	}
	return toFreeze(ctx, f), nil
}

func toFreeze(ctx context.Context, f exposure.Freeze) *limitv1.Freeze {
	reason, code := asked.Reason(ctx, f.Reason)
	return &limitv1.Freeze{Id: f.ID.String(), Source: string(f.Source), Reason: reason, ReasonCode: code, OldestDueOn: f.OldestDueOn.String(),
		FrozenAt: timestamppb.New(f.FrozenAt), FrozenBy: person(f.FrozenBy), LiftedAt: timestamp(f.LiftedAt), LiftedBy: person(f.LiftedBy), LiftReason: f.LiftReason}
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
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
