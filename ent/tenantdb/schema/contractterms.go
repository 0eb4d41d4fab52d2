package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/biz/paymentnode"
	"zhuxin/ent/mixin"
)

// ContractTerm is one version of the payment terms of a contract (000-66); the
// highest version is in force.
type ContractTerm struct{ ent.Schema }

// Mixin of ContractTerm.
func (ContractTerm) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of ContractTerm.
func (ContractTerm) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contract_id", uuid.UUID{}).Immutable(),
		field.Int("version").Immutable(),
		field.JSON("terms", paymentnode.Terms{}).Immutable(),
		field.String("reason").Default("").Immutable(),
	}
}

// Indexes of ContractTerm.
func (ContractTerm) Indexes() []ent.Index {
	return []ent.Index{index.Fields("contract_id", "version").Unique()}
}

// SiteNode is physical progress that was reported of a contract's site: ±0.00, a
// floor, topping-out. A wrong report is revoked, not deleted.
type SiteNode struct{ ent.Schema }

// Mixin of SiteNode.
func (SiteNode) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}} }

// Fields of SiteNode.
func (SiteNode) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contract_id", uuid.UUID{}).Immutable(),
		field.Enum("kind").Values("zero_level", "floor", "topping_out").Immutable(),
		field.Int("floor").Default(0).Immutable(),
		mixin.Date("reached_on"),
		field.String("remark").Default("").Immutable(),
		field.Time("revoked_at").Optional().Nillable(),
		field.UUID("revoked_by", uuid.UUID{}).Optional().Nillable(),
	}
}

// Indexes of SiteNode.
func (SiteNode) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("contract_id", "kind", "floor").Unique().Annotations(entsql.IndexWhere("revoked_at IS NULL")).StorageKey("site_node_once"),
	}
}

// ReceivableInstalment is a part of a receivable with a due date of its own, by a
// clause of the contract. The parts add up to the receivable's amount; what is
// paid covers the earliest part first.
type ReceivableInstalment struct{ ent.Schema }

// Fields of ReceivableInstalment.
func (ReceivableInstalment) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}),
		field.Int("position"),
		field.String("clause").Comment("id of the clause in the terms"),
		mixin.Date("due_date"),
		field.Int64("amount").Comment("fen"),
		field.Int64("open_amount").Comment("fen"),
		field.JSON("why", json.RawMessage{}).Comment("what made it due, as data (biz/paymentnode.Why)"),
	}
}

// Indexes of ReceivableInstalment.
func (ReceivableInstalment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("receivable_id", "position").Unique(),
		index.Fields("customer_id", "due_date").Annotations(entsql.IndexWhere("open_amount <> 0")).StorageKey("receivable_instalment_open"),
	}
}

// CollectionSetting is one version of a subsidiary's parameters of collection;
// the highest is in force.
type CollectionSetting struct{ ent.Schema }

// Fields of CollectionSetting.
func (CollectionSetting) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version"),
		field.Int("late_fee_ppm").Default(500).Immutable().Comment("of the overdue amount per day, in millionths"),
		field.Int("late_fee_grace_days").Default(0).Immutable(),
		field.Bool("confirm_receipts").Default(false).Immutable().Comment("customers are written to by themselves that their money came in (004-19)"),
		field.Int("statement_day").Default(0).Immutable().Comment("last day of a statement's month, 1 to 28; 0: the month's last"),
		field.Int("statement_days").Default(10).Immutable().Comment("after the period's end until the signed statement is due"),
		field.Int("statement_reminder_days").Default(3).Immutable(),
		field.String("aging_bounds").Default("").Immutable().Comment("last days of the subsidiary's own aging buckets, rising, like 15,45,90; empty: it has none"),
		field.String("standard_terms").Default("").Immutable().Comment("credit terms that the subsidiary offers, in days, rising, like 30,60,90; empty: the usual ones, and their preset where there is no version at all"),
		field.Int("standard_term").Optional().Nillable().Immutable().Comment("the one of them that a new customer has where nothing is said; null: it must be said"),
		field.Int("follow_up_days").Default(3).Immutable().Comment("until a follow-up must be answered"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Annotations of CollectionSetting.
func (CollectionSetting) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "collection_settings"}}
}
