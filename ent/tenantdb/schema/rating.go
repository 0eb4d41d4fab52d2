package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/ent/mixin"
)

// RatingTemplate is one version of the tenant's rating template (000-46 to 49).
type RatingTemplate struct{ ent.Schema }

// Mixin of RatingTemplate.
func (RatingTemplate) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of RatingTemplate.
func (RatingTemplate) Fields() []ent.Field {
	return []ent.Field{
		field.Int("number").Unique().Comment("version number shown to people: 1, 2, 3"),
		field.String("name"),
		field.Enum("status").Values("draft", "submitted", "effective", "retired", "rejected", "returned", "withdrawn").Default("draft"),
		field.JSON("definition", rating.Definition{}),
		field.Time("effective_at").Optional().Nillable(),
		field.Time("retired_at").Optional().Nillable(),
	}
}

// Edges of RatingTemplate.
func (RatingTemplate) Edges() []ent.Edge { return []ent.Edge{edge.To("ratings", CreditRating.Type)} }

// Indexes of RatingTemplate: one effective and one in approval at a time (000-49).
func (RatingTemplate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("status").Unique().Annotations(entsql.IndexWhere("status = 'effective'")).StorageKey("rating_template_one_effective"),
		index.Fields("status").Unique().Annotations(entsql.IndexWhere("status = 'submitted'")).StorageKey("rating_template_one_submitted"),
	}
}

// CreditRating is one credit rating of a customer (000-50 to 54).
type CreditRating struct{ ent.Schema }

// Mixin of CreditRating.
func (CreditRating) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of CreditRating.
func (CreditRating) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("template_id", uuid.UUID{}).Immutable(),
		field.Enum("status").Values("draft", "submitted", "effective", "lapsed", "rejected", "returned", "withdrawn").Default("draft"),
		field.JSON("values", []rating.Value{}),
		field.Int64("total_score").Comment("hundredths of a point, half-up"),
		field.String("grade").MaxLen(1),
		field.Int64("max_credit_amount").Comment("fen"),
		field.Int64("max_overdue_amount").Comment("fen"),
		field.Int("max_overdue_days"),
		field.String("remark").Default(""),
		field.Time("effective_at").Optional().Nillable(),
		mixin.OptionalDate("due_on"), // the last business date on which it holds; null before it is effective
		field.Time("lapsed_at").Optional().Nillable(),
		field.String("lapse_reason").MaxLen(20).Default("").Comment("a newer rating took over, or none came by due_on"),
		field.UUID("decision_document_id", uuid.UUID{}).Optional().Nillable().Comment("of the decision file, once it is stored"),
	}
}

// Edges of CreditRating.
func (CreditRating) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("customer", Customer.Type).Ref("ratings").Field("customer_id").Unique().Required().Immutable(),
		edge.From("template", RatingTemplate.Type).Ref("ratings").Field("template_id").Unique().Required().Immutable(),
	}
}

// Indexes of CreditRating.
func (CreditRating) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "created_at"),
		index.Fields("due_on").Annotations(entsql.IndexWhere("status = 'effective'")).StorageKey("rating_due"),
		index.Fields("customer_id").Unique().Annotations(entsql.IndexWhere("status = 'effective'")).StorageKey("rating_one_effective"),
		index.Fields("customer_id").Unique().Annotations(entsql.IndexWhere("status = 'submitted'")).StorageKey("rating_one_submitted"),
	}
}

// CreditLimit is one version of a standing limit, or one temporary limit, of a
// customer or of one of his projects (rulings 2, 3 and 4). Rows are only ever
// added, decided or lapsed; a trigger holds what was submitted.
type CreditLimit struct{ ent.Schema }

// Mixin of CreditLimit.
func (CreditLimit) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of CreditLimit.
func (CreditLimit) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null: of the customer himself"),
		field.UUID("batch_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("of a mass proposal: what is approved as one"),
		field.Enum("class").Values("standing", "temporary").Immutable(),
		field.Enum("kind").Values("none", "amount", "unlimited").Immutable().Comment("ruling 14"),
		field.Enum("mode").Values("add", "replace").Default("add").Immutable().Comment("of a temporary limit (ruling 3)"),
		field.Int64("amount").Immutable().Comment("fen"),
		mixin.Date("starts_on"),
		mixin.OptionalDate("ends_on"),
		field.String("reason").Immutable(),
		field.UUID("rating_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Enum("status").Values("submitted", "effective", "lapsed", "rejected", "returned", "withdrawn").Default("submitted"),
		field.Time("effective_at").Optional().Nillable(),
		field.Time("lapsed_at").Optional().Nillable(),
		mixin.OptionalDate("superseded_on"),
	}
}

// Edges of CreditLimit.
func (CreditLimit) Edges() []ent.Edge {
	return []ent.Edge{edge.From("customer", Customer.Type).Ref("limits").Field("customer_id").Unique().Required().Immutable()}
}

// Indexes of CreditLimit.
func (CreditLimit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "class"),
		index.Fields("customer_id").Unique().Annotations(entsql.IndexWhere("status = 'effective' AND class = 'standing' AND superseded_on IS NULL AND project_id IS NULL")).StorageKey("credit_limit_one_standing"),
		index.Fields("project_id").Unique().Annotations(entsql.IndexWhere("status = 'effective' AND class = 'standing' AND superseded_on IS NULL AND project_id IS NOT NULL")).StorageKey("credit_limit_one_project_standing"),
		index.Fields("customer_id").Unique().Annotations(entsql.IndexWhere("status = 'submitted' AND class = 'standing' AND project_id IS NULL")).StorageKey("credit_limit_one_submitted"),
		index.Fields("project_id").Unique().Annotations(entsql.IndexWhere("status = 'submitted' AND class = 'standing' AND project_id IS NOT NULL")).StorageKey("credit_limit_one_project_submitted"),
	}
}

// Annotations of CreditLimit.
func (CreditLimit) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{"credit_limit_amount": "amount >= 0"}}}
}

// Approval is one submission waiting for, or having got, its decision.
type Approval struct{ ent.Schema }

// Mixin of Approval.
func (Approval) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Updated{}} }

// Fields of Approval.
func (Approval) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Values("rating_template", "rating", "temporary_limit", "limit_adjustment", "limit_batch", "shared_limit", "order_release", "write_off", "follow_up", "credit_agreement", "agreement_cure", "supply_resume", "negative_listing", "customer_change").Immutable(),
		field.UUID("subject_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("title").Immutable(),
		field.JSON("facts", json.RawMessage{}).Immutable().Comment("what the approver sees: new against old, as submitted"),
		field.Int64("amount").Default(0).Immutable().Comment("fen that would be granted"),
		field.UUID("submitted_by", uuid.UUID{}).Immutable(),
		field.Time("submitted_at").Default(mixin.Now).Immutable(),
		field.String("grade").Default("").Immutable().Comment("that it would come to, for the conditions of a flow; empty where there is none"),
		field.Int64("previous_amount").Optional().Nillable().Immutable().Comment("fen in force so far, for conditions on the change; null where unknown"),
		field.Int("flow_number").Default(0).Immutable().Comment("version of the tenant's flow it runs on; 0: the product's own"),
		field.Enum("status").Values("pending", "approved", "rejected", "returned", "withdrawn").Default("pending"),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.String("comment").Default(""),
	}
}

// Indexes of Approval.
func (Approval) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject_id").Unique().Annotations(entsql.IndexWhere("status = 'pending'")).StorageKey("approval_one_pending"),
		index.Fields("status", "submitted_at"),
		index.Fields("customer_id", "submitted_at"),
	}
}

// Annotations of Approval: nobody decides on what he submitted (ruling 11).
func (Approval) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"approval_second_person": "status = 'withdrawn' OR decided_by IS NULL OR decided_by <> submitted_by",
		"approval_decided":       "(decided_by IS NULL) = (status = 'pending')",
	}}}
}
