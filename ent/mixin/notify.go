package mixin

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// Notification is a piece of news on a person's page, of a subsidiary's people and
// of HQ's.
type Notification struct{ mixin.Schema }

// Fields of Notification.
func (Notification) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("person_id", uuid.UUID{}).Immutable(),
		field.String("kind").Immutable(),
		field.String("event_key").Immutable().Comment("the same event is told a person once"),
		field.JSON("parts", map[string]string{}).Immutable().Comment("what the kind's text needs"),
		field.JSON("link", json.RawMessage{}).Immutable(),
		field.Time("created_at").Default(Now).Immutable(),
		field.Time("read_at").Optional().Nillable(),
	}
}

// Indexes of Notification.
func (Notification) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("event_key", "person_id").Unique(),
		index.Fields("person_id", "created_at", "id"),
		index.Fields("person_id").Annotations(entsql.IndexWhere("read_at IS NULL")).StorageKey("notification_unread"),
	}
}

// NotifyPreference is what a person wants to hear of a kind of news.
type NotifyPreference struct{ mixin.Schema }

// Fields of NotifyPreference.
func (NotifyPreference) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("person_id", uuid.UUID{}).Immutable(),
		field.String("kind").Immutable(),
		field.Bool("on_page"),
		field.Enum("outside").Values("now", "digest", "off"),
		field.Bool("sms").Default(false).Comment("also by SMS to the person's own phone"),
		field.Time("updated_at").Default(Now),
	}
}

// Indexes of NotifyPreference.
func (NotifyPreference) Indexes() []ent.Index {
	return []ent.Index{index.Fields("person_id", "kind").Unique()}
}
