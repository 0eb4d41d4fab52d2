package mixin

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// Both graphs have the same plumbing tables, each in its own schema: an audit
// log with its seals, an outbox, and the record of handled events.

// AuditLog is the append-only record of state changes.
type AuditLog struct{ mixin.Schema }

// Fields of AuditLog.
func (AuditLog) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable(),
		field.Time("at").Default(Now).Immutable(),
		field.String("actor_kind").Immutable(),
		field.UUID("actor_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("actor_name").Immutable(),
		field.String("action").Immutable(),
		field.String("object_type").Immutable(),
		field.String("object_id").Immutable(),
		field.JSON("before", json.RawMessage{}).Optional().Immutable(),
		field.JSON("after", json.RawMessage{}).Optional().Immutable(),
		field.String("request_id").Immutable(),
		field.Bytes("mac").Default([]byte{}).Immutable().Annotations(entsql.DefaultExpr("''::bytea")).Comment("a nonce and the writer's HMAC over the other columns, so that a row that the application did not write is found (data/auditlog)"),
	}
}

// Indexes of AuditLog.
func (AuditLog) Indexes() []ent.Index {
	return []ent.Index{index.Fields("object_type", "object_id")}
}

// Annotations of AuditLog.
func (AuditLog) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "audit_log"}}
}

// AuditSeal chains the audit rows: hash = HMAC(previous hash ‖ row).
type AuditSeal struct{ mixin.Schema }

// Fields of AuditSeal.
func (AuditSeal) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("position in the chain, from 1 without a gap").Annotations(entsql.Annotation{Incremental: new(bool)}),
		field.Int64("audit_id").Unique().Immutable(),
		field.Bytes("hash").Immutable(),
		field.Time("sealed_at").Default(Now).Immutable(),
	}
}

// Annotations of AuditSeal.
func (AuditSeal) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "audit_seals"}}
}

// Outbox holds events until their handler is done with them.
type Outbox struct{ mixin.Schema }

// Fields of Outbox.
func (Outbox) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(NewID).Immutable(),
		field.String("topic").Immutable(),
		field.JSON("payload", json.RawMessage{}).Immutable(),
		field.Enum("status").Values("pending", "sent", "done", "dead").Default("pending"),
		field.Int("attempts").Default(0).Comment("how often it was handed to the queue"),
		field.String("last_error").Default(""),
		field.Time("created_at").Default(Now).Immutable(),
		field.Time("due_at").Default(Now).Comment("not handed out before; pushed back after each attempt"),
	}
}

// Indexes of Outbox.
func (Outbox) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("due_at").Annotations(entsql.IndexWhere("status = 'pending' OR status = 'sent'")).StorageKey("outbox_open"),
		index.Fields("created_at").Annotations(entsql.IndexWhere("status = 'dead'")).StorageKey("outbox_dead"),
	}
}

// Annotations of Outbox.
func (Outbox) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "outbox"}}
}

// HandledEvent makes a handler take effect once.
type HandledEvent struct{ mixin.Schema }

// Fields of HandledEvent.
func (HandledEvent) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("event id and handler name"),
		field.Time("handled_at").Default(Now).Immutable(),
	}
}

// Annotations of HandledEvent.
func (HandledEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "handled_events"}}
}
