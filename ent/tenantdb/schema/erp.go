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

// ERPConnection is an ERP that the subsidiary's books come from.
type ERPConnection struct{ ent.Schema }

// Mixin of ERPConnection.
func (ERPConnection) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of ERPConnection.
func (ERPConnection) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.Enum("kind").Values("tryton", "kingdee_k3cloud", "yonyou_u8", "files"),
		field.String("base_url"),
		field.String("erp_database"),
		field.String("company").Default(""),
		field.String("username"),
		field.Bytes("secret_enc").Sensitive().Comment("password, sealed under the tenant's key"),
		field.String("source").Unique().Immutable().Comment("first part of the identity of its receivables"),
		field.Bool("enabled").Default(true),
		field.Int("every_minutes"),
		field.Time("cursor").Optional().Nillable().Comment("unused; each feed has its own"),
		mixin.OptionalDate("full_on"), // unused like cursor
		field.JSON("feeds", json.RawMessage{}).Optional().Comment("the kinds of records that are pulled, each with its cursor, freshness and failure"),
		field.Bool("push_limits").Default(false).Comment("effective limits are written back to the ERP (000-55)"),
		field.Time("next_at"),
		field.JSON("breaker", json.RawMessage{}).Optional().Comment("whether it is left alone, why and since when; null: it is not"),
		field.Time("succeeded_at").Optional().Nillable(),
		field.String("failure").Default("").Comment("of the last run"),
	}
}

// ERPRun is one pull from an ERP.
type ERPRun struct{ ent.Schema }

// Fields of ERPRun.
func (ERPRun) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable(),
		field.UUID("connection_id", uuid.UUID{}).Immutable(),
		field.String("feed").Default("receivables").Immutable().Comment("customers, deliveries, receivables, receipts"),
		field.Bool("full_pull").Immutable(),
		field.Enum("status").Values("running", "done", "failed"),
		field.Time("started_at").Immutable(),
		field.Time("finished_at").Optional().Nillable(),
		field.Int64("items_read").Default(0),
		field.Int64("items_settled").Default(0).Comment("open here, no longer named by the ERP"),
		field.Int64("rows_inserted").Default(0),
		field.Int64("rows_updated").Default(0),
		field.Int64("rows_unchanged").Default(0),
		field.Int64("rows_refused").Default(0),
		field.JSON("open_sums", json.RawMessage{}).Optional().Comment("fen by currency, as the ERP gave them"),
		field.Int64("volume_sum").Default(0).Comment("thousandths of m³, as the ERP gave them"),
		field.UUID("import_id", uuid.UUID{}).Optional().Nillable(),
		field.String("failure").Default(""),
	}
}

// Indexes of ERPRun.
func (ERPRun) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("connection_id", "started_at"),
		index.Fields("connection_id").Unique().Annotations(entsql.IndexWhere("status = 'running'")).StorageKey("erp_run_one_at_a_time"),
	}
}

// FeedReject is a record of a source that was refused, with its reasons, until the
// source sends it right or it is replayed with success.
type FeedReject struct{ ent.Schema }

// Fields of FeedReject.
func (FeedReject) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.String("source").Immutable(),
		field.String("feed").Immutable(),
		field.String("record_id").Immutable().Comment("the source's number of it"),
		field.JSON("record", json.RawMessage{}),
		field.JSON("faults", json.RawMessage{}),
		field.Time("first_at").Immutable(),
		field.Time("last_at"),
		field.Int("times").Default(1),
	}
}

// Indexes of FeedReject.
func (FeedReject) Indexes() []ent.Index {
	return []ent.Index{index.Fields("source", "feed", "record_id").Unique(), index.Fields("last_at")}
}

// ERPContract is a contract as its source has it; a Contract of ours is linked to it
// by its number (000-66).
type ERPContract struct{ ent.Schema }

// Fields of ERPContract.
func (ERPContract) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.String("source").Immutable(),
		field.String("contract_no").Immutable(),
		field.UUID("customer_id", uuid.UUID{}),
		field.String("customer_number").Default("").Comment("by which the source names the customer"),
		field.String("uscc").Default("").Comment("by which the source names the customer"),
		field.String("project_name").Default(""),
		mixin.OptionalDate("signed_on"),
		field.Int64("volume").Default(0).Comment("thousandths of m³"),
		field.Int64("amount").Default(0).Comment("fen"),
		field.Int("credit_term_days").Default(0),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of ERPContract.
func (ERPContract) Indexes() []ent.Index {
	return []ent.Index{index.Fields("source", "contract_no").Unique(), index.Fields("contract_no"), index.Fields("customer_id")}
}

// CreditState is what other systems are told of a customer's credit, numbered in
// the order of its changes, so that a reader who remembers a number misses none.
type CreditState struct{ ent.Schema }

// Fields of CreditState.
func (CreditState) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the customer's id"),
		field.Int64("seq").Comment("grows with each change in the subsidiary"),
		field.String("limit_kind"),
		field.Int64("limit_amount").Comment("fen, standing and temporary"),
		field.Int64("exposure").Comment("fen"),
		field.Int64("overdue_amount").Comment("fen"),
		field.String("grade").Default(""),
		field.Bool("frozen"),
		field.Time("changed_at"),
	}
}

// Indexes of CreditState.
func (CreditState) Indexes() []ent.Index { return []ent.Index{index.Fields("seq").Unique()} }

// LimitPush is how far a customer's effective limit is on its way to an ERP: what it
// shall have there, and what the ERP confirmed (000-55).
type LimitPush struct{ ent.Schema }

// Fields of LimitPush.
func (LimitPush) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.UUID("connection_id", uuid.UUID{}).Immutable(),
		field.UUID("customer_id", uuid.UUID{}).Immutable(),
		field.String("limit_kind"),
		field.Int64("limit_amount").Comment("fen"),
		field.Enum("status").Values("pending", "confirmed", "failed").Default("pending"),
		field.Int64("version").Default(1).Comment("grows when another limit is wanted; an answer to an old one counts for nothing"),
		field.Int("attempts").Default(0),
		field.Time("next_at"),
		field.String("failure").Default(""),
		field.Time("wanted_at").Comment("since when the ERP shall have it"),
		field.Time("confirmed_at").Optional().Nillable(),
	}
}

// Indexes of LimitPush.
func (LimitPush) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("connection_id", "customer_id").Unique(),
		index.Fields("connection_id", "next_at").Annotations(entsql.IndexWhere("status <> 'confirmed'")).StorageKey("limit_push_due"),
	}
}

// ERPOrder is an order as its source has it, whether it was reserved here or not. What
// of it is neither delivered nor reserved here counts as ordered.
type ERPOrder struct{ ent.Schema }

// Fields of ERPOrder.
func (ERPOrder) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(mixin.NewID).Immutable(),
		field.String("source").Immutable(),
		field.String("order_no").Immutable(),
		field.UUID("customer_id", uuid.UUID{}),
		field.String("contract_no").Default(""),
		mixin.Date("ordered_on"),
		field.Int64("volume").Default(0).Comment("thousandths of m³"),
		field.Int64("amount").Comment("fen"),
		field.Int64("open_amount").Comment("fen not delivered yet, as the source knows; 0 when closed or void"),
		field.Int64("counted_amount").Default(0).Comment("fen of it that the credit account holds, so that a check of the order does not count it again"),
		field.String("currency").MaxLen(3),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.Time("updated_at").Default(mixin.Now).UpdateDefault(mixin.Now),
	}
}

// Indexes of ERPOrder.
func (ERPOrder) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "order_no").Unique(),
		index.Fields("customer_id").Annotations(entsql.IndexWhere("open_amount > 0")).StorageKey("erp_order_open"),
		index.Fields("customer_id", "order_no").Annotations(entsql.IndexWhere("counted_amount > 0")).StorageKey("erp_order_counted"),
	}
}

// Annotations of ERPOrder.
func (ERPOrder) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Checks: map[string]string{"erp_order_open": "open_amount >= 0 AND open_amount <= amount"}}}
}
