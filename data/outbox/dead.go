package outbox

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
)

// DeadEvent is an event that failed too often.
type DeadEvent struct {
	ID        uuid.UUID
	Topic     event.Topic
	Attempts  int
	LastError string
	CreatedAt time.Time
}

// ErrNotDead means that there is no dead event of that id.
var ErrNotDead = fault.NotFound("DEAD_EVENT_NOT_FOUND", "there is no dead event with this id")

// Dead lists the dead events, oldest first, at most 100; inside a unit of work.
func (o *Outbox) Dead(ctx context.Context) ([]DeadEvent, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.QueryContext(ctx, `SELECT id, topic, attempts, last_error, created_at FROM outbox WHERE status = $1 ORDER BY created_at LIMIT 100`, "dead")
	if err != nil {
		return nil, postgres.Map(ctx, err, "list dead events")
	}
	defer rows.Close()
	var out []DeadEvent
	for rows.Next() {
		var d DeadEvent
		if err := rows.Scan(&d.ID, &d.Topic, &d.Attempts, &d.LastError, &d.CreatedAt); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, postgres.Map(ctx, rows.Err(), "list dead events")
}

// Revive hands a dead event out once more; inside a unit of work. Attempts go on
// counting, so that no task id comes twice.
func (o *Outbox) Revive(ctx context.Context, id uuid.UUID) error {
	c, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	res, err := c.ExecContext(ctx, `UPDATE outbox SET status = 'pending', due_at = $2 WHERE id = $1 AND status = 'dead'`, id, o.clock.Now())
	if err != nil {
		return postgres.Map(ctx, err, "revive event")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		if err == nil {
			err = ErrNotDead
		}
		return err
	}
	return o.Written(ctx)
}
