// Package schema is the HQ graph: the shared tables, pinned to the schema "hq".
// Keep it shallow: no edges, no chains of queries; ent v0.14.5 loses the pinned
// schema in some of them.
package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"

	zmixin "zhuxin/ent/mixin"
)

// shared pins a table to the schema hq; it is embedded by every type here.
type shared struct{ mixin.Schema }

// Annotations of shared.
func (shared) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Schema("hq")}
}

// AuditLog is HQ's append-only record of state changes.
type AuditLog struct{ ent.Schema }

// Mixin of AuditLog.
func (AuditLog) Mixin() []ent.Mixin { return []ent.Mixin{zmixin.AuditLog{}, shared{}} }

// AuditSeal chains HQ's audit rows.
type AuditSeal struct{ ent.Schema }

// Mixin of AuditSeal.
func (AuditSeal) Mixin() []ent.Mixin { return []ent.Mixin{zmixin.AuditSeal{}, shared{}} }

// AuditHead is the last known end of each chain, kept outside the tenant's own
// schema so that cutting off a tail is noticed.
type AuditHead struct{ ent.Schema }

// Mixin of AuditHead.
func (AuditHead) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of AuditHead.
func (AuditHead) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("tenant id, or hq"),
		field.Int64("position"),
		field.Bytes("hash"),
		field.Time("sealed_at"),
	}
}

// Keyset is one of HQ's own encryption keysets, wrapped by the key encryption
// key and bound to HQ and purpose by associated data.
type Keyset struct{ ent.Schema }

// Mixin of Keyset.
func (Keyset) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of Keyset.
func (Keyset) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("purpose: field, audit"),
		field.Bytes("wrapped"),
		field.Time("created_at").Default(zmixin.Now).Immutable(),
	}
}

// Outbox is HQ's outbox.
type Outbox struct{ ent.Schema }

// Mixin of Outbox.
func (Outbox) Mixin() []ent.Mixin { return []ent.Mixin{zmixin.Outbox{}, shared{}} }

// HandledEvent makes a handler take effect once at HQ.
type HandledEvent struct{ ent.Schema }

// Mixin of HandledEvent.
func (HandledEvent) Mixin() []ent.Mixin { return []ent.Mixin{zmixin.HandledEvent{}, shared{}} }

// Indicator is one version-counted entry of the indicator library (000-45).
type Indicator struct{ ent.Schema }

// Mixin of Indicator.
func (Indicator) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}, zmixin.Updated{}} }

// Fields of Indicator.
func (Indicator) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").Unique().Immutable(),
		field.String("name_zh"),
		field.String("name_en"),
		field.String("category"),
		field.Enum("kind").Values("number", "choice", "data").Immutable(),
		field.String("unit").Default(""),
		field.String("data_source").Default(""),
		field.String("description").Default(""),
		field.JSON("scoring", json.RawMessage{}),
		field.Bool("active").Default(true),
	}
}

// presetEffects are those of shared/negativelist.
const presetEffects = `jsonb_build_object('notice', jsonb_build_object('rating', 'warn', 'limits', 'none', 'related_rating', 'warn', 'related_limits', 'none'), 'serious', jsonb_build_object('rating', 'refuse', 'limits', 'refuse_increase', 'related_rating', 'warn', 'related_limits', 'none'), 'critical', jsonb_build_object('rating', 'refuse', 'limits', 'cap_zero', 'related_rating', 'warn', 'related_limits', 'none'))`

// GroupPolicy is one version of what HQ wants done group-wide.
type GroupPolicy struct{ ent.Schema }

// Mixin of GroupPolicy.
func (GroupPolicy) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of GroupPolicy.
func (GroupPolicy) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version; the highest is in force"),
		field.Enum("negative_action").Values("warn", "hold", "block").Default("block").Immutable().Comment("of a critical listing"),
		field.Enum("serious_action").Values("warn", "hold", "block").Default("hold").Immutable(),
		field.Enum("notice_action").Values("warn", "hold", "block").Default("warn").Immutable(),
		field.Enum("related_action").Values("allow", "warn", "hold", "block").Default("warn").Immutable().Comment("of a related company's listing"),
		field.Int("related_depth").Default(2).Immutable().Comment("steps to a related company that count, 1 to 4"),
		field.JSON("effects", json.RawMessage{}).Immutable().Annotations(entsql.DefaultExpr(presetEffects)).Comment("on ratings and limits, by severity"),
		field.Bool("step_up").Default(false).Immutable().Comment("HQ's decisions on the negative list ask for a second verification"),
		field.Time("created_at").Default(zmixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// SharingLog records each look of one tenant at what another one knows (000-90).
type SharingLog struct{ ent.Schema }

// Mixin of SharingLog.
func (SharingLog) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of SharingLog.
func (SharingLog) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(zmixin.NewID).Immutable(),
		field.Time("at").Default(zmixin.Now).Immutable(),
		field.UUID("viewer_tenant_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null when HQ looked"),
		field.UUID("viewer_id", uuid.UUID{}).Immutable(),
		field.String("viewer_name").Immutable(),
		field.UUID("owner_tenant_id", uuid.UUID{}).Immutable().Comment("whose data was seen; one row per owner"),
		field.String("uscc").Immutable(),
		field.String("purpose").Immutable(),
		field.String("request_id").Immutable(),
	}
}

// Indexes of SharingLog.
func (SharingLog) Indexes() []ent.Index { return []ent.Index{index.Fields("owner_tenant_id", "at")} }

// Annotations of SharingLog.
func (SharingLog) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "sharing_log"}}
}
