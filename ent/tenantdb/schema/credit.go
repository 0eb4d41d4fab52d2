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

// CreditAccount is the one row per customer that an order check locks: limits,
// maxima, exposure and overdue state, kept ready. The part that depends on the
// day (overdue, temporary limits) is right for business dates from as_of through
// valid_through; outside of it the check recomputes the row first, so no daily
// run is needed for a right answer.
type CreditAccount struct{ ent.Schema }

// Fields of CreditAccount.
func (CreditAccount) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the customer's id"),
		field.Enum("limit_kind").Values("none", "amount", "unlimited").Default("none"),
		field.Int64("standing_amount").Default(0).Comment("fen"),
		field.Int64("temporary_amount").Default(0).Comment("fen that active temporary limits add; negative when one replaces by less"),
		field.Int64("cover_amount").Default(0).Comment("fen that collateral in force adds to a limit of kind amount"),
		field.String("grade").Default(""),
		field.Int64("max_overdue_amount").Optional().Nillable().Comment("fen; null without an effective rating"),
		field.Int("max_overdue_days").Optional().Nillable(),
		field.Int64("receivable_amount").Default(0).Comment("fen open"),
		field.Int64("overdue_amount").Default(0).Comment("fen open and past due on as_of"),
		mixin.OptionalDate("oldest_due_on"),
		field.Int64("reserved_amount").Default(0).Comment("fen held by open and committed reservations"),
		field.Int64("delivered_amount").Default(0).Comment("fen delivered and not reconciled"),
		field.Int64("reconciled_amount").Default(0).Comment("fen reconciled and not invoiced"),
		field.Int64("draft_amount").Default(0).Comment("fen of acceptance drafts not honoured"),
		field.Int64("advance_amount").Default(0).Comment("fen received and not applied"),
		field.Int64("disputed_amount").Default(0).Comment("fen open of items in dispute; part of receivable_amount"),
		field.Bool("frozen").Default(false),
		field.String("frozen_reason").Default(""),
		field.UUID("shared_limit_id", uuid.UUID{}).Optional().Nillable().Comment("the shared limit that holds him together with others"),
		mixin.Date("as_of"),
		mixin.Date("valid_through"),
		field.Int64("version").Default(1),
	}
}

// Indexes of CreditAccount.
func (CreditAccount) Indexes() []ent.Index {
	return []ent.Index{index.Fields("shared_limit_id").Annotations(entsql.IndexWhere("shared_limit_id IS NOT NULL")).StorageKey("credit_account_shared")}
}

// Annotations of CreditAccount.
func (CreditAccount) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{
		Checks: map[string]string{"credit_account_reserved": "reserved_amount >= 0", "credit_account_standing": "standing_amount >= 0", "credit_account_cover": "cover_amount >= 0"},
	}}
}

// CreditCheck is one decision with all it saw; never changed, never deleted.
type CreditCheck struct{ ent.Schema }

// Fields of CreditCheck.
func (CreditCheck) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("order_no").Immutable(),
		field.Enum("operation").Values("check", "reserve").Immutable(),
		field.Int64("amount").Immutable().Comment("fen asked for"),
		field.Enum("outcome").Values("allow", "warn", "hold", "block").Immutable(),
		field.JSON("reasons", json.RawMessage{}).Immutable(),
		field.JSON("facts", json.RawMessage{}).Immutable(),
		field.String("binding_limit").Immutable(),
		field.Int64("policy_version").Immutable(),
		field.UUID("reservation_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.UUID("actor_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("actor_name").Immutable(),
		field.String("request_id").Immutable(),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.String("checkpoint").Default("order").Immutable().Comment("order or dispatch (ruling 16)"),
	}
}

// Indexes of CreditCheck.
func (CreditCheck) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id", "created_at")}
}

// Reservation is headroom held for an order. open: held, ends at expires_at.
// committed: delivered, held until its receivable is imported (billed) or it is
// released. held_amount is what still counts as exposure.
type Reservation struct{ ent.Schema }

// Fields of Reservation.
func (Reservation) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("order_no").Immutable(),
		field.Int64("amount").Immutable().Comment("fen first reserved"),
		field.Int64("held_amount").Comment("fen still held"),
		field.Int64("delivered_amount").Default(0).Comment("fen of it that the order's tickets count instead"),
		field.Enum("status").Values("open", "committed", "billed", "released", "expired").Default("open"),
		field.String("source").Default("").Comment("with document_no: the receivable that will take over"),
		field.String("document_no").Default(""),
		field.UUID("check_id", uuid.UUID{}).Immutable(),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the project the order is for, where the order names one"),
		field.Time("expires_at"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of Reservation.
func (Reservation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("order_no").Unique().Annotations(entsql.IndexWhere("status = 'open' OR status = 'committed'")).StorageKey("reservation_one_live_per_order"),
		index.Fields("customer_id"),
		index.Fields("expires_at").Annotations(entsql.IndexWhere("status = 'open'")).StorageKey("reservation_open_expiry"),
	}
}

// Annotations of Reservation.
func (Reservation) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"reservation_held": "held_amount >= 0 AND held_amount <= amount AND (held_amount = 0 OR status = 'open' OR status = 'committed')",
	}}}
}

// CreditPolicy is one version of what the tenant wants done with checked orders.
type CreditPolicy struct{ ent.Schema }

// Fields of CreditPolicy.
func (CreditPolicy) Fields() []ent.Field {
	action := func(name, preset string) ent.Field {
		return field.Enum(name).Values("allow", "warn", "hold", "block").Default(preset).Immutable()
	}
	return []ent.Field{
		field.Int64("id").Immutable().Comment("policy version; the highest is in force"),
		action("over_limit", "block"),
		action("overdue_amount", "block"),
		action("overdue_days", "block"),
		action("no_limit", "block"),
		action("unrated", "warn"),
		field.Int("reservation_hours").Default(72).Immutable(),
		field.Int64("overdue_tolerance").Default(0).Immutable().Comment("fen of overdue that never stop an order"),
		field.JSON("rules", json.RawMessage{}).Optional().Immutable().Comment("checkpoints, utilization bands, freeze, truck size, release authority; null: the presets"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Annotations of CreditPolicy.
func (CreditPolicy) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "credit_policies"}}
}
