package outbox

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/event"
	"zhuxin/tenancy/scope"
)

// Merge makes one payload out of several of a topic whose events only say that
// something is to be looked at again, in the order in which they are due.
type Merge func(payloads []json.RawMessage) (any, error)

const mergeAtMost = 5000 // events in one; the rest goes into the next

// merge makes one event out of those of a topic that wait, so that a busy tenant
// is projected once for all of them instead of once for each: an order check writes
// an event, and checks come ten times as fast as projections. Only first attempts
// are merged; one that failed before goes on alone and cannot take others along.
func merge(ctx context.Context, c scope.Querier, topic event.Topic, fn Merge, now time.Time) error {
	ids, payloads, err := waiting(ctx, c, topic, now)
	if err != nil || len(ids) < 2 {
		return err
	}
	merged, err := fn(payloads)
	if err != nil {
		return err
	}
	body, err := json.Marshal(merged)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `UPDATE outbox SET payload = $2 WHERE id = $1`, ids[0], string(body))
	if err == nil {
		_, err = c.ExecContext(ctx, `UPDATE outbox SET status = 'done', last_error = $2 WHERE id = ANY($1)`,
			pq.Array(ids[1:]), "merged into "+ids[0].String())
	}
	return postgres.Map(ctx, err, "merge outbox rows")
}

func waiting(ctx context.Context, c scope.Querier, topic event.Topic, now time.Time) (ids []uuid.UUID, payloads []json.RawMessage, err error) {
	rows, err := c.QueryContext(ctx, `SELECT id, payload FROM outbox
		WHERE status = 'pending' AND due_at <= $1 AND topic = $2 AND attempts = 0
		ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`, now, topic, mergeAtMost)
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, "read waiting outbox rows")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id      uuid.UUID
			payload []byte
		)
		if err := rows.Scan(&id, &payload); err != nil {
			return nil, nil, err
		}
		ids, payloads = append(ids, id), append(payloads, payload)
	}
	return ids, payloads, rows.Err()
}
