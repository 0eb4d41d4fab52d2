package agreement

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	agreementv1 "zhuxin/app/api/agreement/v1"
	commonv1 "zhuxin/app/api/common/v1"
	"zhuxin/biz/agreement"
	"zhuxin/biz/letter"
	"zhuxin/biz/supplystop"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// parse reads an id; a text that is none names nothing.
func parse(s string, missing error) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil, missing
	}
	return id, nil
}

// optional reads an id that may be empty.
func optional(s string, missing error) (*uuid.UUID, error) {
	if s == "" {
		return nil, nil
	}
	id, err := parse(s, missing)
	return &id, err
}

func fromTriggers(ts []*agreementv1.Trigger) []agreement.Trigger {
	out := make([]agreement.Trigger, len(ts))
	for i, t := range ts {
		out[i] = agreement.Trigger{Stage: agreement.Stage(t.GetStage()), Days: int(t.GetDays()), Amount: money.Amount(t.GetAmount()), Join: agreement.Join(t.GetJoin())}
	}
	return out
}

func toTriggers(ts []agreement.Trigger) (out []*agreementv1.Trigger) {
	for _, t := range ts {
		out = append(out, &agreementv1.Trigger{Stage: string(t.Stage), Days: int32(t.Days), Amount: int64(t.Amount), Join: string(t.Join)})
	}
	return out
}

func toAgreement(a agreement.Agreement) *agreementv1.Agreement {
	return &agreementv1.Agreement{Id: a.ID.String(), CustomerId: a.CustomerID.String(), CustomerNumber: a.CustomerNumber, CustomerName: a.CustomerName,
		ProjectId: id(a.ProjectID), ProjectName: a.ProjectName, Number: int32(a.Number), Triggers: toTriggers(a.Triggers), Reason: a.Reason, Status: string(a.Status),
		Stage: string(a.Stage), StageSince: a.StageSince.String(), CreatedAt: timestamppb.New(a.CreatedAt), CreatedBy: person(a.CreatedBy),
		EffectiveAt: stamp(a.EffectiveAt), LapsedAt: stamp(a.LapsedAt), Version: a.Version, OverdueDays: int32(a.Figures.Days), OverdueAmount: int64(a.Figures.Amount), AsOf: a.Figures.On.String()}
}

func toEvent(e agreement.Event) *agreementv1.AgreementEvent {
	return &agreementv1.AgreementEvent{Id: e.ID.String(), AgreementId: e.AgreementID.String(), FromStage: string(e.From), ToStage: string(e.To), BusinessDate: e.Figures.On.String(),
		OverdueDays: int32(e.Figures.Days), OverdueAmount: int64(e.Figures.Amount), Cause: string(e.Cause), Note: e.Note, LetterId: id(e.LetterID),
		CreatedAt: timestamppb.New(e.CreatedAt), HandledAt: stamp(e.HandledAt), HandledBy: person(e.HandledBy)}
}

func toCourse(c agreement.Course) *agreementv1.AgreementCourse {
	out := &agreementv1.AgreementCourse{Agreement: toAgreement(c.Agreement)}
	for _, v := range c.Versions {
		out.Versions = append(out.Versions, toAgreement(v))
	}
	for _, e := range c.Events {
		out.Events = append(out.Events, toEvent(e))
	}
	return out
}

func toLetter(l letter.Letter) *agreementv1.Letter {
	return &agreementv1.Letter{Id: l.ID.String(), Number: l.Number(), Kind: string(l.Kind), Subject: l.Subject, Body: l.Body, Amount: int64(l.Amount),
		BusinessDate: l.On.String(), DocumentId: id(l.DocumentID), CreatedAt: timestamppb.New(l.CreatedAt), ItemCount: int32(len(l.Lines))}
}

func toStop(s supplystop.Stop) *agreementv1.SupplyStop {
	out := &agreementv1.SupplyStop{Id: s.ID.String(), CustomerId: s.CustomerID.String(), CustomerNumber: s.CustomerNumber, CustomerName: s.CustomerName, ProjectId: id(s.ProjectID),
		ProjectName: s.ProjectName, AgreementId: id(s.AgreementID), State: string(s.State), Reason: s.Reason, OverdueDays: int32(s.OverdueDays), OverdueAmount: int64(s.OverdueAmount),
		Owner: person(s.Owner), DueOn: s.DueOn.String(), StoppedOn: s.StoppedOn.String(), CreatedAt: timestamppb.New(s.CreatedAt), Version: s.Version, Breaches: s.Breaches}
	for _, e := range s.Events {
		out.Events = append(out.Events, &agreementv1.SupplyStopEvent{State: string(e.State), Note: e.Note, EvidenceDocumentId: id(e.EvidenceDocumentID), EvidenceFileName: e.EvidenceFileName,
			ActorName: e.ActorName, CreatedAt: timestamppb.New(e.CreatedAt)})
	}
	return out
}

func id(v *uuid.UUID) string {
	if v == nil {
		return ""
	}
	return v.String()
}

func person(p *party.Person) *commonv1.PersonRef {
	if p == nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}
