package approval

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	approvalv1 "zhuxin/app/api/approval/v1"
	commonv1 "zhuxin/app/api/common/v1"
	"zhuxin/biz/approval"
)

func toApproval(a approval.Approval) (*approvalv1.Approval, error) {
	facts, err := toFacts(a.Facts)
	if err != nil {
		return nil, fmt.Errorf("facts of approval %s: %w", a.ID, err)
	}
	out := &approvalv1.Approval{Id: a.ID.String(), Kind: string(a.Kind), SubjectId: a.SubjectID.String(), Title: a.Title, Facts: facts,
		Amount: int64(a.Amount), SubmittedBy: &commonv1.PersonRef{Id: a.SubmittedBy.ID.String(), Name: a.SubmittedBy.Name},
		SubmittedAt: timestamppb.New(a.SubmittedAt), Status: string(a.Status), Comment: a.Comment, Version: a.Version}
	if a.CustomerID != nil {
		out.CustomerId = a.CustomerID.String()
	}
	if a.DecidedBy != nil {
		out.DecidedBy = &commonv1.PersonRef{Id: a.DecidedBy.ID.String(), Name: a.DecidedBy.Name}
	}
	if a.DecidedAt != nil {
		out.DecidedAt = timestamppb.New(*a.DecidedAt)
	}
	for _, x := range a.Actions {
		out.Actions = append(out.Actions, string(x))
	}
	return out, nil
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
