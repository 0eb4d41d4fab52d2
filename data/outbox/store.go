package outbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

const (
	batch      = 1000            // expired events that one sweep looks at; the window keeps them fewer
	retryRedis = 3 * time.Second // after Redis did not take a task
)

// take marks due events as sent and gives their tasks. The lease starts here, so
// that a crash before the enqueue is found by the sweep.
func (r *Relay) take(ctx context.Context, tx uow.Tx, owner uuid.UUID) (taken []Envelope, err error) {
	err = tx.InTx(ctx, func(ctx context.Context) error {
		taken = nil
		c, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		now := r.Clock.Now()
		for topic, fn := range r.Merge {
			if err := merge(ctx, c, topic, fn, now); err != nil {
				return err
			}
		}
		rows, err := c.QueryContext(ctx, `UPDATE outbox SET status = 'sent', attempts = attempts + 1, due_at = $2
			WHERE id IN (SELECT id FROM outbox WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at
				LIMIT greatest(0, $3 - (SELECT count(*) FROM outbox WHERE status = 'sent')) FOR UPDATE SKIP LOCKED)
			RETURNING id, topic, attempts`, now, now.Add(r.Lease), r.Window)
		if err != nil {
			return postgres.Map(ctx, err, "take outbox rows")
		}
		defer rows.Close()
		for rows.Next() {
			e := Envelope{TenantID: owner}
			if err := rows.Scan(&e.EventID, &e.Topic, &e.Attempt); err != nil {
				return err
			}
			taken = append(taken, e)
		}
		return rows.Err()
	})
	return taken, err
}

// giveBack undoes take for events that Redis did not take. The attempt is not
// counted; should the task be there all the same, its id is known.
func (r *Relay) giveBack(ctx context.Context, tx uow.Tx, events []Envelope) error {
	if len(events) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(events))
	for i, e := range events {
		ids[i] = e.EventID
	}
	r.PokeAfter(events[0].TenantID, retryRedis)
	return tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		c, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `UPDATE outbox SET status = 'pending', attempts = attempts - 1, due_at = $2
			WHERE id = ANY($1) AND status = 'sent'`, pq.Array(ids), r.Clock.Now().Add(retryRedis))
		return postgres.Map(ctx, err, "give outbox rows back")
	})
}

// Started is an event that a worker began to work on.
type Started struct {
	Payload []byte
	Backlog bool // more of the owner's events are due than the window lets out
}

// Start begins the work on a handed-out event: it takes the lease and reads the
// event. It gives nil when the delivery is out of date: done, given to a later
// attempt, or put back.
func (c Config) Start(ctx context.Context, tx uow.Tx, e Envelope) (started *Started, err error) {
	err = tx.InTx(ctx, func(ctx context.Context) error {
		started = nil
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var (
			s   Started
			now = c.Clock.Now()
		)
		err = q.QueryRowContext(ctx, `UPDATE outbox SET due_at = $4
			WHERE id = $1 AND topic = $2 AND attempts = $3 AND status = 'sent'
			RETURNING payload, EXISTS (SELECT FROM outbox WHERE status = 'pending' AND due_at <= $5)`,
			e.EventID, e.Topic, e.Attempt, now.Add(c.Lease), now).Scan(&s.Payload, &s.Backlog)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		started = &s
		return postgres.Map(ctx, err, "start on outbox row")
	})
	return started, err
}

// Renew keeps the lease of an event that is being worked on. It gives false when
// the lease is lost.
func (c Config) Renew(ctx context.Context, tx uow.Tx, e Envelope) (held bool, err error) {
	n, err := c.update(ctx, tx, `UPDATE outbox SET due_at = $3 WHERE id = $1 AND attempts = $2 AND status = 'sent'`,
		e.EventID, e.Attempt, c.Clock.Now().Add(c.Lease))
	return n == 1, err
}

// Done ends an event.
func (c Config) Done(ctx context.Context, tx uow.Tx, e Envelope) error {
	_, err := c.update(ctx, tx, `UPDATE outbox SET status = 'done', last_error = '' WHERE id = $1 AND status <> 'done'`, e.EventID)
	return err
}

// Fail puts an event back for a later attempt, or ends it as dead. wait is the
// pause until then; it is 0 for a dead one, or when the delivery is out of date.
func (c Config) Fail(ctx context.Context, tx uow.Tx, e Envelope, cause error) (wait time.Duration, dead bool, err error) {
	dead = e.Attempt >= c.MaxAttempts
	status := "pending"
	if wait = pause(e.Attempt); dead {
		status, wait = "dead", 0
	}
	n, err := c.update(ctx, tx, `UPDATE outbox SET status = $3, due_at = $4, last_error = $5
		WHERE id = $1 AND attempts = $2 AND status = 'sent'`,
		e.EventID, e.Attempt, status, c.Clock.Now().Add(wait), shorten(cause.Error()))
	if n == 0 {
		return 0, false, err
	}
	return wait, dead, err
}

func (c Config) update(ctx context.Context, tx uow.Tx, query string, args ...any) (n int64, err error) {
	err = tx.InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		res, err := q.ExecContext(ctx, query, args...)
		if err != nil {
			return postgres.Map(ctx, err, "update outbox row")
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

// pause grows from 2 s to 15 min.
func pause(attempt int) time.Duration {
	return min(time.Second<<min(attempt, 12), 15*time.Minute)
}

func shorten(s string) string {
	const most = 500
	r := []rune(s)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
