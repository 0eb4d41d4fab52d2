package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// DailyRun is one run over one business date. A date that was missed gets its run
// later, in order; a date can have more than one (number).
type DailyRun struct{ ent.Schema }

// Fields of DailyRun.
func (DailyRun) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		mixin.Date("business_date"),
		field.Int("number").Immutable().Comment("from 1 within the date"),
		field.Enum("started_by").Values("schedule", "person").Immutable(),
		field.UUID("requested_by", uuid.UUID{}).Optional().Nillable().Immutable().Comment("person"),
		field.Enum("state").Values("running", "done", "failed").Default("running").Comment("failed: a step was tried as often as it is"),
		field.Time("created_at").Immutable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of DailyRun.
func (DailyRun) Indexes() []ent.Index {
	return []ent.Index{index.Fields("business_date", "number").Unique()}
}

// DailyStep is one job of a run: at most one row per business date, run and job.
type DailyStep struct{ ent.Schema }

// Fields of DailyStep.
func (DailyStep) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("run_id", uuid.UUID{}).Immutable(),
		field.Int("position").Immutable(),
		field.String("name").Immutable(),
		field.Enum("state").Values("pending", "running", "done", "failed").Default("pending"),
		field.Int("attempts").Default(0),
		field.Int64("touched").Default(0).Comment("how many things it changed, as it says itself"),
		field.String("error").Default(""),
		field.UUID("claim", uuid.UUID{}).Optional().Nillable().Comment("who works on it"),
		field.Time("claimed_until").Optional().Nillable().Comment("by the database's clock; afterwards somebody else takes it over"),
		field.Time("retry_at").Optional().Nillable().Comment("by the database's clock"),
		field.Time("started_at").Optional().Nillable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of DailyStep.
func (DailyStep) Indexes() []ent.Index {
	return []ent.Index{index.Fields("run_id", "name").Unique()}
}

// DailySnapshot is what a customer owed and had at the end of a business date.
// There is a row only where something differs from his row before.
type DailySnapshot struct{ ent.Schema }

// Fields of DailySnapshot.
func (DailySnapshot) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		mixin.Date("business_date"),
		field.Int64("receivable_amount").Comment("fen"),
		field.Int64("overdue_amount").Comment("fen past due on the business date"),
		field.Int64("exposure_amount").Comment("fen"),
		field.Enum("limit_kind").Values("none", "amount", "unlimited"),
		field.Int64("limit_amount").Comment("fen; standing and temporary"),
		field.Bool("late").Comment("taken after the date was over: what is open is as of the taking, what is overdue as of the date"),
		field.Time("taken_at"),
	}
}

// Indexes of DailySnapshot.
func (DailySnapshot) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id", "business_date").Unique()}
}
