package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/ent/mixin"
)

// TemplateDryRun is one try of a template on the tenant's own customers, kept so
// that its approver sees what its author saw.
type TemplateDryRun struct{ ent.Schema }

// Mixin of TemplateDryRun.
func (TemplateDryRun) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of TemplateDryRun.
func (TemplateDryRun) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("template_id", uuid.UUID{}).Immutable(),
		field.Int64("template_version").Immutable().Comment("of the template when it was tried; a later one makes the result stale"),
		field.JSON("definition", rating.Definition{}).Immutable().Comment("as it was tried: customers are scored again from it when one looks closer"),
		field.JSON("parameters", rating.DryRunParameters{}).Immutable(),
		mixin.Date("window_from"),
		mixin.Date("as_of"),
		field.JSON("summary", rating.DryRunSummary{}).Immutable(),
	}
}

// Edges of TemplateDryRun: it goes with its template, its customers with it.
func (TemplateDryRun) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("template", RatingTemplate.Type).Field("template_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("trials", TemplateTrial.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of TemplateDryRun.
func (TemplateDryRun) Indexes() []ent.Index {
	return []ent.Index{index.Fields("template_id", "created_at")}
}

// TemplateTrial is one customer in a dry run. Without a foreign key to customers:
// thousands are written at once, all read from there a moment before.
type TemplateTrial struct{ ent.Schema }

// Mixin of TemplateTrial.
func (TemplateTrial) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of TemplateTrial.
func (TemplateTrial) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("dry_run_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("rating_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the last rating, whose manual values were taken"),
		field.String("from_grade").MaxLen(1).Immutable().Comment("empty without an effective rating"),
		field.String("to_grade").MaxLen(1).Immutable().Comment("empty when values are missing"),
		field.Int64("from_limit").Immutable().Comment("fen"),
		field.Int64("to_limit").Immutable().Comment("fen"),
		field.Bool("unlimited").Immutable(),
		field.Int64("score").Immutable().Comment("hundredths of a point"),
		field.Bool("judged").Immutable().Comment("had business before the window, and all values"),
		field.Int64("then_score").Immutable(),
		field.String("then_grade").MaxLen(1).Immutable(),
		field.Bool("bad").Immutable().Comment("went badly overdue in the window"),
		field.Bool("caught").Immutable(),
		field.Int("worst_days").Immutable(),
		field.Int64("peak_overdue").Immutable().Comment("fen"),
		field.JSON("facts", json.RawMessage{}).Immutable().Comment("the values that were scored: by hand, by data now and then; and what is missing"),
	}
}

// Edges of TemplateTrial.
func (TemplateTrial) Edges() []ent.Edge {
	return []ent.Edge{edge.From("dry_run", TemplateDryRun.Type).Ref("trials").Field("dry_run_id").Unique().Required().Immutable()}
}

// Indexes of TemplateTrial.
func (TemplateTrial) Indexes() []ent.Index {
	return []ent.Index{index.Fields("dry_run_id", "customer_id").Unique()}
}
