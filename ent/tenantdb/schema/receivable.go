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

// Receivable is one open or settled item. (source, document_no) is its identity,
// so importing a file twice changes nothing. Without foreign keys: the import
// checks its customers set-based (performance.md).
type Receivable struct{ ent.Schema }

// Fields of Receivable.
func (Receivable) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.String("source").Immutable(),
		field.String("document_no").Immutable(),
		field.UUID("customer_id", uuid.UUID{}),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable(),
		mixin.Date("invoice_date"),
		mixin.Date("due_date"),
		field.String("currency").MaxLen(3),
		field.Int64("amount").Comment("fen; negative for a credit note"),
		field.Int64("open_amount").Comment("fen still open; same sign as amount, or 0"),
		field.UUID("import_id", uuid.UUID{}).Comment("the run that last changed it"),
		field.Int64("applied_amount").Default(0).Comment("fen applied here, the sum of its payment applications; same sign as amount"),
		field.String("contract_no").Default("").Comment("the ERP's contract number; linked once a contract has it"),
		field.UUID("statement_id", uuid.UUID{}).Optional().Nillable().Comment("the statement it invoices"),
		field.Bool("instalments").Default(false).Comment("its due dates are those of its instalments; due_date is the earliest open one"),
		field.Bool("disputed").Default(false),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of Receivable.
func (Receivable) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "document_no").Unique(),
		index.Fields("customer_id", "due_date").Annotations(entsql.IndexWhere("open_amount <> 0")).StorageKey("receivable_open"),
		index.Fields("contract_no").Annotations(entsql.IndexWhere("contract_no <> ''")).StorageKey("receivable_contract"),
		index.Fields("statement_id").Annotations(entsql.IndexWhere("statement_id IS NOT NULL")).StorageKey("receivable_statement"),
		index.Fields("customer_id").Annotations(entsql.IndexWhere("disputed")).StorageKey("receivable_disputed"),
	}
}

// ReceivableChange is what changed of a receivable after it came (004-26), written by
// the database itself, whoever changes it: a trigger on receivables.
type ReceivableChange struct{ ent.Schema }

// Fields of ReceivableChange.
func (ReceivableChange) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable(),
		field.UUID("receivable_id", uuid.UUID{}).Immutable(),
		field.Time("changed_at").Immutable(),
		field.Enum("cause").Values("source", "application", "terms").Immutable().Comment("its source said so; money was applied or taken back here; its due date was made anew"),
		field.UUID("import_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the run that brought it, of cause source"),
		field.JSON("before", json.RawMessage{}).Immutable().Comment("the fields that changed, and no other"),
		field.JSON("after", json.RawMessage{}).Immutable(),
	}
}

// Indexes of ReceivableChange.
func (ReceivableChange) Indexes() []ent.Index {
	return []ent.Index{index.Fields("receivable_id", "id")}
}

// Receipt is money received from a customer.
type Receipt struct{ ent.Schema }

// Fields of Receipt.
func (Receipt) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.String("source").Immutable(),
		field.String("document_no").Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		mixin.Date("received_on"),
		field.String("currency").MaxLen(3).Immutable(),
		field.Int64("amount").Immutable().Comment("fen"),
		field.Bool("applied_by_source").Default(true).Immutable().Comment("the source has applied it and its open amounts show that; otherwise it is applied here"),
		field.Enum("method").Values("cash", "transfer", "set_off", "draft").Default("transfer").Immutable(),
		field.String("contract_no").Default("").Immutable(),
		field.String("payer").Default("").Immutable(),
		field.String("remark").Default("").Immutable(),
		field.UUID("reverses", uuid.UUID{}).Optional().Nillable().Unique().Immutable().Comment("the receipt that this counter-entry undoes"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// Indexes of Receipt.
func (Receipt) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("customer_id").Annotations(entsql.IndexWhere("NOT applied_by_source")).StorageKey("receipt_applied_here"),
		index.Fields("source", "document_no").Unique(),
		index.Fields("customer_id", "received_on"),
	}
}

// ReceivableImport is one run of a file, dry or real.
type ReceivableImport struct{ ent.Schema }

// Mixin of ReceivableImport.
func (ReceivableImport) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of ReceivableImport.
func (ReceivableImport) Fields() []ent.Field {
	return []ent.Field{
		field.String("file_name").Immutable(),
		field.String("source").Immutable(),
		field.Bytes("file_sha256").Immutable(),
		field.String("object_key").Default("").Immutable().Comment("unused; the file is the document of file_id"),
		field.UUID("file_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the uploaded file, a document of kind import_source"),
		field.JSON("mapping", json.RawMessage{}).Immutable(),
		field.Bool("dry_run").Immutable(),
		field.Enum("status").Values("queued", "running", "done", "failed").Default("queued"),
		field.String("failure").Default(""),
		field.Int64("rows_read").Default(0),
		field.Int64("rows_inserted").Default(0),
		field.Int64("rows_updated").Default(0),
		field.Int64("rows_unchanged").Default(0),
		field.Int64("rows_refused").Default(0),
		field.Int64("rows_total").Default(0).Comment("rows of the file that are meant; known once it was read to its end"),
		field.JSON("errors", json.RawMessage{}).Optional().Comment("the first refused rows, for the screen"),
		field.JSON("totals", json.RawMessage{}).Optional().Comment("control totals per currency: file, accepted, ledger before and after"),
		field.UUID("error_document_id", uuid.UUID{}).Optional().Nillable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of ReceivableImport.
func (ReceivableImport) Indexes() []ent.Index { return []ent.Index{index.Fields("created_at")} }

// ImportMapping is a saved column mapping.
type ImportMapping struct{ ent.Schema }

// Mixin of ImportMapping.
func (ImportMapping) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of ImportMapping.
func (ImportMapping) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.JSON("mapping", json.RawMessage{}),
	}
}
