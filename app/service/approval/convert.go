package approval

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	approvalv1 "zhuxin/app/api/approval/v1"
	commonv1 "zhuxin/app/api/common/v1"
	"zhuxin/biz/approval"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

func toApproval(a approval.Approval) (*approvalv1.Approval, error) {
	facts, err := toFacts(a.Facts)
	if err != nil {
		return nil, fmt.Errorf("facts of approval %s: %w", a.ID, err)
	}
	out := &approvalv1.Approval{Id: a.ID.String(), Kind: string(a.Kind), SubjectId: a.SubjectID.String(), Title: a.Title, Facts: facts,
		Amount: int64(a.Amount), SubmittedBy: ref(&a.SubmittedBy), SubmittedAt: timestamppb.New(a.SubmittedAt), Status: string(a.Status),
		DecidedBy: ref(a.DecidedBy), DecidedAt: timestamp(a.DecidedAt), Comment: a.Comment, Version: a.Version,
		Grade: a.Grade, PreviousAmount: fen(a.Previous), FlowNumber: int32(a.FlowNumber)}
	if a.CustomerID != nil {
		out.CustomerId = a.CustomerID.String()
	}
	for _, x := range a.Actions {
		out.Actions = append(out.Actions, string(x))
	}
	for _, s := range a.Steps {
		out.Steps = append(out.Steps, toStep(s))
	}
	for _, x := range a.Acts {
		out.Acts = append(out.Acts, &approvalv1.Act{Id: x.ID.String(), Kind: string(x.Kind), StepId: text(x.StepID), SlotId: text(x.SlotID),
			By: ref(x.By), OnBehalfOf: ref(x.OnBehalfOf), Target: ref(x.Target), Comment: x.Comment, At: timestamppb.New(x.At)})
	}
	return out, nil
}

func toStep(s approval.Step) *approvalv1.Step {
	out := &approvalv1.Step{Id: s.ID.String(), Name: s.Name, Kind: string(s.Kind), Mode: string(s.Mode), Status: string(s.Status), AddedBy: ref(s.AddedBy),
		OpenedAt: timestamp(s.OpenedAt), DueAt: timestamp(s.DueAt), OverdueAt: timestamp(s.OverdueAt), DoneAt: timestamp(s.DoneAt)}
	for _, x := range s.Slots {
		out.Slots = append(out.Slots, &approvalv1.Slot{Id: x.ID.String(), Role: string(x.Role), Person: ref(x.Person),
			EscalatedRole: string(x.EscalatedRole), EscalatedTo: ref(x.EscalatedTo), Status: string(x.Status)})
	}
	return out
}

// toFacts carries the facts as they were stored; amounts in them are strings, so
// that the struct's floating numbers take nothing off them.
func toFacts(raw json.RawMessage) (*structpb.Struct, error) {
	out := &structpb.Struct{}
	if len(raw) == 0 {
		return out, nil
	}
	return out, protojson.Unmarshal(raw, out)
}

func ref(p *party.Person) *commonv1.PersonRef {
	if p == nil || p.ID == uuid.Nil {
		return nil
	}
	return &commonv1.PersonRef{Id: p.ID.String(), Name: p.Name}
}

func text(id uuid.NullUUID) string {
	if !id.Valid {
		return ""
	}
	return id.UUID.String()
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func fen(a *money.Amount) *int64 {
	if a == nil {
		return nil
	}
	n := int64(*a)
	return &n
}

func amount(n *int64) *money.Amount {
	if n == nil {
		return nil
	}
	a := money.Amount(*n)
	return &a
}
