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

// CreditAgreement is one version of a credit agreement with a customer, or with one
// of his projects (000-56 to 62).
type CreditAgreement struct{ ent.Schema }

// Mixin of CreditAgreement.
func (CreditAgreement) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of CreditAgreement.
func (CreditAgreement) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("null: all the customer owes"),
		field.Int("number").Immutable().Comment("version of the agreement, from 1"),
		field.JSON("triggers", json.RawMessage{}).Immutable().Comment("stages with days and amount (biz/agreement Trigger)"),
		field.String("reason").Immutable(),
		field.Enum("status").Values("submitted", "effective", "lapsed", "rejected", "returned", "withdrawn"),
		field.Enum("stage").Values("none", "dunning_letter", "stop_supply", "lawyer_letter", "lawsuit").Default("none").Comment("moves forward by itself, back only by an approved cure"),
		mixin.OptionalDate("stage_since"),
		field.Time("effective_at").Optional().Nillable(),
		field.Time("lapsed_at").Optional().Nillable(),
	}
}

// Indexes of CreditAgreement.
func (CreditAgreement) Indexes() []ent.Index {
	one := func(name, where string, fields ...string) ent.Index {
		return index.Fields(fields...).Unique().StorageKey(name).Annotations(entsql.IndexWhere(where))
	}
	return []ent.Index{
		one("agreement_one_effective", "status = 'effective' AND project_id IS NULL", "customer_id"),
		one("agreement_one_effective_project", "status = 'effective' AND project_id IS NOT NULL", "project_id"),
		one("agreement_one_submitted", "status = 'submitted' AND project_id IS NULL", "customer_id"),
		one("agreement_one_submitted_project", "status = 'submitted' AND project_id IS NOT NULL", "project_id"),
		index.Fields("customer_id", "created_at"),
	}
}

// AgreementEvent is one move of an agreement's stage, with the numbers that made it.
type AgreementEvent struct{ ent.Schema }

// Fields of AgreementEvent.
func (AgreementEvent) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("agreement_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("from_stage").Immutable(),
		field.String("to_stage").Immutable(),
		mixin.Date("business_date"),
		field.Int("overdue_days").Immutable(),
		field.Int64("overdue_amount").Immutable().Comment("fen"),
		field.Enum("cause").Values("reached", "cured", "carried").Immutable().Comment("carried: taken over from the version before"),
		field.String("note").Default(""),
		field.UUID("letter_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("handled_at").Optional().Nillable().Comment("somebody has done what the stage asks; null keeps it a to-do"),
		field.UUID("handled_by", uuid.UUID{}).Optional().Nillable(),
	}
}

// Indexes of AgreementEvent.
func (AgreementEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("agreement_id", "created_at"),
		index.Fields("customer_id"),
		index.Fields("created_at").Annotations(entsql.IndexWhere("handled_at IS NULL")).StorageKey("agreement_event_open"),
	}
}

// Letter is a document to a customer, as it was written. Its number has no gap
// within the subsidiary and the year.
type Letter struct{ ent.Schema }

// Fields of Letter.
func (Letter) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.Int("year").Immutable(),
		field.Int("serial").Immutable(),
		field.Enum("kind").Values("dunning_letter", "supply_stop_notice", "lawyer_letter", "lawsuit_brief", "dunning_bill").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("subject").Immutable(),
		field.Text("body").Immutable().Comment("with the merge fields filled in"),
		field.JSON("lines", json.RawMessage{}).Immutable().Comment("the items it is about"),
		field.Int64("amount").Immutable().Comment("fen it asks for"),
		mixin.Date("business_date"),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Comment("the PDF; null until it is stored"),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of Letter.
func (Letter) Indexes() []ent.Index {
	return []ent.Index{index.Fields("year", "serial").Unique(), index.Fields("customer_id", "created_at")}
}

// LetterSerial is the last number of a year.
type LetterSerial struct{ ent.Schema }

// Fields of LetterSerial.
func (LetterSerial) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Immutable().Comment("the year"),
		field.Int("last"),
	}
}

// LetterTemplate is the tenant's own text of a kind of letter; without a row the
// product's preset is used.
type LetterTemplate struct{ ent.Schema }

// Fields of LetterTemplate.
func (LetterTemplate) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("kind of letter"),
		field.String("subject"),
		field.Text("body"),
		field.Int64("version").Default(1),
		field.Time("updated_at"),
		field.UUID("updated_by", uuid.UUID{}).Optional().Nillable(),
	}
}

// SupplyStop is one stop of deliveries to a customer or a project, from its
// preparation to its end.
type SupplyStop struct{ ent.Schema }

// Fields of SupplyStop.
func (SupplyStop) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.UUID("agreement_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Enum("state").Values("prepared", "notified", "stopped", "acknowledged", "resumed", "cancelled").Default("prepared"),
		field.String("reason").Immutable(),
		field.Int("overdue_days").Immutable().Comment("when it was prepared"),
		field.Int64("overdue_amount").Immutable().Comment("fen, when it was prepared"),
		field.UUID("owner_id", uuid.UUID{}).Optional().Nillable().Comment("who sees to the next step"),
		mixin.OptionalDate("due_on"),
		mixin.OptionalDate("stopped_on"),
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
		field.Int64("version").Default(1),
	}
}

// Indexes of SupplyStop.
func (SupplyStop) Indexes() []ent.Index {
	open := "state <> 'resumed' AND state <> 'cancelled'"
	return []ent.Index{
		index.Fields("customer_id").Unique().StorageKey("supply_stop_one_open").Annotations(entsql.IndexWhere(open + " AND project_id IS NULL")),
		index.Fields("customer_id").StorageKey("supply_stop_customer"),
		index.Fields("customer_id").StorageKey("supply_stop_open").Annotations(entsql.IndexWhere(open)),
		index.Fields("project_id").Unique().StorageKey("supply_stop_one_open_project").Annotations(entsql.IndexWhere(open + " AND project_id IS NOT NULL")),
		index.Fields("created_at"),
	}
}

// SupplyStopEvent is one step of a supply stop; never changed.
type SupplyStopEvent struct{ ent.Schema }

// Fields of SupplyStopEvent.
func (SupplyStopEvent) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("stop_id", uuid.UUID{}).Immutable(),
		field.String("state").Immutable(),
		field.String("note").Immutable(),
		field.UUID("evidence_document_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.UUID("person_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("actor_name").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of SupplyStopEvent.
func (SupplyStopEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("stop_id", "created_at")}
}

// AgreementSettings are the tenant's presets for agreements and dunning, one row.
type AgreementSettings struct{ ent.Schema }

// Fields of AgreementSettings.
func (AgreementSettings) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Immutable().Comment("always 1"),
		field.JSON("settings", json.RawMessage{}),
		field.Int64("version").Default(1),
		field.Time("updated_at"),
		field.UUID("updated_by", uuid.UUID{}).Optional().Nillable(),
	}
}
