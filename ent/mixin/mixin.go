// Package mixin holds the columns that most tables share.
package mixin

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// NewID makes a UUID v7, so that keys grow with time and indexes stay dense.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Now is the storage default of an instant; domain code passes its own clock.
func Now() time.Time { return calendar.System{}.Now() }

// ID is the primary key made by the application.
type ID struct{ mixin.Schema }

// Fields of ID.
func (ID) Fields() []ent.Field {
	return []ent.Field{field.UUID("id", uuid.UUID{}).Default(NewID).Immutable()}
}

// Created is when and by whom a row was made.
type Created struct{ mixin.Schema }

// Fields of Created.
func (Created) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Default(Now).Immutable(),
		field.UUID("created_by", uuid.UUID{}).Optional().Nillable().Immutable().Comment("person; null for the system or an API key"),
	}
}

// Updated is the time of the last change and a version for optimistic locking.
type Updated struct{ mixin.Schema }

// Fields of Updated.
func (Updated) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now).UpdateDefault(Now),
		field.Int64("version").Default(1).Comment("grows with each change; a client sends the one it saw"),
	}
}

// Date declares a column of business dates; no date is NULL.
func Date(name string) ent.Field {
	return field.Other(name, calendar.Date(0)).SchemaType(map[string]string{dialect.Postgres: "date"})
}

// OptionalDate declares a column of business dates that may be NULL.
func OptionalDate(name string) ent.Field {
	return field.Other(name, calendar.Date(0)).SchemaType(map[string]string{dialect.Postgres: "date"}).Optional()
}
