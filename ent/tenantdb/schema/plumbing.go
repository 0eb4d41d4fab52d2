// Package schema is the tenant graph: the tables of one subsidiary. Names are
// unqualified; the scope's search path decides whose they are. No statement runs
// without a scope.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// AuditLog is the tenant's append-only record of state changes.
type AuditLog struct{ ent.Schema }

// Mixin of AuditLog.
func (AuditLog) Mixin() []ent.Mixin { return []ent.Mixin{mixin.AuditLog{}} }

// AuditSeal chains the tenant's audit rows.
type AuditSeal struct{ ent.Schema }

// Mixin of AuditSeal.
func (AuditSeal) Mixin() []ent.Mixin { return []ent.Mixin{mixin.AuditSeal{}} }

// Outbox is the tenant's outbox.
type Outbox struct{ ent.Schema }

// Mixin of Outbox.
func (Outbox) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Outbox{}} }

// HandledEvent makes a handler take effect once in this tenant.
type HandledEvent struct{ ent.Schema }

// Mixin of HandledEvent.
func (HandledEvent) Mixin() []ent.Mixin { return []ent.Mixin{mixin.HandledEvent{}} }

// IdempotencyKey keeps the answer to a command for 72 hours.
type IdempotencyKey struct{ ent.Schema }

// Fields of IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("principal id, a colon, and the client's key"),
		field.Bytes("request_hash").Immutable().Comment("SHA-256 of route and body"),
		field.Bytes("response").Immutable().Comment("the first answer's body"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
	}
}

// Annotations of IdempotencyKey.
func (IdempotencyKey) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "idempotency_keys"}}
}

// Keyset is one of the tenant's own encryption keysets, wrapped by the key
// encryption key and bound to tenant and purpose by associated data.
type Keyset struct{ ent.Schema }

// Fields of Keyset.
func (Keyset) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("purpose: field, audit"),
		field.Bytes("wrapped"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
	}
}

// Document is a stored file; its bytes lie encrypted in the object store.
type Document struct{ ent.Schema }

// Mixin of Document.
func (Document) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of Document.
func (Document) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null for files of the tenant itself, such as an import's error file"),
		field.Enum("kind").Values("business_licence", "legal_representative_id", "power_of_attorney", "negative_evidence", "import_source", "import_errors", "letter", "qualification", "contract", "rating_decision", "supply_stop_evidence", "history_protocol", "collateral", "other").Immutable(),
		field.String("file_name").Immutable(),
		field.String("content_type").Immutable(),
		field.Int64("size_bytes").Immutable(),
		field.Bytes("sha256").Immutable(),
		field.String("object_key").Unique().Immutable(),
		field.Int("revision").Default(1).Immutable().Comment("counts up per customer, project and kind"),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("a paper of this project of the customer"),
		field.Bool("historical").Default(false).Immutable().Comment("was expired already when it was filed, and is kept as such"),
		mixin.OptionalDate("issued_on"),
		mixin.OptionalDate("expires_on"),
	}
}

// Indexes of Document.
func (Document) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "kind"),
		index.Fields("expires_on").Annotations(entsql.IndexWhere("expires_on IS NOT NULL")).StorageKey("document_expiry"),
	}
}
