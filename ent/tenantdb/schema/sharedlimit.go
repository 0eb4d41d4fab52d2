package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// SharedLimit is one version of what customers that belong together may use
// together, beside each one's own limit. Rows are added and decided; their terms
// never change.
type SharedLimit struct{ ent.Schema }

// Mixin of SharedLimit.
func (SharedLimit) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of SharedLimit.
func (SharedLimit) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Immutable(),
		field.Int64("amount").Immutable().Comment("fen"),
		field.JSON("members", json.RawMessage{}).Immutable().Comment("ids of the customers; none ends the limit it replaces"),
		field.UUID("replaces_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("version that this one takes over from"),
		field.String("reason").Immutable(),
		field.Enum("status").Values("submitted", "effective", "ended", "rejected", "returned", "withdrawn").Default("submitted"),
		field.Time("effective_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Indexes of SharedLimit.
func (SharedLimit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("status", "name"),
		index.Fields("members").Annotations(entsql.IndexType("GIN")),
		index.Fields("replaces_id").Unique().Annotations(entsql.IndexWhere("status = 'submitted'")).StorageKey("shared_limit_one_change"),
	}
}
