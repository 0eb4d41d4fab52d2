package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// PortfolioRule is one version of how the tenant classifies its customers and
// provides for losses.
type PortfolioRule struct{ ent.Schema }

// Fields of PortfolioRule.
func (PortfolioRule) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version; the highest is in force"),
		field.JSON("rule", json.RawMessage{}).Immutable(),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// CategoryOverride is a category that a person gave a customer against the rule, or,
// with an empty one, took back. The newest counts.
type CategoryOverride struct{ ent.Schema }

// Mixin of CategoryOverride.
func (CategoryOverride) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of CategoryOverride.
func (CategoryOverride) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("category").Immutable().Comment("empty: taken back"),
		field.String("by_rule").Immutable().Comment("what the rule said then"),
		field.String("reason").Immutable(),
		mixin.Date("given_on"),
		mixin.Date("until"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Indexes of CategoryOverride.
func (CategoryOverride) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id", "created_at")}
}
