package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// ProjectAccount is what an order check needs of a project that has a limit or a
// setting of its own. It is locked and recomputed with the customer's account,
// never without it, and is right for the same business dates.
type ProjectAccount struct{ ent.Schema }

// Fields of ProjectAccount.
func (ProjectAccount) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the project's id"),
		field.UUID("customer_id", uuid.UUID{}),
		field.String("limit_kind").Default("").Comment("none, amount, unlimited; empty while the project has no limit of its own"),
		field.Int64("standing_amount").Default(0).Comment("fen"),
		field.Int64("temporary_amount").Default(0).Comment("fen that active temporary limits add"),
		field.Int64("receivable_amount").Default(0).Comment("fen open"),
		field.Int64("reserved_amount").Default(0).Comment("fen held by open and committed reservations, or delivered and not invoiced"),
		field.Enum("checkpoints").Values("inherit", "order", "dispatch", "both").Default("inherit").Comment("where the check binds (ruling 16)"),
		field.Int64("version").Default(1),
	}
}

// Indexes of ProjectAccount.
func (ProjectAccount) Indexes() []ent.Index { return []ent.Index{index.Fields("customer_id")} }

// Annotations of ProjectAccount.
func (ProjectAccount) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"project_account_reserved": "reserved_amount >= 0", "project_account_kind": "limit_kind IN ('', 'none', 'amount', 'unlimited')"}}}
}

// CreditFreeze is one freeze of a customer's credit account, by a person or by
// the tenant's rule on overdue days (ruling 8), and its lifting.
type CreditFreeze struct{ ent.Schema }

// Fields of CreditFreeze.
func (CreditFreeze) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.Enum("source").Values("person", "overdue").Immutable(),
		field.String("reason").Immutable(),
		mixin.OptionalDate("oldest_due_on"),
		field.Time("frozen_at").Immutable(),
		field.UUID("frozen_by", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null: the daily run"),
		field.Time("lifted_at").Optional().Nillable(),
		field.UUID("lifted_by", uuid.UUID{}).Optional().Nillable(),
		field.String("lift_reason").Default(""),
	}
}

// Indexes of CreditFreeze.
func (CreditFreeze) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "frozen_at"),
		index.Fields("customer_id").Unique().Annotations(entsql.IndexWhere("lifted_at IS NULL")).StorageKey("credit_freeze_one_open"),
	}
}

// LimitBatch is a mass proposal that is approved as one.
type LimitBatch struct{ ent.Schema }

// Fields of LimitBatch.
func (LimitBatch) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.JSON("proposal", json.RawMessage{}).Immutable().Comment("filter and rule, as submitted"),
		field.Int("customers").Immutable(),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// OrderHold is an order that a check has stopped for a person to look at.
type OrderHold struct{ ent.Schema }

// Fields of OrderHold.
func (OrderHold) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable(),
		field.String("order_no").Immutable(),
		field.Int64("amount").Comment("fen asked for last"),
		field.Int64("volume").Default(0).Comment("thousandths of m³; 0 where the order gives none"),
		field.String("checkpoint").Default("order"),
		field.UUID("check_id", uuid.UUID{}).Comment("the last decision that held it"),
		field.JSON("reasons", json.RawMessage{}),
		field.Enum("status").Values("held", "released", "cleared", "cancelled").Default("held"),
		field.UUID("release_id", uuid.UUID{}).Optional().Nillable(),
		field.String("closing_note").Default(""),
		field.Time("held_at").Immutable(),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
		field.Time("closed_at").Optional().Nillable(),
	}
}

// Indexes of OrderHold.
func (OrderHold) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_no").Unique().Annotations(entsql.IndexWhere("status = 'held' OR status = 'released'")).StorageKey("order_hold_one_live_per_order"),
		index.Fields("customer_id").Annotations(entsql.IndexWhere("status = 'held'")).StorageKey("order_hold_waiting"),
		index.Fields("customer_id", "held_at"),
		index.Fields("held_at"),
	}
}

// OrderRelease is a one-time release of a held order: asked for by one person,
// agreed by another, within amount, volume and date, for named reasons only.
type OrderRelease struct{ ent.Schema }

// Fields of OrderRelease.
func (OrderRelease) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("hold_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("order_no").Immutable(),
		field.JSON("codes", json.RawMessage{}).Immutable().Comment("the reasons it covers"),
		field.Int64("amount").Immutable().Comment("fen"),
		field.Int64("volume").Default(0).Immutable().Comment("thousandths of m³; 0: not bounded by volume"),
		mixin.Date("ends_on"),
		field.String("reason").Immutable(),
		field.Enum("status").Values("submitted", "granted", "rejected", "returned", "withdrawn").Default("submitted"),
		field.UUID("asked_by", uuid.UUID{}).Immutable(),
		field.Time("asked_at").Immutable(),
		field.UUID("agreed_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("agreed_at").Optional().Nillable(),
		field.Int64("used_amount").Default(0).Comment("fen reserved under it"),
		field.Int64("used_volume").Default(0),
	}
}

// Indexes of OrderRelease.
func (OrderRelease) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "asked_at"),
		index.Fields("hold_id").Unique().Annotations(entsql.IndexWhere("status = 'submitted'")).StorageKey("order_release_one_submitted"),
	}
}

// Annotations of OrderRelease: who asks does not agree.
func (OrderRelease) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"order_release_second_person": "agreed_by IS NULL OR agreed_by <> asked_by",
		"order_release_used":          "used_amount >= 0 AND used_amount <= amount"}}}
}
