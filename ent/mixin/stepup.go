package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// StepUpChallenge asks one person for a second verification of exactly one
// request (004-27). It lies where the change is written, so that it is used in
// the transaction of the change; a used one stays, as evidence.
type StepUpChallenge struct{ mixin.Schema }

// Fields of StepUpChallenge.
func (StepUpChallenge) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.UUID("person_id", uuid.UUID{}).Immutable(),
		field.String("act").Immutable().Comment("shared/stepup Act"),
		field.Bytes("digest").Immutable().Comment("SHA-256 of operation, subsidiary, path, query and body"),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("used_at").Optional().Nillable(),
		field.UUID("used_by", uuid.UUID{}).Optional().Nillable().Comment("the attempt that used it; its transactions may be several"),
		field.Time("verified_at").Optional().Nillable().Comment("when the code was entered at the identity server"),
		field.String("request_id").Default("").Comment("of the request that used it, as in audit_log"),
	}
}

// Indexes of StepUpChallenge.
func (StepUpChallenge) Indexes() []ent.Index {
	return []ent.Index{index.Fields("person_id", "expires_at")}
}

// Annotations of StepUpChallenge.
func (StepUpChallenge) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "step_up_challenges"}}
}
