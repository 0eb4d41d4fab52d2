package creditcheck

import (
	"context"
	"encoding/json"
	"fmt"
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
	checkColumns = []column{{"id", "uuid"}, {"order_no", "text"}, {"operation", "text"}, {"amount", "bigint"}, {"outcome", "text"},
		{"reasons", "jsonb"}, {"facts", "jsonb"}, {"binding_limit", "text"}, {"policy_version", "bigint"}, {"reservation_id", "uuid"},
		{"actor_id", "uuid"}, {"actor_name", "text"}, {"request_id", "text"}}
	keyColumns         = []column{{"id", "text"}, {"request_hash", "bytea"}, {"response", "bytea"}}
	reservationColumns = []column{{"id", "uuid"}, {"order_no", "text"}, {"amount", "bigint"}, {"held_amount", "bigint"},
		{"check_id", "uuid"}, {"expires_at", "timestamptz"}}
	auditColumns = []column{{"at", "timestamptz"}, {"actor_kind", "text"}, {"actor_id", "uuid"}, {"actor_name", "text"}, {"action", "text"},
		{"object_type", "text"}, {"object_id", "text"}, {"before", "jsonb"}, {"after", "jsonb"}, {"request_id", "text"}, {"mac", "bytea"}}
)

// insert writes rows into a table: the columns of the rows, and constants beside them.
func insert(table, alias string, columns []column, first int, several bool, constants ...string) string {
	names, values := []string{}, []string{}
	for _, c := range columns {
		names, values = append(names, c.name), append(values, alias+"."+c.name)
	}
	for i := 0; i < len(constants); i += 2 {
		names, values = append(names, constants[i]), append(values, constants[i+1])
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(values, ", ") +
		" FROM " + source(alias, columns, first, several)
}

// moveReserved moves the account's reserved sum, and is the guard: nobody has
// changed the row since it was loaded, and what is owed and held fits the limit,
// unless the policy let an order pass over it. $1 customer, $2 version, $3 the
// difference, $4 whether it may go over.
const moveReserved = `
UPDATE credit_accounts SET reserved_amount = reserved_amount + $3::bigint, version = version + 1
WHERE id = $1::uuid AND version = $2::bigint
  AND ($4::bool OR limit_kind = 'unlimited' OR receivable_amount + reserved_amount + $3::bigint <= standing_amount + temporary_amount)
RETURNING id`

// writeOutbox announces the change; $5 id, $6 topic, $7 payload, $8 now.
const writeOutbox = `
INSERT INTO outbox (id, topic, payload, status, attempts, last_error, created_at, due_at)
VALUES ($5::uuid, $6::text, $7::jsonb, 'pending', 0, '', $8::timestamptz, $8::timestamptz)`

// shape tells which statement a batch needs.
type shape struct{ holds, several, keys bool }

var saves = func() map[shape]string {
	m := map[shape]string{}
	for i := range 8 {
		s := shape{holds: i&1 > 0, several: i&2 > 0, keys: i&4 > 0}
		m[s] = scope.Hot(saveStatement(s))
	}
	return m
}()

// saveStatement is decisions alone ($1 customer, $2 now), or decisions with
// reservations, the account, outbox and audit. It gives how many account rows the
// guard let through.
func saveStatement(s shape) string {
	now, next := "$2::timestamptz", 3
	if s.holds {
		now, next = "$8::timestamptz", 9
	}
	var parts []string
	part := func(name, table, alias string, columns []column, constants ...string) {
		parts = append(parts, name+" AS ("+insert(table, alias, columns, next, s.several, constants...)+")")
		next += len(columns)
	}
	part("decided", "credit_checks", "d", checkColumns, "customer_id", "$1::uuid", "created_at", now)
	if s.keys {
		part("remembered", "idempotency_keys", "k", keyColumns, "created_at", now)
	}
	if !s.holds {
		return "WITH " + strings.Join(parts, ",\n") + "\nSELECT 1"
	}
	part("held", "reservations", "r", reservationColumns,
		"customer_id", "$1::uuid", "status", "'open'", "source", "''", "document_no", "''", "created_at", now, "updated_at", now)
	part("logged", "audit_log", "l", auditColumns)
	parts = append(parts, "moved AS ("+moveReserved+")", "announced AS ("+writeOutbox+")")
	return "WITH " + strings.Join(parts, ",\n") + "\nSELECT count(*) FROM moved"
}

// Save implements biz/creditcheck.Store.
func (s *Store) Save(ctx context.Context, b biz.Batch) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	groups, err := s.split(ctx, b)
	if err != nil {
		return err
	}
	for _, g := range groups {
		var moved int64
		if err := q.QueryRowContext(ctx, saves[g.shape], g.args...).Scan(&moved); err != nil {
			return postgres.Map(ctx, err, "save decisions", rules...)
		}
		if moved != 1 {
			return biz.ErrStale
		}
		if g.holds {
			if err := s.written(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// group is the part of a batch that one statement takes.
type group struct {
	shape
	args []any
}

// split gives one group for a batch of one kind, which is nearly every batch: all
// with or all without a key, all reserved or none. A mixed one takes a statement
// for those that hold nothing, and one for those that hold something.
func (s *Store) split(ctx context.Context, b biz.Batch) ([]group, error) {
	var by [4][]biz.Record
	for _, r := range b.Records {
		i := 0
		if r.Reservation != nil {
			i |= 1
		}
		if r.Key != nil {
			i |= 2
		}
		by[i] = append(by[i], r)
	}
	var out []group
	version := b.AccountVersion
	for i, records := range by {
		if len(records) == 0 {
			continue
		}
		g, err := s.group(ctx, b, version, records, shape{holds: i&1 > 0, keys: i&2 > 0, several: len(records) > 1})
		if err != nil {
			return nil, err
		}
		if g.holds {
			version++ // the statement before has moved it
		}
		out = append(out, g)
	}
	return out, nil
}

func (s *Store) group(ctx context.Context, b biz.Batch, version int64, records []biz.Record, sh shape) (group, error) {
	checks, keys := rows{width: len(checkColumns)}, rows{width: len(keyColumns)}
	held, logged := rows{width: len(reservationColumns)}, rows{width: len(auditColumns)}
	sum := int64(0)
	for _, r := range ordered(records) {
		if err := addCheck(&checks, r); err != nil {
			return group{}, err
		}
		if sh.keys {
			keys.add(r.Key.ID, r.Key.Hash[:], r.Body)
		}
		if !sh.holds {
			continue
		}
		v := r.Reservation
		held.add(v.ID, v.OrderNo, int64(v.Amount), int64(v.HeldAmount), v.CheckID, v.ExpiresAt)
		sum += int64(v.HeldAmount)
		row, err := s.log.Row(access.With(ctx, r.Actor), audit.Entry{Action: "reservation.opened", ObjectType: "reservation", ObjectID: v.ID.String(),
			After: reservationState{CustomerID: v.CustomerID, OrderNo: v.OrderNo, Amount: int64(v.Amount), Held: int64(v.HeldAmount),
				Status: v.Status, CheckID: v.CheckID, Outcome: r.Outcome}})
		if err != nil {
			return group{}, err
		}
		logged.add(row.Args()...)
	}
	g := group{shape: sh}
	if !sh.holds {
		g.args = append([]any{b.CustomerID, b.At}, checks.args(sh.several)...)
		if sh.keys {
			g.args = append(g.args, keys.args(sh.several)...)
		}
		return g, nil
	}
	head, err := s.holdArgs(b.CustomerID, version, sum, b.Overrun, b.At)
	if err != nil {
		return group{}, err
	}
	g.args = append(head, checks.args(sh.several)...)
	if sh.keys {
		g.args = append(g.args, keys.args(sh.several)...)
	}
	g.args = append(append(g.args, held.args(sh.several)...), logged.args(sh.several)...)
	return g, nil
}

// holdArgs are the parameters of moveReserved and writeOutbox.
func (s *Store) holdArgs(customer uuid.UUID, version, difference int64, overrun bool, at time.Time) ([]any, error) {
	e, err := s.outbox.Row(event.Event{Topic: exposure.TopicAccountChanged, Payload: exposure.Changed{CustomerIDs: []uuid.UUID{customer}}})
	return []any{customer, version, difference, overrun, e.ID, e.Topic, string(e.Payload), at}, err
}

func addCheck(checks *rows, r biz.Record) error {
	reasons, err := json.Marshal(r.Reasons)
	if err != nil {
		return fmt.Errorf("encode reasons: %w", err)
	}
	facts, err := json.Marshal(r.Facts)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	var reservation any
	if r.Reservation != nil {
		reservation = r.Reservation.ID
	}
	checks.add(r.ID, r.OrderNo, string(r.Operation), int64(r.Amount), string(r.Outcome), string(reasons), string(facts),
		string(r.Binding), r.PolicyVersion, reservation, orNull(r.Actor.ID), r.Actor.Name, r.Actor.RequestID)
	return nil
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
