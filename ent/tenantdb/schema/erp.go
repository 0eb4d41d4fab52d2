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
		field.Enum("kind").Values("tryton", "kingdee_k3cloud"),
		field.String("base_url"),
		field.String("erp_database"),
		field.String("company").Default(""),
		field.String("username"),
		field.Bytes("secret_enc").Sensitive().Comment("password, sealed under the tenant's key"),
		field.String("source").Unique().Immutable().Comment("first part of the identity of its receivables"),
		field.Bool("enabled").Default(true),
		field.Int("every_minutes"),
		field.Time("cursor").Optional().Nillable().Comment("the next pull reads what changed since; null is everything"),
		mixin.OptionalDate("full_on"), // business date of the last full pull
		field.Time("next_at"),
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
