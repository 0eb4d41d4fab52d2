package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	zmixin "zhuxin/ent/mixin"
)

// RegistryAccount is the group's account at a provider of company data (000-79);
// a subsidiary may have one of its own in its own schema.
type RegistryAccount struct{ ent.Schema }

// Mixin of RegistryAccount.
func (RegistryAccount) Mixin() []ent.Mixin {
	return []ent.Mixin{shared{}, zmixin.RegistryAccount{}, zmixin.Updated{}}
}

// RegistryLook is the state of one kind of findings of one company: who looks
// next first claims the row, so that a company is asked for once.
type RegistryLook struct{ ent.Schema }

// Mixin of RegistryLook.
func (RegistryLook) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of RegistryLook.
func (RegistryLook) Fields() []ent.Field {
	return []ent.Field{
		field.String("uscc").Immutable(),
		field.String("kind").Immutable(),
		field.String("provider").Default("").Comment("whose answer it is"),
		field.Enum("outcome").Values("never", "found", "no_data").Default("never").Comment("of the last answered look; no data is an answer"),
		field.Time("looked_at").Optional().Nillable().Comment("of the last answered look"),
		field.Time("tried_at").Optional().Nillable(),
		field.String("trouble").Default("").Comment("why the last try was not answered; empty when it was"),
		field.String("trouble_text").Default(""),
		field.UUID("snapshot_id", uuid.UUID{}).Optional().Nillable(),
		field.Time("claimed_until").Optional().Nillable(),
	}
}

// Indexes of RegistryLook.
func (RegistryLook) Indexes() []ent.Index {
	return []ent.Index{index.Fields("uscc", "kind").Unique()}
}

// RegistrySnapshot is one answer of a provider as it came, sealed because it may
// name natural persons, with what was taken from it. Never changed: a rating that
// used it names it.
type RegistrySnapshot struct{ ent.Schema }

// Mixin of RegistrySnapshot.
func (RegistrySnapshot) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of RegistrySnapshot.
func (RegistrySnapshot) Fields() []ent.Field {
	return []ent.Field{
		field.String("uscc").Immutable(),
		field.String("kind").Immutable(),
		field.String("provider").Immutable(),
		field.Time("taken_at").Immutable(),
		field.Enum("outcome").Values("found", "no_data").Immutable(),
		field.Bytes("raw").Immutable().Comment("sealed under HQ's keys"),
		field.Bytes("digest").Immutable().Comment("SHA-256 of the raw answer"),
		field.JSON("taken", json.RawMessage{}).Immutable().Comment("company or findings, without natural persons"),
		field.Int("requests").Immutable(),
		field.UUID("tenant_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("whose budget paid; shown to HQ only"),
	}
}

// Indexes of RegistrySnapshot.
func (RegistrySnapshot) Indexes() []ent.Index {
	return []ent.Index{index.Fields("uscc", "kind", "taken_at")}
}

// RegistryFinding is one thing found about a company, from when it was first seen
// to when the provider no longer showed it.
type RegistryFinding struct{ ent.Schema }

// Mixin of RegistryFinding.
func (RegistryFinding) Mixin() []ent.Mixin { return []ent.Mixin{shared{}, zmixin.ID{}} }

// Fields of RegistryFinding.
func (RegistryFinding) Fields() []ent.Field {
	return []ent.Field{
		field.String("uscc").Immutable(),
		field.String("kind").Immutable(),
		field.String("key").Immutable().Comment("tells it from others of its kind at this company"),
		field.String("title"),
		field.Enum("severity").Values("info", "notice", "serious", "critical"),
		zmixin.OptionalDate("occurred_on"),
		field.Int64("amount").Default(0).Comment("fen in question"),
		field.JSON("facts", map[string]string{}),
		field.Enum("status").Values("active", "ended").Default("active"),
		field.Bool("baseline").Immutable().Comment("was there at the first look, so it is no change"),
		field.Time("first_seen_at").Immutable(),
		field.Time("last_seen_at"),
		field.Time("ended_at").Optional().Nillable(),
		field.UUID("snapshot_id", uuid.UUID{}).Immutable().Comment("where it was first seen"),
	}
}

// Indexes of RegistryFinding.
func (RegistryFinding) Indexes() []ent.Index {
	return []ent.Index{index.Fields("uscc", "kind", "key").Unique(), index.Fields("first_seen_at")}
}
