package schema

import (
	"entgo.io/ent"

	zmixin "zhuxin/ent/mixin"
)

// Notification is a piece of news on the page of one of HQ's people.
type Notification struct{ ent.Schema }

// Mixin of Notification.
func (Notification) Mixin() []ent.Mixin {
	return []ent.Mixin{shared{}, zmixin.ID{}, zmixin.Notification{}}
}

// NotifyPreference is what one of HQ's people wants to hear of a kind of news.
type NotifyPreference struct{ ent.Schema }

// Mixin of NotifyPreference.
func (NotifyPreference) Mixin() []ent.Mixin {
	return []ent.Mixin{shared{}, zmixin.ID{}, zmixin.NotifyPreference{}}
}
