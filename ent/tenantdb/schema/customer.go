package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// Customer is a legal entity that buys (000-35 to 000-42).
type Customer struct{ ent.Schema }

// Mixin of Customer.
func (Customer) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of Customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").Unique().Comment("customer number; the ERP's where it comes from there"),
		field.String("name"),
		field.String("uscc").Optional().Nillable().Comment("null until known: an imported customer may lack it, and cannot be rated then"),
		field.String("uscc_override_reason").Default("").Comment("why a registered code whose check character fails was accepted"),
		field.String("tax_no").Default(""),
		field.UUID("salesperson_id", uuid.UUID{}).Optional().Nillable().Comment("person responsible; he alone sees it among salespeople"),
		field.String("contact_name").Default(""),
		field.Bytes("contact_phone_enc").Optional().Comment("encrypted with the tenant's keyset"),
		field.String("contact_phone_mask").Default(""),
		field.Bytes("contact_email_enc").Optional().Comment("where dunning letters go; encrypted"),
		field.String("contact_email_mask").Default(""),
		field.String("legal_representative").Default(""),
		field.Bytes("legal_representative_id_enc").Optional(),
		field.String("legal_representative_id_mask").Default(""),
		field.Bytes("bank_account_enc").Optional(),
		field.String("bank_account_mask").Default(""),
		field.String("address").Default(""),
		field.Int("credit_term_days").Default(0).Comment("for a due date where no payment node gives one (ruling 5)"),
		field.Int("statement_day").Optional().Nillable().Comment("last day of his statement's month, 1 to 28; 0: the month's last; null: the subsidiary's"),
		field.Enum("status").Values("active", "inactive").Default("active"),
		field.Bool("settles_advance").Default(false).Comment("pays cash in advance"),
		field.JSON("labels", map[string]string{}).Default(map[string]string{}).Annotations(entsql.DefaultExpr("'{}'::jsonb")).
			Comment("value of each label of the subsidiary's own, by the label's code"),
	}
}

// Edges of Customer.
func (Customer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("projects", Project.Type),
		edge.To("ratings", CreditRating.Type),
		edge.To("limits", CreditLimit.Type),
	}
}

// Indexes of Customer.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("uscc").Unique(),
		index.Fields("name").Unique().Annotations(entsql.IndexWhere("uscc IS NOT NULL")),
		index.Fields("salesperson_id", "created_at"),
		index.Fields("created_at"),
		index.Fields("updated_at"),
	}
}

// Project is a construction site that is supplied (000-28 to 000-34).
type Project struct{ ent.Schema }

// Mixin of Project.
func (Project) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of Project.
func (Project) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").Unique(),
		field.String("name"),
		field.UUID("customer_id", uuid.UUID{}),
		field.String("owner_name").Default("").Comment("project owner as it was written down; owner_id where it is known"),
		field.UUID("owner_id", uuid.UUID{}).Optional().Nillable().Comment("project owner: the real client behind the contractor (ruling 9)"),
		field.UUID("salesperson_id", uuid.UUID{}).Optional().Nillable().Comment("who sells here; null: the customer's"),
		field.String("address").Default(""),
		field.Int64("contracted_volume").Default(0).Comment("thousandths of m³ (ruling 10)"),
		field.Enum("status").Values("planned", "supplying", "finished", "stopped").Default("supplying"),
	}
}

// Edges of Project.
func (Project) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("customer", Customer.Type).Ref("projects").Field("customer_id").Unique().Required(),
		edge.To("contracts", Contract.Type),
	}
}

// Indexes of Project.
func (Project) Indexes() []ent.Index {
	return []ent.Index{index.Fields("customer_id"), index.Fields("owner_id"), index.Fields("salesperson_id"), index.Fields("updated_at")}
}

// Contract is a supply contract of a project.
type Contract struct{ ent.Schema }

// Mixin of Contract.
func (Contract) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}} }

// Fields of Contract.
func (Contract) Fields() []ent.Field {
	return []ent.Field{
		field.String("erp_contract_no").Unique(),
		field.UUID("project_id", uuid.UUID{}),
		field.Int64("volume").Comment("thousandths of m³"),
		field.Int64("unit_price").Comment("fen per m³"),
		field.Int("credit_term_days"),
		mixin.Date("signed_on"),
		field.Int("late_fee_ppm").Optional().Nillable().Comment("of the overdue amount per day, in millionths; null: the subsidiary's"),
	}
}

// Edges of Contract.
func (Contract) Edges() []ent.Edge {
	return []ent.Edge{edge.From("project", Project.Type).Ref("contracts").Field("project_id").Unique().Required()}
}

// Indexes of Contract.
func (Contract) Indexes() []ent.Index { return []ent.Index{index.Fields("project_id")} }
