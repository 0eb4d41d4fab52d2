package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// DunningRule is one version of when and how the tenant reminds its customers.
type DunningRule struct{ ent.Schema }

// Fields of DunningRule.
func (DunningRule) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version; the highest is in force"),
		field.Bool("enabled").Immutable(),
		field.Int64("minimum").Immutable().Comment("fen; less is not written for"),
		field.JSON("levels", json.RawMessage{}).Immutable(),
		field.Bool("before_rest_days").Default(false).Immutable().Comment("a reminder of a rest day is written on the working day before (ruling 7)"),
		field.String("payment_text").Default("").Immutable().Comment("account to pay to, as it stands on the bill"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// DunningLetter is what was written to a customer on a day.
type DunningLetter struct{ ent.Schema }

// Mixin of DunningLetter.
func (DunningLetter) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of DunningLetter.
func (DunningLetter) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.Int("level").Immutable().Comment("days after the due date; before it negative"),
		mixin.Date("written_on"),
		field.Int64("rule").Immutable().Comment("version of the rule"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("overdue").Immutable().Comment("fen, without what is disputed"),
		field.Int64("upcoming").Immutable().Comment("fen"),
		field.Int64("credits").Immutable().Comment("fen, not negative"),
		field.Int64("disputed").Immutable().Comment("fen, told and not asked for"),
		field.JSON("items", json.RawMessage{}).Immutable(),
		field.Time("created_at").Default(mixin.Now).Immutable(),
	}
}

// Indexes of DunningLetter.
func (DunningLetter) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id", "level", "written_on").Unique(), index.Fields("written_on")}
}

// DunningMark says that an item was written for at a level; it is not again.
type DunningMark struct{ ent.Schema }

// Mixin of DunningMark.
func (DunningMark) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Fields of DunningMark.
func (DunningMark) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		mixin.Date("due_date"),
		field.Int("level").Immutable(),
		field.UUID("letter_id", uuid.UUID{}).Immutable(),
	}
}

// Indexes of DunningMark.
func (DunningMark) Indexes() []ent.Index {
	return []ent.Index{index.Fields("receivable_id", "due_date", "level").Unique(), index.Fields("letter_id")}
}
