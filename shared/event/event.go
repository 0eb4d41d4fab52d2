// Package event is the port to the outbox: what others must react to is written
// in the transaction of the change and handed on after its commit, at least
// once; a handler takes effect once (reliability F8).
package event

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
)

// Topic names a kind of event; the worker has one handler for each.
type Topic string

// Event is one row of the outbox. Payload carries ids only, never personal
// fields or document contents.
type Event struct {
	Topic   Topic
	Payload any
}

// Publisher writes the event into the outbox of the transaction's schema.
type Publisher interface {
	Publish(ctx context.Context, e Event) error
}

// Delivered is an event as its handler gets it.
type Delivered struct {
	ID       uuid.UUID
	TenantID uuid.UUID // uuid.Nil for an event of HQ
	Topic    Topic
	Payload  json.RawMessage
	Attempt  int
}

// Handler reacts to a delivered event; it may see one twice.
type Handler func(ctx context.Context, d Delivered) error
