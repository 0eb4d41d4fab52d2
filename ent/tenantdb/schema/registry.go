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

// RegistryAccount is the tenant's own account at a provider of company data; it
// goes before the group's.
type RegistryAccount struct{ ent.Schema }

// Mixin of RegistryAccount.
func (RegistryAccount) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.RegistryAccount{}, mixin.Updated{}}
}

// RegistrySetting is one version of how the tenant watches its customers (000-79).
type RegistrySetting struct{ ent.Schema }

// Fields of RegistrySetting.
func (RegistrySetting) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version; the highest is in force"),
		field.Bool("enabled").Immutable(),
		field.Int("daily_budget").Immutable().Comment("requests to providers per business date"),
		field.JSON("interval_days", map[string]int{}).Immutable().Comment("by grade; the empty grade is unrated"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// RegistryWatch is when a customer, or the owner of a live project, is looked at next.
type RegistryWatch struct{ ent.Schema }

// Fields of RegistryWatch.
func (RegistryWatch) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the customer's or the owner's id"),
		field.Enum("kind").Values("customer", "owner").Default("customer").Immutable().Comment("whose id it is"),
		mixin.Date("next_on"),
		field.Time("looked_at").Optional().Nillable(),
		field.String("outcome").Default("").Comment("answered, partly, or the trouble of the last look"),
		field.String("trouble_text").Default(""),
		field.Int("failures").Default(0).Comment("looks in a row without an answer"),
	}
}

// Annotations of RegistryWatch.
func (RegistryWatch) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "registry_watches"}}
}

// Indexes of RegistryWatch.
func (RegistryWatch) Indexes() []ent.Index { return []ent.Index{index.Fields("next_on")} }

// RegistryUsage counts the requests of one business date against the budget.
type RegistryUsage struct{ ent.Schema }

// Fields of RegistryUsage.
func (RegistryUsage) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("business date"),
		field.Int("requests").Default(0),
	}
}

// Annotations of RegistryUsage.
func (RegistryUsage) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "registry_usage"}}
}
