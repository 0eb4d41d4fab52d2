package creditcheck

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/shared/news"
	"zhuxin/tenancy/scope"
)

const (
	// enqueue puts an order into the queue. One that waits already keeps its place
	// and its age, and takes over what was asked last; one whose release did not
	// cover this waits again.
	enqueue = `
INSERT INTO order_holds (id, customer_id, project_id, order_no, amount, volume, checkpoint, check_id, reasons, status, held_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'held', $10, $10)
ON CONFLICT (order_no) WHERE status = 'held' OR status = 'released'
DO UPDATE SET project_id = excluded.project_id, amount = excluded.amount, volume = excluded.volume, checkpoint = excluded.checkpoint,
  check_id = excluded.check_id, reasons = excluded.reasons, updated_at = excluded.updated_at, status = 'held'
WHERE order_holds.customer_id = excluded.customer_id
RETURNING id, xmax = 0`

	clear = `UPDATE order_holds SET status = 'cleared', updated_at = $2, closed_at = $2 WHERE id = $1 AND status = 'held'`

	// use takes what was reserved off the release, which has to hold it still.
	use = `UPDATE order_releases SET used_amount = used_amount + $2, used_volume = used_volume + $3
WHERE id = $1 AND status = 'granted' AND used_amount + $2 <= amount`
)

// queue writes what becomes of held orders; few batches have any.
func (s *Store) queue(ctx context.Context, q scope.Querier, b biz.Batch) error {
	for _, held := range b.Queued {
		r := b.Records[held.Record]
		var project uuid.NullUUID
		if p := r.Decision.Facts.Project; p != nil {
			project = orNull(p.ID)
		}
		var id uuid.UUID
		var fresh bool
		err := q.QueryRowContext(ctx, enqueue, held.HoldID, r.CustomerID, project, r.OrderNo, int64(r.Amount), int64(r.Decision.Facts.Volume),
			string(r.Decision.Facts.Checkpoint), r.ID, string(r.Reasons), b.At).Scan(&id, &fresh)
		if err != nil {
			return postgres.Map(ctx, err, "queue held order", rules...)
		}
		if id != held.HoldID {
			return biz.ErrStale // somebody else has queued it meanwhile
		}
		if fresh {
			if err := s.tell(ctx, q, b.At, news.OrderHeld, id); err != nil {
				return err
			}
		}
		if err := s.note(ctx, q, r.Actor, "order.held", id, map[string]any{"order_no": r.OrderNo, "customer_id": r.CustomerID,
			"amount": fmt.Sprint(int64(r.Amount)), "check_id": r.ID}); err != nil {
			return err
		}
	}
	for _, p := range b.Passed {
		statement, args := clear, []any{p.HoldID, b.At}
		if p.ReleaseID != uuid.Nil {
			statement, args = use, []any{p.ReleaseID, int64(p.Amount), int64(p.Volume)}
		}
		res, err := q.ExecContext(ctx, statement, args...)
		if err != nil {
			return postgres.Map(ctx, err, "let held order pass")
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return biz.ErrStale
		}
		if p.ReleaseID == uuid.Nil { // of the other one its release has told
			if err := s.tell(ctx, q, b.At, news.OrderReleased, p.HoldID); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell publishes news of a held order, beside what the batch announces of accounts.
func (s *Store) tell(ctx context.Context, q scope.Querier, at time.Time, k news.Kind, hold uuid.UUID) error {
	e, err := s.outbox.Row(event.Event{Topic: news.Topic, Payload: news.About{Kind: k, IDs: []uuid.UUID{hold}}})
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, writeOutbox, at, e.ID, e.Topic, string(e.Payload))
	return postgres.Map(ctx, err, "tell of held order")
}

func (s *Store) note(ctx context.Context, q scope.Querier, actor access.Actor, action string, id uuid.UUID, after map[string]any) error {
	row, err := s.log.Row(access.With(ctx, actor), audit.Entry{Action: action, ObjectType: "order_hold", ObjectID: id.String(), After: after})
	if err != nil {
		return err
	}
	log := rows{width: len(auditColumns)}
	log.add(row.Args()...)
	_, err = q.ExecContext(ctx, insertAudit+source("l", auditColumns, 1, false), log.args(false)...)
	return postgres.Map(ctx, err, "log held order")
}
