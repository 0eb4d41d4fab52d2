package creditchecktest

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/tenancy/scope"
)

// Box writes outbox rows and tells nobody: for tests that look at the rows.
type Box struct{ Clock calendar.Clock }

// Publish implements event.Publisher.
func (b Box) Publish(ctx context.Context, e event.Event) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO outbox (id, topic, payload, created_at, due_at) VALUES ($1, $2, $3, $4, $4)`,
		uuid.Must(uuid.NewV7()), string(e.Topic), string(payload), b.Clock.Now())
	return err
}

// Written implements the check's Outbox.
func (Box) Written(context.Context) error { return nil }
