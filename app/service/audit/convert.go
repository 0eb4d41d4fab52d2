package audit

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	auditv1 "zhuxin/app/api/audit/v1"
	"zhuxin/shared/audit"
)

func query(r *auditv1.ListAuditRequest) audit.Query {
	return audit.Query{
		Action: r.GetAction(), ObjectType: r.GetObjectType(), ObjectID: r.GetObjectId(),
		BeforeID: r.GetBeforeId(), Limit: int(r.GetPageSize()),
	}
}

func toAPI(r audit.Row) (*auditv1.AuditRow, error) {
	before, err := value(r.Before)
	if err != nil {
		return nil, fmt.Errorf("audit row %d: %w", r.ID, err)
	}
	after, err := value(r.After)
	if err != nil {
		return nil, fmt.Errorf("audit row %d: %w", r.ID, err)
	}
	return &auditv1.AuditRow{
		Id: r.ID, At: timestamppb.New(r.At), ActorKind: r.ActorKind, ActorName: r.ActorName, Action: r.Action,
		ObjectType: r.ObjectType, ObjectId: r.ObjectID, Before: before, After: after, RequestId: r.RequestID, Sealed: r.Sealed,
	}, nil
}

// value gives nil for nothing, so that the answer leaves the field out.
func value(raw json.RawMessage) (*structpb.Value, error) {
	if raw == nil {
		return nil, nil
	}
	v := new(structpb.Value)
	return v, protojson.Unmarshal(raw, v)
}
