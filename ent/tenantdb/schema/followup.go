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

// FollowUp asks a salesperson why a customer is over his limit or overdue, and
// what happens next (000-74 to 76). One is open per customer and trigger.
type FollowUp struct{ ent.Schema }

// Mixin of FollowUp.
func (FollowUp) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}} }

// Fields of FollowUp.
func (FollowUp) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.Enum("trigger").Values("over_limit", "overdue").Immutable(),
		field.Int64("amount").Comment("fen over the limit, or overdue, as last seen"),
		mixin.Date("opened_on"),
		mixin.Date("deadline"),
		field.Enum("status").Values("open", "submitted", "agreed", "closed").Default("open"),
		field.String("reason").Default(""),
		field.Enum("action").Values("none", "collection", "limit_adjustment", "temporary_limit", "stop_preparation", "formal_stop", "other").Default("none"),
		field.JSON("plan", json.RawMessage{}).Optional().Comment("the fields of the action"),
		mixin.OptionalDate("promised_on"),
		field.Int64("promised_amount").Default(0).Comment("fen"),
		mixin.OptionalDate("promise_from"), // receipts count from this day on
		field.Enum("promise").Values("none", "waiting", "kept", "broken").Default("none"),
		field.UUID("submitted_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("submitted_at").Optional().Nillable(),
		field.String("comment").Default("").Comment("of the approver who did not agree"),
		mixin.OptionalDate("closed_on"),
		field.String("outcome").Default("").Comment("why it is closed"),
	}
}

// Indexes of FollowUp.
func (FollowUp) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "trigger").Unique().Annotations(entsql.IndexWhere("status <> 'closed'")).StorageKey("follow_up_one_open"),
		index.Fields("status", "deadline"),
	}
}

// DunningPause suspends dunning of a customer until a day, with its reason.
type DunningPause struct{ ent.Schema }

// Mixin of DunningPause.
func (DunningPause) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of DunningPause.
func (DunningPause) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("reason").Immutable(),
		mixin.Date("starts_on"),
		mixin.Date("ends_on"),
		field.Time("ended_at").Optional().Nillable().Comment("when it was ended before its time"),
		field.UUID("ended_by", uuid.UUID{}).Optional().Nillable(),
	}
}

// Indexes of DunningPause.
func (DunningPause) Indexes() []ent.Index { return []ent.Index{index.Fields("customer_id", "ends_on")} }
