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

// NotifyAccount is the tenant's access to a channel to the outside.
type NotifyAccount struct{ ent.Schema }

// Mixin of NotifyAccount.
func (NotifyAccount) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Updated{}} }

// Fields of NotifyAccount.
func (NotifyAccount) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().Comment("kind of channel"),
		field.Bytes("credential").Optional().Sensitive().Comment("sealed under the tenant's key; null where the channel needs none"),
		field.String("hint").Default("").Comment("how a person recognizes it"),
		field.Bool("enabled"),
		field.JSON("kinds", []string{}).Comment("of news that go there; empty is all"),
	}
}

// NotifySetting is one version of when the tenant's people are left in peace.
type NotifySetting struct{ ent.Schema }

// Fields of NotifySetting.
func (NotifySetting) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("version; the highest is in force"),
		field.Int("quiet_from").Immutable().Comment("minutes after midnight of the tenant's day"),
		field.Int("quiet_to").Immutable().Comment("exclusive; equal to quiet_from is never, less is over midnight"),
		field.JSON("quiet_weekdays", []int{}).Immutable().Comment("0 is Sunday"),
		field.JSON("quiet_dates", []string{}).Immutable(),
		field.Int("digest_at").Immutable().Comment("minutes after midnight"),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable(),
	}
}

// NotifyPreference is what a person wants to hear of a kind of news.
type NotifyPreference struct{ ent.Schema }

// Mixin of NotifyPreference.
func (NotifyPreference) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.ID{}, mixin.NotifyPreference{}}
}

// NotifyPhone is the phone on which a person wants SMS.
type NotifyPhone struct{ ent.Schema }

// Fields of NotifyPhone.
func (NotifyPhone) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Immutable().Comment("the person's"),
		field.Bytes("phone_enc").Sensitive().Comment("sealed under the tenant's key"),
		field.String("masked"),
		field.Time("updated_at").Default(mixin.Now),
	}
}

// Notification is a piece of news on a person's page.
type Notification struct{ ent.Schema }

// Mixin of Notification.
func (Notification) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}, mixin.Notification{}} }

// NotifyDelivery is one message to the outside with its attempts.
type NotifyDelivery struct{ ent.Schema }

// Mixin of NotifyDelivery.
func (NotifyDelivery) Mixin() []ent.Mixin { return []ent.Mixin{mixin.ID{}} }

// Annotations of NotifyDelivery.
func (NotifyDelivery) Annotations() []entschema.Annotation {
	return []entschema.Annotation{entsql.Annotation{Table: "notify_deliveries"}}
}

// Fields of NotifyDelivery.
func (NotifyDelivery) Fields() []ent.Field {
	return []ent.Field{
		field.String("event_key").Immutable(),
		field.Enum("audience").Values("person", "chat", "customer").Immutable(),
		field.UUID("recipient", uuid.UUID{}).Immutable().Comment("person or customer; zero for a chat"),
		field.String("channel").Immutable(),
		field.String("kind").Immutable(),
		field.String("title").Immutable(),
		field.Text("body").Immutable(),
		field.JSON("link", json.RawMessage{}).Immutable(),
		field.String("template").Default("").Immutable(),
		field.JSON("params", json.RawMessage{}).Immutable(),
		field.UUID("letter_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the letter whose PDF goes with a mail"),
		field.Bool("digest").Default(false).Immutable().Comment("joined with the others of its receiver and channel"),
		field.Enum("state").Values("queued", "sent", "failed", "gave_up").Default("queued").Comment("failed is tried again"),
		field.Int("attempts").Default(0),
		field.Time("next_at"),
		field.Time("claimed_until").Optional().Nillable().Comment("somebody is sending it"),
		field.String("trouble").Default(""),
		field.String("trouble_code").Default(""),
		field.String("trouble_text").Default(""),
		field.String("receipt").Default(""),
		field.Time("created_at").Default(mixin.Now).Immutable(),
		field.Time("sent_at").Optional().Nillable(),
	}
}

// Indexes of NotifyDelivery.
func (NotifyDelivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("event_key", "audience", "recipient", "channel").Unique().StorageKey("notify_delivery_once"),
		index.Fields("next_at").Annotations(entsql.IndexWhere("state = 'queued' OR state = 'failed'")).StorageKey("notify_delivery_due"),
		index.Fields("created_at"),
	}
}
