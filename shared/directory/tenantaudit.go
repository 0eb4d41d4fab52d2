package directory

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/shared/uow"
)

// TopicTenantAudit carries a state change of HQ's register that concerns one
// subsidiary to that subsidiary's own audit. Payload: tenantAudit.
const TopicTenantAudit event.Topic = "directory.tenant_audit"

type tenantAudit struct {
	TenantID  uuid.UUID       `json:"tenant_id"`
	ActorKind access.Kind     `json:"actor_kind"`
	ActorID   uuid.UUID       `json:"actor_id"`
	RequestID string          `json:"request_id"`
	Action    string          `json:"action"`
	Object    string          `json:"object_type"`
	ObjectID  string          `json:"object_id"`
	Before    json.RawMessage `json:"before,omitempty"`
	After     json.RawMessage `json:"after,omitempty"`
}

func (d Deps) publishTenantAudit(ctx context.Context, tenantID uuid.UUID, e audit.Entry) error {
	a, _ := access.From(ctx)
	p := tenantAudit{TenantID: tenantID, ActorKind: a.Kind, ActorID: a.ID, RequestID: a.RequestID,
		Action: e.Action, Object: e.ObjectType, ObjectID: e.ObjectID}
	for _, v := range []struct {
		from any
		to   *json.RawMessage
	}{{e.Before, &p.Before}, {e.After, &p.After}} {
		if v.from == nil {
			continue
		}
		b, err := json.Marshal(v.from)
		if err != nil {
			return fmt.Errorf("audit of %s: %w", e.Action, err)
		}
		*v.to = b
	}
	return d.Events.Publish(ctx, event.Event{Topic: TopicTenantAudit, Payload: p})
}

// Once makes fn take effect once per delivered event, in the running
// transaction's schema (data/jobs.Once).
type Once func(ctx context.Context, d event.Delivered, handler string, fn func(ctx context.Context) error) error

// TenantAudit writes what TopicTenantAudit carries into the subsidiary's audit,
// in the name of who did it.
type TenantAudit struct {
	Bind   func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
	HQ     uow.HQ
	Tenant uow.Tenant
	People People
	Audit  audit.Recorder // the tenant's
	Once   Once
}

// TenantAuditHandler is the name under which Handle is registered.
const TenantAuditHandler = "directory.tenant_audit"

// Handle writes one row.
func (h TenantAudit) Handle(ctx context.Context, d event.Delivered) error {
	var p tenantAudit
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	actor := access.Actor{Kind: p.ActorKind, ID: p.ActorID, Name: string(p.ActorKind), TenantID: p.TenantID, RequestID: p.RequestID}
	if p.ActorKind == access.KindPerson {
		// The name stays out of the outbox; it is HQ's register that has it.
		err := h.HQ.InTx(ctx, func(ctx context.Context) error {
			person, err := h.People.Get(ctx, p.ActorID)
			actor.Name = person.Name
			return err
		})
		if err != nil {
			return err
		}
	}
	ctx, err := h.Bind(ctx, p.TenantID)
	if err != nil {
		return err
	}
	ctx = access.With(ctx, actor)
	return h.Tenant.InTx(ctx, func(ctx context.Context) error {
		return h.Once(ctx, d, TenantAuditHandler, func(ctx context.Context) error {
			e := audit.Entry{Action: p.Action, ObjectType: p.Object, ObjectID: p.ObjectID}
			if p.Before != nil {
				e.Before = p.Before
			}
			if p.After != nil {
				e.After = p.After
			}
			return h.Audit.Record(ctx, e)
		})
	})
}
