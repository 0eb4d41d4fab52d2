package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// Counts are the open rows of one or more outboxes.
type Counts struct {
	Pending, Sent, Dead int64
	Oldest              time.Duration // age of the oldest event that is not done or dead
}

func (c *Counts) add(o Counts) {
	c.Pending, c.Sent, c.Dead, c.Oldest = c.Pending+o.Pending, c.Sent+o.Sent, c.Dead+o.Dead, max(c.Oldest, o.Oldest)
}

// Sweep goes through the outboxes of all tenants and HQ, hands out again what a
// crash or Redis lost, and gives what is open. One owner's failure does not keep
// it from the others.
func (r *Relay) Sweep(ctx context.Context) (total Counts, err error) {
	owners, err := r.Tenants.IDs(ctx)
	if err != nil {
		return total, fmt.Errorf("sweep: %w", err)
	}
	var errs []error
	for _, owner := range append(owners, uuid.Nil) {
		if ctx.Err() != nil {
			break
		}
		c, err := r.sweepOwner(ctx, owner)
		total.add(c)
		errs = append(errs, err)
	}
	return total, errors.Join(append(errs, ctx.Err())...)
}

func (r *Relay) sweepOwner(ctx context.Context, owner uuid.UUID) (c Counts, err error) {
	bound, tx, err := r.Bind(ctx, owner, "sweep")
	if err != nil {
		return c, fmt.Errorf("sweep [tenant=%s]: %w", owner, err)
	}
	expired, err := r.expired(bound, tx, owner)
	if err != nil {
		return c, err
	}
	queued, lost, err := r.sort(expired)
	if err != nil {
		return c, err
	}
	if err := r.settle(bound, tx, queued, lost); err != nil {
		return c, err
	}
	if _, err := r.Drain(ctx, owner); err != nil {
		return c, err
	}
	return r.count(bound, tx)
}

// expired is an event whose lease ran out.
type expired struct {
	Envelope
	since time.Time
}

func (r *Relay) expired(ctx context.Context, tx uow.Tx, owner uuid.UUID) (out []expired, err error) {
	err = tx.InTx(ctx, func(ctx context.Context) error {
		out = nil
		c, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := c.QueryContext(ctx, `SELECT id, topic, attempts, due_at FROM outbox WHERE status = 'sent' AND due_at <= $1 ORDER BY due_at LIMIT $2`, r.Clock.Now(), batch)
		if err != nil {
			return postgres.Map(ctx, err, "read expired outbox rows")
		}
		defer rows.Close()
		for rows.Next() {
			e := expired{Envelope: Envelope{TenantID: owner}}
			if err := rows.Scan(&e.EventID, &e.Topic, &e.Attempt, &e.since); err != nil {
				return err
			}
			out = append(out, e)
		}
		return rows.Err()
	})
	return out, err
}

// sort asks asynq which of the events still wait in the queue, behind a backlog. An
// active one may be between queue and handler, which takes a moment; after another
// lease without a sign it counts as lost, because a worker would have renewed it.
func (r *Relay) sort(events []expired) (queued, lost []uuid.UUID, err error) {
	for _, e := range events {
		info, err := r.inspector.GetTaskInfo(Queue(e.TenantID), e.TaskID())
		switch {
		case errors.Is(err, asynq.ErrTaskNotFound), errors.Is(err, asynq.ErrQueueNotFound):
			lost = append(lost, e.EventID)
		case err != nil:
			return nil, nil, fmt.Errorf("sweep [tenant=%s]: look for task: %w", e.TenantID, err)
		case info.State == asynq.TaskStatePending, info.State == asynq.TaskStateScheduled, info.State == asynq.TaskStateRetry:
			queued = append(queued, e.EventID)
		case info.State == asynq.TaskStateActive && r.Clock.Now().Sub(e.since) < r.Lease:
		default:
			lost = append(lost, e.EventID)
		}
	}
	return queued, lost, nil
}

// settle extends the lease of queued events and puts lost ones back. Whatever
// changed in the meantime, a worker that started for instance, is left alone.
func (r *Relay) settle(ctx context.Context, tx uow.Tx, queued, lost []uuid.UUID) error {
	if len(queued)+len(lost) == 0 {
		return nil
	}
	return tx.InTx(ctx, func(ctx context.Context) error {
		c, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		now := r.Clock.Now()
		_, err = c.ExecContext(ctx, `UPDATE outbox SET due_at = $3 WHERE id = ANY($1) AND status = 'sent' AND due_at <= $2`,
			pq.Array(queued), now, now.Add(4*r.Lease))
		if err != nil {
			return postgres.Map(ctx, err, "extend outbox rows")
		}
		_, err = c.ExecContext(ctx, `UPDATE outbox SET due_at = $2, status = CASE WHEN attempts >= $3 THEN 'dead' ELSE 'pending' END,
				last_error = CASE WHEN attempts >= $3 THEN 'handed out too often without an end; the workers may have been killed by it' ELSE last_error END
			WHERE id = ANY($1) AND status = 'sent' AND due_at <= $2`, pq.Array(lost), now, r.MaxAttempts)
		return postgres.Map(ctx, err, "put outbox rows back")
	})
}

func (r *Relay) count(ctx context.Context, tx uow.Tx) (out Counts, err error) {
	err = tx.InTx(ctx, func(ctx context.Context) error {
		c, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		var oldest time.Time
		now := r.Clock.Now()
		// Two queries in one, so that each has its index: done rows are many.
		err = c.QueryRowContext(ctx, `SELECT o.pending, o.sent, o.oldest, (SELECT count(*) FROM outbox WHERE status = 'dead')
			FROM (SELECT count(*) FILTER (WHERE status = 'pending') AS pending, count(*) FILTER (WHERE status = 'sent') AS sent,
				coalesce(min(created_at), $1) AS oldest FROM outbox WHERE status = 'pending' OR status = 'sent') o`, now).
			Scan(&out.Pending, &out.Sent, &oldest, &out.Dead)
		out.Oldest = max(now.Sub(oldest), 0)
		return postgres.Map(ctx, err, "count outbox rows")
	})
	return out, err
}

// How long finished events are kept. The record that a handler took effect
// outlives the event, so that no late delivery can repeat it.
const (
	keepDone    = 7 * 24 * time.Hour
	keepHandled = 30 * 24 * time.Hour
)

// Clean deletes finished events of all owners that are past their time; dead ones
// stay until somebody looked at them.
func (r *Relay) Clean(ctx context.Context) error {
	owners, err := r.Tenants.IDs(ctx)
	if err != nil {
		return fmt.Errorf("clean outbox: %w", err)
	}
	var errs []error
	for _, owner := range append(owners, uuid.Nil) {
		bound, tx, err := r.Bind(ctx, owner, "clean")
		if err == nil {
			err = tx.InTx(bound, func(ctx context.Context) error {
				c, err := scope.Conn(ctx)
				if err != nil {
					return err
				}
				now := r.Clock.Now()
				if _, err := c.ExecContext(ctx, `DELETE FROM outbox WHERE status = 'done' AND created_at < $1`, now.Add(-keepDone)); err != nil {
					return err
				}
				_, err = c.ExecContext(ctx, `DELETE FROM handled_events WHERE handled_at < $1`, now.Add(-keepHandled))
				return err
			})
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("clean outbox [tenant=%s]: %w", owner, err))
		}
	}
	return errors.Join(errs...)
}
