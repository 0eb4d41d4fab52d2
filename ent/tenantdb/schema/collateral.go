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

// Collateral is one security for what a customer owes: a guarantee, a mortgage, a
// pledge, a deposit, a bank guarantee (003-64). Its terms are the submitter's while
// it is returned to him, and nobody's once it is active.
type Collateral struct{ ent.Schema }

// Mixin of Collateral.
func (Collateral) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of Collateral.
func (Collateral) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.Enum("kind").Values("guarantee", "mortgage", "pledge", "deposit", "bank_guarantee").Immutable(),
		field.String("provider_name").Immutable().Comment("guarantor, owner or bank"),
		field.String("provider_uscc").Default("").Immutable(),
		field.String("reference_no").Default("").Immutable().Comment("number of the registration, the guarantee or the receipt"),
		field.String("description").Default("").Immutable(),
		field.Int64("guaranteed_amount").Immutable().Comment("fen"),
		field.Int64("appraised_amount").Optional().Nillable().Immutable().Comment("fen"),
		mixin.OptionalDate("appraised_on"),
		field.Int("rate").Immutable().Comment("basis points, the tenant's for the kind at the time of the application"),
		field.Int64("cover_amount").Comment("fen that it adds to a limit while it lasts"),
		field.Enum("uncounted").Values("none", "related", "listed").Default("none").Comment("why it adds nothing"),
		mixin.Date("starts_on"),
		mixin.OptionalDate("ends_on"),
		field.JSON("document_ids", json.RawMessage{}).Immutable().Comment("the customer's papers that prove it"),
		field.Enum("status").Values("submitted", "active", "rejected", "returned", "withdrawn", "released").Default("submitted"),
		field.Time("effective_at").Optional().Nillable(),
		field.Time("released_at").Optional().Nillable(),
		field.UUID("released_by", uuid.UUID{}).Optional().Nillable(),
		field.String("release_reason").Default(""),
	}
}

// Indexes of Collateral.
func (Collateral) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id", "status"),
		index.Fields("ends_on").Annotations(entsql.IndexWhere("status = 'active'")).StorageKey("collateral_ends"),
		index.Fields("customer_id", "kind", "reference_no").Unique().Annotations(entsql.IndexWhere("status = 'submitted' AND reference_no <> ''")).StorageKey("collateral_one_submitted"),
		index.Fields("kind", "reference_no").Annotations(entsql.IndexWhere("status = 'active' AND reference_no <> ''")).StorageKey("collateral_reference"),
	}
}

// Annotations of Collateral.
func (Collateral) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "collateral", Checks: map[string]string{
		"collateral_amounts":  "guaranteed_amount > 0 AND (appraised_amount IS NULL OR appraised_amount > 0)",
		"collateral_cover":    "cover_amount >= 0 AND cover_amount <= guaranteed_amount AND (uncounted = 'none' OR cover_amount = 0)",
		"collateral_rate":     "rate >= 0 AND rate <= 10000",
		"collateral_period":   "(ends_on IS NOT NULL AND ends_on >= starts_on) OR (ends_on IS NULL AND kind = 'deposit')",
		"collateral_released": "(status = 'released') = (released_at IS NOT NULL)",
	}}}
}

// CollateralRates is one version of how much of each kind counts.
type CollateralRates struct{ ent.Schema }

// Fields of CollateralRates.
func (CollateralRates) Fields() []ent.Field {
	rate := func(name string) ent.Field { return field.Int(name).Immutable().Comment("basis points") }
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version; the highest is in force"),
		rate("guarantee"), rate("mortgage"), rate("pledge"), rate("deposit"), rate("bank_guarantee"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Annotations of CollateralRates.
func (CollateralRates) Annotations() []entschema.Annotation {
	in := func(name string) string { return name + " >= 0 AND " + name + " <= 10000" }
	return []entschema.Annotation{entsql.Annotation{Table: "collateral_rates", Checks: map[string]string{
		"collateral_rates_range": in("guarantee") + " AND " + in("mortgage") + " AND " + in("pledge") + " AND " + in("deposit") + " AND " + in("bank_guarantee"),
	}}}
}
