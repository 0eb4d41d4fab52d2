package creditcheck

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/postgres"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/tenancy/scope"
)

// What each table takes.
var (
	checkColumns = []column{{"id", "uuid"}, {"customer_id", "uuid"}, {"order_no", "text"}, {"operation", "text"}, {"amount", "bigint"}, {"outcome", "text"},
		{"reasons", "jsonb"}, {"facts", "jsonb"}, {"binding_limit", "text"}, {"policy_version", "bigint"}, {"reservation_id", "uuid"},
		{"actor_id", "uuid"}, {"actor_name", "text"}, {"request_id", "text"}, {"checkpoint", "text"}}
	keyColumns         = []column{{"id", "text"}, {"request_hash", "bytea"}, {"response", "bytea"}}
	reservationColumns = []column{{"id", "uuid"}, {"customer_id", "uuid"}, {"order_no", "text"}, {"amount", "bigint"}, {"held_amount", "bigint"},
		{"check_id", "uuid"}, {"expires_at", "timestamptz"}, {"project_id", "uuid"}}
	auditColumns = []column{{"at", "timestamptz"}, {"actor_kind", "text"}, {"actor_id", "uuid"}, {"actor_name", "text"}, {"action", "text"},
		{"object_type", "text"}, {"object_id", "text"}, {"before", "jsonb"}, {"after", "jsonb"}, {"request_id", "text"}, {"mac", "bytea"}}
)

// moveColumns are the parameters of moveReserved.
var moveColumns = []column{{"id", "uuid"}, {"version", "bigint"}, {"held", "bigint"}, {"overrun", "bool"}}

// projectMoveColumns are the parameters of moveProjects.
var projectMoveColumns = []column{{"id", "uuid"}, {"held", "bigint"}, {"overrun", "bool"}}

// writeOutbox announces the change; $1 now, $2 id, $3 topic, $4 payload.
const writeOutbox = `
INSERT INTO outbox (id, topic, payload, status, attempts, last_error, created_at, due_at)
VALUES ($2::uuid, $3::text, $4::jsonb, 'pending', 0, '', $1::timestamptz, $1::timestamptz)`

var saves = func() map[shape]string {
	m := map[shape]string{}
	for i := range 16 {
		s := shape{holds: i&1 > 0, several: i&2 > 0, keys: i&4 > 0, projects: i&8 > 0}
		m[s] = scope.Hot(saveStatement(s))
	}
	return m
}()

// Save implements biz/creditcheck.Store.
func (s *Store) Save(ctx context.Context, b biz.Batch) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	parts, err := s.split(ctx, b)
	if err != nil {
		return err
	}
	for _, p := range parts {
		var moved int
		if err := q.QueryRowContext(ctx, saves[p.shape], p.args...).Scan(&moved); err != nil {
			return postgres.Map(ctx, err, "save decisions", rules...)
		}
		if moved != p.moves {
			return biz.ErrStale
		}
	}
	if err := takeOver(ctx, q, b.Taken); err != nil {
		return err
	}
	if err := s.queue(ctx, q, b); err != nil {
		return err
	}
	if len(b.Moves) == 0 && len(b.Queued) == 0 {
		return nil
	}
	return s.written(ctx)
}

// takeCounted ends that an order counts as its source's: $1 customer, $2 order.
const takeCounted = `
WITH counted AS (
  SELECT id, counted_amount FROM erp_orders WHERE customer_id = $1 AND order_no = $2 AND counted_amount > 0 FOR UPDATE
), taken AS (UPDATE erp_orders o SET counted_amount = 0 FROM counted c WHERE o.id = c.id)
SELECT coalesce(sum(counted_amount), 0)::bigint FROM counted`

// takeOver lets reservations count instead of the orders that a source told of. Seldom
// an order has both, so it is a statement of its own.
func takeOver(ctx context.Context, q scope.Querier, orders []biz.Taken) error {
	for _, o := range orders {
		var was int64
		if err := q.QueryRowContext(ctx, takeCounted, o.CustomerID, o.OrderNo).Scan(&was); err != nil {
			return postgres.Map(ctx, err, "take over an order")
		}
		if was != int64(o.Amount) {
			return biz.ErrStale // it was counted anew meanwhile
		}
	}
	return nil
}

// part is what one statement takes of a batch.
type part struct {
	shape
	moves int
	args  []any
}

// split gives one part for a batch of one kind, which is nearly every batch: all
// with or all without a key, all reserved or none. A mixed one takes several; the
// accounts move with the last of those that hold something.
func (s *Store) split(ctx context.Context, b biz.Batch) ([]part, error) {
	var by [4][]biz.Record
	for _, r := range b.Records {
		i := 0
		if r.Reservation != nil {
			i |= 2
		}
		if r.Key != nil {
			i |= 1
		}
		by[i] = append(by[i], r)
	}
	var out []part
	moves, projects := b.Moves, b.Projects
	for _, i := range []int{3, 2, 1, 0} {
		if len(by[i]) == 0 {
			continue
		}
		p, err := s.part(ctx, b.At, by[i], moves, projects, shape{holds: i&2 > 0, keys: i&1 > 0, projects: i&2 > 0 && len(projects) > 0})
		if err != nil {
			return nil, err
		}
		moves, projects = nil, nil
		out = append(out, p)
	}
	return out, nil
}

func (s *Store) part(ctx context.Context, at time.Time, records []biz.Record, moves []biz.Move, projects []biz.ProjectMove, sh shape) (part, error) {
	sh.several = len(records) > 1 || (sh.holds && len(moves) != 1)
	checks, keys := rows{width: len(checkColumns)}, rows{width: len(keyColumns)}
	held, logged := rows{width: len(reservationColumns)}, rows{width: len(auditColumns)}
	for _, r := range ordered(records) {
		addCheck(&checks, r)
		if sh.keys {
			keys.add(r.Key.ID, r.Key.Hash[:], r.Body)
		}
		if !sh.holds {
			continue
		}
		v := r.Reservation
		held.add(v.ID, v.CustomerID, v.OrderNo, int64(v.Amount), int64(v.HeldAmount), v.CheckID, v.ExpiresAt, orNull(v.ProjectID))
		row, err := s.log.Row(access.With(ctx, r.Actor), audit.Entry{Action: "reservation.opened", ObjectType: "reservation", ObjectID: v.ID.String(),
			After: reservationState{CustomerID: v.CustomerID, OrderNo: v.OrderNo, Amount: int64(v.Amount), Held: int64(v.HeldAmount),
				Status: v.Status, CheckID: v.CheckID, Outcome: r.Outcome}})
		if err != nil {
			return part{}, err
		}
		logged.add(row.Args()...)
	}
	p := part{shape: sh, args: []any{at}}
	if sh.holds {
		args, err := s.announce(records)
		if err != nil {
			return part{}, err
		}
		p.args = append(p.args, args...)
	}
	moved := rows{width: len(moveColumns)}
	p.args = append(p.args, checks.args(sh.several)...)
	if sh.keys {
		p.args = append(p.args, keys.args(sh.several)...)
	}
	if sh.holds {
		for _, m := range moves {
			moved.add(m.CustomerID, m.Version, int64(m.Held), m.Overrun)
		}
		p.moves = len(moves)
		p.args = append(append(append(p.args, held.args(sh.several)...), logged.args(sh.several)...), moved.args(sh.several)...)
	}
	sites := rows{width: len(projectMoveColumns)}
	if sh.projects {
		for _, m := range projects {
			sites.add(m.ProjectID, int64(m.Held), m.Overrun)
		}
		p.moves += len(projects)
		p.args = append(p.args, sites.args(true)...)
	}
	return p, errors.Join(checks.err, keys.err, held.err, logged.err, moved.err, sites.err)
}

// announce gives id, topic and payload of the outbox row for the customers.
func (s *Store) announce(records []biz.Record) ([]any, error) {
	var ids []uuid.UUID
	for _, r := range records {
		if !slices.Contains(ids, r.CustomerID) {
			ids = append(ids, r.CustomerID)
		}
	}
	return s.changed(ids...)
}

func (s *Store) changed(customers ...uuid.UUID) ([]any, error) {
	e, err := s.outbox.Row(event.Event{Topic: exposure.TopicAccountChanged, Payload: exposure.Changed{CustomerIDs: customers}})
	return []any{e.ID, e.Topic, string(e.Payload)}, err
}

func addCheck(checks *rows, r biz.Record) {
	var reservation any
	if r.Reservation != nil {
		reservation = r.Reservation.ID
	}
	checks.add(r.ID, r.CustomerID, r.OrderNo, string(r.Operation), int64(r.Amount), string(r.Outcome), string(r.Reasons), string(r.Facts),
		string(r.Binding), r.PolicyVersion, reservation, orNull(r.Actor.ID), r.Actor.Name, r.Actor.RequestID, string(cmp.Or(r.Decision.Facts.Checkpoint, biz.AtOrder)))
}

// ordered sorts by order number: two batches that share numbers then wait for each
// other at the first of them, and not crosswise.
func ordered(records []biz.Record) []biz.Record {
	if len(records) == 1 {
		return records
	}
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b biz.Record) int { return strings.Compare(a.OrderNo, b.OrderNo) })
	return records
}

// reservationState is what the audit keeps of a reservation.
type reservationState struct {
	CustomerID uuid.UUID   `json:"customer_id"`
	OrderNo    string      `json:"order_no"`
	Amount     int64       `json:"amount"`
	Held       int64       `json:"held_amount"`
	Status     biz.Status  `json:"status"`
	CheckID    uuid.UUID   `json:"check_id"`
	Outcome    biz.Outcome `json:"outcome,omitempty"`
	Source     string      `json:"source,omitempty"`
	DocumentNo string      `json:"document_no,omitempty"`
	Note       string      `json:"note,omitempty"`
}
