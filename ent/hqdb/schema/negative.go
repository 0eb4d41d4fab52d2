package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	zmixin "zhuxin/ent/mixin"
)

// files is a column of uploaded files: document in the subsidiary's own store, and
// name.
func files() ent.Field {
	return field.JSON("evidence", json.RawMessage{}).Immutable().Annotations(entsql.DefaultExpr("'[]'::jsonb"))
}

// NegativeEntry is one listing of a company on the group's negative list
// (000-77), from the proposal on. A removal is a change of status with its own
// reason; nothing is deleted.
type NegativeEntry struct{ ent.Schema }

// Mixin of NegativeEntry.
func (NegativeEntry) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of NegativeEntry.
func (NegativeEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("uscc").Immutable(),
		field.String("company_name").Immutable(),
		field.String("reason_code").Immutable(),
		field.String("reason_text").Immutable(),
		field.Int64("amount").Default(0).Immutable().Comment("fen in question"),
		field.UUID("tenant_id", uuid.UUID{}).Immutable().Comment("who proposed; shown to HQ only"),
		field.UUID("listed_by", uuid.UUID{}).Immutable().Comment("the person who proposed"),
		field.Time("proposed_at").Default(zmixin.Now).Immutable().Annotations(entsql.DefaultExpr("CURRENT_TIMESTAMP")),
		field.Time("listed_at").Default(zmixin.Now).Comment("when published; until then when proposed"),
		files(),
		field.UUID("evidence_document_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("of a listing from before there were several files"),
		field.String("evidence_name").Default("").Immutable().Comment("of the same"),
		field.Enum("status").Values("proposed", "refused", "withdrawn", "listed", "removed").Default("listed"),
		field.Enum("severity").Values("notice", "serious", "critical").Default("critical").Comment("HQ's word; the group policy has an action for each"),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable().Comment("who published or refused; null for a listing from before HQ reviewed"),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decision_reason").Default(""),
		zmixin.OptionalDate("review_on"), // when HQ looks at it again; null is due
		field.Int64("repaired_amount").Default(0).Comment("fen that HQ accepted as paid"),
		field.UUID("removed_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("removed_at").Optional().Nillable(),
		field.String("removal_reason").Default(""),
		field.Int64("version").Default(1),
	}
}

// Indexes of NegativeEntry.
func (NegativeEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("uscc").StorageKey("negative_of_company"),
		index.Fields("uscc").Annotations(entsql.IndexWhere("status = 'listed'")).StorageKey("negative_listed"),
		index.Fields("tenant_id", "uscc", "reason_code").Unique().Annotations(entsql.IndexWhere("status = 'listed' OR status = 'proposed'")).StorageKey("negative_one_open_per_reason"),
		index.Fields("status", "listed_at"),
	}
}

// NegativeClaim is what a subsidiary says against a listing (an objection), or
// that a debt was paid (a repair); HQ answers.
type NegativeClaim struct{ ent.Schema }

// Mixin of NegativeClaim.
func (NegativeClaim) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of NegativeClaim.
func (NegativeClaim) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("entry_id", uuid.UUID{}).Immutable(),
		field.Enum("kind").Values("objection", "repair").Immutable(),
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.UUID("raised_by", uuid.UUID{}).Immutable(),
		field.Time("raised_at").Default(zmixin.Now).Immutable(),
		field.String("text").Immutable(),
		field.Int64("amount").Default(0).Immutable().Comment("fen paid, of a repair"),
		zmixin.OptionalDate("paid_on"),
		files(),
		field.Enum("status").Values("open", "accepted", "refused").Default("open"),
		field.String("answer").Default(""),
		field.UUID("answered_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("answered_at").Optional().Nillable(),
	}
}

// Indexes of NegativeClaim.
func (NegativeClaim) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("entry_id", "kind", "tenant_id").Unique().Annotations(entsql.IndexWhere("status = 'open'")).StorageKey("negative_one_open_claim"),
		index.Fields("entry_id", "raised_at"),
	}
}

// NegativeExemption lets one subsidiary go on with one listed customer until a date,
// within its scopes; HQ grants it.
type NegativeExemption struct{ ent.Schema }

// Mixin of NegativeExemption.
func (NegativeExemption) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of NegativeExemption.
func (NegativeExemption) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("tenant_id", uuid.UUID{}).Immutable(),
		field.String("uscc").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable().Comment("in the subsidiary's own schema"),
		field.String("company_name").Immutable(),
		field.UUID("asked_by", uuid.UUID{}).Immutable(),
		field.Time("asked_at").Default(zmixin.Now).Immutable(),
		field.String("reason").Immutable(),
		zmixin.Date("asked_until"),
		zmixin.Date("ends_on"),
		field.Bool("for_orders").Default(true).Comment("what it lets pass"),
		field.Bool("for_rating").Default(false),
		field.Bool("for_limits").Default(false),
		field.Enum("status").Values("asked", "granted", "refused", "withdrawn", "revoked").Default("asked"),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decision_reason").Default(""),
		field.Int64("version").Default(1),
	}
}

// Indexes of NegativeExemption.
func (NegativeExemption) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("tenant_id", "uscc").Unique().Annotations(entsql.IndexWhere("status = 'asked'")).StorageKey("negative_one_asked_exemption"),
		index.Fields("uscc", "tenant_id").Annotations(entsql.IndexWhere("status = 'granted'")).StorageKey("negative_granted_exemption"),
		index.Fields("status", "asked_at"),
	}
}

// NegativeEvent is one line of the history of a listing. Never changed.
type NegativeEvent struct{ ent.Schema }

// Mixin of NegativeEvent.
func (NegativeEvent) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of NegativeEvent.
func (NegativeEvent) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("entry_id", uuid.UUID{}).Immutable(),
		field.UUID("claim_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Time("at").Default(zmixin.Now).Immutable(),
		field.String("kind").Immutable(),
		field.UUID("tenant_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("whose person did it; null for HQ's"),
		field.UUID("actor_id", uuid.UUID{}).Immutable(),
		field.String("note").Immutable(),
		field.JSON("facts", json.RawMessage{}).Immutable().Comment("severity, review date, amount: what the step set"),
	}
}

// Indexes of NegativeEvent.
func (NegativeEvent) Indexes() []ent.Index { return []ent.Index{index.Fields("entry_id", "at")} }
