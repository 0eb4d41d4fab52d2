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

// Warning is one early warning about a customer (000-80 to 82). Its facts are
// those of the day it was raised.
type Warning struct{ ent.Schema }

// Mixin of Warning.
func (Warning) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Updated{}} }

// Fields of Warning.
func (Warning) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("subject").Immutable().Comment("with kind and customer: what it is about, so that the same thing is not raised twice"),
		field.Enum("severity").Values("info", "notice", "serious", "critical").Immutable(),
		field.JSON("facts", json.RawMessage{}).Immutable(),
		field.Enum("status").Values("open", "acknowledged", "assigned", "closed").Default("open"),
		field.Time("first_seen_at").Immutable(),
		field.Time("last_seen_at"),
		mixin.Date("raised_on"),
		field.Int("times").Default(1).Comment("days on which it was seen"),
		field.UUID("acknowledged_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("acknowledged_at").Optional().Nillable(),
		field.UUID("assigned_to", uuid.UUID{}).Optional().Nillable(),
		field.Time("assigned_at").Optional().Nillable(),
		mixin.OptionalDate("due_on"),
		field.UUID("closed_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("closed_at").Optional().Nillable(),
		field.String("outcome").Default(""),
		field.String("note").Default(""),
		mixin.OptionalDate("quiet_until"),
	}
}

// Indexes of Warning.
func (Warning) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kind", "customer_id", "subject").Unique().Annotations(entsql.IndexWhere("status <> 'closed'")).StorageKey("warning_one_open"),
		index.Fields("kind", "customer_id", "subject", "quiet_until"),
		index.Fields("customer_id", "first_seen_at"),
		index.Fields("status", "severity", "first_seen_at"),
		index.Fields("assigned_to").Annotations(entsql.IndexWhere("status = 'assigned'")).StorageKey("warning_assigned"),
	}
}

// WarningRule is what the tenant changed of a rule of internal monitoring; a rule
// without a row is in force as preset.
type WarningRule struct{ ent.Schema }

// Mixin of WarningRule.
func (WarningRule) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Updated{}} }

// Fields of WarningRule.
func (WarningRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("kind of warning"),
		field.Bool("enabled"),
		field.Enum("severity").Values("info", "notice", "serious", "critical"),
		field.JSON("thresholds", map[string]int64{}),
		field.Int("quiet_days").Comment("after it was closed, the same thing is not raised for so long"),
		field.UUID("updated_by", uuid.UUID{}).Optional().Nillable(),
	}
}
