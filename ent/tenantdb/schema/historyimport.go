package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"zhuxin/ent/mixin"
)

// HistoryImport is one import of history at roll-out: files, control figures, what the
// check found, who signed (004-32). Once applied or discarded it does not change.
type HistoryImport struct{ ent.Schema }

// Mixin of HistoryImport.
func (HistoryImport) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.Created{}, mixin.Updated{}}
}

// Fields of HistoryImport.
func (HistoryImport) Fields() []ent.Field {
	return []ent.Field{
		mixin.Date("as_of"),
		field.String("note").Default(""),
		field.Int("limitation_years"),
		field.Enum("status").Values("draft", "checking", "checked", "submitted", "returned", "applying", "applied", "failed", "discarded").Default("draft"),
		field.JSON("files", json.RawMessage{}).Comment("of each kind at most one: document, name, size, SHA-256, who uploaded it"),
		field.JSON("controls", json.RawMessage{}).Comment("rows and sums by the old books"),
		field.JSON("result", json.RawMessage{}).Optional().Comment("of the last check"),
		field.JSON("answers", json.RawMessage{}).Comment("why findings stand"),
		field.JSON("authors", json.RawMessage{}).Comment("persons who put anything in; none of them signs"),
		field.String("progress_kind").Default(""),
		field.Int64("progress_done").Default(0),
		field.Int64("progress_total").Default(0),
		field.String("failure").Default(""),
		field.UUID("submitted_by", uuid.UUID{}).Optional().Nillable(),
		field.Time("submitted_at").Optional().Nillable(),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable().Comment("who signed or returned it"),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decision").Default("").Comment("why it was returned or discarded"),
		field.Time("applied_at").Optional().Nillable(),
		field.UUID("protocol_document_id", uuid.UUID{}).Optional().Nillable(),
	}
}

// Indexes of HistoryImport.
func (HistoryImport) Indexes() []ent.Index { return []ent.Index{index.Fields("created_at")} }
