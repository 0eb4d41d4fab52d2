package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	auditv1 "zhuxin/app/api/audit/v1"
	service "zhuxin/app/service/audit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

type fakeLog struct {
	asked audit.Query
	rows  []audit.Row
}

func (f *fakeLog) List(_ context.Context, q audit.Query) ([]audit.Row, error) {
	f.asked = q
	return f.rows, nil
}

func (f *fakeLog) Verify(context.Context) (audit.Verification, error) {
	return audit.Verification{Rows: 3, Sealed: 2, Findings: []string{"row 1 is missing"}}, nil
}

type inline struct{}

func (inline) InTx(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

func TestService(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	tenant := &fakeLog{rows: []audit.Row{
		{ID: 7, At: at, ActorKind: "person", ActorName: "王芳", Action: "limit.changed", ObjectType: "credit_limit", ObjectID: "x",
			Before: json.RawMessage(`{"amount": 1}`), RequestID: "r", Sealed: true},
		{ID: 6, After: json.RawMessage(`[1, "a", null]`)},
	}}
	hq := &fakeLog{}
	s := service.New(
		audit.NewBook(inline{}, tenant, tenant, access.AuditRead),
		audit.NewBook(inline{}, hq, hq, access.HQAuditRead))
	ctx := access.With(t.Context(), access.Actor{Kind: access.KindPerson, Roles: []access.Role{access.RoleAdministrator}})
	reply, err := s.ListAudit(ctx, &auditv1.ListAuditRequest{Action: "limit.changed", ObjectType: "credit_limit", ObjectId: "x", BeforeId: 9, PageSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := (audit.Query{Action: "limit.changed", ObjectType: "credit_limit", ObjectID: "x", BeforeID: 9, Limit: 2}); tenant.asked != want {
		t.Errorf("asked %+v", tenant.asked)
	}
	first := reply.GetRows()[0]
	if first.GetId() != 7 || !first.GetAt().AsTime().Equal(at) || first.GetBefore().GetStructValue().GetFields()["amount"].GetNumberValue() != 1 || first.After != nil || !first.GetSealed() {
		t.Errorf("%v", first)
	}
	if len(reply.GetRows()[1].GetAfter().GetListValue().GetValues()) != 3 {
		t.Errorf("%v", reply.GetRows()[1])
	}
	v, err := s.VerifyAudit(ctx, &auditv1.VerifyAuditRequest{})
	if err != nil || v.GetIntact() || v.GetRows() != 3 || v.GetSealed() != 2 || len(v.GetFindings()) != 1 {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := s.ListHQAudit(ctx, &auditv1.ListAuditRequest{}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a subsidiary's administrator reads HQ's log: %v", err)
	}
	_, err = s.ListAudit(ctx, &auditv1.ListAuditRequest{PageSize: 500, BeforeId: -1, ObjectId: "x"})
	if f, ok := fault.As(err); !ok || f.Kind != fault.KindInvalid || len(f.Fields) != 3 {
		t.Errorf("bad paging: %v", err)
	}
}
