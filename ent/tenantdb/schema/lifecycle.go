package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	entschema "entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// Delivery is one delivery ticket (小票). (source, ticket_no) is its identity.
// Until its statement is reconciled it is "delivered"; afterwards the statement
// stands for it, and then the receivables of the statement. Once the receivable
// that its source names is there, that stands for it, with or without a statement.
type Delivery struct{ ent.Schema }

// Fields of Delivery.
func (Delivery) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.String("source").Immutable(),
		field.String("ticket_no").Immutable(),
		field.UUID("customer_id", uuid.UUID{}),
		field.String("contract_no").Default("").Comment("the ERP's contract number; linked once a contract has it"),
		field.String("order_no").Default(""),
		field.Int64("volume").Comment("thousandths of m³"),
		field.Int64("amount").Comment("fen"),
		field.String("currency").MaxLen(3),
		mixin.Date("delivered_on"),
		field.UUID("statement_id", uuid.UUID{}).Optional().Nillable(),
		field.Bool("reconciled").Default(false).Comment("its statement is reconciled"),
		field.String("invoice_no").Default("").Comment("document number of the source's receivable that bills it"),
		field.String("plant_code").Default("").Comment("搅拌站: which plant sent it; empty where the source does not say"),
		field.String("plant_name").Default(""),
		field.String("dispatcher").Default("").Comment("调度员: who sent it; empty where the source does not say"),
		field.Bool("billed").Default(false).Comment("that receivable is there and stands for it"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of Delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "ticket_no").Unique(),
		index.Fields("customer_id", "delivered_on"),
		index.Fields("customer_id").Annotations(entsql.IndexWhere("NOT reconciled")).StorageKey("delivery_unreconciled"),
		index.Fields("statement_id"),
		index.Fields("order_no", "customer_id").Annotations(entsql.IndexWhere("order_no <> ''")).StorageKey("delivery_of_order"),
		index.Fields("contract_no", "delivered_on"),
		index.Fields("customer_id").Annotations(entsql.IndexWhere("NOT billed AND invoice_no <> ''")).StorageKey("delivery_to_bill"),
	}
}

// Statement is a statement of account (对账单) of a customer's period and its way
// to being signed and reviewed (000-70 to 73).
type Statement struct{ ent.Schema }

// Mixin of Statement.
func (Statement) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of Statement.
func (Statement) Fields() []ent.Field {
	return []ent.Field{
		field.String("source").Default("zhuxin").Immutable(),
		field.String("number").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("contract_no").Default("").Immutable(),
		mixin.Date("period_from"),
		mixin.Date("period_to"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("volume").Comment("thousandths of m³"),
		field.Int64("amount").Comment("fen"),
		field.Int64("invoiced_amount").Default(0).Comment("fen of the receivables that came of it"),
		field.Enum("status").Values("open", "submitted", "reconciled", "cancelled").Default("open"),
		field.Enum("evidence").Values("unsigned", "signed", "sealed").Default("unsigned"),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable(),
		mixin.Date("deadline"),
		mixin.OptionalDate("reminded_on"),
		mixin.OptionalDate("escalated_on"),
		field.String("obstacle").Default("").Comment("why it cannot be reconciled in time (000-73)"),
		mixin.OptionalDate("obstacle_until"),
		field.UUID("submitted_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("submitted_at").Optional().Nillable(),
		field.UUID("reviewed_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("reviewed_at").Optional().Nillable(),
		field.String("review_comment").Default(""),
	}
}

// Indexes of Statement.
func (Statement) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "number").Unique(),
		index.Fields("customer_id", "period_to"),
		index.Fields("status", "deadline"),
		index.Fields("contract_no"),
	}
}

// Annotations of Statement: nobody reviews what he submitted (ruling 11).
func (Statement) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"statement_second_person": "reviewed_by IS NULL OR reviewed_by <> submitted_by",
		"statement_period":        "period_from <= period_to",
	}}}
}

// PaymentApplication is one entry of the book of what was done with an item: a
// payment applied, a credit note set off, a write-off. Append-only; an entry is
// undone by a counter-entry of the negative amount.
type PaymentApplication struct{ ent.Schema }

// Fields of PaymentApplication.
func (PaymentApplication) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("batch_id", uuid.UUID{}).Immutable().Comment("what was applied by one act"),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		field.Enum("kind").Values("receipt", "credit", "write_off").Immutable(),
		field.UUID("receipt_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.UUID("credit_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the credit note set off"),
		field.UUID("write_off_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Int64("amount").Immutable().Comment("fen by which the item's open amount falls; negative in a counter-entry"),
		field.UUID("reverses", uuid.UUID{}).Optional().Nillable().Unique().Immutable(),
		field.Enum("rule").Values("chosen", "oldest_first", "by_contract", "by_project", "manual", "write_off", "reversal").Immutable(),
		mixin.Date("applied_on"),
		field.String("reason").Default("").Immutable(),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Indexes of PaymentApplication.
func (PaymentApplication) Indexes() []ent.Index {
	return []ent.Index{index.Fields("receivable_id"), index.Fields("receipt_id"), index.Fields("credit_id"), index.Fields("batch_id"), index.Fields("customer_id")}
}

// Annotations of PaymentApplication.
func (PaymentApplication) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{
		"payment_application_amount": "amount <> 0 AND (amount < 0) = (reverses IS NOT NULL)",
		"payment_application_from":   "(receipt_id IS NOT NULL) = (kind = 'receipt') AND (credit_id IS NOT NULL) = (kind = 'credit') AND (write_off_id IS NOT NULL) = (kind = 'write_off')",
	}}}
}

// AcceptanceDraft is a bank or commercial acceptance draft taken in payment: the
// customer's risk until it is honoured.
type AcceptanceDraft struct{ ent.Schema }

// Mixin of AcceptanceDraft.
func (AcceptanceDraft) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of AcceptanceDraft.
func (AcceptanceDraft) Fields() []ent.Field {
	return []ent.Field{
		field.String("draft_no").Immutable(),
		field.Enum("kind").Values("bank", "commercial").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("receipt_id", uuid.UUID{}).Unique().Immutable(),
		field.String("acceptor").Immutable(),
		field.Int64("amount").Immutable().Comment("fen"),
		mixin.Date("issued_on"),
		mixin.Date("due_on"),
		field.Enum("status").Values("held", "honoured", "dishonoured", "void").Default("held").Comment("void: entered by mistake, its receipt reversed"),
		mixin.OptionalDate("settled_on"),
		field.String("remark").Default(""),
	}
}

// Indexes of AcceptanceDraft.
func (AcceptanceDraft) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id"), index.Fields("status", "due_on"),
		index.Fields("draft_no").Unique().Annotations(entsql.IndexWhere("status <> 'void'")).StorageKey("acceptance_draft_no"),
	}
}

// WriteOff is a bad debt given up, by an approved act of its own.
type WriteOff struct{ ent.Schema }

// Mixin of WriteOff.
func (WriteOff) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}} }

// Fields of WriteOff.
func (WriteOff) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		field.Int64("amount").Immutable().Comment("fen"),
		field.String("reason").Immutable(),
		field.Enum("status").Values("submitted", "approved", "rejected", "returned", "withdrawn", "reversed").Default("submitted"),
	}
}

// Indexes of WriteOff.
func (WriteOff) Indexes() []ent.Index { return []ent.Index{index.Fields("receivable_id")} }

// Dispute says that the customer does not agree with an item, and why. Its amount
// is flagged in every total until it is resolved.
type Dispute struct{ ent.Schema }

// Mixin of Dispute.
func (Dispute) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}} }

// Fields of Dispute.
func (Dispute) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		field.Enum("cause").Values("quantity", "quality", "price", "delivery", "documents", "other").Immutable(),
		field.String("detail").Immutable(),
		field.Enum("status").Values("open", "resolved").Default("open"),
		field.String("outcome").Default(""),
		field.Time("resolved_at").Optional().Nillable(),
		field.UUID("resolved_by", uuid.UUID{}).Optional().Nillable(),
	}
}

// Indexes of Dispute.
func (Dispute) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("receivable_id").Unique().Annotations(entsql.IndexWhere("status = 'open'")).StorageKey("dispute_one_open"),
		index.Fields("customer_id"),
	}
}

// LateFeeWaiver is a part of an item's late fee that was given up.
type LateFeeWaiver struct{ ent.Schema }

// Fields of LateFeeWaiver.
func (LateFeeWaiver) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.Int64("amount").Immutable().Comment("fen"),
		field.String("reason").Immutable(),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Indexes of LateFeeWaiver.
func (LateFeeWaiver) Indexes() []ent.Index { return []ent.Index{index.Fields("receivable_id")} }
