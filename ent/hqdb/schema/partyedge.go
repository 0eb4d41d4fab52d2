package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	zmixin "zhuxin/ent/mixin"
)

// PartyEdge is a relation between two parties as a subsidiary knows it, and no more
// of it than the group needs: who is what of whom, and when. A company goes by its
// code, a natural person by a keyed fingerprint and a masked name (ruling 12).
type PartyEdge struct{ ent.Schema }

// Mixin of PartyEdge.
func (PartyEdge) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of PartyEdge.
func (PartyEdge) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the relation's, in its subsidiary"),
		field.UUID("tenant_id", uuid.UUID{}).Immutable().Comment("never told to another subsidiary"),
		field.String("from_key").Comment("c: and the code, or p: and the fingerprint"),
		field.String("from_name"),
		field.String("to_key"),
		field.String("to_name"),
		field.String("kind").Immutable(),
		zmixin.OptionalDate("valid_from"),
		zmixin.OptionalDate("valid_through"),
		field.Int64("version"),
	}
}

// Indexes of PartyEdge.
func (PartyEdge) Indexes() []ent.Index {
	return []ent.Index{index.Fields("from_key"), index.Fields("to_key")}
}
