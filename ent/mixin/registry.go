package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// RegistryAccount is an account at a provider of company data, HQ's or a tenant's.
type RegistryAccount struct{ mixin.Schema }

// Fields of RegistryAccount.
func (RegistryAccount) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("provider: tianyancha, qichacha"),
		field.Bytes("credential").Optional().Comment("sealed under the owner's keys"),
		field.String("hint").Default("").Comment("last four characters"),
		field.Bool("enabled").Default(true),
		field.String("stopped_reason").Default("").Comment("quota_exhausted, balance_exhausted, account_refused: no call is made before stopped_until"),
		field.Time("stopped_until").Optional().Nillable(),
	}
}
