package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"

	zmixin "zhuxin/ent/mixin"
)

// figures are the sums that both rollups carry, in fen of the row's currency.
// not_due plus either aging scheme (ruling 6) adds up to receivable.
type figures struct{ mixin.Schema }

// Fields of figures.
func (figures) Fields() []ent.Field {
	fen := func(name, comment string) ent.Field { return field.Int64(name).Default(0).Comment(comment) }
	return []ent.Field{
		field.String("currency").MaxLen(3),
		fen("receivable", "open receivables"),
		fen("overdue", "open and past due"),
		fen("not_due", "open and not past due"),
		fen("months_0_6", "past due less than 6 calendar months"),
		fen("months_6_12", "6 up to 12"),
		fen("months_12_24", "12 up to 24"),
		fen("months_24", "24 and more"),
		fen("days_1_30", "1 to 30 days past due"),
		fen("days_31_60", "31 to 60"),
		fen("days_61_90", "61 to 90"),
		fen("days_91", "91 and more"),
		fen("disputed", "of receivable, in dispute"),
		fen("disputed_overdue", "of overdue, in dispute"),
		fen("limit_amount", "standing and active temporary limits of kind amount"),
		fen("reserved", "open and committed reservations"),
		zmixin.Date("as_of"),
		field.Time("projected_at").Default(zmixin.Now).UpdateDefault(zmixin.Now),
	}
}

// RollupCustomer is the projected state of one customer of one tenant.
type RollupCustomer struct{ ent.Schema }

// Mixin of RollupCustomer.
func (RollupCustomer) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, figures{}} }

// Fields of RollupCustomer.
func (RollupCustomer) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("customer id"),
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.String("customer_name"),
		field.String("uscc").Default(""),
		field.String("grade").Default(""),
		field.String("limit_kind").Default("none"),
		field.String("stage").Default("").Comment("the furthest that an agreement has come to; empty without one"),
		field.Int64("account_version").Comment("an older state never overwrites a newer one"),
	}
}

// Indexes of RollupCustomer.
func (RollupCustomer) Indexes() []ent.Index {
	return []ent.Index{index.Fields("tenant_id", "overdue"), index.Fields("uscc")}
}

// RollupSubsidiary is the projected sum of one tenant.
type RollupSubsidiary struct{ ent.Schema }

// Mixin of RollupSubsidiary.
func (RollupSubsidiary) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, figures{}} }

// Fields of RollupSubsidiary.
func (RollupSubsidiary) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("tenant id"),
		field.Int64("customers").Default(0),
		field.Int64("customers_overdue").Default(0),
		field.Int64("customers_over_limit").Default(0),
	}
}

// RatingHistory is one effective rating of a company at a tenant (000-90).
type RatingHistory struct{ ent.Schema }

// Mixin of RatingHistory.
func (RatingHistory) Mixin() []ent.Mixin { return []ent.Mixin{shared{}} }

// Fields of RatingHistory.
func (RatingHistory) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("rating id"),
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("uscc").Immutable().Comment("the code on the day; ratings are found by the customer's code of today"),
		field.String("grade").Immutable(),
		field.Int64("total_score").Immutable(),
		field.Time("effective_at").Immutable(),
		field.Time("lapsed_at").Optional().Nillable(),
	}
}

// Indexes of RatingHistory.
func (RatingHistory) Indexes() []ent.Index {
	return []ent.Index{index.Fields("uscc", "effective_at"), index.Fields("customer_id")}
}
